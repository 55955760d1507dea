"""A child's name on many sheets: one name however its parts are joined, kept as it is written."""

from typing import Any

import pytest

from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, a_sheet, roster


def examination(**said: Any) -> Paper:
    """One examination of that child."""
    return a_sheet("体检").row(**{"儿童编号": "CS001", "体检日期": "2020-02-01"} | said)


@pytest.mark.parametrize("dot", "·•・‧∙⋅．.･●")
async def test_the_dots_of_a_name_are_one_name(counter: Counter, dot: str) -> None:
    written = f"阿依古丽{dot}买买提"

    report = await counter.take(roster(姓名=written), examination(姓名="阿依古丽·买买提"))

    assert not report.values
    assert (await counter.only("CS001", IdentityRecorded)).event.name == written


@pytest.mark.parametrize(
    ("on_roster", "elsewhere"),
    [("王小明", "王 小 明"), ("José María", "ＪＯＳÉ  maría"), ("王小明", "\u200b王小明")],
)
async def test_blanks_width_and_case_make_no_other_name(
    counter: Counter, on_roster: str, elsewhere: str
) -> None:
    report = await counter.take(roster(姓名=on_roster), examination(姓名=elsewhere))

    assert not report.values


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("王 小明", "王小明"),
        ("王　小 明", "王小明"),
        ("李 \U00020bb7", "李\U00020bb7"),
        ("王 \ue863", "王\ue863"),
        ("王明 男", "王明 男"),
        ("王明\n李明", "王明 李明"),
        ("欧阳 小明", "欧阳 小明"),
        ("Иван Петров", "Иван Петров"),
        ("José Álvarez", "José Álvarez"),
        ("김 민수", "김 민수"),
        ("ئابدۇ رېھىم", "ئابدۇ رېھىم"),
    ],
)
async def test_only_blanks_that_space_out_a_chinese_name_are_for_looks(
    counter: Counter, written: str, kept: str
) -> None:
    report = await counter.take(
        roster(姓名=written), examination(姓名=written.replace(" ", "").replace("\n", ""))
    )

    assert not report.values
    assert (await counter.only("CS001", IdentityRecorded)).event.name == kept


@pytest.mark.parametrize(
    ("on_roster", "elsewhere"),
    [
        ("阿依古丽·买买提", "阿依古丽买买提"),
        ("王小明", "王晓明"),
        ("张\U0003158e", "张"),
        ("王\ue863", "王\ue864"),
        ("王小明", "王小明（大）"),
        ("", "王小明"),
        ("不详", "王小明"),
    ],
)
async def test_what_differs_in_more_is_set_aside(counter: Counter, on_roster: str, elsewhere: str) -> None:
    report = await counter.take(roster(姓名=on_roster), examination(姓名=elsewhere))

    assert [(line.sheet, line.value, line.code) for line in report.values] == [
        ("体检", elsewhere, "name_differs")
    ]
    assert len(await counter.told("CS001", PhysicalExamined)) == 1


async def test_without_a_roster_the_name_is_compared_with_the_ledger_s(counter: Counter) -> None:
    await counter.take(roster(姓名="阿依古丽·买买提"))

    same = await counter.take(examination(姓名="阿依古丽•买买提"))
    other = await counter.take(examination(姓名="李小红", 体检日期="2021-02-01"))

    assert not same.values
    assert [(line.value, line.code) for line in other.values] == [("李小红", "name_differs")]


@pytest.mark.parametrize(
    ("written", "code"), [("同上", "ditto"), ("某某", "placeholder"), ("待补", "pending")]
)
async def test_a_name_that_is_not_written_is_listed_as_what_it_is(
    counter: Counter, written: str, code: str
) -> None:
    report = await counter.take(roster(), examination(姓名=written))

    assert [(line.column, line.value, line.code) for line in report.values] == [("姓名", written, code)]


async def test_a_child_listed_twice_with_another_dot_has_one_name(counter: Counter) -> None:
    report = await counter.take(roster(姓名="阿依古丽·买买提").row(儿童编号="CS001", 姓名="阿依古丽・买买提"))

    assert not report.values
    assert (await counter.only("CS001", IdentityRecorded)).event.name == "阿依古丽·买买提"


@pytest.mark.parametrize("name", ["张\U0003158e", "王\ue863", "李𠮷", "㐂雄", "丨乂"])
async def test_no_character_of_a_name_is_dropped(counter: Counter, name: str) -> None:
    await counter.take(roster(姓名=name))

    assert (await counter.only("CS001", IdentityRecorded)).event.name == name


async def test_a_remark_is_kept_whole_and_what_does_not_fit_beside_it_stands_in_the_report(
    counter: Counter,
) -> None:
    remark = "长" * 3995

    report = await counter.take(roster(备注=remark, 出生日期="15.3.1", 民族="同上"))

    received = await counter.only("CS001", ChildReceived)
    assert received.note == remark
    assert {(line.column, line.code) for line in report.values} == {
        ("出生日期", "two_digit_year"),
        ("民族", "ditto"),
    }


async def test_a_remark_that_is_too_long_is_listed_whole(counter: Counter) -> None:
    remark = "长" * 4001

    report = await counter.take(roster(备注=remark, 出生日期="15.3.1"))

    assert (await counter.only("CS001", ChildReceived)).note == "出生日期写作「15.3.1」"
    assert [(line.column, line.value, line.code) for line in report.values] == [
        ("出生日期", "15.3.1", "two_digit_year"),
        ("备注", remark, "too_long"),
    ]
