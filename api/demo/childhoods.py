"""Childhoods in the form of a roster: arrival, care and departure of each child."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final, TypeAlias

from api.demo.people import People, Person
from domain.when import add, birthday

Fate: TypeAlias = tuple[date, date | None, str | None]
"""A day of birth, and the day and the reason of leaving, None for a child in care."""
PREFIX: Final = "XH"
"""The prefix of file numbers."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A way of arrival: the category in a register's words, and its further values."""

    category: str
    guardianship: str
    sender: str
    birth_bases: tuple[str, ...]
    found_places: tuple[str, ...] = ()


FOUND: Final = Coming(
    "A1 查找不到父母",
    "长期监护",
    "环山路派出所",
    ("推定", "骨龄鉴定"),
    ("汽车站候车厅", "福利院门口", "市立医院产科"),
)
ORPHANED: Final = Coming("A2 父母死亡", "长期监护", "望海区民政局", ("户口簿", "出生证明"))
COMINGS: Final = (
    FOUND,
    FOUND,
    FOUND,
    ORPHANED,
    Coming("A3 父母丧失监护能力", "长期监护", "未成年人救助保护中心", ("户口簿",)),
    Coming("A4 法院指定", "长期监护", "望海区人民法院", ("户口簿", "出生证明")),
    Coming("B1 临时监护-打拐解救", "临时监护", "沧口派出所", ("推定", "骨龄鉴定")),
    Coming("B2 临时监护", "临时监护", "未成年人救助保护中心", ("户口簿",)),
)
DISABILITIES: Final = (None, None, "智力", "肢体", "听力", "多重", "言语", "视力")
GRADES: Final = ("一级", "二级", "三级", "四级")
CARE_MODES: Final = ("机构养育", "机构养育", "类家庭养育", "家庭寄养")
ETHNIC_GROUPS: Final = ("汉族", "汉族", "汉", "汉族", "回族", "满族")

ADOPTED, PLACED, SUPPORTED, RETURNED, DIED = "省内收养", "独立生活", "特困供养安置", "找回生父母", "死亡"

TURNING: Final = (
    (18, 20), (18, 75), (18, 150), (18, 240), (18, -9), (18, -40), (18, -200),
    (17, -30), (16, 15), (16, -60), (16, -130), (8, 5), (6, 30), (6, -25),
)  # fmt: skip
"""Children in care today: the age in years that each completes, and in how many days; negative: days ago."""
GROWING: Final = 58
"""Further children in care, of every age."""
LEFT: Final = (*[ADOPTED] * 14, *[PLACED] * 12, *[SUPPORTED] * 7, *[RETURNED] * 5, *[DIED] * 4)
"""Reasons of leaving of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Childhood:
    """One child of the roster.

    `registered` is the day of its household registration. `known_until` is the last day in care that the
    register of `issued_on` covers.
    """

    file_no: str
    person: Person
    coming: Coming
    birth_basis: str
    ethnic_group: str
    received: date
    admitted: date
    registered: date | None
    care: str
    disability: str | None
    grade: str | None
    left: date | None
    why: str | None
    known_until: date
    issued_on: date
    random: Random

    def aged(self, years: float) -> date:
        """Return the day on which the child completes that many years."""
        return birthday(self.person.born, years)

    def soon(self, day: date, least: int, most: int) -> date:
        """Return a day within that many days after another."""
        return day + timedelta(days=self.random.randint(least, most))


def childhoods(seed: int, issued_on: date, today: date) -> list[Childhood]:
    """Make up the children on the roster of a register issued that day, in the order of their numbers."""
    random, people = Random(seed), People(f"register {seed}")  # noqa: S311 - nothing here is a secret
    fates: list[Fate] = [(born, None, None) for born in _births(today, issued_on, random)]
    fates += [_departed(why, issued_on, random) for why in LEFT]
    random.shuffle(fates)
    return [
        _childhood(f"{PREFIX}{number:04}", people.person(born), left, why, issued_on, seed)
        for number, (born, left, why) in enumerate(fates, 1)
    ]


def _births(today: date, issued_on: date, random: Random) -> Iterator[date]:
    for years, days in TURNING:
        yield add(today + timedelta(days=days), months=-12 * years)
    youngest, oldest = issued_on - timedelta(days=120), add(issued_on, months=-12 * 17)
    step = (youngest - oldest) / GROWING
    for number in range(GROWING):
        yield youngest - step * number - timedelta(days=random.randint(0, 60))


def _departed(why: str, issued_on: date, random: Random) -> Fate:
    left = issued_on - timedelta(days=random.randint(30, 365 * 6))
    grown = why in {PLACED, SUPPORTED}
    age = random.randint(18 * 365 + 200, 21 * 365) if grown else random.randint(2 * 365, 12 * 365)
    return left - timedelta(days=age), left, why


def _childhood(
    file_no: str, person: Person, left: date | None, why: str | None, issued_on: date, seed: int
) -> Childhood:
    random = Random(f"{seed} {file_no}")  # noqa: S311 - nothing here is a secret
    coming = FOUND if why == ADOPTED and random.randrange(3) else random.choice(COMINGS)
    if why == ADOPTED and coming not in {FOUND, ORPHANED}:
        coming = ORPHANED
    until = left or issued_on
    latest = (
        min(until - timedelta(days=320), birthday(person.born, 14)) if left else until - timedelta(days=8)
    )
    span = max((latest - person.born).days, 4)
    received = person.born + timedelta(
        days=random.randint(3, span if random.randrange(3) else min(span, 400))
    )
    admitted = received + timedelta(days=random.randint(61, 100) if coming is FOUND else random.randint(0, 7))
    registered = received + timedelta(days=random.randint(90, 300))
    disability = random.choice(DISABILITIES)
    return Childhood(
        file_no=file_no,
        person=person,
        coming=coming,
        birth_basis=random.choice(coming.birth_bases),
        ethnic_group=random.choice(ETHNIC_GROUPS),
        received=received,
        admitted=min(admitted, until),
        registered=registered if registered <= until else None,
        care=random.choice(CARE_MODES),
        disability=disability,
        grade=random.choice(GRADES) if disability else None,
        left=left,
        why=why,
        known_until=until,
        issued_on=issued_on,
        random=random,
    )
