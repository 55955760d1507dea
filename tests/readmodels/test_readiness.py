"""Readiness: a young person passes the fourteen gates one by one, by either route, or is deferred."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from domain.event import Event, Unknown
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.entitlement.study_grant import StudyGrantGranted
from domain.events.household import HouseholdRegistered, HouseholdTransferred, IdCardIssued
from domain.events.insurance import InsuranceEnrolled
from domain.events.placement.arrangements import (
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    EmploymentArranged,
    Enlisted,
    EnlistmentRegistered,
    FollowUpPlanned,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HouseholdDestinationDecided,
    HousingArranged,
    MilitaryServiceEnded,
    SocialSecurityTransferred,
    VocationalTrainingCompleted,
)
from domain.events.placement.gates import route
from domain.events.placement.preparing import (
    AbilityScore,
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.obligations import clocks
from domain.readiness import GATES, GateResult, Readiness, next_due, readiness, readiness_over_time
from domain.rulebook import Rulebook
from tests.support.given import NOT_ASKED, Given, given, some
from tests.support.young_people import (
    AFTERWARDS,
    COMMON,
    FEMALE,
    GUARDIAN,
    HARDSHIP,
    READY_ON,
    SOCIAL,
    assessed,
    card,
    identity,
    plan,
    ready_young,
    signed,
    young,
)


def but(file: Given, *kinds: type[Event]) -> Given:
    file.entries = [entry for entry in file.entries if not isinstance(entry.event, kinds)]
    return file


def answer(file: Given, number: int, day: str = READY_ON) -> GateResult:
    return GATES[number].ask(file.on(day))


def state(file: Given, number: int, day: str = READY_ON) -> str:
    return answer(file, number, day).state


def readiness_on(file: Given, day: str = READY_ON) -> Readiness:
    return readiness(file.on(day), file.rulebook, route)


def test_there_are_fourteen_gates_each_with_a_rule_that_says_its_source() -> None:
    assert sorted(GATES) == list(range(1, 15))
    for gate in GATES.values():
        assert Rulebook.shipped()[gate.rule].source
        assert Rulebook.shipped()[gate.rule].verified
    blocks = {number for number, gate in GATES.items() if gate.weight == "blocks"}
    assert blocks == {2, 3, 4, 5, 6, 8, 9, 10, 11}


# Ready, step by step

STEPS_INTO_SOCIETY: dict[int, tuple[tuple[str, Event], ...]] = {
    1: COMMON[:1],
    2: COMMON[1:2],
    6: COMMON[2:4],
    4: SOCIAL[:1],
    8: SOCIAL[1:6],
    10: SOCIAL[6:],
    7: (COMMON[4], AFTERWARDS[1]),
    11: AFTERWARDS[:1],
    12: AFTERWARDS[2:3],
    13: AFTERWARDS[3:4],
    14: AFTERWARDS[4:],
}


def test_a_young_person_becomes_ready_for_society_gate_by_gate() -> None:
    file = young()
    blocking = [number for number in STEPS_INTO_SOCIETY if GATES[number].weight == "blocks"]
    for number, steps in STEPS_INTO_SOCIETY.items():
        for on, event in steps:
            assert state(file, number) == "unmet"
            assert answer(file, number).missing is not None
            assert (readiness_on(file).status == "ready") is (not blocking)
            file.and_(on, event)
        assert state(file, number) == "met"
        assert file.last.entry_id in answer(file, number).evidence
        blocking = [other for other in blocking if other != number]
    found = readiness_on(file)
    assert (found.status, found.route) == ("ready", "social")
    assert {gate.number for gate, own in found.answers if own.state != "met"} == {9}


def test_a_young_person_becomes_ready_for_support_in_hardship_step_by_step() -> None:
    decided = some(CapacityDetermined, result="limited", guardian=GUARDIAN, guardian_name="民政局")
    unable = some(YoungPersonConsentRecorded, result="unable")
    file = young(COMMON[0], ("2025-12-01", assessed("partial")), *COMMON[2:], sex=FEMALE)
    for number, on, event in (
        (5, "2026-01-15", decided),
        (4, *HARDSHIP[0]),
        (9, *HARDSHIP[1]),
        (9, *HARDSHIP[2]),
        (11, "2026-02-20", unable),
    ):
        assert state(file, number) == "unmet"
        assert readiness_on(file).status == "not_ready"
        file.and_(on, event)
    found = readiness_on(file)
    assert (found.status, found.route) == ("ready", "hardship")
    states = {gate.number: own.state for gate, own in found.answers}
    assert (states[8], states[9], states[13]) == ("not_applicable", "met", "not_applicable")


@pytest.mark.parametrize(
    ("number", "kinds"),
    [
        (2, (AdultPlacementAssessed,)),
        (4, (AdultPlacementPlanApproved,)),
        (5, (AdultPlacementAssessed,)),
        (6, (HouseholdRegistered, HouseholdTransferred)),
        (6, (IdCardIssued,)),
        (8, (HousingArranged,)),
        (8, (EmploymentArranged,)),
        (8, (BankAccountHandedOver,)),
        (8, (BelongingsHandedOver,)),
        (8, (ArchiveHandedOver,)),
        (10, (HouseholdTransferred,)),
        (11, (YoungPersonConsentRecorded,)),
    ],
)
def test_without_any_one_of_these_nobody_is_ready_for_society(
    number: int, kinds: tuple[type[Event], ...]
) -> None:
    file = but(ready_young(), *kinds)
    assert state(file, number) == "unmet"
    assert readiness_on(file).status == "not_ready"


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, AdultPlacementCaseOpened),
        (7, InsuranceEnrolled),
        (7, SocialSecurityTransferred),
        (12, AllowanceStopped),
        (13, EnlistmentRegistered),
        (14, FollowUpPlanned),
    ],
)
def test_without_any_one_of_these_a_warning_stands_and_the_person_is_ready(
    number: int, kind: type[Event]
) -> None:
    file = but(ready_young(), kind)
    assert state(file, number) == "unmet"
    assert readiness_on(file).status == "ready"


# Deferred


def test_who_is_at_school_is_deferred_until_they_leave() -> None:
    file = ready_young(("2023-09-01", some(SchoolEnrolled, stage="vocational", form="vocational")))
    assert state(file, 3) == "unmet"
    assert readiness_on(file).status == "deferred"
    file.and_("2026-06-30", some(SchoolingEnded)).and_("2026-06-30", assessed())
    assert readiness_on(file, "2026-06-29").status == "deferred"
    assert readiness_on(file, "2026-06-30").status == "ready"


def test_teaching_at_home_does_not_defer() -> None:
    file = ready_young(("2023-09-01", some(SchoolEnrolled, stage="senior", form="home_teaching")))
    assert state(file, 3) == "met"


def test_who_is_in_the_army_is_deferred_until_discharge() -> None:
    file = ready_young(("2026-02-20", some(Enlisted)))
    assert state(file, 3) == "unmet"
    assert readiness_on(file).status == "deferred"
    file.and_("2028-02-20", some(MilitaryServiceEnded)).and_("2028-02-20", assessed())
    assert readiness_on(file, "2028-02-19").status == "deferred"
    assert readiness_on(file, "2028-02-20").status == "ready"


# Each gate by itself


@pytest.mark.rule("G02", "G04", "G05", "G06", "G07", "G08", "G10", "G11", "G12", "G14")
@pytest.mark.parametrize(
    ("number", "eve", "day"),
    [
        (2, "2025-11-30", "2025-12-01"),
        (4, "2026-01-19", "2026-01-20"),
        (5, "2025-11-30", "2025-12-01"),
        (6, "2026-01-04", "2026-01-05"),
        (7, "2026-02-01", "2026-02-02"),
        (8, "2026-02-13", "2026-02-14"),
        (10, "2026-02-14", "2026-02-15"),
        (11, "2026-01-31", "2026-02-01"),
        (12, "2026-02-02", "2026-02-03"),
        (13, "2026-02-03", "2026-02-04"),
        (14, "2026-02-04", "2026-02-05"),
    ],
)
def test_a_gate_is_met_from_the_day_of_the_last_thing_it_asks_for(number: int, eve: str, day: str) -> None:
    file = ready_young()
    assert [state(file, number, each) for each in (eve, day, READY_ON)] == ["unmet", "met", "met"]


def test_gate_1_asks_for_seventeen_and_a_half_years() -> None:
    file = ready_young()
    assert state(file, 1, "2025-09-09") == "unmet"
    file.and_("2025-09-01", some(AdultPlacementCaseOpened))
    assert [state(file, 1, day) for day in ("2025-09-09", "2025-09-10")] == ["unmet", "met"]
    vague = ready_young().and_("2015-05-01", identity(birth="2008-01-01", until="2008-12-31"))
    assert state(vague, 1, "2025-10-01") == "uncertain"
    assert state(given(), 1) == "uncertain"


@pytest.mark.rule("G02")
def test_gate_2_an_assessment_is_good_for_six_months_and_can_be_renewed() -> None:
    file = ready_young()
    assert [state(file, 2, day) for day in ("2026-06-01", "2026-06-02")] == ["met", "unmet"]
    renewed_early = ready_young(("2026-05-20", assessed()))
    assert state(renewed_early, 2, "2026-06-02") == "met"
    renewed_late = ready_young(("2026-07-01", assessed()))
    assert [state(renewed_late, 2, day) for day in ("2026-06-30", "2026-07-01")] == ["unmet", "met"]
    of_a_month = but(ready_young(), AdultPlacementAssessed).and_("2025-12", assessed())
    days = ("2026-06-01", "2026-06-02", "2026-06-30", "2026-07-01")
    assert [state(of_a_month, 2, day) for day in days] == ["met", "uncertain", "uncertain", "unmet"]


@pytest.mark.rule("G05")
def test_gate_5_full_capacity_is_presumed_and_anything_else_is_for_a_court() -> None:
    file = but(ready_young(), AdultPlacementAssessed)
    assert state(file, 5) == "unmet"
    assert state(file.and_("2025-12-01", assessed(NOT_ASKED)), 5) == "unknown"
    assert state(file.and_("2025-12-02", assessed("none")), 5) == "unmet"
    file.and_("2026-01-02", some(CapacityDetermined, result=NOT_ASKED))
    assert state(file, 5) == "unknown"
    file.and_("2026-01-03", some(CapacityDetermined, result="none"))
    assert state(file, 5) == "unmet"
    file.and_("2026-01-04", some(CapacityDetermined, result="none", guardian_name=NOT_ASKED))
    assert state(file, 5) == "unknown"
    file.and_("2026-01-05", some(CapacityDetermined, result="none", guardian_kind="civil_affairs"))
    assert state(file, 5) == "met"
    file.and_("2026-01-06", some(CapacityDetermined, result="full"))
    assert state(file, 5) == "met"


@pytest.mark.rule("G06")
def test_gate_6_asks_for_a_card_of_ten_years_that_is_valid() -> None:
    file = but(ready_young(), IdCardIssued)
    assert state(file.and_("2022-01-05", card("2022-01-05", "2027-01-05")), 6) == "unmet"
    assert state(file.and_("2026-01-05", card("2026-01-05", None)), 6) == "unknown"
    assert state(file.and_("2026-01-06", card("2026-01-06", "2036-01-06")), 6) == "met"
    assert [state(file, 6, day) for day in ("2036-01-06", "2036-01-07")] == ["met", "unmet"]
    assert state(file, 6, "2026-01-04") == "unmet"


@pytest.mark.rule("G06")
@pytest.mark.parametrize(
    ("ends", "expected"), [("2036-01-03", "unmet"), ("2036-01-04", "met"), ("2036-01-05", "met")]
)
def test_gate_6_a_card_is_valid_for_ten_years_if_its_last_day_is_the_eve_of_the_tenth_return(
    ends: str, expected: str
) -> None:
    file = but(ready_young(), IdCardIssued).and_("2026-01-05", card("2026-01-05", ends))
    assert state(file, 6) == expected


def test_gate_6_who_is_noted_as_not_registered_is_not() -> None:
    file = but(ready_young(), HouseholdRegistered, HouseholdTransferred)
    file.and_("2026-01-02", some(HouseholdRegistered, household_class="4"))
    assert state(file, 6) == "unmet"


@pytest.mark.rule("G07")
def test_gate_7_insurance_runs_out_with_its_year() -> None:
    file = ready_young()
    assert [state(file, 7, day) for day in ("2026-12-31", "2027-01-01")] == ["met", "unmet"]


@pytest.mark.rule("G08")
def test_gate_8_a_training_serves_instead_of_a_job_and_a_job_only_while_it_lasts() -> None:
    file = but(ready_young(), EmploymentArranged)
    file.and_("2026-02-01", some(EmploymentArranged, ends_on=date(2026, 2, 20)))
    assert [state(file, 8, day) for day in ("2026-02-20", "2026-02-21")] == ["met", "unmet"]
    assert state(file.and_("2025-07-01", some(VocationalTrainingCompleted)), 8) == "met"


def test_gate_8_what_was_not_signed_for_was_not_handed_over() -> None:
    file = but(ready_young(), BankAccountHandedOver)
    file.and_("2026-02-12", signed(BankAccountHandedOver, is_signed=False))
    assert state(file, 8) == "unmet"
    file.and_("2026-02-13", some(BankAccountHandedOver, is_signed=NOT_ASKED))
    assert state(file, 8) == "met"


@pytest.mark.parametrize("number", [8, 9])
def test_gates_8_and_9_ask_nothing_before_a_route_is_approved(number: int) -> None:
    file = but(ready_young(), AdultPlacementPlanApproved)
    assert state(file, number) == "unmet"
    assert state(file.and_("2026-01-20", plan(NOT_ASKED)), number) == "unknown"
    assert readiness_on(file).route is None


def test_gate_9_a_refusal_unknown_answers_and_a_hand_over_not_done() -> None:
    file = but(ready_young(by=HARDSHIP), HardshipSupportDecided, HardshipSupportPlaced)
    file.and_("2026-02-01", some(HardshipSupportDecided, decision="refused"))
    assert state(file, 9) == "unmet"
    file.and_("2026-02-02", some(HardshipSupportDecided, decision=NOT_ASKED))
    assert state(file, 9) == "unknown"
    file.and_("2026-02-03", some(HardshipSupportDecided, decision="approved"))
    assert state(file, 9) == "unmet"
    file.and_("2026-02-04", some(HardshipSupportPlaced, is_medical_handover_done=NOT_ASKED))
    assert state(file, 9) == "unknown"
    file.and_("2026-02-05", some(HardshipSupportPlaced, is_medical_handover_done=False))
    assert state(file, 9) == "unmet"
    file.and_("2026-02-06", some(HardshipSupportPlaced, is_medical_handover_done=True))
    assert state(file, 9) == "met"


@pytest.mark.rule("G10")
def test_gate_10_blocks_on_the_way_into_society_and_only_warns_in_hardship() -> None:
    social = but(ready_young(), HouseholdTransferred)
    assert (state(social, 10), answer(social, 10).weight) == ("unmet", "blocks")
    hardship = ready_young(by=HARDSHIP)
    assert (state(hardship, 10), answer(hardship, 10).weight) == ("unmet", "warns")
    assert readiness_on(hardship).status == "ready"


@pytest.mark.rule("G10")
def test_gate_10_a_decided_destination_or_a_reason_to_stay_suffices() -> None:
    file = but(ready_young(), HouseholdTransferred)
    file.and_("2026-02-01", some(HouseholdDestinationDecided, hukou_state="undecided"))
    assert state(file, 10) == "unmet"
    file.and_("2026-02-01", some(HouseholdDestinationDecided, hukou_state="kept"))
    assert (state(file, 10), answer(file, 10).evidence) == ("unmet", (file.last.entry_id,))
    assert readiness_on(file).status == "not_ready"
    file.and_("2026-02-02", some(HouseholdDestinationDecided, hukou_state="kept", explanation="待租房落实"))
    assert state(file, 10) == "met"


@pytest.mark.parametrize(
    ("on", "reason", "expected"),
    [
        ("2026-02-15", "adult_placement", "met"),
        ("2026-02-15", NOT_ASKED, "met"),
        ("2020-02-15", NOT_ASKED, "unmet"),
        ("2026-02-15", "school", "unmet"),
        ("2016-02-15", "institution_transfer", "unmet"),
    ],
)
def test_gate_10_only_a_move_into_the_persons_own_life_counts(
    on: str, reason: str | Unknown, expected: str
) -> None:
    file = but(ready_young(), HouseholdTransferred)
    assert state(file.and_(on, some(HouseholdTransferred, transfer_reason=reason)), 10) == expected


@pytest.mark.rule("G11")
def test_gate_11_asks_for_the_persons_own_answer_to_the_route_that_was_approved() -> None:
    file = but(ready_young(), YoungPersonConsentRecorded)
    for on, said, expected in (
        ("2026-01-25", NOT_ASKED, "unknown"),
        ("2026-01-26", "unable", "unmet"),
        ("2026-01-27", "disagree", "unmet"),
        ("2026-01-28", "agree", "met"),
    ):
        file.and_(on, some(YoungPersonConsentRecorded, result=said))
        assert state(file, 11) == expected
    assert state(file.and_("2026-02-10", plan("social")), 11) == "met"
    assert state(file.and_("2026-02-20", plan("hardship")), 11) == "unmet"
    file.and_("2026-02-21", some(YoungPersonConsentRecorded, result="agree"))
    assert state(file, 11) == "met"


@pytest.mark.rule("G07", "G12")
@pytest.mark.parametrize(
    ("number", "measure", "missing"),
    [(7, "insurance", SocialSecurityTransferred), (12, "allowance", AllowanceStopped)],
)
def test_gates_7_and_12_are_met_by_a_plan_too(number: int, measure: str, missing: type[Event]) -> None:
    file = but(ready_young(), missing)
    assert state(file.and_("2026-01-21", plan("social", measure)), number) == "met"


@pytest.mark.rule("G12")
def test_gate_12_a_study_grant_serves_too() -> None:
    file = but(ready_young(), AllowanceStopped)
    assert state(file.and_("2026-02-20", some(StudyGrantGranted, academic_year=2026)), 12) == "met"


def test_gate_13_asks_men_and_leaves_open_whom_it_does_not_know() -> None:
    assert state(young(sex=FEMALE), 13) == "not_applicable"
    assert state(young(sex=NOT_ASKED), 13) == "unknown"
    assert state(young(("2026-01-01", some(Enlisted))), 13) == "met"


# What the answers have in common


def test_a_gate_whose_rule_is_unverified_only_warns() -> None:
    book = Rulebook.shipped()
    doubted = Rulebook(book.texts)
    doubted.rules["G08"] = replace(doubted["G08"], verified=False)
    file = but(ready_young(), HousingArranged)
    assert readiness(file.on(READY_ON), book, route).status == "not_ready"
    file.rulebook = doubted
    assert readiness(file.on(READY_ON), doubted, route).status == "ready"


def test_the_answer_over_time_is_the_answer_of_each_day() -> None:
    file = ready_young(("2026-04-01", some(Enlisted)))
    start, end = date(2025, 9, 1), date(2026, 12, 31)
    intervals = list(readiness_over_time(file.file, file.rulebook, route, start, end))
    statuses = [found.status for _, _, found in intervals]
    assert statuses[0] == "not_ready"
    assert "ready" in statuses
    assert statuses[-1] == "deferred"
    for since, until, found in intervals:
        assert found == readiness_on(file, since.isoformat()) == readiness_on(file, until.isoformat())
    assert all(one[2] != other[2] for one, other in pairwise(intervals))


def test_correcting_the_birth_changes_who_is_ready_on_a_day() -> None:
    file = ready_young()
    assert state(file, 1, "2025-09-20") == "met"
    file.and_("2015-05-01", identity(birth="2008-05-10"), corrects=file.entries[0])
    assert state(file, 1, "2025-09-20") == "unmet"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-09-10", ("I22", date(2025, 9, 10))),
        ("2025-10-10", ("D15", date(2026, 3, 10))),
        ("2026-02-02", ("D18", date(2026, 12, 31))),
    ],
)
def test_the_next_thing_due_is_the_nearest_that_is_open(day: str, expected: tuple[str, date]) -> None:
    file = young(*COMMON[:2])
    own: Callable[[str], bool] = {"I22", "D15", "D18"}.__contains__
    clock = next_due(
        [clock for clock in clocks(file.file, file.rulebook) if own(clock.rule)], date.fromisoformat(day)
    )
    assert clock is not None
    assert (clock.rule, clock.due.last) == expected


def test_nothing_is_next_when_nothing_is_open() -> None:
    assert next_due([], date(2026, 1, 1)) is None


def test_scores_are_kept_with_the_assessment() -> None:
    scored = some(AdultPlacementAssessed, scores=(some(AbilityScore, dimension="skills"),))
    assert young().when("2025-12-01", scored).recorded().last.event.scores[0].dimension == "skills"
