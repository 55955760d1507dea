"""One event for many children: checked for each by a dry run, and recorded for those who may have it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import orjson

from api.console.forms.dry_run import checked_by, records_type, shown_faults
from api.console.forms.event_form import BUSY, KEY, CheckedForm, EventForm
from api.console.forms.field_controls import FieldControl, FormField, event_fields, has_form
from api.console.forms.form_reading import ReadForm
from api.console.page_request import PageRequest
from api.contract.problems import Problem
from api.http import record_many
from api.identity.permissions import Role
from domain.event import CATALOGUE, EVERY_CATEGORY, Event

MOST_CHILDREN: Final = record_many.MOST_REHEARSED
"""Children for whom one form is filled in: as many as one dry run tries."""
_OF_ONE_FILE: Final = frozenset({FieldControl.ENTRY, FieldControl.SUBJECT})
"""What is chosen among that which one child's file knows."""


@dataclass(frozen=True, slots=True)
class ChildOutcome:
    """What would become of one child's entry: what the dry run told, or why it told nothing."""

    told: Mapping[str, Any] | None = None
    why: str = ""

    @property
    def ready(self) -> bool:
        """Whether it would be recorded."""
        return self.told is not None and self.told["would"] == "record"


@dataclass(frozen=True, slots=True)
class ToldOfMany:
    """What a rule says of an entry for several children: the `rule` as it is told, and to each child why."""

    rule: Mapping[str, Any]
    children: Sequence[tuple[Mapping[str, Any], Sequence[str]]]

    @property
    def alike(self) -> Sequence[str]:
        """Why, where that is the same for all of them; else nothing."""
        (_, first), *others = self.children
        return first if all(why == first for _, why in others) else ()


@dataclass(frozen=True, slots=True)
class RecordedForMany:
    """The entries that were recorded by child, and why there is none of the others."""

    entries: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    why_not: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ManyForm:
    """The form of an event for children, each as the head of their file says; `said` is what was checked.

    `ready` are the versions of the files for which it would be recorded as it was checked, by child.
    """

    event: EventForm
    children: Sequence[Mapping[str, Any]]
    key: str
    said: str = ""
    ready: Mapping[str, int] = field(default_factory=dict)

    @property
    def page(self) -> PageRequest:
        """The request for the page that it stands on."""
        return self.event.page

    def was_checked(self, read: ReadForm) -> bool:
        """Whether somebody was shown what it would change, as it is, for these children."""
        return self.said == self._said(read) and not read.faults

    async def checked(self, read: ReadForm) -> tuple["ManyForm", CheckedForm, dict[str, ChildOutcome]]:
        """Return it with what the API answers for each child, were it recorded now."""
        items = [{"child": each["child"], "events": [read.body]} for each in self.children]
        told: Sequence[Mapping[str, Any]] = ()
        errors: list[Mapping[str, Any]] = []
        try:
            raw = orjson.dumps({"items": items})
            told = (await self.page.answer(record_many.record_many, None, raw))["items"]
        except Problem as problem:
            if problem.code in BUSY:
                return self, CheckedForm(read, note="busy"), {}
            if problem.code != "invalid":
                raise
            errors = problem.more["errors"]
        invalid = [each["problem"] for each in told if each.get("problem", {}).get("code") == "invalid"]
        # What is amiss is so for every child alike.
        for first in invalid[:1]:
            errors += [{**each, "pointer": in_event(each["pointer"])} for each in first["errors"]]
        faults, messages = shown_faults(self.page.words, read, self.event.labels(read), errors)
        if faults:
            return replace(self, said="", ready={}), CheckedForm(read, faults, messages), {}
        outcomes = {
            str(each["child"]): self._outcome(item) for each, item in zip(self.children, told, strict=True)
        }
        ready = {
            str(each["child"]): each["version"]
            for each in self.children
            if outcomes[str(each["child"])].ready
        }
        return replace(self, said=self._said(read), ready=ready), CheckedForm(read), outcomes

    async def recorded(self, read: ReadForm) -> RecordedForMany | None:
        """Record it for each child for whom it was checked; None where nothing can be recorded now."""
        items = [
            {"child": child, "version": version, "events": [read.body]}
            for child, version in self.ready.items()
        ]
        try:
            raw = orjson.dumps({"items": items})
            told = (await self.page.answer(record_many.record_many, KEY.format(self.key), raw))["items"]
        except Problem as problem:
            if problem.code in BUSY:
                return None
            raise
        entries: dict[str, Mapping[str, Any]] = {}
        why_not: dict[str, str] = {}
        for child, item in zip(self.ready, told, strict=True):
            if "entries" in item:
                entries[child] = item["entries"][0]
            else:
                why_not[child] = self._why(item["problem"])
        return RecordedForMany(entries, why_not)

    def shown_as(self, checked: CheckedForm, outcomes: Mapping[str, ChildOutcome]) -> dict[str, Any]:
        """Return what a template shows of the form and of what became of it for each child."""
        told = {child: each.told for child, each in outcomes.items() if each.told is not None}
        refused = {child: each["refusals"] for child, each in told.items()}
        found = {
            child: [*each["findings"], *each["impact"]["findings"]]
            for child, each in told.items()
            if not refused[child]
        }
        by_rule = {"refused": self._by_rule(refused), "found": self._by_rule(found)}
        return {"form": self, "outcomes": outcomes, "by_rule": by_rule, **self.event.shown_as(checked)}

    def _by_rule(self, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[ToldOfMany]:
        """Return what is told of the children by rule, first what is told of the most."""
        rules: dict[str, Mapping[str, Any]] = {}
        children: dict[str, list[tuple[Mapping[str, Any], Sequence[str]]]] = {}
        for child in self.children:
            why: dict[str, dict[str, None]] = {}
            for each in told.get(str(child["child"]), ()):
                rules.setdefault(each["rule"], each)
                why.setdefault(each["rule"], {})[self.page.words.said(each, "")] = None
            for rule, sentences in why.items():
                children.setdefault(rule, []).append((child, [*sentences]))
        grouped = (ToldOfMany(rules[rule], whose) for rule, whose in children.items())
        return sorted(grouped, key=lambda each: -len(each.children))

    def _said(self, read: ReadForm) -> str:
        return checked_by(self.page, [read.body, [str(each["child"]) for each in self.children]])

    def _outcome(self, item: Mapping[str, Any]) -> ChildOutcome:
        return ChildOutcome(why=self._why(item["problem"])) if "problem" in item else ChildOutcome(item)

    def _why(self, problem: Mapping[str, Any]) -> str:
        said = problem["detail_zh" if self.page.words.language == "zh" else "detail"]
        refusals = dict.fromkeys(self.page.words.said(each, "title") for each in problem.get("refusals", ()))
        return self.page.words("list.joint").join(refusals) or str(said)


def for_many(role: Role, kind: type[Event]) -> bool:
    """Return whether a role records a type of event for many children with the same words.

    What refers to an entry or to somebody whom one file knows is recorded in that file alone.
    """
    return records_type(role, kind) and kind.__name__ not in _known_to_one_file()


@cache
def _known_to_one_file() -> frozenset[str]:
    """Return the types of event in whose forms something is chosen that one child's file knows."""
    return frozenset(
        name
        for name, kind in CATALOGUE.items()
        if has_form(kind)
        and any(each.control in _OF_ONE_FILE for each in _flat(event_fields(kind, EVERY_CATEGORY)))
    )


def in_event(pointer: str) -> str:
    """Return the place in an event of a place in the body, `/items/0/events/0/…`."""
    parts = pointer.split("/")
    return "/" + "/".join(parts[5:]) if parts[1:4:2] == ["items", "events"] else pointer


def _flat(fields: Sequence[FormField]) -> list[FormField]:
    return [inner for each in fields for inner in (each, *_flat(each.inner))]
