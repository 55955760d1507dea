"""What a file says line by line: how referrals were answered, and what became of transfers."""

from datetime import date

from domain.envelope import Document
from domain.events.departure import DepartureCompleted
from domain.events.health import PhysicalExamined
from domain.events.household import HouseholdTransferred
from domain.events.intake import ChildAdmitted, ChildReceived, ReferralReceived
from domain.events.reception import ReferralDeclined
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved, TransferProposed
from domain.obligations import History
from domain.resting import noting_each
from domain.rulebook import Rulebook
from domain.statements.institution_transfers import Transfer, transfers
from domain.statements.paper_sets import PaperAsked, papers_asked
from domain.statements.referrals import AnsweredReferral, answered_referrals
from tests.support.given import NOT_ASKED, TODAY, Given, given, some

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


def asked(file: Given, day: str) -> list[PaperAsked]:
    return list(papers_asked(history(file), date.fromisoformat(day)))


def test_each_paper_of_an_admission_is_told_with_the_one_that_is_there_or_came_later() -> None:
    proof = Document(kind="death_proof", number="标记-死-1", sha256="a" * 64)
    file = given(("2024-03-05", some(ChildReceived)))
    file.and_("2024-03-20", some(ChildAdmitted, intake_category="A2"), documents=(proof,))
    (told, waits, *_) = asked(file, "2024-03-20")
    assert (told.required, told.verdict) == ("death_proof", "present")
    assert told.number is not None
    assert (told.number.category, told.number.value) == ("identity", "标记-死-1")
    assert (waits.required, waits.verdict) == ("no_other_guardian_report", "missing")
    file.and_("2024-04-01", some(PhysicalExamined), documents=("no_other_guardian_report",))
    later = {each.required: each.verdict for each in asked(file, "2024-04-01")}
    assert later["no_other_guardian_report"] == "late"


def test_what_a_sealed_event_stands_for_rests_on_its_category_whether_there_is_one_or_not() -> None:
    admitted = ("2024-03-20", some(ChildAdmitted, intake_category="B1"))
    found = given(
        ("2024-03-01", some(ReferralReceived, child_situation="04")),
        ("2024-03-05", some(ChildReceived)),
        admitted,
    )
    told = {
        line.required: on
        for line, on in noting_each(papers_asked(history(found), date(2024, 3, 20)))[0]
        if line.required is not None
    }
    assert told.pop("dna_result") == {"restricted-health"}
    assert set(told.values()) == {frozenset()}


def test_a_departure_that_asks_for_no_paper_says_so_and_one_without_a_reason_that_it_is_not_known() -> None:
    for reason, verdict in (("09", "none_asked"), (NOT_ASKED, "category_unknown")):
        file = given(
            ("2024-03-05", some(ChildReceived)), ("2024-05-05", some(DepartureCompleted, reason=reason))
        )
        assert [each.verdict for each in asked(file, "2024-05-05")] == [verdict]
