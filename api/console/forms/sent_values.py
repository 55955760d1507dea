"""What somebody writes into a form, as the value of the API: forgiving of how, and guessing nothing."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import Final

from api.imports.cells.days import read_days
from api.imports.cells.months import month
from api.imports.faults import Fault
from domain.codes import CodeTable, tables
from domain.label import Label
from domain.when import SHANGHAI, Days

NO_NUMBER: Final = Label("不是数值；只写阿拉伯数字", "Not a number: write digits alone")
NO_WHOLE_NUMBER: Final = Label("不是整数", "Not a whole number")
NO_INSTANT: Final = Label(
    "写明日期和时刻，如 2026-11-20 08:15（北京时间）",
    "Write the day and the time, such as 2026-11-20 08:15 (Beijing time)",
)
_FOUR_DIGITS: Final = Label(
    "：写四位年份，如 2026-11-20", ": write the year in four digits, such as 2026-11-20"
)
_ONE_DAY: Final = Label("：如 2026-11-20", ": such as 2026-11-20")
_SPAN: Final = re.compile("(?P<first>.+?)(?:至|到|~|[—–]+)(?P<last>.+)")
_BY: Final = re.compile("(?P<last>.+?)(?:以前|之前|或者?更早)")
_BY_IN_ENGLISH: Final = re.compile("(?:by|before or on|until) (?P<last>.+)", re.IGNORECASE)
_SPAN_IN_ENGLISH: Final = re.compile("(?P<first>.+?) (?:to|until) (?P<last>.+)", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?P<day>.+?)[T ]?\s*(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,6}))?)?|[时点](?:(?P<minutes>[0-9]{1,2})分)?)"
)
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_NUMERAL: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MICROSECONDS: Final = 6
_MOST_LIKE: Final = 3
_ALIKE: Final = 0.5
_MOST_COMPARED: Final = 1000
"""Labels of a table up to which all are compared with what was written."""
_read_month: Final = month()


_REVERSED: Final = Label("起讫日期颠倒：先写开始的日期", "The days are reversed: write the first one first")


def days_written(text: str) -> Days | Label:
    """Return the days that somebody wrote, or what to write instead.

    Besides what registers have, `…以前` has no beginning, and `…至…` begins and ends.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if match := _BY.fullmatch(plain) or _BY_IN_ENGLISH.fullmatch(plain):
        last = _days(match["last"])
        return last if isinstance(last, Label) else Days(None, last.last)
    found = read_days(plain)
    if isinstance(found, Days):
        return found
    if match := _SPAN.fullmatch(plain) or _SPAN_IN_ENGLISH.fullmatch(plain):
        first, last = _days(match["first"]), _days(match["last"])
        if isinstance(first, Label) or isinstance(last, Label):
            return first if isinstance(first, Label) else last
        return Days(first.earliest, last.last) if first.earliest <= last.last else _REVERSED
    return _told(found)


def _days(text: str) -> Days | Label:
    found = read_days(text.strip())
    return found if isinstance(found, Days) else _told(found)


def day_written(text: str) -> date | Label:
    """Return the one day that somebody wrote, or what to write instead."""
    found = _days(unicodedata.normalize("NFKC", text))
    if isinstance(found, Label):
        return found
    return found.last if found.exact else _told(Fault.NO_SINGLE_DAY)


def _told(fault: Fault) -> Label:
    how = _FOUR_DIGITS if fault in {Fault.TWO_DIGIT_YEAR, Fault.AMBIGUOUS_DATE} else _ONE_DAY
    return Label(fault.value.zh + how.zh, fault.value.en + how.en)


def month_written(text: str) -> str | Label:
    """Return the month that somebody wrote as in 2024-03, or what to write instead."""
    found = _read_month(text)
    if isinstance(found, str):
        return found
    fault = found if isinstance(found, Fault) else Fault.NO_SINGLE_MONTH
    return Label(f"{fault.value.zh}：如 2024-03", f"{fault.value.en}: such as 2024-03")


def instant_written(text: str) -> datetime | Label:
    """Return the instant of a day and a time in Beijing that somebody wrote, or what to write instead."""
    match = _TIME.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return NO_INSTANT
    day = day_written(match["day"])
    if isinstance(day, Label):
        return day
    try:
        at = time(
            int(match["hour"]),
            int(match["minute"] or match["minutes"] or 0),
            int(match["second"] or 0),
            int((match["fraction"] or "").ljust(_MICROSECONDS, "0")),
        )
    except ValueError:
        return NO_INSTANT
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def number_written(text: str, *, whole: bool) -> Decimal | Label:
    """Return the number that somebody wrote, or what to write instead: no digit is guessed."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMERAL.fullmatch(plain):
        return NO_NUMBER
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return NO_NUMBER
    if whole and number != number.to_integral_value():
        return NO_WHOLE_NUMBER
    return number


def code_written(table: str, text: str) -> str | Label:
    """Return the code that somebody wrote as such or by its label, or what is near it.

    Of a table that is not complete, what is no label is kept as it is: whether it counts, the rules say.
    """
    known = tables()[table]
    if text in known.codes:
        return text
    named = _named(table).get(text, ())
    if len(named) == 1:
        return named[0]
    if named:
        return Label(
            f"有 {len(named)} 个代码是这个名称：写代码，如 {'、'.join(named)}",
            f"Codes of this name: {', '.join(named)}; write one of them",
        )
    if not known.complete and text.isascii() and text.isdigit():
        return text
    near = [*islice(_near(known, text), _MOST_LIKE)]
    return Label(
        f"不在代码表中{''.join(f'；是否为 {each}？' for each in near)}",
        f"Not in the code table{''.join(f'; did you mean {each}?' for each in near)}",
    )


@cache
def _named(table: str) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {}
    for code, label in tables()[table].codes.items():
        for name in {label.zh, label.en}:
            named[name] = (*named.get(name, ()), code)
    return named


def code_as_written(table: str, code: str, *, english: bool) -> str:
    """Return how a code stands in a field in which one is typed: by its label, where only it has that."""
    label = tables()[table].codes.get(code)
    if label is None:
        return code
    name = label.en if english else label.zh
    return name if _named(table)[name] == (code,) else code


def _near(table: CodeTable, text: str) -> Iterator[str]:
    """Yield labels like what was written: those that have it, and those that are spelled much like it."""
    if not text:
        return
    names = _named(table.name)
    yield from (name for name in names if text in name)
    if len(names) <= _MOST_COMPARED:
        yield from get_close_matches(text, names, _MOST_LIKE, _ALIKE)
