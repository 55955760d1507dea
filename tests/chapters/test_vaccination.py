"""Vaccinations: the certificate in time, what was given, and what was deferred."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeCategoryDetermined, ReferralReceived
from domain.events.medical.vaccination import (
    PROGRAMME_COMPLETED,
    VACCINATION_CERTIFICATE,
    VACCINATIONS,
    Dose,
    VaccinationBooked,
    VaccinationCertificateIssued,
    VaccinationDeferred,
    VaccinationGiven,
    VaccinationProgrammeCompleted,
)
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some

BORN = "2024-01-10"
RECEIVED = "2024-01-20"
ISSUED = some(VaccinationCertificateIssued)


def infant(*, received: str = RECEIVED, born: str | None = BORN, situation: str = "15") -> Given:
    birth = NOT_ASKED if born is None else date.fromisoformat(born)
    return given(
        (received, some(ReferralReceived, child_situation=situation)),
        (received, some(ChildReceived)),
        (received, some(IntakeCategoryDetermined, category="B3", child_situation=situation)),
        (received, some(IdentityRecorded, birth_on=birth)),
    )


def vaccinated(vaccine: str | Unknown = "BCG", dose: int | Unknown = 1) -> VaccinationGiven:
    return some(VaccinationGiven, vaccine=vaccine, dose=dose)


def deferred(until: str | None = "2024-03-01", **said: Any) -> VaccinationDeferred:
    by = NOT_ASKED if until is None else date.fromisoformat(until)
    return some(VaccinationDeferred, **{"vaccine": "BCG", "dose": 1, "reason": "ill", "until": by, **said})


def booked(due: str | None = "2024-03-01", **said: Any) -> VaccinationBooked:
    day = NOT_ASKED if due is None else date.fromisoformat(due)
    return some(VaccinationBooked, **{"vaccine": "HepB", "dose": 2, "due_on": day, **said})


# R-MED-4


@pytest.mark.rule("R-MED-4")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-02-09", "met"), ("2024-02-10", "met"), ("2024-02-11", "met_late")]
)
def test_the_certificate_is_issued_within_a_month_of_birth(day: str, state: str) -> None:
    clock = infant().and_(day, ISSUED).clock("R-MED-4")
    assert (clock.opened_on, clock.due) == (date(2024, 1, 20), Days.on(date(2024, 2, 10)))
    assert clock.state(date(2024, 3, 1)) == state


@pytest.mark.rule("R-MED-4")
@pytest.mark.parametrize(("received", "due"), [("2024-02-10", True), ("2024-02-11", False)])
def test_who_comes_after_that_month_had_a_guardian_to_see_to_it(received: str, *, due: bool) -> None:
    assert bool(infant(received=received).clocks("R-MED-4")) is due


@pytest.mark.rule("R-MED-4")
@pytest.mark.parametrize("situation", ["03", "04", "05", "06"])
def test_for_a_foundling_the_month_counts_from_its_reception(situation: str) -> None:
    clock = infant(received="2025-03-05", situation=situation).clock("R-MED-4")
    assert clock.due == Days.on(date(2025, 4, 5))
    assert clock.number is not None
    assert not clock.number.verified


def test_so_it_does_for_whose_birth_is_not_known() -> None:
    assert infant(born=None).clock("R-MED-4").due == Days.on(date(2024, 2, 20))


@pytest.mark.rule("R-MED-4")
@pytest.mark.parametrize(("received", "due"), [("2030-01-09", True), ("2030-01-10", False)])
def test_of_a_foundling_of_school_age_no_certificate_is_due(received: str, *, due: bool) -> None:
    assert bool(infant(received=received, situation="05").clocks("R-MED-4")) is due


@pytest.mark.rule("R-MED-4")
@pytest.mark.parametrize(("born", "verified"), [("2019-11-30", False), ("2019-12-01", True)])
def test_the_month_is_the_law_from_the_day_on_which_that_was_in_force(born: str, *, verified: bool) -> None:
    number = infant(born=born, received=born).clock("R-MED-4").number
    assert number is not None
    assert (number.value, number.verified) == (1, verified)


def test_it_ends_with_the_departure() -> None:
    clock = infant().and_("2024-02-01", some(DepartureCompleted)).clock("R-MED-4")
    assert (clock.state(date(2024, 1, 31)), clock.state(date(2024, 2, 1))) == ("due", "void")


def test_the_certificate_is_held_from_its_issue_on() -> None:
    file = infant().and_("2024-02-01", ISSUED)
    assert file.now(VACCINATION_CERTIFICATE, "2024-01-31") is None
    assert file.now(VACCINATION_CERTIFICATE, "2024-02-01") == date(2024, 2, 1)


# What was given


def test_every_dose_that_was_given_is_told() -> None:
    file = infant().and_("2024-02-01", vaccinated("HepB", 2)).and_("2024-02-01", vaccinated("BCG", NOT_ASKED))
    told = [fact.held.value for fact in file.on("2024-02-01").each(VACCINATIONS)]
    assert told == [Dose(vaccine="HepB", dose=2), Dose(vaccine="BCG", dose=None)]
    assert file.on("2024-01-31").each(VACCINATIONS) == []


# R-MED-5


@pytest.mark.rule("R-MED-5")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-02-29", "met"), ("2024-03-01", "met"), ("2024-03-02", "met_late")]
)
def test_what_was_deferred_is_given_by_the_day_until_which_it_was(day: str, state: str) -> None:
    clock = infant().and_("2024-02-01", deferred()).and_(day, vaccinated()).clock("R-MED-5")
    assert clock.due == Days.on(date(2024, 3, 1))
    assert clock.state(date(2024, 4, 1)) == state


@pytest.mark.rule("R-MED-5")
def test_where_that_day_is_not_known_it_is_due_within_three_months() -> None:
    clock = infant().and_("2024-02-01", deferred(until=None)).clock("R-MED-5")
    assert clock.due == Days.on(date(2024, 5, 1))
    assert [clock.state(date(2024, 5, 1) + timedelta(days=day)) for day in (0, 1)] == ["due", "overdue"]


@pytest.mark.parametrize(
    ("given_later", "meets"),
    [
        (vaccinated("BCG", 1), True),
        (vaccinated("BCG", NOT_ASKED), True),
        (vaccinated("BCG", 2), False),
        (vaccinated("MMR", 1), False),
        (vaccinated(NOT_ASKED, 1), False),
    ],
)
def test_only_the_same_dose_of_the_same_vaccine_makes_up_for_it(
    given_later: VaccinationGiven, *, meets: bool
) -> None:
    clock = infant().and_("2024-02-01", deferred()).and_("2024-02-20", given_later).clock("R-MED-5")
    assert (clock.met_by is not None) is meets


def test_one_dose_before_it_was_deferred_does_not() -> None:
    clock = infant().and_("2024-01-25", vaccinated()).and_("2024-02-01", deferred()).clock("R-MED-5")
    assert clock.met_by is None


@pytest.mark.parametrize(("reason", "due"), [("contraindicated", False), ("ill", True), (NOT_ASKED, True)])
def test_what_is_contraindicated_for_good_is_never_due(reason: str | Unknown, *, due: bool) -> None:
    assert bool(infant().and_("2024-02-01", deferred(reason=reason)).clocks("R-MED-5")) is due


def test_what_is_deferred_again_is_due_by_the_later_day_only() -> None:
    file = infant().and_("2024-02-01", deferred()).and_("2024-02-25", deferred("2024-06-01"))
    first, second = file.clocks("R-MED-5")
    assert (first.state(date(2024, 2, 24)), first.state(date(2024, 2, 25))) == ("due", "void")
    assert second.state(date(2024, 6, 1)) == "due"


def test_a_departure_ends_what_was_deferred() -> None:
    file = infant().and_("2024-02-01", deferred()).and_("2024-02-10", some(DepartureCompleted))
    assert file.clock("R-MED-5").state(date(2024, 2, 10)) == "void"


# R-MED-8


@pytest.mark.rule("R-MED-8")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-02-29", "met"), ("2024-03-01", "met"), ("2024-03-02", "met_late")]
)
def test_what_the_unit_booked_is_given_on_its_day(day: str, state: str) -> None:
    clock = infant().and_("2024-02-01", booked()).and_(day, vaccinated("HepB", 2)).clock("R-MED-8")
    assert (clock.opened_on, clock.due) == (date(2024, 2, 1), Days.on(date(2024, 3, 1)))
    assert clock.state(date(2024, 4, 1)) == state


@pytest.mark.rule("R-MED-8")
def test_what_was_booked_for_no_known_day_is_due_within_three_months() -> None:
    clock = infant().and_("2024-02-01", booked(None)).clock("R-MED-8")
    assert clock.due == Days.on(date(2024, 5, 1))
    assert [clock.state(date(2024, 5, 1) + timedelta(days=day)) for day in (0, 1)] == ["due", "overdue"]


@pytest.mark.parametrize(
    ("said", "day", "dose", "meets"),
    [
        ({}, "2024-03-01", vaccinated("HepB", NOT_ASKED), True),
        ({}, "2024-03-01", vaccinated("HepB", 3), False),
        ({}, "2024-03-01", vaccinated("BCG", 2), False),
        ({}, "2024-02-01", vaccinated("HepB", 2), True),
        ({}, "2024-02-01", vaccinated("HepB", NOT_ASKED), False),
        ({"dose": NOT_ASKED}, "2024-02-01", vaccinated("HepB", 1), False),
        ({"vaccine": NOT_ASKED, "dose": NOT_ASKED}, "2024-02-01", vaccinated("BCG", 1), False),
        ({"vaccine": NOT_ASKED, "dose": NOT_ASKED}, "2024-02-28", vaccinated("BCG", 1), True),
    ],
)
def test_the_visit_on_which_it_was_booked_does_not_keep_it_but_by_the_number_of_the_dose(
    said: dict[str, Any], day: str, dose: VaccinationGiven, *, meets: bool
) -> None:
    clock = infant().and_("2024-02-01", booked(**said)).and_(day, dose).clock("R-MED-8")
    assert (clock.met_by is not None) is meets


def test_what_is_booked_anew_is_due_on_the_later_day_only() -> None:
    file = infant().and_("2024-02-01", booked()).and_("2024-02-25", booked("2024-06-01"))
    first, second = file.clocks("R-MED-8")
    assert (first.state(date(2024, 2, 24)), first.state(date(2024, 2, 25))) == ("due", "void")
    assert second.state(date(2024, 6, 1)) == "due"


def test_another_dose_booked_on_the_same_visit_leaves_it_due() -> None:
    file = infant().and_("2024-02-01", booked()).and_("2024-02-01", booked(vaccine="IPV", dose=1))
    assert [each.state(date(2024, 3, 1)) for each in file.clocks("R-MED-8")] == ["due", "due"]


def test_a_booking_for_no_known_vaccine_gives_way_to_the_next_one() -> None:
    file = infant().and_("2024-02-01", booked(vaccine=NOT_ASKED)).and_("2024-02-20", booked("2024-06-01"))
    first, second = file.clocks("R-MED-8")
    assert (first.state(date(2024, 2, 20)), second.state(date(2024, 2, 20))) == ("void", "due")


@pytest.mark.parametrize("reason", ["ill", "contraindicated"])
def test_a_booked_dose_that_is_deferred_is_due_by_its_booking_no_more(reason: str) -> None:
    put_off = deferred(vaccine="HepB", dose=2, reason=reason)
    clock = infant().and_("2024-02-01", booked()).and_("2024-02-20", put_off).clock("R-MED-8")
    assert (clock.state(date(2024, 2, 19)), clock.state(date(2024, 2, 20))) == ("due", "void")


def test_a_deferred_dose_that_is_booked_is_due_by_its_booking() -> None:
    file = infant().and_("2024-02-01", deferred()).and_("2024-02-20", booked(vaccine="BCG", dose=1))
    assert file.clock("R-MED-5").state(date(2024, 2, 20)) == "void"
    assert file.clock("R-MED-8").state(date(2024, 2, 20)) == "due"


def test_a_departure_ends_what_was_booked() -> None:
    file = infant().and_("2024-02-01", booked()).and_("2024-02-10", some(DepartureCompleted))
    assert file.clock("R-MED-8").state(date(2024, 2, 10)) == "void"


def test_the_programme_is_completed_until_another_dose_is_booked() -> None:
    file = (
        infant()
        .and_("2030-08-20", some(VaccinationProgrammeCompleted))
        .and_("2037-01-15", booked("2037-02-01"))
    )
    assert file.now(PROGRAMME_COMPLETED, "2030-08-19") is None
    assert file.now(PROGRAMME_COMPLETED, "2037-01-14") == date(2030, 8, 20)
    assert file.now(PROGRAMME_COMPLETED, "2037-01-15") is None
