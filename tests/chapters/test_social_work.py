"""Social work: cases reviewed until they are closed, plans made from assessments, company from outside."""

from datetime import date
from uuid import UUID

import pytest

from domain.events.community.rolls import LeftBehindRollEntered, RollLeft
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.social_work import (
    COMPANION,
    PLACEMENT_GOAL,
    SOCIAL_WORK_CASE,
    CompanionPaired,
    CompanionPairingEnded,
    FamilyEducationGiven,
    NeedsAssessed,
    PlacementPlanMade,
    SocialWorkCaseClosed,
    SocialWorkCaseOpened,
    SocialWorkCaseReviewed,
)
from tests.support.given import NOT_ASKED, Given, given, some


def in_care() -> Given:
    return given(("2020-01-10", some(ChildReceived)))


def opened(*days: str) -> tuple[Given, list[UUID]]:
    """A child in care with cases opened on these days."""
    file = in_care()
    for day in days:
        file.and_(day, some(SocialWorkCaseOpened, need="mood"))
    return file, [entry.original for entry in file.entries[1:]]


def states(file: Given, rule: str, day: str) -> list[str | None]:
    return [clock.state(date.fromisoformat(day)) for clock in file.clocks(rule)]


# R-SOC-1


@pytest.mark.rule("R-SOC-1")
def test_a_case_is_reviewed_within_three_months_of_its_opening_and_of_each_review() -> None:
    file, (case,) = opened("2024-01-10")
    assert [states(file, "R-SOC-1", day) for day in ("2024-04-09", "2024-04-10", "2024-04-11")] == [
        ["due"],
        ["due"],
        ["overdue"],
    ]
    file.and_("2024-04-11", some(SocialWorkCaseReviewed, case=case))
    assert states(file, "R-SOC-1", "2024-07-11") == ["met_late", "due"]
    file.and_("2024-07-11", some(SocialWorkCaseReviewed, case=case))
    assert states(file, "R-SOC-1", "2024-07-11") == ["met_late", "met", "due"]


@pytest.mark.rule("R-SOC-1")
def test_a_review_is_of_the_case_that_it_names_or_else_of_the_last_opened_before_it() -> None:
    file, (first, _) = opened("2024-01-10", "2024-02-10")
    file.and_("2024-03-01", some(SocialWorkCaseReviewed, case=first))
    assert states(file, "R-SOC-1", "2024-03-01") == ["met", "due", "due"]
    file.and_("2024-03-02", some(SocialWorkCaseReviewed, case=NOT_ASKED))
    assert [(clock.opened_on, clock.state(date(2024, 3, 2))) for clock in file.clocks("R-SOC-1")] == [
        (date(2024, 1, 10), "met"),
        (date(2024, 2, 10), "met"),
        (date(2024, 3, 1), "due"),
        (date(2024, 3, 2), "due"),
    ]


@pytest.mark.rule("R-SOC-1")
def test_nothing_is_reviewed_once_the_case_is_closed_or_the_child_gone() -> None:
    file, (case,) = opened("2024-01-10")
    closed = file.and_("2024-03-01", some(SocialWorkCaseClosed, case=case)).clock("R-SOC-1")
    assert [closed.state(date(2024, 2, 29)), closed.state(date(2024, 3, 1))] == ["due", "void"]
    assert closed.void_because is not None
    assert closed.void_because.zh == "社会工作个案结案"
    left, _ = opened("2024-01-10")
    gone = left.and_("2024-02-01", some(DepartureCompleted)).clock("R-SOC-1")
    assert gone.state(date(2024, 2, 1)) == "void"


def test_a_case_stands_until_it_is_closed_or_the_child_leaves() -> None:
    file, (first, _) = opened("2024-01-10", "2024-02-10")
    file.and_("2024-03-01", some(SocialWorkCaseClosed, case=first))
    assert len(file.on("2024-02-29").each(SOCIAL_WORK_CASE)) == 2
    assert [fact.held.value for fact in file.on("2024-03-01").each(SOCIAL_WORK_CASE)] == ["mood"]
    file.and_("2024-04-01", some(DepartureCompleted))
    assert file.on("2024-04-01").each(SOCIAL_WORK_CASE) == []


def test_a_review_of_a_case_that_is_not_on_file_is_refused() -> None:
    _, (case,) = opened("2024-01-10")
    opened("2024-01-10")[0].when("2024-02-01", some(SocialWorkCaseReviewed, case=case)).refused("E05")


# R-SOC-2


@pytest.mark.rule("R-SOC-2")
def test_family_education_is_given_every_year_while_a_child_is_on_a_roll() -> None:
    file = given(("2020-01-10", some(LeftBehindRollEntered)))
    assert [states(file, "R-SOC-2", day) for day in ("2021-01-10", "2021-01-11")] == [["due"], ["overdue"]]
    file.and_("2021-01-10", some(FamilyEducationGiven)).and_("2022-01-11", some(FamilyEducationGiven))
    assert states(file, "R-SOC-2", "2022-01-11") == ["met", "met_late", "due"]
    file.and_("2022-03-01", some(RollLeft, roll="left_behind"))
    assert states(file, "R-SOC-2", "2022-03-01") == ["met", "met_late", "void"]


def test_no_family_education_is_due_for_a_child_in_care() -> None:
    assert in_care().clocks("R-SOC-2") == []


# Plans and companions


def test_a_placement_plan_says_where_the_child_is_to_grow_up_until_it_leaves() -> None:
    file = in_care().and_("2024-01-10", some(NeedsAssessed))
    plan = some(PlacementPlanMade, goal="foster", assessment=file.last.original)
    file.when("2024-02-01", plan).recorded()
    assert file.now(PLACEMENT_GOAL, "2024-01-31") is None
    assert file.now(PLACEMENT_GOAL, "2024-02-01") == "foster"
    assert file.and_("2024-03-01", some(DepartureCompleted)).now(PLACEMENT_GOAL, "2024-03-01") is None
    file.when("2024-03-02", plan).refused("I31")


def test_a_companion_is_there_until_the_pairing_ends() -> None:
    file = in_care().and_("2024-01-10", some(CompanionPaired, partner="loving_mother"))
    pairing = file.last.original
    file.and_("2024-02-10", some(CompanionPaired, partner="charity"))
    file.and_("2024-03-10", some(CompanionPairingEnded, pairing=pairing))
    assert [fact.held.value for fact in file.on("2024-03-09").each(COMPANION)] == ["loving_mother", "charity"]
    assert [fact.held.value for fact in file.on("2024-03-10").each(COMPANION)] == ["charity"]
