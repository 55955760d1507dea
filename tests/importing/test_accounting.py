"""The account: whatever stands in a workbook, every filled cell and every row is counted, once."""

from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.imports.accounting import Account, CellOutcome, UnbalancedError
from api.imports.comparison.plan import plan
from api.imports.facts.child_facts import facts_of
from api.imports.layout import Place, RowOf
from api.imports.reading.kinds import read_workbook
from api.imports.recognition.register_reading import Register, read_register
from api.imports.recognition.tables import RowKind
from domain.file import File
from ledger.recording.candidates import entry_id
from tests.support.exploring import examples
from tests.support.given import INSTITUTION, TODAY, named
from tests.support.registers.paper import HEADINGS, Grid, workbook

WORDS = (
    *(
        "",
        " ",
        "\u3000",
        "-",
        "不详",
        "男",
        "女",
        "汉",
        "A1 查找不到父母",
        "A2",
        "长期监护",
        "机构养育",
        "智力",
        "二级",
    ),
    *(
        "2019-07-08",
        "2019年9月",
        "15.3.1",
        "2031-05-01",
        "2021年13月5日",
        "20190708",
        "训练",
        "评估",
        "方案",
        "PT",
    ),
    *(
        "CS001",
        "CS002",
        "CS999",
        "王小明",
        "出生日期",
        "身高(cm)",
        "合计",
        "制表人:于老师",
        "儿童编号",
        "小学",
        "毕业",
    ),
    *("371099201503010011", "=1+1", "符合", "同意", "死亡", "省内收养", "初期评估"),
)
CELLS: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.integers(-5, 50_000),
    st.dates(),
)
NUMBERS = st.sampled_from(("CS001", "CS001", "CS002", "CS999", ""))


@st.composite
def sheets(draw: st.DrawFn) -> list[tuple[str, Grid]]:
    """Sheets of the form with columns left out, moved and added, and anything at all in their cells."""
    found: list[tuple[str, Grid]] = []
    for title in draw(st.lists(st.sampled_from(sorted(HEADINGS)), min_size=1, max_size=3, unique=True)):
        headings = list(draw(st.permutations(HEADINGS[title])))
        headings = headings[: draw(st.integers(2, len(headings)))] + draw(st.lists(CELLS, max_size=2))
        rows = [
            [draw(NUMBERS) if heading == "儿童编号" else draw(CELLS) for heading in headings]
            for _ in range(draw(st.integers(0, 5)))
        ]
        grid: list[list[Any]] = [["台账"], ["填报单位:福利院", "填报日期:2026-10-31"], headings, *rows]
        found.append((title, grid[draw(st.integers(0, 3)) :] or [[]]))
    if len(found) > 1:
        found = draw(st.sampled_from((lambda each: each, one_below_the_other, side_by_side)))(found)
    if draw(st.booleans()):
        found.append(("另一张", draw(st.lists(st.lists(CELLS, max_size=5), max_size=4))))
    return found


def one_below_the_other(found: list[tuple[str, Grid]]) -> list[tuple[str, Grid]]:
    """All on the first sheet, each below the one before."""
    return [(found[0][0], [row for _, grid in found for row in grid])]


def side_by_side(found: list[tuple[str, Grid]]) -> list[tuple[str, Grid]]:
    """All on the first sheet, each beside the one before."""
    width = max(len(row) for _, grid in found for row in grid)
    rows = zip_longest(*(grid for _, grid in found), fillvalue=())
    return [
        (
            found[0][0],
            [[cell for part in row for cell in [*part, *[""] * (width - len(part))]] for row in rows],
        )
    ]


def accounted(register: Register) -> Account:
    """Take a register through everything but the ledger, as if all it tells were recorded."""
    account = Account(register.tables)
    for number, rows in register.children.items():
        case = facts_of(register, number, account)
        steps = plan(case, File(), register, lambda key: entry_id(named, INSTITUTION, key)).steps
        for place in (place for step in steps for place in step.cells):
            account.settle(place, CellOutcome.RECORDED)
        for row in rows:
            account.settle_row(row)
    for stray in register.strays:
        account.settle_row(stray.at)
    return account


@given(sheets())
@settings(
    max_examples=examples(150), suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example]
)
def test_any_workbook_adds_up(found: list[tuple[str, Any]]) -> None:
    book = read_workbook(workbook(*found))
    register = read_register(book, TODAY)

    account = accounted(register)

    filled = sum(1 for sheet in book.sheets for _ in sheet.filled())
    assert sum(account.cells.values()) == account.filled == filled
    data = sum(kind is RowKind.DATA for table in register.tables for kind in table.kinds)
    assert sum(account.rows.values()) == data
    assert data + sum(account.other_rows.values()) == sum(len(table.rows) for table in register.tables)
    for sheet in book.sheets:
        own = (table for table in register.tables if table.sheet.number == sheet.number)
        covered = {row for table in own for row in range(table.first, table.first + len(table.rows))}
        assert covered == set(range(1, len(sheet.rows) + 1))


def a_register(*rows: Any) -> Register:
    grid = [["台账"], ["填报单位:福利院"], HEADINGS["体检"], *rows]
    return read_register(read_workbook(workbook(("体检", grid))), TODAY)


def test_a_cell_that_was_forgotten_does_not_add_up() -> None:
    register = a_register(["CS001", "王小明", "2020-02-01"])
    account = Account(register.tables)

    with pytest.raises(UnbalancedError, match="rows"):
        account.prove()
    with pytest.raises(UnbalancedError, match="cells"):
        _ = account.cells


def test_a_cell_that_is_not_there_or_a_row_that_was_counted_before_is_an_error() -> None:
    account = accounted(a_register(["CS001", "王小明", "2020-02-01"]))

    with pytest.raises(UnbalancedError):
        account.settle(Place(0, 4, 6), CellOutcome.RECORDED)
    with pytest.raises(UnbalancedError):
        account.settle_row(RowOf(0, 4))
    account.prove()
