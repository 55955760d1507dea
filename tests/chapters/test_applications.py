"""What young people ask authorities for, support in hardship by stages, the transition and the way back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.events.case import CaseClosed
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement.applying import (
    CapacityDeterminationApplied,
    HardshipSupportApplied,
    HardshipSupportInvestigated,
    HardshipSupportPublicityEnded,
    PlacementApplicationDecided,
    PlacementApplicationMade,
)
from domain.events.placement.arrangements import (
    HARDSHIP,
    STUDYING_ON,
    TRANSITION,
    FollowUpPlanned,
    HardshipSupportDecided,
    StudyContinued,
)
from domain.events.placement.placed import PLACED, AdultPlaced
from domain.events.placement.preparing import CapacityDetermined
from domain.events.placement.transition import (
    PlacementReversed,
    TransitionPeriodEnded,
    TransitionPeriodStarted,
)
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.file import Attribute
from domain.life import CASE_CLOSED, STAGE
from domain.obligations import Clock
from domain.readiness import GATES
from domain.working_days import working_days_after
from tests.support.given import NOT_ASKED, Given, given, some
from tests.support.young_people import assessed, young

FUZHOU, YANTAI, SHENZHEN = "350100", "370600", "440300"


# What is applied for


@pytest.mark.rule("R-PLC-1")
def test_an_application_is_answered_within_thirty_days_by_its_own_answer() -> None:
    file, housing = young(), uuid4()
    file.and_("2026-03-01", some(PlacementApplicationMade, applied_for="housing"), entry_id=housing)
    clock = file.clock("R-PLC-1")
    days = ("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")
    assert [clock.state(date.fromisoformat(day)) for day in days] == [None, "due", "due", "overdue"]
    assert clock.number is not None
    assert not clock.number.verified
    file.and_("2026-03-02", some(PlacementApplicationMade, applied_for="army"))
    file.and_("2026-03-31", some(PlacementApplicationDecided, application=housing, decision="refused"))
    assert [each.state(date(2026, 4, 1)) for each in file.clocks("R-PLC-1")] == ["met", "due"]


@pytest.mark.rule("R-PLC-1")
def test_nobody_waits_for_an_answer_once_the_person_has_left_and_what_is_asked_later_is_waited_for() -> None:
    file = young(("2026-03-11", some(PlacementApplicationMade)), ("2026-03-20", some(DepartureCompleted)))
    assert file.clock("R-PLC-1").state(date(2026, 3, 20)) == "void"
    later = young(("2026-03-20", some(DepartureCompleted)), ("2026-03-25", some(PlacementApplicationMade)))
    assert later.clock("R-PLC-1").state(date(2026, 4, 30)) == "overdue"


@pytest.mark.rule("E05")
def test_an_answer_names_an_application_of_this_file() -> None:
    decided = some(PlacementApplicationDecided, application=uuid4())
    young(("2026-03-01", some(PlacementApplicationMade))).when("2026-03-10", decided).refused("E05")


# Capacity


@pytest.mark.rule("I24")
def test_a_court_is_asked_about_who_is_of_age_and_not_fully_able() -> None:
    file = young(("2025-12-01", assessed("partial")))
    assert file.lapses("I24")[0][:2] == ("no_evidence", date(2026, 3, 10))
    asked = young(("2025-12-01", assessed("partial")), ("2026-04-01", some(CapacityDeterminationApplied)))
    assert asked.lapses("I24") == [("no_evidence", date(2026, 3, 10), date(2026, 3, 31))]
    unsaid = young(("2025-12-01", assessed(NOT_ASKED)), ("2026-03-10", some(CapacityDeterminationApplied)))
    assert unsaid.lapses("I24") == []


def test_a_court_that_was_asked_has_not_decided_and_the_gate_stays_shut() -> None:
    file = young(("2025-12-01", assessed("partial")), ("2026-04-01", some(CapacityDeterminationApplied)))
    result = GATES[5].answer(file.on("2026-04-02"))
    assert (result.state, len(result.evidence)) == ("unmet", 2)
    file.and_("2026-05-01", some(CapacityDetermined, result="full"))
    assert GATES[5].answer(file.on("2026-05-01")).state == "met"


# Support in hardship, stage by stage


def applicant(region: str = YANTAI, born: date = date(2008, 1, 1)) -> Given:
    return given(
        ("2020-01-01", some(ChildReceived)),
        ("2020-01-01", some(IdentityRecorded, birth_on=born)),
        ("2021-01-01", some(HouseholdRegistered, region=region)),
    )


def stages(file: Given) -> list[Clock]:
    return sorted(file.clocks("D16"), key=lambda clock: clock.opened_on)


def due(file: Given) -> list[tuple[date, str | None]]:
    """The last day of each stage in turn, and how it stands on 31 July 2026."""
    return [(clock.due.last, clock.state(date(2026, 7, 31))) for clock in stages(file)]


def applied(file: Given, day: str = "2026-07-01") -> UUID:
    file.and_(day, some(HardshipSupportApplied))
    return file.last.original


@pytest.mark.rule("D16")
@pytest.mark.parametrize("region", [FUZHOU, YANTAI])
def test_each_stage_runs_from_the_end_of_the_one_before(region: str) -> None:
    days = {FUZHOU: (15, 10), YANTAI: (10, 3)}[region]
    file = applicant(region)
    application = applied(file)
    first = working_days_after(date(2026, 7, 1), days[0])
    assert [day for day, _ in due(file)] == [first]
    file.and_("2026-07-06", some(HardshipSupportInvestigated, application=application))
    assert [day for day, _ in due(file)] == [first, date(2026, 7, 13)]
    file.and_("2026-07-13", some(HardshipSupportPublicityEnded, application=application))
    last = working_days_after(date(2026, 7, 13), days[1])
    assert [day for day, _ in due(file)] == [first, date(2026, 7, 13), last]
    decided = some(HardshipSupportDecided, applied_on=date(2026, 7, 1), decision="approved")
    file.and_(last.isoformat(), decided)
    assert due(file) == [(first, "met"), (date(2026, 7, 13), "met"), (last, "met")]
    assert {clock.number and clock.number.verified for clock in file.clocks("D16")} == {False}
    assert [clock.started_by[0].type for clock in stages(file)] == [
        "HardshipSupportApplied",
        "HardshipSupportInvestigated",
        "HardshipSupportPublicityEnded",
    ]


@pytest.mark.rule("D16")
@pytest.mark.parametrize(("day", "state"), [("2026-07-15", "met"), ("2026-07-16", "met_late")])
def test_an_investigation_is_in_time_on_its_last_working_day(day: str, state: str) -> None:
    file = applicant()
    application = applied(file)
    file.and_(day, some(HardshipSupportInvestigated, application=application))
    assert due(file)[0] == (date(2026, 7, 15), state)


@pytest.mark.rule("D16")
def test_stages_of_which_nobody_recorded_the_end_are_counted_together() -> None:
    file = applicant()
    applied(file)
    file.and_("2026-07-27", some(HardshipSupportDecided, applied_on=NOT_ASKED, decision="refused"))
    assert due(file) == [(date(2026, 7, 15), "void"), (date(2026, 7, 27), "met")]
    skipped = applicant()
    application = applied(skipped)
    skipped.and_("2026-07-20", some(HardshipSupportPublicityEnded, application=application))
    assert due(skipped) == [
        (date(2026, 7, 15), "void"),
        (date(2026, 7, 22), "met"),
        (date(2026, 7, 23), "overdue"),
    ]


@pytest.mark.rule("D16")
def test_until_a_later_stage_ends_nobody_knows_that_the_end_of_this_one_will_not_be_recorded() -> None:
    def standing(file: Given, day: str) -> list[tuple[date, str]]:
        states = ((clock.due.last, clock.state(date.fromisoformat(day))) for clock in stages(file))
        return [(last, state) for last, state in states if state is not None]

    file = applicant()
    applied(file)
    before = [standing(file, day) for day in ("2026-07-15", "2026-07-16", "2026-07-26")]
    assert before == [[(date(2026, 7, 15), state)] for state in ("due", "overdue", "overdue")]
    file.and_("2026-07-27", some(HardshipSupportDecided, decision="approved"))
    assert [standing(file, day) for day in ("2026-07-15", "2026-07-16", "2026-07-26")] == before
    assert standing(file, "2026-07-27") == [(date(2026, 7, 15), "void"), (date(2026, 7, 27), "met")]
    # And of a decision alone, nobody knew the application before it.
    alone = applicant()
    alone.and_("2026-07-27", some(HardshipSupportDecided, applied_on=date(2026, 7, 1), decision="approved"))
    assert standing(alone, "2026-07-26") == []
    assert standing(alone, "2026-07-27") == [(date(2026, 7, 27), "met")]


@pytest.mark.rule("D16")
def test_the_application_of_a_minor_is_investigated_and_decided_and_not_published() -> None:
    file = applicant(born=date(2009, 1, 1))
    application = applied(file)
    file.and_("2026-07-06", some(HardshipSupportInvestigated, application=application))
    assert due(file) == [(date(2026, 7, 15), "met"), (date(2026, 7, 9), "overdue")]


@pytest.mark.rule("D16")
def test_a_decision_on_a_recorded_application_needs_no_day_of_it_and_one_on_another_is_its_own() -> None:
    file = applicant()
    applied(file)
    file.when("2026-07-20", some(HardshipSupportDecided, decision="approved")).recorded()
    other = applicant()
    applied(other)
    other.and_("2026-07-20", some(HardshipSupportDecided, applied_on=date(2026, 6, 1), decision="approved"))
    assert len(due(other)) == 2
    assert sorted(str(state) for _, state in due(other)) == ["met_late", "overdue"]


@pytest.mark.rule("D16")
def test_a_decision_that_is_not_known_does_not_end_the_application_and_leaving_voids_it() -> None:
    file = applicant()
    applied(file)
    file.and_("2026-07-20", some(HardshipSupportDecided, applied_on=date(2026, 7, 1)))
    assert due(file) == [(date(2026, 7, 15), "overdue")]
    for ends in (some(ChildDied), some(AdultPlaced, route="social")):
        left = applicant()
        applied(left)
        left.and_("2026-07-10", ends)
        assert due(left) == [(date(2026, 7, 15), "void")]


def test_how_far_an_application_has_come_is_known() -> None:
    file = applicant()
    application = applied(file)
    file.and_("2026-07-06", some(HardshipSupportInvestigated, application=application))
    file.and_("2026-07-13", some(HardshipSupportPublicityEnded, application=application))
    file.and_("2026-07-15", some(HardshipSupportDecided, decision="approved"))
    days = ("2026-06-30", "2026-07-01", "2026-07-06", "2026-07-13", "2026-07-15")
    assert [file.now(HARDSHIP, day) for day in days] == [
        None,
        "applied",
        "investigated",
        "published",
        "approved",
    ]


# Study after 18


@pytest.mark.rule("G03")
def test_who_studies_on_is_placed_later_until_the_study_ends() -> None:
    studies = ("2026-03-20", some(StudyContinued, stage="vocational", ends_on=date(2026, 7, 10)))
    file = young(studies)
    days = ("2026-03-19", "2026-03-20", "2026-07-10", "2026-07-11")
    assert [GATES[3].answer(file.on(day)).state for day in days] == ["met", "unmet", "unmet", "met"]
    assert [file.now(STUDYING_ON, day) for day in days] == [None, "vocational", "vocational", None]
    left = young(
        ("2025-09-01", some(SchoolEnrolled, stage="vocational", form="vocational")),
        studies,
        ("2026-06-01", some(SchoolingEnded, stage="vocational")),
    )
    states = [GATES[3].answer(left.on(day)).state for day in ("2026-05-31", "2026-06-01")]
    assert states == ["unmet", "met"]


def test_nobody_studies_on_in_care_who_has_left() -> None:
    left = young(("2026-03-11", some(DepartureCompleted)))
    left.when("2026-03-12", some(StudyContinued)).refused("I31")


# Transition, and the way back


def transition(ends: object, region: str = SHENZHEN) -> set[tuple[str, str]]:
    file = young(("2026-03-10", some(AdultPlaced)))
    file.when("2026-03-20", some(TransitionPeriodStarted, ends_on=ends), region=region)
    return {(found.rule.id, found.refusal.kind) for found in file.judgements}


@pytest.mark.rule("D30")
def test_a_transition_that_starts_in_shenzhen_takes_three_years() -> None:
    assert transition(date(2029, 3, 19)) == {("D30", "breach")}
    assert transition(date(2029, 3, 20)) == set()
    assert transition(NOT_ASKED) == {("D30", "no_evidence")}
    assert transition(date(2026, 9, 1), region="370202") == set()


def test_a_transition_lasts_until_its_end_or_its_last_day() -> None:
    def held(*more: tuple[Any, ...]) -> list[bool]:
        start = ("2026-03-20", some(TransitionPeriodStarted, ends_on=date(2026, 9, 20)))
        file = young(("2026-03-10", some(AdultPlaced)), start, *more)
        days = ("2026-03-19", "2026-03-20", "2026-06-01", "2026-09-20", "2026-09-21")
        return [file.now(TRANSITION, day) is not None for day in days]

    assert held() == [False, True, True, True, False]
    assert held(("2026-06-01", some(TransitionPeriodEnded))) == [False, True, False, False, False]


def test_who_comes_back_is_in_care_again_and_is_not_visited_but_placed_anew() -> None:
    file = young(
        ("2026-03-10", some(AdultPlaced, route="social")),
        ("2026-03-11", some(FollowUpPlanned, visits_on=(date(2026, 9, 1),))),
        ("2026-03-20", some(TransitionPeriodStarted)),
        ("2026-04-01", some(CaseClosed)),
        ("2026-08-01", some(PlacementReversed)),
    )
    assert [file.now(STAGE, day) for day in ("2026-07-31", "2026-08-01")] == ["placed", "in_care"]
    over: tuple[Attribute[Any], ...] = (PLACED, TRANSITION, CASE_CLOSED)
    for gone in over:
        assert file.now(gone, "2026-07-31") is not None
        assert file.now(gone, "2026-08-01") is None
    assert file.clock("R-VIS-1").state(date(2026, 8, 1)) == "void"
    file.when("2026-08-10", some(StudyContinued)).recorded()
    file.and_("2027-01-01", some(AdultPlaced, route="social"))
    assert file.now(STAGE, "2027-01-01") == "placed"


def test_nobody_comes_back_before_they_were_placed() -> None:
    young(("2026-03-10", some(AdultPlaced))).when("2026-03-09", some(PlacementReversed)).refused("E14")
    young(("2026-03-10", some(AdultPlaced))).when("2026-03-10", some(PlacementReversed)).recorded()
