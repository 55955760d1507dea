"""A clerk's handwriting: days in eight spellings, full-width digits, stray blanks."""

from datetime import date
from random import Random
from typing import Final, TypeAlias

CellValue: TypeAlias = str | int | float | date | None
"""The content of a cell to write; None leaves it empty."""

FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")
SPELLINGS: Final = (
    "{0.year}年{0.month}月{0.day}日",
    "{0:%Y%m%d}",
    "{0.year}.{0.month}.{0.day}",
    "{0:%Y/%m/%d}",
    "{0:%Y-%m-%d}",
    "{0:%Y-%m-%d} ",
)


class Handwriting:
    """The handwriting of one clerk, the same for the same seed."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def day(self, day: date | None) -> CellValue:
        """Write a day: half of the time as a date, else as text in one of the spellings."""
        if day is None or self._once_in(2):
            return day
        if self._once_in(8):
            return f"{day:%Y-%m-%d}".translate(FULL_WIDTH)
        return self._random.choice(SPELLINGS).format(day)

    def sex(self, sex: str) -> CellValue:
        """Write a sex as a word, a letter or a code."""
        return self._random.choice(
            ("男", "男", "1", "M", "男 ") if sex == "1" else ("女", "女", "2", "F", "女 ")
        )

    def number(self, number: str) -> CellValue:
        """Write a number, sometimes with blanks around it."""
        return f" {number} " if self._once_in(12) else number

    def _once_in(self, times: int) -> bool:
        return self._random.randrange(times) == 0
