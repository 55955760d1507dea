"""Care modes: one at a time."""

from datetime import date
from typing import Any

import pytest

from domain.event import Unknown
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.foster.fostering import FosterPlacementStarted
from domain.events.intake import ChildReceived
from tests.support.given import Given, given, some


def mode(code: str, until: str | None = None, **said: Any) -> CareModeAssigned:
    return some(
        CareModeAssigned, mode=code, until=None if until is None else date.fromisoformat(until), **said
    )


def in_ward(until: str | None = None) -> Given:
    return given(("2024-01-05", some(ChildReceived)), ("2024-01-05", mode("ward", until)))


def modes(file: Given, *on: str) -> list[str | None]:
    return [file.now(CARE_MODE, day) for day in on]


# I27


def test_another_mode_from_a_later_day_succeeds_the_former_one() -> None:
    file = in_ward().when("2024-06-01", mode("family_style")).recorded()
    assert modes(file, "2024-05-31", "2024-06-01") == ["ward", "family_style"]


@pytest.mark.rule("I27")
def test_a_mode_that_begins_while_the_former_one_is_said_to_last_is_refused() -> None:
    in_ward(until="2024-12-31").when("2024-06-01", mode("family_style")).refused("I27")
    in_ward(until="2024-12-31").when("2024-12-31", mode("family_style")).refused("I27")
    in_ward(until="2024-12-31").when("2025-01-01", mode("family_style")).recorded()


def test_it_passes_once_the_end_of_the_former_one_is_corrected() -> None:
    file = in_ward(until="2024-12-31")
    file.and_("2024-01-05", mode("ward", until="2024-05-31"), corrects=file.last)
    file.when("2024-06-01", mode("family_style")).recorded()
    assert file.found() == set()


def test_two_modes_from_the_same_day_are_refused() -> None:
    file = in_ward().when("2024-01-05", mode("family_style")).refused("I27")
    assert ("I27", "breach") in file.found()


def test_the_same_mode_said_twice_for_one_day_is_no_contradiction() -> None:
    in_ward().when("2024-01-05", mode("ward")).recorded()


def test_an_overlap_stands_as_an_exception_and_on_paper_as_found() -> None:
    excepted = in_ward(until="2024-12-31").when("2024-06-01", mode("hospital"), exception="I27")
    excepted.recorded("I27")
    found = in_ward(until="2024-12-31").when("2024-06-01", mode("hospital"), origin="import")
    assert found.recorded("I27").found() == {("I27", "breach")}


def test_a_mode_recorded_late_is_not_refused_for_what_came_after_but_found_there() -> None:
    file = given(("2024-06-01", mode("family_style")))
    file.when("2024-01-05", mode("ward", until="2024-12-31")).recorded()
    assert file.found() == {("I27", "breach")}


def test_a_mode_that_may_have_begun_within_the_former_one_is_uncertain() -> None:
    file = in_ward(until="2024-06-15").when("2024-06", mode("family_style")).recorded("I27")
    assert file.found() == {("I27", "uncertain")}


def test_two_modes_of_the_same_unknown_beginning_do_not_contradict() -> None:
    file = given(("..2026-10-31", mode("ward"), {"origin": "import"}))
    file.when("..2026-10-31", mode("family_style"), origin="import").recorded()


@pytest.mark.rule("E10")
def test_a_mode_that_ends_before_it_begins_is_impossible() -> None:
    given().when("2024-06-01", mode("family_style", until="2024-05-31")).refused("E10")


@pytest.mark.rule("E16")
def test_foster_care_presupposes_a_placement_with_a_family() -> None:
    in_ward().when("2024-06-01", mode("foster")).recorded("E16")
    started = ("2024-06-01", some(FosterPlacementStarted))
    for day, rules in (("2024-05-31", {"E16"}), ("2024-06-01", set()), ("2024-06-02", set())):
        child = in_ward().and_(*started).when(day, mode("foster"))
        assert {judgement.rule.id for judgement in child.judgements} & {"E16"} == rules
    late = in_ward().and_("2024-06-02", mode("foster")).and_(*started)
    assert "E16" not in {rule for rule, _ in late.found()}


# Mode succeeds mode


def test_a_stay_in_hospital_ends_on_its_day_and_a_gap_follows_until_the_next_mode() -> None:
    file = in_ward().and_("2024-03-01", mode("hospital", until="2024-03-10")).and_("2024-03-12", mode("ward"))
    assert modes(file, "2024-02-29", "2024-03-01", "2024-03-10", "2024-03-11", "2024-03-12") == [
        "ward",
        "hospital",
        "hospital",
        None,
        "ward",
    ]


def test_a_mode_recorded_late_takes_its_place_between_the_others() -> None:
    file = in_ward().and_("2024-09-01", mode("school_boarding")).and_("2024-06-01", mode("family_style"))
    assert modes(file, "2024-05-31", "2024-06-01", "2024-09-01") == [
        "ward",
        "family_style",
        "school_boarding",
    ]


def test_a_mode_that_is_not_known_still_succeeds_the_former_one() -> None:
    file = in_ward().and_("2024-06-01", some(CareModeAssigned, mode=Unknown("not_known")))
    assert modes(file, "2024-06-01") == ["unknown"]


@pytest.mark.parametrize("back", [False, True])
def test_leaving_ends_care_and_coming_back_does_not_revive_it(back: bool) -> None:  # noqa: FBT001
    file = in_ward().and_("2024-06-01", some(DepartureCompleted))
    if back:
        file.and_("2024-08-01", some(ChildReceived))
    assert modes(file, "2024-05-31", "2024-06-01", "2024-08-01") == ["ward", None, None]
