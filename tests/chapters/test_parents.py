"""Whether the child's own guardians can act."""

from datetime import date
from typing import Any

import pytest

from domain.events.guardianship import REVOKED, GuardianshipRestored, LongTermGuardianshipConfirmed
from domain.events.parents import (
    DECLARED,
    GuardianshipAssessed,
    GuardianshipRevocationAdjudicated,
    GuardianshipRevocationApplied,
    ParentDeclared,
)
from domain.events.search import FindRelativesNoticeWithdrawn, ParentageConfirmed, ParentageRejected
from tests.support.given import NOT_ASKED, Given, given, named, some

FATHER, MOTHER = named("father"), named("mother")


def judged(result: object = "revoked", **said: Any) -> GuardianshipRevocationAdjudicated:
    return some(GuardianshipRevocationAdjudicated, **{"guardian": FATHER, "result": result} | said)


def restored() -> GuardianshipRestored:
    return some(GuardianshipRestored, guardian=FATHER, is_child_asked=True)


def declared(declaration: object, missing_since: object = NOT_ASKED) -> ParentDeclared:
    return some(ParentDeclared, parent=FATHER, declaration=declaration, missing_since=missing_since)


def on_file(child: Given, day: str) -> frozenset[str]:
    return child.on(day).papers()[0]


# Revoked and restored


def test_a_guardian_is_revoked_from_the_day_the_judgment_takes_effect_until_a_court_restores_them() -> None:
    child = given(
        ("2024-03-01", some(GuardianshipRevocationApplied, guardian=FATHER)),
        ("2024-05-01", judged(effective_on=date(2024, 5, 16))),
        ("2024-06-01", judged(guardian=MOTHER)),
    )
    assert [child.now(REVOKED, day) for day in ("2024-05-15", "2024-05-16")] == [None, FATHER]
    child.and_("2026-02-01", restored())
    assert [len(child.on(day).each(REVOKED)) for day in ("2026-01-31", "2026-02-01")] == [2, 1]


@pytest.mark.parametrize("result", ["refused", "withdrawn", NOT_ASKED])
def test_an_application_that_the_court_refused_revokes_nobody(result: object) -> None:
    child = given(("2024-05-01", judged(result)))
    assert child.now(REVOKED, "2024-05-01") is None
    assert "judgment" not in on_file(child, "2024-05-01")
    assert "judgment" in on_file(given(("2024-05-01", judged())), "2024-05-01")


def test_a_judgment_does_not_come_before_the_application() -> None:
    child = given(("2024-03-01", some(GuardianshipRevocationApplied, guardian=FATHER)))
    child.when("2024-02-01", judged()).refused("E14")


@pytest.mark.rule("R-RES-1")
@pytest.mark.parametrize(("crime", "warnings"), [(True, ["R-RES-1"]), (NOT_ASKED, ["R-RES-1"]), (False, [])])
def test_who_committed_a_wilful_crime_against_the_child_is_not_restored(
    crime: object, warnings: list[str]
) -> None:
    child = given(("2024-05-01", judged(is_intentional_crime=crime)))
    child.when("2026-02-01", restored()).recorded(*warnings)
    given(("2024-05-01", judged(guardian=MOTHER, is_intentional_crime=crime))).when(
        "2026-02-01", restored()
    ).recorded()
    given(("2026-02-02", judged(is_intentional_crime=crime))).when("2026-02-01", restored()).recorded()


# Assessed


@pytest.mark.parametrize(
    ("result", "papers"), [("able", {"guardian_assessment"}), ("unable", set()), ("undecided", set())]
)
def test_only_an_assessment_that_finds_the_guardian_fit_is_the_paper_that_says_so(
    result: str, papers: set[str]
) -> None:
    child = given(("2024-05-01", some(GuardianshipAssessed, result=result)))
    assert on_file(child, "2024-05-01") == papers


# Declared missing or dead


@pytest.mark.rule("R-DEC-1")
@pytest.mark.parametrize(
    ("declaration", "day", "warnings"),
    [
        ("missing", "2024-03-05", ["R-DEC-1"]),
        ("missing", "2024-03-06", []),
        ("dead", "2026-03-05", ["R-DEC-1"]),
        ("dead", "2026-03-06", []),
        ("dead_by_accident", "2024-03-05", ["R-DEC-1"]),
        ("dead_by_accident", "2024-03-06", []),
        ("dead_certified", "2022-03-06", []),
    ],
)
def test_a_parent_is_declared_missing_after_two_years_and_dead_after_four_or_two_of_an_accident(
    declaration: str, day: str, warnings: list[str]
) -> None:
    given().when(day, declared(declaration, date(2022, 3, 5))).recorded(*warnings)


@pytest.mark.rule("R-DEC-1")
def test_what_was_declared_or_since_when_left_unknown_is_a_doubt() -> None:
    given().when("2026-03-06", declared("dead")).recorded("R-DEC-1")
    given().when("2026-03-06", declared(NOT_ASKED, date(2022, 3, 5))).recorded("R-DEC-1")
    given().when("2026-03-06", declared("dead_certified")).recorded()


def test_a_parent_counts_as_declared_until_the_declaration_is_set_aside() -> None:
    child = given(("2024-03-06", declared("missing")), ("2026-03-06", declared("dead")))
    assert [child.now(DECLARED, day) for day in ("2026-03-05", "2026-03-06")] == ["missing", "dead"]
    assert "death_proof" in on_file(child, "2026-03-06")
    assert "death_proof" not in on_file(child, "2026-03-05")
    assert child.and_("2026-09-01", declared("dead_set_aside")).now(DECLARED, "2026-09-01") is None


# I06: nothing tells the contrary of the ground


def confirmed(ground: str) -> LongTermGuardianshipConfirmed:
    return some(LongTermGuardianshipConfirmed, ground=ground, judgment_no="（2024）虚民特1号")


@pytest.mark.rule("I06")
def test_who_was_found_is_no_ground_that_nobody_was_found() -> None:
    paper = {"documents": ["final_not_found"]}
    claim = ("2024-05-01", some(ParentageConfirmed, claimant=MOTHER))
    given().when("2024-06-01", confirmed("1"), **paper).recorded()
    given(claim).when("2024-06-01", confirmed("1"), **paper).recorded("I06")
    rejected = ("2024-05-20", some(ParentageRejected, claimant=MOTHER))
    given(claim, rejected).when("2024-06-01", confirmed("1"), **paper).recorded()


@pytest.mark.rule("I06")
@pytest.mark.parametrize(("reason", "warnings"), [("found", ["I06"]), (NOT_ASKED, ["I06"]), ("wrong", [])])
def test_a_notice_withdrawn_since_relatives_may_have_been_found_leaves_the_ground_in_doubt(
    reason: object, warnings: list[str]
) -> None:
    withdrawn = ("2024-05-01", some(FindRelativesNoticeWithdrawn, reason=reason))
    child = given(withdrawn).when("2024-06-01", confirmed("1"), documents=["final_not_found"])
    child.recorded(*warnings)


@pytest.mark.rule("I06")
@pytest.mark.parametrize(
    ("declaration", "warnings"), [("dead", []), ("dead_set_aside", ["I06"]), (NOT_ASKED, ["I06"])]
)
def test_a_declaration_of_death_that_was_set_aside_is_no_ground(
    declaration: object, warnings: list[str]
) -> None:
    child = given(("2024-05-01", declared(declaration)))
    child.when("2024-06-01", confirmed("2")).recorded(*warnings)
    child.when("2024-06-01", confirmed("3")).recorded()


@pytest.mark.rule("I06")
@pytest.mark.parametrize(
    ("result", "warnings"), [("revoked", []), ("refused", ["I06"]), (NOT_ASKED, ["I06"])]
)
def test_a_judgment_that_revoked_nobody_is_no_ground(result: object, warnings: list[str]) -> None:
    given(("2024-05-01", judged(result))).when("2024-06-01", confirmed("4")).recorded(*warnings)
    given().when("2024-06-01", confirmed("4")).recorded()
