"""Rows that the ledger has from earlier registers and this one lacks. Nothing is withdrawn."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from uuid import UUID

from api.imports.comparison.differences import papers
from api.imports.layout import FILE_NO
from api.imports.recognition.register_reading import Register
from api.imports.report.import_report import NOT_IN_FILE, Report
from api.imports.report.report_lines import ReportLine
from domain.entry import AnyEntry
from domain.envelope import Document
from domain.event import Category
from domain.events.intake import FILE_NO as FILE_NUMBER
from domain.file import File
from ledger.codec.split import sealed


class Missing:
    """Finds missing rows of sheets that a register has, as far as the importer `sees` their contents.

    `recorded_for` is the institution of the register; the roll of a place has none.
    """

    def __init__(self, register: Register, recorded_for: UUID | None, sees: AbstractSet[Category]) -> None:
        self._register = register
        self._recorded_for = recorded_for
        self._sees = sees
        self._titles = {table.sheet.title for table in register.tables if table.layout is not None}

    def look(
        self,
        report: Report,
        file: File,
        restated: set[UUID],
        number: str | None,
        told: Callable[[AnyEntry], bool],
    ) -> None:
        """Report what a child's file has and the entries that a register states again have not.

        Only what is `told` of the file is compared.
        """
        there: set[tuple[str, str | None]] = set()
        gone: dict[tuple[str, str | None], Document] = {}
        for entry in file.entries.values():
            if entry.origin != "import" or entry.recorded_by.institution != self._recorded_for:
                continue
            if not sealed(type(entry.event)) <= self._sees or not told(entry):
                continue
            if entry.corrects is not None and entry.noted_on is None and entry.noted_by is None:
                continue
            papers_of_entry = {(paper.number or "", paper.sha256): paper for paper in papers(entry)}
            if entry.entry_id in restated:
                there |= papers_of_entry.keys()
            else:
                gone |= dict(list(papers_of_entry.items())[:1])
        for key, paper in gone.items():
            if key not in there and paper.sha256 != self._register.workbook.sha256:
                self._tell(report, paper, number or _number(file), file.stream)

    def _tell(self, report: Report, paper: Document, number: str, child: UUID | None) -> None:
        sheet, _, row = (paper.number or "").rpartition("!")
        if sheet in self._titles and re.fullmatch("[0-9]{1,7}", row):
            report.miss(ReportLine(sheet, int(row), FILE_NO, number, NOT_IN_FILE, child=child))


def _number(file: File) -> str:
    facts = file.facts(FILE_NUMBER).get("", [])
    return (facts[-1].held.value or "") if facts else ""
