"""The cells of a file, gathered into sheets, within limits."""

import re
from typing import Final

from api.imports.cells.raw import Raw, Unusable, as_written, is_blank
from api.imports.faults import Fault
from api.imports.reading.unreadable import damaged, too_much
from api.imports.reading.workbook import BLANK, Attached, Merged, Sheet, letter
from domain.label import Label
from domain.limit import Area, limit

MOST_CELLS: Final = limit(
    500_000,
    Area.IMPORTS,
    Label("一个文件中有内容的单元格", "Filled cells of a file"),
    why=Label(
        "每一格都要核算，约占 200 字节内存", "Each is accounted for, and takes some 200 bytes of memory"
    ),
    beyond="malformed",
)
MOST_TEXT: Final = limit(
    10_000_000,
    Area.IMPORTS,
    Label(
        "一个文件各单元格、批注和文本框的字符总数",
        "Characters of all cells, comments and text boxes of a file",
    ),
    why=Label("同一文字可在压缩文件中重复百万次", "A small file may repeat one text a million times"),
    beyond="malformed",
)
MOST_ROWS: Final = limit(
    200_000,
    Area.IMPORTS,
    Label("工作表中最后一个有内容的行", "The last filled row of a sheet"),
    why=Label("一所机构的台账远少于此", "No institution's register comes near it"),
    beyond="malformed",
)
MOST_COLUMNS: Final = limit(
    500,
    Area.IMPORTS,
    Label("工作表中最后一个有内容的列", "The last filled column of a sheet"),
    why=Label("登记表的列远少于此", "No form has as many"),
    beyond="malformed",
)
MOST_AREA: Final = limit(
    10_000_000,
    Area.IMPORTS,
    Label("各工作表行数与列数乘积之和", "Rows times columns of all sheets of a file"),
    why=Label("核算时空单元格也占一个字节", "Blank cells take a byte of the account, too"),
    beyond="malformed",
)
MOST_SHEETS: Final = limit(
    250,
    Area.IMPORTS,
    Label("一个文件的工作表", "Sheets of a file"),
    why=Label("二十年每月一张也不超过此数", "One a month for twenty years are fewer"),
    beyond="malformed",
)
MOST_MERGED: Final = limit(
    20_000,
    Area.IMPORTS,
    Label("一张工作表的合并区域", "Merged ranges of a sheet"),
    why=Label("每一区域都要与各行对照", "Each is compared with the rows that it covers"),
    beyond="malformed",
)
MOST_ATTACHED: Final = limit(
    20_000,
    Area.IMPORTS,
    Label("一个文件的批注和文本框", "Comments and text boxes of a file"),
    why=Label("逐一列出，由人核对", "Each is listed, for a person to look at"),
    beyond="malformed",
)
LONGEST_TEXT: Final = limit(
    32_767,
    Area.IMPORTS,
    Label("单元格、批注或文本框的字符数", "Characters of a cell, a comment or a text box"),
    why=Label("电子表格的单元格只能容纳这么多", "A spreadsheet's cell holds no more"),
    beyond=Label("列出其开头，不采用", "Its beginning is listed, and it is not used"),
)
SHOWN_OF_LONG: Final = 200
"""Characters listed of a text that is longer than a cell holds."""

_ERROR: Final = re.compile(
    r"#(N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|UNKNOWN!|CONNECT!|BUSY!|GETTING_DATA)"
    r"|#{3,}|Err:[0-9]{3}"
)
"""Values that programs display for an error in a cell, or for a number that does not fit its width."""


class Collector:
    """Gathers cells sheet by sheet. Raises UnreadableFileError beyond the limits.

    Rows count from 1, columns from 0; blank cells may be omitted.
    """

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._rows: list[list[Raw]] = []
        self._merged: list[Merged] = []
        self._attached: list[Attached] = []
        self._attached_before = 0
        self._width = 0
        self._cells = 0
        self._text = 0
        self._area = 0

    def put(self, row: int, column: int, raw: Raw) -> None:
        """Add a cell. Raises UnreadableFileError also if the cell is filled already."""
        if is_blank(raw):
            return
        if row > MOST_ROWS or column >= MOST_COLUMNS:
            where, sheet = f"{letter(column)}{row}", len(self.sheets) + 1
            zh = f"第 {sheet} 张工作表的 {where} 有内容，超出第 {MOST_ROWS:,} 行或第 {MOST_COLUMNS} 列"
            en = f"{where} of sheet {sheet} is filled, beyond row {MOST_ROWS:,} or column {MOST_COLUMNS}"
            raise too_much(Label(zh, en))
        self._cells += 1
        if self._cells > MOST_CELLS:
            raise too_much(
                Label(f"有内容的单元格超过 {MOST_CELLS:,} 个", f"More than {MOST_CELLS:,} cells are filled")
            )
        self._lengthen(raw)
        if row > len(self._rows) or column >= self._width:
            self._reach(row, column + 1)
        cells = self._rows[row - 1]
        if column >= len(cells):
            cells.extend([BLANK] * (column + 1 - len(cells)))
        if cells[column] != BLANK:
            raise damaged()
        cells[column] = _usable(raw)

    def merge(self, merged: Merged) -> None:
        """Add a merged range."""
        if len(self._merged) >= MOST_MERGED:
            sheet = len(self.sheets) + 1
            raise too_much(
                Label(
                    f"第 {sheet} 张工作表的合并区域超过 {MOST_MERGED:,} 个",
                    f"Sheet {sheet} has more than {MOST_MERGED:,} merged ranges",
                )
            )
        self._merged.append(merged)

    def attach(self, row: int, column: int, words: str, fault: Fault) -> None:
        """Add words attached to a cell or lying over it, at any place; blank ones may be omitted."""
        if is_blank(words):
            return
        if self._attached_before + len(self._attached) >= MOST_ATTACHED:
            raise too_much(
                Label(
                    f"批注和文本框超过 {MOST_ATTACHED:,} 个",
                    f"There are more than {MOST_ATTACHED:,} comments and text boxes",
                )
            )
        self._lengthen(words)
        self._attached.append(Attached(row, column, _listed(words), fault))

    def end(self, title: str) -> None:
        """End a sheet."""
        if len(self.sheets) >= MOST_SHEETS:
            raise too_much(Label(f"工作表超过 {MOST_SHEETS} 张", f"There are more than {MOST_SHEETS} sheets"))
        for merged in self._merged:
            self._spread(merged)
        rows = [tuple(cells) for cells in self._rows]
        self.sheets.append(Sheet(len(self.sheets), title, rows, tuple(self._merged), tuple(self._attached)))
        self._area += self._width * len(rows)
        self._attached_before += len(self._attached)
        self._rows, self._merged, self._attached, self._width = [], [], [], 0

    def _lengthen(self, raw: Raw) -> None:
        self._text += len(raw) if isinstance(raw, str) else 0
        if self._text > MOST_TEXT:
            raise too_much(
                Label(
                    f"各单元格、批注和文本框共超过 {MOST_TEXT:,} 个字符",
                    f"All cells, comments and text boxes have more than {MOST_TEXT:,} characters",
                )
            )

    def _reach(self, rows: int, columns: int) -> None:
        """Extend the sheet to that many rows and columns."""
        self._width = max(self._width, columns)
        rows = max(rows, len(self._rows))
        if self._area + self._width * rows > MOST_AREA:
            raise too_much(
                Label(
                    f"各工作表行数与列数的乘积之和超过 {MOST_AREA:,}",
                    f"Rows times columns of all sheets are more than {MOST_AREA:,}",
                )
            )
        self._rows.extend([] for _ in range(rows - len(self._rows)))

    def _spread(self, merged: Merged) -> None:
        """Repeat the value of a merged range in each of its rows; values it hides cannot be used."""
        if merged.top > len(self._rows):
            return
        first = self._rows[merged.top - 1]
        shown = first[merged.left] if merged.left < len(first) else BLANK
        for row in range(merged.top, min(merged.bottom, len(self._rows)) + 1):
            cells = self._rows[row - 1]
            for column in range(merged.left, min(merged.right + 1, len(cells))):
                hidden = cells[column]
                if (row, column) != (merged.top, merged.left) and hidden not in {BLANK, shown}:
                    cells[column] = Unusable(as_written(hidden), Fault.MERGED)
        for row in range(merged.top + 1, min(merged.bottom, len(self._rows)) + 1):
            cells = self._rows[row - 1]
            if cells and (merged.left >= len(cells) or cells[merged.left] == BLANK):
                self.put(row, merged.left, shown)


def _usable(raw: Raw) -> Raw:
    """Return the cell if it can be used: no error value, and not longer than a cell can be."""
    if isinstance(raw, str | Unusable) and len(as_written(raw)) > LONGEST_TEXT:
        return Unusable(_listed(as_written(raw)), Fault.TOO_LONG)
    if isinstance(raw, str) and _ERROR.fullmatch(raw):
        return Unusable(raw, Fault.ERROR_VALUE)
    return raw


def _listed(words: str) -> str:
    """Return the words to list: all, or the beginning if they are longer than a cell holds."""
    return words if len(words) <= LONGEST_TEXT else f"{words[:SHOWN_OF_LONG]}…"
