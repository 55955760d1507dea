"""A whole register as read: its tables, its institution, and the rows of each child."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from api.folding import folded_name
from api.imports.cells.raw import Raw
from api.imports.cells.values import Read
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Cell, Column, Place, RowOf
from api.imports.layouts.columns import BORN, CITIZEN_ID
from api.imports.layouts.outside_rolls import OUTSIDE_ROLLS
from api.imports.layouts.roster import ROSTER
from api.imports.reading.workbook import BLANK, Workbook
from api.imports.recognition.tables import RowKind, Table, recognise
from domain.envelope import REGISTER_ROW, Document
from domain.when import Days

REMEMBERED: Final = 100_000
"""Cells whose reading is cached."""
"""The document kind of a register's row, in the code table `document_kind`."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A data row of an unknown child, and the reason."""

    at: RowOf
    why: Fault


@dataclass(slots=True)
class Register:
    """A register of one institution, read on a day.

    `issued_on` is the day up to which it states facts; `children` are the data rows by file number, in the
    order of the roster and then of the tables, and on a roll of a place by citizen id or else name and birth;
    `strays` are those of unknown children; `roster` are the numbers on the roster, None if the file has no
    roster.
    """

    workbook: Workbook
    tables: list[Table]
    institution: str | None
    issued_on: date
    today: date
    children: dict[str, list[RowOf]]
    strays: list[Stray]
    roster: frozenset[str] | None
    attached: Mapping[RowOf, Sequence[Cell]] = field(default_factory=dict)
    """The attachments of the tables' rows, each as a cell whose value is its fault."""
    families: Mapping[UUID | str, UUID | Fault] = field(default_factory=dict)
    """The families of its rows as they are named there, of those whose files the importer may read."""
    read: dict[tuple[int, int, type, Raw], Read] = field(default_factory=dict)
    """Cached readings of equal cells in the same columns, since a register repeats itself."""

    @property
    def rows(self) -> int:
        """The number of data rows."""
        return sum(map(len, self.children.values())) + len(self.strays)

    def cells(self, at: RowOf) -> Iterator[tuple[Column | None, Cell]]:
        """The filled cells of a row with their columns, None for a column of no known kind."""
        table, read = self.tables[at.table], self.read
        columns = table.columns
        for place, raw in enumerate(table.row(at.row)):
            if raw == BLANK:
                continue
            column, heading = columns.get(place), table.heading_of(place)
            where = Place(at.table, at.row, place)
            if column is None:
                yield None, Cell(where, heading, raw, raw)
                continue
            known = (at.table, place, type(raw), raw)
            value = read.get(known, known)
            if value is known:
                if len(read) >= REMEMBERED:
                    read.clear()
                value = read[known] = column.value(heading, raw, self.today)
            if column.serves == "family" and isinstance(value, UUID | str):
                value = self.families.get(value, Fault.NO_SUCH_FAMILY)
            yield column, Cell(where, heading, raw, value)

    def families_named(self) -> Iterator[UUID | str]:
        """Yield the ids and names of families on data rows, whether the ledger has their files or not."""
        for table in self.tables:
            places = [place for place, column in table.columns.items() if column.serves == "family"]
            for row in table.of_kind(RowKind.DATA) if places else ():
                for place in places:
                    value = _value_of(table, row, table.columns[place].heading)
                    if isinstance(value, UUID | str):
                        yield value

    def cell(self, place: Place) -> Cell:
        """A cell as it was written."""
        table = self.tables[place.table]
        raw = table.row(place.row)[place.column]
        return Cell(place, table.heading_of(place.column), raw, raw)

    def key_cell(self, at: RowOf) -> Cell | None:
        """Return the cell that identifies the child of a row: file number, else name, else the first cell."""
        table = self.tables[at.table]
        filled = [place for place, raw in enumerate(table.row(at.row)) if raw != BLANK]
        keys = (table.place_of(FILE_NO), table.place_of(NAME), *filled)
        place = next((place for place in keys if place in filled), None)
        return None if place is None else self.cell(Place(at.table, at.row, place))

    def loose(self) -> Iterator[Cell]:
        """Yield the cells outside known tables that hold more than a title."""
        for table in self.tables:
            for row in sorted(table.loose):
                for place, raw in enumerate(table.row(row)):
                    if raw != BLANK:
                        yield self.cell(Place(table.number, row, place))

    def issued(self, table: int) -> date:
        """Return the day up to which a table states facts, from its banner or the register's."""
        return min(self.tables[table].banner.issued_on or self.issued_on, self.today)

    def paper(self, at: RowOf) -> Document:
        """Return the row as a paper for an entry to cite."""
        return Document(
            kind=REGISTER_ROW,
            number=self.name(at),
            issuer=self.institution,
            issued_on=self.issued(at.table),
            sha256=self.workbook.sha256,
        )

    def name(self, at: RowOf) -> str:
        """Return the name of the row: its sheet's title and its number."""
        return f"{self.tables[at.table].sheet.title}!{at.row}"


def read_register(workbook: Workbook, today: date, *, of_place: bool = False) -> Register:
    """Recognise the tables of a workbook and the children of their rows.

    A place hands in rolls of children outside institutions alone, an institution everything else.
    """
    tables: list[Table] = []
    for sheet in workbook.sheets:
        tables.extend(recognise(sheet, len(tables)))
    first = sorted(tables, key=lambda table: table.layout is not ROSTER)
    institution = next((each.banner.institution for each in first if each.banner.institution), None)
    issued_on = next((each.banner.issued_on for each in first if each.banner.issued_on), today)
    issued = [table for table in first if _is_own(table, institution)]
    names = _numbers_by_name(issued)
    children: dict[str, list[RowOf]] = defaultdict(list)
    strays: list[Stray] = []
    for table in first:
        for row in table.of_kind(RowKind.DATA):
            at = RowOf(table.number, row)
            if of_place:
                whose = _on_roll(table, row)
            else:
                whose = _whose(table, row, names) if table in issued else Fault.OTHER_INSTITUTION
            if isinstance(whose, Fault):
                strays.append(Stray(at, whose))
            else:
                children[whose].append(at)
    rosters = [table for table in issued if table.layout is ROSTER]
    listed = (_file_no(table, row) for table in rosters for row in table.of_kind(RowKind.DATA))
    numbers = frozenset(each for each in listed if isinstance(each, str)) if rosters else None
    return Register(
        workbook=workbook,
        tables=tables,
        institution=institution,
        issued_on=min(issued_on, today),
        today=today,
        children=dict(children),
        strays=strays,
        roster=frozenset(children) if of_place else numbers,
        attached=_attached(tables),
    )


def _attached(tables: Sequence[Table]) -> Mapping[RowOf, list[Cell]]:
    """Return the attachments of cells by the rows of their tables; those below all belong to the last."""
    attachments: dict[RowOf, list[Cell]] = defaultdict(list)
    for _, group in groupby(tables, key=lambda table: table.sheet.number):
        beside = list(group)
        for each in beside[0].sheet.attached:
            table = next((table for table in beside if table.covers(each.row, each.column)), beside[-1])
            place = Place(table.number, each.row, each.column)
            cell = Cell(place, table.heading_of(each.column), each.words, each.fault)
            attachments[place.row_of].append(cell)
    return attachments


def _is_own(table: Table, institution: str | None) -> bool:
    """Whether the register's institution issued the table; it did unless the banner names another one."""
    issuer = table.banner.institution
    return issuer is None or folded_name(issuer) == folded_name(institution or "")


def _numbers_by_name(tables: Sequence[Table]) -> Mapping[str, set[str]]:
    """Return the file numbers of the roster by name."""
    numbers: dict[str, set[str]] = defaultdict(set)
    for table in tables:
        if table.layout is ROSTER:
            for row in table.of_kind(RowKind.DATA):
                name, file_no = _value_of(table, row, NAME), _file_no(table, row)
                if isinstance(name, str) and isinstance(file_no, str):
                    numbers[folded_name(name)].add(file_no)
    return numbers


def _whose(table: Table, row: int, names: Mapping[str, set[str]]) -> str | Fault:
    """Return the file number of the child of a row, or the reason why there is none.

    A table without file numbers identifies children by name, if only one child on the roster has it.
    """
    if table.layout is None:
        return Fault.UNKNOWN_SHEET
    if table.layout.refused is not None:
        return table.layout.refused
    if table.layout is ROSTER or table.place_of(FILE_NO) is not None:
        return _file_no(table, row)
    name = _value_of(table, row, NAME)
    if not isinstance(name, str):
        return name if isinstance(name, Fault) else Fault.NO_FILE_NUMBER
    numbers = names.get(folded_name(name), set())
    if len(numbers) == 1:
        return next(iter(numbers))
    return Fault.NAME_SHARED if numbers else Fault.NOT_ON_ROSTER


def _on_roll(table: Table, row: int) -> str | Fault:
    """Return what a place knows the child of a row by, or the reason why there is nothing."""
    if table.layout not in OUTSIDE_ROLLS:
        return Fault.UNKNOWN_SHEET if table.layout is None else Fault.NO_ROLL
    number, name = _value_of(table, row, CITIZEN_ID.heading), _value_of(table, row, NAME)
    if isinstance(number, str):
        return number
    born = _value_of(table, row, BORN.heading)
    if isinstance(name, str) and isinstance(born, Days):
        return f"{folded_name(name)} {born.earliest} {born.last}"
    return Fault.NO_IDENTITY


def _file_no(table: Table, row: int) -> str | Fault:
    """Return the file number in a row, or the reason why there is none."""
    number = _value_of(table, row, FILE_NO)
    return number if isinstance(number, str | Fault) else Fault.NO_FILE_NUMBER


def _value_of(table: Table, row: int, heading: str) -> Read:
    """Return the value of a known column in a row; None if it is empty."""
    place, cells = table.place_of(heading), table.row(row)
    if place is None or place >= len(cells) or cells[place] == BLANK:
        return None
    raw = cells[place]
    known = (place, type(raw), raw)
    if known not in table.read:
        if len(table.read) >= REMEMBERED:
            table.read.clear()
        table.read[known] = table.columns[place].plain_value(raw)
    return table.read[known]
