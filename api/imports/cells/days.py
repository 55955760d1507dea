"""Parsing of handwritten days, into days or the reason why there are none.

A month or a year is the interval of its days. Nothing is guessed: an ambiguous text, a year of two digits, a
span of time, a day of another calendar, or a day with words beside it, is not parsed.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite
from typing import Final

from api.imports.cells.raw import Counted, Raw, clean, odd_digits
from api.imports.faults import Fault
from domain.when import SHANGHAI, Days, days_in_month

_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)
"""Excel's count of days, from 1954 to 2119."""
_MONTHS_IN_FIVE_DIGITS: Final = range(_SERIALS.start, 22_000)
"""Counts that may also be a month: `20197`."""
_FIRST_CELL: Final = date(1910, 1, 1)
"""A cell with a day format before this day is no day: `2019` shows as a day of 1905."""
_YEARS: Final = range(1900, 2200)
_SUMMER_TIME: Final = range(1900, 1992)
"""Years of which some had summer time in China, one hour ahead."""
_LAST_HALF_SECOND: Final = time(23, 59, 59, 500_000)
"""Spreadsheets show a later time as the next day."""

_CLOCK: Final = re.compile(
    r"[Tt ] ?(?P<hour>[01]?[0-9]|2[0-3])"
    r":(?P<minute>[0-5][0-9])(:(?P<second>[0-5][0-9])([.][0-9]+)?)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|[+-][01][0-9]:?[0-9]{2})?"
)
_WEEKDAY: Final = re.compile(r"\(?(?:星期|周|礼拜)(?P<day>[一二三四五六日天])\)?")
_WEEKDAYS: Final = "一二三四五六日"
_THIRDS: Final = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}

_HYPHENS: Final = str.maketrans(dict.fromkeys("‐−﹣", "-"))
_RUN_OF_NUMERALS: Final = re.compile("[〇零○◯⚪⭕⭘OoОоΟο0一二三四五六七八九十]+")
_CIRCLES: Final = str.maketrans(dict.fromkeys("零○◯⚪⭕⭘OoОоΟο0", "〇"))
_DIGITS: Final = str.maketrans("〇一二三四五六七八九", "0123456789")
_TENS: Final = re.compile("([一二三]?)十([一二三四五六七八九]?)")
_DAY_OF_FESTIVALS: Final = re.compile("月[一二三四五六七八九十]+")
"""`八月十五` without 日 is the form of days of the lunar calendar."""

_BETWEEN: Final = "[-./、。–— ]"
_DAY: Final = re.compile(
    rf"([0-9]{{4}})(?P<between>{_BETWEEN})([0-9]{{1,2}})(?P=between)([0-9]{{1,2}})[日号]?"
)
_SPELLED_DAY: Final = re.compile("([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})[日号]?")
_RUN: Final = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTH: Final = re.compile("([0-9]{4})[-./]([0-9]{1,2})月?")
_SPELLED_MONTH: Final = re.compile("([0-9]{4})年([0-9]{1,2})月份?")
_SHORT_RUN: Final = re.compile("([0-9]{2})([0-9]{2})([0-9]{2})")
_YEAR: Final = re.compile("([0-9]{4})年?")
_SHORT_YEAR: Final = re.compile(
    rf"[0-9]{{2}}(?:年|{_BETWEEN})[0-9]{{1,2}}(?:(?:月|{_BETWEEN})[0-9]{{1,2}})?[月日号]?"
)
_YEAR_LAST: Final = re.compile(rf"[0-9]{{1,2}}{_BETWEEN}[0-9]{{1,2}}{_BETWEEN}[0-9]{{2,4}}")
_DAY_OR_SPAN: Final = re.compile(rf"[0-9]{{4}}(?:年|{_BETWEEN})[0-9]{{1,2}}{_BETWEEN}[0-9]{{1,2}}[日号]?")
"""`2019.9-12`: September to December, or a day of September."""


def read_days(raw: Raw) -> Days | Fault:
    """Return the days meant, or the reason why they cannot be determined."""
    if isinstance(raw, datetime):
        return Fault.AMBIGUOUS_DATE if raw.time() >= _LAST_HALF_SECOND else _typed(raw.date())
    if isinstance(raw, date):
        return _typed(raw)
    if isinstance(raw, bool):
        return Fault.UNREADABLE_DATE
    if isinstance(raw, int | float):
        return _from_number(raw)
    return _from_text(raw) if isinstance(raw, str) else Fault.UNREADABLE_DATE


def _typed(day: date) -> Days | Fault:
    return Days.on(day) if day >= _FIRST_CELL and day.year in _YEARS else Fault.IMPOSSIBLE_DATE


def _from_number(number: float) -> Days | Fault:
    if not isfinite(number):
        return Fault.UNREADABLE_DATE
    whole = int(number)
    if whole in _SERIALS:
        late = timedelta(days=number - whole) >= timedelta(days=1, seconds=-0.5)
        zero = number.since if isinstance(number, Counted) else _SERIAL_ZERO
        return Fault.AMBIGUOUS_DATE if late else _counted(whole, zero)
    if whole in _YEARS and number != whole:
        if str(number) == f"{whole}.1":
            return Fault.AMBIGUOUS_DATE  # January, or an October without its zero
        return _from_text(str(number))
    return _from_text(str(whole)) if number == whole else Fault.UNREADABLE_DATE


def _counted(serial: int, zero: date = _SERIAL_ZERO) -> Days | Fault:
    """Return the day of a count, unless its digits may also be a month, or a day without a zero."""
    month = serial in _MONTHS_IN_FIVE_DIGITS and serial % 10
    years, rest = divmod(serial, 10_000)
    short = not isinstance(_day(2000 + years, *divmod(rest, 100)), Fault)
    return Fault.AMBIGUOUS_DATE if month or short else Days.on(zero + timedelta(days=serial))


@lru_cache(maxsize=20_000)
def _from_text(text: str) -> Days | Fault:
    if odd_digits(text):
        return Fault.UNREADABLE_DATE
    plain = unicodedata.normalize("NFKC", clean(text)).translate(_HYPHENS)
    if match := _ending(_CLOCK, plain):
        return _on_the_clock(_from_text(plain[: match.start()]), match)
    if match := _ending(_WEEKDAY, plain):
        return _on_the_weekday(_from_text(plain[: match.start()]), match["day"])
    return _from_plain(plain)


def _ending(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the match with which a text ends, from its first possible place on."""
    return next((match for match in pattern.finditer(text) if match.end() == len(text)), None)


def _on_the_clock(days: Days | Fault, clock: re.Match[str]) -> Days | Fault:
    """Return the day in China of a day with a time; with a time zone, it may be the next one."""
    if isinstance(days, Fault) or not days.exact:
        return Fault.UNREADABLE_DATE
    zone = clock["zone"]
    if zone is None:
        return days
    instant = datetime.combine(
        days.last, time(int(clock["hour"]), int(clock["minute"]), int(clock["second"] or 0))
    )
    ahead = timedelta(0)
    if zone[0] in "+-":
        ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        ahead = -ahead if zone[0] == "-" else ahead
    here = instant - ahead + (SHANGHAI.utcoffset(None) or timedelta(0))
    summer = here + timedelta(hours=1)
    if here.year in _SUMMER_TIME and summer.date() != here.date():
        return Fault.AMBIGUOUS_DATE
    return _day(here.year, here.month, here.day)


def _on_the_weekday(days: Days | Fault, weekday: str) -> Days | Fault:
    """Return a day with a weekday, if both agree."""
    if isinstance(days, Fault) or not days.exact:
        return Fault.UNREADABLE_DATE
    named = _WEEKDAYS.index(weekday.replace("天", "日"))
    return days if days.last.weekday() == named else Fault.AMBIGUOUS_DATE


def _from_plain(plain: str) -> Days | Fault:
    """Return a day, a month, a third of one or a year, without a time."""
    third = next((span for word, span in _THIRDS.items() if plain.endswith(word)), None)
    plain = plain if third is None else plain[:-2]
    if _ending(_DAY_OF_FESTIVALS, plain):
        return Fault.AMBIGUOUS_DATE
    spelled = re.sub(" ?([^0-9 ]) ?", r"\1", _RUN_OF_NUMERALS.sub(_numeral, plain))
    if match := _SPELLED_MONTH.fullmatch(spelled) or _MONTH.fullmatch(spelled):
        return _month(int(match[1]), int(match[2]), third)
    if third is not None:
        return Fault.UNREADABLE_DATE
    if match := _DAY.fullmatch(spelled):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _SPELLED_DAY.fullmatch(spelled) or _RUN.fullmatch(spelled):
        return _day(*map(int, match.groups()))
    return _vague(spelled)


def _vague(spelled: str) -> Days | Fault:
    """Return the days of a text that is neither a whole day nor a month with a separator."""
    if match := _SHORT_RUN.fullmatch(spelled):
        return _six_digits(*match.groups())
    if match := _YEAR.fullmatch(spelled):
        year = int(match[1])
        return Days(date(year, 1, 1), date(year, 12, 31)) if year in _YEARS else Fault.IMPOSSIBLE_DATE
    if spelled.isdecimal() and len(spelled) == len(str(_SERIALS.start)) and int(spelled) in _SERIALS:
        return _counted(int(spelled))
    if _SHORT_YEAR.fullmatch(spelled):
        return Fault.TWO_DIGIT_YEAR
    several = _YEAR_LAST.fullmatch(spelled) or _DAY_OR_SPAN.fullmatch(spelled)
    return Fault.AMBIGUOUS_DATE if several else Fault.UNREADABLE_DATE


def _six_digits(first: str, second: str, third: str) -> Days | Fault:
    """`201907` is a month; `190708` is a day of a year with two digits; `200107` may be either."""
    month = _month(int(first + second), int(third), None)
    short = not isinstance(_day(2000 + int(first), int(second), int(third)), Fault)
    if isinstance(month, Fault):
        return Fault.TWO_DIGIT_YEAR if short else Fault.UNREADABLE_DATE
    return Fault.AMBIGUOUS_DATE if short else month


def _day(year: int, month: int, day: int) -> Days | Fault:
    if year not in _YEARS or month not in range(1, 13) or not 1 <= day <= days_in_month(year, month):
        return Fault.IMPOSSIBLE_DATE
    return Days.on(date(year, month, day))


def _month(year: int, month: int, third: tuple[int, int] | None) -> Days | Fault:
    if year not in _YEARS or month not in range(1, 13):
        return Fault.IMPOSSIBLE_DATE
    length = days_in_month(year, month)
    first, last = third or (1, length)
    return Days(date(year, month, first), date(year, month, min(last, length)))


def _numeral(run: re.Match[str]) -> str:
    """Return Chinese numerals as digits, 二〇一九 as 2019 and 二十八 as 28; any other text unchanged."""
    written = run[0].translate(_CIRCLES)
    if not set(written) - {"〇"}:
        return run[0]
    if tens := _TENS.fullmatch(written):
        return (tens[1].translate(_DIGITS) or "1") + (tens[2].translate(_DIGITS) or "0")
    return written.translate(_DIGITS)
