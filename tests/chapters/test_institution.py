"""An institution's own stream, and the rulebook by which it is judged."""

from datetime import date

import pytest

from domain.event import Unknown
from domain.events.institution.particulars import (
    OPENED,
    REGION,
    RULEBOOK,
    USCC,
    InstitutionChanged,
    InstitutionOpened,
    RulebookAdopted,
)
from domain.rulebook import Rulebook, digest_of
from tests.support.given import given, some

FIRST = {
    "wards.toml": """
[[rule]]
id = "W1"
title = {zh = "须有材料", en = "Papers"}
strength = "forbidden"
zh = "须有材料。"
en = "Papers are needed."
source = "本系统规则"
verified = true
[[rule.papers]]
cases = ["found"]
until = 2024-12-31
kinds = ["photo"]
source = "本系统规则"
verified = true
[[rule.papers]]
cases = ["found", "lost"]
from = 2025-01-01
kinds = ["photo", "judgment"]
source = "本系统规则"
verified = true
[[rule.papers]]
cases = ["found"]
region = "370000"
kinds = ["receipt"]
source = "本省规程"
verified = false
"""
}
SECOND = {"wards.toml": FIRST["wards.toml"].replace("W1", "W2")}


def adopted(content: dict[str, str]) -> RulebookAdopted:
    return some(RulebookAdopted, digest=digest_of(content), content=content)


def test_an_institution_has_a_name_from_the_day_it_was_opened() -> None:
    house = given(("2024-01-01", some(InstitutionOpened, name="望海市儿童福利院", region="371099")))
    assert house.now(OPENED, "2024-01-01") == "望海市儿童福利院"
    assert house.now(OPENED, "2023-12-31") is None


def test_what_changes_of_an_institution_holds_from_its_day_on_and_the_rest_stays() -> None:
    house = given(
        ("2024-01-01", some(InstitutionOpened, name="望海市儿童福利院", region=Unknown("not_known"))),
        ("2024-06-01", InstitutionChanged(region="371099")),
        ("2024-09-01", InstitutionChanged(name="望海区儿童福利院", uscc="91370000000000000L")),
    )
    days = ("2024-05-31", "2024-06-01", "2024-09-01")
    assert [house.now(REGION, day) for day in days] == [None, "371099", "371099"]
    assert [house.now(OPENED, day) for day in days] == ["望海市儿童福利院"] * 2 + ["望海区儿童福利院"]
    assert [house.now(USCC, day) for day in days] == [None, None, "91370000000000000L"]


def test_a_change_says_what_changed() -> None:
    given().when("2024-01-01", InstitutionChanged()).refused("E11")
    given().when("2024-01-01", InstitutionChanged(uscc="91370000000000000L")).recorded()


@pytest.mark.rule("X06")
@pytest.mark.parametrize("region", ["000000", "001099"])
def test_the_nation_is_no_place_of_an_institution(region: str) -> None:
    given().when("2024-01-01", some(InstitutionOpened, region=region)).refused("X06")
    given().when("2024-01-01", InstitutionChanged(region=region)).refused("X06")


def test_a_region_may_be_unknown() -> None:
    given().when("2024-01-01", some(InstitutionOpened, region=Unknown("not_known"))).recorded()


def test_the_rulebook_adopted_last_is_in_force() -> None:
    house = given(("2024-01-01", adopted(FIRST)), ("2025-01-01", adopted(SECOND)))
    assert house.now(RULEBOOK, "2024-12-31") == Rulebook(FIRST).digest
    assert house.now(RULEBOOK, "2025-01-01") == Rulebook(SECOND).digest


@pytest.mark.rule("X04")
def test_a_rulebook_whose_digest_is_not_its_contents_is_impossible() -> None:
    given().when("2024-01-01", adopted(FIRST)).recorded()
    forged = some(RulebookAdopted, digest=digest_of(FIRST), content=SECOND)
    given().when("2024-01-01", forged).refused("X04")


@pytest.mark.rule("X05")
@pytest.mark.parametrize(
    "text",
    [
        "[[rule]",
        '[[rule]]\nid = "W1"',
        FIRST["wards.toml"].replace('"forbidden"', '"perhaps"'),
        FIRST["wards.toml"].replace("verified = true", 'verified = "yes"', 1),
        FIRST["wards.toml"].replace("2024-12-31", '"2024-12-31"'),
        FIRST["wards.toml"].replace('["photo"]', "[1]"),
        FIRST["wards.toml"] * 2,
    ],
)
def test_a_rulebook_that_cannot_be_read_is_impossible(text: str) -> None:
    given().when("2024-01-01", adopted({"wards.toml": text})).refused("X05")


def test_a_region_that_the_table_lacks_is_found() -> None:
    given().when("2024-01-01", some(InstitutionOpened, region="371098")).recorded("E09")


@pytest.mark.rule("X07")
@pytest.mark.parametrize(
    ("uscc", "said"),
    [
        ("91110000600037341L", None),
        ("91110000600037341M", "校验码不符"),
        ("91110000600037341", "位数不符"),
        ("91110000600037341l", "字符不符"),
        ("9111 0000600037341L", "字符不符"),
        ("9111000060003734IL", "字符不符"),
    ],
)
def test_a_credit_code_that_cannot_be_one_is_kept_and_found(uscc: str, said: str | None) -> None:
    for event in (some(InstitutionOpened, uscc=uscc), InstitutionChanged(uscc=uscc)):
        file = given().when("2024-01-01", event).recorded(*(["X07"] if said else []))
        assert [each.refusal.detail.zh for each in file.judgements if each.refusal.detail] == [said][
            : bool(said)
        ]


def test_a_digest_does_not_depend_on_the_order_of_the_files() -> None:
    two = {"b.toml": "", "a.toml": ""}
    assert digest_of(two) == digest_of(dict(reversed(two.items())))
    assert digest_of(two) != digest_of({"a.toml": ""})


@pytest.mark.parametrize(
    ("case", "region", "day", "kinds"),
    [
        ("found", "310000", date(2024, 12, 31), {"photo"}),
        ("found", "310000", date(2025, 1, 1), {"photo", "judgment"}),
        ("lost", "310000", date(2024, 12, 31), set()),
        ("found", "371099", date(2025, 1, 1), {"receipt"}),
        ("lost", "371099", date(2025, 1, 1), {"photo", "judgment"}),
        ("found", None, date(2025, 1, 1), {"photo", "judgment"}),
    ],
)
def test_papers_are_asked_for_by_case_day_and_the_nearest_region(
    case: str, region: str | None, day: date, kinds: set[str]
) -> None:
    asked = Rulebook(FIRST).rules["W1"].papers_for(case, region, day)
    assert {kind for papers in asked for kind in papers.kinds} == kinds
