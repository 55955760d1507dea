"""The raw content of a cell, and its form as text."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self, TypeAlias

from api.folding import cleaned
from api.imports.faults import Fault


@dataclass(frozen=True, slots=True)
class Unusable:
    """A cell whose content cannot be used: its text, and its fault."""

    written: str
    fault: Fault


class Counted(float):
    """A number of a workbook that counts days from an unusual day 0, `since`."""

    __slots__ = ("since",)
    since: date

    def __new__(cls, number: float, since: date) -> Self:
        """Return the number with its day 0."""
        made = super().__new__(cls, number)
        made.since = since
        return made


Raw: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | Unusable
"""A cell as the workbook stores it; an empty one is the empty string."""

LOST_FROM: Final = 10**15
"""From this number on, a spreadsheet loses digits."""


def as_written(raw: Raw) -> str:
    """Return the cell as text: typed dates as ISO, whole numbers without a fraction, all else unchanged."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, Unusable):
        return raw.written
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time.min else raw.isoformat(" ")
    if isinstance(raw, date | time):
        return raw.isoformat()
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)


def is_blank(raw: Raw) -> bool:
    """Whether the cell is empty or blank."""
    return isinstance(raw, str) and not clean(raw)


def odd_digits(raw: Raw) -> bool:
    """Whether there are digits of another script, or raised, circled or fractional ones."""
    return isinstance(raw, str) and not raw.isascii() and any(map(_is_odd_digit, raw))


def _is_odd_digit(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category == "No" or (category == "Nd" and not unicodedata.normalize("NFKC", sign).isascii())


def clean(raw: Raw) -> str:
    """Return the text to store: without stray blanks and invisible marks, in usual width."""
    return cleaned(raw if isinstance(raw, str) else as_written(raw))
