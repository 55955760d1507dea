"""The national roll: who is on it, who is taken off it, and what is forgotten."""

from datetime import date

import pytest

from domain.event import Event
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.national_roll import ENROLLED, EnrolledOnNationalRoll, RemovedFromNationalRoll
from tests.support.given import NOT_ASKED, Given, given, some


def removed(reason: object) -> RemovedFromNationalRoll:
    return some(RemovedFromNationalRoll, reason=reason)


def enrolled(*then: tuple[str, Event]) -> Given:
    """A child on the roll since 20 March 2024, to whom this happened."""
    child = given(("2024-03-05", some(ChildReceived)), ("2024-03-20", some(EnrolledOnNationalRoll)))
    for day, event in then:
        child.and_(day, event)
    return child


def test_a_child_is_on_the_roll_until_it_is_removed() -> None:
    child = enrolled(("2026-05-01", some(DepartureCompleted, reason="11")), ("2026-05-10", removed("11")))
    assert child.now(ENROLLED, "2024-03-19") is None
    assert child.now(ENROLLED, "2026-05-09") == date(2024, 3, 20)
    assert child.now(ENROLLED, "2026-05-10") is None


def test_nobody_is_removed_before_having_been_enrolled() -> None:
    enrolled().when("2024-03-19", removed("08")).refused("E14")


# R-ROLL-1: a removal is shown to be right


@pytest.mark.rule("R-ROLL-1")
@pytest.mark.parametrize(
    ("reason", "paper"),
    [
        ("04", "kinship_proof"),
        ("05", "departure_confirmation"),
        ("07", "migration_certificate"),
        ("11", "departure_confirmation"),
        ("12", "departure_confirmation"),
        ("99", "departure_confirmation"),
    ],
)
def test_who_left_is_removed_on_the_paper_that_shows_it(reason: str, paper: str) -> None:
    left = ("2026-05-01", some(DepartureCompleted, reason=reason))
    enrolled(left).when("2026-05-10", removed(reason)).recorded("R-ROLL-1")
    enrolled(left).when("2026-05-10", removed(reason), documents=[paper]).recorded()


@pytest.mark.rule("R-ROLL-1")
def test_the_dead_are_removed_on_the_death_certificate_and_the_adopted_on_their_registration() -> None:
    died, adopted = ("2026-05-01", some(ChildDied)), ("2026-05-01", some(AdoptionRegistered))
    enrolled(died).when("2026-05-10", removed("06")).recorded("R-ROLL-1")
    enrolled(died).when("2026-05-10", removed("06"), documents=["death_certificate"]).recorded()
    enrolled(adopted).when("2026-05-10", removed("01")).recorded()
    enrolled(died).when("2026-05-10", removed("01")).recorded("R-ROLL-1")


@pytest.mark.rule("R-ROLL-1")
def test_who_is_in_care_is_not_removed_unless_enrolled_by_mistake() -> None:
    papers = ["departure_confirmation"]
    left = ("2026-05-10", some(DepartureCompleted, reason="11"))
    enrolled(left).when("2026-05-09", removed("11"), documents=papers).recorded("R-ROLL-1")
    enrolled(left).when("2026-05-10", removed("11"), documents=papers).recorded()
    enrolled().when("2026-05-09", removed("08")).recorded()


@pytest.mark.rule("R-ROLL-1")
def test_a_removal_for_an_unknown_reason_is_a_doubt() -> None:
    child = enrolled().when("2026-05-09", removed(NOT_ASKED)).recorded("R-ROLL-1")
    assert [found.refusal.kind for found in child.judgements] == ["uncertain"]


# R-ROLL-2: who left is removed in time


@pytest.mark.rule("R-ROLL-2")
def test_who_left_and_is_on_the_roll_for_more_than_thirty_days_is_found_until_removed() -> None:
    child = enrolled(("2026-05-01", some(DepartureCompleted, reason="11")))
    assert child.lapses("R-ROLL-2", "2026-05-31") == []
    assert child.lapses("R-ROLL-2", "2026-06-01") == [("breach", date(2026, 6, 1), date(2026, 6, 1))]
    child.and_("2026-06-10", removed("11"))
    assert child.lapses("R-ROLL-2") == [("breach", date(2026, 6, 1), date(2026, 6, 9))]


@pytest.mark.rule("R-ROLL-2")
def test_who_was_never_enrolled_or_is_in_care_again_is_not_waited_for() -> None:
    left = ("2026-05-01", some(DepartureCompleted, reason="11"))
    assert given(("2024-03-05", some(ChildReceived)), left).lapses("R-ROLL-2") == []
    again = enrolled(left, ("2026-05-20", some(ChildReceived)))
    assert again.lapses("R-ROLL-2") == []
