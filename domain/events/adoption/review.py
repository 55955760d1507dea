"""The registrar's review of an application (D08), and the score that an assessment reaches (R-ADO-1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.entry import AnyEntry, Entry
from domain.event import Label, known
from domain.events.adoption.assessment import (
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    RegistrarNoticePublished,
)
from domain.events.adoption.concluding import AdoptionRefused
from domain.events.adoption.registration import AdoptionRegistered
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.when import LAST_DAY, Days, add

NOTICE: Final = Label("公告期间不计算在登记办理期限内", "the time of the notice does not count")
ASSESSMENT: Final = Label("收养评估期间不计算在登记办理期限内", "the time of the assessment does not count")
LEFT: Final = Label("已离院或者已收养", "left care or adopted")


@dataclass(frozen=True, slots=True)
class Pause:
    """Days that do not count in a period, from the day of an entry through another day, and why."""

    since: date
    until: date
    because: Label
    by: AnyEntry


@obligation("D08", AdopterApplicationReceived)
def application_is_reviewed(history: History) -> Iterator[Clock]:
    """The registrar reviews within thirty days, in which neither notice nor assessment counts.

    Each pause ends a clock, and another one with the days that were left begins after it.
    """
    for application in history.all(AdopterApplicationReceived):
        yield from _clocks(history, application)


def _clocks(history: History, application: Entry[AdopterApplicationReceived]) -> Iterator[Clock]:
    number = history.number("D08", entry=application)
    if number is None:
        return
    started: tuple[AnyEntry, ...] = (application,)
    opened, left = application.days.last, number.value
    gone = history.gone(after=opened)
    for pause in _pauses(history, application):
        if pause.until <= opened:
            continue
        if pause.since > add(opened, days=left):
            break
        if pause.since > opened:
            yield Clock(
                "D08",
                opened,
                Days.on(add(opened, days=left)),
                started,
                void_on=pause.since,
                void_because=pause.because,
                number=number,
            )
            left -= (pause.since - opened).days
        if pause.until == LAST_DAY:
            return
        opened, started = pause.until, (application, pause.by)
        if pause.because is ASSESSMENT:
            number = history.number("D08", entry=application, case="after_assessment") or number
    yield Clock(
        "D08",
        opened,
        Days.on(add(opened, days=left)),
        started,
        met_by=_decided(history, application),
        void_on=None if gone is None else gone.held.since,
        void_because=None if gone is None else LEFT,
        number=number,
    )


def _pauses(history: History, application: AnyEntry) -> list[Pause]:
    """Return what does not count after an application, by its first day; one without an end goes on."""
    found = []
    for notice in history.all(RegistrarNoticePublished):
        runs = history.number("D07", entry=notice)
        if runs is not None:
            found.append(Pause(notice.days.last, runs.ends(notice.days).last, NOTICE, notice))
    for consent in history.all(AdoptionAssessmentConsented):
        report = history.first(AdoptionAssessmentReportIssued, after=consent.days.last)
        until = LAST_DAY if report is None else report.days.last
        found.append(Pause(consent.days.last, until, ASSESSMENT, consent if report is None else report))
    return sorted(
        (pause for pause in found if pause.until >= application.days.last), key=lambda pause: pause.since
    )


def _decided(history: History, application: Entry[AdopterApplicationReceived]) -> AnyEntry | None:
    """Return the first entry by which this party was registered or refused."""
    answers: list[Entry[AdoptionRegistered] | Entry[AdoptionRefused]] = [
        *history.all(AdoptionRegistered),
        *history.all(AdoptionRefused),
    ]
    for answer in sorted(answers, key=lambda entry: (entry.days.last, entry.turn)):
        adopter = known(answer.event.adopter)
        if answer.days.last >= application.days.last and adopter in {None, application.event.adopter}:
            return answer
    return None


@against(AdoptionAssessmentReportIssued)
def score_is_reached(report: AdoptionAssessmentReportIssued, life: Life) -> Refusals:
    """Where a place sets a score, an assessment that finds the adopters suitable reaches it (R-ADO-1)."""
    limit, conclusion, score = life.number("R-ADO-1"), known(report.conclusion), known(report.score)
    if limit is None or conclusion == "unsuitable":
        return
    if score is None:
        yield no_evidence("R-ADO-1", detail=Label("评估得分未登记", "the score is not recorded"), by=limit)
    elif score < limit.value and conclusion is None:
        yield uncertain("R-ADO-1", detail=Label("评估结论未登记", "the conclusion is not recorded"), by=limit)
    elif score < limit.value:
        yield breach("R-ADO-1", detail=Label("得分低于规定", "the score is lower"), by=limit)
