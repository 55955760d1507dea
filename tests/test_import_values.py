"""What stands in a cell: sexes, codes, numbers and names as people write them."""

from decimal import Decimal
from typing import Any

import pytest

from api.imports.faults import Fault
from api.imports.layout import Column, Layout, Place
from api.imports.layouts.examination import EXAMINATION
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.placement import PLACEMENT
from api.imports.layouts.rehabilitation import REHABILITATION
from api.imports.layouts.roster import ROSTER
from api.imports.values import NOT_KNOWN, NOTHING
from tests.given import TODAY


def read(layout: Layout, heading: str, written: Any, *, below: str | None = None) -> Any:
    """What a cell of a sheet's column says, below that heading or the usual one."""
    column: Column = next(each for each in layout.columns if each.heading == heading)
    return column.cell(Place(0, 4, 0), below or heading, written, TODAY).value


@pytest.mark.parametrize(
    ("column", "written", "meant"),
    [
        ("性别", "男", "1"),
        ("性别", "女 ", "2"),
        ("性别", "1", "1"),
        ("性别", 2.0, "2"),
        ("性别", "Ｍ", "1"),
        ("性别", "f", "2"),
        ("性别", "男性", "1"),
        ("民族", "汉", "01"),
        ("民族", "汉族", "01"),
        ("民族", "维吾尔", "05"),
        ("出生日期来源", "骨龄鉴定", "bone_age"),
        ("接收类别", "A1 查找不到父母", "A1"),
        ("接收类别", "Ａ１查找不到父母", "A1"),
        ("接收类别", "A1", "A1"),
        ("接收类别", "父母死亡", "A2"),
        ("接收类别", "B1 临时监护-打拐解救", "B1"),
        ("养育方式", "家庭寄养", "foster"),
        ("残疾等级", "三级", "3"),
        ("离院原因", "找回生父母", "04"),
        ("身份证号", " ３７１０９９２００５０７１７３５６x ", "37109920050717356X"),
        ("姓名", "康 秋实 ", "康秋实"),
        ("姓名", "阿依古丽·买买提", "阿依古丽·买买提"),
    ],
)
def test_the_same_is_read_however_it_is_written(column: str, written: Any, meant: str) -> None:
    assert read(ROSTER, column, written) == meant


@pytest.mark.parametrize(
    ("column", "written", "fault"),
    [
        ("性别", "3", Fault.UNKNOWN_CODE),
        ("接收类别", "D7 其他", Fault.UNKNOWN_CODE),
        ("接收类别", "临时监护", Fault.UNKNOWN_CODE),
        ("接收类别", "A2 查找不到父母", Fault.CONTRADICTS),
        ("身份证号", 3.71099201309030e17, Fault.LOST_DIGITS),
        ("出生日期", "2031-05-01", Fault.FUTURE_DATE),
        ("备注", "长" * 4001, Fault.TOO_LONG),
    ],
)
def test_what_cannot_be_what_it_claims_is_not_used(column: str, written: Any, fault: Fault) -> None:
    assert read(ROSTER, column, written) is fault


@pytest.mark.parametrize("written", ["不详", "未知", "？"])
def test_what_the_paper_does_not_know_is_not_known(written: str) -> None:
    assert read(ROSTER, "民族", written) == NOT_KNOWN


@pytest.mark.parametrize("written", ["-", "——", "/", "无", "／"])
def test_a_dash_says_nothing(written: str) -> None:
    assert read(ROSTER, "备注", written) is NOTHING


@pytest.mark.parametrize(
    ("heading", "written", "meant"),
    [
        ("身高(cm)", 101.2, "101.2"),
        ("身高(cm)", "101.2厘米", "101.2"),
        ("身高（厘米）", 101.2, "101.2"),
        ("身高(m)", "1.012", "101.2"),
        ("身高", "１０１．２", "101.2"),
    ],
)
def test_a_measure_is_read_in_its_unit(heading: str, written: Any, meant: str) -> None:
    assert read(EXAMINATION, "身高(cm)", written, below=heading) == Decimal(meant)


def test_a_measure_that_nobody_can_have_or_no_unit_that_is_known_is_not_used() -> None:
    assert read(EXAMINATION, "身高(cm)", 1012) is Fault.OUT_OF_RANGE
    assert read(EXAMINATION, "身高(cm)", "很高") is Fault.NOT_A_NUMBER
    assert read(EXAMINATION, "身高(cm)", 3.1, below="身高(尺)") is Fault.NOT_A_NUMBER


def test_money_years_and_counts_are_numbers_with_or_without_their_words() -> None:
    assert read(INSURANCE, "金额(元)", "1,320.50元") == Decimal("1320.50")
    assert read(INSURANCE, "缴费年度", "2024年度") == 2024
    assert read(INSURANCE, "缴费年度", 24) is Fault.OUT_OF_RANGE
    assert read(REHABILITATION, "分值/次数", "5次") == 5


def test_what_is_yet_to_be_determined_is_not_determined() -> None:
    assert read(PLACEMENT, "民事行为能力", "待认定") is Fault.PENDING
    assert read(PLACEMENT, "民事行为能力", "限制") == "limited"


def test_a_day_to_come_may_be_told_where_it_is_planned() -> None:
    assert read(INSURANCE, "待遇享受起始日", "2027-01-01").last.isoformat() == "2027-01-01"
    assert read(INSURANCE, "缴费日期", "2027-01-01") is Fault.FUTURE_DATE
