"""Which tables a sheet has and what their rows are: known by what they say, never by how they look."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.cells.raw import Raw
from api.imports.faults import Fault
from api.imports.layout import RowOf
from api.imports.layouts import LAYOUTS
from api.imports.reading.workbook import Merged, Sheet, Workbook
from api.imports.recognition.matching import heading_text
from api.imports.recognition.register_reading import Register, Stray, read_register
from api.imports.recognition.tables import RowKind, Table
from tests.support.given import TODAY
from tests.support.registers.counter import Counter
from tests.support.registers.paper import HEADINGS, Grid, a_sheet

OURS = "填报单位：望海市儿童福利院（测试）"
ROSTER: Grid = [
    ["儿童花名册"],
    [OURS],
    ["序号", "儿童编号", "姓名", "性别", "接收日期", "送交单位", "备注"],
    [1, "CS001", "林小一", "女", "2013-05-02"],
    [2, "CS002", "林小二", "男", "2013-05-03"],
]
EXAMINATION = ("儿童编号", "姓名", "体检日期", "身高(cm)", "结论")


def register_of(*sheets: tuple[str, Grid], merged: tuple[Merged, ...] = ()) -> Register:
    """A register of these sheets; what is merged is so on the last."""
    read: list[Sheet] = []
    for number, (title, grid) in enumerate(sheets):
        rows: list[tuple[Raw, ...]] = [tuple(row) for row in grid]
        read.append(Sheet(number, title, rows, merged if number == len(sheets) - 1 else ()))
    return read_register(Workbook("台账.xlsx", "", 0, read), TODAY)


def on_roster(*rows: list[Any]) -> Table:
    """The roster with these rows below its own."""
    (table,) = register_of(("儿童花名册", [*ROSTER, *rows])).tables
    return table


def names(table: Table) -> dict[str, str]:
    """The known columns: what is written above each, by its usual heading."""
    return {column.heading: table.heading_of(place) for place, column in table.columns.items()}


@pytest.mark.parametrize(
    "row",
    [
        ["", "CS003", "共6人参加", "女"],
        ["", "CS003", "合计", "女"],
        ["", "CS003", "林小三", "", "", "", "说明：由派出所送来"],
        ["", "CS003", "", "", "", "", "审核人：姜老师"],
        ["合计", "CS003", "林小三", "女"],
        ["注：", "CS003", "林小三"],
        ["", "CS003"],
        ["", "", "赵大山", "男", "2013-01-01", "", "说明：由望海派出所送来"],
        ["", "", "赵大山", "男", "2013-01-01", "", "经办人：于老师"],
        ["", "", "赵大山", "男", "", "", "合计"],
        ["", "", "", "男", "2013-01-01", "合计"],
        ["", "", "", "", "", "", "备注：不知是谁"],
        ["", "", "赵大山"],
        ["", "同上", "林小一", "女"],
        ["", "", "赵大山", "", "", "填报单位：望海市儿童福利院"],
    ],
    ids=str,
)
def test_a_row_tells_of_a_child_whatever_its_words_look_like(row: list[Any]) -> None:
    assert on_roster(row).kinds[-1] is RowKind.DATA


@pytest.mark.parametrize("title", HEADINGS)
def test_each_sheet_is_known_by_its_headings_alone(title: str) -> None:
    (table,) = register_of(("表", [list(HEADINGS[title]), ["CS001", "CS001", "CS001"]])).tables

    assert table.layout is not None
    assert table.layout.name == title
    assert list(names(table)) == list(HEADINGS[title])


@pytest.mark.parametrize(
    ("title", "layout"),
    [
        ("收养回访", "收养回访"),
        ("安置后回访", "安置后随访"),
        ("寄养家庭回访记录", "寄养探访"),
        ("表", "收养回访"),
    ],
)
def test_sheets_of_visits_with_the_same_headings_are_told_apart_by_their_titles(
    title: str, layout: str
) -> None:
    headings = ["儿童编号", "回访日期", "回访方式", "生活情况", "健康状况", "学习情况"]
    rows = [[title], headings, ["CS001", "2024-05-06"]]
    if title != "表":
        headings.append("成长情况")
    (table,) = register_of((title, rows)).tables

    assert table.layout is not None
    assert table.layout.name == layout


def test_no_heading_names_two_columns_of_one_sheet() -> None:
    for layout in LAYOUTS:
        columns: dict[str, set[str]] = {}
        for column in layout.columns:
            for heading in (column.heading, *column.others):
                columns.setdefault(heading_text(heading), set()).add(column.heading)
        assert {text: owners for text, owners in columns.items() if len(owners) > 1} == {}, layout.name


TRICKY = st.sampled_from(
    (
        "",
        "合计",
        "共6人",
        "累计20次",
        "说明：由派出所送来",
        "审核人：于老师",
        "填报单位：邻县福利院",
        "姓名",
        "性别",
        "接收日期",
    )
)


@given(
    st.sampled_from(("CS003", "WH-2019-003", "2019003", 7, "３")), st.lists(TRICKY, min_size=5, max_size=5)
)
def test_any_row_with_a_file_number_tells_of_a_child(number: Any, words: list[str]) -> None:
    first, *others = words
    assert on_roster([first, number, *others]).kinds[-1] is RowKind.DATA


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["合计", "", "", "2人"], RowKind.TOTAL),
        (["", "合 计", "2人"], RowKind.TOTAL),
        (["", "共2人"], RowKind.TOTAL),
        (["", "", "小计：2"], RowKind.TOTAL),
        (["制表人：姜老师", "", "", "审核人：于老师"], RowKind.SIGNATURE),
        (["制表人：", "姜老师", "", "审核人：", "于老师", "2026-10-31"], RowKind.SIGNATURE),
        (["", "", "", "审核人：于老师", "", "填报日期：2026-10-31"], RowKind.SIGNATURE),
        (["注：本表一式两份"], RowKind.SIGNATURE),
        (["", "说明：共2人"], RowKind.SIGNATURE),
        (["填报单位：望海市儿童福利院（测试）"], RowKind.TITLE),
        (["儿童花名册"], RowKind.TITLE),
        (["序号", "", "", "性别", "接收日期", "送交单位", "备注"], RowKind.HEADING),
        (["合计", "2人"], RowKind.TOTAL),
        (["", "第2页 共3页"], RowKind.TITLE),
        (["", "", ""], RowKind.BLANK),
    ],
    ids=str,
)
def test_only_what_has_no_child_is_something_else(row: list[Any], kind: RowKind) -> None:
    assert on_roster(row).kinds[-1] is kind


def test_a_row_without_a_number_is_listed_with_the_name_it_gives() -> None:
    register = register_of(("儿童花名册", [*ROSTER, ["", "", "赵大山", "男", "", "", "说明：由派出所送来"]]))

    assert register.strays == [Stray(RowOf(0, 6), Fault.NO_FILE_NUMBER)]
    cell = register.key_cell(RowOf(0, 6))
    assert cell is not None
    assert cell.written == "赵大山"


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("儿童\n编号", "儿童编号"),
        ("*儿童编号", "儿童编号"),
        ("★ 儿童编号", "儿童编号"),
        ("儿童编号（必填）", "儿童编号"),
        ("2、姓 名", "姓名"),
        ("姓名【与户口簿一致】", "姓名"),
        ("（3）性别", "性别"),
        ("接收日期(年/月/日):", "接收日期"),
        ("出生\n年月日", "出生日期"),
    ],
)
def test_a_heading_is_known_with_stars_notes_numbers_and_line_breaks(written: str, column: str) -> None:
    headings = {"儿童编号": "儿童编号", "姓名": "姓名", "性别": "性别", "接收日期": "接收日期"} | {
        column: written
    }
    (table,) = register_of(("儿童花名册", [["儿童花名册"], list(headings.values()), ["CS001"]])).tables

    assert names(table)[column] == " ".join(written.split())


@pytest.mark.parametrize("written", ["身高cm", "身高/cm", "身高：厘米", "身高 (cm)", "身高（厘米）*"])
def test_a_heading_is_known_with_its_unit(written: str) -> None:
    (table,) = register_of(("体检", [["儿童编号", "体检日期", written], ["CS001", "2020-01-01", 101]])).tables

    assert names(table)["身高(cm)"] == " ".join(written.split())


def test_of_two_headings_that_are_alike_the_second_column_is_listed_as_unknown() -> None:
    register = register_of(
        ("体检", [[*EXAMINATION, "体检日期"], ["CS001", "", "2020-01-01", 99, "", "2021-01-01"]])
    )

    cells = [(column is None, cell.heading, cell.written) for column, cell in register.cells(RowOf(0, 2))]
    assert cells[-1] == (True, "体检日期", "2021-01-01")


def test_the_usual_heading_counts_before_another_one_of_the_same_column() -> None:
    (table,) = register_of(
        ("儿童花名册", [["编号", "儿童编号", "姓名", "性别", "接收日期"], ["1", "CS001"]])
    ).tables

    assert table.place_of("儿童编号") == 1


def test_columns_may_lie_apart_and_headings_far_below() -> None:
    above = [["说明"]] + [[] for _ in range(60)]
    rows = [["儿童编号", "", "姓名", "", "性别", "", "接收日期"], ["CS001", "", "林小一"]]

    (table,) = register_of(("儿童花名册", [*above, *rows])).tables

    assert table.kinds[-2:] == [RowKind.HEADING, RowKind.DATA]


# --- headings in several rows -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "columns"),
    [
        (
            [
                ["儿童编号", "姓名", "性别", "出生", "", "接收"],
                ["", "", "", "日期", "来源", "日期", "送交单位"],
            ],
            {
                "出生日期": "出生 日期",
                "出生日期来源": "出生 来源",
                "接收日期": "接收 日期",
                "送交单位": "接收 送交单位",
            },
        ),
        (
            # merged from top to bottom: the same stands in both rows
            [["儿童编号", "姓名", "出生", "", "性别"], ["儿童编号", "姓名", "日期", "来源", "性别"]],
            {"儿童编号": "儿童编号", "出生日期": "出生 日期", "出生日期来源": "出生 来源", "性别": "性别"},
        ),
        (
            [["儿童基本信息", "", "", "接收情况"], ["儿童编号", "姓名", "性别", "接收日期", "送交单位"]],
            {"儿童编号": "儿童基本信息 儿童编号", "送交单位": "接收情况 送交单位"},
        ),
        (
            [["儿童编号", "姓名", "性别", "接收情况", ""], ["", "", "", "日期", "送交单位"]],
            {"接收日期": "接收情况 日期", "送交单位": "接收情况 送交单位"},
        ),
        (
            [["基本信息", "", "", ""], ["儿童", "", "出生", ""], ["编号", "姓名", "日期", "来源"]],
            {"儿童编号": "儿童 编号", "出生日期": "出生 日期"},
        ),
    ],
)
def test_headings_may_take_several_rows(headings: Grid, columns: dict[str, str]) -> None:
    register = register_of(("儿童花名册", [["儿童花名册"], [OURS], *headings, ["CS001", "林小一"]]))

    (table,) = register.tables
    assert columns.items() <= names(table).items()
    assert table.kinds[-1] is RowKind.DATA
    assert RowKind.DATA not in table.kinds[:-1]
    assert not register.strays
    assert not list(register.loose())


@pytest.mark.parametrize("group", ["父亲", "监护人", "收养人", "送养人"])
def test_a_column_of_somebody_else_is_not_the_child_s(group: str) -> None:
    headings = [["儿童编号", "性别", "接收日期", group, ""], ["", "", "", "姓名", "出生日期"]]

    (table,) = register_of(
        ("儿童花名册", [["儿童花名册"], *headings, ["CS001", "女", "", "林大", "1980"]])
    ).tables

    assert table.place_of("姓名") is None
    assert table.place_of("出生日期") is None
    assert [table.heading_of(place) for place in (3, 4)] == [f"{group} 姓名", f"{group} 出生日期"]
    assert table.kinds[1:3] == [RowKind.HEADING, RowKind.HEADING]


def test_a_second_row_of_headings_that_nobody_knows_is_no_child() -> None:
    headings = [["儿童编号", "姓名", "性别", "接收日期", "家庭", ""], ["", "", "", "", "父", "母"]]

    register = register_of(
        ("儿童花名册", [["儿童花名册"], *headings, ["CS001", "林小一", "", "", "林大", "李二"]])
    )

    assert register.tables[0].kinds[1:] == [RowKind.HEADING, RowKind.HEADING, RowKind.DATA]
    assert [cell.heading for _, cell in register.cells(RowOf(0, 4))][-2:] == ["家庭 父", "家庭 母"]


def test_a_row_of_data_below_the_headings_is_not_taken_for_headings() -> None:
    headings: Grid = [["儿童编号", "姓名", "性别", "接收日期", "送交单位", ""]]

    register = register_of(
        ("儿童花名册", [*headings, ["", "", "女", "", "望海派出所", "补"], ["CS001", "林小一"]])
    )

    assert register.tables[0].kinds == [RowKind.HEADING, RowKind.DATA, RowKind.DATA]


# --- several tables on one sheet --------------------------------------------------------------------


@pytest.mark.parametrize(
    "between",
    [
        [[], [], ["体检情况"]],
        [["体检情况"]],
        [[]],
        [],
        [["合计", "", "2人"], [], ["体检情况"], [OURS]],
        [["制表人：姜老师"], ["二、儿童体检"]],
        [[], ["", "", "儿童体检情况（2016年）"]],
    ],
    ids=str,
)
def test_a_table_below_another_one_is_a_table_of_its_own(between: Grid) -> None:
    below: Grid = [list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99, "正常"]]

    register = register_of(("儿童花名册", [*ROSTER, *between, *below]))

    roster, examination = register.tables
    assert roster.layout is not None
    assert examination.layout is not None
    assert (roster.layout.name, examination.layout.name) == ("儿童花名册", "体检")
    assert [kind for kind in examination.kinds if kind is not RowKind.TITLE] == [
        RowKind.HEADING,
        RowKind.DATA,
    ]
    assert {number: len(rows) for number, rows in register.children.items()} == {"CS001": 2, "CS002": 1}
    assert not register.strays
    assert examination.banner.institution == "望海市儿童福利院（测试）"


def test_a_row_above_the_next_table_s_title_is_no_title() -> None:
    below: Grid = [list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99, "正常"]]

    register = register_of(("儿童花名册", [*ROSTER, ["", "", "赵大山"], [], ["体检情况"], *below]))
    directly = register_of(("儿童花名册", [*ROSTER, ["", "", "赵大山"], *below]))
    numbered = register_of(("儿童花名册", [*ROSTER, ["", "CS003"], *below]))

    assert register.strays == directly.strays == [Stray(RowOf(0, 6), Fault.NO_FILE_NUMBER)]
    assert "CS003" in numbered.children


def test_a_third_table_and_headings_on_every_page_are_read_too() -> None:
    page: Grid = [list(EXAMINATION), ["CS002", "林小二", "2016-05-02", 98]]
    schooling: Grid = [["就学"], list(HEADINGS["就学"]), ["CS001", "林小一", "2019-09-01", "小学"]]

    register = register_of(("儿童花名册", [*ROSTER, *page, ["第2页"], *page, [], *schooling]))

    assert [table.layout.name for table in register.tables if table.layout] == [
        *("儿童花名册", "体检", "体检"),
        "就学",
    ]
    assert {number: len(rows) for number, rows in register.children.items()} == {"CS001": 2, "CS002": 3}


def test_tables_side_by_side_are_read_each_for_itself() -> None:
    headings = ["儿童编号", "姓名", "性别", "接收日期"]
    rows = [
        ["CS001", "林小一", "女", "2013-05-02", "", "CS003", "林小三", "男", "2014-01-01"],
        ["CS002", "林小二", "男", "2013-05-03"],
        ["", "", "", "", "", "CS004", "林小四", "女"],
    ]

    register = register_of(("儿童花名册", [["儿童花名册"], [*headings, "", *headings], *rows]))

    assert sorted(register.children) == ["CS001", "CS002", "CS003", "CS004"]
    (third,) = register.children["CS003"]
    assert [cell.written for _, cell in register.cells(third)] == ["CS003", "林小三", "男", "2014-01-01"]
    assert register.name(third) == "儿童花名册!3"
    assert not register.strays


def test_a_table_beside_that_is_of_no_known_kind_is_listed_and_not_noted_in_another_child_s_file() -> None:
    headings = ["儿童编号", "姓名", "性别", "接收日期", "", "儿童编号", "营地"]
    rows = [["CS001", "林小一", "女", "2013-05-02", "", "CS002", "海边"], ["CS002", "林小二", "男"]]

    register = register_of(("儿童花名册", [["儿童花名册"], headings, *rows]))

    (first,) = register.children["CS001"]
    assert [cell.written for _, cell in register.cells(first)] == ["CS001", "林小一", "女", "2013-05-02"]
    assert [stray.why for stray in register.strays] == [Fault.UNKNOWN_SHEET]


def test_a_child_that_is_told_of_above_the_headings_is_listed() -> None:
    above: Grid = [["体检"], ["姓名：林小一", "性别：女"], ["出生日期：2012-03-15　民族：汉"], [OURS]]

    register = register_of(("体检", [*above, list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99]]))

    assert [cell.written for cell in register.loose()] == [
        *("姓名：林小一", "性别：女"),
        "出生日期：2012-03-15　民族：汉",
    ]


def test_an_unknown_table_of_children_below_is_no_row_of_the_one_above() -> None:
    register = register_of(("儿童花名册", [*ROSTER, [], ["夏令营"], ["儿童编号", "营地"], ["CS001", "海边"]]))

    assert register.strays == [Stray(RowOf(1, 9), Fault.UNKNOWN_SHEET)]
    assert len(register.children["CS001"]) == 1


def test_headings_below_may_have_digits_in_brackets() -> None:
    below: Grid = [
        ["姓名", "儿童意愿(8岁以上)", "登记日期", "收养类别"],
        ["林小一", "同意", "2020-01-01", "孤儿"],
    ]

    register = register_of(("儿童花名册", [*ROSTER, [], *below]))

    assert [table.layout.name for table in register.tables if table.layout] == ["儿童花名册", "收养"]
    assert len(register.children["CS001"]) == 2


def test_a_correction_of_a_name_is_no_row_of_headings() -> None:
    rows = [
        ["2025-08-02", "CS001", "林小一", "姓名", "林晓一", "林小一", "依据", "姜老师"],
        ["2025-08-02", "", "林小二", "姓名", "", "林小二"],
    ]

    register = register_of(("儿童花名册", ROSTER), ("更正登记", [list(HEADINGS["更正登记"]), *rows]))

    assert register.tables[1].kinds == [RowKind.HEADING, RowKind.DATA, RowKind.DATA]


# --- by name, unknown, and another's ----------------------------------------------------------------


def test_a_table_without_file_numbers_knows_its_children_by_names_that_only_one_has() -> None:
    roster = [*ROSTER, [3, "CS003", "林小三", "男"], [4, "CS004", "林小三", "女"]]
    rows = [
        [1, "林小一", "2019-03-01", 101],
        [2, "林 小 二", "2019-03-01", 102],
        [3, "林小三", "2019-03-01", 103],
        [4, "赵大山", "2019-03-01", 104],
        [5, "", "2019-03-01", 105],
        [6, "同上", "2019-03-01", 106],
    ]

    register = register_of(
        ("儿童花名册", roster), ("体检", [["序号", "姓名", "体检日期", "身高(cm)"], *rows])
    )

    assert {number: len(rows) for number, rows in register.children.items()} == {
        "CS001": 2,
        "CS002": 2,
        "CS003": 1,
        "CS004": 1,
    }
    assert [stray.why for stray in register.strays] == [
        Fault.NAME_SHARED,
        Fault.NOT_ON_ROSTER,
        Fault.NO_FILE_NUMBER,
        Fault.DITTO,
    ]


def test_a_roster_without_file_numbers_lists_each_of_its_rows() -> None:
    register = register_of(("儿童花名册", [["姓名", "性别", "接收日期"], ["林小一", "女", "2013-05-02"]]))

    assert register.strays == [Stray(RowOf(0, 2), Fault.NO_FILE_NUMBER)]


@pytest.mark.parametrize(
    "grid",
    [
        [["本表由办公室填写"]],
        [["体检日期", "身高(cm)"], ["2019-03-01", 101]],
        [["姓名", "林小一"], ["性别", "女"]],
        [["项目", "金额"], ["奶粉", 3000]],
        [["儿童编号", "CS001", "CS002"], ["姓名", "林小一", "林小二"]],
    ],
    ids=str,
)
def test_every_cell_of_a_sheet_that_is_not_known_is_listed(grid: Grid) -> None:
    register = register_of(("儿童花名册", ROSTER), ("其他", grid))

    assert [cell.raw for cell in register.loose()] == [raw for row in grid for raw in row]


def test_what_stands_above_the_headings_and_is_no_title_is_listed() -> None:
    above: Grid = [
        ["", "儿童花名册", "", "2026年10月31日"],
        ["", "儿童花名册", "", "单位：人"],
        ["经费", 3000],
        ["CS003", "林小三", "女"],
        [OURS, "", "填报日期：", "2026-10-31"],
        [],
    ]

    register = register_of(("儿童花名册", [*above, *ROSTER[2:]]))

    assert [cell.written for cell in register.loose()] == ["经费", "3000", "CS003", "林小三", "女"]


async def test_the_cells_of_a_sheet_that_is_not_known_are_listed_and_counted_as_set_aside(
    counter: Counter,
) -> None:
    report = await counter.take(
        a_sheet("儿童花名册").row(儿童编号="CS001", 姓名="林小一"), ("其他", [["经费", 3000]])
    )

    assert [(line.sheet, line.row, line.column, line.value, line.code) for line in report.values] == [
        ("其他", 1, "A", "经费", "unknown_sheet"),
        ("其他", 1, "B", "3000", "unknown_sheet"),
    ]
    assert report.json()["set_aside"] == 2
    assert report.code == 0


@pytest.mark.parametrize(
    "banner",
    [
        ["填报单位：邻县福利院"],
        ["填报单位:", "", "邻县福利院", "填报日期：2026-10-31"],
        ["填报单位（盖章）：邻县福利院　填报人：于老师　联系电话：0631-5550000"],
        ["单位名称：邻县福利院（公章）"],
    ],
    ids=str,
)
@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
def test_a_sheet_that_another_institution_tells_is_not_ours(banner: list[str], below: bool) -> None:  # noqa: FBT001 - a case
    table: Grid = [list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99]]
    sheet = [["体检"], *table, banner] if below else [["体检"], banner, *table]

    register = register_of(("儿童花名册", ROSTER), ("体检", sheet))

    assert register.institution == "望海市儿童福利院（测试）"
    assert [stray.why for stray in register.strays] == [Fault.OTHER_INSTITUTION]


@pytest.mark.parametrize(
    "banner",
    [
        [],
        ["填报单位：望海市儿童福利院(测试)"],
        ["填报单位: 望海市 儿童福利院 （测试）"],
        ["单位：元", "填报日期：2026-10-31"],
        ["主管单位：望海市民政局"],
        ["填报单位：", "填报日期：2026-10-31"],
        ["填报单位：—"],
    ],
    ids=str,
)
def test_a_sheet_that_names_nobody_else_is_ours(banner: list[str]) -> None:
    sheet: Grid = [["体检"], banner, list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99]]

    register = register_of(("儿童花名册", ROSTER), ("体检", sheet))

    assert not register.strays


def test_only_the_table_below_another_s_banner_is_another_s() -> None:
    ours: Grid = [list(EXAMINATION), ["CS001", "林小一", "2016-05-02", 99]]
    theirs: Grid = [["填报单位：邻县福利院"], list(EXAMINATION), ["CS002", "林小二", "2016-05-02", 99]]

    register = register_of(("儿童花名册", ROSTER), ("体检", [["体检"], *ours, [], *theirs]))

    assert [stray.why for stray in register.strays] == [Fault.OTHER_INSTITUTION]
    assert len(register.children["CS001"]) == 2


async def test_rows_of_another_institution_are_rejected_and_not_recorded_in_our_child_s_file(
    counter: Counter,
) -> None:
    report = await counter.take(
        a_sheet("儿童花名册").row(儿童编号="CS001", 姓名="林小一"),
        a_sheet("体检", institution="邻县福利院").row(儿童编号="CS001", 姓名="林小一", 体检日期="2016-05-02"),
    )

    assert [(line.sheet, line.row, line.value, line.code) for line in report.rejections] == [
        ("体检", 4, "CS001", "other_institution")
    ]
    assert report.json()["rejected"] == 1


# --- what cells are shown as one --------------------------------------------------------------------


def test_what_is_merged_over_several_columns_may_belong_to_either_and_is_listed() -> None:
    sheet: Grid = [list(HEADINGS["户口登记"]), ["CS001", "林小一", "2014-03-01", "", "集体户"]]

    register = register_of(("儿童花名册", ROSTER), ("户口登记", sheet), merged=(Merged(2, 2, 2, 3),))

    faults = {cell.heading: cell.fault for _, cell in register.cells(RowOf(1, 2)) if cell.fault}
    assert faults == {"申请日期": Fault.MERGED}


@pytest.mark.parametrize(
    ("number", "code"), [("7", "leading_zeros"), (7, "leading_zeros"), ("8", "not_on_roster")], ids=repr
)
async def test_a_number_with_other_zeros_says_so(counter: Counter, number: Any, code: str) -> None:
    report = await counter.take(
        a_sheet("儿童花名册").row(儿童编号="0007", 姓名="林小一"),
        a_sheet("体检").row(儿童编号=number, 体检日期="2016-05-02"),
    )

    assert [(line.value, line.code) for line in report.rejections] == [(str(number), code)]


async def test_words_in_the_column_of_serial_numbers_are_listed(counter: Counter) -> None:
    report = await counter.take(
        a_sheet("儿童花名册")
        .row(序号="已转出", 儿童编号="CS001", 姓名="林小一")
        .row(序号="②", 儿童编号="CS002", 姓名="林小二")
        .row(序号="三", 儿童编号="CS003", 姓名="林小三")
    )

    assert [(line.column, line.value) for line in report.values] == [("序号", "已转出")]
