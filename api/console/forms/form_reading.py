"""A filled-in form as the body of the API, with what is amiss in it before the API is asked.

Nothing is defaulted: a field without a value is left out, and one that must be answered is a fault.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID, uuid5

from api.console.forms.field_controls import (
    CHOSEN,
    WHOLE,
    FieldControl,
    FormField,
    event_fields,
    paper_fields,
)
from api.console.forms.sent_values import (
    code_written,
    day_written,
    days_written,
    instant_written,
    month_written,
    number_written,
)
from domain.event import Category, Event
from domain.label import Label
from domain.when import Days

SentFields: TypeAlias = Mapping[str, Sequence[str]]
"""The fields of a form that was sent, each with its values in the order of the page."""
OCCURRED: Final = "occurred"
ESTIMATED: Final = "estimated"
EXCEPTED: Final = "exception.rule"
WHY_EXCEPTED: Final = "exception.reason"
WHY_NOT: Final = ".unknown"
"""Ends the name of the field that says why there is no value beside another."""
BY_ID: Final = ".id"
"""Ends the name of the field that has the id of somebody whom the list beside it lacks."""
NOBODY_LISTED: Final = "new"
"""Chosen where somebody has no id yet: the form gives one."""
NONE_OF_THEM: Final = "none"
"""Why a list is empty: there is none."""
REASON: Final = "?"
"""Begins the choice that says why there is no value, among codes."""
MUST_ANSWER: Final = Label("填写，或者说明为什么没有", "Fill it in, or say why there is nothing")
MUST_FILL_IN: Final = Label("须填写", "To be filled in")
NOT_BOTH: Final = Label(
    "既填写了内容，又说明了为什么没有：请二选一", "Filled in, and said why there is nothing: choose one"
)
NO_ID: Final = Label("编号不完整", "Not a whole id")
_NAMES: Final = UUID("6d1b7a0e-6d0c-5f2e-9a5b-0c6f5f3f2a11")
_ABSENT: Final = object()
_ROW: Final = re.compile("[0-9]{1,3}")
"""The number of a row: a page shows every row up to the last one, and none of ours has more."""


@dataclass(slots=True)
class ReadForm:
    """The body of the API that a form says; `faults` by the name of the field that each is about.

    `places` are the names of fields by their place in the body as a JSON pointer, `labels` their labels by
    name in the order of the form. `strange` are the names that were sent and are of no field.
    """

    body: dict[str, Any]
    faults: dict[str, Label] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    labels: dict[str, Label] = field(default_factory=dict)
    strange: set[str] = field(default_factory=set)

    def field_at(self, pointer: str) -> str | None:
        """Return the name of the field that a pointer into the body is about, None if it is about none."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer)


def read_form(kind: type[Event], sent: SentFields, sees: AbstractSet[Category], key: str) -> ReadForm:
    """Return what a form of an event says, sent by a recorder who sees these categories.

    `key` names the form: somebody who is new in it has the same id each time that it is sent.
    """
    read = ReadForm({"type": kind.__name__})
    reader = _FormReader(sent, read, key)
    reader.days()
    read.body[WHOLE] = reader.values(event_fields(kind, sees), f"/{WHOLE}")
    read.body |= reader.values(paper_fields().values(), "")
    reader.exception()
    read.strange = reader.strange()
    return read


def days_json(days: Days) -> dict[str, str | None]:
    """Return the days of an event as a body has them."""
    if days.exact:
        return {"occurred_on": days.last.isoformat()}
    first = None if days.first is None else days.first.isoformat()
    return {"occurred_on": first, "occurred_until": days.last.isoformat()}


@dataclass(slots=True)
class _FormReader:
    sent: SentFields
    read: ReadForm
    key: str
    asked: set[str] = field(default_factory=set)
    lists: set[str] = field(default_factory=set)

    def strange(self) -> set[str]:
        rows = {f"{of}.{number}" for of in self.lists for number in rows_of(of, self.sent)}
        places = tuple(f"{each}." for each in rows)
        return {
            name
            for name in self.sent
            if name not in self.asked and name not in rows and not name.startswith(places)
        }

    def exception(self) -> None:
        self.read.places |= {
            "/exception": EXCEPTED,
            "/exception/rule": EXCEPTED,
            "/exception/reason": WHY_EXCEPTED,
        }
        rule, reason = self.first(EXCEPTED), self.first(WHY_EXCEPTED)
        if rule or reason:
            self.read.body["exception"] = {"rule": rule, "reason": reason}
        if rule and not reason:
            self.read.faults[WHY_EXCEPTED] = MUST_FILL_IN
        if reason and not rule:
            self.read.faults[EXCEPTED] = MUST_FILL_IN

    def days(self) -> None:
        self.read.places |= dict.fromkeys(("/occurred_on", "/occurred_until"), OCCURRED)
        written = self.first(OCCURRED)
        found = days_written(written) if written else MUST_FILL_IN
        if isinstance(found, Label):
            self.read.faults[OCCURRED] = found
        else:
            self.read.body |= days_json(found)
        if self.first(ESTIMATED):
            self.read.body["estimated"] = True

    def values(self, fields: Iterable[FormField], at: str) -> dict[str, Any]:
        found = {each.last_name: self.value(each, f"{at}/{each.last_name}") for each in fields}
        return {name: value for name, value in found.items() if value is not _ABSENT}

    def value(self, of: FormField, at: str) -> Any:  # noqa: ANN401 - any JSON
        self.read.places[at] = of.name
        self.read.labels[of.name] = of.label
        if of.control is FieldControl.GROUP:
            return self.values(of.inner, at)
        if of.control in CHOSEN:
            return self.chosen(of)
        reason = self.first(of.name + WHY_NOT)
        value = self.several(of, at) if of.of.items is not None else self.one(of)
        if value is not _ABSENT and reason:
            return self.amiss(of, NOT_BOTH)
        if reason == NONE_OF_THEM and of.may_be_none:
            return []
        if reason:
            return {"unknown": reason}
        return self.required(of, value)

    def required(self, of: FormField, value: Any) -> Any:  # noqa: ANN401 - any JSON
        if value is _ABSENT and of.must and of.name not in self.read.faults:
            return self.amiss(of, MUST_ANSWER if of.unknown or of.may_be_none else MUST_FILL_IN)
        return value

    def several(self, of: FormField, at: str) -> Any:  # noqa: ANN401 - any JSON
        if of.control is FieldControl.TICKS:
            self.asked.add(of.name)
            return [*self.sent.get(of.name, ())] or _ABSENT
        self.lists.add(of.name)
        found: list[Any] = []
        for number in self.rows(of):
            if not self.is_filled(of.name, number):
                continue
            found.append(self.value(of.row(number), f"{at}/{len(found)}"))
        return [None if each is _ABSENT else each for each in found] or _ABSENT

    def rows(self, of: FormField) -> list[int]:
        return sorted({int(number) for number in rows_of(of.name, self.sent)})

    def is_filled(self, name: str, number: int) -> bool:
        row = f"{name}.{number}"
        return any(
            any(each.strip() for each in values)
            for sent, values in self.sent.items()
            if sent == row or sent.startswith(f"{row}.")
        )

    def chosen(self, of: FormField) -> Any:  # noqa: ANN401 - any JSON
        choice = self.first(of.name)
        by_id = self.first(of.name + BY_ID)
        if by_id:
            if choice and choice != by_id:
                return self.amiss(of, NOT_BOTH)
            return by_id if _is_id(by_id) else self.amiss(of, NO_ID)
        if not choice:
            return self.required(of, _ABSENT)
        if choice.startswith(REASON):
            return {"unknown": choice.removeprefix(REASON)}
        if of.control is FieldControl.TRUTH:
            return {"true": True, "false": False}.get(choice, choice)
        if of.control is FieldControl.SUBJECT and choice == NOBODY_LISTED:
            return str(uuid5(_NAMES, f"{self.key}/{of.name}"))
        return choice

    def one(self, of: FormField) -> Any:  # noqa: ANN401 - any JSON
        written = self.first(of.name)
        if not written:
            return _ABSENT
        if of.control is FieldControl.TYPED_CODE:
            found: object = code_written(of.of.code or "", written)
        elif of.control is FieldControl.NUMBER:
            found = number_written(written, whole=of.of.type is int)
        else:
            found = _WRITTEN.get(of.control, str)(written)
        return self.amiss(of, found) if isinstance(found, Label) else _json(found, of)

    def first(self, name: str) -> str:
        """Return what was sent in a field without the blanks around it; line breaks are one character."""
        self.asked.add(name)
        values = self.sent.get(name, ())
        return values[0].replace("\r\n", "\n").strip() if values else ""

    def amiss(self, of: FormField, words: Label) -> Any:  # noqa: ANN401 - nothing
        self.read.faults.setdefault(of.name, words)
        return _ABSENT


_WRITTEN: Final[Mapping[FieldControl, Callable[[str], object]]] = MappingProxyType(
    {
        FieldControl.DAY: day_written,
        FieldControl.MONTH: month_written,
        FieldControl.INSTANT: instant_written,
    }
)


def rows_of(name: str, sent: Iterable[str]) -> set[str]:
    """Return the numbers of the rows of a list that a form has fields of, none that no page shows."""
    begins = f"{name}."
    numbers = (each.removeprefix(begins).partition(".")[0] for each in sent if each.startswith(begins))
    return {each for each in numbers if _ROW.fullmatch(each)}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _json(value: object, of: FormField) -> object:
    match value:
        case datetime():
            return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return int(value) if of.of.type is int else format(value, "f")
    return value
