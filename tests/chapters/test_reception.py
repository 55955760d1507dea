"""What coming into care asks for beside the reception: answers to referrals, papers, assessments."""

from datetime import date
from typing import Any

import pytest

from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import DECLINED, ChildAdmitted, ChildReceived, ReferralReceived
from domain.events.reception import (
    ASSESSED,
    MISSING,
    CareAssessmentMade,
    CheckedPaper,
    IntakeVerified,
    ReferralDeclined,
    TemporaryCareAgreementSigned,
)
from domain.events.search import FindRelativesNoticePublished
from tests.support.given import NOT_ASKED, Given, given, some

REFERRED = ("2026-03-02", some(ReferralReceived))
RECEIVED = ("2026-03-05", some(ChildReceived))
AGREED = some(TemporaryCareAgreementSigned)
CERTIFIED = {"documents": ["found_child_certificate"]}


def declined(reason: object = "guardian_acts", **said: Any) -> ReferralDeclined:
    return some(ReferralDeclined, reason=reason, **said)


# R-INT-3: who is eligible is taken in


@pytest.mark.rule("R-INT-3")
@pytest.mark.parametrize(
    ("reason", "warnings"),
    [
        ("not_eligible", []),
        ("guardian_acts", []),
        ("elsewhere", []),
        ("no_place", ["R-INT-3"]),
        ("papers_missing", ["R-INT-3"]),
        ("ill", ["R-INT-3"]),
        ("other", ["R-INT-3"]),
        (NOT_ASKED, ["R-INT-3"]),
    ],
)
def test_an_eligible_child_is_not_sent_away_for_want_of_a_bed_or_of_papers(
    reason: object, warnings: list[str]
) -> None:
    given(REFERRED).when("2026-03-03", declined(reason)).recorded(*warnings)


@pytest.mark.rule("R-INT-3")
def test_whether_a_child_was_rightly_sent_away_is_a_doubt_where_the_reason_says_nothing() -> None:
    child = given(REFERRED).when("2026-03-03", declined("other"))
    assert [found.refusal.kind for found in child.judgements] == ["uncertain"]


def test_a_refusal_holds_until_the_child_is_referred_again_or_received() -> None:
    child = given(REFERRED, ("2026-03-02", declined("no_place")))
    assert child.now(DECLINED, "2026-03-02") == "no_place"
    child.and_("2026-03-09", some(ReferralReceived)).and_("2026-03-10", declined())
    assert (child.now(DECLINED, "2026-03-09"), child.now(DECLINED, "2026-03-10")) == (None, "guardian_acts")
    assert child.and_("2026-03-12", some(ChildReceived)).now(DECLINED, "2026-03-12") is None


# R-INT-9: every referral is answered


def state(child: Given, day: str, number: int = 0) -> str | None:
    return child.clocks("R-INT-9")[number].state(date.fromisoformat(day))


@pytest.mark.rule("R-INT-9")
def test_a_referral_waits_three_days_for_its_answer() -> None:
    child = given(REFERRED)
    assert [state(child, f"2026-03-0{day}") for day in (1, 2, 5, 6)] == [None, "due", "due", "overdue"]
    number = child.clock("R-INT-9").number
    assert number is not None
    assert not number.verified


@pytest.mark.rule("R-INT-9")
@pytest.mark.parametrize(("answer"), [some(ChildReceived), some(ChildAdmitted), declined()])
@pytest.mark.parametrize(("day", "expected"), [("2026-03-05", "met"), ("2026-03-06", "met_late")])
def test_a_reception_an_admission_or_a_refusal_answers_it(answer: Any, day: str, expected: str) -> None:
    assert state(given(REFERRED, (day, answer)), day) == expected


@pytest.mark.rule("R-INT-9")
def test_a_refusal_answers_the_referral_that_it_names() -> None:
    child = given(REFERRED)
    first = child.last.entry_id
    child.and_("2026-03-03", some(ReferralReceived)).and_("2026-03-03", declined(referral=first))
    assert [state(child, "2026-03-10", number) for number in (0, 1)] == ["met", "overdue"]


@pytest.mark.rule("R-INT-9")
def test_a_referral_ends_with_the_next_one_or_with_the_child() -> None:
    again = given(REFERRED, ("2026-03-04", some(ReferralReceived)), ("2026-03-07", some(ChildReceived)))
    assert [state(again, "2026-03-07", number) for number in (0, 1)] == ["void", "met"]
    assert state(given(REFERRED, ("2026-03-03", some(ChildDied))), "2026-03-06") == "void"


def test_a_refusal_does_not_come_before_its_referral() -> None:
    given(REFERRED).when("2026-03-01", declined()).refused("E14")


# The papers that came with the child


def test_what_was_missing_is_shown_until_the_papers_are_verified_again() -> None:
    def verified(*lacking: str) -> IntakeVerified:
        kinds = ("found_child_certificate", "medical_report")
        items = (some(CheckedPaper, kind=kind, is_present=kind not in lacking) for kind in kinds)
        return some(IntakeVerified, items=tuple(items))

    def missing(day: str) -> list[str | None]:
        return [fact.held.value for fact in child.on(day).each(MISSING)]

    both = verified("found_child_certificate", "medical_report")
    child = given(RECEIVED, ("2026-03-05", both), ("2026-03-09", verified("found_child_certificate")))
    assert sorted(filter(None, missing("2026-03-08"))) == ["found_child_certificate", "medical_report"]
    assert missing("2026-03-09") == ["found_child_certificate"]
    assert missing("2026-03-04") == []


# R-INT-2: certificate, agreement, notice


@pytest.mark.rule("R-INT-2")
@pytest.mark.parametrize(("day", "warnings"), [("2026-03-08", ["R-INT-2"]), ("2026-03-09", [])])
def test_a_notice_does_not_come_before_the_agreement(day: str, warnings: list[str]) -> None:
    child = given(RECEIVED, (day, some(FindRelativesNoticePublished)))
    child.when("2026-03-09", AGREED, **CERTIFIED).recorded(*warnings)


@pytest.mark.rule("R-INT-2")
def test_a_notice_of_some_day_that_month_leaves_the_order_in_doubt() -> None:
    child = given(RECEIVED, ("2026-03", some(FindRelativesNoticePublished)))
    child.when("2026-03-31", AGREED, **CERTIFIED).recorded("R-INT-2")
    assert [found.refusal.kind for found in child.judgements] == ["uncertain"]


@pytest.mark.rule("R-INT-2")
def test_the_notice_of_an_earlier_stay_says_nothing_of_this_one() -> None:
    child = given(("2025-02-01", some(FindRelativesNoticePublished)), RECEIVED)
    child.when("2026-03-09", AGREED, **CERTIFIED).recorded()


@pytest.mark.rule("R-INT-2")
def test_an_agreement_rests_on_the_certificate_of_the_police() -> None:
    given(RECEIVED).when("2026-03-05", AGREED).recorded("R-INT-2")
    given((*RECEIVED, CERTIFIED)).when("2026-03-05", AGREED).recorded()
    given(RECEIVED).when("2026-03-05", AGREED, **CERTIFIED).recorded()


# R-CARE-1: assessed again when it was said


def assessed(next_on: object = NOT_ASKED) -> CareAssessmentMade:
    return some(CareAssessmentMade, next_on=next_on)


@pytest.mark.rule("R-CARE-1")
def test_a_child_is_assessed_again_by_the_day_that_the_last_assessment_named() -> None:
    child = given(RECEIVED, ("2026-03-20", assessed(date(2026, 9, 20))))
    states = [child.clock("R-CARE-1").state(date(2026, *day)) for day in ((3, 19), (3, 20), (9, 20), (9, 21))]
    assert states == [None, "due", "due", "overdue"]
    child.when("2026-09-21", assessed()).recorded("R-CARE-1")
    assert child.clock("R-CARE-1").state(date(2026, 9, 21)) == "met_late"
    assert child.now(ASSESSED, "2026-09-21") == date(2026, 9, 21)


@pytest.mark.rule("R-CARE-1")
def test_who_left_is_not_assessed_again_and_a_later_stay_begins_anew() -> None:
    child = given(RECEIVED, ("2026-03-20", assessed(date(2026, 9, 20))))
    child.and_("2026-05-01", some(DepartureCompleted, reason="11"))
    child.and_("2026-06-01", some(ChildReceived)).and_("2026-06-02", assessed())
    assert child.clock("R-CARE-1").state(date(2026, 6, 2)) == "void"
    left = given(RECEIVED, ("2026-05-01", some(DepartureCompleted, reason="11")))
    left.when("2026-05-02", assessed()).refused("I31")
