"""What a sheet's columns mean: a layout, the rows read by it, and what a row says.

A sheet is one `Layout`: its columns with the headings they are known by, the columns by which its rows
are known again, and functions that each make one event of a row. Adding a sheet or a column is one place.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar

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
"""Controls, of which nobody knows what stood in their place, and what turns digits from right to left."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column by its usual heading and the `others` it goes by.

    `ahead` when its day may lie in the future. `units` are those that its heading may name. `serves` says
    what its cells are where they tell no fact: a `key` ties rows together, `other` numbers them.
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

    def said(self, raw: Raw) -> Read:
        """What stands in a cell, whatever its heading says and whatever day it is."""
        if isinstance(raw, str) and _ODD.search(raw):
            return Fault.ODD_CHARACTERS
        return raw.fault if isinstance(raw, Unusable) else self.read(raw)

    def value(self, heading: str, raw: Raw, today: date) -> Read:
        """What stands in a cell below that heading, on the day of the import."""
        if self.units and is_number(raw):
            raw = f"{as_written(raw)}{unit_of(heading, self.units)}"
        value = self.said(raw)
        if isinstance(value, Days) and value.earliest > today and not self.ahead:
            return Fault.FUTURE_DATE
        return value


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row's place in the file: the table by its number from 0, the row from 1."""

    table: int
    row: int


@dataclass(frozen=True, slots=True)
class Place:
    """A cell's place in the file: the table by its number from 0, the row from 1, the column from 0."""

    table: int
    row: int
    column: int

    @property
    def row_of(self) -> RowOf:
        """Its row."""
        return RowOf(self.table, self.row)


@dataclass(slots=True)
class Cell:
    """A filled cell as read: its value or what is wrong with it; `also` are cells that say the same."""

    place: Place
    heading: str
    raw: Raw
    value: Read
    also: list[Place] = field(default_factory=list)

    @property
    def fault(self) -> Fault | None:
        """Why it cannot be used."""
        return self.value if isinstance(self.value, Fault) else None

    @property
    def written(self) -> str:
        """The cell as it was written."""
        return as_written(self.raw)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A cell that is set aside: why, and which other row it differs from."""

    cell: Cell
    fault: Fault
    other: RowOf | None = None


@dataclass(slots=True)
class Row:
    """What one row says of a child; several rows with one key are read as one.

    `cells` are those of known columns by their usual headings. `asides` are cells that go unused and what is
    wrong with each. `issued_on` is the day up to which the register tells. `used` gathers the columns that
    were read since it was last emptied.
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
        """What tells it from other rows of the child on such a sheet."""
        return tuple(spelled(self.cells.get(column)) for column in self.layout.key)

    def says(self, column: str) -> bool:
        """Whether anything stands in the column, whether it can be used or not."""
        cell = self.cells.get(column)
        return cell is not None and cell.value is not NOTHING

    def answer(self, column: str) -> Any:  # noqa: ANN401 - whichever kind of value the column has
        """The column's value, or `Unknown` where the paper does not give one."""
        cell = self.cells.get(column)
        if cell is None or cell.value is NOTHING:
            return NOT_ON_PAPER
        self.used.add(column)
        return NOT_ON_PAPER if cell.fault else cell.value

    def value(self, column: str) -> Any:  # noqa: ANN401 - whichever kind of value the column has
        """The column's value, or None where the paper does not give one."""
        answer = self.answer(column)
        return None if isinstance(answer, Unknown) else answer

    def refuse(self, column: str, fault: Fault) -> None:
        """Set the column's value aside: with the rest of the row in view it cannot be used."""
        if column in self.cells and self.cells[column].fault is None:
            self.cells[column].value = fault

    def when(self, column: str, *bounds: str) -> Days:
        """The column's days; where it gives none, not later than the first of the bounds that is said."""
        days = self.value(column)
        return days if isinstance(days, Days) else self.by(*bounds)

    def day(self, column: str) -> Any:  # noqa: ANN401 - a day, or `Unknown` where there is none
        """The column's day for a field that holds a single one; a month or a year is set aside."""
        days = self.answer(column)
        if not isinstance(days, Days):
            return days
        if days.exact:
            return days.last
        self.refuse(column, Fault.NO_SINGLE_DAY)
        return NOT_ON_PAPER

    def by(self, *columns: str) -> Days:
        """Not later than the first of these days that is said, else than the row's own decisive day.

        A row without one tells of the day up to which the register tells. What only bounds is not used up.
        """
        for column in (*columns, *self.layout.decisive):
            cell = self.cells.get(column)
            if cell is not None and isinstance(cell.value, Days):
                return Days(None, cell.value.last)
        return Days(None, self.issued_on)


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event that a row tells of, before it is an entry.

    `undated` when its day is only the bound up to which the register tells: a later register that says the
    same tells nothing new.
    """

    event: Event
    days: Days

    @property
    def undated(self) -> bool:
        """Whether the paper gives no day, only one before which it was so."""
        return self.days.first is None


Maker: TypeAlias = Callable[[Row], DatedEvent | None]
"""Makes the event of one kind that a row tells of, if it tells of one; its name tells such events apart."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One kind of sheet.

    `key` names the columns that, with the child, tell its rows apart. `decisive` names the columns, the first
    that has a day counts, by whose day what has no day of its own was known. `facts` are the makers of what
    other sheets may tell too. `states` are the makers of what may be otherwise in a later register without
    either being wrong, with the events they make. `remark` is the column whose words go with the row's first
    event.
    """

    name: str
    columns: tuple[Column, ...]
    makes: tuple[Maker, ...]
    others: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    facts: frozenset[Maker] = frozenset()
    states: Mapping[Maker, tuple[type[Event], ...]] = field(default_factory=dict)
    remark: str | None = None


def paper(kind: type[E], **said: object) -> E:
    """An event of that kind as a paper tells it: what it must answer and is not said is *not on paper*."""
    for spec in fields_of(kind):
        if spec.required and spec.name not in said:
            said[spec.name] = NOT_ON_PAPER
    return kind(**said)


def headed(columns: tuple[Column, ...]) -> Iterator[tuple[str, Column]]:
    """Every heading a column goes by."""
    for column in columns:
        for heading in (column.heading, *column.others):
            yield heading, column


def spelled(cell: Cell | None) -> str:
    """A key column's value as text, the same however it was written; as written where it cannot be read."""
    if cell is None or cell.value is NOTHING:
        return ""
    value = cell.value
    if isinstance(value, Days):
        return f"{value.first or ''}/{value.last}" if not value.exact else value.last.isoformat()
    return clean(cell.raw) if isinstance(value, Fault | Unknown) else str(value)


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same, however it was written."""
    if isinstance(one.value, str) and isinstance(other.value, str):
        return folded_name(one.value) == folded_name(other.value)
    return bool(one.value == other.value)
