"""A workbook as rows of cells, numbered as the clerk sees them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.imports.cells.raw import Raw
from api.imports.faults import Fault

BLANK: Final = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells displayed as one: their rows from 1 and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Attached:
    """Words attached to a cell or lying over it, and not in it: its row from 1, its column from 0.

    `fault` says whether they are a comment or a text box.
    """

    row: int
    column: int
    words: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its number from 0, its title and its rows, each without trailing blanks.

    A value `merged` over several rows is in each of them, in the first of the columns. Words `attached` to
    cells, which need not be filled, are in none.
    """

    number: int
    title: str
    rows: list[tuple[Raw, ...]]
    merged: tuple[Merged, ...] = ()
    attached: tuple[Attached, ...] = ()

    def filled(self) -> Iterator[tuple[int, int, Raw]]:
        """Yield every cell that is not blank, with its row from 1 and its column from 0."""
        for number, row in enumerate(self.rows, 1):
            for column, raw in enumerate(row):
                if raw != BLANK:
                    yield number, column, raw


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets; `sha256` and `size` (bytes) are those of the file.

    If the kind of file never `says_whose` it is, as CSV, the importer has to name the institution.
    """

    name: str
    sha256: str
    size: int
    sheets: list[Sheet]
    says_whose: bool = True


def letter(column: int) -> str:
    """Return a column's letters, as a spreadsheet shows them."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
