"""Spreadsheets of OpenDocument (.ods, ISO/IEC 26300), read as they stream by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.imports.cells.raw import (
    Raw,
    Unusable,
    as_written,
    is_blank,
)
from api.imports.faults import Fault
from api.imports.reading.collector import LONGEST_TEXT, MOST_COLUMNS, Collector
from api.imports.reading.formats import EPOCH_1900, GENERAL, shown_as_written, shown_instant, shown_text
from api.imports.reading.parts import Parts, Rich, Silent
from api.imports.reading.unreadable import (
    PROTECTED,
    UNKNOWN_KIND,
    UnreadableFileError,
    damaged,
)
from api.imports.reading.workbook import Merged

CONTENT: Final = "content.xml"
_STYLES, _MANIFEST = "styles.xml", "META-INF/manifest.xml"
_FORMATS: Final = frozenset(
    {"number-style", "date-style", "time-style", "percentage-style", "currency-style", "text-style"}
)
_MOMENTS: Final = {
    "year": "yyyy",
    "era": "yyyy",
    "month": "mm",
    "day": "dd",
    "hours": "hh",
    "minutes": "mm",
    "seconds": "ss",
    "day-of-week": "aaa",
}
_COUNT: Final = re.compile("[0-9]{1,9}")
_LONGEST_WORDS: Final = 100
"""Characters that a number format puts beside a number."""
_MOST_PARENTS: Final = 20
_ASIDE: Final = frozenset({"annotation", "shapes", "tracked-changes", "frame", "custom-shape"})
"""What stands in or beside cells and is none: notes, drawings, what was changed."""
_REPEATED: Final = 2**20
"""As often as a cell or a row is repeated at most, which is the height of a sheet."""


def read_opendocument(parts: Parts, collector: Collector) -> None:
    """Read the sheets of a spreadsheet. Raises UnreadableError."""
    if _MANIFEST in parts.names:
        parts.walk(_MANIFEST, _Manifest())
    look = _Look()
    if _STYLES in parts.names:
        parts.walk(_STYLES, look)
    cells = _Cells(collector, look)
    parts.walk(CONTENT, cells)
    if not cells.spreadsheet:
        raise UnreadableFileError(UNKNOWN_KIND)  # a text or a presentation


class _Manifest(Silent):
    """The list of parts, which says when they are locked."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "encryption-data":
            raise UnreadableFileError(PROTECTED)


@dataclass(slots=True)
class _Style:
    """How cells or texts look: by which format, and whether they are struck through, unless a parent says."""

    parent: str = ""
    format: str = ""
    struck: bool | None = None


class _Look(Silent):
    """The styles by their names, and the number formats, spelled as those of Office Open XML."""

    def __init__(self) -> None:
        self._styles: dict[str, _Style] = {}
        self._formats: dict[str, str] = {}
        self._style = _Style()
        self._format: list[str] | None = None
        self._heard: list[str] | None = None
        self._percent = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _FORMATS:
            self._format, self._percent = [], name == "percentage-style"
            self._formats[attributes.get("name", "")] = GENERAL
        elif self._format is not None:
            self._piece(self._format, name, attributes)
        elif name == "style":
            self._style = _Style(
                attributes.get("parent-style-name", ""), attributes.get("data-style-name", "")
            )
            self._styles[attributes.get("name", "")] = self._style
        elif name == "text-properties":
            line = attributes.get("text-line-through-style", attributes.get("text-line-through-type"))
            if line is not None:
                self._style.struck = line != "none"

    def end(self, name: str) -> None:
        if self._heard is not None and self._format is not None and name in {"text", "currency-symbol"}:
            words, self._heard = "".join(self._heard).replace('"', ""), None
            self._format.append("%" if self._percent and words.strip() == "%" else f'"{words}"')
        elif name in _FORMATS and self._format is not None:
            # The one that was begun last.
            self._formats[next(reversed(self._formats))] = "".join(self._format) or GENERAL
            self._format = None

    def text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.append(text[:_LONGEST_WORDS])

    def format(self, style: str) -> str:
        """The number format of a style, or of the first of its parents that has one."""
        for each in self._line(style):
            if each.format in self._formats:
                return self._formats[each.format]
        return GENERAL

    def struck(self, style: str) -> bool:
        """Whether what has this style is struck through."""
        return next((each.struck for each in self._line(style) if each.struck is not None), False)

    def _line(self, name: str) -> Iterator[_Style]:
        for _ in range(_MOST_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.parent

    def _piece(self, pieces: list[str], name: str, attributes: Mapping[str, str]) -> None:
        if name in {"text", "currency-symbol"}:
            self._heard = []
        elif name == "hours" and attributes.get("truncate-on-overflow") == "false":
            pieces.append("[h]")
        elif name in _MOMENTS:
            pieces.append(_MOMENTS[name])
        elif name == "number":
            pieces.append("0" * _times(attributes.get("min-integer-digits", "1"), 20) or "#")
            pieces.append("." + "0" * _times(attributes.get("decimal-places", "0"), 20))
            if not attributes.get("decimal-places", "0").strip("0"):
                pieces.pop()
        elif name in {"scientific-number", "fraction"}:
            pieces.append("0E+0")
        elif name == "text-content":
            pieces.append("@")


def _times(written: str | None, most: int = _REPEATED) -> int:
    """How often something is repeated, once unless said."""
    if written is None:
        return 1
    return min(int(written), most) if _COUNT.fullmatch(written) else most


@dataclass(slots=True)
class _Cell:
    """A cell in the making."""

    attributes: Mapping[str, str]
    text: Rich = field(default_factory=Rich)
    paragraphs: int = 0


class _Cells(Silent):
    """The cells of all sheets, told to a collector."""

    def __init__(self, collector: Collector, look: _Look) -> None:
        self._collector = collector
        self._look = look
        self._epoch = EPOCH_1900
        self.spreadsheet = False
        """Whether there is one."""
        self._body = False
        self._aside = 0
        self._title: str | None = None
        self._columns: list[tuple[int, str]] = []
        """The columns' own styles, each with the column after the last that has it."""
        self._row = 0
        self._column = 0
        self._again = 1
        self._row_style = ""
        self._filled: list[tuple[int, Raw]] = []
        self._cell: _Cell | None = None
        self._listening = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._body:
            self._body = name == "body"
            self._look.start(name, attributes)
        elif name in _ASIDE or self._aside:
            self._aside += name in _ASIDE
        elif name == "spreadsheet":
            self.spreadsheet = True
        elif self._cell is not None:
            self._within(self._cell, name, attributes)
        elif name == "table":
            self._table(attributes.get("name", ""))
        elif name == "null-date":
            self._counts_from(attributes.get("date-value", ""))
        elif name == "table-column":
            start = self._columns[-1][0] if self._columns else 0
            end = start + _times(attributes.get("number-columns-repeated"))
            self._columns.append((end, attributes.get("default-cell-style-name", "")))
        elif name == "table-row":
            self._again = _times(attributes.get("number-rows-repeated"))
            self._row_style = attributes.get("default-cell-style-name", "")
            self._column = 0
            self._filled = []
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell = _Cell(attributes)

    def end(self, name: str) -> None:
        if not self._body:
            self._look.end(name)
        elif self._aside:
            self._aside -= name in _ASIDE
        elif self._cell is not None:
            if name in {"p", "h"}:
                self._listening = False
            elif name in {"table-cell", "covered-table-cell"}:
                self._close(self._cell)
                self._cell = None
        elif name == "table-row":
            for row in range(self._row + 1, self._row + 1 + (self._again if self._filled else 0)):
                for column, raw in self._filled:
                    self._collector.put(row, column, raw)
            self._row += self._again
        elif name == "table" and self._title is not None:
            self._collector.end(self._title)
            self._title = None

    def text(self, text: str) -> None:
        if not self._body:
            self._look.text(text)
        elif self._listening and self._cell is not None and not self._aside:
            self._cell.text.add(text)

    def _table(self, title: str) -> None:
        if self._title is not None:
            raise damaged()
        self._title, self._row, self._columns = title, 0, []

    def _counts_from(self, written: str) -> None:
        try:
            self._epoch = date.fromisoformat(written)
        except ValueError:
            raise damaged() from None

    def _within(self, cell: _Cell, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"p", "h"}:
            if cell.paragraphs:
                cell.text.add("\n")
            cell.paragraphs += 1
            self._listening = True
        elif name == "s":
            cell.text.add(" " * _times(attributes.get("c"), LONGEST_TEXT + 1))
        elif name in {"tab", "line-break"}:
            cell.text.add("\t" if name == "tab" else "\n")
        elif name == "span" and self._look.struck(attributes.get("style-name", "")):
            cell.text.struck = True
        elif name == "table":
            raise damaged()

    def _close(self, cell: _Cell) -> None:
        attributes = cell.attributes
        again = _times(attributes.get("number-columns-repeated"))
        style = attributes.get("style-name") or self._row_style or self._style_of_column()
        raw = self._raw(cell, self._look.format(style))
        if raw is not None and not is_blank(raw):
            if cell.text.struck or self._look.struck(style):
                raw = Unusable(as_written(raw), Fault.STRUCK_THROUGH)
            for column in range(self._column, min(self._column + again, MOST_COLUMNS + 1)):
                self._filled.append((column, raw))
        down, across = (_times(attributes.get(f"number-{each}-spanned")) for each in ("rows", "columns"))
        if down > 1 or across > 1:
            top = self._row + 1
            self._collector.merge(Merged(top, self._column, top + down - 1, self._column + across - 1))
        self._column += again

    def _style_of_column(self) -> str:
        return next((style for end, style in self._columns if self._column < end), "")

    def _raw(self, cell: _Cell, code: str) -> Raw | None:
        """What stands in a cell; None where nothing does."""
        attributes, words = cell.attributes, cell.text.words
        kind = attributes.get("value-type")
        if attributes.get("ext:value-type") == "error":
            return Unusable(words, Fault.ERROR_VALUE)
        if kind is None and "formula" in attributes and not words:
            return Unusable(attributes["formula"].removeprefix("of:"), Fault.NOT_CALCULATED)
        value = attributes.get("value", "")
        match kind:
            case "float" | "percentage" | "currency":
                return shown_as_written(value, code, self._epoch)
            case "date":
                written = attributes.get("date-value", "")
                return shown_instant(written, code) or words or written
            case "boolean":
                return attributes.get("boolean-value") == "true"
            case "string":
                return shown_text(attributes.get("string-value", words), code, self._epoch)
        return words or attributes.get("time-value")
