"""The search for parents."""

from datetime import date
from uuid import UUID

import pytest

from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived, IntakeCategoryDetermined, ReferralReceived
from domain.events.search import (
    CLAIM,
    NOT_FOUND,
    NOTICE,
    PARENT,
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticeExpired,
    FindRelativesNoticePublished,
    FindRelativesNoticeWithdrawn,
    NotFoundCertificateIssued,
    ParentageConfirmed,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from tests.support.given import Given, given, some

MOTHER, UNCLE = UUID(int=11), UUID(int=12)


def rescued(received: str = "2024-03-05") -> Given:
    """A child rescued from trafficking and received on that day."""
    return given(
        (received, some(ReferralReceived, child_situation="04")),
        (received, some(ChildReceived)),
    )


def notice(days: int = 30) -> FindRelativesNoticePublished:
    return some(FindRelativesNoticePublished, medium="newspaper", notice_days=days)


# Notices


def test_a_notice_runs_from_its_day_until_its_days_are_over() -> None:
    child = given(("2024-03-01", notice(30)))
    assert child.now(NOTICE, "2024-02-29") is None
    assert child.now(NOTICE, "2024-03-01") == "newspaper"
    assert child.now(NOTICE, "2024-03-31") == "newspaper"
    assert child.now(NOTICE, "2024-04-01") is None


def test_two_notices_run_side_by_side_and_one_of_them_expires() -> None:
    child = given(("2024-03-01", notice(60)))
    first = child.last
    child.and_("2024-03-10", some(FindRelativesNoticePublished, medium="national_platform", notice_days=60))
    assert len(child.on("2024-03-20").each(NOTICE)) == 2
    child.and_("2024-04-01", some(FindRelativesNoticeExpired, notice=first.entry_id))
    assert [fact.held.value for fact in child.on("2024-04-01").each(NOTICE)] == ["national_platform"]


def test_an_expiry_that_names_no_notice_ends_every_notice() -> None:
    child = given(("2024-03-01", notice(60)), ("2024-03-02", notice(60)))
    child.and_("2024-04-01", some(FindRelativesNoticeExpired))
    assert child.on("2024-04-01").each(NOTICE) == []


def test_a_notice_published_anew_after_a_gap_runs_again() -> None:
    child = given(("2024-03-01", notice(30)), ("2024-06-01", notice(30)))
    assert child.now(NOTICE, "2024-05-01") is None
    assert child.now(NOTICE, "2024-06-01") == "newspaper"


def test_a_corrected_notice_runs_as_corrected() -> None:
    child = given(("2024-03-01", notice(30)))
    child.and_("2024-03-01", notice(60), corrects=child.last)
    assert child.now(NOTICE, "2024-04-30") == "newspaper"
    assert len(child.on("2024-03-20").each(NOTICE)) == 1


@pytest.mark.rule("E05")
def test_an_expiry_must_name_a_notice_of_this_file() -> None:
    child = given(("2024-03-01", notice(30)))
    child.when("2024-04-01", some(FindRelativesNoticeExpired, notice=MOTHER)).refused("E05")


# Claims


def test_a_claim_is_open_until_it_is_rejected() -> None:
    child = given(("2024-05-01", some(PotentialRelativeClaimed, claimant=MOTHER)))
    assert child.now(CLAIM, "2024-05-01") == MOTHER
    child.and_("2024-06-01", some(ParentageRejected, claimant=MOTHER))
    assert child.now(CLAIM, "2024-05-31") == MOTHER
    assert child.now(CLAIM, "2024-06-01") is None


def test_two_claims_are_open_at_once_and_one_is_confirmed() -> None:
    child = given(
        ("2024-05-01", some(PotentialRelativeClaimed, claimant=MOTHER)),
        ("2024-05-10", some(PotentialRelativeClaimed, claimant=UNCLE)),
        ("2024-06-01", some(ParentageConfirmed, claimant=UNCLE)),
    )
    assert [fact.held.value for fact in child.on("2024-06-01").each(CLAIM)] == [MOTHER]
    assert child.now(PARENT, "2024-06-01") == UNCLE


def test_a_claim_made_again_after_it_was_rejected_is_open_again() -> None:
    child = given(
        ("2024-05-01", some(PotentialRelativeClaimed, claimant=MOTHER)),
        ("2024-06-01", some(ParentageRejected, claimant=MOTHER)),
        ("2024-09-01", some(PotentialRelativeClaimed, claimant=MOTHER)),
    )
    assert child.now(CLAIM, "2024-08-31") is None
    assert child.now(CLAIM, "2024-09-01") == MOTHER


def test_a_result_cannot_come_before_the_sample_was_submitted() -> None:
    result = some(DnaComparisonResultReceived, submitted_on=date(2024, 5, 2))
    sampled = ("2024-04-30", some(DnaSampleCollected))
    given(sampled).when("2024-05-01", result).refused("E10")
    given(sampled).when("2024-05-02", result).recorded()


def test_the_last_certificate_says_whether_parents_were_not_found_for_now_or_finally() -> None:
    child = given(
        ("2024-04-05", some(NotFoundCertificateIssued, certificate_kind="interim")),
        ("2025-03-10", some(NotFoundCertificateIssued, certificate_kind="final")),
    )
    assert child.now(NOT_FOUND, "2025-03-09") == "interim"
    assert child.now(NOT_FOUND, "2025-03-10") == "final"


# D02: the notice of a rescued child runs thirty days


@pytest.mark.rule("D02")
def test_the_expiry_is_due_the_day_after_the_thirty_days_of_the_notice() -> None:
    clock = rescued().and_("2024-03-10", notice()).clock("D02")
    assert clock.state(date(2024, 3, 9)) is None
    assert clock.state(date(2024, 3, 10)) == "due"
    assert clock.state(date(2024, 4, 10)) == "due"
    assert clock.state(date(2024, 4, 11)) == "overdue"


@pytest.mark.rule("D02")
def test_an_expiry_meets_its_notice_from_the_day_after_the_last_and_one_day_later_is_late() -> None:
    expiries = (
        ("2024-03-12", "overdue"),
        ("2024-04-09", "overdue"),
        ("2024-04-10", "met"),
        ("2024-04-11", "met_late"),
    )
    for expired, state in expiries:
        child = rescued().and_("2024-03-10", notice())
        child.and_(expired, some(FindRelativesNoticeExpired, notice=child.last.entry_id))
        assert child.clock("D02").state(date(2024, 5, 1)) == state


def test_a_notice_of_sixty_days_is_given_its_sixty_days() -> None:
    clock = rescued().and_("2024-03-10", notice(60)).clock("D02")
    assert clock.due.last == date(2024, 5, 10)


def test_a_notice_of_ten_days_is_counted_as_thirty() -> None:
    clock = rescued().and_("2024-03-10", notice(10)).clock("D02")
    assert clock.due.last == date(2024, 4, 10)


def test_the_notice_of_a_foundling_is_not_counted() -> None:
    child = given(("2024-03-05", some(ReferralReceived, child_situation="05")), ("2024-03-10", notice()))
    assert child.clocks("D02") == []


def test_the_count_begins_when_the_child_turns_out_to_be_a_rescued_one() -> None:
    child = given(("2024-03-05", some(ChildReceived)), ("2024-03-10", notice()))
    child.and_("2024-03-20", some(IntakeCategoryDetermined, category="B1", child_situation="04"))
    clock = child.clock("D02")
    assert clock.state(date(2024, 3, 19)) is None
    assert (clock.opened_on, clock.due.last) == (date(2024, 3, 20), date(2024, 4, 10))


def test_saying_again_that_the_child_was_rescued_starts_no_second_count() -> None:
    child = rescued().and_("2024-03-10", notice())
    child.and_("2024-03-12", some(IntakeCategoryDetermined, category="B1", child_situation="04"))
    assert child.clock("D02").state(date(2024, 3, 13)) == "due"


def test_nothing_is_asked_for_once_the_child_turns_out_not_to_be_a_rescued_one() -> None:
    child = rescued().and_("2024-03-10", notice())
    child.and_("2024-03-20", some(IntakeCategoryDetermined, category="A1", child_situation="05"))
    assert child.clock("D02").state(date(2024, 3, 19)) == "due"
    assert child.clock("D02").state(date(2024, 3, 20)) == "void"


def test_a_notice_known_to_the_month_is_due_between_two_days() -> None:
    clock = rescued().and_("2024-03", notice()).clock("D02")
    assert (clock.due.first, clock.due.last) == (date(2024, 4, 1), date(2024, 5, 1))


# D04: twelve months to the final certificate


@pytest.mark.rule("D04")
def test_twelve_months_after_reception_the_final_certificate_is_due() -> None:
    clock = rescued("2024-02-29").clock("D04")
    assert clock.due.last == date(2025, 3, 1)
    assert clock.state(date(2024, 2, 28)) is None
    assert clock.state(date(2025, 3, 1)) == "due"
    assert clock.state(date(2025, 3, 2)) == "overdue"


def test_an_interim_certificate_does_not_meet_it_and_a_final_one_does() -> None:
    child = rescued().and_("2024-04-05", some(NotFoundCertificateIssued, certificate_kind="interim"))
    assert child.clock("D04").state(date(2025, 3, 5)) == "due"
    child.and_("2025-03-06", some(NotFoundCertificateIssued, certificate_kind="final"))
    assert child.clock("D04").state(date(2025, 3, 5)) == "due"
    assert child.clock("D04").state(date(2025, 3, 6)) == "met"


@pytest.mark.rule("D04")
def test_a_final_certificate_one_day_late_is_late() -> None:
    child = rescued().and_("2025-03-07", some(NotFoundCertificateIssued, certificate_kind="final"))
    assert child.clock("D04").state(date(2025, 3, 7)) == "met_late"


@pytest.mark.rule("D04")
def test_a_final_certificate_within_the_twelve_months_is_a_finding_and_does_not_meet_it() -> None:
    final = some(NotFoundCertificateIssued, certificate_kind="final")
    for day, against in (("2024-04-01", ("D04",)), ("2025-03-05", ("D04",)), ("2025-03-06", ())):
        child = rescued().when(day, final).recorded(*against)
        assert (child.clock("D04").met_by is None) == bool(against)
    foundling = given(("2024-03-05", some(ReferralReceived, child_situation="05")))
    foundling.and_("2024-03-05", some(ChildReceived)).when("2024-04-01", final).recorded()
    unknown = given(("2024-03-05", some(ChildReceived))).when("2024-04-01", final).recorded("D04")
    assert unknown.found() == {("D04", "uncertain")}


@pytest.mark.rule("R-SEA-1", "D02")
@pytest.mark.parametrize(
    ("day", "early"), [("2024-03-12", True), ("2024-05-09", True), ("2024-05-10", False)]
)
def test_an_expiry_before_the_days_of_the_notice_have_passed_is_a_finding(
    day: str,
    early: bool,  # noqa: FBT001 - a table
) -> None:
    foundling = given(
        ("2024-03-05", some(ReferralReceived, child_situation="05")), ("2024-03-10", notice(60))
    )
    expired = some(FindRelativesNoticeExpired, notice=foundling.last.entry_id)
    foundling.when(day, expired).recorded(*(["R-SEA-1"] if early else []))


@pytest.mark.rule("D02")
def test_a_rescued_childs_notice_runs_thirty_days_whatever_it_says() -> None:
    for day, against in (("2024-04-09", ("D02",)), ("2024-04-10", ())):
        child = rescued().and_("2024-03-10", notice(10))
        child.when(day, some(FindRelativesNoticeExpired, notice=child.last.entry_id)).recorded(*against)


@pytest.mark.rule("R-SEA-1")
def test_a_notice_of_unknown_length_leaves_open_whether_it_had_run_out() -> None:
    child = given(("2024-03-05", some(ReferralReceived, child_situation="05")))
    child.and_("2024-03-10", some(FindRelativesNoticePublished))
    child.when("2024-03-12", some(FindRelativesNoticeExpired)).recorded("R-SEA-1")
    assert child.found() == {("R-SEA-1", "uncertain")}


def test_parents_who_are_found_end_the_wait() -> None:
    child = rescued()
    child.and_("2024-08-01", some(PotentialRelativeClaimed, claimant=MOTHER))
    child.and_("2024-09-01", some(ParentageConfirmed, claimant=MOTHER))
    clock = child.clock("D04")
    assert (clock.state(date(2024, 8, 31)), clock.state(date(2024, 9, 1))) == ("due", "void")
    assert clock.void_because is not None


@pytest.mark.rule("D02")
def test_a_notice_that_was_withdrawn_runs_no_more_and_its_expiry_is_not_awaited() -> None:
    child = rescued().and_("2024-03-10", notice())
    first = child.last.entry_id
    child.and_("2024-03-12", notice()).and_("2024-03-20", some(FindRelativesNoticeWithdrawn, notice=first))
    assert len(child.on("2024-03-19").each(NOTICE)) == 2
    assert len(child.on("2024-03-20").each(NOTICE)) == 1
    states = [clock.state(date(2024, 3, 20)) for clock in child.clocks("D02")]
    assert sorted(map(str, states)) == ["due", "void"]
    (void,) = (clock for clock in child.clocks("D02") if clock.void_on is not None)
    assert (void.started_by[0].entry_id, void.void_because) == (first, FindRelativesNoticeWithdrawn.label)


@pytest.mark.rule("R-SEA-1")
def test_a_notice_does_not_expire_after_it_was_withdrawn() -> None:
    child = rescued().and_("2024-03-10", notice()).and_("2024-04-01", some(FindRelativesNoticeWithdrawn))
    child.when("2024-04-20", some(FindRelativesNoticeExpired)).recorded("R-SEA-1")
    child = rescued().and_("2024-03-10", notice()).and_("2024-04-21", some(FindRelativesNoticeWithdrawn))
    child.when("2024-04-20", some(FindRelativesNoticeExpired)).recorded()


def test_a_child_who_leaves_ends_the_wait_and_coming_back_begins_another() -> None:
    child = rescued().and_("2024-09-01", some(DepartureCompleted, reason="12"))
    assert child.clock("D04").state(date(2024, 9, 1)) == "void"
    child.and_("2025-01-10", some(ChildReceived))
    left, back = child.clocks("D04")
    assert left.state(date(2025, 1, 10)) == "void"
    assert (back.state(date(2025, 1, 10)), back.due.last) == ("due", date(2026, 1, 11))


def test_a_child_handed_over_and_received_on_one_day_is_waited_for_anew() -> None:
    child = rescued().and_("2024-09-01", some(DepartureCompleted, reason="12"))
    child.and_("2024-09-01", some(ChildReceived))
    _, received = child.clocks("D04")
    assert received.state(date(2024, 9, 1)) == "due"
    assert received.due.last == date(2025, 9, 2)


def test_a_reception_corrected_to_a_later_day_moves_the_due_day() -> None:
    child = rescued()
    child.and_("2024-03-15", some(ChildReceived), corrects=child.last)
    assert child.clock("D04").due.last == date(2025, 3, 16)


# D01: the interim certificate, D03: from the rescue agency to the institution


@pytest.mark.rule("D01")
def test_the_interim_certificate_is_due_a_month_after_the_child_came() -> None:
    clock = rescued("2024-03-05").clock("D01")
    assert (clock.state(date(2024, 4, 5)), clock.state(date(2024, 4, 6))) == ("due", "overdue")
    for day, state in (("2024-04-05", "met"), ("2024-04-06", "met_late")):
        child = rescued("2024-03-05").and_(day, some(NotFoundCertificateIssued, certificate_kind="interim"))
        assert child.clock("D01").state(date(2024, 5, 1)) == state


@pytest.mark.rule("D01")
def test_the_final_certificate_says_it_too_and_one_of_unknown_kind_does_not() -> None:
    final = rescued().and_("2024-03-20", some(NotFoundCertificateIssued, certificate_kind="final"))
    assert final.clock("D01").met_by is not None
    unknown = rescued().and_("2024-03-20", some(NotFoundCertificateIssued))
    assert unknown.clock("D01").met_by is None
    assert given(("2024-03-05", some(ChildReceived))).clocks("D01") == []


def in_agency(source: object = "rescue_agency") -> Given:
    """A rescued child elsewhere, whose notice ran out on 10 April."""
    return given(
        ("2024-03-05", some(ReferralReceived, referral_source=source, child_situation="04")),
        ("2024-03-10", notice()),
        ("2024-04-10", some(FindRelativesNoticeExpired)),
    )


@pytest.mark.rule("D03")
def test_a_child_comes_from_the_rescue_agency_within_seven_days_of_the_notices_end() -> None:
    clock = in_agency().clock("D03")
    assert (clock.state(date(2024, 4, 17)), clock.state(date(2024, 4, 18))) == ("due", "overdue")
    for day, state in (("2024-04-17", "met"), ("2024-04-18", "met_late")):
        came = in_agency().and_(day, some(ChildReceived))
        assert came.clock("D03").state(date(2024, 5, 1)) == state


@pytest.mark.rule("D03")
def test_who_is_here_already_or_came_from_elsewhere_is_not_waited_for() -> None:
    here = given(
        ("2024-03-05", some(ReferralReceived, referral_source="rescue_agency", child_situation="04")),
        ("2024-03-06", some(ChildReceived)),
        ("2024-03-10", notice()),
        ("2024-04-10", some(FindRelativesNoticeExpired)),
    )
    assert here.clocks("D03") == []
    assert in_agency("police").clocks("D03") == []
    assert len(in_agency(Unknown("not_asked")).clocks("D03")) == 1, "unknown is no way round"
