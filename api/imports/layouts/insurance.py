"""医保参保: a row for each contribution year; the first one also has the check and the enrolment."""

from typing import Final

from api.imports.cells.measures import amount, whole
from api.imports.cells.values import NOT_ON_PAPER, code, day
from api.imports.layout import Column, DatedEvent, Layout, Row, paper
from api.imports.layouts.columns import YUAN, with_common
from domain.event import Year
from domain.events.insurance import (
    Contribution,
    InsuranceContributionPaid,
    InsuranceEnrolled,
    InsuranceStatusChecked,
)
from domain.when import Days


def checked(row: Row) -> DatedEvent:
    """Return the check on intake, which only the first enrolment's row has."""
    return DatedEvent(paper(InsuranceStatusChecked), row.when("核查日期"))


def enrolled(row: Row) -> DatedEvent | None:
    """Return the enrolment, with its contribution."""
    if not row.says("参保日期"):
        return None
    event = paper(
        InsuranceEnrolled,
        scheme=row.answer("险种"),
        year=row.answer("缴费年度"),
        paid_on=_paid_on(row),
        benefit_from=row.day("待遇享受起始日"),
        amount_yuan=row.answer("金额(元)"),
        payer=row.answer("资助方式"),
    )
    return DatedEvent(event, row.when("参保日期"))


def paid(row: Row) -> DatedEvent | None:
    """Return the contribution of the year."""
    if not any(row.says(column) for column in ("缴费年度", "缴费日期", "金额(元)")):
        return None
    benefit = {"benefit_from": row.day("待遇享受起始日")} if row.says("待遇享受起始日") else {}
    payer = {"payer": row.answer("资助方式")} if row.says("资助方式") else {}
    event = paper(
        InsuranceContributionPaid,
        scheme=row.answer("险种"),
        year=row.answer("缴费年度"),
        amount_yuan=row.answer("金额(元)"),
        **benefit,
        **payer,
    )
    return DatedEvent(event, row.when("缴费日期"))


def _paid_on(row: Row) -> object:
    """Return the day of payment, if it is known; a month or a year stays with the contribution."""
    days = row.answer("缴费日期")
    if not isinstance(days, Days):
        return days
    return days.last if days.exact else NOT_ON_PAPER


INSURANCE: Final = Layout(
    name="医保参保",
    others=("医疗保险", "医保", "参保缴费", "参保情况"),
    columns=with_common(
        Column("核查日期", day(), ("参保核查日期", "核实日期", "核查时间")),
        Column("参保日期", day(), ("参保时间", "参保登记日期")),
        Column(
            "险种",
            code(
                "insurance_scheme",
                {
                    "居民医保": "resident",
                    "城乡居民医保": "resident",
                    "城镇居民医保": "resident",
                    "新农合": "resident",
                    "职工医保": "employee",
                },
            ),
            ("参保险种", "保险类型", "参保类型"),
        ),
        Column(
            "待遇享受起始日",
            day(),
            ("待遇起始日", "待遇享受日期", "享受待遇起始日期", "待遇开始日期"),
            ahead=True,
        ),
        Column("缴费年度", whole(Year, "年度"), ("参保年度", "年度", "缴费年份")),
        Column("缴费日期", day(), ("缴费时间", "缴款日期")),
        Column(
            "金额(元)",
            amount(Contribution, YUAN),
            ("缴费金额", "金额", "个人缴费"),
            units=YUAN,
        ),
        Column(
            "资助方式",
            code(
                "insurance_payer",
                {"全额": "full_subsidy", "定额": "part_subsidy", "机构缴纳": "institution", "个人": "person"},
            ),
            ("资助类型", "缴费方式", "资助"),
        ),
    ),
    makes=(checked, enrolled, paid),
    key=("缴费年度",),
)
