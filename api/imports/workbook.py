"""A workbook as rows of cells, numbered as the person who keeps it sees them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from api.imports.cells import Raw, is_blank

BLANK: Final = ""


class UnreadableError(Exception):
    """The file is no workbook that can be read."""


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are shown as one: their rows from 1 and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its number from 0, its title and its rows, each without its blank end.

    What is `merged` over several rows stands in each of them, in the first of the columns.
    """

    number: int
    title: str
    rows: list[tuple[Raw, ...]]
    merged: tuple[Merged, ...] = ()

    def filled(self) -> Iterator[tuple[int, int, Raw]]:
        """Every cell that is not blank, with its row from 1 and its column from 0."""
        for number, row in enumerate(self.rows, 1):
            for column, raw in enumerate(row):
                if raw != BLANK:
                    yield number, column, raw


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets; `sha256` and `size` (bytes) are those of the file."""

    name: str
    sha256: str
    size: int
    sheets: list[Sheet]


def read_workbook(source: Path | bytes, name: str = "") -> Workbook:
    """Read a file, or a file's bytes, which go by that name. Raises UnreadableError."""
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
        with CalamineWorkbook.from_filelike(BytesIO(content)) as opened:
            sheets = _sheets(opened)
    except (CalamineError, OSError) as error:
        raise UnreadableError(str(error)) from error
    title = source.name if isinstance(source, Path) and not name else name
    return Workbook(title, hashlib.sha256(content).hexdigest(), len(content), sheets)


def _sheets(opened: CalamineWorkbook) -> list[Sheet]:
    known: dict[tuple[type, Raw], Raw] = {}
    titles = [each.name for each in opened.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    return [
        Sheet(number, title, list(_rows(opened.get_sheet_by_name(title), known)))
        for number, title in enumerate(titles)
    ]


def _rows(sheet: CalamineSheet, known: dict[tuple[type, Raw], Raw]) -> Iterator[tuple[Raw, ...]]:
    """The rows from the sheet's first on; equal cells share one object, since a register repeats itself."""
    margin: tuple[Raw, ...] = (BLANK,) * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        cells = [BLANK if is_blank(raw) else known.setdefault((type(raw), raw), raw) for raw in row]
        while cells and cells[-1] == BLANK:
            cells.pop()
        yield margin + tuple(cells) if cells else ()
