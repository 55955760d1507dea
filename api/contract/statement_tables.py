"""Statements as tables: the columns of each."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from api.contract.csv_lines import TableCell
from api.contract.list_tables import CHARGE, CHILD, WHOSE, ListColumn, ListedItem, ListTable, day, text
from api.contract.sentences import Language
from domain.codes import tables
from domain.label import Label
from domain.statement import Statement
from domain.statements.illness_costs import ILLNESS_COSTS

_ID: Final = 38
ENTRIES: Final = text("entries", Label("条目标识", "Entries"), _ID)


def _layers() -> Iterator[ListColumn]:
    """Yield a column of what each funding layer paid, last of payments of which it is not known."""
    for code, label in tables()["funding_layer"].codes.items():
        yield _paid_by(code, label)
    yield _paid_by(None, Label("资金渠道不详", "Layer not known"))


def money(path: str, heading: Label) -> ListColumn:
    """Return a column of amounts of money in yuan, which answers have as texts."""
    named = Label(f"{heading.zh}（元）", f"{heading.en} (yuan)")
    return ListColumn(named, lambda item, _: _amount(item[path]))


def _amount(value: str | None) -> TableCell:
    return None if value is None else Decimal(value)


def _paid_by(code: str | None, label: Label) -> ListColumn:
    def cell(item: ListedItem, _: Language) -> TableCell:
        return _amount(next((each["paid_yuan"] for each in item["layers"] if each["layer"] == code), None))

    return ListColumn(Label(f"{label.zh}（元）", f"{label.en} (yuan)"), cell)


def _table(statement: Statement, *columns: ListColumn, note: Label | None = None) -> ListTable:  # type: ignore[type-arg]  # of any lines
    return ListTable(statement.name, statement.label, (*WHOSE, *columns, ENTRIES, *CHARGE, CHILD), note)


STATEMENT_TABLES: Final = {
    table.name: table
    for table in (
        _table(
            ILLNESS_COSTS,
            day("on", Label("诊断日期", "Diagnosed on")),
            text("disease", Label("疾病名称", "Disease"), 24),
            money("cost_yuan", Label("费用", "Cost")),
            *_layers(),
            money("rest_yuan", Label("尚未支付", "Left to be paid")),
            text("episode", Label("病程标识", "Episode"), _ID),
            note=Label(
                "金额不明的不计入，其后的余额留空。",
                "What is not known counts as nothing, and what it leaves is left blank.",
            ),
        ),
    )
}
"""The table of each statement by its name."""
