"""Days as people write them, read as days or as why they are none.

A month or a year is the interval of its days. Nothing is guessed: a year of two digits, or a day that
could be meant in two ways, is not read.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from api.imports.cells import Raw, clean
from api.imports.faults import Fault
from domain.when import Days, days_in_month

_SERIAL_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)
"""Excel's count of days, from 1954 to 2119."""
_YEARS: Final = range(1900, 2200)
_MONTHS: Final = range(1, 13)
_CLOCK: Final = re.compile(r"[T ]\d{1,2}[:：]\d{2}([:：]\d{2}([.]\d+)?)?(Z|[+]\d{2}:\d{2})?$")
_WEEKDAY: Final = re.compile(r"[(]?(星期|周)[一二三四五六日天][)]?$")
_SEPARATORS: Final = str.maketrans({**dict.fromkeys("年月./-－−–—‐、。", "-"), **dict.fromkeys("日号", None)})
_DIGITS: Final = str.maketrans("〇零一二三四五六七八九", "00123456789")
_THIRDS: Final = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}
_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_RUN: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH: Final = re.compile(r"(\d{4})-(\d{1,2})-?")
_SHORT_RUN: Final = re.compile(r"(\d{2})(\d{2})(\d{2})")
_YEAR: Final = re.compile(r"(\d{4})-?")
_SHORT_YEAR: Final = re.compile(r"\d{2}-\d{1,2}(-\d{1,2})?-?")
_YEAR_LAST: Final = re.compile(r"\d{1,2}-\d{1,2}-\d{2,4}")


def read_days(raw: Raw) -> Days | Fault:
    """The days meant, or why none can be told."""
    if isinstance(raw, datetime):
        return Days.on(raw.date())
    if isinstance(raw, date):
        return Days.on(raw)
    if isinstance(raw, bool):
        return Fault.UNREADABLE_DATE
    if isinstance(raw, int | float):
        return _from_number(raw)
    return _from_text(raw) if isinstance(raw, str) else Fault.UNREADABLE_DATE


def _from_number(number: float) -> Days | Fault:
    whole = int(number)
    if whole in _SERIALS:
        return Days.on(_SERIAL_ZERO + timedelta(days=whole))
    if whole in _YEARS and number != whole:
        if str(number) == f"{whole}.1":
            return Fault.AMBIGUOUS_DATE  # January, or an October whose nought was dropped
        return _from_text(str(number))
    return _from_text(str(whole)) if number == whole else Fault.UNREADABLE_DATE


@lru_cache(maxsize=20_000)
def _from_text(text: str) -> Days | Fault:
    plain = unicodedata.normalize("NFKC", clean(text))
    plain = _WEEKDAY.sub("", _CLOCK.sub("", plain)).replace(" ", "")
    third = next((span for word, span in _THIRDS.items() if plain.endswith(word)), None)
    if third is not None:
        plain = plain[:-2]
    spelled = _numerals(plain).translate(_SEPARATORS)
    if match := _DAY.fullmatch(spelled) or _RUN.fullmatch(spelled):
        year, month, day = map(int, match.groups())
        return _day(year, month, day) if third is None else Fault.UNREADABLE_DATE
    if match := _MONTH.fullmatch(spelled):
        return _month(int(match[1]), int(match[2]), third)
    if third is not None:
        return Fault.UNREADABLE_DATE
    return _vague(spelled)


def _vague(spelled: str) -> Days | Fault:
    """What is neither a whole day nor a month with a separator."""
    if match := _SHORT_RUN.fullmatch(spelled):
        return _six_digits(*match.groups())
    if match := _YEAR.fullmatch(spelled):
        year = int(match[1])
        return Days(date(year, 1, 1), date(year, 12, 31)) if year in _YEARS else Fault.IMPOSSIBLE_DATE
    if spelled.isdecimal() and int(spelled) in _SERIALS:
        return Days.on(_SERIAL_ZERO + timedelta(days=int(spelled)))
    if _SHORT_YEAR.fullmatch(spelled):
        return Fault.TWO_DIGIT_YEAR
    return Fault.AMBIGUOUS_DATE if _YEAR_LAST.fullmatch(spelled) else Fault.UNREADABLE_DATE


def _six_digits(first: str, second: str, third: str) -> Days | Fault:
    """`201907` is a month; `190708` is a day of a year with two digits; `200107` may be either."""
    month = _month(int(first + second), int(third), None)
    short = not isinstance(_day(2000 + int(first), int(second), int(third)), Fault)
    if isinstance(month, Fault):
        return Fault.TWO_DIGIT_YEAR if short else Fault.UNREADABLE_DATE
    return Fault.AMBIGUOUS_DATE if short else month


def _day(year: int, month: int, day: int) -> Days | Fault:
    if year not in _YEARS or month not in _MONTHS or not 1 <= day <= days_in_month(year, month):
        return Fault.IMPOSSIBLE_DATE
    return Days.on(date(year, month, day))


def _month(year: int, month: int, third: tuple[int, int] | None) -> Days | Fault:
    if year not in _YEARS or month not in _MONTHS:
        return Fault.IMPOSSIBLE_DATE
    length = days_in_month(year, month)
    first, last = third or (1, length)
    return Days(date(year, month, first), date(year, month, min(last, length)))


def _numerals(text: str) -> str:
    """Chinese numerals as digits: 二〇一九年七月二十八日 as 2019年7月28日."""
    return re.sub("[〇零一二三四五六七八九十]+", lambda match: _numeral(match[0]), text)


def _numeral(written: str) -> str:
    if "十" not in written:
        return written.translate(_DIGITS)
    tens, _, units = written.partition("十")
    return (tens.translate(_DIGITS) or "1") + (units.translate(_DIGITS) or "0")
