"""A form of an event about one child on its way: as it was sent, checked by a dry run, and recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import orjson

from api.console.child_frame import ChildPage
from api.console.forms.dry_run import (
    ShownFault,
    ShownRefusal,
    digest,
    shown_faults,
    shown_refusals,
    told_in_words,
)
from api.console.forms.field_controls import FieldControl, event_fields, hidden_fields
from api.console.forms.form_choices import choices_for
from api.console.forms.form_display import FormChoices, FormView, typed_codes
from api.console.forms.form_filling import filled_in
from api.console.forms.form_reading import EXCEPTED, OCCURRED, ReadForm, SentFields, read_form
from api.contract.problems import Problem
from api.http import record_one, timeline
from domain.codes import tables
from domain.event import Event

KEY: Final = "c:{}"
"""The Idempotency-Key of a form, from the random digits that it was first shown with."""
OF_PAGE: Final = frozenset({"do", "more", "key", "version", "said", "shown", "for"})
"""What a form says of itself, beside the fields of the event."""
OF_AMENDING: Final = frozenset({"reason.code", "reason.explanation"})
"""What the form of a correction says beside the fields of the event."""
BUSY: Final = frozenset({"unavailable", "too_many_requests"})
"""The problems after which the same may be sent again."""
_TRIES: Final = 3
_SINCE_SHOWN: Final = 5
_PROVINCE: Final = 2
"""Digits of the code of a region that name its province."""
_PROVINCES: Final = "0000"


@dataclass(frozen=True, slots=True)
class CheckedForm:
    """What became of a form that was sent: what is amiss, what speaks against it, what it would change.

    `since` are the entries that others recorded while it was filled in. `note` names a sentence about it.
    """

    read: ReadForm | None = None
    faults: Sequence[ShownFault] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    refusals: Sequence[ShownRefusal] = ()
    told: Mapping[str, Any] | None = None
    since: Sequence[Mapping[str, Any]] = ()
    note: str = ""

    @property
    def ready(self) -> bool:
        """Whether it would be recorded as it is."""
        return self.told is not None and self.told["would"] == "record"

    @property
    def status(self) -> int:
        """The status of a page that shows it."""
        if self.note == "busy":
            return 503
        return 422 if self.faults or self.refusals else 200


NOT_SENT: Final = CheckedForm()


@dataclass(frozen=True, slots=True)
class AskedForm:
    """A form of an event as it was sent or first shown, in a file as it is.

    `version` is that of the file by which it was checked, `said` and `shown` are the digests of what was
    checked then and of what somebody was told of it. `due` is the rule that it clears what is due by;
    `besides` is what the body says that no field of the form does, such as which entry it corrects.
    """

    asked: ChildPage
    kind: type[Event]
    file: Mapping[str, Any]
    choices: FormChoices
    sent: SentFields
    key: str
    due: str = ""
    version: int = 0
    said: str = ""
    shown: str = ""
    more: str = ""
    besides: Mapping[str, Any] = field(default_factory=dict)

    def first(self, name: str) -> str:
        """Return what was sent in a field."""
        return next(iter(self.sent.get(name, ())), "")

    def read(self) -> ReadForm:
        """Return what it says. Raises the problem `malformed` for fields that the form does not have."""
        read = read_form(self.kind, self.sent, self.asked.page.context.sees, self.key)
        if read.strange - OF_AMENDING:
            raise Problem("malformed")
        read.body |= self.besides
        return read

    def was_checked(self, read: ReadForm) -> bool:
        """Whether somebody was shown what it would change, as it is."""
        return self.said == digest(read.body) and not read.faults

    async def checked(self, read: ReadForm) -> "tuple[AskedForm, CheckedForm]":
        """Return it with what the API answers to what it says, were that recorded now."""
        asked, words = self.asked, self.asked.page.words
        labels = {OCCURRED: words("form.occurred")}
        labels |= {name: words.label(label) for name, label in read.labels.items()}
        told, errors = None, []
        try:
            told = await asked.page.answer(
                record_one.record, asked.child, None, None, orjson.dumps(read.body)
            )
        except Problem as problem:
            if problem.code in BUSY:
                return self, CheckedForm(read, note="busy")
            if problem.code != "invalid":
                raise
            errors = problem.more["errors"]
        faults, messages = shown_faults(words, read, labels, errors)
        if faults or told is None:
            return replace(self, said="", shown=""), CheckedForm(read, faults, messages)
        refusals = await shown_refusals(asked, self.kind, read, told["refusals"])
        seen = replace(
            self, version=self.file["version"], said=digest(read.body), shown=digest(told_in_words(told))
        )
        return seen, CheckedForm(read, told=told, refusals=refusals)

    async def recorded(self, read: ReadForm) -> "Mapping[str, Any] | tuple[AskedForm, CheckedForm]":
        """Record what was checked, and return the answer.

        If others have recorded meanwhile, it is recorded only if it would change the same still. Where it is
        not recorded, return the form with why.
        """
        raw, version = orjson.dumps(read.body), self.version
        for _ in range(_TRIES):
            try:
                answer: Mapping[str, Any] = await self.asked.page.answer(
                    record_one.record, self.asked.child, KEY.format(self.key), version, raw
                )
            except Problem as problem:
                if problem.code != "stale":
                    return await self._not_recorded(read, problem)
                again, checked = await self.checked(read)
                if again.shown != self.shown:
                    since = await self._since()
                    return again, replace(checked, since=since, note="moved")
                version = problem.more["version"]
            else:
                return answer
        return self, CheckedForm(read, note="busy")

    async def _not_recorded(self, read: ReadForm, problem: Problem) -> "tuple[AskedForm, CheckedForm]":
        if problem.code in BUSY:
            return self, CheckedForm(read, note="busy")
        if problem.code in {"refused", "invalid"}:
            return await self.checked(read)
        if problem.code == "idempotency_mismatch":
            return self, CheckedForm(read, note="recorded_before")
        raise problem

    async def _since(self) -> list[Mapping[str, Any]]:
        """Return what others recorded after the version that was checked, the latest first."""
        listed = await self.asked.page.answer(
            timeline.entries, self.asked.child, order="recorded", latest_first=True, limit=_SINCE_SHOWN
        )
        return [each for each in listed["items"] if each["version"] > self.version]

    def shown_as(self, checked: CheckedForm) -> dict[str, Any]:
        """Return what a template shows of the form and of what became of it."""
        context, words = self.asked.page.context, self.asked.page.words
        taken: SentFields = {}
        if checked.read is not None:
            english = words.language == "en"
            taken = filled_in(self.kind, checked.read.body, context.sees, english=english)
        view = FormView(words, self.sent, self.choices, checked.messages, taken, self.more)
        fields, papers = view.event(self.kind, context.sees), view.papers()
        return {
            "form": self,
            "checked": checked,
            "view": view,
            "fields": fields,
            "papers": papers,
            "code_lists": self._code_lists({*typed_codes(fields), *typed_codes(papers.values())}),
            "hidden": self._hidden(),
            "excusable": self._excusable(checked),
        }

    def _hidden(self) -> list[str]:
        """Return what the event says that has no field here: a supervisor records it."""
        sees = self.asked.page.context.sees
        asked = {
            each.label for each in event_fields(self.kind, sees) if each.control is FieldControl.REASON_ALONE
        }
        return [
            self.asked.page.words.label(each) for each in hidden_fields(self.kind, sees) if each not in asked
        ]

    def _excusable(self, checked: CheckedForm) -> dict[str, str]:
        """Return the rules from which an exception may be claimed, with their titles."""
        words, claimed = self.asked.page.words, self.first(EXCEPTED)
        rules = {claimed: ""} if claimed else {}
        for each in checked.refusals:
            if each.excusable:
                rules[each.refusal["rule"]] = words.said(each.refusal, "title")
        return rules

    def _code_lists(self, names: set[str]) -> dict[str, list[str]]:
        """Return the labels of codes found while typing; of regions, the provinces and those nearby."""
        words, near = self.asked.page.words, (self.asked.page.context.actor.region or "")[:_PROVINCE]
        found = {}
        for name in sorted(names):
            table = tables()[name]
            labels = (
                words.label(label)
                for code, label in table.codes.items()
                if table.complete or code.endswith(_PROVINCES) or (near and code.startswith(near))
            )
            found[name] = [*dict.fromkeys(labels)]
        return found


async def form_of(
    asked: ChildPage, kind: type[Event], sent: SentFields, key: str, due: str = ""
) -> AskedForm:
    """Return a form of an event, as first shown."""
    return AskedForm(asked, kind, await asked.summary(), await choices_for(asked, kind), sent, key, due)


async def sent_form_of(asked: ChildPage, kind: type[Event], filled: SentFields) -> AskedForm:
    """Return a form that was sent, with what it says of itself. Raises the problem `malformed`."""

    def said(name: str) -> str:
        return next(iter(filled.get(name, ())), "")

    key, version = said("key"), said("version") or "0"
    if not (key.isascii() and key.isalnum()) or not (version.isascii() and version.isdigit()):
        raise Problem("malformed")
    sent = {name: values for name, values in filled.items() if name not in OF_PAGE}
    form = await form_of(asked, kind, sent, key, said("for"))
    return replace(form, version=int(version), said=said("said"), shown=said("shown"), more=said("more"))
