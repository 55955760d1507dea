"""Examinations and disability."""

from datetime import date

import pytest

from domain.events.departure import DepartureCompleted
from domain.events.health import (
    DISABILITY,
    DISABILITY_CERTIFICATE,
    Disability,
    DisabilityAssessed,
    DisabilityCertificateIssued,
    PhysicalExamined,
)
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days
from tests.support.given import Given, citizen_id, given, some

HOLDER = citizen_id("2010-06-03", "002")


def infant(born: str = "2024-01-10", received: str = "2024-02-01") -> Given:
    """A child in care from an early age."""
    identity = some(IdentityRecorded, birth_on=date.fromisoformat(born))
    return given((received, some(ChildReceived)), (received, identity))


# D13


@pytest.mark.rule("D13")
@pytest.mark.parametrize(
    ("examined", "due"),
    [
        ("2024-07-09", "2024-08-09"),  # not six months old: after a month
        ("2024-07-10", "2024-10-10"),  # six months: after three
        ("2025-01-09", "2025-04-09"),  # not one year old: after three
        ("2025-01-10", "2025-07-10"),  # one year: after six
        ("2027-01-09", "2027-07-09"),  # not three years old: after six
        ("2027-01-10", "2028-01-10"),  # three years: after a year
    ],
)
def test_the_next_examination_is_due_by_the_age_at_the_last_one(examined: str, due: str) -> None:
    last = infant().and_(examined, some(PhysicalExamined)).clocks("D13")[-1]
    assert last.due == Days.on(date.fromisoformat(due))
    assert [
        last.state(date.fromisoformat(due)),
        last.state(date.fromordinal(last.due.last.toordinal() + 1)),
    ] == [
        "due",
        "overdue",
    ]


def test_the_first_examination_is_counted_from_reception() -> None:
    clock = infant().clock("D13")
    assert (clock.opened_on, clock.due) == (date(2024, 2, 1), Days.on(date(2024, 3, 1)))
    assert clock.number is not None
    assert not clock.number.verified


@pytest.mark.rule("D13")
def test_examinations_follow_each_other_early_late_and_on_the_last_day() -> None:
    file = infant(born="2015-05-05", received="2020-01-10")
    for day in ("2020-06-01", "2021-06-01", "2023-01-01"):
        file.and_(day, some(PhysicalExamined))
    states = [clock.state(date(2024, 6, 1)) for clock in file.clocks("D13")]
    assert states == ["met", "met", "met_late", "overdue"]


def test_two_examinations_on_one_day_are_no_delay() -> None:
    file = infant().and_("2024-02-20", some(PhysicalExamined)).and_("2024-02-20", some(PhysicalExamined))
    assert [clock.state(date(2024, 2, 20)) for clock in file.clocks("D13")] == ["met", "met", "due"]


def test_an_examination_recorded_late_takes_its_place_between_the_others() -> None:
    file = infant(born="2015-05-05", received="2020-01-10").and_("2022-01-05", some(PhysicalExamined))
    assert file.clocks("D13")[0].state(date(2022, 2, 1)) == "met_late"
    file.and_("2021-01-05", some(PhysicalExamined))
    assert [clock.state(date(2022, 2, 1)) for clock in file.clocks("D13")] == ["met", "met", "due"]


def test_an_examination_of_a_month_makes_the_next_one_due_within_a_month() -> None:
    last = infant(born="2015-05-05").and_("2024-09", some(PhysicalExamined)).clocks("D13")[-1]
    assert last.due == Days(date(2025, 9, 1), date(2025, 9, 30))


def test_nobody_is_examined_after_leaving_and_the_count_begins_anew_on_return() -> None:
    file = infant(born="2015-05-05", received="2020-01-10").and_("2020-06-01", some(DepartureCompleted))
    file.and_("2022-03-01", some(ChildReceived))
    first, second = file.clocks("D13")
    assert first.state(date(2021, 1, 11)) == "void"
    assert second.due == Days.on(date(2023, 3, 1))


def test_a_child_of_unknown_age_is_examined_at_least_every_year() -> None:
    assert given(("2024-02-01", some(ChildReceived))).clock("D13").due == Days.on(date(2025, 2, 1))


# Disability


def assessed(kind: str, grade: str | None = None) -> DisabilityAssessed:
    return some(DisabilityAssessed, disability_class=kind, grade=grade)


def test_an_assessment_succeeds_the_former_one_and_may_find_no_disability() -> None:
    file = given(
        ("2016-03-01", assessed("3", "2")), ("2019-03-01", assessed("7", "1")), ("2023-03-01", assessed("0"))
    )
    assert file.now(DISABILITY, "2019-02-28") == Disability(disability_class="3", grade="2")
    assert file.now(DISABILITY, "2019-03-01") == Disability(disability_class="7", grade="1")
    assert file.now(DISABILITY, "2023-03-01") is None


def certificate(
    number: str, kind: str = "5", grade: str = "2", valid_to: str = "2034-03-01"
) -> DisabilityCertificateIssued:
    return some(
        DisabilityCertificateIssued,
        certificate_no=number,
        disability_class=kind,
        grade=grade,
        valid_to=date.fromisoformat(valid_to),
    )


def test_a_certificate_expires_and_the_disability_does_not() -> None:
    file = given(("2014-03-01", certificate(f"{HOLDER}52", valid_to="2024-02-29")))
    assert file.now(DISABILITY_CERTIFICATE, "2024-02-29") == Disability(disability_class="5", grade="2")
    assert file.now(DISABILITY_CERTIFICATE, "2024-03-01") is None
    assert file.now(DISABILITY, "2024-03-01") == Disability(disability_class="5", grade="2")


def test_a_certificate_renewed_early_leaves_no_gap_and_renewed_late_leaves_one() -> None:
    first = ("2014-03-01", certificate(f"{HOLDER}52", valid_to="2024-02-29"))
    early = given(first, ("2024-01-15", certificate(f"{HOLDER}52B1")))
    late = given(first, ("2024-06-01", certificate(f"{HOLDER}52B1")))
    assert early.now(DISABILITY_CERTIFICATE, "2024-03-01") is not None
    assert late.now(DISABILITY_CERTIFICATE, "2024-03-01") is None
    assert late.now(DISABILITY_CERTIFICATE, "2024-06-01") is not None


def said_of(file: Given) -> list[str]:
    """What the findings say beside their rules, in Chinese."""
    return [each.refusal.detail.zh for each in file.judgements if each.refusal.detail is not None]


@pytest.mark.rule("R-DIS-1")
def test_a_certificate_number_is_the_citizen_id_the_class_and_the_grade() -> None:
    given().when("2024-03-01", certificate(f"{HOLDER}52")).recorded()
    given().when("2024-03-01", certificate(f"{HOLDER}52B2")).recorded()
    malformed = given().when("2024-03-01", certificate("371099-52")).recorded("R-DIS-1")
    assert malformed.found() == {("R-DIS-1", "number_as_written")}
    assert said_of(malformed) == ["位数、字符或者残疾类别、等级代码不符"]
    assert said_of(given().when("2024-03-01", certificate(f"{HOLDER}85"))) == said_of(malformed)
    holder = f"{HOLDER[:-1]}{'1' if HOLDER[-1] == '0' else '0'}"
    assert said_of(given().when("2024-03-01", certificate(f"{holder}52"))) == [
        "证号中的公民身份号码校验码不符"
    ]
    other = given().when("2024-03-01", certificate(f"{HOLDER}42")).recorded("R-DIS-1")
    assert other.found() == {("R-DIS-1", "breach")}


def test_a_certificate_that_expires_before_it_is_issued_is_impossible() -> None:
    given().when("2024-03-01", certificate(f"{HOLDER}52", valid_to="2023-03-01")).refused("E10")
