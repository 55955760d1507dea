"""Workbooks of Office Open XML (.xlsx and .xlsm, ECMA-376), streamed part by part."""

from collections.abc import Mapping
from typing import Final

from api.imports.cells.raw import Raw, Unusable, as_written, is_blank
from api.imports.faults import Fault
from api.imports.reading.attached import read_attached
from api.imports.reading.collector import MOST_CELLS, Collector
from api.imports.reading.formats import (
    BUILT_IN,
    EPOCH_1900,
    EPOCH_1904,
    GENERAL,
    shown_as_written,
    shown_instant,
    shown_text,
)
from api.imports.reading.parts import Parts, Rich, Walker
from api.imports.reading.references import Related, cell_at, number, related, unescaped
from api.imports.reading.unreadable import TOO_COSTLY, UNKNOWN_KIND, UnreadableFileError, damaged
from api.imports.reading.workbook import Merged

OFFICE_DOCUMENT: Final = "/officeDocument"
WORKSHEET: Final = "/worksheet"
_TRUE: Final = frozenset({"1", "true", "on"})
_ARCHIVE: Final = ""


def read_ooxml(parts: Parts, collector: Collector) -> None:
    """Read the sheets of a workbook. Raises UnreadableFileError."""
    book, look, texts = _Book(), _Look(), _Texts()
    named = _opened(parts, book)
    for kind, walker in (("/styles", look), ("/sharedStrings", texts)):
        for each in named.values():
            if each.kind == kind:
                parts.walk(each.target, walker)
    for title, name in book.sheets:
        sheet = named.get(name)
        if sheet is None:
            raise damaged()
        if sheet.kind == WORKSHEET:
            parts.walk(sheet.target, _Cells(collector, book, look, texts.shared))
            read_attached(parts, sheet.target, collector)
            collector.end(title)


def _opened(parts: Parts, book: "_Book") -> dict[str, Related]:
    """Read the workbook's main part, and return the parts that it names."""
    main = next((each.target for each in related(parts, _ARCHIVE) if each.kind == OFFICE_DOCUMENT), None)
    if main is None:
        raise damaged()
    if not main.endswith(".xml"):
        raise UnreadableFileError(UNKNOWN_KIND)  # .xlsb, whose parts are binary
    parts.walk(main, book)
    if not book.sheets:
        raise UnreadableFileError(UNKNOWN_KIND)  # a text or a presentation
    return {each.name: each for each in related(parts, main)}


class _Book(Walker):
    """The workbook's main part: its sheets in order, its epoch, and whether it is calculated."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.epoch = EPOCH_1900
        self.uncalculated = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            self.sheets.append((attributes.get("name", ""), attributes.get("id", "")))
        elif name == "workbookPr" and attributes.get("date1904") in _TRUE:
            self.epoch = EPOCH_1904
        elif name == "calcPr":
            self.uncalculated = attributes.get("fullCalcOnLoad") in _TRUE


class _Look(Walker):
    """Styles of cells by number: their number formats, and which are struck through."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self.struck: list[bool] = []
        self._codes: dict[int, str] = dict(BUILT_IN)
        self._fonts: list[bool] = []
        self._within = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"fonts", "cellXfs", "cellStyleXfs", "dxfs"}:
            self._within = name
        elif name == "numFmt" and self._within != "dxfs":
            self._codes[number(attributes.get("numFmtId"))] = attributes.get("formatCode", GENERAL)
        elif name == "font" and self._within == "fonts":
            self._fonts.append(False)
        elif name == "strike" and self._within == "fonts" and self._fonts:
            self._fonts[-1] = attributes.get("val", "1") in _TRUE
        elif name == "xf" and self._within == "cellXfs":
            self.formats.append(self._codes.get(number(attributes.get("numFmtId", "0")), GENERAL))
            font = number(attributes.get("fontId", "0"))
            self.struck.append(font < len(self._fonts) and self._fonts[font])

    def end(self, name: str) -> None:
        if name == self._within:
            self._within = ""


class _Texts(Walker):
    """The shared texts of cells, in order, each with whether a part of it is struck through."""

    def __init__(self) -> None:
        self.shared: list[tuple[str, bool]] = []
        self._rich = Rich()
        self._inside = False
        self._spoken = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self._rich = Rich()
        elif name == "rPh":
            self._spoken = True
        elif name == "t":
            self._inside = not self._spoken
        elif name == "strike":
            self._rich.struck = self._rich.struck or attributes.get("val", "1") in _TRUE

    def end(self, name: str) -> None:
        if name == "t":
            self._inside = False
        elif name == "rPh":
            self._spoken = False
        elif name == "si":
            if len(self.shared) >= MOST_CELLS:
                raise UnreadableFileError(TOO_COSTLY)
            self.shared.append((unescaped(self._rich.words), self._rich.struck))

    def text(self, text: str) -> None:
        if self._inside:
            self._rich.add(text)


class _Cells(Walker):
    """The cells of one sheet, added to a collector."""

    def __init__(self, collector: Collector, book: _Book, look: _Look, texts: list[tuple[str, bool]]) -> None:
        self._collector = collector
        self._book = book
        self._look = look
        self._texts = texts
        self._row = 0
        self._column = -1
        self._kind: str | None = None
        """The kind of the present cell; None between cells."""
        self._style = 0
        self._calculated = False
        self._heard: Rich | None = None
        self._value = Rich()
        self._formula = Rich()
        self._spoken = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._begin(attributes)
        elif name == "row":
            self._row = number(attributes.get("r")) or self._row + 1
            self._column = -1
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif self._kind is None:
            return
        elif name == "v" or (name == "t" and not self._spoken):
            self._heard = self._value
        elif name == "f":
            if not self._calculated:
                self._calculated, self._formula = True, Rich()
            self._heard = self._formula
        elif name == "rPh":
            self._spoken = True
        elif name == "strike":
            self._value.struck = self._value.struck or attributes.get("val", "1") in _TRUE

    def end(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            self._heard = None
        elif name == "rPh":
            self._spoken = False
        elif name == "c" and self._kind is not None:
            raw = self._raw(self._kind, unescaped(self._value.words))
            if raw is not None:
                struck = self._style < len(self._look.struck) and self._look.struck[self._style]
                struck = (struck or self._value.struck) and not is_blank(raw)
                self._collector.put(
                    self._row,
                    self._column,
                    Unusable(as_written(raw), Fault.STRUCK_THROUGH) if struck else raw,
                )
            self._kind = None

    def text(self, text: str) -> None:
        if self._heard is not None:
            self._heard.add(text)

    def _begin(self, attributes: Mapping[str, str]) -> None:
        address = attributes.get("r")
        if address is None:
            self._column += 1
        else:
            self._row, self._column = cell_at(address)
        self._kind = attributes.get("t", "n")
        style = attributes.get("s")
        self._style = 0 if style is None else number(style)
        self._calculated = False
        self._value = Rich()

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        self._collector.merge(Merged(*cell_at(first), *cell_at(last or first)))

    def _raw(self, kind: str, value: str) -> Raw | None:
        """Return the content of the cell; None if it is empty."""
        code = self._look.formats[self._style] if self._style < len(self._look.formats) else GENERAL
        epoch = self._book.epoch
        match kind:
            case "s":
                at = number(value)
                if not value or at >= len(self._texts):
                    raise damaged()
                text, self._value.struck = self._texts[at]
                return shown_text(text, code, epoch)
            case "str" | "inlineStr":
                return shown_text(value, code, epoch)
            case "b" if value:
                return value in _TRUE
            case "e" if value:
                return Unusable(value, Fault.ERROR_VALUE)
            case "d" if value:
                return shown_instant(value, code) or value
        if self._calculated and (not value or (value == "0" and self._book.uncalculated)):
            return Unusable(f"={self._formula.words}", Fault.NOT_CALCULATED)
        return shown_as_written(value, code, epoch) if value else None
