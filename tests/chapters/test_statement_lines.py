"""What a file says line by line: how referrals were answered, and what became of transfers."""

from datetime import date

from domain.events.household import HouseholdTransferred
from domain.events.intake import ChildReceived, ReferralReceived
from domain.events.reception import ReferralDeclined
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved, TransferProposed
from domain.obligations import History
from domain.rulebook import Rulebook
from domain.statements.institution_transfers import Transfer, transfers
from domain.statements.referrals import AnsweredReferral, answered_referrals
from tests.support.given import TODAY, Given, given, some

RECEIVER = "标记市级机构"


def history(file: Given) -> History:
    return History(file.on(TODAY).file, Rulebook.shipped())


def referred(file: Given, day: str) -> list[AnsweredReferral]:
    return list(answered_referrals(history(file), date.fromisoformat(day)))


def moved(file: Given, day: str) -> list[Transfer]:
    return list(transfers(history(file), date.fromisoformat(day)))


def test_a_referral_tells_how_it_was_answered_after_how_many_days_and_why_not() -> None:
    file = given(("2024-03-01", some(ReferralReceived)))
    declined = some(ReferralDeclined, referral=file.last.entry_id, reason="no_place", explanation="床位已满")
    file.and_("2024-03-06", declined)
    (before,), (told,) = referred(file, "2024-03-05"), referred(file, "2024-03-06")
    assert (before.state, before.answered_by, before.days, before.reason) == ("overdue", None, 4, None)
    assert (told.state, told.answered_by, told.days, told.reason) == (
        "met_late",
        "ReferralDeclined",
        5,
        "no_place",
    )
    assert told.explanation is not None
    assert (told.explanation.category, told.explanation.value) == ("identity", "床位已满")
    assert referred(file, "2024-02-29") == []


def test_a_referral_whose_child_was_received_says_so() -> None:
    file = given(("2024-03-01", some(ReferralReceived)), ("2024-03-01", some(ChildReceived)))
    (told,) = referred(file, "2024-03-01")
    assert (told.answered_by, told.days, told.reason) == ("ChildReceived", 0, None)


def test_a_transfer_tells_its_plan_its_hand_over_and_what_has_followed() -> None:
    planned = some(TransferProposed, receiver=RECEIVER, planned_on=date(2024, 6, 1))
    file = given(("2024-01-20", some(ChildReceived)), ("2024-04-01", planned))
    proposal = file.last.entry_id
    approved = some(TransferApproved, proposal=proposal, receiver=RECEIVER, decision="approved")
    file.and_("2024-05-01", approved).and_("2024-06-03", some(ChildTransferred, receiver=RECEIVER))
    file.and_("2024-07-01", some(HouseholdTransferred))
    (waits,), (gone,), (followed,) = (moved(file, day) for day in ("2024-04-30", "2024-06-30", "2024-07-01"))
    assert (waits.planned_on, waits.decision, waits.done_on) == (date(2024, 6, 1), None, None)
    assert (gone.on, gone.decision, gone.household_moved_on) == (date(2024, 6, 3), "approved", None)
    assert (followed.household_moved_on, followed.guardian_moved_on) == (date(2024, 7, 1), None)
    assert followed.receiver.value == RECEIVER


def test_a_hand_over_that_nobody_proposed_is_told_too() -> None:
    file = given(("2024-01-20", some(ChildReceived)), ("2024-06-03", some(ChildTransferred)))
    (told,) = moved(file, "2024-06-03")
    assert (told.planned_on, told.done_on) == (None, date(2024, 6, 3))
