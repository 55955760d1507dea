"""On what ground the State is guardian."""

from datetime import date
from typing import Any

import pytest

from domain.events.departure import DepartureCompleted
from domain.events.guardianship import (
    GUARDIANSHIP,
    REVIEW,
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
)
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.events.search import FindRelativesNoticeExpired, NotFoundCertificateIssued
from tests.support.given import NOT_ASKED, Given, given, some

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


@pytest.mark.parametrize("converted_on", ["2025-03-09", "2025-03-10", "2025-03-11"])
def test_what_was_converted_to_long_term_goes_on_whichever_was_written_first(converted_on: str) -> None:
    converted = some(GuardianshipTerminated, reason="converted")
    child = given(("2024-03-05", TEMPORARY), ("2025-03-10", LONG_TERM), (converted_on, converted))
    assert child.now(REVIEW, converted_on) is None
    assert child.now(GUARDIANSHIP, "2025-03-09") == "temporary"
    assert child.now(GUARDIANSHIP, "2025-03-11") == "long_term"


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
    given().when("2025-02-01", some(LongTermGuardianshipConfirmed, ground="2")).recorded()


# I04: exactly one

IN_SHANGHAI = {"region": "310104"}
RECEIVED = ("2024-03-05", some(ChildReceived))


@pytest.mark.rule("I04")
def test_a_child_in_care_without_a_guardian_is_found_until_there_is_one_and_again_when_it_ended() -> None:
    child = given(
        RECEIVED,
        ("2024-03-10", TEMPORARY),
        ("2024-06-01", some(GuardianshipTerminated, reason="other")),
        ("2024-06-20", LONG_TERM),
        ("2024-09-01", some(DepartureCompleted, reason="11")),
    )
    assert child.lapses("I04") == [
        ("no_evidence", date(2024, 3, 5), date(2024, 3, 9)),
        ("no_evidence", date(2024, 6, 1), date(2024, 6, 19)),
    ]


@pytest.mark.rule("I04")
@pytest.mark.parametrize(
    ("stated", "found"), [("long_term", 1), ("temporary", 1), ("entrusted", 0), (NOT_ASKED, 1)]
)
def test_what_an_admission_states_is_no_ground_but_a_child_in_entrusted_care_keeps_its_own_guardian(
    stated: Any, found: int
) -> None:
    admitted = ("2024-03-05", some(ChildAdmitted, guardianship_type=stated, intake_category="A5"))
    assert len(given(RECEIVED, admitted).lapses("I04")) == found


@pytest.mark.rule("I04")
def test_who_turned_eighteen_needs_no_guardian() -> None:
    born = ("2024-03-05", some(IdentityRecorded, birth_on=date(2006, 5, 1)))
    assert given(RECEIVED, born).lapses("I04") == [("no_evidence", date(2024, 3, 5), date(2024, 4, 30))]


@pytest.mark.rule("I04")
def test_temporary_guardianship_does_not_begin_beside_a_long_term_one() -> None:
    child = given(("2024-03-05", LONG_TERM))
    child.when("2024-06-01", TEMPORARY).recorded("I04")
    child = given(("2024-03-05", LONG_TERM), ("2024-06-01", some(GuardianshipTerminated, reason="other")))
    child.when("2024-06-01", TEMPORARY).recorded()


# I05 and D06: reviewed in time


@pytest.mark.rule("I05")
@pytest.mark.parametrize(("review", "rules"), [("2025-03-05", []), ("2025-03-06", ["I05"])])
def test_a_review_comes_within_a_year_in_shanghai_by_law_and_elsewhere_as_a_warning(
    review: str, rules: list[str]
) -> None:
    started = some(TemporaryGuardianshipStarted, ground="2", review_due_on=date.fromisoformat(review))
    child = given().when("2024-03-05", started, **IN_SHANGHAI).recorded(*rules)
    assert all(judgement.verified for judgement in child.judgements)
    child = given().when("2024-03-05", started).recorded(*rules)
    assert not any(judgement.verified for judgement in child.judgements)


@pytest.mark.rule("I05", "D06")
def test_temporary_guardianship_is_found_from_the_day_after_its_review_until_it_is_decided_on() -> None:
    child = given(("2024-03-05", TEMPORARY), ("2025-02-01", LONG_TERM))
    assert child.lapses("I05") == [("breach", date(2024, 12, 2), date(2025, 1, 31))]
    days = ("2024-03-04", "2024-12-01", "2024-12-02", "2025-02-01")
    states = [child.clock("D06").state(date.fromisoformat(day)) for day in days]
    assert states == [None, "due", "overdue", "met_late"]


@pytest.mark.rule("I05", "D06")
def test_an_unknown_review_is_found_and_the_usual_year_counts() -> None:
    child = given(("2024-03-05", some(TemporaryGuardianshipStarted, ground="2"), IN_SHANGHAI))
    assert ("I05", "no_evidence") in child.found()
    assert child.lapses("I05", "2025-04-01") == [("breach", date(2025, 3, 6), date(2025, 4, 1))]
    clock = child.clock("D06")
    assert (clock.due.last, clock.number and clock.number.verified) == (date(2025, 3, 5), True)


@pytest.mark.rule("D06")
def test_a_renewal_meets_the_review_and_starts_the_next_one() -> None:
    renewed = some(TemporaryGuardianshipStarted, ground="1", review_due_on=date(2025, 11, 1))
    child = given(("2024-03-05", TEMPORARY), ("2024-11-30", renewed))
    day = date(2025, 11, 2)
    assert [clock.state(day) for clock in child.clocks("D06")] == ["met", "overdue"]


@pytest.mark.rule("D06")
def test_no_review_is_due_of_a_child_that_left() -> None:
    child = given(RECEIVED, ("2024-03-05", TEMPORARY), ("2024-05-01", some(DepartureCompleted, reason="11")))
    states = [child.clock("D06").state(date(2024, month, 1)) for month in (4, 5)]
    assert states == ["due", "void"]


@pytest.mark.rule("D06")
def test_in_shanghai_the_police_tell_within_six_months_what_the_search_gave() -> None:
    child = given(("2024-03-05", TEMPORARY, IN_SHANGHAI))
    search, review = sorted(child.clocks("D06"), key=lambda clock: clock.due.last)
    assert (search.due.last, review.due.last) == (date(2024, 9, 5), REVIEW_DAY)
    child.and_("2024-09-05", some(NotFoundCertificateIssued, certificate_kind="final"))
    assert {clock.state(date(2024, 9, 6)) for clock in child.clocks("D06")} == {"met", "due"}


# I06: what the ground rests on


@pytest.mark.rule("I06")
def test_that_parents_are_not_found_rests_on_a_paper() -> None:
    def confirmed(*before: tuple[Any, ...]) -> Given:
        return given(*before).when("2025-02-01", LONG_TERM)

    confirmed().recorded("I06")
    confirmed(("2025-01-31", some(NotFoundCertificateIssued, certificate_kind="interim"))).recorded("I06")
    confirmed(("2025-02-01", some(NotFoundCertificateIssued, certificate_kind="final"))).recorded()
    confirmed(("2025-02-02", some(NotFoundCertificateIssued, certificate_kind="final"))).recorded("I06")
    confirmed(("2025-01-31", some(FindRelativesNoticeExpired))).recorded()
    papers = {"documents": ["found_child_certificate"]}
    confirmed(("2024-03-05", some(ChildReceived), papers)).recorded()


@pytest.mark.rule("I06")
def test_an_unknown_ground_is_a_doubt_and_another_one_asks_for_no_search() -> None:
    given().when("2025-02-01", some(LongTermGuardianshipConfirmed)).recorded("I06")
    given().when("2025-02-01", some(LongTermGuardianshipConfirmed, ground="2")).recorded()
