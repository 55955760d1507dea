"""Times that places set: how long deciding on support in hardship takes (D16), and the transition (D30)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from domain.entry import Entry
from domain.event import Label, known
from domain.events.placement.arrangements import HardshipSupportDecided
from domain.events.placement.placed import AdultPlaced
from domain.life import ADULT, Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.when import Days

STAGES: Final = ("investigation", "publicity", "confirmation")
"""What an application goes through, each stage for a time of its own; a minor's is not published."""
SOCIAL: Final = "social"


@obligation("D16")
def hardship_is_decided(history: History) -> Iterator[Clock]:
    """From the application on, each stage takes the time that the place of the household register sets."""
    for decided in history.all(HardshipSupportDecided):
        applied = known(decided.event.applied_on)
        if applied is None:
            continue
        minor = history.on(applied).aged(ADULT) is False
        stages = [stage for stage in STAGES if stage != "publicity" or not minor]
        numbers = [history.number("D16", entry=decided, on=applied, case=stage) for stage in stages]
        due = Days.on(applied)
        for number in numbers:
            due = due if number is None else number.ends(due)
        if numbers[-1] is not None:
            yield Clock(
                rule="D16",
                opened_on=applied,
                due=due,
                started_by=(decided,),
                met_by=_decision(history, decided, applied),
                number=numbers[-1],
                verified=all(number.verified for number in numbers if number is not None),
            )


def _decision(
    history: History, since: Entry[HardshipSupportDecided], applied: date
) -> Entry[HardshipSupportDecided] | None:
    """Return the entry, or the next one on the same application, that says what was decided."""
    decisions = history.all(HardshipSupportDecided)
    for decided in decisions[decisions.index(since) :]:
        event = decided.event
        if known(event.decision) is not None and known(event.applied_on) in {None, applied}:
            return decided
    return None


@against(HardshipSupportDecided)
def application_has_its_day(decided: HardshipSupportDecided, life: Life) -> Refusals:
    """Without the day of the application nobody can tell whether it was decided in time (D16)."""
    if known(decided.applied_on) is None and life.rule("D16").packs:
        yield uncertain("D16", detail=Label("申请日期未登记", "the day of the application is not recorded"))


@against(AdultPlaced)
def transition_lasts(placed: AdultPlaced, life: Life) -> Refusals:
    """Where a place sets a time of transition into society, it is planned to its end (D30)."""
    limit, entry, route = life.number("D30"), life.entry, known(placed.route)
    if limit is None or entry is None or route not in {None, SOCIAL}:
        return
    ends, least = known(placed.transition_end_on), limit.ends(entry.days)
    if ends is None:
        detail = Label("过渡期截止日期未登记", "when the transition ends is not recorded")
        refusal = no_evidence("D30", detail=detail, by=limit)
    elif ends < least.earliest:
        detail = Label("登记的过渡期短于规定", "the recorded transition is shorter")
        refusal = breach("D30", detail=detail, by=limit)
    else:
        return
    yield refusal if route is not None else replace(refusal, kind="uncertain")
