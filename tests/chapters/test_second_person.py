"""What a second person decides on in a file: what waits, and what was decided."""

from datetime import date

from domain.event import EVERY_CATEGORY
from domain.events.intake import ChildAdmitted, IdentityRecorded
from domain.events.record import EntryWithdrawn, ExceptionApproved, ExceptionRejected
from domain.rulebook import Rulebook
from domain.second_person import for_approval
from tests.support.given import SUPERVISOR, Given, given, some

TWICE = some(ChildAdmitted, intake_category="A5")
Told = list[tuple[str, str, str]]


def told(child: Given) -> Told:
    return [
        (each.kind, each.judgement.rule.id, each.state)
        for each in for_approval(child.file, Rulebook.shipped())
    ]


def twice() -> Given:
    """A child admitted twice, the second time by an exception that a clerk claims."""
    return given(("2024-04-05", TWICE), ("2024-05-05", TWICE, {"exception": "I03"}))


def test_an_exception_waits_until_somebody_decides() -> None:
    child = twice()
    claim = child.last.entry_id
    assert told(child) == [("exception", "I03", "waiting")]
    rejected = child.and_("2024-06-01", some(ExceptionRejected, entry=claim), by=SUPERVISOR)
    assert told(rejected) == [("exception", "I03", "rejected")]
    approved = rejected.and_("2024-06-02", some(ExceptionApproved, entry=claim), by=SUPERVISOR)
    assert told(approved) == [("exception", "I03", "approved")]


def test_a_decision_stays_told_once_what_it_is_about_is_withdrawn() -> None:
    child = twice()
    claim = child.last.entry_id
    child = child.and_("2024-06-01", some(ExceptionRejected, entry=claim), by=SUPERVISOR)
    child = child.and_("2024-06-03", some(EntryWithdrawn, entry=claim))
    assert told(child) == [("exception", "I03", "rejected")]


def test_what_is_withdrawn_or_no_longer_needed_before_a_decision_waits_for_nobody() -> None:
    child = twice()
    withdrawn = child.and_("2024-06-03", some(EntryWithdrawn, entry=child.last.entry_id))
    assert told(withdrawn) == []
    child = twice()
    needless = child.and_("2024-06-03", some(EntryWithdrawn, entry=child.entries[0].entry_id))
    assert told(needless) == [("exception", "I03", "not_needed")]
    assert [each.judgement.refusal.rests_on for each in for_approval(needless.file, Rulebook.shipped())] == [
        EVERY_CATEGORY
    ]


def test_a_corrected_claim_waits_anew_and_the_earlier_decision_stays_told() -> None:
    child = twice()
    claim = child.last
    child = child.and_("2024-06-01", some(ExceptionRejected, entry=claim.entry_id), by=SUPERVISOR)
    child = child.and_("2024-05-06", TWICE, corrects=claim, exception="I03")
    assert told(child) == [("exception", "I03", "rejected"), ("exception", "I03", "waiting")]


def test_a_correction_of_a_birth_waits_and_one_that_another_replaced_does_not() -> None:
    child = given(("2024-03-05", some(IdentityRecorded, birth_on=date(2010, 3, 5))))
    original = child.last
    child = child.and_("2024-03-05", some(IdentityRecorded, birth_on=date(2010, 5, 3)), corrects=original)
    assert told(child) == [("correction", "X11", "waiting")]
    child = child.and_("2024-03-05", some(IdentityRecorded, birth_on=date(2011, 5, 3)), corrects=original)
    assert told(child) == [("correction", "X11", "waiting")]


def test_what_claims_nothing_is_for_nobody() -> None:
    assert told(given(("2024-04-05", some(ChildAdmitted)))) == []
