"""What is due around the eighteenth birthday: the case (I22), the assessment (D15), registration (D18).

A birth that leaves open whether somebody is of age is to be established (S03); of who is of age and not fully
able, a court is asked to decide on the capacity (I24).
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, Final

from domain.entry import AnyEntry
from domain.event import Label, known
from domain.events.intake import SEX
from domain.events.placement.applying import CapacityDeterminationApplied
from domain.events.placement.arrangements import MALE, EnlistmentRegistered, MilitaryServiceEnded, busy
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    CapacityDetermined,
)
from domain.events.schooling import SchoolingEnded
from domain.file import Fact
from domain.life import ADULT, BIRTH, Life, over_time
from domain.obligations import Clock, History, Stay, obligation
from domain.refusal import Refusals, no_evidence, uncertain
from domain.standing import standing
from domain.when import LAST_DAY, Days, day_after

PREPARED_MONTHS: Final = 6
"""Months in which a case is prepared before it is opened: its clock shows it from then on."""


@obligation("I22")
def case_is_opened(history: History) -> Iterator[Clock]:
    """Half a year before 18 the placement case is opened; the half-year before that is there to prepare it.

    Where a place sets more or fewer months, the time to prepare it moves with them.
    """
    for stay, born in _growing_up(history):
        limit = history.number("I22", entry=stay.began.entry, on=born.turns(ADULT).last)
        if limit is None:
            continue
        opens = max(born.turns(ADULT, months=-limit.value - PREPARED_MONTHS).earliest, stay.since)
        due = born.turns(ADULT, months=-limit.value)
        if stay.until < opens:
            continue
        yield Clock(
            rule="I22",
            opened_on=opens,
            due=due if due.last >= opens else Days.on(opens),
            started_by=_because(history, stay),
            met_by=history.first(AdultPlacementCaseOpened, after=stay.since),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


@obligation("D15")
def is_assessed(history: History) -> Iterator[Clock]:
    """The assessment is made in the last half-year before 18; of who was at school then, after leaving it."""
    for stay, born in _growing_up(history):
        adult = born.turns(ADULT)
        limit = history.number("D15", entry=stay.began.entry, on=adult.last, case="before_18")
        if limit is None:
            continue
        window = born.turns(ADULT, months=-limit.value)
        opens = max(window.earliest, stay.since)
        if stay.until < opens:
            continue
        void_on, because = stay.void_on, stay.void_because
        if (void_on is None or void_on > adult.last) and busy(history.on(adult.last)) is not None:
            void_on, because = adult.last, Label("仍在校就读或者服现役", "still at school or in the army")
        yield Clock(
            rule="D15",
            opened_on=opens,
            due=adult,
            started_by=_because(history, stay),
            met_by=_assessment(history, window.earliest),
            void_on=void_on,
            void_because=because,
            number=limit,
        )
        yield from _assessed_after_leaving(history, stay, adult)


def _assessed_after_leaving(history: History, stay: Stay, adult: Days) -> Iterator[Clock]:
    """One clock for each time a grown-up in care leaves school or the army, void when either begins again."""
    for since, until, before in _free(history, adult.last, stay.until):
        limit = history.number("D15", entry=stay.began.entry, on=since, case="left_school")
        if limit is None:
            continue
        void_on, because = stay.void_on, stay.void_because
        if until < stay.until:
            void_on, because = (
                day_after(until),
                Label("再次在校就读或者服现役", "at school or in the army again"),
            )
        left = _left(history, since)
        yield Clock(
            rule="D15",
            opened_on=since,
            due=limit.ends(Days.on(since) if left is None else left.days),
            started_by=(left or before.entry,),
            met_by=_assessment(history, since),
            void_on=void_on,
            void_because=because,
            number=limit,
        )


def _free(history: History, start: date, end: date) -> Iterator[tuple[date, date, Fact[Any]]]:
    """The times after school or the army, first and last day, each with what came before it."""
    before: Fact[Any] | None = None
    times = over_time(history.file, history.rulebook, busy, start, end)
    for is_free, neighbours in groupby(times, key=lambda time: time[2] is None):
        times_together = list(neighbours)
        if is_free and before is not None:
            yield times_together[0][0], times_together[-1][1], before
        before = times_together[-1][2]


@standing("S03")
def may_be_of_age(life: Life) -> Refusals:
    """A person in care of whom the birth leaves open whether they are of age."""
    if life.in_care and life.aged(ADULT) is None:
        birth = life.now(BIRTH)
        said = None if birth is None else birth.entry
        detail = Label("未登记出生日期", "the birth is not recorded") if birth is None else None
        yield uncertain("S03", said, detail=detail)


@standing("I24")
def capacity_is_decided(life: Life) -> Refusals:
    """Somebody of age in care who is not able to all, and of whose capacity no court was asked to decide."""
    assessment = life.last(AdultPlacementAssessed)
    if assessment is None or not life.in_care or not life.aged(ADULT):
        return
    if life.last(CapacityDeterminationApplied) is not None or life.last(CapacityDetermined) is not None:
        return
    capacity = known(assessment.event.capacity)
    if capacity is None:
        yield uncertain(
            "I24", assessment, detail=Label("评估未写明民事行为能力", "the assessment does not say")
        )
    elif capacity != "full":
        yield no_evidence("I24", assessment)


@obligation("D18")
def service_is_registered(history: History) -> Iterator[Clock]:
    """A man in care is registered for military service in the year in which he turns 18."""
    sex = history.on(LAST_DAY).now(SEX)
    if sex is None or sex.held.value != MALE:
        return
    for stay, born in _growing_up(history):
        adult = born.turns(ADULT)
        limit = history.number("D18", entry=stay.began.entry, on=adult.last)
        opens = max(date(adult.earliest.year, 1, 1), stay.since)
        if limit is None or stay.until < opens:
            continue
        first = None if adult.first is None else date(adult.first.year, 12, 31)
        yield Clock(
            rule="D18",
            opened_on=opens,
            due=Days(first, date(adult.last.year, 12, 31)),
            started_by=_because(history, stay),
            met_by=history.first(EnlistmentRegistered, after=date(adult.earliest.year, 1, 1)),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


def _growing_up(history: History) -> Iterator[tuple[Stay, Days]]:
    """Yield each stay in care that began before the eighteenth birthday, with the birth."""
    birth = history.birth()
    born = None if birth is None else birth.held.value
    if born is not None:
        yield from ((stay, born) for stay in history.stays() if stay.since <= born.turns(ADULT).last)


def _because(history: History, stay: Stay) -> tuple[AnyEntry, ...]:
    birth = history.birth()
    return (stay.began.entry,) if birth is None else (birth.entry,)


def _left(history: History, day: date) -> AnyEntry | None:
    """Return the entry by which the person left school or the army on a day."""
    ends: list[AnyEntry] = [*history.all(SchoolingEnded), *history.all(MilitaryServiceEnded)]
    return next((entry for entry in ends if entry.days.last == day), None)


def _assessment(history: History, since: date) -> AnyEntry | None:
    """Return the first assessment with a conclusion from a day on."""
    for assessed in history.all(AdultPlacementAssessed):
        if assessed.days.last >= since and known(assessed.event.conclusion) is not None:
            return assessed
    return None
