"""Departure and death."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.events.adoption.assessment import INTEGRATING, IntegrationStarted
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.guardianship import GUARDIANSHIP, LongTermGuardianshipConfirmed
from domain.events.intake import ADMITTED, RECEIVED, ChildAdmitted, ChildReceived
from domain.events.placement.arrangements import (
    EMPLOYED,
    HOUSED,
    SERVING,
    EmploymentArranged,
    Enlisted,
    HousingArranged,
)
from domain.events.record import EntryWithdrawn
from domain.events.rehabilitation import PLAN, RehabPlanMade
from domain.events.schooling import EDUCATION, SchoolEnrolled
from domain.file import Attribute
from domain.life import DEPARTED, STAGE
from tests.support.given import Given, given, some

LEFT = some(DepartureCompleted, reason="05")
DIED = some(ChildDied)


def cared_for() -> Given:
    """A child in care: guardian, care mode, two plans, a school, and living with adopters on trial."""
    return given(
        ("2020-01-10", some(ChildReceived)),
        ("2020-02-10", some(ChildAdmitted, intake_category="A5")),
        ("2020-02-10", some(LongTermGuardianshipConfirmed, ground="2")),
        ("2020-02-10", some(CareModeAssigned)),
        ("2021-03-01", some(RehabPlanMade)),
        ("2021-04-01", some(RehabPlanMade)),
        ("2021-09-01", some(SchoolEnrolled)),
        ("2022-04-01", some(IntegrationStarted)),
    )


CLOSED: list[Attribute[Any]] = [INTEGRATING, RECEIVED, ADMITTED, GUARDIANSHIP, CARE_MODE, PLAN]


@pytest.mark.parametrize("end", [LEFT, DIED])
def test_leaving_closes_admission_guardianship_care_mode_and_every_plan(
    end: DepartureCompleted | ChildDied,
) -> None:
    child = cared_for().and_("2022-05-01", end)
    assert len(child.on("2022-04-30").each(PLAN)) == 2
    assert all(child.now(attribute, "2022-04-30") for attribute in CLOSED)
    assert [child.on("2022-05-01").each(attribute) for attribute in CLOSED] == [[]] * len(CLOSED)


def test_a_grown_persons_work_and_home_end_with_death() -> None:
    placed = given(
        ("2022-01-01", some(HousingArranged)),
        ("2022-01-01", some(EmploymentArranged)),
        ("2022-01-01", some(Enlisted)),
        ("2022-05-01", DIED),
    )
    ends: list[Attribute[Any]] = [HOUSED, EMPLOYED, SERVING]
    assert all(placed.now(attribute, "2022-04-30") for attribute in ends)
    assert not any(placed.now(attribute, "2022-05-01") for attribute in ends)


def test_school_ends_with_death_but_not_with_leaving() -> None:
    assert cared_for().and_("2022-05-01", LEFT).now(EDUCATION, "2022-05-01") is not None
    assert cared_for().and_("2022-05-01", DIED).now(EDUCATION, "2022-05-01") is None


@pytest.mark.parametrize(
    ("reason", "stage"), [("01", "adopted"), ("04", "departed"), ("05", "departed"), ("06", "died")]
)
def test_the_reason_says_where_the_life_stands(reason: str, stage: str) -> None:
    child = cared_for().and_("2022-05-01", some(DepartureCompleted, reason=reason))
    assert (child.now(STAGE, "2022-05-01"), child.now(DEPARTED, "2022-05-01")) == (stage, reason)


def test_a_departure_of_unknown_reason_is_a_departure() -> None:
    child = cared_for().and_("2022-05-01", some(DepartureCompleted))
    assert (child.now(STAGE, "2022-05-01"), child.now(DEPARTED, "2022-05-01")) == ("departed", "99")


def test_a_departure_recorded_before_the_care_mode_that_preceded_it_still_ends_it() -> None:
    child = given(("2022-05-01", LEFT), ("2020-02-10", some(CareModeAssigned)))
    assert child.now(CARE_MODE, "2022-05-01") is None


def test_a_departure_corrected_to_a_later_day_leaves_the_child_in_care_until_then() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.and_("2022-06-01", LEFT, corrects=child.last)
    assert child.now(STAGE, "2022-05-31") == "in_care"
    assert child.now(STAGE, "2022-06-01") == "departed"


# I31 and I20: what leaving closed stays closed


@pytest.mark.parametrize("event", [some(CareModeAssigned), some(RehabPlanMade)])
def test_neither_care_mode_nor_plan_begins_after_leaving(event: CareModeAssigned | RehabPlanMade) -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.when("2022-05-02", event)
    assert "I31" in {found.rule.id for found in child.judgements if found.refuses}


def test_what_happened_on_the_day_of_leaving_is_recorded() -> None:
    cared_for().and_("2022-05-01", LEFT).when("2022-05-01", some(CareModeAssigned)).recorded()


def test_a_late_entry_from_before_leaving_is_recorded() -> None:
    cared_for().and_("2022-05-01", LEFT).when("2021-05-02", some(CareModeAssigned)).recorded()


def test_care_begins_again_when_the_child_is_taken_in_again() -> None:
    child = cared_for().and_("2022-05-01", LEFT).and_("2023-01-01", some(ChildReceived))
    child.when("2023-01-01", some(CareModeAssigned)).recorded()
    assert child.now(CARE_MODE, "2023-01-01") is not None


def test_a_guardian_may_stay_guardian_after_leaving_but_not_after_adoption() -> None:
    again = some(LongTermGuardianshipConfirmed, ground="2")
    cared_for().and_("2022-05-01", LEFT).when("2022-05-02", again).recorded()
    cared_for().and_("2022-05-01", some(AdoptionRegistered)).when("2022-05-02", again).refused("I20")


def test_care_after_leaving_stands_with_an_exception_and_in_an_old_register_is_found() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.when("2022-05-02", some(CareModeAssigned), exception="I31").recorded("I31")
    old = cared_for().and_("2022-05-01", LEFT, origin="import")
    old.and_("2022-05-02", some(CareModeAssigned), origin="import")
    assert ("I31", "breach") in old.found()


# E06: after death


def test_nothing_happens_to_a_child_after_its_death() -> None:
    child = cared_for().and_("2022-05-01", DIED)
    child.when("2022-05-02", some(SchoolEnrolled))
    assert "E06" in {found.rule.id for found in child.judgements if found.refuses}


def test_the_day_of_death_still_has_its_events_and_departure_may_follow() -> None:
    child = cared_for().and_("2022-05-01", DIED)
    child.when("2022-05-20", some(DepartureCompleted, reason="06")).recorded()
    assert child.now(STAGE, "2022-05-20") == "died"


def test_a_death_in_some_month_leaves_uncertain_what_happened_in_that_month() -> None:
    child = given(("2022-05", DIED))
    child.when("2022-05-20..2022-06-10", some(ChildReceived)).recorded("E06")


def test_a_death_is_reported_on_its_day_or_later() -> None:
    on_the_day = datetime(2022, 4, 30, 16, 0, tzinfo=UTC)
    before = datetime(2022, 4, 30, 15, 59, tzinfo=UTC)
    cared_for().when("2022-05-01", some(ChildDied, reported_at=on_the_day)).recorded()
    cared_for().when("2022-05-01", some(ChildDied, reported_at=before)).refused("E10")


def test_a_death_known_not_later_than_a_day_may_have_been_reported_before_it() -> None:
    before = datetime(2022, 4, 1, tzinfo=UTC)
    cared_for().when("..2022-05-01", some(ChildDied, reported_at=before)).recorded()


def test_what_was_closed_by_a_departure_that_did_not_occur_goes_on() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    assert child.now(ADMITTED, "2022-05-01") is None
    child.and_("2022-06-01", some(EntryWithdrawn, entry=child.last.entry_id))
    assert child.now(ADMITTED, "2022-05-01") == date(2020, 2, 10)
