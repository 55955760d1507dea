"""By whose region a number counts."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event
from domain.events.adoption.assessment import RegistrarNoticePublished
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.household import HouseholdRegistered, HouseholdTransferred
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.rulebook import Rulebook
from tests.support.given import given, some

HERE, THERE, INLAND = "371099", "310104", "340102"
DAY = date(2024, 6, 1)


def rulebook(whose: str, *, rule: str = "D11") -> Rulebook:
    """A rulebook in which one rule has a number for the nation and one for each of three provinces."""
    numbers = {"000000": 3, "370000": 4, "310000": 5, "340000": 6}
    packs = "".join(
        f"""[[rule.pack]]
region = "{region}"
value = {value}
unit = "months"
source = "示例"
verified = true
"""
        for region, value in numbers.items()
    )
    text = f"""[[rule]]
id = "{rule}"
strength = "due"
zh = "示例"
en = "example"
source = "示例"
verified = true
region = "{whose}"
{packs}"""
    return Rulebook({"example.toml": text}, Rulebook.shipped())


FOUND = some(ChildReceived, found_region=INLAND)
SETTLED = some(HouseholdRegistered, household_class="1", region=THERE)
NOTICE = some(RegistrarNoticePublished, registrar_region=THERE)


@pytest.mark.parametrize(
    ("whose", "event", "months"),
    [
        ("institution", None, 4),
        ("household", SETTLED, 5),
        ("household", some(HouseholdTransferred, to_region=INLAND), 6),
        ("registrar", NOTICE, 5),
        ("registrar", some(AdoptionRegistered, registrar_region=INLAND), 6),
        ("origin", FOUND, 6),
    ],
)
def test_a_number_counts_by_the_region_that_its_rule_names(
    whose: str, event: Event | None, months: int
) -> None:
    before: tuple[Any, ...] = () if event is None else ((DAY, event),)
    child = given(("2024-01-01", some(IdentityRecorded)), *before, rulebook=rulebook(whose))
    child.and_(DAY, some(RegistrarNoticePublished)) if event is None else None
    number = child.on(DAY).number("D11", of=child.last)
    assert number is not None
    assert (number.value, number.verified, number.source) == (months, True, "示例")


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("institution", "机构所在地区"),
        ("household", "户籍地区"),
        ("registrar", "收养登记机关所在地区"),
        ("origin", "儿童来源地区"),
    ],
)
def test_while_the_region_is_unknown_the_nations_number_counts_and_says_so(whose: str, said: str) -> None:
    events = (some(ChildReceived), some(RegistrarNoticePublished), some(HouseholdRegistered))
    child = given(*((DAY, event, {"region": None}) for event in events), rulebook=rulebook(whose))
    number = child.on(DAY).number("D11", of=child.last)
    assert number is not None
    assert (number.region, number.value, number.verified) == ("000000", 3, False)
    assert number.source == f"示例（{said}未知，暂按此数）"


def test_a_number_that_no_region_has_otherwise_stays_verified_where_the_region_is_unknown() -> None:
    number = Rulebook.shipped()["D07"].number(None, DAY)
    assert number is not None
    assert number.verified


def test_the_region_is_that_of_the_day_on_which_the_case_began() -> None:
    moved = some(HouseholdTransferred, to_region=INLAND)
    child = given(
        ("2008-06-01", some(IdentityRecorded, birth_on=date(2008, 6, 1))),
        ("2020-01-01", some(ChildReceived)),
        ("2023-01-01", SETTLED),
        ("2024-06-02", moved),
        rulebook=rulebook("household"),
    )
    clock = child.clock("D11")
    assert clock.number is not None
    assert (clock.number.value, clock.due.last) == (5, date(2024, 11, 1))
    assert child.and_("2024-06-01", moved).clock("D11").due.last == date(2024, 12, 1)
