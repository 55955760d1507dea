"""Status, living allowance and study grants: applied for, granted, paid, stopped."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied
from domain.events.entitlement.allowance import (
    ALLOWANCE,
    AllowanceApplied,
    AllowanceGranted,
    AllowancePaid,
    AllowanceRefused,
    AllowanceStopped,
)
from domain.events.entitlement.over_age import OverAgeContinuationApplied, OverAgeContinuationDecided
from domain.events.entitlement.study_grant import STUDY_GRANT, StudyGrantGranted, StudyGrantStopped
from domain.events.entitlement.welfare_status import (
    WELFARE_STATUS,
    WelfareStatusEnded,
    WelfareStatusRecognised,
)
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days, day_before
from tests.support.given import NOT_ASKED, Given, given, some


def child(born: str | None = "2008-06-03", received: str = "2020-01-10") -> Given:
    """A child in care, whose birth may be unknown."""
    birth = NOT_ASKED if born is None else date.fromisoformat(born)
    return given((received, some(ChildReceived)), (received, some(IdentityRecorded, birth_on=birth)))


def granted(line: str = "202", month: str = "2020-02", **said: Any) -> AllowanceGranted:
    return some(AllowanceGranted, line=line, first_month=month, standard_yuan=Decimal(1800), **said)


def paid(first: str, last: str, line: str = "202") -> AllowancePaid:
    return some(AllowancePaid, first_month=first, last_month=last, line=line)


def found(file: Given, rule: str) -> list[tuple[str, str]]:
    """The first and the last day of each lapse of a rule."""
    return [(since.isoformat(), until.isoformat()) for _, since, until in file.lapses(rule)]


# Status


def test_a_child_may_be_recognised_as_more_than_one_and_each_ends_by_itself() -> None:
    file = child().and_("2020-02-01", some(WelfareStatusRecognised, status="orphan"))
    file.and_("2021-02-01", some(WelfareStatusRecognised, status="in_difficulty"))
    file.and_("2022-02-01", some(WelfareStatusEnded, status="orphan"))
    held = [
        [fact.held.value for fact in file.on(day).each(WELFARE_STATUS)]
        for day in ("2020-02-01", "2021-02-01", "2022-02-01")
    ]
    assert held == [["orphan"], ["orphan", "in_difficulty"], ["in_difficulty"]]


# I25


@pytest.mark.rule("I25")
@pytest.mark.parametrize(
    ("day", "rules"), [("2026-06-02", []), ("2026-06-03", ["I25"]), ("2026-06-04", ["I25"])]
)
def test_the_first_allowance_is_granted_before_the_18th_birthday(day: str, rules: list[str]) -> None:
    child().when(day, granted(month="2026-06")).recorded(*rules)


@pytest.mark.rule("I25")
def test_an_entry_over_age_says_so_and_a_later_grant_is_not_the_first() -> None:
    child().when("2026-06-03", granted(is_over_age_entry=True)).recorded()
    child().when("2026-06-03", granted(is_over_age_entry=NOT_ASKED)).recorded("I25")
    child().and_("2020-02-01", granted()).when("2026-06-03", granted("120")).recorded()


@pytest.mark.rule("I25")
def test_a_birth_that_leaves_the_age_open_is_a_doubt() -> None:
    file = given(("2020-01-10", some(ChildReceived)))
    file.when("2026-06-03", granted()).recorded("I25")
    assert [judgement.refusal.kind for judgement in file.judgements] == ["uncertain"]


# I26


@pytest.mark.rule("I26")
@pytest.mark.parametrize(("month", "rules"), [("2024-02", []), ("2024-03", []), ("2024-04", ["I26"])])
def test_nothing_is_paid_for_a_month_after_the_last_one(month: str, rules: list[str]) -> None:
    file = (
        child().and_("2020-02-01", granted()).and_("2024-03-20", some(AllowanceStopped, last_month="2024-03"))
    )
    file.when("2024-05-01", paid("2024-01", month)).recorded(*rules)


@pytest.mark.rule("I26")
def test_an_allowance_that_was_stopped_does_not_end_another_one() -> None:
    stopped = some(AllowanceStopped, last_month="2024-03", allowance_line="202")
    file = child().and_("2020-02-01", granted()).and_("2024-03-20", stopped)
    file.when("2024-05-01", paid("2024-04", "2024-04", "120")).recorded()
    file.when("2024-05-01", paid("2024-04", "2024-04")).recorded("I26")
    unsaid = some(AllowancePaid, first_month="2024-04", last_month="2024-04")
    file.when("2024-05-01", unsaid).recorded("I26")


@pytest.mark.rule("I26")
def test_what_is_paid_on_after_an_adoption_has_its_own_line_and_ends_with_a_death() -> None:
    adopted = child().and_("2020-02-01", granted()).and_("2024-03-20", some(AdoptionRegistered))
    adopted.when("2024-05-01", paid("2024-04", "2024-04")).recorded("I26")
    adopted.when("2024-05-01", paid("2024-04", "2024-04", "adopted")).recorded()
    died = child().and_("2020-02-01", granted()).and_("2024-03-20", some(ChildDied))
    died.when("2024-05-01", paid("2024-04", "2024-04", "adopted")).recorded("I26")


def test_the_last_month_of_a_payment_is_not_before_the_first() -> None:
    child().and_("2020-02-01", granted()).when("2024-05-01", paid("2024-04", "2024-03")).refused("E10")


# R-ALW-1


@pytest.mark.rule("R-ALW-1")
def test_an_allowance_after_18_is_stopped_or_continued() -> None:
    file = child().and_("2020-02-01", granted())
    assert found(file, "R-ALW-1")[0][0] == "2026-06-03"
    applied = file.entry("2026-05-01", some(OverAgeContinuationApplied))
    file.entries.append(applied)
    decided = some(
        OverAgeContinuationDecided,
        application=applied.entry_id,
        decision="approved",
        reason="study",
        until=date(2026, 8, 31),
    )
    file.and_("2026-05-20", decided)
    assert found(file, "R-ALW-1")[0][0] == "2026-09-01"
    file.and_("2026-08-20", some(AllowanceStopped, last_month="2026-08"))
    assert found(file, "R-ALW-1") == []


@pytest.mark.rule("R-ALW-1")
def test_a_continuation_that_was_refused_continues_nothing() -> None:
    refused = some(OverAgeContinuationDecided, decision="refused", until=date(2027, 8, 31))
    file = child().and_("2020-02-01", granted()).and_("2026-05-20", refused)
    assert found(file, "R-ALW-1")[0][0] == "2026-06-03"


@pytest.mark.rule("R-ALW-1")
@pytest.mark.parametrize("end", [some(AdoptionRegistered), some(ChildDied)])
def test_an_allowance_is_stopped_after_a_death_or_an_adoption(end: Any) -> None:
    file = child().and_("2020-02-01", granted()).and_("2024-03-20", end)
    assert found(file, "R-ALW-1")[0][0] == "2024-03-20"
    file.and_("2024-03-25", some(AllowanceStopped, last_month="2024-03"))
    assert found(file, "R-ALW-1") == [("2024-03-20", "2024-03-31")]


def test_an_allowance_holds_from_its_first_month_to_its_last() -> None:
    file = child().and_("2020-02-20", granted(month="2020-03"))
    file.and_("2024-02-01", some(AllowanceStopped, last_month="2024-02"))
    (span,) = file.file.spans(ALLOWANCE)
    assert (span.since, span.until) == (date(2020, 3, 1), day_before(date(2024, 3, 1)))


# R-ALW-2


def applied(line: str) -> AllowanceApplied:
    return some(AllowanceApplied, line=line)


@pytest.mark.rule("R-ALW-2")
def test_an_application_is_answered_within_the_working_days_of_its_line() -> None:
    file = child().and_("2026-03-02", applied("120"))
    clock = file.clock("R-ALW-2")
    assert clock.due == Days.on(date(2026, 4, 14))
    assert [clock.state(date(2026, 4, 14)), clock.state(date(2026, 4, 15))] == ["due", "overdue"]


@pytest.mark.rule("R-ALW-2")
@pytest.mark.parametrize(("line", "clocks"), [("202", 0), ("childcare", 1), ("121", 1)])
def test_only_a_line_with_a_time_is_due(line: str, clocks: int) -> None:
    assert len(child().and_("2026-03-02", applied(line)).clocks("R-ALW-2")) == clocks


@pytest.mark.rule("R-ALW-2")
def test_an_application_is_answered_by_what_names_it_or_names_none() -> None:
    file = child().and_("2026-03-02", applied("120")).and_("2026-03-03", applied("121"))
    file.and_("2026-03-20", granted("120", application=file.entries[-2].entry_id))
    assert [clock.met_by is not None for clock in file.clocks("R-ALW-2")] == [True, False]
    file.and_("2026-03-25", some(AllowanceRefused, application=NOT_ASKED))
    assert [clock.met_by for clock in file.clocks("R-ALW-2")] == file.entries[-2:]


@pytest.mark.rule("R-ALW-2")
def test_an_answer_from_before_an_application_is_none() -> None:
    file = child().and_("2026-02-20", some(AllowanceRefused, application=NOT_ASKED))
    assert file.and_("2026-03-02", applied("120")).clock("R-ALW-2").met_by is None


@pytest.mark.rule("R-ALW-2")
def test_nobody_waits_for_an_answer_after_the_child_has_died() -> None:
    file = child().and_("2026-03-02", applied("120")).and_("2026-03-09", some(ChildDied))
    clock = file.clock("R-ALW-2")
    assert (clock.state(date(2026, 3, 8)), clock.state(date(2026, 3, 9))) == ("due", "void")


# R-ALW-3


@pytest.mark.rule("R-ALW-3")
@pytest.mark.parametrize(
    ("born", "lapse"),
    [
        ("2024-06-03", ("2025-01-01", "2026-11-22")),
        ("2023-06-03", ("2025-01-01", "2026-06-02")),
        ("2021-12-31", None),
    ],
)
def test_for_a_child_below_three_the_subsidy_is_applied_for(born: str, lapse: tuple[str, str] | None) -> None:
    assert found(child(born, "2024-07-01"), "R-ALW-3") == ([] if lapse is None else [lapse])


@pytest.mark.rule("R-ALW-3")
def test_the_subsidy_is_applied_for_every_year() -> None:
    file = child("2024-06-03", "2024-07-01").and_("2025-02-10", applied("childcare"))
    assert found(file, "R-ALW-3") == [("2025-01-01", "2025-02-09"), ("2026-02-11", "2026-11-22")]
    file.and_("2026-02-10", granted("childcare", "2026-01"))
    assert found(file, "R-ALW-3") == [("2025-01-01", "2025-02-09")]
    assert found(child("2024-06-03", "2025-02-10").and_("2025-02-10", applied("202")), "R-ALW-3")


@pytest.mark.rule("R-ALW-3")
def test_a_child_of_unknown_age_is_a_doubt() -> None:
    file = given(("2025-02-10", some(ChildReceived)))
    assert {kind for kind, _, _ in file.lapses("R-ALW-3")} == {"uncertain"}


# Study grants


def test_a_study_grant_holds_from_its_start_until_it_is_stopped() -> None:
    file = child().and_("2026-08-01", some(StudyGrantGranted, starts_on=date(2026, 9, 1)))
    file.and_("2027-07-01", some(StudyGrantStopped))
    assert file.now(STUDY_GRANT, "2026-08-01") == date(2026, 9, 1)
    assert file.now(STUDY_GRANT, "2027-07-01") is None
