"""The form of one event: as it was sent, what it says, and how a page shows it, alone or beside others."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.console.forms.dry_run import ShownFault, ShownRefusal
from api.console.forms.field_controls import FieldControl, event_fields, hidden_fields
from api.console.forms.form_display import FormChoices, FormView, typed_codes
from api.console.forms.form_filling import filled_in
from api.console.forms.form_reading import EXCEPTED, OCCURRED, ReadForm, SentFields, read_form
from api.console.page_request import PageRequest
from api.contract.problems import Problem
from domain.codes import tables
from domain.event import Event

KEY: Final = "c:{}"
"""The Idempotency-Key of a form, from the random digits that it was first shown with."""
_VERSION: Final = re.compile("[0-9]{1,18}")
OF_PAGE: Final = frozenset({"do", "more", "key", "version", "said", "shown", "for", "address", "kind"})
"""What a form says of itself, beside the fields of its events."""
OF_AMENDING: Final = frozenset({"reason.code", "reason.explanation"})
"""What the form of a correction says beside the fields of the event."""
BUSY: Final = frozenset({"unavailable", "too_many_requests"})
"""The problems after which the same may be sent again."""
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

    def seen_now(self) -> "CheckedForm":
        """Return it saying that nothing was recorded, since nobody had been shown this check of it."""
        return replace(self, note=self.note or "unseen") if self.ready else self

    @property
    def status(self) -> int:
        """The status of a page that shows it."""
        if self.note == "busy":
            return 503
        return 422 if self.faults or self.refusals else 200


NOT_SENT: Final = CheckedForm()


@dataclass(frozen=True, slots=True)
class EventForm:
    """The form of an event as it was sent or first shown; `key` names the form, so that it is recorded once.

    `prefix` begins the names of its fields where it stands on one page with others, and `more` is a list
    that is to have more rows.
    """

    page: PageRequest
    kind: type[Event]
    choices: FormChoices
    sent: SentFields
    key: str
    more: str = ""
    prefix: str = ""

    def first(self, name: str) -> str:
        """Return what was sent in a field."""
        return next(iter(self.sent.get(name, ())), "")

    def read(self) -> ReadForm:
        """Return what it says. Raises the problem `malformed` for fields that the form does not have."""
        read = read_form(self.kind, self.sent, self.page.context.records, self.key)
        if read.strange - OF_AMENDING:
            raise Problem("malformed")
        return read

    def labels(self, read: ReadForm) -> dict[str, str]:
        """Return the labels of its fields by name, in their order; those of a list say of which item."""
        labels = {name: self.page.words.label(label) for name, label in read.labels.items()}
        return {OCCURRED: self.page.words("form.occurred")} | {
            name: " · ".join(self._whole_label(name, labels)) for name in labels
        }

    def _whole_label(self, name: str, labels: Mapping[str, str]) -> Iterator[str]:
        """Yield the lists that a field stands in, each with the item's number on the page, then its label."""
        parts = name.split(".")
        for place, part in enumerate(parts):
            if part.isdecimal():
                yield f"{labels['.'.join(parts[:place])]} {self.page.words('form.row', number=int(part) + 1)}"
        if not parts[-1].isdecimal():
            yield labels[name]

    def shown_as(self, checked: CheckedForm) -> dict[str, Any]:
        """Return what a template shows of the form and of what became of it."""
        words, sees = self.page.words, self.page.context.records
        taken: SentFields = {}
        if checked.read is not None:
            taken = filled_in(self.kind, checked.read.body, sees, english=words.language == "en")
        view = FormView(words, self.sent, self.choices, checked.messages, taken, self.more, self.prefix)
        fields, papers = view.event(self.kind, sees), view.papers()
        return {
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
        sees = self.page.context.records
        asked = {
            each.label for each in event_fields(self.kind, sees) if each.control is FieldControl.REASON_ALONE
        }
        return [self.page.words.label(each) for each in hidden_fields(self.kind, sees) if each not in asked]

    def _excusable(self, checked: CheckedForm) -> dict[str, str]:
        """Return the rules from which an exception may be claimed, with their titles."""
        claimed = self.first(EXCEPTED)
        rules = {claimed: ""} if claimed else {}
        for each in checked.refusals:
            if each.excusable:
                rules[each.refusal["rule"]] = self.page.words.said(each.refusal, "title")
        return rules

    def _code_lists(self, names: set[str]) -> dict[str, list[str]]:
        """Return what is offered while typing: names, or labels of codes; of regions, those nearby.

        Provinces are offered wherever they are.
        """
        words, near = self.page.words, (self.page.context.actor.region or "")[:_PROVINCE]
        typed = self.choices.typed
        found = {name: [*typed[name]] for name in sorted(names & typed.keys())}
        for name in sorted(names - typed.keys()):
            table = tables()[name]
            labels = (
                words.label(label)
                for code, label in table.codes.items()
                if table.complete or code.endswith(_PROVINCES) or (near and code.startswith(near))
            )
            found[name] = [*dict.fromkeys(labels)]
        return found


def first_of(filled: SentFields, name: str) -> str:
    """Return the first value that was sent in a field, empty without one."""
    return next(iter(filled.get(name, ())), "")


def key_of(filled: SentFields) -> str:
    """Return the digits that name a form which was sent. Raises the problem `malformed`."""
    key = first_of(filled, "key")
    if not (key.isascii() and key.isalnum()):
        raise Problem("malformed")
    return key


def version_written(text: str) -> int:
    """Return the version of a file that a form names. Raises the problem `malformed`."""
    if not _VERSION.fullmatch(text):
        raise Problem("malformed")
    return int(text)
