"""收养: a row for each adoption, from the registrar's notice to the registration."""

from typing import Final

from api.imports.cells.values import code, day, number
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import with_common
from domain.events.adoption.assessment import (
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticePublished,
)
from domain.events.adoption.registration import AdoptionRegistered, ChildConsentRecorded


def notice(row: Row) -> DatedEvent:
    """Return the publication of the registrar's notice."""
    return DatedEvent(paper(RegistrarNoticePublished), row.when("公告日期"))


def consented(row: Row) -> DatedEvent:
    """Return the adopters' consent to be assessed."""
    return DatedEvent(paper(AdoptionAssessmentConsented), row.when("评估同意日期"))


def integrating(row: Row) -> DatedEvent:
    """Return the beginning of the trial of living together."""
    return DatedEvent(paper(IntegrationStarted), row.when("融合开始"))


def integrated(row: Row) -> DatedEvent:
    """Return the end of the trial."""
    return DatedEvent(paper(IntegrationEnded), row.when("融合结束"))


def reported(row: Row) -> DatedEvent:
    """Return the report of the assessment, with its conclusion."""
    event = paper(AdoptionAssessmentReportIssued, conclusion=row.answer("评估结论"))
    return DatedEvent(event, row.when("评估报告日期"))


def child_consented(row: Row) -> DatedEvent:
    """Return the child's consent, not later than the registration."""
    return DatedEvent(paper(ChildConsentRecorded, result=row.answer("儿童意愿(8岁以上)")), row.by())


def registered(row: Row) -> DatedEvent | None:
    """Return the registration of the adoption."""
    if not any(row.says(column) for column in ("登记日期", "收养登记证号")):
        return None
    event = paper(
        AdoptionRegistered,
        category=row.answer("收养类别"),
        certificate_no=row.answer("收养登记证号"),
    )
    return DatedEvent(event, row.when("登记日期"))


ADOPTION: Final = Layout(
    name="收养",
    others=("收养登记", "送养", "收养情况"),
    columns=with_common(
        Column("公告日期", day(), ("收养公告日期", "公告时间")),
        Column("评估同意日期", day(), ("同意评估日期", "评估同意时间")),
        Column("融合开始", day(), ("融合开始日期", "融合起始日期", "融合期开始")),
        Column("融合结束", day(), ("融合结束日期", "融合终止日期", "融合期结束")),
        Column("评估报告日期", day(), ("收养评估报告日期", "报告日期")),
        Column(
            "评估结论",
            code("assessment_conclusion", {"合格": "suitable", "不合格": "unsuitable"}),
            ("收养评估结论",),
        ),
        Column(
            "儿童意愿(8岁以上)",
            code("consent_result", {"愿意": "agree", "不愿意": "disagree"}),
            ("儿童意愿", "被收养人意愿", "本人意愿"),
        ),
        Column("登记日期", day(), ("收养登记日期", "登记时间")),
        Column("收养登记证号", number(), ("登记证号", "收养证号", "收养登记证编号")),
        Column("收养类别", code("adoption_category", {"弃婴": "1", "孤儿": "2"}), ("收养类型",)),
    ),
    makes=(notice, consented, integrating, integrated, reported, child_consented, registered),
    decisive=("登记日期",),
)
