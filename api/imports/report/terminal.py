"""The import on a terminal: its progress while it runs, and its result at the end."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from api.imports.accounting import CellOutcome
from api.imports.report.import_report import Report
from api.imports.report.report_lines import ReportLine, ReportLines
from api.imports.report.report_workbook import found_by, why
from domain.rulebook import Rulebook


@contextmanager
def bar() -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar within the block, by the rows done and their total.

    On a stderr without a terminal it leaves no trace.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("读取 Reading", total=None)
        yield lambda done, rows: progress.update(
            task, description="录入 Importing", completed=done, total=rows
        )


def tell(report: Report, rulebook: Rulebook, console: Console) -> None:
    """Print the result of an import: numbers, unused values with reasons, findings of rules, the rate."""
    rows, cells = report.account.rows, report.account.cells
    if report.opened:
        heading = "将新建机构 Would open" if report.dry_run else "新建机构 Opened"
        console.print(Text(f"{heading}: {report.institution.name}"))
    if report.beside:
        there = "已有名称相近的机构，请核实是否为同一机构 There are others of a like name; is it one of them?"
        console.print(Text(f"{there} {'、'.join(report.beside)}"))
    numbers = Table("", "行 Rows", "单元格 Cells", title=Text(report.register.workbook.name))
    for fate, label in (
        (CellOutcome.RECORDED, "已录入 Recorded"),
        (CellOutcome.ALREADY, "此前已录入 Already recorded"),
        (CellOutcome.REJECTED, "未录入 Rejected"),
        (CellOutcome.SET_ASIDE, "未采用（待核实） Set aside"),
        (CellOutcome.KEY, "关联列 Keys"),
        (CellOutcome.OTHER, "其他 Other"),
    ):
        count = sum(report.account.other_rows.values()) if fate is CellOutcome.OTHER else rows[fate]
        numbers.add_row(label, f"{count:,}", f"{cells[fate]:,}")
    every = sum(rows.values()) + sum(report.account.other_rows.values())
    numbers.add_row("合计 Sum", f"{every:,}", f"{report.account.filled:,}")
    console.print(numbers)
    _lines(console, "未录入的行 Rejected", report.rejections, rulebook)
    _lines(console, "未采用（待核实）的内容 Values set aside", report.values, rulebook)
    _lines(console, "作为更正录入的内容 Corrections", report.corrections, rulebook)
    _lines(console, "本次文件中没有的行 Not in this file", report.missing, rulebook)
    if report.rows_by_rule:
        console.print(Text("核查发现的问题 Findings"))
    for rule, places in sorted(report.rows_by_rule.items()):
        console.print(Text(f"  {rule}  {len(places):,}  {' '.join(found_by(rule, report, rulebook))}"))
    done = "试运行，未登记 Dry run, nothing recorded" if report.dry_run else "新增条目 Entries"
    pace = "已核查 judged" if report.dry_run else "已核查并登记 judged, sealed and recorded"
    console.print(Text(f"{done}: {report.entries:,}; {report.rate:,.0f} 行/秒 rows/s，{pace}"))


def _lines(console: Console, title: str, lines: list[ReportLine] | ReportLines, rulebook: Rulebook) -> None:
    """Print how often each reason occurs and where first; the values are only in the report."""
    if not lines:
        return
    console.print(Text(f"{title}: {len(lines):,}"))
    counts, firsts = Counter[str](), dict[str, ReportLine]()
    for line in lines:
        counts[line.code] += 1
        firsts.setdefault(line.code, line)
    for code, count in counts.most_common():
        first = firsts[code]
        where = f"{first.sheet}!{first.row} {first.column}".rstrip()
        console.print(Text(f"  {count:,}  {' '.join(why(code, rulebook))}  ({where})"))
