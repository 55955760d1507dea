"""Foster care: the trial, the agreement, the placement, and what happens while it lasts."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import (
    CARE_MODE,
    FOSTER_AGREEMENT,
    FOSTER_FAMILY,
    FOSTER_MATCH,
    SHORT_TERM,
    CareModeAssigned,
)
from domain.events.departure import DepartureCompleted
from domain.events.foster.foster_visits import FosterVisitMade, FosterVisitsPlanned, ShortTermCareTaken
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.foster.matches import FosterMatchAssessed, FosterMatchCancelled, FosterMatchStarted
from domain.events.health import DisabilityAssessed
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.given import NOT_ASKED, Given, given, some

FAMILY = UUID("00000000-0000-4000-8000-00000000f001")
ANOTHER = UUID("00000000-0000-4000-8000-00000000f002")


def agreement(born: object = date(1980, 5, 1), **said: Any) -> FosterAgreementSigned:
    return some(
        FosterAgreementSigned,
        **{
            "family": FAMILY,
            "starts_on": date(2024, 3, 1),
            "ends_on": date(2025, 2, 28),
            "caregiver_birth_on": born,
            **said,
        },
    )


def placement(**said: Any) -> FosterPlacementStarted:
    return some(FosterPlacementStarted, **{"family": FAMILY, "child_consent": "agree", **said})


def agreed(born: object = date(1980, 5, 1), **said: Any) -> Given:
    """A child of seven is in care, and an agreement with a family holds for the year from 1 March 2024."""
    return given(
        ("2024-01-05", some(ChildReceived)),
        ("2024-01-05", some(IdentityRecorded, birth_on=date(2016, 3, 1), is_birth_estimated=False)),
        ("2024-02-28", agreement(born, **said)),
    )


def fostered(since: str = "2024-03-01") -> Given:
    return agreed().and_(since, placement())


# I11


@pytest.mark.rule("I11")
def test_a_child_is_placed_only_while_an_agreement_is_in_force() -> None:
    agreed().when("2024-02-29", placement()).refused("I11")
    agreed().when("2024-03-01", placement()).recorded()
    agreed().when("2025-02-28", placement()).recorded()
    agreed().when("2025-03-01", placement()).refused("I11")


@pytest.mark.rule("I11")
def test_the_agreement_is_with_the_family_that_takes_the_child() -> None:
    file = agreed()
    signed = file.last.entry_id
    file.when("2024-03-01", placement(family=ANOTHER)).refused("I11")
    agreed().when("2024-03-01", placement(family=NOT_ASKED)).recorded("I11")
    agreed(family=NOT_ASKED).when("2024-03-01", placement()).recorded("I11")
    named = agreed()
    named.when("2024-03-01", placement(agreement=named.last.entry_id)).recorded()
    named.when("2024-03-01", placement(agreement=signed)).refused("I11", "I27")


# I10


@pytest.mark.rule("I10")
def test_the_main_caregiver_is_between_thirty_and_sixty_five() -> None:
    agreed(date(1994, 3, 2)).when("2024-03-01", placement()).refused("I10")
    agreed(date(1994, 3, 1)).when("2024-03-01", placement()).recorded()
    agreed(date(1958, 3, 2)).when("2024-03-01", placement()).recorded()
    agreed(date(1958, 3, 1)).when("2024-03-01", placement()).refused("I10")
    agreed(NOT_ASKED).when("2024-03-01", placement()).recorded("I10")


@pytest.mark.rule("I10")
def test_the_conditions_were_not_checked_for_the_time_before_the_measures() -> None:
    def placed(day: str) -> Given:
        file = given(
            ("2010-01-05", some(ChildReceived)),
            ("2010-01-05", some(IdentityRecorded, birth_on=date(2009, 3, 1), is_birth_estimated=False)),
            ("2014-11-01", agreement(date(1990, 1, 1), starts_on=NOT_ASKED, ends_on=NOT_ASKED)),
        )
        return file.when(day, placement())

    placed("2014-11-30").recorded("I10")
    placed("2014-12-01").refused("I10")


@pytest.mark.rule("I10")
def test_placing_a_severely_disabled_child_asks_what_care_it_needs() -> None:
    file = agreed().and_("2024-02-01", some(DisabilityAssessed, disability_class="4", grade="2"))
    file.when("2024-03-01", placement()).recorded("I10")


# I27


@pytest.mark.rule("I27")
def test_a_child_is_placed_with_one_family_at_a_time() -> None:
    fostered().when("2024-06-01", placement()).refused("I27")
    again = fostered().and_("2024-06-01", some(FosterPlacementEnded))
    again.when("2024-06-01", placement()).recorded()


@pytest.mark.rule("I27")
def test_a_placed_child_goes_to_hospital_but_into_no_ward_before_the_placement_ends() -> None:
    fostered().when("2024-06-01", some(CareModeAssigned, mode="hospital")).recorded()
    fostered().when("2024-06-01", some(CareModeAssigned, mode="ward")).refused("I27")
    fostered().when("2024-06-01", some(CareModeAssigned, mode=NOT_ASKED)).recorded("I27")
    ended = fostered().and_("2024-06-01", some(FosterPlacementEnded))
    ended.when("2024-06-01", some(CareModeAssigned, mode="ward")).recorded()


@pytest.mark.rule("I27")
def test_a_placement_waits_for_the_end_of_a_mode_that_is_said_to_last() -> None:
    def after_hospital(day: str) -> Given:
        hospital = some(CareModeAssigned, mode="hospital", until=date(2024, 3, 10))
        return agreed().and_("2024-03-02", hospital).when(day, placement())

    after_hospital("2024-03-10").refused("I27")
    after_hospital("2024-03-11").recorded()


def test_a_placement_is_the_care_mode_too_and_either_may_say_so() -> None:
    file = fostered().when("2024-03-01", some(CareModeAssigned, mode="foster")).recorded()
    assert file.found() == set()
    file.and_("2024-06-01", some(FosterPlacementEnded)).and_(
        "2024-06-01", some(CareModeAssigned, mode="ward")
    )
    assert [file.now(CARE_MODE, day) for day in ("2024-03-01", "2024-05-31", "2024-06-01")] == [
        "foster",
        "foster",
        "ward",
    ]
    assert [file.now(FOSTER_FAMILY, day) for day in ("2024-02-29", "2024-05-31", "2024-06-01")] == [
        None,
        str(FAMILY),
        None,
    ]


@pytest.mark.parametrize("end", [some(DepartureCompleted), some(AdoptionRegistered)])
def test_leaving_and_adoption_end_placement_and_agreement(end: Any) -> None:
    file = fostered().and_("2024-06-01", end)
    for attribute in (FOSTER_FAMILY, FOSTER_AGREEMENT):
        assert [file.now(attribute, day) for day in ("2024-05-31", "2024-06-01")] == [str(FAMILY), None]


# R-FOS-3


@pytest.mark.rule("R-FOS-3")
def test_a_child_of_eight_is_asked_and_a_younger_one_need_not_be() -> None:
    def answered(day: str, answer: object) -> Given:
        file = agreed(starts_on=NOT_ASKED, ends_on=NOT_ASKED)
        return file.when(day, placement(child_consent=answer))

    answered("2024-02-29", NOT_ASKED).recorded()
    answered("2024-03-01", NOT_ASKED).recorded("R-FOS-3")
    answered("2024-03-01", "disagree").recorded("R-FOS-3")
    answered("2024-03-01", "agree").recorded()
    answered("2024-03-01", "unable").recorded()


@pytest.mark.rule("R-FOS-3")
def test_of_a_child_whose_birth_is_not_known_it_is_uncertain_whether_it_was_to_be_asked() -> None:
    file = given(("2024-01-05", some(ChildReceived)), ("2024-02-28", agreement()))
    file.when("2024-03-01", placement(child_consent=NOT_ASKED)).recorded("R-FOS-3")
    assert {found.refusal.kind for found in file.judgements} == {"uncertain"}


# D33


def matched() -> Given:
    return given(("2024-01-05", some(ChildReceived)), ("2024-01-10", some(FosterMatchStarted, family=FAMILY)))


@pytest.mark.rule("D33")
def test_a_trial_is_assessed_or_cancelled_within_sixty_days() -> None:
    clock = matched().clock("D33")
    assert [clock.state(day) for day in (date(2024, 3, 10), date(2024, 3, 11))] == ["due", "overdue"]
    in_time = matched().and_("2024-03-10", some(FosterMatchAssessed))
    late = matched().and_("2024-03-11", some(FosterMatchCancelled))
    assert in_time.clock("D33").state(date(2024, 4, 1)) == "met"
    assert late.clock("D33").state(date(2024, 4, 1)) == "met_late"


@pytest.mark.rule("D33")
def test_leaving_makes_an_open_trial_void() -> None:
    clock = matched().and_("2024-02-01", some(DepartureCompleted)).clock("D33")
    assert [clock.state(day) for day in (date(2024, 1, 31), date(2024, 2, 1))] == ["due", "void"]


@pytest.mark.parametrize("end", [some(FosterMatchAssessed), some(FosterMatchCancelled), placement()])
def test_a_trial_lasts_until_it_is_concluded_or_the_child_is_placed(end: Any) -> None:
    file = matched().and_("2024-02-01", end)
    assert [file.now(FOSTER_MATCH, day) for day in ("2024-01-31", "2024-02-01")] == [str(FAMILY), None]


# R-FOS-1


@pytest.mark.rule("R-FOS-1")
def test_planned_and_agreed_visits_are_made_until_the_placement_ends() -> None:
    file = fostered()
    file.and_("2024-03-02", some(FosterVisitsPlanned, visits_on=(date(2024, 4, 1), date(2024, 7, 1))))
    file.and_("2024-04-02", some(FosterVisitMade, next_on=date(2024, 5, 1)))
    states = [clock.state(date(2024, 6, 1)) for clock in file.clocks("R-FOS-1")]
    assert states == ["met_late", "overdue", "due"]
    file.and_("2024-06-10", some(FosterPlacementEnded))
    agreed_visit, planned_visit = file.clocks("R-FOS-1")[1:]
    assert [planned_visit.state(day) for day in (date(2024, 6, 9), date(2024, 6, 10))] == ["due", "void"]
    assert agreed_visit.state(date(2024, 6, 10)) == "void"


@pytest.mark.rule("R-FOS-1")
def test_leaving_makes_visits_void_that_were_planned_before_any_placement() -> None:
    file = given(
        ("2024-01-05", some(ChildReceived)),
        ("2024-03-02", some(FosterVisitsPlanned, visits_on=(date(2024, 4, 1),))),
    )
    assert file.clock("R-FOS-1").state(date(2024, 4, 2)) == "overdue"
    file.and_("2024-03-20", some(DepartureCompleted))
    assert file.clock("R-FOS-1").state(date(2024, 3, 20)) == "void"


# R-FOS-2


@pytest.mark.rule("R-FOS-2")
def test_short_term_care_of_more_than_thirty_days_is_a_finding() -> None:
    fostered().when("2024-06-01", some(ShortTermCareTaken, until=date(2024, 7, 1))).recorded()
    fostered().when("2024-06-01", some(ShortTermCareTaken, until=date(2024, 7, 2))).recorded("R-FOS-2")
    fostered().when("2024-06-01", some(ShortTermCareTaken, until=NOT_ASKED)).recorded("R-FOS-2")


def test_short_term_care_lasts_through_its_last_day_and_leaves_the_placement_as_it_is() -> None:
    file = fostered().and_("2024-06-01", some(ShortTermCareTaken, until=date(2024, 6, 5)))
    days = ("2024-05-31", "2024-06-01", "2024-06-05", "2024-06-06")
    assert [file.now(SHORT_TERM, day) is not None for day in days] == [False, True, True, False]
    assert file.now(FOSTER_FAMILY, "2024-06-02") == str(FAMILY)
