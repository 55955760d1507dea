"""Medical insurance: checked on the day of entry, enrolled in, paid for year by year."""

from datetime import date
from typing import Any

import pytest

from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.insurance import (
    INSURED,
    InsuranceContributionPaid,
    InsuranceEnrolled,
    InsuranceStatusChecked,
)
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some

WEIHAI = "371002"
ELSEWHERE = "320682"
RECEIVED = "2024-03-05"


def received(**envelope: Any) -> Given:
    return given((RECEIVED, some(ChildReceived), envelope))


def checked(*, insured: bool | Unknown = False, verified: bool | Unknown = True) -> InsuranceStatusChecked:
    return some(InsuranceStatusChecked, is_insured=insured, is_identity_verified=verified)


def enrolled(year: int, benefit_from: str | None = None, **said: Any) -> InsuranceEnrolled:
    begins = NOT_ASKED if benefit_from is None else date.fromisoformat(benefit_from)
    return some(InsuranceEnrolled, **{"scheme": "resident", "year": year, "benefit_from": begins, **said})


def paid(year: int, benefit_from: str | None = None, scheme: str = "resident") -> InsuranceContributionPaid:
    begins = None if benefit_from is None else date.fromisoformat(benefit_from)
    return some(InsuranceContributionPaid, scheme=scheme, year=year, benefit_from=begins)


def gaps(file: Given) -> list[tuple[str, str]]:
    """The first and the last day of each time without cover between the first and the last cover."""
    spans = sorted((span.since, span.until) for span in file.file.spans(INSURED))
    found, covered = [], spans[0][1]
    for since, until in spans[1:]:
        if since > date.fromordinal(covered.toordinal() + 1):
            found.append((covered.isoformat(), since.isoformat()))
        covered = max(covered, until)
    return found


# D10


def test_the_check_is_due_on_the_day_of_entry() -> None:
    clock = received().clock("D10")
    assert clock.due == Days.on(date(2024, 3, 5))
    assert [clock.state(date(2024, 3, day)) for day in (4, 5, 6)] == [None, "due", "overdue"]


@pytest.mark.rule("D10")
@pytest.mark.parametrize(("day", "state"), [(RECEIVED, "met"), ("2024-03-06", "met_late")])
def test_a_check_on_the_day_meets_it_and_a_day_later_is_late(day: str, state: str) -> None:
    file = received().and_(day, checked())
    assert file.clock("D10").state(date(2024, 4, 1)) == state


@pytest.mark.rule("D10", "I07")
@pytest.mark.parametrize("insured", [True, False, NOT_ASKED])
@pytest.mark.parametrize("verified", [True, False, NOT_ASKED])
def test_a_check_counts_only_when_the_insurance_is_known_and_the_identity_verified(
    *, insured: bool | Unknown, verified: bool | Unknown
) -> None:
    file = received().and_(RECEIVED, checked(insured=insured, verified=verified))
    answered = insured is not NOT_ASKED and verified is True
    assert file.clock("D10").state(date(2024, 3, 6)) == ("met" if answered else "overdue")
    found = [] if answered else [("uncertain", date(2024, 3, 6), date(2024, 4, 30))]
    assert file.lapses("I07", "2024-04-30") == found


@pytest.mark.rule("D10", "I07")
def test_what_one_check_left_open_a_later_one_answers() -> None:
    file = received().and_(RECEIVED, checked(insured=True, verified=NOT_ASKED))
    file.when("2024-03-06", checked(insured=NOT_ASKED)).recorded("I07")
    assert file.clock("D10").state(date(2024, 4, 1)) == "met_late"
    assert file.lapses("I07", "2024-04-30") == []


def test_every_entry_asks_for_a_check_of_its_own() -> None:
    file = received().and_(RECEIVED, checked()).and_("2024-09-01", some(DepartureCompleted))
    file.and_("2025-01-10", some(ChildReceived))
    first, second = file.clocks("D10")
    assert (first.state(date(2025, 1, 11)), second.state(date(2025, 1, 11))) == ("met", "overdue")


def test_admission_after_reception_is_no_second_entry() -> None:
    file = received().and_("2024-03-20", some(ChildAdmitted))
    assert file.clock("D10").due == Days.on(date(2024, 3, 5))


def test_a_reception_known_by_its_month_is_overdue_only_after_the_month() -> None:
    clock = given(("2024-03", some(ChildReceived))).clock("D10")
    assert clock.due == Days(date(2024, 3, 1), date(2024, 3, 31))
    assert clock.state(date(2024, 3, 31)) == "due"


def test_the_number_is_verified_where_the_text_is_in_force_and_borrowed_elsewhere() -> None:
    for region, day, verified in (
        (WEIHAI, "2021-11-08", True),
        (WEIHAI, "2021-11-07", False),
        (ELSEWHERE, "2024-03-05", False),
    ):
        number = given((day, some(ChildReceived), {"region": region})).clock("D10").number
        assert number is not None
        assert number.verified is verified


def test_a_clock_ends_with_the_childs_departure() -> None:
    clock = received().and_("2024-03-05", some(DepartureCompleted)).clocks("D10")
    assert clock == []
    left = received().and_("2024-03-10", some(DepartureCompleted)).clock("D10")
    assert left.state(date(2024, 3, 10)) == "void"


# I07


def test_a_check_on_the_day_of_entry_is_right_and_a_later_one_is_a_breach() -> None:
    received().when(RECEIVED, checked()).recorded()
    file = received().when("2024-03-06", checked()).recorded("I07")
    assert file.found() == {("I07", "breach")}


def test_only_the_first_check_after_entry_is_late() -> None:
    file = received().and_(RECEIVED, checked())
    file.when("2024-08-01", checked()).recorded()


def test_a_check_dated_by_its_month_only_may_be_late() -> None:
    file = received().when("2024-03", checked()).recorded("I07")
    assert file.found() == {("I07", "uncertain")}


def test_nobody_looked_from_the_day_after_entry_until_somebody_did() -> None:
    file = received()
    assert file.lapses("I07", "2024-03-05") == []
    assert file.lapses("I07", "2024-04-30") == [("no_evidence", date(2024, 3, 6), date(2024, 4, 30))]
    file.and_("2024-03-20", checked())
    assert file.lapses("I07", "2024-04-30") == [("no_evidence", date(2024, 3, 6), date(2024, 3, 19))]
    file.and_(RECEIVED, checked())
    assert file.lapses("I07", "2024-04-30") == []


def test_the_standing_question_ends_when_the_child_leaves() -> None:
    file = received().and_("2024-04-01", some(DepartureCompleted))
    assert file.lapses("I07") == [("no_evidence", date(2024, 3, 6), date(2024, 3, 31))]


def test_a_waiting_period_is_a_breach_and_an_unknown_one_is_not() -> None:
    file = received().when("2024-03-06", enrolled(2024, waiting_days=90)).recorded("I07")
    assert file.found() == {("I07", "breach")}
    received().when("2024-03-06", enrolled(2024, waiting_days=0)).recorded()
    received().when("2024-03-06", enrolled(2024, waiting_days=Unknown("not_on_paper"))).recorded()


@pytest.mark.rule("R-INS-1")
def test_an_enrolment_before_the_child_arrived_is_found() -> None:
    file = received().when("2023-02-01", enrolled(2023), origin="import").recorded("R-INS-1")
    assert file.found() == {("R-INS-1", "breach")}
    received().when("2024-03-04", enrolled(2024), origin="import").recorded("R-INS-1")
    for day in (RECEIVED, "2024-03-06"):
        received().when(day, enrolled(2024), origin="import").recorded()
    given().when("2023-02-01", enrolled(2023)).recorded()
    possibly = given(("2024-03", some(ChildReceived))).when("2024-03-05", enrolled(2024))
    possibly.recorded()


# Cover succeeds cover


def test_enrolment_covers_from_the_day_benefits_begin_to_the_end_of_its_year() -> None:
    file = received().and_("2024-03-06", enrolled(2024, "2024-03-05"))
    days = ("2024-03-04", "2024-03-05", "2024-12-31", "2025-01-01")
    assert [file.now(INSURED, day) for day in days] == [None, "resident", "resident", None]


def test_a_year_paid_early_follows_without_a_gap() -> None:
    file = (
        received()
        .and_("2024-03-06", enrolled(2024, "2024-03-05"))
        .and_("2024-11-17", paid(2025, "2025-01-01"))
    )
    assert gaps(file) == []
    assert file.now(INSURED, "2025-12-31") == "resident"


def test_a_year_paid_late_leaves_a_gap_until_benefits_begin() -> None:
    file = received().and_("2024-03-06", enrolled(2024, "2024-03-05"))
    file.and_("2025-02-20", paid(2025, "2025-03-01"))
    assert gaps(file) == [("2024-12-31", "2025-03-01")]


def test_where_the_beginning_of_benefits_is_not_said_they_begin_with_the_year_or_the_payment() -> None:
    early = given(("2024-11-17", paid(2025)))
    assert [early.now(INSURED, day) for day in ("2024-12-31", "2025-01-01")] == [None, "resident"]
    late = given(("2025-02-20", paid(2025)))
    assert [late.now(INSURED, day) for day in ("2025-02-19", "2025-02-20")] == [None, "resident"]


def test_a_year_that_nobody_paid_is_a_gap() -> None:
    file = received().and_("2024-03-06", enrolled(2024, "2024-03-05")).and_("2025-11-20", paid(2026))
    assert gaps(file) == [("2024-12-31", "2026-01-01")]
    file.and_("2024-11-20", paid(2025))
    assert gaps(file) == []


def test_a_year_enrolled_and_paid_for_is_covered_once() -> None:
    file = (
        received()
        .and_("2024-03-06", enrolled(2024, "2024-03-05"))
        .and_("2024-04-01", paid(2024, "2024-04-01"))
    )
    assert gaps(file) == []
    assert len(file.on("2024-05-01").each(INSURED)) == 1


def test_employment_overlaps_the_residents_year_and_goes_on_after_it() -> None:
    file = given(("2024-11-17", paid(2025)), ("2025-07-01", enrolled(2025, "2025-07-01")))
    file.and_("2025-07-01", some(InsuranceEnrolled, scheme="employee", benefit_from=date(2025, 7, 1)))
    assert {fact.held.value for fact in file.on("2025-08-01").each(INSURED)} == {"resident", "employee"}
    assert file.now(INSURED, "2026-01-01") == "employee"


def test_a_residents_enrolment_without_a_year_covers_the_year_in_which_it_begins() -> None:
    file = given(("2024-03-06", some(InsuranceEnrolled, scheme="resident")))
    assert [file.now(INSURED, day) for day in ("2024-12-31", "2025-01-01")] == ["resident", None]


def test_a_correction_of_the_year_moves_the_gap() -> None:
    file = given(("2023-11-20", paid(2024)), ("2025-11-20", paid(2026)))
    file.and_("2025-11-20", paid(2025, "2025-11-20"), corrects=file.last)
    assert gaps(file) == [("2024-12-31", "2025-11-20")]


# S02: what a check says


@pytest.mark.rule("S02")
def test_who_was_found_insured_on_the_day_of_entry_is_insured_for_that_year() -> None:
    file = received().and_(RECEIVED, some(InsuranceStatusChecked, is_insured=True))
    assert file.lapses("S02", "2024-12-31") == []
    assert file.lapses("S02", "2025-01-02") == [("no_evidence", date(2025, 1, 1), date(2025, 1, 2))]
    assert file.and_("2024-11-20", paid(2025)).lapses("S02", "2025-12-31") == []


@pytest.mark.rule("S02")
def test_who_was_found_not_insured_is_not_until_enrolled_that_day_or_later() -> None:
    file = received().and_(RECEIVED, some(InsuranceStatusChecked, is_insured=False))
    assert file.lapses("S02", "2024-03-08") == [("breach", date(2024, 3, 5), date(2024, 3, 8))]
    file.and_("2024-03-07", enrolled(2024, "2024-03-07"))
    assert file.lapses("S02", "2024-12-31") == [("breach", date(2024, 3, 5), date(2024, 3, 6))]
    file.and_("2024-06-01", some(InsuranceStatusChecked, is_insured=False))
    assert file.lapses("S02", "2024-12-31")[1:] == [("breach", date(2024, 6, 1), date(2024, 12, 31))]


@pytest.mark.rule("S02")
def test_a_check_that_does_not_say_changes_nothing() -> None:
    file = received().and_(RECEIVED, some(InsuranceStatusChecked))
    assert file.lapses("S02", "2024-03-06") == [("no_evidence", date(2024, 3, 5), date(2024, 3, 6))]
    assert received().and_(RECEIVED, enrolled(2024, RECEIVED)).lapses("S02", "2024-03-06") == []
