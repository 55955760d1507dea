"""Visits that are due: which visit is made for which time."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias, TypeVar

from domain.entry import AnyEntry, Entry
from domain.event import Event, Label, known
from domain.life import STAGE
from domain.obligations import Clock, History, stage_of
from domain.when import LAST_DAY, Days

E = TypeVar("E", bound=Event)
VisitsEnd: TypeAlias = Callable[[History, date], tuple[date, Label] | None]
"""Answers on which first day after a day no visit is required any more, and why; None while there is none."""
ENDS: Final = frozenset({"died", "received", "in_care"})
"""The stages in which nobody is visited any more."""
REPLACED: Final = Label("已重新计划", "planned anew")
PUT_OFF: Final = Label("已改期", "put off to another day")


def visits_end(history: History, after: date) -> tuple[date, Label] | None:
    """Return the first day without any visit required, and why: who is visited died, or was taken in."""
    for span in history.spans(STAGE):
        if span.since > after and span.value in ENDS:
            return span.since, stage_of(span.fact)
    return None


def made_by(ends: Sequence[date], visits: Sequence[tuple[date, Entry[E]]]) -> list[Entry[E] | None]:
    """Return for each of several times, which follow each other until these days, the visit made for it.

    Each visit comes with the day that it is for. One that lies within a time is for that time; a second one
    there makes up for an earlier time without any, and so does one after the last time. One visit is for one
    time only.
    """
    within: list[list[Entry[E]]] = [[] for _ in range(len(ends) + 1)]
    for day, visit in sorted(visits, key=lambda each: each[0]):
        within[bisect_left(ends, day)].append(visit)
    for time in range(len(ends)):
        spare = next((own for own in within[time + 1 :] if len(own) > (own is not within[-1])), None)
        if not within[time] and spare is not None:
            within[time].append(spare.pop(0))
    return [own[0] if own else None for own in within[:-1]]


def nearest_to(planned: Sequence[date], made: Sequence[Entry[E]], after: date) -> list[Entry[E] | None]:
    """Return for each planned day, in order, the first visit that lies nearer to it than to its neighbours.

    The day on which the plan was made is the first one's neighbour: a visit nearer to that is for none.
    """
    between = [day + (following - day) / 2 for day, following in pairwise([after, *planned])]
    found: list[Entry[E] | None] = []
    for since, until in pairwise([*between, LAST_DAY]):
        found.append(next((visit for visit in made if since < visit.days.last <= until), None))
    return found


def planned_visits(  # noqa: PLR0913, PLR0917 - what is planned, and what may come of it
    rule: str,
    history: History,
    plan: AnyEntry,
    days: Sequence[date],
    made: Sequence[Entry[E]],
    replaced_by: Sequence[AnyEntry],
    end: VisitsEnd | None = None,
    put_off: Sequence[AnyEntry] = (),
) -> Iterator[Clock]:
    """Yield a clock for each planned day: it falls due that day, and is met by the visit nearest to it.

    It is void with the `end` of the visits, by default `visits_end`, with the first of the plans that replace
    it, or once it is `put_off` to another day.
    """
    since = plan.days.last
    over = [ended for ended in ((end or visits_end)(history, since),) if ended is not None]
    over += [(other.days.last, REPLACED) for other in replaced_by[:1]]
    planned = sorted(set(days))
    visits = [visit for visit in made if visit is not plan and visit.days.last >= since]
    for day, visit in zip(planned, nearest_to(planned, visits, since), strict=True):
        moved = [(each.days.last, PUT_OFF) for each in put_off if _moves(each, day, since)]
        void_on, because = min([*over, *moved], key=lambda ended: ended[0], default=(None, None))
        yield Clock(
            rule=rule,
            opened_on=since,
            due=Days.on(day),
            started_by=(plan,),
            met_by=visit,
            void_on=void_on,
            void_because=because,
        )


def planned_and_agreed(  # noqa: PLR0913 - what is planned, and what may come of it
    rule: str,
    history: History,
    plans: Sequence[AnyEntry],
    made: Sequence[Entry[E]],
    end: VisitsEnd | None = None,
    *,
    put_off: Sequence[AnyEntry] = (),
) -> Iterator[Clock]:
    """Yield the clocks of plans (`visits_on`) and of visits that agreed on the next one (`next_on`).

    A visit that was `put_off` may agree on a next one, too: the day that it was planned for is void then. A
    new plan replaces both.
    """
    for index, plan in enumerate(plans):
        days = known(plan.event.visits_on) or ()
        yield from planned_visits(rule, history, plan, days, made, plans[index + 1 :], end, put_off)
    agreed = [visit for visit in (*made, *put_off) if _next_on(visit) is not None]
    for visit in agreed:
        again = [
            later
            for later in sorted([*plans, *agreed], key=lambda entry: (entry.days.last, entry.turn))
            if (later.days.last, later.turn) > (visit.days.last, visit.turn)
        ]
        day = _next_on(visit)
        yield from planned_visits(rule, history, visit, () if day is None else (day,), made, again, end)


def _moves(missed: AnyEntry, day: date, since: date) -> bool:
    """Return whether the visit planned for a day was missed after the plan, and another day agreed on."""
    return (
        missed.days.last >= since
        and known(missed.event.planned_on) == day
        and _next_on(missed) not in {None, day}
    )


def _next_on(visit: AnyEntry) -> date | None:
    next_on: date | None = known(visit.event.next_on)
    return next_on
