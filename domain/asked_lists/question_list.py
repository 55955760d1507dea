"""Question lists: what is asked of many children at once, with the columns that its users need (domain.md 4).

A list is declared as data: by which rules, spans or readiness a child is in it, and its columns. Each column
is a function of one file on a day, with the entries that decide it, so that it is masked as the file is.
"""

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Category, Event, Label, Unknown, fields_of
from domain.field_types import field_type
from domain.file import Attribute
from domain.life import BIRTH, Life
from domain.obligations import Clock, History, State
from domain.readiness import Status
from domain.resting import NOTHING, Categories
from domain.when import age

CellShape: TypeAlias = Literal["day", "number", "yuan", "code", "text", "truth"]
"""What stands in a column: a day (or the days between which it lies), a number, money in yuan, and so on."""
Labels: TypeAlias = Mapping[str, Label]
WAITING: Final[tuple[State, ...]] = ("due", "overdue")


@dataclass(frozen=True, slots=True)
class Told:
    """What a column says of a child: a value, Unknown or None, and the entries that say so.

    `rests_on` are categories that it reveals beside those of the values read and of the entries.
    """

    value: object
    entries: tuple[AnyEntry, ...] = ()
    rests_on: Categories = NOTHING


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a child is in a list, where no rule says so: what is missing or has come to pass, by these entries.

    `cured_by` are the events after which it is so no more; `hides` are the categories that it reveals.
    """

    label: Label
    cured_by: tuple[type[Event], ...] = ()
    entries: tuple[AnyEntry, ...] = ()
    hides: Categories = NOTHING


@dataclass(frozen=True, slots=True)
class RowSubject:
    """What a row is about: a child on a day, and `about` a clock, a gap or a thing if it has several rows.

    `clocks` are those of the list's rules that have opened and that the asker sees, and `sees` what they see.
    """

    life: Life
    history: History
    day: date
    clocks: tuple[Clock, ...] = ()
    about: Any = None
    sees: AbstractSet[Category] = EVERY_CATEGORY


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A column: its name, its heading, what stands in it, and the question of each row.

    `hides` are the categories that even an empty cell would reveal: who does not see them is shown a mask in
    every row. `codes` is the table of a code, or the labels themselves. `none` says that an empty cell means
    that there is none, and not that nothing is recorded.
    """

    name: str
    label: Label
    shape: CellShape
    ask: Callable[[RowSubject], Told | None]
    hides: Categories = NOTHING
    codes: str | Labels | None = None
    none: bool = False


@dataclass(frozen=True, slots=True)
class HeldSpan:
    """Children of whom an attribute has one of these values on the day; any value without them.

    With `ended` those of whom it held such a value before and holds no longer. With `on_the_day` they are
    listed by the day itself, and not by the one since which it holds: as what is not known has no day.
    """

    attribute: Attribute[Any]
    values: tuple[str, ...] = ()
    ended: bool = False
    on_the_day: bool = False


@dataclass(frozen=True, slots=True)
class ReadyAsked:
    """Young people in care of whom readiness is asked: with one of these statuses, any without them.

    `within_months` keeps those who may have turned 18 by so many months after the day.
    """

    statuses: tuple[Status, ...] = ()
    within_months: int | None = None


Gaps: TypeAlias = Callable[[RowSubject], Iterator[Gap]]
Things: TypeAlias = Callable[[RowSubject], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class QuestionList:
    """One question as a list: why a child is in it, what its rows are about, and its columns.

    A row needs a reason: an obligation of `obligations` with one of `states`, a finding of `findings`, or one
    of `gaps`, each as far as the asker sees it; those of `readiness` need no other. `spans` and `readiness`
    say of which children gaps are asked. With `each_clock` each obligation and each gap is a row of its own;
    `things` are what else the rows of a child are about. Who does not see what the question `hides` may not
    ask it.
    """

    question: str
    columns: tuple[AskedColumn, ...]
    obligations: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    spans: tuple[HeldSpan, ...] = ()
    readiness: ReadyAsked | None = None
    gaps: Gaps | None = None
    states: tuple[State, ...] = WAITING
    each_clock: bool = False
    things: Things | None = None
    hides: Categories = NOTHING

    def __post_init__(self) -> None:
        QUESTION_LISTS[self.question] = self


QUESTION_LISTS: Final[dict[str, QuestionList]] = {}
"""Every list by the question that it answers, such as A2."""

_SHAPES: Final[Mapping[type, CellShape]] = {
    date: "day",
    bool: "truth",
    int: "number",
    Decimal: "number",
}
Picked: TypeAlias = Callable[[RowSubject], AnyEntry | None]
"""Which entry a column reads."""


def last_of(kind: type[Event]) -> Picked:
    """Return what finds the last entry of a kind by the day."""
    return lambda row: row.life.last(kind)


def day_of_entry(name: str, label: Label, kind: type[Event], pick: Picked | None = None) -> AskedColumn:
    """Return a column of the days on which the last event of a kind, or the one picked, happened."""
    picked = pick or last_of(kind)

    def ask(row: RowSubject) -> Told | None:
        entry = picked(row)
        return None if entry is None else Told(entry.days, (entry,))

    return AskedColumn(name, label, "day", ask, hides=kind.sealed)


def field_of(name: str, label: Label, kind: type[Event], of: str, pick: Picked | None = None) -> AskedColumn:
    """Return a column of what the last event of a kind, or the one picked, says in a field."""
    (spec,) = (each for each in fields_of(kind) if each.name == of)
    found, picked = field_type(spec.annotation), pick or last_of(kind)

    def ask(row: RowSubject) -> Told | None:
        entry = picked(row)
        return None if entry is None else Told(getattr(entry.event, of), (entry,))

    shape: CellShape = "code" if found.code else _SHAPES.get(found.type, "text")
    if spec.unit is not None and spec.unit.symbol == "yuan":
        shape = "yuan"
    personal = NOTHING if spec.personal is None else frozenset({spec.personal.category})
    return AskedColumn(name, label, shape, ask, hides=kind.sealed | personal, codes=found.code)


def derived(  # noqa: PLR0913 - what there is to say of a column
    name: str,
    zh: str,
    en: str,
    shape: CellShape,
    ask: Callable[[RowSubject], Told | None],
    *,
    hides: Categories = NOTHING,
    codes: str | Labels | None = None,
) -> AskedColumn:
    """Return a column of what follows from the file; empty where there is none."""
    return AskedColumn(name, Label(zh, en), shape, ask, hides, codes, none=True)


def due_next(row: RowSubject, *rules: str) -> Told | None:
    """Return by when the first of what waits is due, of these rules or of all of the list."""
    waiting = (
        each for each in row.clocks if (not rules or each.rule in rules) and each.state(row.day) in WAITING
    )
    first = min(waiting, key=lambda each: each.due.last, default=None)
    return None if first is None else Told(first.due, first.started_by, first.rests_on)


def days_since(row: RowSubject, day: date) -> int:
    """Return the days from a day to that of the question; none before it."""
    return max((row.day - day).days, 0)


def of_clock(row: RowSubject) -> Clock:
    """Return the clock that a row is about, in a list with a row for each and for nothing else."""
    clock: Clock = row.about
    return clock


def clock_of(row: RowSubject) -> Clock | None:
    """Return the clock that a row is about; None of a row about a gap."""
    return row.about if isinstance(row.about, Clock) else None


def years_old(row: RowSubject) -> Told | None:
    """Return full years of age; not known where the birth leaves them open."""
    birth = row.life.now(BIRTH)
    if birth is None or birth.held.value is None:
        return None
    born = birth.held.value
    years = max(age(born.last, row.day), 0)
    is_open = born.first is None or age(born.first, row.day) != years
    return Told(Unknown("not_known") if is_open else years, (birth.entry,))
