"""A report as a workbook: a sheet that says what it is, and one for each table, with its chart.

It is made of what was issued alone, and the same report is the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types

from api.contract.census_answers import NOT_TOLD
from domain.label import Label

_ABOUT: Final = Label("说明", "About")
_TOTAL: Final = Label("合计", "Total")
_NOT_TOLD: Final = "*"
_MADE: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A moment of its making would tell two copies of one report apart."""
_LABEL_WIDTH, _COUNT_WIDTH = 34, 16
_NOTHING: Final = Label("没有内容", "Nothing to be listed")
_NOT_KNOWN: Final = Label("不详", "Not known")


def issued_workbook(report: Mapping[str, Any]) -> bytes:
    """Return a report as a workbook (.xlsx)."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": report["title"]["zh"], "created": _MADE})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    about = book.add_worksheet(_ABOUT.zh)
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 90)
    for number, (heading, said) in enumerate(_told(report)):
        about.write_string(number, 0, heading, bold)
        about.write_string(number, 1, said, wrapped)
    for table in report["tables"]:
        _sheet(book, table, bold, wrapped)
    book.close()
    return out.getvalue()


def _told(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    period, programme = report["period"], report["programme"]
    lines = [
        ("报告 Report", _both(report["title"])),
        ("机构 Institution", report["institution"]["name"] or ""),
        ("期间 Period", f"{_both(period)}（{period['from']} – {period['to']}）"),
        ("数据截至日期 As of", report["as_of"]),
        ("所知时点（账本位置） Known at position", str(report["known_position"])),
        ("规则集 Rulebook", report["rules"]),
        ("程序版本 Programme", f"{programme['version']}（{programme['read_models']}）"),
    ]
    lines += [("定义 Definition", _both(each)) for each in report["definitions"]]
    return [*lines, ("注 Note", str(NOT_TOLD))]


def _sheet(book: Any, table: Mapping[str, Any], bold: Any, wrapped: Any) -> None:  # noqa: ANN401 - it has no types
    sheet = book.add_worksheet(table["title"]["zh"])
    values, counts = len(table["by"]), len(table["counts"])
    sheet.set_column(0, values - 1, _LABEL_WIDTH)
    sheet.set_column(values, values + counts - 1, _COUNT_WIDTH)
    sheet.merge_range(0, 0, 0, max(values + counts - 1, 3), _both(table["title"]), bold)
    sheet.merge_range(1, 0, 1, max(values + counts - 1, 3), _both(table["definition"]), wrapped)
    sheet.set_row(1, 48)
    for column, each in enumerate([*table["by"], *table["counts"]]):
        sheet.write_string(2, column, _both(each), bold)
    lines = [([_both(each) for each in row["values"]], row["counts"]) for row in table["rows"]]
    if table["totals"] is not None:
        lines.append(([str(_TOTAL), *[""] * (values - 1)], table["totals"]))
    for number, (labels, numbers) in enumerate(lines, 3):
        for column, label in enumerate(labels):
            sheet.write_string(number, column, label, wrapped)
        _numbers(sheet, number, values, numbers)
    if not table["rows"]:
        sheet.write_string(3, 0, str(_NOTHING))
    elif table["chart"] is not None:
        _chart(book, sheet, table, len(table["rows"]))


def _numbers(sheet: Any, line: int, first: int, numbers: Sequence[int | str | None]) -> None:  # noqa: ANN401 - it has no types
    for column, count in enumerate(numbers, first):
        if count is None:
            sheet.write_string(line, column, _NOT_TOLD)
        elif isinstance(count, str):
            sheet.write_string(line, column, str(_NOT_KNOWN))
        else:
            sheet.write_number(line, column, count)


def _chart(book: Any, sheet: Any, table: Mapping[str, Any], rows: int) -> None:  # noqa: ANN401 - it has no types
    """Draw the column that is drawn, as bars by the first value of each row."""
    columns = [each["column"] for each in table["counts"]]
    name, place = table["title"]["zh"], len(table["by"]) + columns.index(table["chart"])
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": [name, 2, place],
            "categories": [name, 3, 0, 2 + rows, 0],
            "values": [name, 3, place, 2 + rows, place],
        }
    )
    chart.set_title({"name": _both(table["title"])})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True})
    sheet.insert_chart(5 + rows, 0, chart)


def _both(words: Mapping[str, str]) -> str:
    return f"{words['zh']} {words['en']}"
