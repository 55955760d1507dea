"""Psychological care: a test every school year, and no concern or referral without an answer."""

from datetime import date

import pytest

from domain.event import Category, fields_of
from domain.events.community.rolls import MigrantRollEntered, RollLeft
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.psychology import (
    CounsellingSessionHeld,
    MedicalReferralMade,
    MedicalReferralReturned,
    PsychAssessed,
    PsychConcernFlagged,
)
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some


def raised(*, born: str | None = "2012-03-05", received: str = "2020-01-10", region: str = "371099") -> Given:
    """A child in care, seven years old when it came."""
    birth = NOT_ASKED if born is None else date.fromisoformat(born)
    return given(
        (received, some(ChildReceived), {"region": region}),
        (received, some(IdentityRecorded, birth_on=birth), {"region": region}),
    )


def on_the_migrant_roll(entered: str, *, region: str = "371099") -> Given:
    """A child of twelve outside institutions."""
    return given(
        (entered, some(IdentityRecorded, birth_on=date(2012, 3, 5)), {"region": region}),
        (entered, some(MigrantRollEntered), {"region": region}),
    )


def states(file: Given, rule: str, *days: str) -> list[str | None]:
    clock = file.clocks(rule)[0]
    return [clock.state(date.fromisoformat(day)) for day in days]


# D28


@pytest.mark.rule("D28")
@pytest.mark.parametrize(
    ("received", "due"),
    [("2020-08-31", "2021-08-31"), ("2020-09-01", "2022-08-31"), ("2021-01-10", "2022-08-31")],
)
def test_the_first_test_is_due_with_the_school_year_after_the_one_in_which_the_child_came(
    received: str, due: str
) -> None:
    clock = raised(received=received).clock("D28")
    assert clock.due == Days.on(date.fromisoformat(due))
    assert [clock.state(clock.due.last), clock.state(date.fromordinal(clock.due.last.toordinal() + 1))] == [
        "due",
        "overdue",
    ]


@pytest.mark.rule("D28")
def test_each_school_year_has_its_test() -> None:
    file = raised().and_("2021-08-31", some(PsychAssessed)).and_("2022-09-01", some(PsychAssessed))
    first, second, third = file.clocks("D28")
    assert [clock.due.last for clock in (first, second, third)] == [
        date(2021, 8, 31),
        date(2022, 8, 31),
        date(2024, 8, 31),
    ]
    assert [clock.state(date(2023, 1, 1)) for clock in (first, second, third)] == ["met", "met_late", "due"]


@pytest.mark.rule("D28")
def test_nobody_is_tested_before_six_or_from_eighteen_on() -> None:
    young = raised(born="2019-03-05").and_("2021-05-01", some(PsychAssessed))
    clock = young.clock("D28")
    assert [clock.state(date(2025, 3, day)) for day in (4, 5)] == [None, "due"]
    assert clock.due == Days.on(date(2026, 8, 31))
    grown = raised(born="2003-03-05").clock("D28")
    assert [grown.state(date(2021, 3, day)) for day in (4, 5)] == ["due", "void"]
    assert raised(born="2003-03-05", received="2021-03-05").clocks("D28") == []
    left_at_five = raised(born="2019-03-05").and_("2024-03-05", some(DepartureCompleted))
    assert left_at_five.clocks("D28") == []


def test_who_left_before_eighteen_is_not_tested_any_more_and_who_left_later_was_grown_up() -> None:
    left = raised().and_("2021-05-01", some(DepartureCompleted)).clock("D28")
    assert left.state(date(2021, 5, 1)) == "void"
    assert left.void_because is not None
    assert left.void_because.zh == "已离院"
    late = raised(born="2003-03-05").and_("2021-05-01", some(DepartureCompleted)).clock("D28")
    assert late.void_on == date(2021, 3, 5)


def test_a_child_whose_birth_is_not_known_is_tested() -> None:
    assert raised(born=None).clock("D28").due == Days.on(date(2021, 8, 31))


@pytest.mark.rule("D28")
def test_a_migrant_child_is_tested_every_school_year_while_it_is_on_the_roll() -> None:
    file = on_the_migrant_roll("2025-03-01")
    assert [states(file, "D28", day) for day in ("2026-08-31", "2026-09-01")] == [["due"], ["overdue"]]
    file.and_("2025-11-20", some(PsychAssessed))
    assert [clock.due.last for clock in file.clocks("D28")] == [date(2026, 8, 31), date(2027, 8, 31)]
    file.and_("2026-03-01", some(RollLeft, roll="migrant"))
    assert [clock.state(date(2026, 3, 1)) for clock in file.clocks("D28")] == ["met", "void"]


@pytest.mark.rule("D28")
def test_the_number_is_verified_for_migrant_children_of_guizhou_since_the_day_of_its_text() -> None:
    def verified(file: Given) -> bool:
        number = file.clock("D28").number
        assert number is not None
        return number.verified

    assert verified(on_the_migrant_roll("2025-02-17", region="520102"))
    assert not verified(on_the_migrant_roll("2025-02-16", region="520102"))
    assert not verified(on_the_migrant_roll("2025-02-17", region="371099"))
    assert not verified(raised(received="2025-02-17", region="520102"))


# R-PSY-1, R-PSY-2


@pytest.mark.rule("R-PSY-1")
@pytest.mark.parametrize("answer", [CounsellingSessionHeld, MedicalReferralMade])
def test_a_concern_is_followed_within_two_weeks(
    answer: type[CounsellingSessionHeld | MedicalReferralMade],
) -> None:
    file = raised().and_("2024-03-01", some(PsychConcernFlagged))
    assert states(file, "R-PSY-1", "2024-03-14", "2024-03-15", "2024-03-16") == ["due", "due", "overdue"]
    in_time = raised().and_("2024-03-01", some(PsychConcernFlagged)).and_("2024-03-15", some(answer))
    assert states(in_time, "R-PSY-1", "2024-03-15") == ["met"]
    late = raised().and_("2024-03-01", some(PsychConcernFlagged)).and_("2024-03-16", some(answer))
    assert states(late, "R-PSY-1", "2024-03-16") == ["met_late"]


@pytest.mark.rule("R-PSY-2")
def test_a_referral_is_answered_within_a_month_by_the_answer_that_names_it() -> None:
    file = raised().and_("2024-03-01", some(MedicalReferralMade))
    first = file.last.original
    file.and_("2024-03-10", some(MedicalReferralMade))
    assert states(file, "R-PSY-2", "2024-03-30", "2024-03-31", "2024-04-01") == ["due", "due", "overdue"]
    file.and_("2024-03-31", some(MedicalReferralReturned, referral=first))
    assert [clock.state(date(2024, 3, 31)) for clock in file.clocks("R-PSY-2")] == ["met", "due"]
    file.and_("2024-04-10", some(MedicalReferralReturned))
    assert [clock.state(date(2024, 4, 10)) for clock in file.clocks("R-PSY-2")] == ["met", "met_late"]


def test_no_answer_is_awaited_once_the_child_has_left() -> None:
    file = (
        raised().and_("2024-03-01", some(PsychConcernFlagged)).and_("2024-03-01", some(MedicalReferralMade))
    )
    file.and_("2024-03-10", some(DepartureCompleted))
    assert states(file, "R-PSY-2", "2024-03-09", "2024-03-10") == ["due", "void"]


def test_an_answer_to_a_referral_that_is_not_on_file_is_refused() -> None:
    other = given(("2024-03-01", some(MedicalReferralMade))).last.original
    raised().when("2024-03-10", some(MedicalReferralReturned, referral=other)).refused("E05")


def test_what_a_return_diagnoses_is_restricted_and_what_is_to_be_done_is_not() -> None:
    sealed = {
        spec.name: spec.personal and spec.personal.category for spec in fields_of(MedicalReferralReturned)
    }
    assert sealed["diagnosis"] == Category.RESTRICTED_HEALTH
    assert sealed["advice"] == Category.HEALTH
