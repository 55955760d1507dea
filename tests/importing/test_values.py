"""What stands in a cell: sexes, codes, numbers and names as people write them."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.cells.marks import NOT_KNOWN, NOTHING
from api.imports.faults import Fault
from api.imports.layout import Column, Layout, Place
from api.imports.layouts.examination import EXAMINATION
from api.imports.layouts.household import HOUSEHOLD
from api.imports.layouts.insurance import INSURANCE
from api.imports.layouts.placement import PLACEMENT
from api.imports.layouts.rehabilitation import REHABILITATION
from api.imports.layouts.roster import ROSTER
from tests.support.given import TODAY


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


@pytest.mark.parametrize("written", ["不详", "未知", "？", "???", "（不详）", "无法查明"])
def test_what_the_paper_does_not_know_is_not_known(written: str) -> None:
    assert read(ROSTER, "民族", written) == NOT_KNOWN


@pytest.mark.parametrize("written", ["-", "——", "/", "无", "／", "—/—", "N/A", "暂无", "未填", "（无）", "…"])
@pytest.mark.parametrize("column", ["备注", "姓名", "送交单位", "身份证号", "出生日期", "民族"])
def test_a_dash_says_nothing(column: str, written: str) -> None:
    assert read(ROSTER, column, written) is NOTHING


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("同上", Fault.DITTO),
        ("同 上", Fault.DITTO),
        ("（同上）", Fault.DITTO),
        ("同上。", Fault.DITTO),
        ("仝上", Fault.DITTO),
        ("同前", Fault.DITTO),
        ("同左", Fault.DITTO),
        ("同上一行", Fault.DITTO),
        ("单位同上", Fault.DITTO),
        ("与上相同", Fault.DITTO),
        ("同第3行", Fault.DITTO),
        ("〃", Fault.DITTO),
        ("″", Fault.DITTO),
        ('"', Fault.DITTO),
        ("“", Fault.DITTO),
        ("''", Fault.DITTO),
        ("々", Fault.DITTO),
        ("待补", Fault.PENDING),
        ("待定", Fault.PENDING),
        ("待查", Fault.PENDING),
        ("（待核实）", Fault.PENDING),
        ("办理中", Fault.PENDING),
        ("xxx", Fault.PLACEHOLDER),
        ("×××", Fault.PLACEHOLDER),
        ("ＸＸ", Fault.PLACEHOLDER),
        ("某某", Fault.PLACEHOLDER),
        ("***", Fault.PLACEHOLDER),
        ("□", Fault.PLACEHOLDER),
        ("√", Fault.PLACEHOLDER),
        ("↑", Fault.PLACEHOLDER),
        ("|", Fault.PLACEHOLDER),
        ("一", Fault.PLACEHOLDER),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    ("layout", "column"),
    [
        (ROSTER, "姓名"),
        (ROSTER, "送交单位"),
        (ROSTER, "身份证号"),
        (ROSTER, "儿童编号"),
        (ROSTER, "出生日期"),
        (ROSTER, "民族"),
        (ROSTER, "接收类别"),
        (ROSTER, "备注"),
        (HOUSEHOLD, "派出所"),
        (EXAMINATION, "体重(kg)"),
        (INSURANCE, "缴费年度"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.name,
)
def test_what_stands_for_a_value_that_is_not_written_is_none(
    layout: Layout, column: str, written: str, fault: Fault
) -> None:
    assert read(layout, column, written) is fault


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("姓名", "同乐"),
        ("姓名", "某丽古丽"),
        ("姓名", "\ue863"),
        ("姓名", "\U0003158e"),
        ("送交单位", "同上村派出所"),
        ("送交单位", "一分局"),
        ("备注", "待补材料"),
        ("备注", "同上学期"),
        ("备注", "户口待办理后补录"),
    ],
)
def test_what_only_begins_like_a_mark_is_what_it_says(column: str, written: str) -> None:
    assert read(ROSTER, column, written) == written


@pytest.mark.parametrize("written", ["0", "000", 0, True], ids=repr)
def test_noughts_and_ticks_are_no_words(written: Any) -> None:
    for column in ("姓名", "送交单位", "身份证号"):
        assert read(ROSTER, column, written) is Fault.PLACEHOLDER


@pytest.mark.parametrize("written", ["无户口", "未登记", "遗失", "3.71E+17", "3.71099201309030E17"])
def test_what_has_no_digits_or_lost_them_is_no_number(written: str) -> None:
    assert read(ROSTER, "身份证号", written) in {Fault.NOT_A_NUMBER, Fault.LOST_DIGITS}


@pytest.mark.parametrize(
    ("heading", "written", "meant"),
    [
        ("身高(cm)", 101.2, "101.2"),
        ("身高(cm)", "101.2厘米", "101.2"),
        ("身高（厘米）", 101.2, "101.2"),
        ("身高(m)", "1.012", "101.2"),
        ("身高", "１０１．２", "101.2"),
        ("身高", "101.2 cm", "101.2"),
        ("身高", "101.2㎝", "101.2"),
        ("身高", "+101.2", "101.2"),
        ("身高cm", 101.2, "101.2"),
        ("身高/m", 1.012, "101.2"),
        ("身高：米", "1.012", "101.2"),
        ("身高(m)*", 1.012, "101.2"),
        ("身高（单位：米）", 1.012, "101.2"),
        ("身高（米）（必填）", 1.012, "101.2"),
        ("身高(m)", "101.2cm", "101.2"),
    ],
)
def test_a_measure_is_read_in_its_unit(heading: str, written: Any, meant: str) -> None:
    assert read(EXAMINATION, "身高(cm)", written, below=heading) == Decimal(meant)


@pytest.mark.parametrize(
    ("written", "kilograms"),
    [
        ("10.5", "10.5"),
        ("10.5kg", "10.5"),
        ("21斤", "10.5"),
        ("１０．５公斤", "10.5"),
        (10.5, "10.5"),
        ("0", "0"),
        (0, "0"),
    ],
    ids=repr,
)
def test_a_weight_is_read_in_kilograms(written: Any, kilograms: str) -> None:
    assert read(EXAMINATION, "体重(kg)", written) == Decimal(kilograms)


@pytest.mark.parametrize(
    "written",
    [
        *("10,5", "10，5", "10、5", "10·5", "10。5", "1,05", "10,55", "1,2345", "0,105", "1.234,5"),
        *(
            "10 5",
            "1 0.5",
            "10-12",
            "10~12",
            "约10",
            "10左右",
            "10多",
            "10kg左右",
            "10斤半",
            "1e1",
            "1E1",
            "0x10",
        ),
        *(
            "10²",
            "1①",
            "½",
            "١٠",
            "५",
            "十",
            "10%",
            "10℃",
            "10/12",
            "10.5.1",
            ".5",
            "5.",
            "--5",
            "1_0",
            "nan",
            "inf",
        ),
        *(float("inf"), float("nan"), True),
    ],
    ids=repr,
)
def test_what_is_not_surely_one_number_is_none(written: Any) -> None:
    assert read(EXAMINATION, "体重(kg)", written) is Fault.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("written", "yuan"),
    [("1,320", 1320), ("1，320.50元", "1320.50"), ("12,345,678", None), ("￥320", 320), ("0.32万元", 3200)],
)
def test_a_comma_separates_thousands_before_three_digits_only(written: str, yuan: object) -> None:
    expected = Fault.OUT_OF_RANGE if yuan is None else Decimal(str(yuan))
    assert read(INSURANCE, "金额(元)", written) == expected
    assert read(INSURANCE, "金额(元)", "1,32") is Fault.NOT_A_NUMBER


def test_a_number_with_thousands_has_the_unit_of_its_heading() -> None:
    assert read(INSURANCE, "金额(元)", "1,2", below="金额(万元)") is Fault.NOT_A_NUMBER
    assert read(INSURANCE, "金额(元)", "1,320", below="金额(万元)") is Fault.OUT_OF_RANGE
    assert read(INSURANCE, "金额(元)", "1.5", below="金额(万元)") == Decimal(15_000)


@pytest.mark.parametrize(
    "written", ["²024", "2024.5", "2,024", "Infinity", "NaN", "sNaN", "2_024", "2e3", "2024-25"]
)
def test_what_is_no_whole_number_is_no_year(written: str) -> None:
    assert read(INSURANCE, "缴费年度", written) is Fault.NOT_A_NUMBER


@pytest.mark.parametrize("written", ["²", "①", "１²", "٢"])
def test_raised_and_circled_digits_are_no_codes(written: str) -> None:
    assert read(ROSTER, "性别", written) is Fault.UNKNOWN_CODE
    assert read(ROSTER, "接收类别", f"A{written}") is Fault.UNKNOWN_CODE


@given(st.decimals(0, 300, places=2), st.sampled_from(("{}", "{}kg", "{} 公斤", "+{}", " {} ")))
def test_any_weight_is_itself_however_it_is_written(weight: Decimal, spelling: str) -> None:
    written = spelling.format(weight)
    assert read(EXAMINATION, "体重(kg)", written) == weight
    assert read(EXAMINATION, "体重(kg)", written.replace(".", ",")) is Fault.NOT_A_NUMBER


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


@pytest.mark.parametrize("turned", "\u202b\u202e\u2067")
@pytest.mark.parametrize(
    ("layout", "column", "written"),
    [
        (ROSTER, "出生日期", "2012-03-15"),
        (ROSTER, "身份证号", "371099201203150407"),
        (ROSTER, "儿童编号", "CS0012"),
        (ROSTER, "性别", "男"),
        (EXAMINATION, "身高(cm)", "102"),
    ],
)
def test_what_is_shown_from_right_to_left_is_not_read_from_left_to_right(
    layout: Layout, column: str, written: str, turned: str
) -> None:
    assert read(layout, column, written) != Fault.ODD_CHARACTERS
    assert read(layout, column, f"{turned}{written}") == Fault.ODD_CHARACTERS


@pytest.mark.parametrize("control", ["\x00", "\x07", "\x1b", "\x7f", "\x9f"])
@pytest.mark.parametrize(
    ("layout", "column", "written"),
    [
        (ROSTER, "姓名", "王小明"),
        (ROSTER, "备注", "由望海派出所送来"),
        (ROSTER, "出生日期", "2012-03-15"),
        (ROSTER, "身份证号", "371099201203150407"),
        (ROSTER, "儿童编号", "CS0012"),
        (ROSTER, "性别", "男"),
        (EXAMINATION, "身高(cm)", "102"),
    ],
)
def test_a_control_is_dropped_from_no_cell(layout: Layout, column: str, written: str, control: str) -> None:
    assert read(layout, column, written) != Fault.ODD_CHARACTERS
    for odd in (f"{written[:1]}{control}{written[1:]}", f"{written}{control}"):
        assert read(layout, column, odd) == Fault.ODD_CHARACTERS


@pytest.mark.parametrize("around", ["\u200e", "\u202a\u202c", "\u2066\u2069"])
def test_marks_that_turn_nothing_are_stray_in_a_day(around: str) -> None:
    assert read(ROSTER, "出生日期", f"{around}2012-03-15") == read(ROSTER, "出生日期", "2012-03-15")
