"""Parsing of handwritten months, one or several in a row, into months or the reason why there are none.

A day is no month, except the first one as a typed day, which is how spreadsheets keep `2024年3月`.
"""

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from api.imports.cells.days import read_days
from api.imports.cells.marks import mark
from api.imports.cells.raw import Raw, clean, odd_digits
from api.imports.cells.values import Read, Reader
from api.imports.faults import Fault
from domain.when import Days, days_in_month

_SPAN: Final = re.compile(
    r"(?P<year>[0-9]{4})[年./](?P<first>[0-9]{1,2})月?份?(?:[-~至到]|[—–]+)"
    r"(?:(?P<until>[0-9]{4})[年./])?(?P<last>[0-9]{1,2})(?P<months>月份?)?"
)
_QUARTER: Final = re.compile("(?P<year>[0-9]{4})年?第?(?P<quarter>[一二三四1234])季度")
_QUARTERS: Final = "一二三四"
_MONTHS_OF_QUARTER: Final = 3


class Months(NamedTuple):
    """The months from the first to the last, each as `2024-03`."""

    first: str
    last: str


def months() -> Reader:
    """Return a reader of one month or several in a row: `2024年3月`, `2024年1-3月`, `2024年第一季度`."""

    def read(raw: Raw) -> Read:
        marked = mark(raw)
        return _months(raw) if marked is None else marked

    return read


def month() -> Reader:
    """Return a reader of one month."""
    several = months()

    def read(raw: Raw) -> Read:
        value = several(raw)
        if not isinstance(value, Months):
            return value
        return value.first if value.first == value.last else Fault.NO_SINGLE_MONTH

    return read


def _months(raw: Raw) -> Months | Fault:
    if isinstance(raw, str) and not odd_digits(raw):
        plain = "".join(unicodedata.normalize("NFKC", clean(raw)).split())
        if match := _SPAN.fullmatch(plain):
            return _span(match)
        if match := _QUARTER.fullmatch(plain):
            return _quarter(match)
    days = read_days(raw)
    return days if isinstance(days, Fault) else _whole_months(days, typed=isinstance(raw, date))


def _span(match: re.Match[str]) -> Months | Fault:
    """`2024.1-3` without 月 may be a day; `2024.1-2024.3` may not."""
    if match["until"] is None and match["months"] is None:
        return Fault.AMBIGUOUS_DATE
    return _between(
        int(match["year"]), int(match["first"]), int(match["until"] or match["year"]), int(match["last"])
    )


def _quarter(match: re.Match[str]) -> Months | Fault:
    written = match["quarter"]
    number = _QUARTERS.index(written) + 1 if written in _QUARTERS else int(written)
    year, last = int(match["year"]), number * _MONTHS_OF_QUARTER
    return _between(year, last - _MONTHS_OF_QUARTER + 1, year, last)


def _between(year: int, first: int, until: int, last: int) -> Months | Fault:
    """Return the months between two, if there are such months and the first is not after the last."""
    one, other = read_days(f"{year}年{first}月"), read_days(f"{until}年{last}月")
    if isinstance(one, Fault) or isinstance(other, Fault) or one.earliest > other.earliest:
        return Fault.IMPOSSIBLE_DATE
    return Months(f"{one.earliest:%Y-%m}", f"{other.earliest:%Y-%m}")


def _whole_months(days: Days, *, typed: bool) -> Months | Fault:
    """Return the months that these days are, if they are whole months."""
    first, last = days.earliest, days.last
    if first.day == 1 and ((typed and days.exact) or last.day == days_in_month(last.year, last.month)):
        return Months(f"{first:%Y-%m}", f"{last:%Y-%m}")
    return Fault.NO_SINGLE_MONTH
