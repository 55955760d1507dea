"""Duties that recur for an institution: counted from the one before, or due in a month of the year."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

from domain.entry import AnyEntry
from domain.events.institution.particulars import InstitutionOpened
from domain.obligations import Clock, History
from domain.rulebook import Pack
from domain.when import Days, month_end

E = TypeVar("E", bound=AnyEntry)


def opened_by(history: History) -> AnyEntry | None:
    """Return the entry by which the institution began to keep its ledger here; None in any other file."""
    return history.first(InstitutionOpened)


def since_opening(history: History, done: Iterable[AnyEntry]) -> list[AnyEntry]:
    """Return what was done, after the opening of the institution unless something was done before it."""
    opened, made = opened_by(history), list(done)
    if opened is None or (made and made[0].days.last <= opened.days.last):
        return made
    return [opened, *made]


def by_month_end(limit: Pack, days: Days) -> Days:
    """Return the last day of the month in which the rule's number from a day ends."""
    return Days.on(month_end(limit.ends(days).last))


def recurring(
    rule: str, history: History, done: Iterable[AnyEntry], *, ends: Callable[[Pack, Days], Days] = Pack.ends
) -> Iterator[Clock]:
    """Yield a clock for each of these entries: the next one follows within the rule's number from its day.

    `ends` says by when, where that is not just so long after it.
    """
    for started, following in pairwise([*done, None]):
        limit = None if started is None else history.number(rule, entry=started)
        if started is not None and limit is not None:
            yield Clock(
                rule=rule,
                opened_on=started.days.last,
                due=ends(limit, started.days),
                started_by=(started,),
                met_by=following,
                number=limit,
            )


def by_month(
    rule: str, history: History, made: Sequence[E], year_of: Callable[[E], int], *, years_later: int = 0
) -> Iterator[Clock]:
    """Yield a clock for each year, from the opening on or after the first year for which it was done.

    `made` are the entries by which it was done, by their day. It is done by the end of a month: the rule's
    number, of the year itself or `years_later`. Only the first year for which it was not done has a clock
    that is open.
    """
    done: dict[int, AnyEntry] = {}
    for entry in made:
        done.setdefault(year_of(entry), entry)
    started = next(iter(since_opening(history, made)), None)
    if started is None:
        return
    began = started.days.last
    first = year_of(made[0]) + 1 if made and started is made[0] else began.year
    for year in range(first, max([first, *done]) + 2):
        begins = date(year + years_later, 1, 1)
        limit = history.number(rule, entry=started, on=begins)
        if limit is None:
            continue
        ends = month_end(date(begins.year, limit.value, 1))
        if ends < began:
            continue
        yield Clock(
            rule=rule,
            opened_on=max(began, begins),
            due=Days.on(ends),
            started_by=(started,),
            met_by=done.get(year),
            number=limit,
        )
        if year not in done:
            return
        started = done[year]
