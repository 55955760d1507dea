"""On what ground the State is guardian."""

from datetime import date

import pytest

from domain.events.guardianship import (
    GUARDIANSHIP,
    REVIEW,
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
)
from domain.events.record import EntryWithdrawn
from tests.support.given import given, some

REVIEW_DAY = date(2024, 12, 1)
TEMPORARY = some(TemporaryGuardianshipStarted, ground="1", review_due_on=REVIEW_DAY)
LONG_TERM = some(LongTermGuardianshipConfirmed, ground="1")


def test_temporary_guardianship_becomes_long_term_without_a_gap() -> None:
    child = given(("2024-03-05", TEMPORARY), ("2025-03-10", LONG_TERM))
    assert child.now(GUARDIANSHIP, "2024-03-04") is None
    assert (child.now(GUARDIANSHIP, "2025-03-09"), child.now(REVIEW, "2025-03-09")) == (
        "temporary",
        REVIEW_DAY,
    )
    assert (child.now(GUARDIANSHIP, "2025-03-10"), child.now(REVIEW, "2025-03-10")) == ("long_term", None)


def test_temporary_guardianship_renewed_early_is_reviewed_as_last_said() -> None:
    renewed = some(TemporaryGuardianshipStarted, ground="1", review_due_on=date(2025, 11, 1))
    child = given(("2024-03-05", TEMPORARY), ("2024-11-01", renewed))
    assert child.now(GUARDIANSHIP, "2024-12-02") == "temporary"
    assert child.now(REVIEW, "2024-12-02") == date(2025, 11, 1)


def test_guardianship_that_ended_leaves_a_gap_until_it_starts_again() -> None:
    child = given(
        ("2024-03-05", TEMPORARY),
        ("2024-06-01", some(GuardianshipTerminated, reason="returned")),
        ("2025-02-01", TEMPORARY),
    )
    assert child.now(GUARDIANSHIP, "2024-06-01") is None
    assert child.now(GUARDIANSHIP, "2025-01-31") is None
    assert child.now(GUARDIANSHIP, "2025-02-01") == "temporary"


def test_an_end_recorded_late_still_ends_on_its_day() -> None:
    child = given(("2024-03-05", TEMPORARY), ("2025-02-01", LONG_TERM))
    child.and_("2024-06-01", some(GuardianshipTerminated, reason="returned"))
    assert child.now(GUARDIANSHIP, "2024-06-01") is None
    assert child.now(GUARDIANSHIP, "2025-02-01") == "long_term"


def test_a_confirmation_withdrawn_leaves_what_was_before() -> None:
    child = given(("2024-03-05", TEMPORARY), ("2025-02-01", LONG_TERM))
    child.and_("2025-03-01", some(EntryWithdrawn, entry=child.last.entry_id))
    assert child.now(GUARDIANSHIP, "2025-02-01") == "temporary"


@pytest.mark.rule("E11")
def test_guardianship_by_judgment_names_the_judgment() -> None:
    given().when("2025-02-01", some(LongTermGuardianshipConfirmed, ground="4")).refused("E11")
    named = some(LongTermGuardianshipConfirmed, ground="4", judgment_no="（2025）虚民特1号")
    given().when("2025-02-01", named).recorded()
    given().when("2025-02-01", LONG_TERM).recorded()
