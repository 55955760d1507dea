"""Spreadsheets of OpenDocument (.ods, ISO/IEC 26300), streamed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.imports.cells.raw import Raw, Unusable, as_written, is_blank
from api.imports.faults import Fault
from api.imports.reading.collector import LONGEST_TEXT, MOST_COLUMNS, Collector
from api.imports.reading.formats import EPOCH_1900, shown_as_written, shown_instant, shown_text
from api.imports.reading.opendocument_look import Look, times
from api.imports.reading.parts import Parts, Rich, Walker
from api.imports.reading.unreadable import PROTECTED, UNKNOWN_KIND, UnreadableFileError, damaged
from api.imports.reading.workbook import Merged

CONTENT: Final = "content.xml"
_STYLES, _MANIFEST = "styles.xml", "META-INF/manifest.xml"
_SHAPES: Final = frozenset(
    (
        *("frame", "custom-shape", "rect", "line", "polyline", "polygon", "regular-polygon", "path"),
        *("circle", "ellipse", "connector", "caption", "measure", "control"),
    )
)
_ATTACHED: Final = {"annotation": Fault.COMMENT} | dict.fromkeys(_SHAPES, Fault.TEXT_BOX)
_CHANGES: Final = "tracked-changes"
_ASIDE: Final = frozenset({*_ATTACHED, "shapes", "g", _CHANGES})
"""Elements in or beside cells that are no cells: comments, drawings, tracked changes."""


def read_opendocument(parts: Parts, collector: Collector) -> None:
    """Read the sheets of a spreadsheet. Raises UnreadableFileError."""
    if _MANIFEST in parts.names:
        parts.walk(_MANIFEST, _Manifest())
    look = Look()
    if _STYLES in parts.names:
        parts.walk(_STYLES, look)
    cells = _Cells(collector, look)
    parts.walk(CONTENT, cells)
    if not cells.spreadsheet:
        raise UnreadableFileError(UNKNOWN_KIND)  # a text or a presentation


class _Manifest(Walker):
    """The manifest of parts, which states whether they are encrypted."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "encryption-data":
            raise UnreadableFileError(PROTECTED)


@dataclass(slots=True)
class _Words:
    """Paragraphs being read; `listening` within one."""

    text: Rich = field(default_factory=Rich)
    paragraphs: int = 0
    listening: bool = False


@dataclass(slots=True)
class _Cell:
    """A cell being read."""

    attributes: Mapping[str, str]
    words: _Words = field(default_factory=_Words)


@dataclass(slots=True)
class _Attached:
    """An attachment of a cell being read: its fault, and its depth in elements that are no cells."""

    fault: Fault
    depth: int
    words: _Words = field(default_factory=_Words)


class _Cells(Walker):
    """The cells of all sheets, added to a collector."""

    def __init__(self, collector: Collector, look: Look) -> None:
        self._collector = collector
        self._look = look
        self._epoch = EPOCH_1900
        self.spreadsheet = False
        """Whether the document is a spreadsheet."""
        self._body = False
        self._aside: list[str] = []
        """The open elements of these, the outermost first."""
        self._attached: _Attached | None = None
        self._title: str | None = None
        self._columns: list[tuple[int, str]] = []
        """The columns' styles, each with the column after the last that has it."""
        self._row = 0
        self._column = 0
        self._again = 1
        self._row_style = ""
        self._filled: list[tuple[int, Raw]] = []
        self._cell: _Cell | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if not self._body:
            self._body = name == "body"
            self._look.start(name, attributes)
        elif name in _ASIDE or self._aside:
            self._start_aside(name, attributes)
        elif name == "spreadsheet":
            self.spreadsheet = True
        elif self._cell is not None:
            self._within(self._cell.words, name, attributes)
        elif name == "table":
            self._table(attributes.get("name", ""))
        elif name == "null-date":
            self._counts_from(attributes.get("date-value", ""))
        elif name == "table-column":
            start = self._columns[-1][0] if self._columns else 0
            end = start + times(attributes.get("number-columns-repeated"))
            self._columns.append((end, attributes.get("default-cell-style-name", "")))
        elif name == "table-row":
            self._again = times(attributes.get("number-rows-repeated"))
            self._row_style = attributes.get("default-cell-style-name", "")
            self._column = 0
            self._filled = []
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell = _Cell(attributes)

    def end(self, name: str) -> None:
        if not self._body:
            self._look.end(name)
        elif self._aside:
            self._end_aside(name)
        elif self._cell is not None:
            if name in {"p", "h"}:
                self._cell.words.listening = False
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
        else:
            heard = self._attached if self._aside else self._cell
            if heard is not None and heard.words.listening:
                heard.words.text.add(text)

    def _table(self, title: str) -> None:
        if self._title is not None:
            raise damaged()
        self._title, self._row, self._column, self._columns = title, 0, 0, []

    def _counts_from(self, written: str) -> None:
        try:
            self._epoch = date.fromisoformat(written)
        except ValueError:
            raise damaged() from None

    def _start_aside(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in _ASIDE:
            self._aside.append(name)
            if name in _ATTACHED and self._attached is None and _CHANGES not in self._aside:
                self._attached = _Attached(_ATTACHED[name], len(self._aside))
        elif self._attached is not None and name != "table":
            self._within(self._attached.words, name, attributes)

    def _end_aside(self, name: str) -> None:
        attached = self._attached
        if name in _ASIDE:
            if attached is not None and attached.depth == len(self._aside):
                words = attached.words.text.words
                self._collector.attach(self._row + 1, self._column, words, attached.fault)
                self._attached = None
            self._aside.pop()
        elif attached is not None and name in {"p", "h"}:
            attached.words.listening = False

    def _within(self, words: _Words, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"p", "h"}:
            if words.paragraphs:
                words.text.add("\n")
            words.paragraphs += 1
            words.listening = True
        elif name == "s":
            words.text.add(" " * times(attributes.get("c"), LONGEST_TEXT + 1))
        elif name in {"tab", "line-break"}:
            words.text.add("\t" if name == "tab" else "\n")
        elif name == "span" and self._look.struck(attributes.get("style-name", "")):
            words.text.struck = True
        elif name == "table":
            raise damaged()

    def _close(self, cell: _Cell) -> None:
        attributes = cell.attributes
        again = times(attributes.get("number-columns-repeated"))
        style = attributes.get("style-name") or self._row_style or self._style_of_column()
        raw = self._raw(cell, self._look.format(style))
        if raw is not None and not is_blank(raw):
            if cell.words.text.struck or self._look.struck(style):
                raw = Unusable(as_written(raw), Fault.STRUCK_THROUGH)
            for column in range(self._column, min(self._column + again, MOST_COLUMNS + 1)):
                self._filled.append((column, raw))
        down, across = (times(attributes.get(f"number-{each}-spanned")) for each in ("rows", "columns"))
        if down > 1 or across > 1:
            top = self._row + 1
            self._collector.merge(Merged(top, self._column, top + down - 1, self._column + across - 1))
        self._column += again

    def _style_of_column(self) -> str:
        return next((style for end, style in self._columns if self._column < end), "")

    def _raw(self, cell: _Cell, code: str) -> Raw | None:
        """Return the content of a cell; None if it is empty."""
        attributes, words = cell.attributes, cell.words.text.words
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
