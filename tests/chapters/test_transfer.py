"""A child goes to another institution: what comes before, who is in charge, and what follows."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.entry import Recorder
from domain.events.archive import ArchiveCheckedOut, ArchiveOpened, ArchiveReturned, DocumentFiled
from domain.events.care import CARE_MODE, FOSTER_AGREEMENT, FOSTER_FAMILY, SHORT_TERM, CareModeAssigned
from domain.events.entrusted import AGREEMENT, EntrustedCareAgreementSigned
from domain.events.foster.foster_visits import ShortTermCareTaken
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementStarted
from domain.events.foster.matches import FosterMatchStarted
from domain.events.guardianship import GUARDIAN, LongTermGuardianshipConfirmed
from domain.events.household import HouseholdTransferred
from domain.events.intake import (
    ADMITTED,
    FILE_NO,
    RECEIVED,
    Belonging,
    BelongingsRegistered,
    ChildAdmitted,
    ChildReceived,
)
from domain.events.leave import AWAY, TemporaryLeaveStarted
from domain.events.placement.arrangements import BelongingsHandedOver
from domain.events.record import EntryWithdrawn
from domain.events.transfer.checklist import ToHandOver, to_hand_over
from domain.events.transfer.following import GuardianResponsibilityTransferred
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved
from domain.file import Attribute
from domain.life import DEPARTED, STAGE
from domain.scope import CHARGE, TRANSFERRED, Former, scope_of
from tests.support.given import INSTITUTION, NOT_ASKED, Given, given, some

OTHER = UUID("00000000-0000-4000-8000-0000000000e1")
THIRD = UUID("00000000-0000-4000-8000-0000000000e2")
RECEIVING = Recorder(user=UUID("00000000-0000-4000-8000-0000000000e3"), role="staff", institution=OTHER)
MAY = some(TransferApproved, to_institution=OTHER, decision="approved")
OVER = some(ChildTransferred, to_institution=OTHER)


def in_care() -> Given:
    return given(
        ("2024-03-05", some(ChildReceived, file_no="甲-7")),
        ("2024-04-05", some(ChildAdmitted, intake_category="A5", file_no="甲-7")),
        ("2024-04-05", some(CareModeAssigned, mode="ward")),
    )


def handed_over(**said: Any) -> Given:
    return (
        in_care()
        .and_("2024-05-20", MAY)
        .and_("2024-06-01", some(ChildTransferred, to_institution=OTHER, **said))
    )


def test_the_guardian_body_is_the_receivers_from_the_day_of_the_paper_that_says_so() -> None:
    child = in_care().and_("2024-04-06", some(LongTermGuardianshipConfirmed, guardian_body="望山县民政局"))
    child.and_("2024-05-20", MAY).and_("2024-06-01", OVER)
    child.and_("2024-06-10", some(GuardianResponsibilityTransferred, to_body="望海市民政局"))
    days = ("2024-06-01", "2024-06-09", "2024-06-10")
    assert [child.now(GUARDIAN, day) for day in days] == ["望山县民政局", "望山县民政局", "望海市民政局"]


# R-MOV-2: it was approved before


@pytest.mark.rule("R-MOV-2")
@pytest.mark.parametrize(
    ("approved_on", "approval", "refused"),
    [
        ("2024-05-31", MAY, []),
        ("2024-06-01", MAY, []),
        ("2024-06-02", MAY, ["R-MOV-2"]),
        ("2024-05-31", some(TransferApproved, to_institution=THIRD, decision="approved"), ["R-MOV-2"]),
        ("2024-05-31", some(TransferApproved, decision="approved"), ["R-MOV-2"]),
        ("2024-05-31", some(TransferApproved, to_institution=OTHER, decision="refused"), ["R-MOV-2"]),
    ],
)
def test_a_child_is_handed_over_once_that_receiver_was_approved(
    approved_on: str, approval: TransferApproved, refused: list[str]
) -> None:
    in_care().and_(approved_on, approval).when("2024-06-01", OVER).refused(*refused)


@pytest.mark.rule("R-MOV-2")
def test_a_decision_that_is_not_known_is_a_doubt_and_an_exception_may_be_claimed() -> None:
    unsaid = some(TransferApproved, to_institution=OTHER, decision=NOT_ASKED)
    in_care().and_("2024-05-20", unsaid).when("2024-06-01", OVER).recorded("R-MOV-2")
    in_care().when("2024-06-01", OVER, exception="R-MOV-2").recorded("R-MOV-2")


def test_who_takes_a_child_over_from_outside_of_the_ledger_needs_no_approval_of_its_own() -> None:
    came = some(ChildTransferred, to_institution=INSTITUTION)
    child = given(("2024-03-05", some(ChildReceived, file_no="甲-7"))).when("2024-03-05", came).recorded()
    assert scope_of(child.file).institution == INSTITUTION
    assert scope_of(child.file).former == ()
    assert child.now(FILE_NO, "2024-03-05") == "甲-7"


# Who is in charge


def test_from_the_day_of_the_hand_over_the_receiver_is_in_charge() -> None:
    child = handed_over()
    assert (child.now(CHARGE, "2024-05-31"), child.now(CHARGE, "2024-06-01")) == (None, OTHER)
    scope = scope_of(child.file)
    assert (scope.institution, scope.former) == (OTHER, (Former(INSTITUTION, date(2024, 5, 31)),))


def test_a_hand_over_withdrawn_never_was_and_one_corrected_is_to_another_institution() -> None:
    child = handed_over()
    over = child.last
    child.and_("2024-06-02", some(ChildTransferred, to_institution=THIRD), corrects=over, by=RECEIVING)
    assert scope_of(child.file).institution == THIRD
    assert scope_of(child.file).former == (Former(INSTITUTION, date(2024, 6, 1)),)
    child.and_("2024-06-03", some(EntryWithdrawn, entry=over.entry_id))
    assert scope_of(child.file).institution == INSTITUTION
    assert scope_of(child.file).former == ()
    assert child.now(FILE_NO, "2024-06-03") == "甲-7"


def test_a_child_that_comes_back_is_again_in_the_first_ones_charge() -> None:
    child = handed_over().and_("2024-09-01", some(ChildTransferred, to_institution=INSTITUTION), by=RECEIVING)
    scope = scope_of(child.file)
    assert (scope.institution, scope.former) == (INSTITUTION, (Former(OTHER, date(2024, 8, 31)),))


def test_care_goes_on_and_only_the_number_and_the_ward_of_the_sender_end() -> None:
    child = handed_over()
    assert child.now(STAGE, "2024-06-01") == "in_care"
    assert child.now(RECEIVED, "2024-06-01") == date(2024, 3, 5)
    assert (child.now(FILE_NO, "2024-06-01"), child.now(CARE_MODE, "2024-06-01")) == (None, None)


def test_with_whom_the_sender_let_the_child_live_ends_with_the_hand_over() -> None:
    family = UUID("00000000-0000-4000-8000-0000000000f1")
    child = in_care().and_("2024-05-20", MAY)
    for day, event in (
        ("2024-05-01", some(FosterAgreementSigned, family=family)),
        ("2024-05-01", some(FosterMatchStarted, family=family)),
        ("2024-05-02", some(FosterPlacementStarted, family=family)),
        ("2024-05-03", some(EntrustedCareAgreementSigned)),
        ("2024-05-04", some(ShortTermCareTaken)),
        ("2024-05-05", some(TemporaryLeaveStarted, return_due_on=date(2024, 7, 1))),
        ("2024-06-01", OVER),
    ):
        child.and_(day, event)
    ends: tuple[Attribute[Any], ...] = (
        FOSTER_AGREEMENT,
        FOSTER_FAMILY,
        SHORT_TERM,
        AGREEMENT,
        AWAY,
        CARE_MODE,
    )
    assert [child.now(each, "2024-05-31") is not None for each in ends] == [True] * len(ends)
    assert [child.now(each, "2024-06-01") for each in ends] == [None] * len(ends)
    clock = child.clock("R-LEA-1")
    assert (clock.void_on, clock.void_because) == (date(2024, 6, 1), TRANSFERRED)
    child.and_("2024-06-01", some(FosterPlacementStarted, family=family), by=RECEIVING)
    assert child.now(FOSTER_FAMILY, "2024-06-01") == str(family)


def test_what_the_receiver_gives_on_that_day_stands_whoever_records_first() -> None:
    child = in_care().and_("2024-05-20", MAY)
    child.and_("2024-06-01", some(CareModeAssigned, mode="foster"), by=RECEIVING)
    child.and_("2024-06-01", OVER)
    assert child.now(CARE_MODE, "2024-06-01") == "foster"


def test_to_an_institution_outside_of_the_ledger_the_child_leaves_this_ones_care() -> None:
    out = some(ChildTransferred, receiver="邻省儿童福利院")
    child = in_care().and_("2024-05-20", some(TransferApproved, decision="approved"))
    child.when("2024-06-01", out).recorded()
    assert (child.now(STAGE, "2024-06-01"), child.now(DEPARTED, "2024-06-01")) == ("departed", "12")
    assert child.now(ADMITTED, "2024-06-01") is None
    assert scope_of(child.file).institution == INSTITUTION
    child.when("2024-06-02", out).refused("I31")


# I03: the receiver admits the child anew, once


@pytest.mark.rule("I03")
@pytest.mark.parametrize(("on", "refused"), [("2024-05-31", ["I03"]), ("2024-06-01", []), ("2024-06-02", [])])
def test_the_receiver_admits_the_child_anew_from_the_day_of_the_hand_over(
    on: str, refused: list[str]
) -> None:
    anew = some(ChildAdmitted, intake_category="A5", file_no="乙-1")
    child = handed_over().when(on, anew, by=RECEIVING)
    assert [
        found.rule.id for found in child.judgements if found.refuses and found.rule.id == "I03"
    ] == refused


@pytest.mark.rule("I03")
def test_but_not_a_second_time() -> None:
    anew = some(ChildAdmitted, intake_category="A5", file_no="乙-1")
    child = handed_over().and_("2024-06-02", anew, by=RECEIVING)
    assert child.now(FILE_NO, "2024-06-02") == "乙-1"
    child.when("2024-06-03", anew, by=RECEIVING)
    assert "I03" in {found.rule.id for found in child.judgements if found.refuses}


# R-MOV-1: the household registration follows


@pytest.mark.rule("R-MOV-1")
def test_the_household_registration_follows_within_three_months_that_no_text_sets() -> None:
    (lapse,) = handed_over().lapses("R-MOV-1")
    assert lapse[:2] == ("no_evidence", date(2024, 9, 2))


@pytest.mark.rule("R-MOV-1")
@pytest.mark.parametrize(
    ("moved_on", "until"),
    [("2024-05-31", None), ("2024-06-01", date(2024, 6, 1)), ("2024-10-01", date(2024, 10, 1))],
)
def test_a_move_since_the_hand_over_answers_it(moved_on: str, until: date | None) -> None:
    child = handed_over().and_(moved_on, some(HouseholdTransferred))
    lapses = child.lapses("R-MOV-1")
    if until is None:
        assert [kind for kind, _, _ in lapses] == ["no_evidence"]
    else:
        assert all(last < until for _, _, last in lapses)
        assert len(lapses) == (until > date(2024, 9, 1))


@pytest.mark.rule("R-MOV-1")
def test_a_reason_why_it_stays_answers_it_and_a_hand_over_in_some_month_leaves_it_uncertain() -> None:
    assert handed_over(household_stays_because="正在本地就医").lapses("R-MOV-1") == []
    child = in_care().and_("2024-05-20", MAY).and_("2024-06", OVER)
    assert [(kind, first) for kind, first, _ in child.lapses("R-MOV-1")] == [
        ("uncertain", date(2024, 9, 2)),
        ("no_evidence", date(2024, 10, 1)),
    ]


def test_of_who_left_the_ledger_it_is_not_asked() -> None:
    child = in_care().and_("2024-06-01", some(ChildTransferred))
    assert child.lapses("R-MOV-1") == []


def test_an_agreement_with_the_sender_ends_with_the_hand_over() -> None:
    agreed = some(EntrustedCareAgreementSigned, agreed_until=date(2024, 12, 31))
    child = in_care().and_("2024-04-05", agreed).and_("2024-06-01", OVER)
    clock = child.clock("R-ENT-1")
    assert clock.void_on == date(2024, 6, 1)
    assert clock.void_because is not None
    assert (clock.void_because.zh, clock.void_because.en) == ("已移交", "transferred")


# A13: what must be handed over if the child moves tomorrow


def listed(child: Given, on: str = "2024-05-01") -> dict[str, ToHandOver]:
    return {line.item: line for line in to_hand_over(child.on(on))}


def test_the_checklist_says_of_each_thing_whether_it_is_here_and_where() -> None:
    child = in_care()
    child.and_("2024-04-06", some(ArchiveOpened, place="二楼档案室"))
    child.and_("2024-04-06", some(DocumentFiled, part="basic"))
    child.and_("2024-04-06", some(DocumentFiled, part="medical", place="医务室"))
    thing = some(Belonging, description="银手镯", storage_no="物-3")
    child.and_("2024-04-07", some(BelongingsRegistered, items=(thing,)))
    lines = listed(child)
    assert {item: (line.held, line.location) for item, line in lines.items()} == {
        "papers": (True, "二楼档案室"),
        "belongings": (True, "物-3"),
        "medical_file": (True, "医务室"),
        "money": (None, None),
        "medication": (None, None),
        "school_papers": (False, None),
        "archive": (True, "二楼档案室"),
        "other": (None, None),
    }
    assert [entry.type for entry in lines["belongings"].entries] == ["BelongingsRegistered"]


def test_what_is_lent_or_was_handed_over_is_not_here() -> None:
    child = in_care().and_("2024-04-06", some(ArchiveOpened, place="二楼档案室"))
    child.and_("2024-04-07", some(BelongingsRegistered, items=(some(Belonging),)))
    child.and_("2024-04-08", some(ArchiveCheckedOut, borrowing_body="市第一小学"))
    assert (listed(child)["archive"].held, listed(child)["archive"].location) == (False, "市第一小学")
    child.and_("2024-04-09", some(ArchiveReturned)).and_("2024-04-10", some(BelongingsHandedOver))
    assert (listed(child)["archive"].held, listed(child)["belongings"].held) == (True, False)
    assert (listed(child, "2024-04-08")["archive"].held, listed(child, "2024-04-05")["archive"].held) == (
        False,
        False,
    )
