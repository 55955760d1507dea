"""What a citizen id (GB 11643-1999) says of its holder, and whether a number can be one at all.

Eighteen characters: a county (GB/T 2260), a date of birth, three digits of which the last is odd for
males and even for females, and a check character over the rest (ISO 7064 MOD 11-2).
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from stdnum.cn.ric import calc_check_digit

from domain.label import Label

SHAPE: Final = re.compile(r"(?P<county>[1-9][0-9]{5})(?P<born>[0-9]{8})[0-9]{2}(?P<sex>[0-9])[0-9Xx]")


@dataclass(frozen=True, slots=True)
class CitizenId:
    """What a number that can be a citizen id says: where it was given, the date of birth and the sex.

    `sex` is a code of GB/T 2261.1: 1 male, 2 female.
    """

    county: str
    born: date
    sex: str


def read(number: str) -> CitizenId | None:
    """Return what the number says; None if its shape, date or check character rules out a citizen id."""
    match = SHAPE.fullmatch(number)
    if match is None or flaw(number) is not None:
        return None
    return CitizenId(
        match["county"], date.fromisoformat(match["born"]), "1" if int(match["sex"]) % 2 else "2"
    )


def flaw(number: str) -> Label | None:
    """Return what rules out a citizen id, without the number itself; None if it can be one."""
    match = SHAPE.fullmatch(number)
    if match is None:
        return Label("位数或者字符不符", "wrong length or characters")
    try:
        date.fromisoformat(match["born"])
    except ValueError:
        return Label("出生日期不存在", "no such date of birth")
    if number[17].upper() != calc_check_digit(number):
        return Label("校验码不符", "wrong check character")
    return None


def written(number: str) -> str:
    """Return the number in the form of a citizen id: a small x at its end becomes a capital X."""
    return number.upper() if SHAPE.fullmatch(number) else number
