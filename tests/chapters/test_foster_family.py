"""A family's own file: who lives in it, and the steps by which it comes to foster."""

from datetime import date
from typing import Any

import pytest

from domain.events.family.foster_steps import (
    APPROVED,
    TRAINED,
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApplied,
    FosterFamilyApproved,
    FosterFamilyAssessed,
    FosterFamilyClosed,
    FosterFamilyRejected,
    FosterFamilyTrained,
)
from domain.events.family.profile import FamilyRegistered
from tests.support.given import NOT_ASKED, Given, given, some


def a_family(*happened: tuple[Any, ...]) -> Given:
    return given(("2024-01-05", some(FamilyRegistered)), *happened)


APPLIED = ("2024-01-10", some(FosterFamilyApplied, is_healthy=True, crime_check="clear"))
ASSESSED = ("2024-02-01", some(FosterFamilyAssessed, result="suitable"))


@pytest.mark.rule("I11")
def test_a_family_is_approved_after_its_application_and_a_suitable_assessment() -> None:
    a_family(APPLIED, ASSESSED).when("2024-01-31", some(FosterFamilyApproved)).refused("I11")
    a_family(APPLIED, ASSESSED).when("2024-02-01", some(FosterFamilyApproved)).recorded()
    a_family(ASSESSED).when("2024-02-01", some(FosterFamilyApproved)).refused("I11")
    for result, refused in (("unsuitable", True), (NOT_ASKED, False)):
        file = a_family(APPLIED, ("2024-02-01", some(FosterFamilyAssessed, result=result)))
        file.when("2024-02-02", some(FosterFamilyApproved))
        if refused:
            file.refused("I11")
        else:
            file.recorded("I11")


@pytest.mark.rule("I10")
@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"is_healthy": False}, "breach"),
        ({"is_healthy": NOT_ASKED}, "uncertain"),
        ({"crime_check": "adverse"}, "breach"),
        ({"crime_check": "pending"}, "uncertain"),
        ({"crime_check": NOT_ASKED}, "uncertain"),
    ],
)
def test_a_family_is_approved_that_is_healthy_and_without_a_record_of_a_crime(
    said: dict[str, Any], found: str
) -> None:
    applied = some(FosterFamilyApplied, **{"is_healthy": True, "crime_check": "clear", **said})
    file = a_family(("2024-01-10", applied), ASSESSED).when("2024-02-01", some(FosterFamilyApproved))
    if found == "breach":
        file.refused("I10")
    else:
        file.recorded("I10")


@pytest.mark.rule("E02")
def test_nobody_in_a_family_is_born_after_the_day_on_which_that_is_recorded() -> None:
    for born, refused in (("2026-11-22", []), ("2026-11-23", ["E02"])):
        members = (some(FamilyMember), some(FamilyMember, birth_on=date.fromisoformat(born)))
        child = a_family().when("2024-02-01", some(FamilyMembersRecorded, members=members)).refused(*refused)
        assert [found.refusal.at for found in child.judgements if found.refuses] == [
            "/data/members/1/birth_on" for _ in refused
        ]


@pytest.mark.parametrize("end", [some(FosterFamilyRejected), some(FosterFamilyClosed)])
def test_an_approval_holds_until_the_family_is_rejected_or_closed(end: Any) -> None:
    file = a_family(APPLIED, ASSESSED, ("2024-02-01", some(FosterFamilyApproved)), ("2024-06-01", end))
    assert [file.now(APPROVED, day) is not None for day in ("2024-02-01", "2024-05-31", "2024-06-01")] == [
        True,
        True,
        False,
    ]


def test_the_training_of_a_family_holds_until_it_is_closed() -> None:
    file = a_family(("2024-03-01", some(FosterFamilyTrained)), ("2024-06-01", some(FosterFamilyClosed)))
    assert [file.now(TRAINED, day) is not None for day in ("2024-02-29", "2024-03-01", "2024-06-01")] == [
        False,
        True,
        False,
    ]
