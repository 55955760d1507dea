"""How an institution treats personal information: audited every year, assessed, kept (个人信息保护)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    Label,
    NotAfter,
    Personal,
    Refers,
    Text,
    Title,
    Year,
    known,
)
from domain.events.institution.duties import by_month
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, uncertain

AUDIT: Final = "《未成年人网络保护条例》第37条"
ASSESSMENT: Final = "《个人信息保护法》第55条、第56条"
INCIDENT: Final = "《未成年人网络保护条例》第35条；《个人信息保护法》第57条"


class ComplianceAuditFiled(
    Event,
    zh="未成年人个人信息保护合规审计报送",
    en="Compliance audit filed",
    source=AUDIT,
    kind="institution",
):
    """How the institution treated minors' personal information in a year was audited and reported."""

    year: Annotated[Year, Label("审计年度", "Year audited")]
    audited_by: Annotated[Answered[Title], Label("审计单位", "Audited by"), Personal(Category.IDENTITY)]
    filed_with: Annotated[Answered[Title], Label("报送单位", "Filed with"), Personal(Category.IDENTITY)]
    problems: Annotated[Answered[Text], Label("发现的问题", "Problems found"), Personal(Category.IDENTITY)]


class ImpactAssessmentDone(
    Event, zh="个人信息保护影响评估", en="Impact assessment done", source=ASSESSMENT, kind="institution"
):
    """Before personal information was processed in a way, its impact was assessed."""

    processing: Annotated[Answered[Title], Label("处理活动", "Processing"), Personal(Category.IDENTITY)]
    occasion: Annotated[Answered[str], Label("评估情形", "Occasion"), Code("impact_assessment_occasion")]
    conclusion: Annotated[Answered[Text], Label("评估结论", "Conclusion"), Personal(Category.IDENTITY)]


class ImpactAssessmentDestroyed(
    Event,
    zh="个人信息保护影响评估报告销毁",
    en="Impact assessment report destroyed",
    source=ASSESSMENT,
    kind="institution",
    once=True,
):
    """The report of an impact assessment was destroyed, which is kept for three years."""

    assessment: Annotated[
        Answered[UUID], Label("所销毁的评估报告", "Assessment"), Refers("ImpactAssessmentDone")
    ]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ImpactAssessmentDone,)

    def refusals(self, life: Life) -> Refusals:
        named = known(self.assessment)
        assessed = None if named is None else life.effective(named)
        limit = life.number("D23", of=assessed)
        if limit is None:
            return
        kept = True if assessed is None else life.passed(limit.ends(assessed.days))
        if assessed is None or kept is None:
            yield uncertain("D23", assessed)
        elif not kept:
            yield breach("D23", assessed)


class PrivacyIncidentReported(
    Event, zh="个人信息安全事件报告", en="Privacy incident reported", source=INCIDENT, kind="institution"
):
    """Minors' personal information leaked, was altered or lost, or may have been, and that was reported."""

    found_on: Annotated[Answered[date], Label("事件发现日期", "Incident found on"), NotAfter()]
    incident: Annotated[
        Answered[Text],
        Label("信息种类、原因和可能的危害", "What happened to what, and why"),
        Personal(Category.IDENTITY),
    ]
    measures: Annotated[Answered[Text], Label("补救措施", "Measures taken"), Personal(Category.IDENTITY)]
    reported_to: Annotated[
        Answered[tuple[Title, ...]], Label("报告的部门", "Authorities told"), Personal(Category.IDENTITY)
    ]
    children: Annotated[Answered[Count], Label("受影响的儿童人数", "Children affected")]
    is_notified: Annotated[
        Answered[bool], Label("是否已告知受影响的儿童及其监护人", "Children and guardians were told")
    ]


@obligation("D22", kind="institution")
def information_is_audited_every_year(history: History) -> Iterator[Clock]:
    """The audit of a year is filed by the end of the next January."""
    yield from by_month(
        "D22", history, history.all(ComplianceAuditFiled), lambda each: each.event.year, years_later=1
    )
