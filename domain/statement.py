"""A statement (明细): what one file says about a question, line by line, such as what each illness cost.

A line is a dataclass whose fields are answered by name. A value that is personal is `Private`, so that only
who sees its category is shown it.

What a file says on a day stays so until something happens, but for what the day alone decides. So its lines
are kept as they stand once everything has happened, with the day since which they do (`stand_since`), and on
every later day `on_day` judges them: whether what is asked for is overdue, and which months have ended.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category, Event, fields_of
from domain.label import Label
from domain.obligations import History
from domain.resting import Categories, noting_each
from domain.rulebook import Rule
from domain.when import FIRST_DAY, LAST_DAY, add, day_after, day_before


@dataclass(frozen=True, slots=True)
class Private:
    """A personal value of a line: a text, or why there is none; shown to who sees its category."""

    category: Category
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What every line says besides what it is about.

    `on` is the day that it is about, by which lines are asked for; None where it is not known. `entries` are
    what it rests on. `rule` is what asks for it, if one does, with its text. `settled_by` are the types of
    the events by which what is open in it is settled; none where nothing is.
    """

    on: date | None
    entries: tuple[UUID, ...]
    rule: str | None = None
    source: str | None = None
    verified: bool | None = None
    settled_by: tuple[str, ...] = ()


L = TypeVar("L", bound=StatementLine)


@dataclass(frozen=True, slots=True)
class KeptLine(Generic[L]):
    """A line as it stands in the end; or that of each month from one day through another, as they end."""

    line: L
    months: tuple[date, date] | None = None


def _as_it_is(line: L, _: date) -> L:
    return line


def _once(_: StatementLine) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Statement(Generic[L]):
    """A question that a file answers line by line on a day.

    `name` names it in addresses and in the access log. Only files in which an event of one of the types
    `about` stands have lines. From the day `stand_since` on, lines on a day are those `kept`, by default
    those of the last of all days, as `on_day` judges them; `of_month` tells that of a month. Where nobody
    says since when, lines are told of so many `months` before the day, None for all. Of one day those come
    first whose text by `order` does.
    """

    name: str
    label: Label
    about: tuple[type[Event], ...]
    line: type[L]
    lines: Callable[[History, date], Iterable[L]]
    stand_since: Callable[[History], date]
    kept: Callable[[History], Iterable[KeptLine[L]]] | None = None
    on_day: Callable[[L, date], L] = _as_it_is
    of_month: Callable[[L, date], L] = _as_it_is
    order: Callable[[L], str] = _once
    months: int | None = None

    def is_asked(self, history: History) -> bool:
        """Whether there is something in a file of which lines are told."""
        return any(map(history.all, self.about))

    def keeps(self, history: History) -> list[tuple[KeptLine[L], Categories]]:
        """Return the lines that are kept of a file, each with the categories on which it rests."""
        kept = map(KeptLine, self.lines(history, LAST_DAY)) if self.kept is None else self.kept(history)
        return noting_each(kept)[0]

    def told(self, kept: KeptLine[L], day: date) -> Iterator[L]:
        """Yield what a line that is kept says on a day since which it stands."""
        if kept.months is None:
            yield self.on_day(kept.line, day)
            return
        month, through = kept.months[0], min(kept.months[1], last_month_by(day))
        while month <= through:
            yield self.on_day(self.of_month(kept.line, month), day)
            month = add(month, months=1)


def last_month_by(day: date) -> date:
    """Return the last day of the last month that has ended by a day."""
    return day_before((LAST_DAY if day == LAST_DAY else day_after(day)).replace(day=1))


def last_day_of(history: History, kinds: Iterable[type[Event]]) -> date:
    """Return the last day on which events of these types happened."""
    return max((entry.days.last for kind in kinds for entry in history.all(kind)), default=FIRST_DAY)


def rule_then(history: History, rule: str, entry: AnyEntry) -> Rule:
    """Return a rule as it stood on the day of an entry, where that was recorded."""
    return history.rulebook[rule].on(entry.days.last, entry.region)


def named(*kinds: type[Event]) -> tuple[str, ...]:
    """Return the names of types of events."""
    return tuple(kind.__name__ for kind in kinds)


def private(entry: AnyEntry, field: str) -> Private:
    """Return a personal field of an entry's event, without noting that it was read: it is shown or masked."""
    event = entry.event
    spec = next(each for each in fields_of(type(event)) if each.name == field)
    category = event.seals if spec.personal is None else spec.personal.category
    return Private(category, vars(event)[field])
