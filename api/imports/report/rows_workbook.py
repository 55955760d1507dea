"""The rows of a register as they were handed in, with what became of each, as a workbook of texts."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types

from api.imports.accounting import CellOutcome
from api.imports.cells.raw import as_written
from api.imports.layout import RowOf
from api.imports.recognition.tables import RowKind, Table
from api.imports.report.import_report import Report
from api.imports.report.report_workbook import LONGEST, why
from domain.label import Label
from domain.limit import Area, limit
from domain.rulebook import Rulebook

MOST_CELLS: Final = limit(
    400_000,
    Area.IMPORTS,
    Label("逐行报告中的单元格", "Cells of the workbook of rows with their outcomes"),
    why=Label("报告在内存中生成", "It is made in memory"),
    beyond=Label("只写结果和原因，不再抄录原内容", "It has outcomes and reasons, and not the rows' contents"),
)
_TEXTS_ONLY: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_BEFORE: Final = (("行 Row", 8), ("结果 Outcome", 24), ("原因 Why", 48))
_OUTCOMES: Final[Mapping[CellOutcome, str]] = {
    CellOutcome.RECORDED: "已录入 Recorded",
    CellOutcome.ALREADY: "此前已录入 Already recorded",
    CellOutcome.REJECTED: "退回 Rejected",
}
_WOULD: Final = "将录入 To be recorded"
_CORRECTING: Final[Mapping[str, str]] = {
    _OUTCOMES[CellOutcome.RECORDED]: "已录入（含更正） Recorded, with a correction",
    _WOULD: "将录入（含更正） To be recorded, with a correction",
}
"""The outcomes of rows that correct what the ledger tells."""
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME: Final = 31


def rows_workbook(report: Report, rulebook: Rulebook) -> bytes:
    """Return the workbook: a sheet for each table, with outcome and reasons before each row."""
    buffer, told = BytesIO(), _told(report, rulebook)
    book = xlsxwriter.Workbook(buffer, _TEXTS_ONLY)
    bold = book.add_format({"bold": True})
    whole = report.account.filled <= MOST_CELLS
    for table in report.register.tables:
        name = _NOT_IN_NAMES.sub(" ", f"{table.number + 1} {table.sheet.title}")[:_LONGEST_NAME]
        sheet = book.add_worksheet(name)
        for column, (heading, width) in enumerate(_BEFORE):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
        sheet.freeze_panes(1, len(_BEFORE))
        for line, words in enumerate(_rows(table, report, told, whole=whole), 1):
            for column, text in enumerate(words):
                if text:
                    sheet.write_string(line, column, text[:LONGEST])
    book.close()
    return buffer.getvalue()


def _rows(
    table: Table, report: Report, told: Mapping[tuple[str, int], list[str]], *, whole: bool
) -> Sequence[Sequence[str]]:
    rows = []
    for (number, row), kind in zip(enumerate(table.rows, table.first), table.kinds, strict=True):
        at = RowOf(table.number, number)
        fate = report.account.fate_of(at) if kind is RowKind.DATA else None
        outcome = "" if fate is None else _OUTCOMES.get(fate, "")
        if fate is CellOutcome.RECORDED and report.dry_run:
            outcome = _WOULD
        if at in report.corrected:
            outcome = _CORRECTING[outcome]
        reasons = "；".join(told.get((table.sheet.title, number), ())) if kind is RowKind.DATA else ""
        written = map(as_written, row) if whole else ()
        rows.append([str(number), outcome, reasons, *written])
    return rows


def _told(report: Report, rulebook: Rulebook) -> Mapping[tuple[str, int], list[str]]:
    """Return why values of rows were not used, or that they correct the ledger, by sheet and row."""
    told: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    for line in (*report.rejections, *report.values, *report.corrections):
        zh, en = why(line.code, rulebook)
        told[line.sheet, line.row].append(f"{line.column}：{zh} {en}" if line.column else f"{zh} {en}")
    return told
