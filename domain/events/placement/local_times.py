"""Times that places set: how long deciding on support in hardship takes (D16), and the transition (D30)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from domain.answering import answers_to
from domain.entry import AnyEntry, Entry
from domain.event import Label, known
from domain.events.placement.applying import (
    HardshipSupportApplied,
    HardshipSupportInvestigated,
    HardshipSupportPublicityEnded,
)
from domain.events.placement.arrangements import HardshipSupportDecided
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.transition import TransitionPeriodStarted
from domain.life import ADULT, Life
from domain.obligations import Clock, History, obligation, stage_of
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.rulebook import Pack
from domain.when import Days

STAGES: Final = ("investigation", "publicity", "confirmation")
"""What an application goes through, each stage for a time of its own; a minor's is not published."""
JOINED: Final = Label(
    "未登记该环节的结束，与后一环节合并计算", "its end is not recorded: counted with a later stage"
)
SOCIAL: Final = "social"


@obligation("D16", HardshipSupportApplied, HardshipSupportDecided)
def hardship_is_decided(history: History) -> Iterator[Clock]:
    """From the application on, each stage takes the time that the place of the household register sets.

    Where only the decision is recorded, it says when somebody applied, and all stages are one.
    """
    applications = history.all(HardshipSupportApplied)
    found = (history.all(HardshipSupportInvestigated), history.all(HardshipSupportPublicityEnded))
    reached = zip(*(answers_to(applications, entries, "application") for entries in found), strict=True)
    for application, (investigated, published) in zip(applications, reached, strict=True):
        decision = _decision(history, application.days)
        yield from _stages(history, application, application.days, (investigated, published, decision))
    for decided in history.all(HardshipSupportDecided):
        applied = known(decided.event.applied_on)
        before = [each for each in applications if each.days.last <= decided.days.last]
        if applied is not None and not any(_on(applied, each.days) for each in before):
            decision = _decision(history, Days.on(applied), since=decided)
            yield from _stages(history, decided, Days.on(applied), (None, None, decision), as_one=True)


def _stages(
    history: History, started: AnyEntry, since: Days, ends: Sequence[AnyEntry | None], *, as_one: bool = False
) -> Iterator[Clock]:
    """Yield a clock for each stage up to the one that goes on, from the end of the one before.

    A stage without an end of its own is due by itself until a later one has ended, and from that day on
    counted together with it: before, nobody could know that its end would never be recorded.
    """
    applied, minor = since.last, history.on(since.last).aged(ADULT) is False
    stages = [
        each for each in zip(STAGES, _in_turn(ends), strict=True) if each[0] != "publicity" or not minor
    ]
    gone = history.gone(applied)
    begun, opened, numbers = started, started.days.last, list[Pack]()
    for index, (stage, end) in enumerate(stages):
        number = history.number("D16", entry=started, on=applied, case=stage)
        numbers += [] if number is None else [number]
        ended = next((each for _, each in stages[index:] if each is not None), None)
        last = stage == stages[-1][0]
        due = since
        for number in numbers:
            due = number.ends(due)
        clock = Clock(
            rule="D16",
            opened_on=max(since.last, opened),
            due=due,
            started_by=(begun,),
            met_by=end,
            void_on=None if gone is None else gone.held.since,
            void_because=None if gone is None else stage_of(gone),
            number=numbers[-1] if numbers else None,
            verified=all(number.verified for number in numbers),
        )
        if end is not None:
            begun, opened, since = end, max(opened, end.days.last), end.days
        elif ended is not None and not as_one:
            opened = max(opened, ended.days.last)
            clock = _until(opened, clock)
        never = clock.void_because is JOINED and clock.void_on == clock.opened_on
        if numbers and (last or not as_one) and not never:
            yield clock
        if ended is None and not as_one:
            return
        numbers = numbers if end is None else []


def _in_turn(ends: Sequence[AnyEntry | None]) -> list[AnyEntry | None]:
    """Return the ends of stages without those that came after the end of a later stage, which ended both."""
    later = [[each for each in ends[index + 1 :] if each is not None] for index in range(len(ends))]
    return [
        None if end is None or any(each.days.last < end.days.last for each in after) else end
        for end, after in zip(ends, later, strict=True)
    ]


def _until(day: date, clock: Clock) -> Clock:
    """Return the clock of a stage that from a day on is counted together with a later one."""
    if clock.void_on is not None and clock.void_on <= day:
        return clock
    return replace(clock, void_on=day, void_because=JOINED)


def _decision(
    history: History, applied: Days, *, since: Entry[HardshipSupportDecided] | None = None
) -> Entry[HardshipSupportDecided] | None:
    """Return the first entry after an application, or the given one, that says what was decided on it."""
    decisions = history.all(HardshipSupportDecided)
    for decided in decisions if since is None else decisions[decisions.index(since) :]:
        day = known(decided.event.applied_on)
        of_it = day is None or _on(day, applied)
        if of_it and decided.days.last >= applied.last and known(decided.event.decision) is not None:
            return decided
    return None


def _on(day: date, days: Days) -> bool:
    return days.earliest <= day <= days.last


@against(HardshipSupportDecided)
def application_has_its_day(decided: HardshipSupportDecided, life: Life) -> Refusals:
    """Without the day of the application nobody can tell whether it was decided in time (D16)."""
    if life.last(HardshipSupportApplied) is not None:
        return
    if known(decided.applied_on) is None and life.rule("D16").packs:
        yield uncertain("D16", detail=Label("申请日期未登记", "the day of the application is not recorded"))


@against(AdultPlaced)
def transition_lasts(placed: AdultPlaced, life: Life) -> Refusals:
    """Where a place sets a time of transition into society, it is planned to its end (D30)."""
    route = known(placed.route)
    if route in {None, SOCIAL}:
        for refusal in _lasts(known(placed.transition_end_on), life):
            yield refusal if route is not None else replace(refusal, kind="uncertain")


@against(TransitionPeriodStarted)
def started_transition_lasts(started: TransitionPeriodStarted, life: Life) -> Refusals:
    """The same of a transition that is recorded by itself (D30)."""
    yield from _lasts(known(started.ends_on), life)


def _lasts(ends: date | None, life: Life) -> Refusals:
    limit, entry = life.number("D30"), life.entry
    if limit is None or entry is None:
        return
    if ends is None:
        detail = Label("过渡期截止日期未登记", "when the transition ends is not recorded")
        yield no_evidence("D30", detail=detail, by=limit)
    elif ends < limit.ends(entry.days).earliest:
        yield breach(
            "D30", detail=Label("登记的过渡期短于规定", "the recorded transition is shorter"), by=limit
        )
