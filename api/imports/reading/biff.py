"""Workbooks of Excel 97 and before (.xls, and .et as WPS writes it)."""

import os
import struct
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Final

import xlrd  # type: ignore[import-untyped] # it has no types
from xlrd.compdoc import CompDoc  # type: ignore[import-untyped] # the same

from api.imports.cells.raw import Raw, Unusable, as_written
from api.imports.faults import Fault
from api.imports.reading.collector import Collector
from api.imports.reading.formats import BUILT_IN, EPOCH_1900, EPOCH_1904, GENERAL, shown, shown_text
from api.imports.reading.parts import Rich
from api.imports.reading.unreadable import DAMAGED, PROTECTED, UNKNOWN_KIND, UnreadableFileError, damaged
from api.imports.reading.workbook import Merged

COMPOUND: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""The beginning of a compound document, which contains such a workbook."""
LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
"""The name of an encrypted workbook of Office Open XML in a compound document."""
_STREAMS: Final = ("Workbook", "Book")
_BEGIN, _FORMULA, _SHEET, _CONTINUED = 0x0809, 0x0006, 0x0085, 0x003C
_DRAWING, _OBJECT, _TEXT = 0x00EC, 0x005D, 0x01B6
_CORNER: Final = bytes.fromhex("10f012000000")
"""The beginning of a drawn object's place, followed by a flag, its column, an offset, its row."""
_NOTE: Final = 0x19
_EMPTY_TEXT: Final = b"\x03"
_NO_NUMBER: Final = b"\xff\xff"


def read_biff(content: bytes, collector: Collector) -> None:
    """Read the sheets of a workbook. Raises UnreadableFileError."""
    if LOCKED in content:
        raise UnreadableFileError(PROTECTED)
    try:
        with open(os.devnull, "w", encoding="utf-8") as nobody:  # noqa: PTH123 - a device
            book = xlrd.open_workbook(
                file_contents=content, formatting_info=True, ragged_rows=True, logfile=nobody
            )
        uncalculated, boxes = _uncalculated(content), _text_boxes(content)
        for number, sheet in enumerate(book.sheets()):
            _read(book, sheet, uncalculated.get(number, set()), collector)
            for (row, column), note in sheet.cell_note_map.items():
                collector.attach(row + 1, column, note.text, Fault.COMMENT)
            for row, column, text in boxes.get(number, ()):
                collector.attach(row + 1, column, text.words, Fault.TEXT_BOX)
            collector.end(sheet.name)
    except (UnreadableFileError, MemoryError):
        raise
    except xlrd.XLRDError as error:
        message = str(error)
        locked, other = "encrypted" in message, "Can't find workbook" in message
        raise UnreadableFileError(PROTECTED if locked else UNKNOWN_KIND if other else DAMAGED) from error
    except Exception as error:  # xlrd trusts its input, and fails with any error on malformed files
        raise damaged() from error


def _read(
    book: xlrd.Book, sheet: xlrd.sheet.Sheet, uncalculated: set[tuple[int, int]], collector: Collector
) -> None:
    epoch = EPOCH_1904 if book.datemode else EPOCH_1900
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            raw = _raw(book, sheet, row, column, epoch)
            if raw is not None:
                collector.put(row + 1, column, raw)
    for row, column in uncalculated:
        collector.put(row + 1, column, Unusable("=", Fault.NOT_CALCULATED))
    for top, bottom, left, right in sheet.merged_cells:
        collector.merge(Merged(top + 1, left, bottom, right - 1))


def _raw(book: xlrd.Book, sheet: xlrd.sheet.Sheet, row: int, column: int, epoch: date) -> Raw | None:
    """Return the content of a cell; None if it is empty."""
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} or value == "":
        return None
    look = book.xf_list[sheet.cell_xf_index(row, column)]
    code = BUILT_IN.get(look.format_key) or book.format_map[look.format_key].format_str or GENERAL
    raw: Raw
    match kind:
        case xlrd.XL_CELL_TEXT:
            raw = shown_text(value, code, epoch)
        case xlrd.XL_CELL_BOOLEAN:
            raw = bool(value)
        case xlrd.XL_CELL_ERROR:
            return Unusable(xlrd.error_text_from_code.get(value, "#"), Fault.ERROR_VALUE)
        case _:
            raw = shown(value, code, epoch)
    fonts = [look.font_index, *(font for _, font in sheet.rich_text_runlist_map.get((row, column), ()))]
    struck = any(font < len(book.font_list) and book.font_list[font].struck_out for font in fonts)
    return Unusable(as_written(raw), Fault.STRUCK_THROUGH) if struck else raw


def _uncalculated(content: bytes) -> dict[int, set[tuple[int, int]]]:
    """Return each sheet's cells with formulas without a result, by sheet number, if no formula has one.

    A program that does not calculate leaves all of them so; in one that calculates, an empty text is a
    result.
    """
    cells: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for sheet, code, record in _records(content):
        if code != _FORMULA or len(record) < 14:  # noqa: PLR2004 - its cell and its result
            continue
        row, column = struct.unpack_from("<HH", record)
        if record[6:7] != _EMPTY_TEXT or record[12:14] != _NO_NUMBER:
            return {}
        cells[sheet].add((row, column))
    return cells


def _text_boxes(content: bytes) -> dict[int, list[tuple[int, int, Rich]]]:
    """Return the texts of each sheet's drawings, by sheet number, each at its upper left corner.

    Texts of notes are read with their cells.
    """
    texts: dict[int, list[tuple[int, int, Rich]]] = defaultdict(list)
    row, column, of_note, missing = 0, 0, False, 0
    for sheet, code, record in _records(content):
        if code == _DRAWING:
            place = record[record.rfind(_CORNER) + len(_CORNER) :] if _CORNER in record else b""
            if len(place) >= 8:  # noqa: PLR2004 - its flag, column, offset and row
                column, row = struct.unpack_from("<2xH2xH", place)
        elif code == _OBJECT:
            of_note = record[4:6] == struct.pack("<H", _NOTE)
        elif code == _TEXT and len(record) >= 12 and not of_note:  # noqa: PLR2004 - its length
            missing = struct.unpack_from("<10xH", record)[0]
            texts[sheet].append((row, column, Rich()))
        elif code == _CONTINUED and missing and record:
            size, charset = (2, "utf-16-le") if record[0] & 1 else (1, "latin-1")
            piece = record[1 : 1 + size * missing]
            missing -= len(piece) // size
            texts[sheet][-1][2].add(piece.decode(charset, "replace"))
        else:
            missing = 0
    return texts


def _records(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield every record of the worksheets, with its sheet's number among them and its code."""
    stream, base, size = _stream(content)
    begins: dict[int, int] = {}
    sheet: int | None = None
    at, end = base, base + size
    while at + 4 <= end:
        code, length = struct.unpack_from("<HH", stream, at)
        record = stream[at + 4 : at + 4 + length]
        if code == _SHEET and len(record) >= 6 and record[5] == 0:  # noqa: PLR2004 - its place and its kind
            begins[base + struct.unpack_from("<I", record)[0]] = len(begins)
        elif code == _BEGIN:
            sheet = begins.get(at, sheet)
        elif sheet is not None:
            yield sheet, code, record
        at += 4 + length


def _stream(content: bytes) -> tuple[bytes, int, int]:
    if not content.startswith(COMPOUND):
        return b"", 0, 0
    with open(os.devnull, "w", encoding="utf-8") as nobody:  # noqa: PTH123 - a device
        document = CompDoc(content, logfile=nobody)
    streams = (document.locate_named_stream(name) for name in _STREAMS)
    return next((each for each in streams if each[0] is not None), (b"", 0, 0))
