"""Who in care has no household registration or no insurance, and for how long (domain.md A3, A4)."""

from datetime import date

import pytest

from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.household import (
    CitizenIdAssigned,
    HouseholdRegistered,
    HouseholdRegistrationApplied,
    HouseholdTransferred,
)
from domain.events.insurance import InsuranceContributionPaid, InsuranceEnrolled
from domain.events.intake import ChildAdmitted, ChildReceived
from tests.support.given import TODAY, citizen_id, given, some

RECEIVED = ("2024-03-05", some(ChildReceived))
REGISTERED = some(HouseholdRegistered, household_class="1")


def enrolled(year: int) -> InsuranceEnrolled:
    return some(InsuranceEnrolled, scheme="resident", year=year)


@pytest.mark.rule("S01")
def test_a_child_waits_for_registration_from_reception_until_it_is_registered() -> None:
    file = given(
        RECEIVED,
        ("2024-04-02", some(ChildAdmitted, intake_category="A1")),
        ("2024-05-01", some(HouseholdRegistrationApplied)),
        ("2024-06-30", REGISTERED),
    )
    assert file.lapses("S01") == [("no_evidence", date(2024, 3, 5), date(2024, 6, 29))]


def test_who_was_never_registered_still_waits() -> None:
    assert given(RECEIVED).lapses("S01") == [("no_evidence", date(2024, 3, 5), TODAY)]


@pytest.mark.rule("S01")
def test_a_register_that_says_unregistered_does_not_end_the_waiting() -> None:
    file = given(RECEIVED, ("2024-05-01", some(HouseholdRegistered, household_class="4")))
    assert file.lapses("S01") == [("no_evidence", date(2024, 3, 5), TODAY)]


@pytest.mark.rule("S01")
def test_nobody_waits_after_leaving_care_or_before_coming_back() -> None:
    file = given(
        RECEIVED,
        ("2024-05-01", some(DepartureCompleted, reason="04")),
        ("2025-02-01", some(ChildReceived)),
        ("2025-03-01", REGISTERED),
    )
    assert file.lapses("S01") == [
        ("no_evidence", date(2024, 3, 5), date(2024, 4, 30)),
        ("no_evidence", date(2025, 2, 1), date(2025, 2, 28)),
    ]


def test_a_move_to_another_household_is_a_registration() -> None:
    file = given(
        RECEIVED,
        ("2024-03-20", REGISTERED),
        ("2024-09-01", some(HouseholdTransferred, to_region=Unknown("not_known"))),
    )
    assert file.lapses("S01") == [("no_evidence", date(2024, 3, 5), date(2024, 3, 19))]


def test_who_came_registered_does_not_wait() -> None:
    assert given(("2023-01-01", REGISTERED), RECEIVED).lapses("S01") == []


@pytest.mark.rule("S01")
def test_who_has_a_citizen_id_is_registered_though_nobody_recorded_where() -> None:
    file = given(RECEIVED, ("2024-05-01", some(CitizenIdAssigned, citizen_id=citizen_id("2015-03-05"))))
    assert file.lapses("S01") == [
        ("no_evidence", date(2024, 3, 5), date(2024, 4, 30)),
        ("uncertain", date(2024, 5, 1), TODAY),
    ]
    assert file.and_("2024-05-02", REGISTERED).lapses("S01")[1:] == [
        ("uncertain", date(2024, 5, 1), date(2024, 5, 1))
    ]


def test_a_child_is_uninsured_until_enrolled_and_again_when_a_year_is_not_paid() -> None:
    file = given(
        RECEIVED,
        ("2024-03-10", enrolled(2024)),
        ("2025-02-01", some(InsuranceContributionPaid, scheme="resident", year=2025)),
    )
    assert file.lapses("S02") == [
        ("no_evidence", date(2024, 3, 5), date(2024, 3, 9)),
        ("no_evidence", date(2025, 1, 1), date(2025, 1, 31)),
        ("no_evidence", date(2026, 1, 1), TODAY),
    ]


def test_who_is_paid_for_in_time_is_never_uninsured() -> None:
    file = given(
        RECEIVED,
        ("2024-03-05", enrolled(2024)),
        ("2024-11-20", some(InsuranceContributionPaid, scheme="resident", year=2025)),
        ("2025-11-20", some(InsuranceContributionPaid, scheme="resident", year=2026)),
    )
    assert file.lapses("S02") == []
