"""How the State's guardianship goes on: extended, changed, restored to the guardian, and the child heard."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event
from domain.events.departure import DepartureCompleted
from domain.events.guardianship import (
    GUARDIAN,
    GUARDIANSHIP,
    RESTORED,
    REVIEW,
    GuardianChanged,
    GuardianshipRestored,
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipExtended,
    TemporaryGuardianshipStarted,
)
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.transfer.handing_over import ChildTransferred
from tests.support.given import NOT_ASKED, Given, given, named, some

BUREAU, CITY = "望海区民政局", "望海市民政局"
RECEIVED = ("2024-03-05", some(ChildReceived))
TEMPORARY = (
    "2024-03-05",
    some(TemporaryGuardianshipStarted, ground="3", guardian_body=BUREAU, review_due_on=date(2024, 12, 1)),
)
BY_COURT = ("2024-03-05", some(LongTermGuardianshipConfirmed, ground="4", judgment_no="（2024）虚民特1号"))


def extended(review: object = date(2025, 6, 1), **said: Any) -> TemporaryGuardianshipExtended:
    return some(TemporaryGuardianshipExtended, **{"review_due_on": review, "is_child_asked": True} | said)


def states(child: Given, day: str) -> list[str | None]:
    return [clock.state(date.fromisoformat(day)) for clock in child.clocks("D06")]


# Extended


@pytest.mark.rule("D06", "I05")
def test_an_extension_moves_the_day_of_the_review_and_meets_the_last_one() -> None:
    child = given(TEMPORARY, ("2024-12-01", extended()))
    assert (child.now(GUARDIANSHIP, "2024-12-01"), child.now(REVIEW, "2024-12-01")) == (
        "temporary",
        date(2025, 6, 1),
    )
    assert states(child, "2025-06-01") == ["met", "due"]
    assert states(child, "2025-06-02") == ["met", "overdue"]
    assert child.lapses("I05", "2025-06-02") == [("breach", date(2025, 6, 2), date(2025, 6, 2))]


@pytest.mark.rule("D06", "I05")
def test_an_extension_a_day_after_the_review_is_late() -> None:
    child = given(TEMPORARY, ("2024-12-02", extended()))
    assert states(child, "2024-12-02") == ["met_late", "due"]
    assert child.lapses("I05", "2024-12-31") == []


@pytest.mark.rule("I05")
@pytest.mark.parametrize(
    ("review", "rules"), [(date(2025, 11, 30), []), (date(2025, 12, 1), ["I05"]), (NOT_ASKED, ["I05"])]
)
def test_an_extension_is_reviewed_within_a_year_too(review: object, rules: list[str]) -> None:
    child = given(TEMPORARY).when("2024-11-30", extended(review), region="310104").recorded(*rules)
    assert all(judgement.verified for judgement in child.judgements)


@pytest.mark.rule("I04")
def test_only_temporary_guardianship_that_holds_is_extended() -> None:
    given().when("2024-12-01", extended()).recorded("I04")
    ended = some(GuardianshipTerminated, reason="other")
    given(TEMPORARY, ("2024-11-01", ended)).when("2024-12-01", extended()).recorded("I04")
    given(BY_COURT).when("2024-12-01", extended()).recorded("I04")
    given(TEMPORARY).when("2024-03-04", extended(date(2024, 12, 1))).refused("E14")


@pytest.mark.rule("I21")
def test_a_guardian_is_assessed_before_an_extended_guardianship_ends_with_the_return() -> None:
    child = given(TEMPORARY, ("2024-12-01", extended()))
    returned = some(GuardianshipTerminated, reason="returned")
    child.when("2025-02-01", returned).refused("I21")
    child = given(TEMPORARY, ("2024-12-01", extended()))
    child.when("2025-02-01", returned, documents=["guardian_assessment"]).refused()


# Changed


def test_another_body_is_guardian_from_the_change_on_and_none_once_it_ended() -> None:
    changed = some(GuardianChanged, from_body=BUREAU, to_body=CITY)
    child = given(TEMPORARY, ("2024-06-01", changed), ("2024-09-01", some(GuardianshipTerminated)))
    assert [child.now(GUARDIAN, f"2024-0{month}-01") for month in (4, 6, 9)] == [BUREAU, CITY, None]
    assert child.now(GUARDIANSHIP, "2024-06-01") == "temporary"


def test_a_hand_over_to_another_institution_names_the_guardian_from_that_day_on() -> None:
    handed = some(ChildTransferred, to_institution=named("city"), to_guardian=CITY)
    child = given(RECEIVED, TEMPORARY, ("2024-06-01", handed))
    assert [child.now(GUARDIAN, f"2024-0{month}-01") for month in (4, 6)] == [BUREAU, CITY]
    unknown = given(RECEIVED, TEMPORARY, ("2024-06-01", some(ChildTransferred, to_institution=named("city"))))
    assert unknown.now(GUARDIAN, "2024-06-01") == BUREAU


@pytest.mark.rule("I04")
def test_a_guardian_that_nobody_has_does_not_change() -> None:
    changed = some(GuardianChanged, is_child_asked=True)
    given(TEMPORARY).when("2024-06-01", changed).recorded()
    given().when("2024-06-01", changed).recorded("I04")


# Restored


@pytest.mark.rule("I04", "D06")
def test_a_guardian_whom_the_court_restored_is_the_childs_guardian_again_and_the_state_is_not() -> None:
    restored = some(GuardianshipRestored, guardian=named("mother"))
    child = given(RECEIVED, BY_COURT, ("2026-02-01", restored))
    assert child.now(GUARDIANSHIP, "2026-02-01") is None
    assert child.now(RESTORED, "2026-02-01") == named("mother")
    assert child.lapses("I04") == []
    child.and_("2026-02-10", some(DepartureCompleted, reason="11")).and_("2026-05-01", some(ChildReceived))
    assert child.lapses("I04", "2026-05-02") == [("no_evidence", date(2026, 5, 1), date(2026, 5, 2))]
    temporary = given(TEMPORARY, ("2024-11-01", restored))
    assert states(temporary, "2024-12-02") == ["met"]


@pytest.mark.rule("I21")
def test_the_judgment_that_restores_a_guardian_is_the_paper_on_which_the_child_goes_back() -> None:
    left = some(DepartureCompleted, reason="11")
    restored = some(GuardianshipRestored, guardian=named("mother"))
    given(RECEIVED, BY_COURT).when("2026-02-10", left).refused("I21")
    given(RECEIVED, BY_COURT, ("2026-02-10", restored)).when("2026-02-10", left).refused()
    given(RECEIVED, BY_COURT, ("2026-02-11", restored)).when("2026-02-10", left).refused("I21")


# R-HEAR-1: what the child wants


def deciding(is_asked: object) -> list[Event]:
    return [
        extended(date(2025, 3, 1), is_child_asked=is_asked),
        some(GuardianChanged, is_child_asked=is_asked),
        some(GuardianshipRestored, is_child_asked=is_asked),
    ]


@pytest.mark.rule("R-HEAR-1")
@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize(
    ("is_asked", "day", "warnings"),
    [
        (True, "2024-06-10", []),
        (False, "2024-06-09", []),
        (False, "2024-06-10", ["R-HEAR-1"]),
        (NOT_ASKED, "2024-06-09", []),
        (NOT_ASKED, "2024-06-10", ["R-HEAR-1"]),
    ],
)
def test_from_the_eighth_birthday_a_child_is_asked_before_its_guardianship_is_decided_on(
    which: int, is_asked: object, day: str, warnings: list[str]
) -> None:
    born = ("2024-03-05", some(IdentityRecorded, birth_on=date(2016, 6, 10)))
    given(TEMPORARY, born).when(day, deciding(is_asked)[which]).recorded(*warnings)


@pytest.mark.rule("R-HEAR-1")
def test_whether_a_child_of_unknown_age_was_to_be_asked_is_a_doubt_and_before_the_code_nothing() -> None:
    child = given(TEMPORARY).when("2024-06-10", deciding(False)[1]).recorded("R-HEAR-1")  # noqa: FBT003 - not asked
    assert [found.refusal.kind for found in child.judgements] == ["uncertain"]
    old = given(("2020-03-05", some(LongTermGuardianshipConfirmed, ground="2")))
    old.when("2020-12-31", deciding(False)[1]).recorded()  # noqa: FBT003 - not asked
    old.when("2021-01-01", deciding(False)[1]).recorded("R-HEAR-1")  # noqa: FBT003 - not asked
