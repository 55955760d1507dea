"""What places set: hardship support (D16), transition (D30), foster care (I10), scores (R-ADO-1)."""

from datetime import date
from decimal import Decimal

import pytest

from domain.event import Event
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.care import CareModeAssigned
from domain.events.health import DisabilityAssessed
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement import local_times
from domain.events.placement.arrangements import HardshipSupportDecided
from domain.events.placement.placed import AdultPlaced
from domain.obligations import Clock
from domain.working_days import KNOWN_UNTIL
from tests.support.given import NOT_ASKED, Given, given, some

FUZHOU, YANTAI, SHENZHEN, SICHUAN = "350100", "370600", "440300", "510100"


def decided(
    applied: date,
    day: str,
    region: object,
    born: date | None = date(2008, 1, 1),
    decision: object = "approved",
) -> Clock:
    """The clock of a hardship application of somebody registered in a region, decided on a day."""
    file = given(
        ("2020-01-01", some(ChildReceived)),
        ("2020-01-01", some(IdentityRecorded, birth_on=born or NOT_ASKED)),
        ("2021-01-01", some(HouseholdRegistered, region=region)),
        (day, some(HardshipSupportDecided, applied_on=applied, decision=decision)),
    )
    return file.clock("D16")


@pytest.mark.rule("D16")
def test_an_adults_application_takes_what_the_place_sets_for_each_stage() -> None:
    applied = date(2026, 7, 1)
    # Fuzhou: 15 working days, 7 days, 10 working days; Yantai 10, 7 and 3.
    assert decided(applied, "2026-08-12", FUZHOU).due.last == date(2026, 8, 12)
    assert decided(applied, "2026-08-12", YANTAI).due.last == date(2026, 7, 27)
    assert decided(applied, "2026-07-27", YANTAI).state(date(2026, 7, 27)) == "met"
    assert decided(applied, "2026-07-28", YANTAI).state(date(2026, 7, 28)) == "met_late"


@pytest.mark.rule("D16")
def test_a_decision_that_is_not_known_does_not_meet_it_and_the_next_on_the_application_does() -> None:
    applied = date(2026, 7, 1)
    assert decided(applied, "2026-07-27", YANTAI, decision="refused").state(date(2026, 7, 27)) == "met"
    unknown = decided(applied, "2026-07-27", YANTAI, decision=NOT_ASKED)
    assert [unknown.state(date(2026, 7, day)) for day in (27, 28)] == ["due", "overdue"]
    file = given(("2026-07-20", some(HardshipSupportDecided, applied_on=applied)))
    file.and_("2026-08-12", some(HardshipSupportDecided, applied_on=applied, decision="approved"))
    assert [clock.state(date(2026, 8, 12)) for clock in file.clocks("D16")] == ["met", "met"]
    other = given(("2026-07-20", some(HardshipSupportDecided, applied_on=applied)))
    other.and_("2026-08-12", some(HardshipSupportDecided, applied_on=date(2026, 8, 1), decision="approved"))
    assert [clock.state(date(2026, 8, 13)) for clock in other.clocks("D16")] == ["overdue", "met"]


@pytest.mark.rule("D16")
def test_a_minors_application_is_not_published() -> None:
    applied = date(2026, 7, 1)
    assert decided(applied, "2026-07-20", YANTAI, born=date(2009, 1, 1)).due.last == date(2026, 7, 20)
    assert decided(applied, "2026-07-20", YANTAI, born=None).due.last == date(2026, 7, 27)


@pytest.mark.rule("D16")
def test_the_days_of_a_place_without_own_ones_are_borrowed_and_unverified() -> None:
    for region in ("371099", NOT_ASKED):
        clock = decided(date(2026, 7, 1), "2026-08-12", region)
        assert clock.number is not None
        assert (clock.due.last, clock.number.verified) == (date(2026, 8, 12), False)
        assert clock.number.source.startswith("借用")


@pytest.mark.rule("D16")
def test_a_due_day_beyond_the_announced_calendar_is_provisional() -> None:
    assert not decided(date(2026, 7, 1), "2026-08-12", FUZHOU).provisional
    beyond = decided(date(2026, 12, 1), "2026-12-20", FUZHOU)
    assert beyond.due.last > KNOWN_UNTIL
    assert beyond.provisional


@pytest.mark.rule("D16")
def test_an_application_without_its_day_is_uncertain() -> None:
    given().when("2026-07-20", some(HardshipSupportDecided)).recorded("D16")
    given().when("2026-07-20", some(HardshipSupportDecided, applied_on=date(2026, 7, 1))).recorded()


def placed(ends: object, route: object = "social", region: str = SHENZHEN) -> set[tuple[str, str]]:
    file = given().when(
        "2024-03-01", some(AdultPlaced, route=route, transition_end_on=ends), region=region, exception="I23"
    )
    return {(found.rule.id, found.refusal.kind) for found in file.judgements if found.rule.id == "D30"}


@pytest.mark.rule("D30")
def test_in_shenzhen_the_transition_takes_three_years() -> None:
    assert placed(date(2027, 2, 28)) == {("D30", "breach")}
    assert placed(date(2027, 3, 1)) == set()
    assert placed(NOT_ASKED) == {("D30", "no_evidence")}
    assert placed(NOT_ASKED, route=NOT_ASKED) == {("D30", "uncertain")}
    assert placed(date(2025, 3, 1), route="hardship") == set()
    assert placed(date(2025, 3, 1), region="370202") == set()


def judged(event: Event, region: str, day: str = "2024-05-01") -> Given:
    return given(("2024-01-01", some(ChildReceived))).when(day, event, region=region)


def report(score: object, conclusion: object = "suitable") -> AdoptionAssessmentReportIssued:
    return some(AdoptionAssessmentReportIssued, score=score, conclusion=conclusion)


@pytest.mark.rule("R-ADO-1")
def test_in_sichuan_a_suitable_assessment_has_eighty_points() -> None:
    judged(report(Decimal("79.5")), SICHUAN).recorded("R-ADO-1")
    judged(report(Decimal(80)), SICHUAN).recorded()
    judged(report(Decimal(60), "unsuitable"), SICHUAN).recorded()
    judged(report(Decimal(60)), "370202").recorded()


@pytest.mark.rule("R-ADO-1")
def test_the_score_counts_from_its_day_and_is_asked_for() -> None:
    judged(report(Decimal(60)), SICHUAN, "2021-12-30").recorded()
    judged(report(None), SICHUAN).recorded("R-ADO-1")
    doubtful = judged(report(Decimal(60), NOT_ASKED), SICHUAN).recorded("R-ADO-1")
    assert {found.refusal.kind for found in doubtful.judgements} == {"uncertain"}


def asked_of_fostering(grade: object, mode: object = "foster") -> bool:
    """Whether I10 asks what care the child needs who is placed with a family, and then in this mode."""
    file = given(
        ("2024-01-01", some(ChildReceived)),
        ("2024-02-01", some(DisabilityAssessed, disability_class="4", grade=grade)),
    )
    file.when("2024-03-01", some(CareModeAssigned, mode=mode))
    return "I10" in {judgement.rule.id for judgement in file.judgements}


@pytest.mark.rule("I10")
def test_fostering_a_severely_disabled_child_asks_what_care_it_needs() -> None:
    assert asked_of_fostering("2")
    assert not asked_of_fostering("3")
    assert asked_of_fostering(NOT_ASKED)
    assert not asked_of_fostering("1", mode="ward")
    assert asked_of_fostering("1", mode=NOT_ASKED)


def test_the_stages_of_an_application_are_those_of_the_rulebook() -> None:
    rule = given().rulebook["D16"]
    assert {pack.case for pack in rule.packs} == set(local_times.STAGES)
