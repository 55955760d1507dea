"""What a file says line by line: how referrals were answered, what became of transfers, what was paid."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.cited_papers import papers_of
from domain.envelope import Document
from domain.event import Category
from domain.events.adoption.assessing import AdoptionAssessmentStarted
from domain.events.adoption.proposing import DisclosureGiven
from domain.events.archive import ArchiveCheckedOut, ArchiveReturned, DocumentFiled, PaperScanned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import (
    AllowanceAdjusted,
    AllowanceGranted,
    AllowancePaid,
    AllowanceStopped,
)
from domain.events.entitlement.over_age import OverAgeContinuationDecided
from domain.events.foster.fostering import FosterPlacementStarted
from domain.events.health import DisabilityAssessed, PhysicalExamined
from domain.events.household import HouseholdTransferred
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.reception import ReferralDeclined
from domain.events.schooling import SchoolEnrolled
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved, TransferProposed
from domain.obligations import History
from domain.resting import noting_each
from domain.rulebook import Rulebook
from domain.statements.allowance_months import allowance_months
from domain.statements.given_out import given_out
from domain.statements.institution_transfers import Transfer, transfers
from domain.statements.paper_sets import PaperAsked, papers_asked
from domain.statements.referrals import AnsweredReferral, answered_referrals
from tests.support.adoptions import registered
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


def test_a_paper_is_told_as_held_once_its_bytes_are_and_as_cited_before() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    admitted = some(ChildAdmitted, intake_category="A2")
    file.and_("2024-03-20", admitted, documents=("death_proof", "death_proof"))
    entry = file.entries[-1]
    (first, second) = papers_of(entry)
    scanned = some(PaperScanned, document=second.document, entry=entry.entry_id)
    file.and_("2024-04-01", scanned)
    assert {each.required: each.paper for each in asked(file, "2024-04-01")}["death_proof"] == "cited"
    file.and_("2024-04-02", replace(scanned, document=first.document))
    for day, held in (("2024-04-01", "cited"), ("2024-04-02", "held")):
        told = {each.required: each.paper for each in asked(file, day)}
        assert (told["death_proof"], told["no_other_guardian_report"]) == (held, "none")


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


def kept_in(file: Given, day: str, part: str) -> dict[str | None, str]:
    """What a part of the archive is to hold of a stay, and whether it does."""
    return {
        each.required: each.verdict for each in asked(file, day) if each.rule is None and each.part == part
    }


def test_the_six_parts_of_a_stay_ask_for_what_has_happened_and_tell_what_is_there() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    assert [each for each in asked(file, "2024-03-06") if each.rule is None] == []
    file.and_("2024-03-20", some(ChildAdmitted, intake_category="A2"))
    parts = {each.part for each in asked(file, "2024-03-20") if each.occasion == "residence"}
    assert parts == {"basic", "rearing", "medical", "social_work"}
    assert kept_in(file, "2024-03-20", "rearing") == {"growth_record": "missing"}
    file.and_("2024-04-01", some(DisabilityAssessed))
    file.and_("2024-04-02", some(SchoolEnrolled))
    file.and_("2024-04-03", some(FosterPlacementStarted), exception="I10")
    file.and_("2024-04-04", some(DocumentFiled, part="education", document_kind="other"))
    parts = {each.part for each in asked(file, "2024-04-04") if each.occasion == "residence"}
    assert parts == {"basic", "rearing", "medical", "rehabilitation", "education", "social_work"}
    assert kept_in(file, "2024-04-04", "rehabilitation") == {"rehab_assessment": "missing"}
    assert kept_in(file, "2024-04-04", "education") == {"school_reports": "present"}
    assert kept_in(file, "2024-04-03", "education") == {"school_reports": "missing"}
    assert kept_in(file, "2024-04-04", "rearing") == {
        "growth_record": "missing",
        "foster_agreement": "missing",
        "family_visits": "missing",
    }
    file.and_("2024-04-05", some(PhysicalExamined), documents=("disability_certificate",))
    told = kept_in(file, "2024-04-05", "basic")
    assert (told["disability"], told["household"]) == ("present", "missing")


def test_that_an_adoption_is_assessed_rests_on_that_category_and_is_told_last() -> None:
    file = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-20", some(ChildAdmitted, intake_category="A2")),
        ("2024-05-05", some(AdoptionAssessmentStarted)),
    )
    *others, (last, on) = noting_each(papers_asked(history(file), date(2024, 5, 5)))[0]
    assert (last.required, last.verdict, last.entries) == ("adoption_assessment", "missing", ())
    assert on == {"adoption"}
    assert all("adoption" not in categories for _, categories in others)


def test_a_departure_that_asks_for_no_paper_says_so_and_one_without_a_reason_that_it_is_not_known() -> None:
    for reason, verdict in (("09", "none_asked"), (NOT_ASKED, "category_unknown")):
        file = given(
            ("2024-03-05", some(ChildReceived)), ("2024-05-05", some(DepartureCompleted, reason=reason))
        )
        assert [each.verdict for each in asked(file, "2024-05-05")] == [verdict]


# What was given out


def test_what_was_lent_tells_to_whom_why_and_on_whose_approval_and_when_it_came_back() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    file.and_(
        "2024-05-06",
        some(
            ArchiveCheckedOut,
            borrower="标记借阅人",
            borrowing_body="标记法院",
            purpose="标记目的",
            approved_by="标记批准人",
            due_on=date(2024, 5, 20),
        ),
    )
    file.and_("2024-05-18", some(ArchiveReturned, checkout=file.entries[-1].entry_id))
    file.and_("2024-06-01", some(DisclosureGiven))
    (lent,) = given_out(history(file), date(2024, 5, 17))
    said = [lent.receiver, lent.body, lent.purpose, lent.approved_by]
    assert [None if each is None else each.value for each in said] == [
        "标记借阅人",
        "标记法院",
        "标记目的",
        "标记批准人",
    ]
    assert {each.category for each in said if each is not None} == {"identity"}
    assert (lent.due_on, lent.returned_on) == (date(2024, 5, 20), None)
    assert lent.basis == ArchiveCheckedOut.source
    (back, told), _ = noting_each(given_out(history(file), date(2024, 6, 1)))
    assert (back[0].returned_on, back[1]) == (date(2024, 5, 18), frozenset())
    assert (told[0].event, told[1]) == ("DisclosureGiven", frozenset({Category.ADOPTION}))


# The allowance month by month


def by_month(file: Given, day: str) -> dict[str | None, tuple[Any, ...]]:
    """Due, paid, difference and reason by month."""
    return {
        each.month: (each.due_yuan, each.paid_yuan, each.difference_yuan, each.reason)
        for each in allowance_months(history(file), date.fromisoformat(day))
    }


def an_allowance(first: str = "2024-01", *, born: str = "2010-06-03") -> Given:
    """An allowance of 1800 yuan, raised to 2000 from March 2024."""
    who = some(IdentityRecorded, birth_on=date.fromisoformat(born))
    granted = some(AllowanceGranted, line="202", first_month=first, standard_yuan=Decimal(1800))
    raised = some(AllowanceAdjusted, line="202", first_month="2024-03", standard_yuan=Decimal(2000))
    return given(
        ("2024-01-02", some(ChildReceived)),
        ("2024-01-02", who),
        ("2024-01-03", granted),
        ("2024-03-01", raised),
    )


def paid(first: object, last: object, yuan: object, line: object = "202") -> AllowancePaid:
    amount = Decimal(yuan) if isinstance(yuan, int) else yuan
    return some(AllowancePaid, line=line, first_month=first, last_month=last, amount_yuan=amount)


def test_each_month_that_ended_tells_what_was_due_by_the_standard_of_then_and_what_was_paid() -> None:
    file = an_allowance().and_("2024-01-10", paid("2024-01", "2024-01", 1800))
    file.and_("2024-03-10", paid("2024-03", "2024-03", 1800)).and_(
        "2024-04-10", paid("2024-04", "2024-04", 1999)
    )
    file.and_("2024-06-10", paid("2024-06", "2024-06", 2000))
    raised = {
        "2024-01": (1800, 1800, 0, None),
        "2024-02": (1800, 0, -1800, "no_payment"),
        "2024-03": (2000, 1800, -200, "old_standard"),
        "2024-04": (2000, 1999, -1, "not_known"),
    }
    assert by_month(file, "2024-05-30") == raised
    assert by_month(file, "2024-05-31") == raised | {"2024-05": (2000, 0, -2000, "no_payment")}
    assert by_month(file, "2024-06-10")["2024-06"] == (2000, 2000, 0, None), "paid before the month has ended"


def test_what_was_paid_for_several_months_is_told_by_month_only_where_it_is_what_was_due() -> None:
    file = an_allowance().and_("2024-04-01", paid("2024-01", "2024-03", 5600))
    assert by_month(file, "2024-04-01") == {
        "2024-01": (1800, 1800, 0, None),
        "2024-02": (1800, 1800, 0, None),
        "2024-03": (2000, 2000, 0, None),
    }
    short = an_allowance().and_("2024-04-01", paid("2024-01", "2024-03", 5400))
    (line,) = allowance_months(history(short), date(2024, 4, 1))
    assert (line.month, line.last_month, line.difference_yuan) == ("2024-01", "2024-03", Decimal(-200))
    settled = short.and_("2024-04-02", paid("2024-03", "2024-03", 200))
    assert [each[2] for each in by_month(settled, "2024-04-02").values()] == [0, 0, 0]


def test_what_is_not_known_stays_so_and_makes_no_difference() -> None:
    file = an_allowance().and_("2024-01-10", paid("2024-01", "2024-01", NOT_ASKED))
    file.and_("2024-02-10", paid(NOT_ASKED, NOT_ASKED, 900)).and_(
        "2024-03-10", paid("2024-03", "2024-03", 2000)
    )
    assert by_month(file, "2024-03-31") == {
        "2024-01": (1800, None, None, "amount_unknown"),
        "2024-02": (1800, 0, None, "other_payment_open"),
        "2024-03": (2000, 2000, 0, None),
        None: (None, 900, None, "months_unknown"),
    }
    unsaid = an_allowance().and_("2024-02-01", paid("2024-01", "2024-01", 900, NOT_ASKED))
    assert [each.reason for each in allowance_months(history(unsaid), date(2024, 2, 1))] == [
        "other_payment_open",
        "line_unknown",
    ]
    unlike = an_allowance().and_("2024-02-01", paid("2024-01", "2024-01", 900, "120"))
    assert {each.line: each.reason for each in allowance_months(history(unlike), date(2024, 2, 1))} == {
        "202": "no_payment",
        "120": "not_granted",
    }


def test_what_is_paid_after_the_end_of_an_allowance_tells_the_rule_against_which_it_was_paid() -> None:
    stopped = an_allowance().and_("2024-03-20", some(AllowanceStopped, last_month="2024-03"))
    died = an_allowance().and_("2024-03-20", some(ChildDied))
    for file, reason in ((stopped, "after_stop"), (died, "after_death")):
        file.and_("2024-05-01", paid("2024-04", "2024-04", 2000))
        told = {each.month: each for each in allowance_months(history(file), date(2024, 5, 31))}
        assert {*told} == {"2024-01", "2024-02", "2024-03", "2024-04"}
        line = told["2024-04"]
        assert (line.due_yuan, line.difference_yuan) == (Decimal(0), Decimal(2000))
        assert (line.reason, line.rule) == (reason, "I26")
    grown = an_allowance(born="2006-04-30").and_("2024-05-02", paid("2024-05", "2024-05", 2000))
    (line,) = (
        each for each in allowance_months(history(grown), date(2024, 5, 31)) if each.month == "2024-05"
    )
    assert (line.reason, line.rule) == ("over_age", "R-ALW-1")
    assert line.settled_by == ("AllowanceStopped", "OverAgeContinuationDecided")
    continued = some(OverAgeContinuationDecided, decision="approved", until=date(2024, 8, 31))
    assert by_month(grown.and_("2024-05-03", continued), "2024-05-31")["2024-05"][3] is None


def test_what_was_paid_after_an_adoption_rests_on_what_is_told_of_adoptions() -> None:
    file = an_allowance().and_("2024-03-20", registered())
    file.and_("2024-05-01", paid("2024-04", "2024-04", 2000))
    told = {line.month: on for line, on in noting_each(allowance_months(history(file), date(2024, 5, 31)))[0]}
    assert "adoption" in told["2024-04"]
    assert "adoption" not in told["2024-03"]
