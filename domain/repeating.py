"""What is done again and again while a child is in care, or on a roll: examinations, reviews, visits."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Final, TypeAlias

from domain.entry import AnyEntry
from domain.event import Event, Label, Unknown, known
from domain.obligations import Clock, History, Stay
from domain.refusal import Refusals, no_evidence
from domain.rulebook import Pack
from domain.when import Days

AUGUST: Final = 8
"""The month with which a school year ends."""
CaseOf: TypeAlias = Callable[[Days], str]
Ends: TypeAlias = Callable[[Pack, Days], Days]


def _only(_: Days) -> str:
    return ""


def repeated(  # noqa: PLR0913 - what is done again, and how its times are counted
    rule: str,
    history: History,
    kind: type[Event],
    *,
    case: CaseOf = _only,
    ends: Ends = Pack.ends,
    since: Days | None = None,
    during: Iterable[Stay] | None = None,
    counts: Callable[[AnyEntry], bool] = lambda _: True,
) -> Iterator[Clock]:
    """Yield a clock for each event of a kind while a child is in care: it follows the one before it in time.

    The first is counted from the intake, or from the days `since` which it is required if these are later;
    and each from the one before: by the rule's number, for the `case` of the day from which it is counted.
    `ends` says by when, where that is not so long after that day. It is void with the end of the stay.
    `during` are other times than stays, counted from what began them. `counts` says which events are meant.
    """
    for stay in history.stays() if during is None else during:
        came = stay.began.entry
        begins = came.days if since is None or since.last <= stay.since else since
        if begins.last > stay.until:
            continue
        within = (
            each for each in history.all(kind) if counts(each) and begins.last <= each.days.last <= stay.until
        )
        counted = [(came, begins), *((each, each.days) for each in within)]
        for (started, days), following in zip(
            counted, [*(each for each, _ in counted[1:]), None], strict=True
        ):
            limit = history.number(rule, entry=started, on=days.last, case=case(days))
            if limit is not None:
                yield Clock(
                    rule=rule,
                    opened_on=days.last,
                    due=ends(limit, days),
                    started_by=(started,),
                    met_by=following,
                    void_on=stay.void_on,
                    void_because=stay.void_because,
                    number=limit,
                )


def by_named_day(
    rule: str,
    history: History,
    *kinds: type[Event],
    field: str = "next_on",
    about: Callable[[AnyEntry], object] = lambda _: None,
) -> Iterator[Clock]:
    """Yield a clock for each event in care that names a day in a field: the next one happens by then.

    The next one is of any of these kinds, and about the same: `about` says what an event is about. The clock
    is void with the end of the stay.
    """
    made = sorted((each for kind in kinds for each in history.all(kind)), key=lambda each: each.days.last)
    for stay in history.stays():
        within = [each for each in made if stay.since <= each.days.last <= stay.until]
        for index, started in enumerate(within):
            named = known(getattr(started.event, field))
            if named is None:
                continue
            later = (each for each in within[index + 1 :] if about(each) == about(started))
            yield Clock(
                rule=rule,
                opened_on=started.days.last,
                due=Days.on(named),
                started_by=(started,),
                met_by=next(later, None),
                void_on=stay.void_on,
                void_because=stay.void_because,
            )


def no_day(rule: str, named: date | Unknown) -> Refusals:
    """Yield that the day is not known by which the next one is to happen, so that it never falls due."""
    if known(named) is None:
        yield no_evidence(rule, detail=Label("下次日期不明", "the next day is not known"))


def school_year_end(_: Pack, days: Days) -> Days:
    """Return the last day of the school year after the one in which these days lie: a 31 August."""
    return Days(None if days.first is None else _next_august(days.first), _next_august(days.last))


def _next_august(day: date) -> date:
    year = day.year + (1 if day.month <= AUGUST else 2)
    return date(min(year, date.max.year), AUGUST, 31)
