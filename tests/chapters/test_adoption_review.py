"""The registrar's thirty days, in which neither notice nor assessment counts (D08)."""

from datetime import date

import pytest

from domain.events.adoption.assessment import (
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    RegistrarNoticePublished,
)
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.adoption.review import ASSESSMENT, NOTICE
from domain.events.intake import ChildReceived
from tests.support.given import Given, given, named, some

FAMILY, OTHERS = named("family"), named("others")
APPLIED = (
    ("2020-01-01", some(ChildReceived)),
    ("2024-03-01", some(AdopterApplicationReceived, adopter=FAMILY)),
)


def due(file: Given) -> list[tuple[date, date, str | None]]:
    """From when, until when, and why it was paused."""
    return [
        (clock.opened_on, clock.due.last, clock.void_because.zh if clock.void_because else None)
        for clock in file.clocks("D08")
    ]


@pytest.mark.rule("D08")
def test_the_registrar_has_thirty_days_from_the_day_after() -> None:
    clock = given(*APPLIED).clock("D08")
    assert clock.due.last == date(2024, 3, 31)
    assert (clock.state(date(2024, 3, 31)), clock.state(date(2024, 4, 1))) == ("due", "overdue")


@pytest.mark.rule("D08")
def test_a_registration_meets_it_on_its_last_day_and_another_familys_voids_it() -> None:
    own = given(*APPLIED, ("2024-03-31", some(AdoptionRegistered, adopter=FAMILY))).clock("D08")
    assert own.state(date(2024, 3, 31)) == "met"
    late = given(*APPLIED, ("2024-04-01", some(AdoptionRegistered, adopter=FAMILY))).clock("D08")
    assert late.state(date(2024, 4, 1)) == "met_late"
    other = given(*APPLIED, ("2024-03-20", some(AdoptionRegistered, adopter=OTHERS))).clock("D08")
    assert other.state(date(2024, 3, 20)) == "void"


@pytest.mark.rule("D08")
def test_the_sixty_days_of_the_notice_do_not_count() -> None:
    file = given(*APPLIED, ("2024-03-11", some(RegistrarNoticePublished)))
    # Ten days are used up; the notice runs to 10 May, and twenty days are left.
    assert due(file) == [
        (date(2024, 3, 1), date(2024, 3, 31), NOTICE.zh),
        (date(2024, 5, 10), date(2024, 5, 30), None),
    ]


@pytest.mark.rule("D08")
def test_nothing_is_due_while_the_family_is_assessed() -> None:
    file = given(*APPLIED, ("2024-03-11", some(AdoptionAssessmentConsented)))
    assert due(file) == [(date(2024, 3, 1), date(2024, 3, 31), ASSESSMENT.zh)]
    file.and_("2024-05-01", some(AdoptionAssessmentReportIssued))
    assert due(file)[1:] == [(date(2024, 5, 1), date(2024, 5, 21), None)]


@pytest.mark.rule("D08")
def test_that_the_assessment_does_not_count_is_verified_in_hainan_alone() -> None:
    for region, verified in (("460105", True), ("371099", False)):
        file = given(
            APPLIED[0],
            (*APPLIED[1], {"region": region}),
            ("2024-03-11", some(AdoptionAssessmentConsented)),
            ("2024-05-01", some(AdoptionAssessmentReportIssued)),
        )
        assert [clock.number.verified for clock in file.clocks("D08") if clock.number] == [True, verified]


@pytest.mark.rule("D08")
def test_what_begins_after_the_thirty_days_pauses_nothing() -> None:
    file = given(*APPLIED, ("2024-04-01", some(RegistrarNoticePublished)))
    assert due(file) == [(date(2024, 3, 1), date(2024, 3, 31), None)]
