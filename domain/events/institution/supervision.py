"""What supervises an institution: inspections and their rectification, penalties, suggestions (监督检查)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import Entry
from domain.event import (
    Amount,
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    Year,
    known,
)
from domain.events.institution.duties import recurring, since_opening
from domain.events.institution.premises import Problems
from domain.obligations import Clock, History, obligation
from domain.rulebook import Pack
from domain.shared_fields import DecidedBy
from domain.when import Days

SYSTEM: Final = "全国儿童福利信息系统（NS）机构年检、处罚、专项检查"
SUGGESTED: Final = "《未成年人保护法》第114条"
ARCHIVES: Final = "如皋市民政局《2021年如皋市儿童福利工作要点》（2021-04-07）五（一）"
CONFORMS: Final = "A"


class AnnualInspectionDone(
    Event, zh="年度检查", en="Annual inspection done", source=SYSTEM, kind="institution"
):
    """An authority inspected the institution for a year."""

    year: Annotated[Year, Label("年度", "Year")]
    inspected_by: Annotated[Answered[Title], Label("检查单位", "Inspected by"), Personal(Category.IDENTITY)]
    result: Annotated[Answered[str], Label("检查结论", "Result"), Code("annual_inspection_result")]


class SpecialInspectionDone(
    Event, zh="专项检查", en="Special inspection done", source=SYSTEM, kind="institution"
):
    """An authority inspected one subject: A conforms, B in part, C not; B and C are to be rectified."""

    subject: Annotated[Answered[Title], Label("检查事项", "Subject"), Personal(Category.IDENTITY)]
    inspected_by: Annotated[Answered[Title], Label("检查单位", "Inspected by"), Personal(Category.IDENTITY)]
    grade: Annotated[Answered[str], Label("检查结果", "Grade"), Code("inspection_grade")]
    problems: Problems
    rectify_by: Annotated[date | None, Label("整改期限", "Rectify by"), NotBefore()] = None


class RectificationCompleted(
    Event, zh="专项检查整改完成", en="Rectification completed", source=SYSTEM, kind="institution", once=True
):
    """What a special inspection found was rectified."""

    inspection: Annotated[
        Answered[UUID], Label("所整改的专项检查", "Inspection"), Refers("SpecialInspectionDone")
    ]
    measures: Annotated[Answered[Text], Label("整改措施", "Measures"), Personal(Category.IDENTITY)]
    accepted_by: Annotated[Answered[Title], Label("验收单位", "Accepted by"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SpecialInspectionDone,)


class PenaltyImposed(Event, zh="行政处罚", en="Penalty imposed", source=SYSTEM, kind="institution"):
    """An authority imposed a penalty on the institution."""

    penalty: Annotated[Answered[str], Label("处罚种类", "Penalty"), Code("institution_penalty")]
    decided_by: DecidedBy
    decision_no: Annotated[
        Answered[Number], Label("决定书文号", "Number of the decision"), Personal(Category.IDENTITY)
    ]
    grounds: Annotated[Answered[Text], Label("处罚事由", "Grounds"), Personal(Category.IDENTITY)]
    amount_yuan: Annotated[Amount | None, Label("罚款金额", "Fine"), Unit("yuan", "元")] = None


class SuggestionReceived(
    Event, zh="收到建议书", en="Suggestion received", source=SUGGESTED, kind="institution"
):
    """A court, a procuratorate, the police or a justice office suggested what the institution is to mend."""

    suggestion: Annotated[Answered[str], Label("建议种类", "Kind"), Code("suggestion")]
    suggested_by: Annotated[Answered[Title], Label("提出单位", "Suggested by"), Personal(Category.IDENTITY)]
    suggestion_no: Annotated[Answered[Number], Label("建议书文号", "Number"), Personal(Category.IDENTITY)]
    content: Annotated[Answered[Text], Label("建议内容", "Content"), Personal(Category.IDENTITY)]


class SuggestionAnswered(
    Event, zh="书面回复建议书", en="Suggestion answered", source=SUGGESTED, kind="institution", once=True
):
    """The institution answered a suggestion in writing."""

    suggestion: Annotated[Answered[UUID], Label("所回复的建议", "Suggestion"), Refers("SuggestionReceived")]
    measures: Annotated[Answered[Text], Label("落实情况", "Measures"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SuggestionReceived,)


class ArchiveInspected(Event, zh="档案工作检查", en="Archive inspected", source=ARCHIVES, kind="institution"):
    """Civil affairs and the archive department inspected the institution's files together."""

    inspected_by: Annotated[Answered[Title], Label("检查单位", "Inspected by"), Personal(Category.IDENTITY)]
    is_joint: Annotated[Answered[bool], Label("是否会同档案部门", "Together with the archive department")]
    problems: Problems


def _is_short(inspected: Entry[SpecialInspectionDone]) -> bool:
    """Whether an inspection found something to rectify; where its grade is unknown, it may have."""
    return known(inspected.event.grade) != CONFORMS


def _set_day(limit: Pack, inspected: Entry[SpecialInspectionDone]) -> Days:
    day = inspected.event.rectify_by
    return limit.ends(inspected.days) if day is None else Days.on(day)


@obligation("R-SUP-1", kind="institution")
def inspections_are_followed(history: History) -> Iterator[Clock]:
    """What a special inspection found is rectified by the day that was set."""
    yield from answers_due(
        "R-SUP-1",
        history,
        SpecialInspectionDone,
        RectificationCompleted,
        field="inspection",
        asks=_is_short,
        by=_set_day,
    )


@obligation("R-SUP-2", kind="institution")
def suggestions_are_answered(history: History) -> Iterator[Clock]:
    """A suggestion is answered in writing within a month."""
    yield from answers_due("R-SUP-2", history, SuggestionReceived, SuggestionAnswered, field="suggestion")


@obligation("D27", kind="institution")
def archives_are_inspected_every_year(history: History) -> Iterator[Clock]:
    """The institution's files are inspected every year."""
    yield from recurring("D27", history, since_opening(history, history.all(ArchiveInspected)))
