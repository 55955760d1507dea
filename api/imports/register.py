"""A whole register as read: its sheets, who tells it, and which rows tell of which child."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.imports.cells import Raw
from api.imports.layout import FILE_NO, Cell, Column, Place, RowOf
from api.imports.layouts.roster import ROSTER
from api.imports.recognition import Reading, RowKind, recognise
from api.imports.values import Read
from api.imports.workbook import BLANK, Workbook
from domain.entry import Document

REGISTER_ROW: Final = "register_row"
"""The kind of paper that a register's row is, in the code table `document_kind`."""


@dataclass(slots=True)
class Register:
    """A register as one institution tells it, read on a day.

    `issued_on` is the day up to which it tells; `children` are the data rows by file number, in the order of
    the roster and then of the sheets; `nameless` are those without a file number; `roster` are the numbers
    that the roster lists, None where the file has no roster.
    """

    workbook: Workbook
    readings: list[Reading]
    institution: str | None
    issued_on: date
    today: date
    children: dict[str, list[RowOf]]
    nameless: list[RowOf]
    roster: frozenset[str] | None
    read: dict[tuple[int, int, type, Raw], Read] = field(default_factory=dict)
    """What was read before of equal cells in the same columns, for a register repeats itself."""

    def cells(self, at: RowOf) -> Iterator[tuple[Column | None, Cell]]:
        """The filled cells of a row with their columns, None for a column of no known kind."""
        reading = self.readings[at.sheet]
        for place, raw in enumerate(reading.sheet.rows[at.row - 1]):
            if raw == BLANK:
                continue
            column, heading = reading.columns.get(place), reading.heading_of(place)
            where = Place(at.sheet, at.row, place)
            if column is None:
                yield None, Cell(where, heading, raw, raw)
                continue
            known = (at.sheet, place, type(raw), raw)
            if known not in self.read:
                self.read[known] = column.value(heading, raw, self.today)
            yield column, Cell(where, heading, raw, self.read[known])

    def cell(self, place: Place) -> Cell:
        """A cell as it was written."""
        reading = self.readings[place.sheet]
        raw = reading.sheet.rows[place.row - 1][place.column]
        return Cell(place, reading.heading_of(place.column), raw, raw)

    def number_cell(self, at: RowOf) -> Cell | None:
        """The cell with a row's file number, else its first one."""
        reading = self.readings[at.sheet]
        own = (place for place, column in reading.columns.items() if column.heading == FILE_NO)
        filled = [place for place, raw in enumerate(reading.sheet.rows[at.row - 1]) if raw != BLANK]
        place = next((place for place in own if place in filled), filled[0] if filled else None)
        return None if place is None else self.cell(Place(at.sheet, at.row, place))

    def issued(self, sheet: int) -> date:
        """The day up to which a sheet tells, by its own banner or the register's."""
        return self.readings[sheet].banner.issued_on or self.issued_on

    def paper(self, at: RowOf) -> Document:
        """The row as a paper that an entry cites."""
        return Document(
            kind=REGISTER_ROW,
            number=self.name(at),
            issuer=self.institution,
            issued_on=self.issued(at.sheet),
            sha256=self.workbook.sha256,
        )

    def name(self, at: RowOf) -> str:
        """The row by its sheet's title and its number."""
        return f"{self.readings[at.sheet].sheet.title}!{at.row}"


def read_register(workbook: Workbook, today: date) -> Register:
    """Recognise the sheets of a workbook and tell whose rows they are."""
    readings = [recognise(sheet) for sheet in workbook.sheets]
    first = sorted(readings, key=lambda reading: reading.layout is not ROSTER)
    institution = next((each.banner.institution for each in first if each.banner.institution), None)
    issued_on = next((each.banner.issued_on for each in first if each.banner.issued_on), today)
    children: dict[str, list[RowOf]] = defaultdict(list)
    nameless: list[RowOf] = []
    for reading in first:
        for at in _data(reading):
            file_no = _file_no(reading, at)
            (children[file_no] if file_no else nameless).append(at)
    return Register(
        workbook=workbook,
        readings=readings,
        institution=institution,
        issued_on=min(issued_on, today),
        today=today,
        children=dict(children),
        nameless=nameless,
        roster=_roster(first),
    )


def _roster(readings: list[Reading]) -> frozenset[str] | None:
    rosters = [reading for reading in readings if reading.layout is ROSTER]
    numbers = frozenset(_file_no(reading, at) for reading in rosters for at in _data(reading))
    return numbers if rosters else None


def _data(reading: Reading) -> Iterator[RowOf]:
    for number, kind in enumerate(reading.kinds, 1):
        if kind is RowKind.DATA:
            yield RowOf(reading.sheet.number, number)


def _file_no(reading: Reading, at: RowOf) -> str:
    """The file number on a row; empty where there is none that can be read."""
    row = reading.sheet.rows[at.row - 1]
    for place, column in reading.columns.items():
        if column.heading == FILE_NO and place < len(row) and row[place] != BLANK:
            said = column.said(row[place])
            return said.upper() if isinstance(said, str) else ""
    return ""
