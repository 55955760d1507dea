"""Adult placement: what is due as somebody grows up, and what must be in place before they leave."""

from dataclasses import replace
from datetime import date

import pytest

from domain.event import Event, Unknown
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import ALLOWANCE_ENDS, AllowanceStopped
from domain.events.entitlement.study_grant import STUDY_GRANT, StudyGrantGranted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement.arrangements import (
    EMPLOYED,
    HOUSED,
    SERVING,
    EmploymentArranged,
    Enlisted,
    EnlistmentRegistered,
    HardshipSupportDecided,
    HousingArranged,
    MilitaryServiceEnded,
    VocationalTrainingCompleted,
)
from domain.events.placement.placed import PLACED, AdultPlaced
from domain.events.placement.preparing import (
    CAPACITY,
    CASE,
    ROUTE,
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.life import STAGE
from domain.readiness import GATES
from domain.rulebook import Rulebook
from domain.when import Days, day_before
from tests.support.given import NOT_ASKED, Given, given, some
from tests.support.young_people import HARDSHIP, SOCIAL, identity, plan, young


def placed(route: str | Unknown = "social") -> AdultPlaced:
    return some(AdultPlaced, route=route)


def states(file: Given, rule: str, *days: str) -> list[list[str | None]]:
    return [[clock.state(date.fromisoformat(day)) for day in days] for clock in file.clocks(rule)]


# Succession


def test_a_home_is_followed_by_the_next_one() -> None:
    file = young(
        ("2026-02-01", some(HousingArranged, housing_type="dorm")),
        ("2026-06-01", some(HousingArranged, housing_type="public_rental")),
    )
    days = ("2026-01-31", "2026-02-01", "2026-05-31", "2026-06-01")
    assert [file.now(HOUSED, day) for day in days] == [None, "dorm", "dorm", "public_rental"]


def test_a_job_ends_with_its_contract_and_another_may_follow_early_late_or_after_a_gap() -> None:
    first = ("2026-02-01", some(EmploymentArranged, ends_on=date(2026, 6, 30)))
    alone = young(first)
    held = [alone.now(EMPLOYED, day) for day in ("2026-06-30", "2026-07-01")]
    assert held == [date(2026, 2, 1), None]
    overlapping = young(first, ("2026-06-01", some(EmploymentArranged)))
    held = [overlapping.now(EMPLOYED, day) for day in ("2026-05-31", "2026-06-01", "2026-07-01")]
    assert held == [date(2026, 2, 1), date(2026, 6, 1), date(2026, 6, 1)]
    after_a_gap = young(first, ("2026-09-01", some(EmploymentArranged)))
    held = [after_a_gap.now(EMPLOYED, day) for day in ("2026-08-31", "2026-09-01")]
    assert held == [None, date(2026, 9, 1)]


def test_service_lasts_from_enlisting_to_discharge_and_may_begin_again() -> None:
    file = young(
        ("2026-03-20", some(Enlisted)),
        ("2028-03-20", some(MilitaryServiceEnded)),
        ("2028-09-01", some(Enlisted)),
    )
    days = ("2026-03-19", "2028-03-19", "2028-03-20", "2028-09-01")
    assert [file.now(SERVING, day) is not None for day in days] == [False, True, False, True]


def test_a_new_plan_a_new_decision_and_a_placement_take_the_place_of_what_was() -> None:
    file = young(
        ("2025-09-10", some(AdultPlacementCaseOpened, trigger="left_school")),
        ("2025-11-01", some(CapacityDetermined, result="limited")),
        ("2025-12-01", plan("social")),
        ("2026-01-01", some(CapacityDetermined, result="full")),
        ("2026-02-01", plan("hardship")),
        ("2026-03-10", placed("hardship")),
    )
    assert file.now(CASE, "2026-01-01") == "left_school"
    assert [file.now(CAPACITY, day) for day in ("2025-12-31", "2026-01-01")] == ["limited", "full"]
    assert [file.now(ROUTE, day) for day in ("2026-01-31", "2026-02-01")] == ["social", "hardship"]
    assert (file.now(PLACED, "2026-03-10"), file.now(STAGE, "2026-03-10")) == ("hardship", "placed")


def test_the_allowance_ends_and_the_study_grant_begins() -> None:
    file = young(
        ("2026-03-01", some(AllowanceStopped, last_month="2026-03")),
        ("2026-08-01", some(StudyGrantGranted, starts_on=date(2026, 9, 1))),
    )
    assert file.now(ALLOWANCE_ENDS, "2026-03-01") == "2026-03"
    assert file.now(STUDY_GRANT, "2026-08-01") == date(2026, 9, 1)


@pytest.mark.parametrize(
    "event",
    [
        some(EmploymentArranged, ends_on=date(2026, 1, 31)),
        some(VocationalTrainingCompleted, started_on=date(2026, 2, 2)),
        some(HardshipSupportDecided, applied_on=date(2026, 2, 2)),
        some(
            HardshipSupportDecided,
            publicity_from_on=date(2026, 1, 20),
            publicity_to_on=date(2026, 1, 10),
        ),
    ],
)
def test_days_that_contradict_each_other_inside_one_event_are_impossible(event: Event) -> None:
    young().when("2026-02-01", event).refused("E10")
    young().when("2026-02-01", event, origin="import").refused("E10")


# I23


def test_nobody_is_placed_without_an_approved_plan() -> None:
    young().when("2026-03-10", placed()).refused("I23")


def test_a_young_person_is_placed_in_society_when_everything_is_in_place() -> None:
    young(*SOCIAL).when("2026-03-10", placed()).recorded()


def test_a_young_person_is_placed_in_support_when_everything_is_in_place() -> None:
    young(*HARDSHIP).when("2026-03-10", placed("hardship")).recorded()


@pytest.mark.parametrize("missing", range(1, len(SOCIAL)))
def test_nobody_is_placed_in_society_while_one_thing_is_missing(missing: int) -> None:
    young(*SOCIAL[:missing], *SOCIAL[missing + 1 :]).when("2026-03-10", placed()).refused("I23")


@pytest.mark.parametrize("missing", range(1, len(HARDSHIP)))
def test_nobody_is_placed_in_support_while_one_thing_is_missing(missing: int) -> None:
    file = young(*HARDSHIP[:missing], *HARDSHIP[missing + 1 :])
    file.when("2026-03-10", placed("hardship")).refused("I23")


def test_a_refusal_says_what_is_missing() -> None:
    file = young(SOCIAL[0], *SOCIAL[2:]).when("2026-03-10", placed())
    (judgement,) = file.judgements
    assert judgement.refusal.detail is not None
    assert (judgement.refusal.detail.zh, judgement.refusal.detail.en) == ("尚未落实：住房", "housing")


def test_another_route_than_the_plans_is_refused_and_an_unknown_one_is_taken_from_the_plan() -> None:
    young(*SOCIAL).when("2026-03-10", placed("hardship")).refused("I23")
    young(*SOCIAL).when("2026-03-10", placed(NOT_ASKED)).recorded()
    young(*SOCIAL[:3]).when("2026-03-10", placed(NOT_ASKED)).refused("I23")


@pytest.mark.rule("I23")
def test_what_is_arranged_on_the_day_of_placement_is_in_time_and_a_day_later_is_not() -> None:
    *early, (_, moved) = SOCIAL
    young(*early, ("2026-03-10", moved)).when("2026-03-10", placed()).recorded()
    young(*early, ("2026-03-11", moved)).when("2026-03-10", placed()).refused("I23")


def test_a_placement_stands_with_an_exception() -> None:
    young().when("2026-03-10", placed(), exception="I23").recorded("I23")


def test_a_register_that_does_not_say_is_no_evidence_and_another_route_a_breach() -> None:
    silent = young(*SOCIAL[:4]).when("2026-03-10", placed(), origin="import").recorded("I23")
    assert silent.found() == {("I23", "no_evidence")}
    other = young(*SOCIAL).when("2026-03-10", placed("hardship"), origin="import").recorded("I23")
    assert other.found() == {("I23", "breach")}


def test_a_placement_within_a_month_in_which_the_last_thing_came_is_uncertain() -> None:
    *early, (_, moved) = SOCIAL
    file = young(*early, ("2026-03-20", moved)).when("2026-03", placed()).recorded("I23")
    assert file.found() == {("I23", "uncertain")}


def test_correcting_the_plan_brings_a_placement_into_question() -> None:
    file = young(*SOCIAL, ("2026-03-10", placed()))
    assert file.found() == set()
    file.and_("2026-01-20", plan("hardship"), corrects=file.entries[2])
    assert file.found() == {("I23", "breach")}


@pytest.mark.rule("I23")
@pytest.mark.parametrize(("day", "rules"), [("2026-03-09", ["I23"]), ("2026-03-10", []), ("2026-03-11", [])])
def test_nobody_is_placed_as_an_adult_before_the_eighteenth_birthday(day: str, rules: list[str]) -> None:
    young(*SOCIAL).when(day, placed()).refused(*rules)


@pytest.mark.rule("I23")
def test_a_child_of_ten_is_not_placed_and_of_an_unknown_age_it_is_a_doubt() -> None:
    young(*SOCIAL, birth="2016-03-10").when("2026-03-10", placed()).refused("I23")
    young(*SOCIAL, birth="2008-01-01", until="2008-12-31").when("2026-03-10", placed()).recorded("I23")
    given(*SOCIAL).when("2026-03-10", placed()).recorded("I23")


@pytest.mark.rule("I23")
@pytest.mark.parametrize(
    ("result", "refused", "found"),
    [
        ("agree", [], set()),
        ("disagree", ["I23"], {("I23", "breach")}),
        ("unable", [], {("I23", "uncertain")}),
        (NOT_ASKED, [], {("I23", "uncertain")}),
    ],
)
def test_nobody_is_placed_against_their_will_as_last_recorded(
    result: str | Unknown, refused: list[str], found: set[tuple[str, str]]
) -> None:
    asked = ("2026-02-01", some(YoungPersonConsentRecorded, result=result))
    child = young(asked, *SOCIAL).when("2026-03-10", placed()).refused(*refused)
    assert child.found() == found
    later = ("2026-03-10", some(YoungPersonConsentRecorded, result="agree"))
    young(asked, later, *SOCIAL).when("2026-03-10", placed()).recorded()


# S03: who may be of age, and I24: who is, and is not able to all


@pytest.mark.rule("S03", "I22")
def test_who_may_be_of_age_already_has_a_clock_and_is_found_from_the_first_day_on_which_they_may() -> None:
    child = young(birth="2007-06-15", until="2009-06-14")
    assert child.lapses("S03") == [("uncertain", date(2025, 6, 15), date(2026, 11, 22))]
    assert child.lapses("S03", "2028-01-01") == [("uncertain", date(2025, 6, 15), date(2027, 6, 13))]
    clock = child.clock("I22")
    assert clock.opened_on == date(2024, 6, 15)
    assert (clock.due.first, clock.due.last) == (date(2024, 12, 15), date(2026, 12, 14))


@pytest.mark.rule("S03", "I22")
def test_a_birth_of_which_only_the_latest_day_is_known_may_lie_any_time_back() -> None:
    born = some(IdentityRecorded, birth_until=date(2015, 5, 1))
    child = given(("2015-05-01", born), ("2015-05-01", some(ChildReceived)))
    assert child.lapses("S03") == [("uncertain", date(2015, 5, 1), date(2026, 11, 22))]
    assert (child.clock("I22").opened_on, child.clock("I22").due.first) == (date(2015, 5, 1), None)


@pytest.mark.rule("S03")
def test_a_birth_that_was_not_recorded_is_found_until_it_is() -> None:
    child = given(("2026-05-01", some(ChildReceived)), ("2026-05-03", identity(birth="2020-01-01")))
    assert child.lapses("S03") == []
    assert given(("2026-05-01", some(ChildReceived))).lapses("S03", "2026-05-02") == [
        ("uncertain", date(2026, 5, 1), date(2026, 5, 2))
    ]


@pytest.mark.rule("I24")
def test_of_who_is_assessed_as_not_fully_able_a_court_has_to_decide_from_eighteen_on() -> None:
    unable = young(("2026-01-01", some(AdultPlacementAssessed, capacity="partial")))
    assert unable.lapses("I24") == [("no_evidence", date(2026, 3, 10), date(2026, 11, 22))]
    unable.and_("2026-04-01", some(CapacityDetermined, result="limited"))
    assert unable.lapses("I24") == [("no_evidence", date(2026, 3, 10), date(2026, 3, 31))]
    assert young(("2026-01-01", some(AdultPlacementAssessed, capacity="full"))).lapses("I24") == []
    silent = young(("2026-01-01", some(AdultPlacementAssessed)))
    assert silent.lapses("I24") == [("uncertain", date(2026, 3, 10), date(2026, 11, 22))]


# I22


def test_the_case_is_opened_half_a_year_before_eighteen() -> None:
    file = young()
    days = ("2025-03-09", "2025-03-10", "2025-09-10", "2025-09-11")
    assert states(file, "I22", *days) == [[None, "due", "due", "overdue"]]
    on_time = young(("2025-09-10", some(AdultPlacementCaseOpened)))
    late = young(("2025-09-11", some(AdultPlacementCaseOpened)))
    assert (states(on_time, "I22", "2025-09-12"), states(late, "I22", "2025-09-12")) == (
        [["met"]],
        [["met_late"]],
    )


@pytest.mark.rule("I22", "G01")
@pytest.mark.parametrize(
    ("months", "shown", "due"),
    [
        (3, "2025-06-10", "2025-12-10"),
        (6, "2025-03-10", "2025-09-10"),
        (9, "2024-12-10", "2025-06-10"),
        (18, "2024-03-10", "2024-09-10"),
    ],
)
def test_the_clock_and_gate_1_count_with_the_same_number_of_a_place(
    months: int, shown: str, due: str
) -> None:
    book = Rulebook(Rulebook.shipped().texts)
    packs = tuple(replace(pack, value=months) for pack in book["I22"].packs)
    book.rules["I22"] = replace(book["I22"], packs=packs)
    file = young(("2024-01-10", some(AdultPlacementCaseOpened)))
    file.rulebook = book
    clock = file.clock("I22")
    assert (clock.opened_on, clock.due) == (date.fromisoformat(shown), Days.on(date.fromisoformat(due)))
    before = day_before(clock.due.last)
    assert [GATES[1].ask(file.on(day)).state for day in (before, clock.due.last)] == ["unmet", "met"]


def test_the_number_is_anhuis_and_borrowed_elsewhere() -> None:
    borrowed = young().clock("I22").number
    assert borrowed is not None
    assert (borrowed.region, borrowed.verified) == ("default", False)
    own = given(
        ("2015-05-01", identity(), {"region": "340102"}),
        ("2015-05-01", some(ChildReceived), {"region": "340102"}),
    ).clock("I22")
    assert own.number is not None
    assert (own.number.region, own.number.verified) == ("340000", True)


def test_where_an_institution_lies_somewhere_unknown_the_number_is_the_nations_or_borrowed() -> None:
    nowhere = {"region": None}
    file = given(("2015-05-01", identity(), nowhere), ("2015-05-01", some(ChildReceived), nowhere))
    number = file.clock("I22").number
    assert number is not None
    assert (number.region, number.verified) == ("default", False)


def test_the_number_is_that_of_where_the_case_began_and_of_no_other_place() -> None:
    """That an institution's region became known later does not change what its earlier entries are due by."""
    assessment = ("2024-03-05", some(AdultPlacementAssessed), {"region": None})
    later = ("2024-06-01", some(ChildReceived), {"region": "340102"})
    life = given(("2008-01-01", identity()), assessment, later).on("2024-07-01")
    (begun,) = life.all(AdultPlacementAssessed)
    number = life.number("I22", of=begun)
    assert number is not None
    assert number.region == "default"
    own = life.number("I22")
    assert own is not None
    assert own.region == "340000"


def test_a_birth_known_by_its_year_makes_the_day_an_interval() -> None:
    clock = young(birth="2008-01-01", until="2008-12-31").clock("I22")
    assert (clock.due.first, clock.due.last) == (date(2025, 7, 1), date(2026, 6, 30))


def test_who_comes_after_seventeen_and_a_half_is_due_on_the_day_they_come() -> None:
    file = given(("2025-11-01", identity()), ("2025-11-01", some(ChildReceived)))
    assert states(file, "I22", "2025-10-31", "2025-11-01", "2025-11-02") == [[None, "due", "overdue"]]


def test_who_has_left_or_comes_as_an_adult_is_asked_for_nothing() -> None:
    for leaving in (some(DepartureCompleted, reason="05"), some(ChildDied)):
        left = young(("2025-06-01", leaving))
        assert states(left, "I22", "2025-05-31", "2025-06-01") == [["due", "void"]]
        assert left.clocks("D15") == []
    adult = given(("2026-05-01", identity()), ("2026-05-01", some(ChildReceived)))
    assert [adult.clocks(rule) for rule in ("I22", "D15", "D18")] == [[], [], []]
    nameless = given(("2015-05-01", some(ChildReceived)))
    assert [nameless.clocks(rule) for rule in ("I22", "D15", "D18")] == [[], [], []]


def test_who_comes_back_before_eighteen_has_a_clock_of_their_own_again() -> None:
    file = young(
        ("2025-06-01", some(DepartureCompleted, reason="04")),
        ("2025-08-01", some(ChildReceived)),
        ("2025-09-01", some(AdultPlacementCaseOpened)),
    )
    assert states(file, "I22", "2025-06-01", "2025-09-01") == [["void", "void"], [None, "met"]]


# D15


@pytest.mark.rule("D15")
def test_the_assessment_is_made_within_the_half_year_before_eighteen() -> None:
    file = young()
    days = ("2025-09-09", "2025-09-10", "2026-03-10", "2026-03-11")
    assert states(file, "D15", *days) == [[None, "due", "due", "overdue"]]
    for on, expected in (("2026-03-10", "met"), ("2026-03-11", "met_late"), ("2025-09-10", "met")):
        assessed = young((on, some(AdultPlacementAssessed, conclusion="social")))
        assert states(assessed, "D15", "2026-04-01") == [[expected]]
    unknown = young(("2026-03-10", some(AdultPlacementAssessed)))
    assert states(unknown, "D15", "2026-03-10", "2026-03-11") == [["due", "overdue"]]


@pytest.mark.rule("D15")
def test_an_assessment_before_the_half_year_began_does_not_serve() -> None:
    file = young(("2025-09-09", some(AdultPlacementAssessed)))
    assert states(file, "D15", "2026-03-11") == [["overdue"]]


def test_who_is_at_school_at_eighteen_is_assessed_within_a_month_of_leaving() -> None:
    school = ("2023-09-01", some(SchoolEnrolled, stage="vocational", form="vocational"))
    at_school = young(school)
    assert states(at_school, "D15", "2026-03-09", "2026-03-10") == [["due", "void"]]
    left = young(school, ("2026-06-30", some(SchoolingEnded)))
    days = ("2026-06-29", "2026-06-30", "2026-07-30", "2026-07-31")
    assert states(left, "D15", *days)[1] == [None, "due", "due", "overdue"]
    left.and_("2026-07-31", some(AdultPlacementAssessed, conclusion="social"))
    assert states(left, "D15", "2026-07-31") == [["void"], ["met_late"]]


def test_who_goes_on_to_another_school_is_not_assessed_in_between() -> None:
    file = young(
        ("2023-09-01", some(SchoolEnrolled, stage="senior", form="regular")),
        ("2026-06-30", some(SchoolingEnded)),
        ("2026-09-01", some(SchoolEnrolled, stage="university", form="higher")),
        ("2030-06-30", some(SchoolingEnded)),
    )
    assert states(file, "D15", "2026-08-31", "2026-09-01", "2030-07-01") == [
        ["void", "void", "void"],
        ["overdue", "void", "void"],
        [None, None, "due"],
    ]


def test_changing_school_without_a_day_between_is_no_leaving() -> None:
    file = young(
        ("2023-09-01", some(SchoolEnrolled, stage="vocational", form="vocational")),
        ("2026-09-01", some(SchoolEnrolled, stage="college", form="higher")),
    )
    assert len(file.clocks("D15")) == 1


def test_who_was_in_the_army_is_assessed_within_a_month_of_discharge() -> None:
    file = young(("2026-03-01", some(Enlisted)), ("2028-03-01", some(MilitaryServiceEnded)))
    file.and_("2028-04-01", some(AdultPlacementAssessed, conclusion="social"))
    assert states(file, "D15", "2028-04-01") == [["void"], ["met"]]


def test_placement_ends_what_was_still_due() -> None:
    file = young(("2026-02-01", placed()))
    assert states(file, "D15", "2026-01-31", "2026-02-01") == [["due", "void"]]
    because = file.clock("D15").void_because
    assert because is not None
    assert because.en == "Placed as an adult"


def test_correcting_the_birth_moves_what_is_due() -> None:
    file = young()
    file.and_("2015-05-01", identity(birth="2008-05-10"), corrects=file.entries[0])
    assert file.clock("D15").due.last == date(2026, 5, 10)


# D18


@pytest.mark.rule("D18")
def test_a_man_is_registered_for_service_by_the_end_of_the_year_in_which_he_turns_eighteen() -> None:
    file = young()
    days = ("2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01")
    assert states(file, "D18", *days) == [[None, "due", "due", "overdue"]]
    number = file.clock("D18").number
    assert number is not None
    assert number.verified
    for on, expected in (("2026-12-31", "met"), ("2027-01-01", "met_late")):
        registered = young((on, some(EnlistmentRegistered)))
        assert states(registered, "D18", "2027-01-01") == [[expected]]


def test_a_woman_is_not() -> None:
    assert young(sex="2").clocks("D18") == []


def test_a_birth_over_the_turn_of_the_year_leaves_two_years_open() -> None:
    clock = young(birth="2007-12-01", until="2008-01-31").clock("D18")
    assert (clock.due.first, clock.due.last) == (date(2025, 12, 31), date(2026, 12, 31))
