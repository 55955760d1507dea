"""What stands against an entry by itself, whatever its file says: days and codes that cannot be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from domain.codes import CodeTable, tables
from domain.entry import AnyEntry
from domain.event import (
    ByNextYear,
    Event,
    Field,
    Label,
    NotAfter,
    NotBefore,
    Order,
    Part,
    chapter,
    dates_of,
    fields_with,
    known,
)
from domain.refusal import Refusal, breach
from domain.when import Days, day_of

LONG_AGO: Final = date(1900, 1, 1)
"""No institution that exists today has papers about a day before this one."""
NOTED: Final = Label("原始记录日期", "Noted on")
KIND: Final = Label("材料种类", "Kind of document")
ISSUED: Final = Label("材料日期", "Day of a document")
INSTANT: Final = Label("发生时刻", "Instant")


def impossible(entry: AnyEntry, today: date) -> Iterator[Refusal]:
    """Refuse days that cannot be or contradict each other, a misplaced event, and unknown kinds of papers."""
    days = entry.days
    if days.earliest > days.last:
        yield breach("E01", at="/occurred_on")
    elif days.earliest > today or (days.last > today and not days.whole):
        # A month or a year is stated whole, even while it lasts.
        yield breach("E02", at="/occurred_on" if days.earliest > today else "/occurred_until")
    if _states_days(entry):
        yield from _ahead(entry, today)
        yield from _out_of_order(entry)
    if entry.event.kind != entry.kind and chapter(type(entry.event)) != "record":
        yield breach("E08", at="/type")
    for place, document in enumerate(entry.documents):
        if document.kind not in tables()["document_kind"].codes:
            yield breach("E03", detail=KIND, at=f"/documents/{place}/kind", table="document_kind")


def long_ago(entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse days so far back that they are probably mistyped."""
    days = entry.days
    happened = days.last < LONG_AGO or (days.first is not None and days.first < LONG_AGO)
    if happened or (_states_days(entry) and any(_day(day) < LONG_AGO for day in _beside(entry))):
        yield breach("E13")


def _states_days(entry: AnyEntry) -> bool:
    """Whether an entry states other days than those on which it happened; most do not."""
    in_envelope = entry.noted_on is not None or entry.at is not None or bool(entry.documents)
    return in_envelope or bool(fields_with(type(entry.event), "states_days"))


def _beside(entry: AnyEntry) -> Iterator[date]:
    """Yield every day that an entry states beside those on which it happened."""
    if entry.noted_on is not None:
        yield entry.noted_on
    yield from (each.issued_on for each in entry.documents if each.issued_on is not None)
    yield from dates_of(entry.event)


def _ahead(entry: AnyEntry, today: date) -> Iterator[Refusal]:
    """Refuse days that lie after the recording, though the entry states them as past."""
    for label, at, day in _stated_as_past(entry):
        if day is not None and _day(day) > today:
            yield breach("E02", detail=label, at=at)


def _stated_as_past(entry: AnyEntry) -> Iterator[tuple[Label, str, Any]]:
    """Yield every day that an entry states as past, with its label and its place."""
    yield NOTED, "/noted_on", entry.noted_on
    for place, document in enumerate(entry.documents):
        yield ISSUED, f"/documents/{place}/issued_on", document.issued_on
    for spec, at, day in _ordered(entry.event, "/data"):
        if spec.is_past:
            yield spec.label, at, day


def _ordered(stated: Event | Part, at: str) -> "Iterator[tuple[Field, str, Any]]":
    """Yield every field whose day has a required order, those of parts too, with its place and its value."""
    kind = type(stated)
    for spec in fields_with(kind, "orders"):
        yield spec, f"{at}/{spec.name}", known(getattr(stated, spec.name))
    for spec in fields_with(kind, "holds_orders"):
        parts = known(getattr(stated, spec.name))
        for place, part in enumerate(parts or ()):
            yield from _ordered(part, f"{at}/{spec.name}/{place}")


def _out_of_order(entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse days of an entry that contradict each other."""
    days, event = entry.days, entry.event
    if entry.at is not None and not days.earliest <= day_of(entry.at) <= days.last:
        yield breach("E10", detail=INSTANT, at="/at")
    if entry.noted_on is not None and entry.noted_on < days.earliest:
        yield breach("E10", detail=NOTED, at="/noted_on")
    for spec in fields_with(type(event), "orders"):
        value = known(getattr(event, spec.name))
        if value is not None and any(_contradicts(event, days, value, order) for order in spec.orders):
            yield breach("E10", detail=spec.label, at=_in_data(spec))


def _contradicts(event: Event, days: Days, value: date | datetime | int, order: Order) -> bool:
    if isinstance(value, int):
        return isinstance(order, ByNextYear) and value > days.last.year + 1
    day = _day(value)
    match order:
        case NotAfter():
            return day > days.last
        case NotBefore(None):
            return day < days.earliest
        case NotBefore(str(field)):
            other = known(getattr(event, field))
            if isinstance(value, datetime) and isinstance(other, datetime):
                return value < other
            return other is not None and day < _day(other)
    return False


def _day(moment: date | datetime) -> date:
    return day_of(moment) if isinstance(moment, datetime) else moment


@dataclass(frozen=True, slots=True)
class OddCode:
    """A code that did not count then: its field's label, where it stands, and its table."""

    label: Label
    at: str
    table: CodeTable

    def refusal(self, rule: str) -> Refusal:
        """Return it as a breach of a rule."""
        return breach(rule, detail=self.label, at=self.at, table=self.table.name)


def odd_codes(entry: AnyEntry, *, personal: bool) -> Iterator[OddCode]:
    """Yield every code that did not count on the entry's days, among the personal fields or the others."""
    for spec in fields_with(type(entry.event), "codes_personal" if personal else "codes_in_clear"):
        yield from _odd(spec, known(getattr(entry.event, spec.name)), _in_data(spec), entry.days)


def _odd(spec: Field, value: object, at: str, days: Days) -> list[OddCode]:
    if spec.code is not None and isinstance(value, str):
        table = tables()[spec.code.table]
        return [] if table.counts(value, days) else [OddCode(spec.label, at, table)]
    if isinstance(value, tuple):
        return [odd for place, item in enumerate(value) for odd in _odd(spec, item, f"{at}/{place}", days)]
    if isinstance(value, Part):
        return [
            odd
            for inner in fields_with(type(value), "holds_codes")
            for odd in _odd(inner, known(getattr(value, inner.name)), f"{at}/{inner.name}", days)
        ]
    return []


def _in_data(spec: Field) -> str:
    return f"/data/{spec.name}"
