"""Layouts: the meaning of a sheet's columns, and the rows read by it.

A sheet is one `Layout`: its columns with their headings, the key columns of its rows, and functions that each
make one event of a row. Adding a sheet or a column takes one place.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from api.folding import folded_name
from api.imports.cells.marks import NOTHING
from api.imports.cells.measures import is_number, unit_of
from api.imports.cells.raw import Raw, Unusable, as_written, clean
from api.imports.cells.values import NOT_ON_PAPER, Read, Reader
from api.imports.faults import Fault
from domain.event import Event, Unknown, fields_of
from domain.when import Days

E = TypeVar("E", bound=Event)

FILE_NO: Final = "儿童编号"
NAME: Final = "姓名"


_ODD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202b\u202e\u2067]")
"""Control characters, whose original characters are unknown, and those that reverse digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column by its usual heading and the `others`.

    `ahead` if its day may be in the future. `units` are those that its heading may name. `serves` is the use
    of cells that state no fact: a `key` ties rows together, `other` numbers them, `family` names a family's
    file.
    """

    heading: str
    read: Reader
    others: tuple[str, ...] = ()
    ahead: bool = False
    serves: str | None = None
    units: Collection[str] = ()

    def cell(self, place: "Place", heading: str, raw: Raw, today: date) -> "Cell":
        """Read a filled cell below its heading on the day of the import."""
        return Cell(place, heading, raw, self.value(heading, raw, today))

    def plain_value(self, raw: Raw) -> Read:
        """Read a cell, independent of its heading and of today."""
        if isinstance(raw, str) and _ODD.search(raw):
            return Fault.ODD_CHARACTERS
        return raw.fault if isinstance(raw, Unusable) else self.read(raw)

    def value(self, heading: str, raw: Raw, today: date) -> Read:
        """Read a cell below that heading, on the day of the import."""
        if self.units and is_number(raw):
            raw = f"{as_written(raw)}{unit_of(heading, self.units)}"
        value = self.plain_value(raw)
        if isinstance(value, Days) and value.earliest > today and not self.ahead:
            return Fault.FUTURE_DATE
        return value


class RowOf(NamedTuple):
    """A row's place in the file: the table by its number from 0, the row from 1."""

    table: int
    row: int


class Place(NamedTuple):
    """A cell's place in the file: the table by its number from 0, the row from 1, the column from 0."""

    table: int
    row: int
    column: int

    @property
    def row_of(self) -> RowOf:
        """The row of the cell."""
        return RowOf(self.table, self.row)


@dataclass(slots=True)
class Cell:
    """A filled cell as read: its value or its fault; `also` are cells with the same value."""

    place: Place
    heading: str
    raw: Raw
    value: Read
    also: list[Place] = field(default_factory=list)

    @property
    def fault(self) -> Fault | None:
        """The reason why the cell cannot be used."""
        return self.value if isinstance(self.value, Fault) else None

    @property
    def written(self) -> str:
        """The cell as it was written."""
        return as_written(self.raw)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A cell that is set aside, its fault, and the row that it differs from."""

    cell: Cell
    fault: Fault
    other: RowOf | None = None


@dataclass(slots=True)
class Row:
    """One row about a child; several rows with one key are read as one.

    `cells` are those of known columns by their usual headings. `asides` are unused cells with their faults.
    `issued_on` is the day up to which the register states facts. `used` gathers the columns read since it was
    last cleared.
    """

    layout: "Layout"
    file_no: str
    issued_on: date
    places: list[RowOf] = field(default_factory=list)
    cells: dict[str, Cell] = field(default_factory=dict)
    asides: list["SetAside"] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    @property
    def key(self) -> tuple[str, ...]:
        """The key that distinguishes the row from the child's other rows on such a sheet."""
        return tuple(spelled(self.cells.get(column)) for column in self.layout.key)

    def says(self, column: str) -> bool:
        """Whether the column is filled, usable or not."""
        cell = self.cells.get(column)
        return cell is not None and cell.value is not NOTHING

    def answer(self, column: str) -> Any:  # noqa: ANN401 - whichever kind of value the column has
        """Return the column's value, or `Unknown` if the paper gives none."""
        cell = self.cells.get(column)
        if cell is None or cell.value is NOTHING:
            return NOT_ON_PAPER
        self.used.add(column)
        return NOT_ON_PAPER if cell.fault else cell.value

    def value(self, column: str) -> Any:  # noqa: ANN401 - whichever kind of value the column has
        """Return the column's value, or None if the paper gives none."""
        answer = self.answer(column)
        return None if isinstance(answer, Unknown) else answer

    def made(self, maker: "Maker") -> "DatedEvent | None":
        """Return the event that a maker makes of filled cells; `used` are then their columns."""
        self.used.clear()
        dated = maker(self)
        return dated if self.used else None

    def refuse(self, column: str, fault: Fault) -> None:
        """Set the column's value aside: the rest of the row shows that it cannot be used."""
        if column in self.cells and self.cells[column].fault is None:
            self.cells[column].value = fault

    def when(self, column: str, *bounds: str) -> Days:
        """Return the column's days; without any, those up to the first of the bounds that is filled."""
        days = self.value(column)
        return days if isinstance(days, Days) else self.by(*bounds)

    def day(self, column: str) -> Any:  # noqa: ANN401 - a day, or `Unknown` where there is none
        """Return the column's day for a field that holds a single one; a month or a year is set aside."""
        days = self.answer(column)
        if not isinstance(days, Days):
            return days
        if days.exact:
            return days.last
        self.refuse(column, Fault.NO_SINGLE_DAY)
        return NOT_ON_PAPER

    def by(self, *columns: str) -> Days:
        """Return the days up to the first of these columns that is filled, else up to the row's decisive day.

        Without either, the bound is the day up to which the register states facts. A column that only bounds
        does not count as used.
        """
        for column in (*columns, *self.layout.decisive):
            cell = self.cells.get(column)
            if cell is not None and isinstance(cell.value, Days):
                return Days(None, cell.value.last)
        return Days(None, self.issued_on)


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event of a row, before it is an entry.

    `undated` if its day is only the bound of the register's day: a later register with the same statement
    adds nothing.
    """

    event: Event
    days: Days

    @property
    def undated(self) -> bool:
        """Whether the paper gives no day, only an upper bound."""
        return self.days.first is None


Maker: TypeAlias = Callable[[Row], DatedEvent | None]
"""Makes the event of one kind from a row, which counts if it used a filled cell.

Its name distinguishes such events.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One kind of sheet.

    `key` names the columns that, with the child, identify its rows. `decisive` names the columns whose first
    filled day dates undated facts. `facts` are the makers of facts that other sheets may state too. `states`
    are the makers of facts that a later register may state differently without either being wrong, with the
    events they make. `remark` is the column whose words accompany the row's first event. `refused` is the
    reason why an institution's register may not hold such rows at all.
    """

    name: str
    columns: tuple[Column, ...]
    makes: tuple[Maker, ...]
    others: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    facts: frozenset[Maker] = frozenset()
    states: Mapping[Maker, tuple[type[Event], ...]] = field(default_factory=dict)
    remark: str | None = "备注"
    refused: Fault | None = None


def paper(kind: type[E], **fields: object) -> E:
    """Return an event of that kind from a paper: a required field without a value is *not on paper*."""
    for spec in fields_of(kind):
        if spec.required and spec.name not in fields:
            fields[spec.name] = NOT_ON_PAPER
    return kind(**fields)


def spelled(cell: Cell | None) -> str:
    """Return a key column's value as text in one spelling; as written if it cannot be read."""
    if cell is None or cell.value is NOTHING:
        return ""
    value = cell.value
    if isinstance(value, Days):
        return f"{value.first or ''}/{value.last}" if not value.exact else value.last.isoformat()
    return clean(cell.raw) if isinstance(value, Fault | Unknown) else str(value)


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells have the same value, in any spelling."""
    if isinstance(one.value, str) and isinstance(other.value, str):
        return folded_name(one.value) == folded_name(other.value)
    return bool(one.value == other.value)
