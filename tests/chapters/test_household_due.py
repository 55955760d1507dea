"""What is due at the household register: an infant's birth (D12), and a move (D17)."""

from datetime import date

import pytest

from domain.events.household import HouseholdRegistered, HouseholdRegistrationApplied, HouseholdTransferred
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeCategoryDetermined, ReferralReceived
from domain.events.placement.placed import AdultPlaced
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some


def infant(received: str, *, situation: object = "15") -> Given:
    """A child born on 31 January 2024 and received on a day."""
    return given(
        (received, some(ReferralReceived, child_situation=situation)),
        (received, some(ChildReceived)),
        (received, some(IdentityRecorded, birth_on=date(2024, 1, 31))),
    )


@pytest.mark.rule("D12")
def test_an_infants_birth_is_registered_within_a_month() -> None:
    clock = infant("2024-02-05").clock("D12")
    assert (clock.due, clock.state(date(2024, 2, 29))) == (Days.on(date(2024, 2, 29)), "due")
    assert clock.state(date(2024, 3, 1)) == "overdue"
    met = infant("2024-02-05").and_("2024-02-29", some(HouseholdRegistrationApplied)).clock("D12")
    assert met.state(date(2024, 2, 29)) == "met"
    late = infant("2024-02-05").and_("2024-03-01", some(HouseholdRegistered)).clock("D12")
    assert late.state(date(2024, 3, 1)) == "met_late"


@pytest.mark.rule("D12")
def test_who_comes_after_that_month_has_no_such_time() -> None:
    assert len(infant("2024-02-29").clocks("D12")) == 1
    assert infant("2024-03-01").clocks("D12") == []


@pytest.mark.rule("D12")
def test_the_law_sets_no_time_for_a_foundling_and_who_is_not_known_to_be_one_has_it() -> None:
    assert infant("2024-02-05", situation="05").clocks("D12") == []
    known_later = infant("2024-02-05", situation=NOT_ASKED)
    assert len(known_later.clocks("D12")) == 1
    assert known_later.and_("2024-03-01", some(IntakeCategoryDetermined, category="A1")).clocks("D12") == []


def moved(**said: object) -> Given:
    return given(
        ("2020-01-01", some(ChildReceived)),
        ("2024-05-01", some(HouseholdTransferred, to_region="371002", **said)),
    )


@pytest.mark.rule("D17")
def test_a_move_is_reported_within_three_days_in_a_city_and_ten_in_the_country() -> None:
    clock = moved().clock("D17")
    assert clock.due == Days(date(2024, 5, 4), date(2024, 5, 11))
    assert (clock.state(date(2024, 5, 11)), clock.state(date(2024, 5, 12))) == ("due", "overdue")


@pytest.mark.rule("D17")
def test_the_day_of_moving_in_meets_it_and_so_does_the_new_registration() -> None:
    assert moved(moved_in_on=date(2024, 5, 11)).clock("D17").state(date(2024, 5, 11)) == "met"
    assert moved(moved_in_on=date(2024, 5, 11)).clock("D17").state(date(2024, 5, 10)) == "due"
    assert moved(moved_in_on=date(2024, 5, 12)).clock("D17").state(date(2024, 5, 12)) == "met_late"
    elsewhere = moved().and_("2024-05-06", some(HouseholdRegistered, region="371003"))
    assert elsewhere.clock("D17").met_by is None
    there = moved().and_("2024-05-06", some(HouseholdRegistered, region="371002"))
    assert there.clock("D17").state(date(2024, 5, 6)) == "met"


@pytest.mark.rule("D17")
def test_who_is_placed_that_day_reports_the_move_themselves() -> None:
    file = given(("2020-01-01", some(ChildReceived)), ("2024-05-01", some(AdultPlaced)))
    assert file.and_("2024-05-01", some(HouseholdTransferred)).clocks("D17") == []
