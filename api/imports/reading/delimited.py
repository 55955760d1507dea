"""Tables as text: CSV as spreadsheet programs write it in China, and its like with semicolons or tabs."""

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
"""Sets of characters by their names, each with the codec that reads it; GB 18030 holds the two before it."""
_MARKS: Final = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""How a text begins that says itself what its characters are."""
_DELIMITERS: Final = (",", ";", "\t")
_END: Final = "\x1a"
"""How old programs end a text."""
_LOOKED_AT: Final = 100
"""Rows by which delimiters are told apart."""


def read_delimited(content: bytes, charset: str | None, title: str, collector: Collector) -> None:
    """Read a table whose characters are of a set, or of UTF-8 or GB 18030. Raises UnreadableFileError."""
    text = decoded(content, charset)
    csv.field_size_limit(len(text) + 1)
    for number, row in enumerate(_rows(text, _delimiter(text)), 1):
        for column, raw in enumerate(row):
            collector.put(number, column, raw)
    collector.end(title)


def decoded(content: bytes, charset: str | None) -> str:
    """The text, every byte of it but the mark of its end.

    Raises UnreadableFileError unless it is of the set, or of one it may be of.
    """
    marked = next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), None)
    told = None if charset is None else CHARSETS[charset]
    if marked and told and marked != told:
        raise UnreadableFileError(UNKNOWN_CHARACTERS)
    for codec in [marked or told] if marked or told else ["utf-8", "gb18030"]:
        try:
            return content.decode(codec or "").removesuffix(_END)
        except UnicodeError:
            continue
    raise UnreadableFileError(UNKNOWN_CHARACTERS)


def _delimiter(text: str) -> str:
    """What separates cells: with it, most rows have the most of them."""

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
