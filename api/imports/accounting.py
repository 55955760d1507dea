"""The account of every filled cell and of every row: none is lost, none is counted twice."""

from collections import Counter
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from api.imports.layout import Place
from api.imports.recognition import Reading, RowKind
from api.imports.workbook import BLANK, Sheet


class Fate(IntEnum):
    """What became of a cell or a row; where a cell serves several entries the last of these counts."""

    OPEN = 1
    OTHER = 2
    KEY = 3
    REJECTED = 4
    SET_ASIDE = 5
    ALREADY = 6
    RECORDED = 7


SETTLED: Final[tuple[Fate, ...]] = tuple(fate for fate in Fate if fate is not Fate.OPEN)


class UnbalancedError(AssertionError):
    """The account does not add up: a cell or a row was lost or counted twice."""


class Account:
    """Every filled cell of some sheets, and every row, with what became of it."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._cells: list[bytearray] = []
        self._widths: list[int] = []
        self._rows: dict[tuple[int, int], Fate] = {}
        self.other_rows: Counter[RowKind] = Counter()
        self.filled = 0
        for reading in readings:
            self._open(reading.sheet)
            for number, kind in enumerate(reading.kinds, 1):
                if kind is RowKind.DATA:
                    self._rows[reading.sheet.number, number] = Fate.OPEN
                else:
                    self.other_rows[kind] += 1
                    self._close(reading.sheet, number)

    def settle(self, place: Place, fate: Fate) -> None:
        """Say what became of a cell. Once settled, only a weightier fate replaces it."""
        cells = self._cells[place.sheet]
        at = (place.row - 1) * self._widths[place.sheet] + place.column
        if not cells[at]:
            message = f"there is nothing in sheet {place.sheet}, row {place.row}, column {place.column}"
            raise UnbalancedError(message)
        cells[at] = max(cells[at], fate)

    def settle_row(self, sheet: int, row: int) -> Fate:
        """Say what became of a data row, by what became of its cells; one of which none was used is rejected.

        Every cell of a rejected row is rejected.
        """
        if self._rows.get((sheet, row)) is not Fate.OPEN:
            message = f"row {row} of sheet {sheet} is no data row or was counted before"
            raise UnbalancedError(message)
        width = self._widths[sheet]
        span = slice((row - 1) * width, row * width)
        fate = Fate(max(self._cells[sheet][span]))
        if fate < Fate.ALREADY:
            fate = Fate.REJECTED
            self._cells[sheet][span] = bytes(
                Fate.REJECTED if cell else 0 for cell in self._cells[sheet][span]
            )
        self._rows[sheet, row] = fate
        return fate

    @property
    def cells(self) -> Counter[Fate]:
        """How many filled cells met each fate. Raises UnbalancedError unless each met one."""
        counts: Counter[Fate] = Counter(
            {fate: sum(cells.count(fate) for cells in self._cells) for fate in SETTLED}
        )
        if sum(counts.values()) != self.filled:
            message = f"{self.filled} cells are filled, {sum(counts.values())} are accounted for"
            raise UnbalancedError(message)
        return counts

    @property
    def rows(self) -> Counter[Fate]:
        """How many data rows met each fate. Raises UnbalancedError unless each met one."""
        counts = Counter(self._rows.values())
        if counts[Fate.OPEN]:
            message = f"{counts[Fate.OPEN]} rows are not accounted for"
            raise UnbalancedError(message)
        return counts

    def prove(self) -> None:
        """Raise UnbalancedError unless every filled cell and every data row is accounted for, once."""
        if sum(self.rows.values()) != len(self._rows) or sum(self.cells.values()) != self.filled:
            raise UnbalancedError

    def _open(self, sheet: Sheet) -> None:
        width = max((len(row) for row in sheet.rows), default=0)
        cells = bytearray(width * len(sheet.rows))
        for row, column, _ in sheet.filled():
            cells[(row - 1) * width + column] = Fate.OPEN
            self.filled += 1
        self._cells.append(cells)
        self._widths.append(width)

    def _close(self, sheet: Sheet, number: int) -> None:
        for column, raw in enumerate(sheet.rows[number - 1]):
            if raw != BLANK:
                self.settle(Place(sheet.number, number, column), Fate.OTHER)
