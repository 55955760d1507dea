"""The account of every filled cell and of every row: none is lost, none is counted twice."""

from collections import Counter
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, TypeAlias

from api.imports.layout import Place, RowOf
from api.imports.reading.workbook import BLANK
from api.imports.recognition.tables import RowKind, Table


class CellOutcome(IntEnum):
    """The outcome of a cell or a row; of a cell that serves several entries, the highest outcome counts."""

    OPEN = 1
    OTHER = 2
    KEY = 3
    REJECTED = 4
    SET_ASIDE = 5
    ALREADY = 6
    RECORDED = 7


SETTLED: Final[tuple[CellOutcome, ...]] = tuple(fate for fate in CellOutcome if fate is not CellOutcome.OPEN)


Settled: TypeAlias = tuple[CellOutcome, bytes]
"""The outcome of a data row, and those of its cells."""


class UnbalancedError(AssertionError):
    """The account is unbalanced: a cell or a row was lost or counted twice."""


class Account:
    """Every filled cell of some tables, and every row, with its outcome."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._cells: list[bytearray] = []
        self._firsts: list[int] = []
        self._widths: list[int] = []
        self._rows: dict[RowOf, CellOutcome] = {}
        self.other_rows: Counter[RowKind] = Counter()
        self.filled = 0
        for table in tables:
            self._open(table)
            for number, kind in enumerate(table.kinds, table.first):
                if kind is RowKind.DATA:
                    self._rows[RowOf(table.number, number)] = CellOutcome.OPEN
                else:
                    self.other_rows[kind] += 1
                    self._close(table, number)

    def settle(self, place: Place, fate: CellOutcome) -> None:
        """Set the outcome of a cell. Once settled, only a higher outcome replaces it."""
        cells = self._cells[place.table]
        at = (place.row - self._firsts[place.table]) * self._widths[place.table] + place.column
        if not cells[at]:
            message = f"there is nothing in table {place.table}, row {place.row}, column {place.column}"
            raise UnbalancedError(message)
        cells[at] = max(cells[at], fate)

    def settle_row(self, at: RowOf) -> CellOutcome:
        """Settle a data row by the outcomes of its cells; a row without a used cell is rejected.

        Every cell of a rejected row is rejected.
        """
        if self._rows.get(at) is not CellOutcome.OPEN:
            message = f"row {at.row} of table {at.table} is no data row or was counted before"
            raise UnbalancedError(message)
        cells, span = self._cells[at.table], self._span(at)
        fate = CellOutcome(max(cells[span]))
        if fate < CellOutcome.ALREADY:
            fate = CellOutcome.REJECTED
            cells[span] = bytes(CellOutcome.REJECTED if cell else 0 for cell in cells[span])
        self._rows[at] = fate
        return fate

    def settled(self, rows: Iterable[RowOf]) -> list[Settled]:
        """Return data rows as they are settled, to be taken over where the same tables are accounted for."""
        return [(self._rows[at], bytes(self._cells[at.table][self._span(at)])) for at in rows]

    def take_over(self, rows: Iterable[RowOf], settled: Iterable[Settled]) -> None:
        """Settle data rows as another account of the same tables has settled them."""
        for at, (fate, cells) in zip(rows, settled, strict=True):
            if self._rows.get(at) is not CellOutcome.OPEN:
                message = f"row {at.row} of table {at.table} is no data row or was counted before"
                raise UnbalancedError(message)
            self._rows[at] = fate
            self._cells[at.table][self._span(at)] = cells

    def fate_of(self, at: RowOf) -> CellOutcome | None:
        """Return the outcome of a data row; None for another row."""
        return self._rows.get(at)

    @property
    def cells(self) -> Counter[CellOutcome]:
        """The number of filled cells by outcome. Raises UnbalancedError unless each has one."""
        counts: Counter[CellOutcome] = Counter(
            {fate: sum(cells.count(fate) for cells in self._cells) for fate in SETTLED}
        )
        if sum(counts.values()) != self.filled:
            message = f"{self.filled} cells are filled, {sum(counts.values())} are accounted for"
            raise UnbalancedError(message)
        return counts

    @property
    def rows(self) -> Counter[CellOutcome]:
        """The number of data rows by outcome. Raises UnbalancedError unless each has one."""
        counts = Counter(self._rows.values())
        if counts[CellOutcome.OPEN]:
            message = f"{counts[CellOutcome.OPEN]} rows are not accounted for"
            raise UnbalancedError(message)
        return counts

    def prove(self) -> None:
        """Raise UnbalancedError unless every filled cell and every data row is accounted for, once."""
        if sum(self.rows.values()) != len(self._rows) or sum(self.cells.values()) != self.filled:
            raise UnbalancedError

    def _span(self, at: RowOf) -> slice:
        above, width = at.row - self._firsts[at.table], self._widths[at.table]
        return slice(above * width, (above + 1) * width)

    def _open(self, table: Table) -> None:
        width = max(map(len, table.rows), default=0)
        cells = bytearray(width * len(table.rows))
        for above, row in enumerate(table.rows):
            for column, raw in enumerate(row):
                if raw != BLANK:
                    cells[above * width + column] = CellOutcome.OPEN
                    self.filled += 1
        self._cells.append(cells)
        self._firsts.append(table.first)
        self._widths.append(width)

    def _close(self, table: Table, number: int) -> None:
        fate = CellOutcome.SET_ASIDE if number in table.loose else CellOutcome.OTHER
        for column, raw in enumerate(table.row(number)):
            if raw != BLANK:
                self.settle(Place(table.number, number, column), fate)
