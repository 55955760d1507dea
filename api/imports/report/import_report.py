"""The report of an import: the object that `childledger import --json` prints, and further details."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from api.contract.listing import titled
from api.identity.directory import Institution
from api.imports.accounting import SETTLED, Account, CellOutcome
from api.imports.faults import Fault
from api.imports.layout import Cell, RowOf
from api.imports.recognition.register_reading import Register
from api.imports.recognition.tables import RowKind
from api.imports.report.report_lines import ReportLine, ReportLines
from domain.event import EVERY_CATEGORY, Category
from domain.judging import Judgement, told_to
from domain.label import Label
from domain.limit import Area, limit

_NAMES: Final = {"missing": "not_in_this_file"}
OTHER_ROWS: Final = tuple(kind for kind in RowKind if kind is not RowKind.DATA)
NOT_IN_FILE: Final = "not_in_this_file"
CORRECTION: Final = "correction"
TOLD: Final[Mapping[str, Label]] = {
    NOT_IN_FILE: Label(
        "账本中有，本次文件中没有；未撤回", "In the ledger, not in this file; nothing was withdrawn"
    ),
    CORRECTION: Label(
        "作为更正录入；原有记载保留", "Recorded as a correction; what it corrects is kept beside it"
    ),
}
"""What codes of lines mean that are neither faults nor rules."""
MOST_LISTED: Final = limit(
    10_000,
    Area.IMPORTS,
    Label("导入结果每一列表中的行", "Lines of each list of a report over HTTP"),
    why=Label("结果在内存中保留", "Reports are kept in memory"),
    beyond=Label(
        "只计数（unlisted）；命令行会全部列出", "They are counted (`unlisted`); the command lists all"
    ),
)
MOST_LISTED_TEXT: Final = limit(
    1_000_000,
    Area.IMPORTS,
    Label("导入结果各列表中原值的字符数", "Characters of the values that a report over HTTP lists"),
    why=Label("结果在内存中保留", "Reports are kept in memory"),
    beyond=Label("其余的行只计数（unlisted）", "Further lines are counted (`unlisted`)"),
)


@dataclass(slots=True)
class BatchTold:
    """What the report of a batch tells: its lines, each with its list, in the order in which they were told.

    What the other fields are, those of a `Report` of the same names are.
    """

    lines: list[tuple[str, ReportLine]] = field(default_factory=list)
    corrected: set[RowOf] = field(default_factory=set)
    rows_by_rule: dict[str, list[str]] = field(default_factory=dict)
    unverified: Counter[str] = field(default_factory=Counter)
    against: set[UUID] = field(default_factory=set)
    entries: int = 0
    as_found: int = 0


@dataclass(slots=True)
class Report:
    """The report of an import, gathered while it runs; `account` proves that nothing was lost.

    If `bounded`, a limited number of lines is listed of each kind, and the others are counted in `unlisted`.
    """

    register: Register
    account: Account
    institution: Institution
    opened: bool = False
    dry_run: bool = False
    bounded: bool = False
    sees: frozenset[Category] = EVERY_CATEGORY
    """The categories of personal data that the reader sees."""
    place: str | None = None
    """The place whose roll it is; then `institution` only stands for the place."""
    beside: tuple[str, ...] = ()
    """Institutions of a similar name that existed when the register's was opened."""
    rejections: list[ReportLine] = field(default_factory=list)
    values: list[ReportLine] = field(default_factory=list)
    corrections: list[ReportLine] = field(default_factory=list)
    """The values that are recorded as corrections."""
    corrected: set[RowOf] = field(default_factory=set)
    """The rows of these values."""
    missing: ReportLines = field(default_factory=ReportLines)
    rows_by_rule: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Rows with findings, by rule."""
    unverified: Counter[str] = field(default_factory=Counter)
    """How many findings of a rule rest on a text that was not checked."""
    against: set[UUID] = field(default_factory=set)
    """The children of these findings."""
    entries: int = 0
    as_found: int = 0
    done_rows: int = 0
    seconds: float = 0.0
    unlisted: Counter[str] = field(default_factory=Counter)
    listed_text: int = 0

    def reject(self, at: RowOf, cell: Cell | None, why: Fault | str, child: UUID | None = None) -> None:
        """Report a rejected row or part of one, with its fault or the rule that refuses it."""
        code = why.code if isinstance(why, Fault) else why
        heading, written = ("", "") if cell is None else (cell.heading, cell.written)
        self._list(
            "rejections", ReportLine(self._sheet(at.table), at.row, heading, written, code, child=child)
        )

    def set_aside(
        self, cell: Cell, fault: Fault, other: RowOf | None = None, child: UUID | None = None
    ) -> None:
        """Report a value that is set aside."""
        sheet = self._sheet(cell.place.table)
        elsewhere = None if other is None else self.register.name(other)
        row, column = cell.place.row, cell.place.column
        self._list(
            "values",
            ReportLine(sheet, row, cell.heading, cell.written, fault.code, elsewhere, column, child),
        )

    def correct(self, cells: Iterable[Cell], child: UUID) -> None:
        """Report the values of a correction that was recorded in a child's file."""
        for cell in cells:
            at = cell.place
            self.corrected.add(at.row_of)
            line = ReportLine(
                self._sheet(at.table), at.row, cell.heading, cell.written, CORRECTION, None, at.column, child
            )
            self._list("corrections", line)

    def tell_attached(self, row: RowOf, child: UUID | None = None) -> None:
        """Report the attachments of a row: they are set aside, whatever the row's outcome."""
        for cell in self.register.attached.get(row, ()):
            self.set_aside(cell, cell.value, child=child)

    def miss(self, line: ReportLine) -> None:
        """Report a row that is in the ledger and not in the file."""
        self._list("missing", line)

    def judged(self, judgements: tuple[Judgement, ...], row: RowOf, child: UUID) -> None:
        """Count the findings of an entry that was recorded for a row, in a child's file."""
        self.entries += 1
        visible = told_to(self.sees, judgements)
        for judgement in visible:
            self.find(judgement.rule.id, row, child)
            self.unverified[judgement.rule.id] += not judgement.verified
        self.as_found += any(judgement.as_found for judgement in visible)

    def find(self, rule: str, row: RowOf, child: UUID) -> None:
        """Add a finding of a rule against a row's entry, in a child's file."""
        self.rows_by_rule[rule].append(self.register.name(row))
        self.against.add(child)

    def take_in(self, told: BatchTold) -> None:
        """Take in what the report of a batch tells."""
        for kind, line in told.lines:
            self._list(kind, line)
        self.corrected |= told.corrected
        for rule, rows in told.rows_by_rule.items():
            self.rows_by_rule[rule] += rows
        self.unverified.update(told.unverified)
        self.against |= told.against
        self.entries += told.entries
        self.as_found += told.as_found

    def arrange(self) -> None:
        """Sort all lines into the order of the file."""
        order = {sheet.title: sheet.number for sheet in self.register.workbook.sheets}

        def place(line: ReportLine) -> tuple[int, int, int]:
            return order.get(line.sheet, len(order)), line.row, line.place

        for lines in self._lists:
            lines.sort(key=place)
        self.missing.sort(key=place)

    def _list(self, kind: str, line: ReportLine) -> None:
        lines: list[ReportLine] | ReportLines = getattr(self, kind)
        self.listed_text += len(line.value)
        if self.bounded and (len(lines) >= MOST_LISTED or self.listed_text > MOST_LISTED_TEXT):
            self.unlisted[kind] += 1
        else:
            lines.append(line)

    @property
    def shown(self) -> Iterator[set[UUID | None]]:
        """The children in the report, each once, some at a time; None for lines of unknown children."""
        listed = {line.child for lines in self._lists for line in lines} | self.against
        yield listed
        for some in self.missing.children:
            yield some - listed

    @property
    def _lists(self) -> tuple[list[ReportLine], ...]:
        """The lists that have no more lines than the file has cells."""
        return self.rejections, self.values, self.corrections

    def _sheet(self, table: int) -> str:
        return self.register.tables[table].sheet.title

    @property
    def rate(self) -> float:
        """Rows read, judged, sealed and recorded per second."""
        return sum(self.account.rows.values()) / self.seconds if self.seconds else 0.0

    @property
    def code(self) -> int:
        """The command's exit code: 1 if anything was rejected."""
        return 1 if self.rejections else 0

    def json(self) -> dict[str, Any]:
        """Return the report in the form of the contract."""
        return self._before_missing() | {"not_in_this_file": [line.json() for line in self.missing]}

    def json_text(self) -> Iterator[str]:
        """Yield the same as text, piece by piece, with each missing row on a line of its own."""
        before = orjson.dumps(self._before_missing(), option=orjson.OPT_INDENT_2).decode()
        yield before.removesuffix("\n}") + ',\n  "not_in_this_file": ['
        between = "\n    "
        for line in self.missing:
            yield between + orjson.dumps(line.json()).decode()
            between = ",\n    "
        yield "\n  ]\n}\n"

    def counts(self) -> dict[str, Any]:
        """Return what is counted, of which file and whose."""
        rows, cells = self.account.rows, self.account.cells
        return {
            "file": self.register.workbook.name,
            "sha256": self.register.workbook.sha256,
            "institution": None if self.place else self.institution.name,
            **({"region": self.place} if self.place else {}),
            **({"opened_beside": list(self.beside)} if self.beside else {}),
            "rows": sum(rows.values()),
            "recorded": rows[CellOutcome.RECORDED],
            "corrected": len(self.corrected),
            "already": rows[CellOutcome.ALREADY],
            "rejected": rows[CellOutcome.REJECTED],
            "other_rows": {kind.value: self.account.other_rows[kind] for kind in OTHER_ROWS},
            "cells": {"filled": self.account.filled}
            | {fate.name.lower(): cells[fate] for fate in sorted(SETTLED, reverse=True)},
            "as_found": self.as_found,
            "set_aside": cells[CellOutcome.SET_ASIDE],
            "entries": self.entries,
        }

    def _before_missing(self) -> dict[str, Any]:
        return {
            **self.counts(),
            "rejections": [line.json() for line in self.rejections],
            "values": [line.json() for line in self.values],
            "corrections": [line.json() for line in self.corrections],
            "findings": [
                {"rule": rule, **titled(rule), "count": len(rows), "unverified": self.unverified[rule]}
                for rule, rows in sorted(self.rows_by_rule.items())
            ],
        } | (
            {"unlisted": {_NAMES.get(kind, kind): count for kind, count in self.unlisted.items()}}
            if self.unlisted
            else {}
        )


@dataclass(slots=True)
class BatchReport(Report):
    """The report of a batch of a register, of which another report takes in what it tells."""

    lines: list[tuple[str, ReportLine]] = field(default_factory=list)

    @classmethod
    def within(cls, whole: Report) -> "BatchReport":
        """Return an empty report of a batch of the register that another one reports of."""
        return cls(whole.register, whole.account, whole.institution, sees=whole.sees, place=whole.place)

    @property
    def told(self) -> BatchTold:
        """What it tells."""
        return BatchTold(
            self.lines,
            self.corrected,
            dict(self.rows_by_rule),
            self.unverified,
            self.against,
            self.entries,
            self.as_found,
        )

    def _list(self, kind: str, line: ReportLine) -> None:
        self.lines.append((kind, line))
