"""Of whom an adoption is on its way, and which adopted children are to be visited (A6, A10)."""

from collections.abc import Iterator
from itertools import count
from typing import Final

from domain.asked_lists.question_list import (
    Gap,
    HeldSpan,
    QuestionList,
    RowSubject,
    Told,
    day_of_entry,
    days_since,
    derived,
    due_next,
    field_of,
    of_clock,
)
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category, Event, Label
from domain.events.adoption.assessing import AdoptionAssessmentStarted
from domain.events.adoption.assessment import (
    ADOPTABILITY,
    ON_THE_WAY,
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentReportIssued,
    IntegrationEnded,
    RegistrarNoticeExpired,
)
from domain.events.adoption.proposing import AdoptionAvailabilityPublished, MatchProposed
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.adoption.stage import ADOPTABLE, adoption_stage
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.when import Days

ADOPTION: Final = frozenset({Category.ADOPTION})


# A6: from adoptable to integrated

WAITS_FOR: Final = {
    "no_adopters": Label("没有收养申请", "Nobody has applied to adopt"),
    "no_match": Label("尚未匹配收养人", "Not matched with adopters"),
    "no_assessment": Label("尚未开始收养评估", "The assessment has not begun"),
    "notice_runs": Label("公告期未满", "The notice runs"),
    "notice_over": Label("公告期已满，未登记期满", "The notice ran out: that is not recorded"),
    "no_consent": Label("收养人尚未同意评估", "The adopters have not consented to be assessed"),
    "no_report": Label("尚无评估报告", "There is no report"),
    "integration_runs": Label("融合期未满", "The integration goes on"),
    "integration_over": Label("融合期已满，未登记结束", "The integration may end: that is not recorded"),
}
"""What the next step towards an adoption waits for."""
_NEXT: Final[dict[str, tuple[type[Event], ...]]] = {
    "adoptable": (AdoptionAvailabilityPublished, AdopterApplicationReceived),
    "available": (MatchProposed, AdopterApplicationReceived),
    "matched": (AdoptionAssessmentNoticeGiven, AdoptionAssessmentStarted),
    "notice": (RegistrarNoticeExpired,),
    "assessment": (AdoptionAssessmentReportIssued,),
    "integration": (IntegrationEnded,),
}


def _on_the_way(row: RowSubject) -> Iterator[Gap]:
    stage = adoption_stage(row.life)
    if stage is not None:
        yield Gap(tables()["adoption_stage"].codes[stage[0]], _NEXT[stage[0]], (stage[1],), ADOPTION)


def _ends(row: RowSubject) -> tuple[Days, AnyEntry] | None:
    """When what goes on ends by its number: the notice, the integration, the time for the report."""
    stage = adoption_stage(row.life)
    if stage is None:
        return None
    rule, case, started = "D09", "integration", stage[1]
    if stage[0] == "notice":
        rule, case = "D07", ""
    elif stage[0] == "assessment":
        consented = row.life.last(AdoptionAssessmentConsented)
        if consented is None or consented.days.last < started.days.last:
            return None
        case, started = "report", consented
    elif stage[0] != "integration":
        return None
    limit = row.life.number(rule, of=started, case=case)
    return None if limit is None else (limit.ends(started.days), started)


def _next_deadline(row: RowSubject) -> Told | None:
    ends = _ends(row)
    return due_next(row) if ends is None else Told(ends[0], (ends[1],))


def _waits_for(row: RowSubject) -> Told | None:
    found = adoption_stage(row.life)
    if found is None:
        return None
    stage, entry = found
    ends = _ends(row)
    over = ends is not None and row.life.passed(ends[0]) is True
    applied = row.life.last(AdopterApplicationReceived)
    waits = {
        "adoptable": "no_adopters" if applied is None else "no_match",
        "available": "no_adopters" if applied is None else "no_match",
        "matched": "no_assessment",
        "notice": "notice_over" if over else "notice_runs",
        "assessment": "no_consent" if ends is None else "no_report",
        "integration": "integration_over" if over else "integration_runs",
    }[stage]
    return Told(waits, (entry,))


def _stage_code(row: RowSubject) -> Told | None:
    found = adoption_stage(row.life)
    return None if found is None else Told(found[0], (found[1],))


def _stage_since(row: RowSubject) -> Told | None:
    found = adoption_stage(row.life)
    return None if found is None else Told(found[1].days, (found[1],))


def _stage_days(row: RowSubject) -> Told | None:
    found = adoption_stage(row.life)
    return None if found is None else Told(days_since(row, found[1].days.last), (found[1],))


QuestionList(
    "A6",
    columns=(
        derived("stage", "阶段", "Stage", "code", _stage_code, codes="adoption_stage"),
        derived("entered_on", "进入阶段日期", "In it since", "day", _stage_since),
        derived("days", "天数", "Days", "number", _stage_days),
        derived("next_deadline", "下一期限", "Next deadline", "day", _next_deadline),
        derived("blocker", "障碍", "Blocker", "code", _waits_for, codes=WAITS_FOR),
    ),
    obligations=("D07", "D08"),
    spans=(
        HeldSpan(ADOPTABILITY, (ADOPTABLE,)),
        *(HeldSpan(each) for each in ON_THE_WAY),
    ),
    gaps=_on_the_way,
    hides=ADOPTION,
)


# A10: visits after an adoption


def _registered(row: RowSubject) -> AnyEntry | None:
    """The adoption after which a visit is made."""
    started = of_clock(row).started_by[0]
    if isinstance(started.event, AdoptionRegistered):
        return started
    before = [each for each in row.life.all(AdoptionRegistered) if each.days.last <= started.days.last]
    return before[-1] if before else None


def _visit_no(row: RowSubject) -> Told:
    """Which visit it is: of those after the adoption, or of those planned or agreed on since."""
    clock = of_clock(row)
    alike = [
        each
        for each in row.clocks
        if each.rule == clock.rule and (clock.rule != "D32" or each.started_by == clock.started_by)
    ]
    ordered = sorted(alike, key=lambda each: each.due.last)
    return Told(next(number for number, each in zip(count(1), ordered) if each is clock), clock.started_by)


def _done_on(row: RowSubject) -> Told | None:
    visit = of_clock(row).met_by
    return None if visit is None or visit.days.last > row.day else Told(visit.days, (visit,))


QuestionList(
    "A10",
    columns=(
        day_of_entry("registered_on", Label("登记日期", "Registered on"), AdoptionRegistered, _registered),
        derived("visit_no", "第几次回访", "Visit", "number", _visit_no),
        derived(
            "due_on",
            "到期日",
            "Due on",
            "day",
            lambda row: Told(of_clock(row).due, of_clock(row).started_by),
        ),
        derived("done_on", "回访日期", "Visited on", "day", _done_on),
        day_of_entry("last_visit_on", Label("上次回访日期", "Last visit on"), PostAdoptionVisitMade),
        field_of("next_on", Label("约定的下次回访", "Next visit"), PostAdoptionVisitMade, "next_on"),
        field_of("risk", Label("风险等级", "Risk"), PostAdoptionVisitMade, "risk"),
    ),
    obligations=("D32", "R-VIS-2"),
    each_clock=True,
    hides=ADOPTION,
)
