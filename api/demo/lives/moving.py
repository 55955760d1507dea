"""Coming and going: entrusted care, leave, what is lent from the archive, and how a case ends."""

from datetime import timedelta
from functools import partial
from typing import Final

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import identity
from api.demo.people import FEMALE, MALE
from domain.event import Unknown
from domain.events.archive import (
    ArchiveAppraised,
    ArchiveCheckedOut,
    ArchiveDestroyed,
    ArchiveOpened,
    ArchiveReturned,
    ArchiveSealed,
    DocumentFiled,
)
from domain.events.case import CaseClosed
from domain.events.departure import ChildDied, DepartureApproved, DepartureCompleted, DepartureProposed
from domain.events.entrusted import EntrustedCareAgreementRenewed, EntrustedCareAgreementSigned
from domain.events.funeral import DeathInvestigated, DeathReported, FuneralCompleted
from domain.events.household import HouseholdCancelled
from domain.events.intake import ChildReceived
from domain.events.leave import TemporaryLeaveEnded, TemporaryLeaveStarted
from domain.events.transfer.following import AllowancePayerChanged, GuardianResponsibilityTransferred
from domain.events.transfer.handing_over import (
    ChildTransferred,
    TransferApproved,
    TransferItem,
    TransferProposed,
)
from domain.when import add

HEAD: Final = "福利院院长办公室"


def home_after_years(present: Present) -> LifeCourse:
    """A boy was entrusted for years, often away and back, went home, and his case was closed too early."""
    child = present.who(present.ago(years=9), MALE)
    came = present.ago(years=4)
    yield on(came, ChildReceived, file_no=present.file_no)
    yield identity(child, came)
    yield on(came, ArchiveOpened, archive_no="档-0102", place="档案室", retention="permanent")
    yield on(came, DocumentFiled, part="entry", title="代养协议", document_kind="contract", count=1)
    agreed = yield on(
        came, EntrustedCareAgreementSigned, party_kind="guardian", agreed_until=add(came, months=12)
    )
    for months, until in ((11, 24), (25, 31)):
        yield on(
            add(came, months=months),
            EntrustedCareAgreementRenewed,
            agreement=agreed,
            agreed_until=add(came, months=until),
        )
    for months, days in ((2, 5), (6, 12)):
        left = add(came, months=months)
        leave = yield on(
            left,
            TemporaryLeaveStarted,
            leave_reason="relatives",
            return_due_on=left + timedelta(days=7),
            approved_by=HEAD,
        )
        yield on(left + timedelta(days=days), TemporaryLeaveEnded, leave=leave)
        lent = yield on(left, ArchiveCheckedOut, purpose="办理入学", due_on=left + timedelta(days=7))
        yield on(left + timedelta(days=days), ArchiveReturned, checkout=lent, is_complete=True)
    gone = add(came, months=30) + timedelta(days=10)
    yield on(
        gone - timedelta(days=8),
        TemporaryLeaveStarted,
        leave_reason="hospital",
        return_due_on=gone,
        approved_by=Unknown("not_on_paper"),
    )
    yield on(
        gone - timedelta(days=7),
        TemporaryLeaveStarted,
        leave_reason="relatives",
        return_due_on=gone,
        approved_by=HEAD,
    )
    proposed = yield on(gone - timedelta(days=20), DepartureProposed, reason="11", receiver="父亲")
    yield on(gone - timedelta(days=5), DepartureApproved, proposal=proposed, decision="refused")
    yield on(gone, DepartureCompleted, reason="99", receiver="父亲", last_allowance_month=f"{gone:%Y-%m}")
    yield on(gone - timedelta(days=1), CaseClosed, reason="returned").on_paper()
    appraised = yield on(gone, ArchiveAppraised, result="kept").on_paper()
    yield on(gone, ArchiveDestroyed, appraisal=appraised).on_paper()


def boarding(present: Present, *, until: int) -> LifeCourse:
    """A girl in entrusted care is away for longer than was said, and so are her papers."""
    child = present.who(present.ago(years=12), FEMALE)
    came = present.ago(years=1)
    yield on(came, ChildReceived, file_no=present.file_no)
    yield identity(child, came)
    agreed_until = present.today + timedelta(days=until)
    yield on(came, EntrustedCareAgreementSigned, party_kind="village", agreed_until=agreed_until)
    for ago, back in ((30, -10), (3, 4)):
        left, due = present.ago(days=ago), present.today + timedelta(days=back)
        yield on(left, TemporaryLeaveStarted, leave_reason="camp", return_due_on=due, approved_by=HEAD)
        yield on(left, ArchiveCheckedOut, purpose="办理转学", due_on=due)


def passed_on(present: Present) -> LifeCourse:
    """A girl came from a county, where she is still registered, and went on to another province."""
    child = present.who(present.ago(years=10), FEMALE)
    came, left = present.ago(years=1), present.ago(days=45)
    yield on(came, ChildReceived, file_no=present.file_no)
    yield on(
        came,
        ChildTransferred,
        from_institution="望山县社会福利中心",
        to_institution=present.institution,
        receiver="本院",
        transfer_reason="county_to_prefecture",
        items=(
            TransferItem(kind="papers", description="入院档案", count=1, is_original=True),
            TransferItem(kind="belongings", description="相册", count=1, is_original=True),
        ),
        signers=("姜老师", "宫老师"),
    ).with_papers("receipt")
    yield identity(child, came)
    yield on(came, GuardianResponsibilityTransferred, from_body="望山县民政局", to_body="望海区民政局")
    yield on(
        came,
        AllowancePayerChanged,
        allowance_line="202",
        from_payer="望山县民政局",
        to_payer="望海区民政局",
        first_month=f"{came:%Y-%m}",
    )
    proposed = yield on(
        left - timedelta(days=20),
        TransferProposed,
        receiver="邻省儿童福利院",
        transfer_reason="care_needs",
        planned_on=left,
    )
    yield on(
        left - timedelta(days=5),
        TransferApproved,
        proposal=proposed,
        receiver="邻省儿童福利院",
        decision="refused",
    )
    yield on(left, ChildTransferred, receiver="邻省儿童福利院", transfer_reason="care_needs").on_paper()


def died(
    present: Present, *, ago: int, told: int | None = None, cancelled: int | None = None, funeral: int = 0
) -> LifeCourse:
    """A baby died so many days ago; civil affairs and the register were told so many days after."""
    child = present.who(present.ago(days=ago + 90), MALE)
    day = present.ago(days=ago)
    yield on(child.born, ChildReceived, file_no=present.file_no)
    yield identity(child, child.born)
    yield on(day, ChildDied, cause_class="congenital", disposal="cremation", is_abnormal=False).with_papers(
        "death_certificate", "cremation_confirmation"
    )
    if told is not None:
        yield on(day + timedelta(days=told), DeathReported, body="civil_affairs")
    if funeral:
        yield on(day + timedelta(days=funeral), DeathInvestigated, kind_of_inquiry="autopsy")
        yield on(day + timedelta(days=funeral), FuneralCompleted, method="cremation").with_papers(
            "cremation_certificate"
        )
    if cancelled is not None:
        yield on(day + timedelta(days=cancelled), HouseholdCancelled, cancel_reason="death")
        yield on(day + timedelta(days=cancelled), ArchiveSealed, retention="permanent", volumes=1)
        yield on(day + timedelta(days=cancelled), CaseClosed, reason="died")


MOVING = (
    home_after_years,
    passed_on,
    partial(boarding, until=-20),
    partial(boarding, until=15),
    partial(died, ago=0),
    partial(died, ago=60, funeral=6),
    partial(died, ago=70, told=1, cancelled=20, funeral=2),
    partial(died, ago=80, told=4, cancelled=50, funeral=3),
)
