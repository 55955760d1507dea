"""The living allowance goes in from its sheets: what was granted, what was paid, and when it ended."""

from datetime import date
from decimal import Decimal

import pytest

from api.imports.cells.months import Months, month, months
from api.imports.cells.raw import Raw
from api.imports.faults import Fault
from domain.event import Unknown
from domain.events.entitlement.allowance import AllowanceGranted, AllowancePaid, AllowanceStopped
from domain.when import Days
from tests.support.registers.counter import Counter
from tests.support.registers.paper import a_sheet, roster

NOT_ON_PAPER = Unknown("not_on_paper")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024年3月", Months("2024-03", "2024-03")),
        ("２０２４．０３", Months("2024-03", "2024-03")),
        (202403, Months("2024-03", "2024-03")),
        (date(2024, 3, 1), Months("2024-03", "2024-03")),
        ("2024年1-3月", Months("2024-01", "2024-03")),
        ("2024年11月至2025年1月份", Months("2024-11", "2025-01")),
        ("2024.1—2024.3", Months("2024-01", "2024-03")),
        ("2024年第一季度", Months("2024-01", "2024-03")),
        ("2024年4季度", Months("2024-10", "2024-12")),
        ("2024年", Months("2024-01", "2024-12")),
        ("2024.1-3", Fault.AMBIGUOUS_DATE),
        ("2024年3-1月", Fault.IMPOSSIBLE_DATE),
        ("2024年10-13月", Fault.IMPOSSIBLE_DATE),
        ("2024-03-15", Fault.NO_SINGLE_MONTH),
        (date(2024, 3, 16), Fault.NO_SINGLE_MONTH),
        ("2024年3月上旬", Fault.NO_SINGLE_MONTH),
        ("24年3月", Fault.TWO_DIGIT_YEAR),
        ("三月份", Fault.UNREADABLE_DATE),
        ("同上", Fault.DITTO),
    ],
    ids=str,
)
def test_months_are_read_as_people_write_them_or_not_at_all(written: Raw, meant: object) -> None:
    assert months()(written) == meant


def test_where_one_month_is_due_several_are_none() -> None:
    assert month()("2024年3月") == "2024-03"
    assert month()("2024年1-3月") is Fault.NO_SINGLE_MONTH


async def test_a_payment_says_for_which_months_how_much_was_paid_and_how(counter: Counter) -> None:
    sheet = a_sheet("基本生活费发放").row(
        儿童编号="CS001",
        姓名="王小明",
        生活费类别="机构孤弃儿童",
        发放日期="2024年2月5日",
        发放年月="2024年1-3月",
        **{"发放金额(元)": "5,700元"},
        发放方式="打卡",
        是否补发="√",
        备注="补发一季度",
    )

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", AllowancePaid)
    assert entry.days == Days.on(date(2024, 2, 5))
    paid = entry.event
    assert (paid.line, paid.first_month, paid.last_month) == ("202", "2024-01", "2024-03")
    assert (paid.amount_yuan, paid.mode, paid.is_reissue, paid.payee) == (Decimal(5700), "2", True, None)
    assert entry.note == "补发一季度"
    assert report.values == []


async def test_payments_are_known_by_other_headings_and_in_other_units(counter: Counter) -> None:
    sheet = a_sheet("基本生活费发放").headed(
        "儿童编码", "儿童姓名", "补贴类别", "所属月份", "实发金额（万元）", "支付方式"
    )
    sheet = sheet.row(
        儿童编码="cs001", 儿童姓名="王小明", 补贴类别="202", 所属月份="2024年3月", 支付方式="现金"
    )
    sheet = sheet.row(
        儿童编码="CS001",
        儿童姓名="王小明",
        补贴类别="202",
        所属月份="2024年4月",
        **{"实发金额（万元）": 0.19},
    )

    await counter.take(roster(), sheet)

    first, second = await counter.told("CS001", AllowancePaid)
    assert (first.event.first_month, first.event.amount_yuan, first.event.mode) == (
        "2024-03",
        NOT_ON_PAPER,
        "1",
    )
    assert (second.event.first_month, second.event.amount_yuan) == ("2024-04", Decimal(1900))
    assert second.event.is_reissue == NOT_ON_PAPER


async def test_an_allowance_that_names_an_illness_is_reported_and_not_recorded(counter: Counter) -> None:
    sheet = a_sheet("基本生活费发放").row(
        儿童编号="CS001",
        姓名="王小明",
        生活费类别="艾滋病病毒感染儿童",
        发放日期="2024年2月5日",
        发放年月="2024年1月",
        **{"发放金额(元)": "1,900元"},
    )

    report = await counter.take(roster(), sheet)

    assert (await counter.only("CS001", AllowancePaid)).event.line == NOT_ON_PAPER
    assert [value.value for value in report.values] == ["艾滋病病毒感染儿童"]


async def test_a_month_that_may_be_a_day_is_set_aside_and_a_payment_of_nobody_rejected(
    counter: Counter,
) -> None:
    sheet = a_sheet("基本生活费发放")
    sheet = sheet.row(儿童编号="CS001", 生活费类别="202", 发放年月="2024.1-3", **{"发放金额(元)": 5700})
    sheet = sheet.row(儿童编号="CS009", 生活费类别="202", 发放年月="2024年1月", **{"发放金额(元)": 1900})

    report = await counter.take(roster(), sheet)

    entry = await counter.only("CS001", AllowancePaid)
    assert (entry.event.first_month, entry.event.last_month) == (NOT_ON_PAPER, NOT_ON_PAPER)
    assert "2024.1-3" in (entry.note or "")
    assert [(line.sheet, line.row, line.column, line.code) for line in report.values] == [
        ("基本生活费发放", 4, "发放年月", "ambiguous_date")
    ]
    (rejected,) = report.rejections
    assert (rejected.sheet, rejected.row, rejected.code, rejected.value) == (
        "基本生活费发放",
        5,
        "not_on_roster",
        "CS009",
    )


async def test_a_grant_says_from_which_month_and_a_stop_until_which(counter: Counter) -> None:
    sheet = a_sheet("基本生活费核定").headed(
        "儿童编号",
        "保障类别",
        "审批时间",
        "保障标准",
        "起发年月",
        "停发时间",
        "停止发放原因",
        "末领月份",
        "电话",
    )
    sheet = sheet.row(
        儿童编号="CS001",
        保障类别="机构孤儿",
        审批时间="2017.3.1",
        保障标准="1250元",
        起发年月=date(2017, 4, 1),
        停发时间="2023年6月",
        停止发放原因="收养",
        末领月份="2023-06",
        电话="0631-5550000",
    )

    report = await counter.take(roster(), sheet)

    granted = (await counter.only("CS001", AllowanceGranted)).event
    assert (granted.line, granted.standard_yuan, granted.first_month) == ("202", Decimal(1250), "2017-04")
    assert (granted.decided_by, granted.account_no) == (NOT_ON_PAPER, None)
    entry = await counter.only("CS001", AllowanceStopped)
    assert entry.days == Days(date(2023, 6, 1), date(2023, 6, 30))
    assert (entry.event.reason, entry.event.last_month) == ("adopted", "2023-06")
    assert [(line.column, line.code) for line in report.values] == [("电话", "unknown_column")]


async def test_a_standard_alone_grants_nothing(counter: Counter) -> None:
    sheet = a_sheet("基本生活费核定").row(儿童编号="CS001", **{"月标准(元)": 1250})

    report = await counter.take(roster(), sheet)

    assert await counter.told("CS001", AllowanceGranted) == []
    assert [(line.row, line.value) for line in report.rejections] == [(4, "1250")]


async def test_the_same_payments_again_add_nothing(counter: Counter) -> None:
    sheet = a_sheet("基本生活费发放").row(
        儿童编号="CS001", 生活费类别="202", 发放年月="2024年1月", 发放日期="2024-01-05"
    )
    await counter.take(roster(), sheet)

    report = await counter.take(roster(备注="复核"), sheet)

    assert report.json()["already"] == 1
    assert len(await counter.told("CS001", AllowancePaid)) == 1
