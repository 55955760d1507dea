"""What is done again and again while a child is in care: examinations, assessments, reviews, tests."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from domain.entry import AnyEntry
from domain.event import Event
from domain.obligations import Clock, History
from domain.rulebook import Pack
from domain.when import Days

AUGUST: Final = 8
"""The month with which a school year ends."""
CaseOf: TypeAlias = Callable[[Days], str]
Ends: TypeAlias = Callable[[Pack, Days], Days]


def _only(_: Days) -> str:
    return ""


def repeated(
    rule: str, history: History, kind: type[Event], *, case: CaseOf = _only, ends: Ends = Pack.ends
) -> Iterator[Clock]:
    """Yield a clock for each event of a kind while a child is in care: it follows the one before it in time.

    The first is counted from the intake, and each from the one before: by the rule's number, for the `case`
    of the day from which it is counted. `ends` says by when, where that is not so long after that day. It is
    void with the end of the stay.
    """
    for stay in history.stays():
        within = (each for each in history.all(kind) if stay.since <= each.days.last <= stay.until)
        for started, following in pairwise([stay.began.entry, *within, None]):
            limit = None if started is None else _limit(rule, history, started, case)
            if started is not None and limit is not None:
                yield Clock(
                    rule=rule,
                    opened_on=started.days.last,
                    due=ends(limit, started.days),
                    started_by=(started,),
                    met_by=following,
                    void_on=stay.void_on,
                    void_because=stay.void_because,
                    number=limit,
                )


def _limit(rule: str, history: History, started: AnyEntry, case: CaseOf) -> Pack | None:
    return history.number(rule, entry=started, case=case(started.days))


def school_year_end(_: Pack, days: Days) -> Days:
    """Return the last day of the school year after the one in which these days lie: a 31 August."""
    return Days(None if days.first is None else _next_august(days.first), _next_august(days.last))


def _next_august(day: date) -> date:
    year = day.year + (1 if day.month <= AUGUST else 2)
    return date(min(year, date.max.year), AUGUST, 31)
