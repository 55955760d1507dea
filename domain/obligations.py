"""What is due: clocks that a fact starts and another fact stops.

A clock is computed once from the whole file and holds its days. Whether it is due, overdue, met or void on a
given day follows from these alone, so that midnight changes answers without an entry.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import wraps
from typing import Any, Final, Literal, TypeAlias, TypeVar

from domain.codes import tables
from domain.entry import AnyEntry, Entry
from domain.event import Event, Kind, Label
from domain.file import Attribute, Fact, File, Span
from domain.joined_files import is_listed
from domain.life import BIRTH, GONE, IN_CARE, STAGE, Life
from domain.resting import NOTHING, Categories, noting_each
from domain.rulebook import Pack, Rulebook
from domain.scope import TRANSFERRED, handed_over
from domain.when import Days, day_before

T = TypeVar("T")
E = TypeVar("E", bound=Event)

State: TypeAlias = Literal["due", "overdue", "met", "met_late", "void"]


@dataclass(frozen=True, slots=True)
class Clock:
    """Something due: opened on a day, due by a day (an interval where the start is imprecise).

    `started_by` and `met_by` are the entries that opened and met it; `void_on` is the first day on which
    it is no longer required, `void_because` the reason; `number` is the rule's number that set the due day,
    and `verified` says whether all others were checked with which it was counted. `rests_on` are the
    categories of personal data that it reveals.
    """

    rule: str
    opened_on: date
    due: Days
    started_by: tuple[AnyEntry, ...]
    met_by: AnyEntry | None = None
    void_on: date | None = None
    void_because: Label | None = None
    number: Pack | None = None
    verified: bool = True
    rests_on: Categories = NOTHING

    @property
    def provisional(self) -> bool:
        """Whether the due day may still move, as it counts working days of a year that is not known."""
        return self.number is not None and self.number.is_provisional(self.due.last)

    def state(self, day: date) -> State | None:
        """Return its state on a day; None before it is opened."""
        if day < self.opened_on:
            return None
        if self.met_by is not None and self.met_by.days.last <= day:
            return "met_late" if self.met_by.days.earliest > self.due.last else "met"
        if self.void_on is not None and self.void_on <= day:
            return "void"
        return "overdue" if day > self.due.last else "due"


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in the institution's care, or time on a roll, from its first day through its last.

    `void_on` is the first day on which it requires nothing any more, `void_because` the reason; None while
    it lasts.
    """

    began: Fact[Any]
    since: date
    until: date
    void_on: date | None = None
    void_because: Label | None = None


def stage_of(fact: Fact[str]) -> Label:
    """Return the label of the stage that a fact began."""
    return tables()["stage"].codes[str(fact.held.value)]


class History:
    """A whole file under a rulebook, for questions over time rather than on one day."""

    def __init__(self, file: File, rulebook: Rulebook) -> None:
        self.file = file
        self.rulebook = rulebook
        self._stays: tuple[Stay, ...] | None = None
        self.kind: Kind | None = file.opened.kind if file.entries else None

    def all(self, kind: type[E]) -> list[Entry[E]]:
        """Return every entry of a type, by the day it happened."""
        return self.file.of(kind)

    def first(self, kind: type[E], *, after: date | None = None) -> Entry[E] | None:
        """Return the first entry of a type that certainly happened on or after a day."""
        return next(
            (entry for entry in self.file.of(kind) if after is None or entry.days.last >= after),
            None,
        )

    def spans(self, attribute: Attribute[T]) -> list[Span[T]]:
        """Return the values of an attribute with their days."""
        return self.file.spans(attribute)

    def on(self, day: date) -> Life:
        """Return the life on one day."""
        return Life(self.file, day, self.rulebook)

    def birth(self) -> Fact[Days] | None:
        """Return the fact of the birth; None if it is not recorded."""
        facts = self.file.facts(BIRTH).get("", [])
        return facts[-1] if facts else None

    def turns(self, years: float) -> Days | None:
        """Return the day on which the person completes that many years; None if the birth is unknown."""
        birth = self.birth()
        born = None if birth is None else birth.held.value
        return None if born is None else born.turns(years)

    def number(self, rule: str, *, entry: AnyEntry, on: date | None = None, case: str = "") -> Pack | None:
        """Return a rule's number as `Life.number` does, for the starting entry's day or for another one."""
        day = entry.days.last if on is None else on
        return self.on(day).number(rule, of=entry, on=day, case=case)

    def stays(self) -> tuple[Stay, ...]:
        """The child's stays in the institution's care; several if it left and came back."""
        if self._stays is None:
            # Most obligations ask for them.
            self._stays = tuple(self._stayed())
        return self._stays

    def stay_on(self, day: date) -> Stay | None:
        """Return the stay in which a day lies; None outside the institution's care."""
        return next((stay for stay in self.stays() if stay.since <= day <= stay.until), None)

    def _stayed(self) -> list[Stay]:
        stays: list[Stay] = []
        for span in self.spans(STAGE):
            going_on = bool(stays) and stays[-1].until == day_before(span.since)
            if span.value in IN_CARE and going_on:
                stays[-1] = replace(stays[-1], until=span.until)
            elif span.value in IN_CARE:
                stays.append(Stay(span.fact, span.since, span.until))
            elif going_on:
                stays[-1] = replace(stays[-1], void_on=span.fact.held.since, void_because=stage_of(span.fact))
        return stays

    def gone(self, after: date) -> Fact[str] | None:
        """Return the fact by which the child left care, was adopted or died, on or after a day."""
        for fact in self.file.facts(STAGE).get("", []):
            if fact.held.value in GONE and fact.held.since >= after:
                return fact
        return None


ObligationFunction: TypeAlias = Callable[[History], Iterator[Clock]]

OBLIGATIONS: Final[dict[str, ObligationFunction]] = {}
"""Every obligation's function by its rule."""


def obligation(
    rule: str, *of: type[Event], kind: Kind | None = None
) -> Callable[[ObligationFunction], ObligationFunction]:
    """Register a function that yields one rule's clocks over a whole file.

    It is asked only of files of a kind, and of those in which one of the events `of` stands, where either is
    said.
    """

    def register(function: ObligationFunction) -> ObligationFunction:
        @wraps(function)
        def asked(history: History) -> Iterator[Clock]:
            meant = kind in {None, history.kind} and (not of or any(map(history.all, of)))
            return function(history) if meant else iter(())

        OBLIGATIONS[rule] = asked if of or kind else function
        return function

    return register


def clocks(file: File, rulebook: Rulebook, rule: str | None = None) -> list[Clock]:
    """Return every clock of a file, or those of one rule, by due day."""
    if not is_listed(file):
        return []
    history = History(file, rulebook)
    asked = OBLIGATIONS.values() if rule is None else [OBLIGATIONS[rule]]
    every = [clock for ask in asked for clock in _asked(ask, history)]
    return sorted(every, key=lambda clock: (clock.due.last, clock.rule, clock.opened_on))


def _asked(ask: ObligationFunction, history: History) -> Iterator[Clock]:
    """Yield the clocks of one obligation, each resting on what was read and on the entries it names."""
    for each, read in noting_each(_answers(ask, history))[0]:
        clock = _within(each)
        named = clock.started_by if clock.met_by is None else (*clock.started_by, clock.met_by)
        on = read.union(*(entry.event.sealed for entry in named))
        yield replace(clock, rests_on=on) if on else clock


def _within(clock: Clock) -> Clock:
    """Return the clock without what came when nothing was required any more, and so has not met it."""
    met, void = clock.met_by, clock.void_on
    return (
        replace(clock, met_by=None)
        if met is not None and void is not None and met.days.last > void
        else clock
    )


def _answers(ask: ObligationFunction, history: History) -> Iterator[Clock]:
    yield from ask(history)


def until_handed_over(history: History, due: Iterator[Clock]) -> Iterator[Clock]:
    """Yield clocks that are void, too, once another institution is in charge: it cannot meet them."""
    for clock in due:
        moved = handed_over(history.file, clock.started_by[-1].days.last)
        if moved is not None and (clock.void_on is None or moved < clock.void_on):
            yield replace(clock, void_on=moved, void_because=TRANSFERRED)
        else:
            yield clock
