"""Another department's file is read row by row: by its headings, with its places, and nothing is guessed."""

from datetime import date

import pytest

from api.imports.faults import Fault
from api.imports.reading.kinds import read_workbook
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.reconciling import their_rows as reading
from api.imports.reconciling.their_columns import THEIR_COLUMNS
from api.imports.reconciling.their_rows import MALFORMED_ID, NO_IDENTITY, TheirFile, their_rows
from domain.codes import tables
from domain.events.reconciliation.differing import BY_LISTING
from domain.events.reconciliation.other_systems import OTHER_SYSTEMS
from tests.support.given import citizen_id
from tests.support.registers.paper import Grid, workbook

NUMBER, OTHER = citizen_id("2015-03-05", "002"), citizen_id("2015-03-05", "004")


def of(system: str, *sheets: tuple[str, Grid]) -> TheirFile:
    return their_rows(read_workbook(workbook(*sheets)), OTHER_SYSTEMS[system].items)


def test_every_item_with_a_value_has_a_column() -> None:
    assert set(THEIR_COLUMNS) == set(tables()["compared_item"].codes) - BY_LISTING


def test_a_row_says_what_stands_below_the_headings_wherever_they_stand() -> None:
    grid: Grid = [
        ["望海区在校学生名单"],
        ["序号", "身份证号码", "学生", "姓名", "出生年月日", "教育阶段", "就读方式", "学校"],
        [1, NUMBER.lower(), "", "海 燕", date(2015, 3, 5), "小学", "普校", "某校"],
        ["", "", ""],
        [2, "", "", "海鸥", "2015年3月", "小学", "-", "某校"],
    ]
    read = of("school_roll", ("名单", grid), ("说明", [["本表由学校填报"]]))
    first, second = read.rows
    assert (first.sheet, first.row, first.why) == ("名单", 3, None)
    assert first.values == {
        "citizen_id": NUMBER,
        "name": "海燕",
        "birth": "2015-03-05",
        "school_stage": "primary",
        "school_form": "regular",
    }
    assert (second.row, second.why, second.written["姓名"]) == (5, NO_IDENTITY, "海鸥")
    # A month is no day of birth, and a dash says nothing.
    assert [(each.column, each.value, each.fault) for each in second.unread] == [
        ("出生年月日", "2015年3月", Fault.NO_SINGLE_DAY)
    ]
    assert second.values == {"name": "海鸥", "school_stage": "primary"}
    assert read.sheets_left == ["说明"]
    assert [heading for _, heading in read.columns_left] == ["序号", "学生", "学校"]


def test_files_are_read_under_the_headings_that_their_systems_give_them() -> None:
    """As a school roll, insurance and the police write them; that somebody boards says nothing of a form."""
    pupil, insured, registered = (
        of(system, ("名单", [[*told], [*told.values()]])).rows[0].values
        for system, told in (
            ("school_roll", {"身份证件号": NUMBER, "学段": "小学", "就读方式": "走读"}),
            ("insurance", {"证件号码": NUMBER, "险种类型": "城乡居民基本医疗保险"}),
            ("household", {"公民身份号码": NUMBER, "户籍地址": "山东省威海市荣成市成山镇1号"}),
        )
    )
    assert pupil == {"citizen_id": NUMBER, "school_stage": "primary"}
    assert insured == {"citizen_id": NUMBER, "insurance_scheme": "resident"}
    assert registered == {"citizen_id": NUMBER, "household_region": "371082"}


def test_a_disability_certificate_says_who_a_child_is_where_no_citizen_id_stands_beside_it() -> None:
    headings = ["姓名", "残疾人证号", "残疾类别"]
    grid: Grid = [
        headings,
        ["海燕", f"{NUMBER}42", "肢体"],
        ["海鸥", f"{NUMBER}42B1", ""],
        ["海鸥", "0042", ""],
    ]
    first, again, malformed = of("disability", ("名单", grid)).rows
    assert first.values == {"name": "海燕", "citizen_id": NUMBER, "disability_class": "4"}
    assert (again.values["citizen_id"], again.why, malformed.why) == (NUMBER, None, MALFORMED_ID)
    beside: Grid = [["身份证号", *headings], [NUMBER, "海燕", f"{OTHER}42", "肢体"]]
    read = of("disability", ("名单", beside))
    assert read.rows[0].values["citizen_id"] == NUMBER
    assert [heading for _, heading in read.columns_left] == ["残疾人证号"]


@pytest.mark.parametrize("address", ["荣成市成山镇1号", "山东省威海市新威路1号"])
def test_an_address_that_names_no_county_whole_is_read_as_none(address: str) -> None:
    (row,) = of("household", ("名单", [["公民身份号码", "户籍地址"], [NUMBER, address]])).rows
    assert [each.fault for each in row.unread] == [Fault.UNKNOWN_CODE]


def test_a_column_of_another_system_and_one_that_is_there_twice_are_left_out() -> None:
    grid: Grid = [
        ["身份证号", "姓名", "姓名", "残疾等级", "学段"],
        [NUMBER, "海燕", "海鸥", "二级", "小学"],
    ]
    read = of("disability", ("名单", grid))
    assert read.rows[0].values == {"citizen_id": NUMBER, "disability_grade": "2"}
    assert [heading for _, heading in read.columns_left] == ["姓名", "姓名", "学段"]


@pytest.mark.parametrize("number", [f"{NUMBER[:17]}X", NUMBER[:15], "37109920150305", "同上"])
def test_a_number_that_is_no_citizen_id_tells_of_nobody(number: str) -> None:
    grid: Grid = [["身份证号", "姓名", "性别", "出生日期"], [number, "海燕", "女", "2015-03-05"]]
    assert [row.why for row in of("household", ("名单", grid)).rows] == [MALFORMED_ID]


def test_a_list_of_numbers_alone_is_one_and_a_sheet_without_names_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers: Grid = [["身份证号"], [NUMBER]]
    assert [row.why for row in of("insurance", ("名单", numbers)).rows] == [None]
    for grid in ([["性别", "民族"], ["女", "汉族"]], [["身份证号", "姓名"]]):
        with pytest.raises(UnreadableFileError):
            of("insurance", ("名单", grid))
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    assert len(of("insurance", ("名单", [*numbers, [NUMBER]])).rows) == 2
    with pytest.raises(UnreadableFileError):
        of("insurance", ("名单", [*numbers, [NUMBER], [NUMBER]]))
