"""What is opened, reviewed again and again, and closed: a case of social work, a plan of care."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from domain.entry import AnyEntry, Entry
from domain.event import Event, known
from domain.obligations import Clock, History, stage_of

E = TypeVar("E", bound=Event)


def reviews_due(  # noqa: PLR0913, PLR0917 - what is opened, reviewed and closed
    rule: str,
    history: History,
    opened: type[E],
    reviewed: type[Event],
    closed: type[Event],
    field: str,
) -> Iterator[Clock]:
    """Yield a clock for each review: it follows the opening, or the review before, within the rule's number.

    `field` is the field of reviews and closings that names what was opened; one that names none, as papers
    often do, belongs to the last opened before it. A clock is void once that is closed, or once the child
    has left care, was adopted or has died.
    """
    every = history.all(opened)
    for case in every:
        reviews = _belonging(case, every, history.all(reviewed), field)
        ends = [
            (end.days.last, end.event.label) for end in _belonging(case, every, history.all(closed), field)
        ]
        gone = history.gone(case.days.last)
        if gone is not None:
            ends.append((gone.held.since, stage_of(gone)))
        void_on, because = min(ends, key=lambda end: end[0], default=(None, None))
        for started, following in pairwise([case, *reviews, None]):
            limit = None if started is None else history.number(rule, entry=started)
            if started is not None and limit is not None and (void_on is None or started.days.last < void_on):
                yield Clock(
                    rule=rule,
                    opened_on=started.days.last,
                    due=limit.ends(started.days),
                    started_by=(started,),
                    met_by=following,
                    void_on=void_on,
                    void_because=because,
                    number=limit,
                )


def _belonging(
    case: Entry[E], every: Sequence[Entry[E]], later: Sequence[AnyEntry], field: str
) -> list[AnyEntry]:
    """Return the entries of one case, by the day they happened."""
    return [each for each in later if _case_of(each, every, field) == case.original]


def _case_of(entry: AnyEntry, every: Sequence[Entry[E]], field: str) -> object:
    named = known(getattr(entry.event, field))
    before = [each.original for each in every if each.days.earliest <= entry.days.last]
    return named or (before[-1] if before else None)
