"""Fictional people: each with a separate name and a citizen id of a county that never existed."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from stdnum.cn.ric import calc_check_digit

REGION: Final = "371099"
"""A county code that GB/T 2260 never assigned: no number with it can be a person's."""
TOWNSHIP: Final = "371099001"
"""A township of that county, of children outside institutions."""
MALE, FEMALE = "1", "2"
SURNAMES: Final = tuple(
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜谢邹柏窦章苏潘葛范彭鲁韦马苗方俞任袁柳史唐薛"
)
GIVEN_NAMES: Final = {
    MALE: ("思远", "文博", "家乐", "子轩", "向阳", "天佑", "春生", "浩然", "立行", "望海", "小川", "晨光"),
    FEMALE: ("安琪", "雨桐", "若水", "冬梅", "海燕", "明月", "望舒", "一诺", "秋实", "小满", "清荷", "晓霞"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """A person who does not exist; `sex` is a code of GB/T 2261.1."""

    name: str
    sex: str
    born: date
    citizen_id: str


class People:
    """Makes people, no two of them with the same name or number."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)  # noqa: S311 - a guess of the next name gains nothing
        self._names = {
            sex: [surname + name for surname in SURNAMES for name in names]
            for sex, names in GIVEN_NAMES.items()
        }
        self._numbers = 0
        for names in self._names.values():
            self._random.shuffle(names)

    def person(self, born: date, sex: str | None = None) -> Person:
        """Make a person born that day."""
        sex = sex or self._random.choice((MALE, FEMALE))
        self._numbers += 1
        return Person(self._names[sex].pop(), sex, born, citizen_id(born, sex, self._numbers))


def citizen_id(born: date, sex: str, number: int, county: str = REGION) -> str:
    """Return a citizen id for a day of birth; `number` distinguishes people of the same day."""
    odd = int(sex) % 2
    digits = f"{county}{born:%Y%m%d}{(number % 500) * 2 + odd:03}"
    return digits + calc_check_digit(f"{digits}0")


def misspelled(citizen_id: str) -> str:
    """Return the same number with another check character, as after a slip of the pen."""
    return citizen_id[:17] + ("1" if citizen_id[17] == "0" else "0")
