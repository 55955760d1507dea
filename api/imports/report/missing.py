"""Rows that the ledger has from earlier registers and this one lacks. Nothing is withdrawn."""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from uuid import UUID

from api.identity.directory import Institution
from api.imports.comparison.differences import papers
from api.imports.layout import FILE_NO
from api.imports.report.import_report import NOT_IN_FILE, Report, ReportLine
from domain.entry import AnyEntry
from domain.envelope import Document
from domain.event import Category
from domain.events.intake import FILE_NO as FILE_NUMBER
from domain.file import File
from ledger.codec.split import sealed


class Missing:
    """Reports missing rows of sheets that this file has, as far as the importer `sees` their contents."""

    def __init__(self, report: Report, institution: Institution, sees: AbstractSet[Category]) -> None:
        self._report = report
        self._register = report.register
        self._recorded_for = None if report.place else institution.institution
        self._sees = sees
        tables = report.register.tables
        self._titles = {table.sheet.title for table in tables if table.layout is not None}

    def look(
        self, file: File, restated: set[UUID], number: str | None, told: Callable[[AnyEntry], bool]
    ) -> None:
        """Compare a child's file with the entries that a register states again, as far as they are `told`."""
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
                self._tell(paper, number or _number(file), file.stream)

    def _tell(self, paper: Document, number: str, child: UUID | None) -> None:
        sheet, _, row = (paper.number or "").rpartition("!")
        if sheet in self._titles and re.fullmatch("[0-9]{1,7}", row):
            self._report.miss(ReportLine(sheet, int(row), FILE_NO, number, NOT_IN_FILE, child=child))


def _number(file: File) -> str:
    facts = file.facts(FILE_NUMBER).get("", [])
    return (facts[-1].held.value or "") if facts else ""
