"""The report as a workbook for the clerk who keeps the register, of texts only, without formulas."""

import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types
from xlsxwriter.format import Format  # type: ignore[import-untyped] # the same

from api.imports.faults import Fault
from api.imports.report.import_report import TOLD, Report
from api.imports.report.report_lines import ReportLine
from domain.rulebook import Rulebook

_PRIVATE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_FATES: Final = {
    "recorded": "已录入 Recorded",
    "already": "此前已录入 Already recorded",
    "set_aside": "未采用（待核实） Set aside",
    "rejected": "未录入 Rejected",
    "key": "关联列 Keys",
    "other": "标题、表头、合计、签名等 Titles, headings, totals, signatures",
}
_PLACES: Final = (
    "工作表 Sheet",
    "行 Row",
    "列 Column",
    "原值 As written",
    "原因 Why",
    "Why",
    "另见 See also",
)
_WIDTHS: Final = (16, 8, 22, 40, 28, 40, 20)
_TEXTS_ONLY: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
LONGEST: Final = 32_000
"""A cell holds 32,767 characters."""


def prove_writable(path: Path) -> None:
    """Raise the OSError that writing a copy would raise, without a change."""
    there = path.exists()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE))
    if not there:
        path.unlink()
    with _beside(path):
        pass


def write_clerks_copy(report: Report, path: Path, rulebook: Rulebook) -> None:
    """Write the report to a file that only its owner may read."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "w+b") as file, _beside(path) as parts:
        if path.is_file():
            # It may have been there before, for others to read.
            os.fchmod(descriptor, _PRIVATE)
        book = xlsxwriter.Workbook(file, _TEXTS_ONLY | {"tmpdir": parts})
        bold = book.add_format({"bold": True})
        _sheet(book, bold, "汇总", ("项目 Item", "数量 Number"), (60, 20), _summary(report))
        for title, lines in (
            ("未录入", report.rejections),
            ("未采用", report.values),
            ("更正", report.corrections),
            ("本次文件中没有", report.missing),
        ):
            _sheet(book, bold, title, _PLACES, _WIDTHS, (_line(line, rulebook) for line in lines))
        headings = ("规则 Rule", "内容", "Text", "行 Rows")
        _sheet(book, bold, "核查发现的问题", headings, (10, 60, 60, 60), _found(report, rulebook))
        book.close()


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a folder for what cannot be held in memory and waits in clear: where the copy lies, nowhere else.

    Nothing stays in it, whether the copy is written or not; what one that was killed left goes with the next.
    """
    folder = path.absolute().with_name(f".{path.name}.parts")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(_PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _sheet(
    book: xlsxwriter.Workbook,
    bold: Format,
    title: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
) -> None:
    sheet = book.add_worksheet(title)
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        for column, words in enumerate(row):
            sheet.write_string(number, column, words[:LONGEST])


def _summary(report: Report) -> Iterable[tuple[str, str]]:
    answer = report.counts()
    yield "文件 File", answer["file"]
    yield "SHA-256", answer["sha256"]
    yield (
        ("属地 Place", answer["region"]) if report.place else ("填报单位 Institution", answer["institution"])
    )
    yield "本次新建机构 Opened for this file", "是 Yes" if report.opened else "否 No"
    yield "已有的名称相近的机构 Institutions of a like name", "、".join(report.beside)
    yield "试运行，未登记 Dry run, nothing was recorded", "是 Yes" if report.dry_run else "否 No"
    yield "数据行 Data rows", str(answer["rows"])
    for name in ("recorded", "already", "rejected"):
        yield f"行：{_FATES[name]}", str(answer[name])
    yield "行：其中含更正 Rows with corrections", str(answer["corrected"])
    for kind, count in answer["other_rows"].items():
        yield f"其他行 Other rows: {kind}", str(count)
    yield "非空单元格 Filled cells", str(answer["cells"]["filled"])
    for name, label in _FATES.items():
        yield f"单元格：{label}", str(answer["cells"][name])
    yield "新增条目 Entries", str(answer["entries"])
    yield "按原状录入、与规定不符的条目 Recorded as found", str(answer["as_found"])


def _line(line: ReportLine, rulebook: Rulebook) -> tuple[str, ...]:
    zh, en = why(line.code, rulebook)
    return (line.sheet, str(line.row), line.column, line.value, zh, en, line.other or "")


def _found(report: Report, rulebook: Rulebook) -> Iterable[tuple[str, ...]]:
    for rule, places in sorted(report.rows_by_rule.items()):
        zh, en = found_by(rule, report, rulebook)
        yield rule, zh, en, "、".join(places)


def found_by(rule: str, report: Report, rulebook: Rulebook) -> tuple[str, str]:
    """Return a rule's words in Chinese and English, and how many of its findings rest on unchecked texts."""
    zh, en = why(rule, rulebook)
    unverified = report.unverified[rule]
    if not unverified:
        return zh, en
    return f"{zh}（其中{unverified}处依据未核实）", f"{en} ({unverified} by a text that was not checked)"


def why(code: str, rulebook: Rulebook) -> tuple[str, str]:
    """Return the meaning of a code, in Chinese and English."""
    if code in rulebook.rules:
        return rulebook[code].zh, rulebook[code].en
    label = TOLD[code] if code in TOLD else Fault[code.upper()].value
    return label.zh, label.en
