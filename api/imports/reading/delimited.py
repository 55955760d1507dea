"""Tables as text: CSV as spreadsheet programs in China write it, also with semicolons or tabs."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice
from statistics import median_high
from typing import Final

from api.imports.reading.collector import Collector
from api.imports.reading.unreadable import UNKNOWN_CHARACTERS, UnreadableFileError, unclosed

CHARSETS: Final = {
    "utf-8": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "utf-16": "utf-16",
}
"""Charsets by their names, each with the codec that reads it; GB 18030 includes the two before it."""
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""Byte order marks, with their codecs."""
_DELIMITERS: Final = (",", ";", "\t")
_END: Final = "\x1a"
"""The character with which old programs end a text."""
_LOOKED_AT: Final = 100
"""Rows examined to detect the delimiter."""


def read_delimited(content: bytes, charset: str | None, title: str, collector: Collector) -> None:
    """Read a table in the charset, or in UTF-8 or GB 18030. Raises UnreadableFileError."""
    text = decoded(content, charset)
    # Of the whole process: never less than another reader of it was given.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    for number, row in enumerate(_rows(text, _delimiter(text)), 1):
        for column, raw in enumerate(row):
            collector.put(number, column, raw)
    collector.end(title)


def decoded(content: bytes, charset: str | None) -> str:
    """Return the whole text, without the mark of its end.

    Raises UnreadableFileError unless it is in the charset, or in a possible one.
    """
    marked = next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), None)
    declared = None if charset is None else CHARSETS[charset]
    if marked and declared and marked != declared:
        raise UnreadableFileError(UNKNOWN_CHARACTERS)
    for codec in [marked or declared] if marked or declared else ["utf-8", "gb18030"]:
        try:
            return content.decode(codec or "").removesuffix(_END)
        except UnicodeError:
            continue
    raise UnreadableFileError(UNKNOWN_CHARACTERS)


def _delimiter(text: str) -> str:
    """Return the delimiter of cells, with which most rows have the most of them."""

    def cells(delimiter: str) -> tuple[int, int]:
        read = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        widths = [len(row) for row in islice(filter(None, read), _LOOKED_AT)]
        return (median_high(widths), sum(width > 1 for width in widths)) if widths else (0, 0)

    return max(_DELIMITERS, key=cells)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise unclosed(reader.line_num) from error
