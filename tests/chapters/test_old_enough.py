"""How old somebody is who works, serves, or is prepared for adult life."""

from datetime import date

import pytest

from domain.event import Event
from domain.events.household import HouseholdCancelled, HouseholdTransferred
from domain.events.intake import ChildReceived
from domain.events.placement.applying import CapacityDeterminationApplied, PlacementApplicationMade
from domain.events.placement.arrangements import (
    EmploymentArranged,
    Enlisted,
    EnlistmentRegistered,
    HouseholdDestinationDecided,
    HousingArranged,
    StudyContinued,
)
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from tests.support.given import given, some
from tests.support.young_people import follow_up, plan, young

BEGUN = (
    some(AdultPlacementCaseOpened),
    some(AdultPlacementAssessed),
    some(HousingArranged),
    some(StudyContinued),
    some(PlacementApplicationMade),
    some(CapacityDeterminationApplied),
    some(HouseholdDestinationDecided),
    some(YoungPersonConsentRecorded),
    follow_up(),
    plan(),
)
"""What is done for somebody who is to live as an adult soon."""


@pytest.mark.rule("R-PLC-2")
@pytest.mark.parametrize("event", BEGUN)
def test_nobody_is_prepared_for_adult_life_before_sixteen(event: Event) -> None:
    young().when("2024-03-09", event).recorded("R-PLC-2")
    young().when("2024-03-10", event).recorded()


@pytest.mark.rule("R-PLC-2")
def test_a_court_decides_on_the_capacity_of_somebody_of_age() -> None:
    young().when("2026-03-09", some(CapacityDetermined)).recorded("R-PLC-2")
    young().when("2026-03-10", some(CapacityDetermined)).recorded()


@pytest.mark.rule("R-PLC-2")
def test_who_is_registered_for_service_turns_eighteen_in_that_year() -> None:
    young().when("2025-12-31", some(EnlistmentRegistered)).recorded("R-PLC-2")
    young().when("2026-01-01", some(EnlistmentRegistered)).recorded()
    about = young(birth="2008-12-01", until="2009-01-31")
    about.when("2026-06-01", some(EnlistmentRegistered)).recorded("R-PLC-2")
    assert about.found() == {("R-PLC-2", "uncertain")}


@pytest.mark.rule("R-PLC-3")
def test_nobody_is_employed_before_sixteen_unless_the_state_provides_otherwise() -> None:
    young().when("2024-03-09", some(EmploymentArranged)).refused("R-PLC-3")
    young().when("2024-03-09", some(EmploymentArranged), exception="R-PLC-3").recorded("R-PLC-3")
    young().when("2024-03-10", some(EmploymentArranged)).recorded()


@pytest.mark.rule("R-PLC-4")
def test_nobody_enters_the_army_before_seventeen() -> None:
    young().when("2025-03-09", some(Enlisted)).refused("R-PLC-4")
    young().when("2025-03-10", some(Enlisted)).recorded()


@pytest.mark.rule("R-PLC-2", "R-PLC-3", "R-PLC-4")
def test_of_whom_no_birth_is_known_it_is_a_doubt() -> None:
    for event, rule in (
        (some(AdultPlacementPlanApproved), "R-PLC-2"),
        (some(EnlistmentRegistered), "R-PLC-2"),
        (some(EmploymentArranged), "R-PLC-3"),
        (some(Enlisted), "R-PLC-4"),
    ):
        child = given(("2015-05-01", some(ChildReceived))).when("2024-03-09", event).recorded(rule)
        assert child.found() == {(rule, "uncertain")}


@pytest.mark.rule("E16")
def test_who_is_placed_with_the_registration_moved_has_a_move_on_record() -> None:
    moved = some(AdultPlaced, hukou_state="moved")

    def speaks(*happened: tuple[str, Event]) -> bool:
        placed = young(*happened).when("2026-06-01", moved)
        return "E16" in {found.rule.id for found in placed.judgements}

    assert speaks()
    assert speaks(("2026-06-02", some(HouseholdTransferred)))
    assert not speaks(("2026-06-01", some(HouseholdTransferred)))
    assert not speaks(("2026-05-01", some(HouseholdCancelled, cancel_reason="army")))
    decided = young().when(date(2026, 6, 1), some(AdultPlaced, hukou_state="decided"))
    assert "E16" not in {found.rule.id for found in decided.judgements}


@pytest.mark.rule("E16")
def test_whose_registration_was_cancelled_for_the_army_is_enlisted_then_or_later() -> None:
    cancelled = ("2026-08-30", some(HouseholdCancelled, cancel_reason="army"))
    assert ("E16", "no_evidence") in young(cancelled).found()
    for day in ("2026-08-30", "2026-09-01"):
        assert young(cancelled, (day, some(Enlisted))).found() == set()
    other = young(("2026-08-30", some(HouseholdCancelled, cancel_reason="other")))
    assert other.found() == set()
