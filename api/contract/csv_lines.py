"""Lines of CSV that a spreadsheet program opens as they are meant: RFC 4180, in UTF-8 with its mark.

A program would run a text that begins like a formula, and cut the digits of one that reads like a number.
Such a text gets an apostrophe before it, and so does one that begins with an apostrophe: whoever reads the
lines otherwise takes one away from a text that begins with it, and has lost nothing.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from api.clock import SHANGHAI

CSV: Final = "text/csv"
MARK: Final = b"\xef\xbb\xbf"
"""The mark of UTF-8, without which spreadsheet programs take the text for GB 18030."""

TableCell: TypeAlias = str | int | Decimal | date | datetime | None
"""What stands in a cell: a text, a number, a day, an instant, or nothing."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
_NUMERAL: Final = re.compile(r"[\d\s.,:/\\%+()eE年月日-]+")
"""What consists of this is taken for a number or a day, if there is a digit."""
_DIGIT: Final = re.compile(r"\d")
_QUOTED: Final = re.compile(r'[",\r\n]|^\s|\s$')


def csv_line(cells: Iterable[TableCell]) -> bytes:
    """Return one line with its end."""
    return (",".join(map(_written, cells)) + "\r\n").encode()


def local_time(instant: datetime) -> datetime:
    """Return an instant in the time of Beijing, without its zone, to the second."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None, microsecond=0)


def _written(cell: TableCell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{local_time(cell):%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.isoformat()
        case int() | Decimal():
            return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)
    numeral = _NUMERAL.fullmatch(cell) and _DIGIT.search(cell)
    text = f"'{cell}" if numeral or cell.startswith(_FORMULA) else cell
    quoted = text.replace('"', '""')
    return f'"{quoted}"' if _QUOTED.search(text) else text
