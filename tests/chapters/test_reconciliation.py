"""What others hold of a child: a difference stands beside the file until it is settled; ours stays."""

from datetime import date

import pytest

from domain.codes import tables
from domain.event import Category, fields_of
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import NAME, IdentityRecorded
from domain.events.national_roll import EnrolledOnNationalRoll
from domain.events.reconciliation.differing import (
    BY_LISTING,
    OF_HEALTH,
    UNSETTLED,
    DifferenceFound,
    DifferenceSettled,
    difference_found,
)
from domain.events.reconciliation.other_systems import OTHER_SYSTEMS, OURS
from tests.support.given import Given, citizen_id, given, some

AS_OF = date(2026, 5, 31)
NUMBER = citizen_id("2019-03-05")


def child() -> Given:
    """A child with a name and a number, of whom another department says another name."""
    return given(
        ("2024-03-05", some(IdentityRecorded, name="海小燕", birth_on=date(2019, 3, 5))),
        ("2024-03-06", some(CitizenIdAssigned, citizen_id=NUMBER)),
        ("2026-06-01", difference_found("household", "name", AS_OF, "海燕")),
    )


def unsettled(file: Given, day: str) -> list[tuple[str, str]]:
    values = [fact.held.value for fact in file.on(day).each(UNSETTLED)]
    return [(value.system, value.item) for value in values if value is not None]


@pytest.mark.rule("R-REC-1")
def test_a_difference_is_found_until_somebody_settles_it_and_ours_stays_as_it_is() -> None:
    file = child()
    assert file.lapses("R-REC-1", "2026-05-31") == []
    assert file.lapses("R-REC-1", "2026-06-01") == [("uncertain", date(2026, 6, 1), date(2026, 6, 1))]
    assert (unsettled(file, "2026-06-01"), file.now(NAME, "2026-06-02")) == (
        [("household", "name")],
        "海小燕",
    )
    file.when(
        "2026-06-10",
        DifferenceSettled(difference=file.last.entry_id, outcome="theirs_corrected"),
    ).recorded()
    assert file.lapses("R-REC-1") == [("uncertain", date(2026, 6, 1), date(2026, 6, 9))]
    assert (unsettled(file, "2026-06-10"), file.now(NAME, "2026-06-11")) == ([], "海小燕")


@pytest.mark.rule("R-REC-1")
def test_each_of_two_differences_is_settled_by_itself_also_after_a_death() -> None:
    file = child()
    first = file.last.entry_id
    file.when("2026-06-01", difference_found("insurance", "missing_there", AS_OF, None)).recorded()
    file.when("2026-06-02", DifferenceSettled(difference=first, outcome="agreed")).recorded()
    assert unsettled(file, "2026-06-02") == [("insurance", "missing_there")]
    assert DifferenceFound.ends_with is DifferenceSettled.ends_with is None


@pytest.mark.rule("E11")
def test_who_says_that_ours_was_corrected_names_the_entry_and_who_explains_says_why() -> None:
    file = child()
    difference = file.last.entry_id
    for outcome in ("ours_corrected", "explained"):
        child_again = child()
        again = child_again.last.entry_id
        child_again.when("2026-06-02", DifferenceSettled(difference=again, outcome=outcome)).refused("E11")
    explained = DifferenceSettled(difference=difference, outcome="explained", explanation="曾用名")
    file.when("2026-06-02", explained).recorded()
    corrected = child()
    difference, number = corrected.last.entry_id, corrected.entries[1].entry_id
    by = DifferenceSettled(difference=difference, outcome="ours_corrected", corrected_by=number)
    corrected.when("2026-06-02", by).recorded()


@pytest.mark.rule("E05")
def test_a_correction_that_is_named_is_an_entry_of_this_file() -> None:
    file, other = child(), child()
    by = other.last.entry_id
    settled = DifferenceSettled(difference=file.last.entry_id, outcome="ours_corrected", corrected_by=by)
    file.when("2026-06-02", settled).refused("E05")


def test_what_they_say_is_sealed_under_the_category_of_the_item() -> None:
    sealed = {spec.name: spec.personal.category for spec in fields_of(DifferenceFound) if spec.personal}
    assert sealed == {"theirs": Category.IDENTITY, "theirs_of_health": Category.HEALTH}
    grade = difference_found("disability", "disability_grade", AS_OF, "2")
    assert (grade.theirs, grade.theirs_of_health, grade.value) == (None, "2", "2")
    given().when("2026-06-01", grade).recorded()
    in_clear = DifferenceFound(system="disability", item="disability_grade", as_of=AS_OF, theirs="2")
    given().when("2026-06-01", in_clear).refused("E11")
    without = DifferenceFound(system="national", item="name", as_of=AS_OF)
    given().when("2026-06-01", without).refused("E11")


def test_every_item_says_what_ours_is_and_every_system_has_a_name() -> None:
    assert set(tables()["compared_item"].codes) == {*OURS, *BY_LISTING}
    assert set(tables()["other_system"].codes) == set(OTHER_SYSTEMS)
    assert {item for system in OTHER_SYSTEMS.values() for item in system.items} == set(OURS)
    assert set(OURS) >= OF_HEALTH


def test_ours_is_what_the_file_says_on_that_day() -> None:
    file = child().and_("2026-04-01", some(EnrolledOnNationalRoll))
    file.and_("2026-05-01", some(HouseholdRegistered, household_class="1", region="371002"))
    before, after = file.on("2026-03-31"), file.on("2026-05-01")
    lists = OTHER_SYSTEMS["national"].lists
    assert lists is not None
    assert [lists(life) for life in (before, after)] == [False, True]
    assert {item: OURS[item](after) for item in ("name", "birth", "citizen_id", "school_stage")} == {
        "name": "海小燕",
        "birth": "2019-03-05",
        "citizen_id": NUMBER,
        "school_stage": None,
    }
    assert [OURS["household_region"](life) for life in (before, after)] == [None, "371002"]


def test_a_birth_that_is_not_known_to_the_day_is_said_by_its_bounds() -> None:
    born = some(IdentityRecorded, birth_on=date(2019, 3, 1), birth_until=date(2019, 3, 31))
    assert OURS["birth"](given(("2024-03-05", born)).on("2024-03-05")) == "2019-03-01/2019-03-31"
