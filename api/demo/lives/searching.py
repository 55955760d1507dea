"""Rescued children whose parents are sought: found again, still sought, and what is overdue in the search."""

from datetime import date, timedelta
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import may_leave, received
from api.demo.people import FEMALE, MALE, Person
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.guardianship import (
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
)
from domain.events.intake import AdmissionApproved, ChildAdmitted, IntakeCategoryDetermined, ReferralReceived
from domain.events.search import (
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticeExpired,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
    ParentageConfirmed,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from domain.when import add

NEIGHBOUR = UUID("00000000-0000-4000-8000-0000000000a1")
MOTHER = UUID("00000000-0000-4000-8000-0000000000a2")


def rescued(child: Person, came: date, file_no: str) -> LifeCourse:
    """The police brought a child whom they had rescued from traffickers."""
    yield on(came, ReferralReceived, referral_source="police", child_situation="04").with_papers(
        "temporary_care_notice"
    )
    yield from received(child, came, file_no, place="望海区公安分局")
    yield on(came, IntakeCategoryDetermined, category="B1", child_situation="04")
    yield on(came, TemporaryGuardianshipStarted, ground="1", review_due_on=came + timedelta(days=365))
    yield on(came, CareModeAssigned, mode="ward", unit="一楼养护区")
    yield on(
        came + timedelta(days=2), DnaSampleCollected, sample_no=f"血-{file_no}", lab="市公安局物证鉴定中心"
    )


def compared(came: date, file_no: str, result: str, after: int) -> LifeCourse:
    """The police told what the DNA database says."""
    yield on(
        came + timedelta(days=after),
        DnaComparisonResultReceived,
        sample_no=f"血-{file_no}",
        submitted_on=came + timedelta(days=3),
        result=result,
        database="全国打拐DNA信息库",
    )


def found_by_her_mother(present: Present) -> LifeCourse:
    """A girl's picture was seen on the platform: a neighbour was wrong about her, her mother was right."""
    child = present.who(present.ago(years=5, months=1), FEMALE)
    came = present.ago(months=6)
    yield from rescued(child, came, present.file_no)
    yield from compared(came, present.file_no, "pending", 12)
    yield from notice(came + timedelta(days=14))
    for claimant, name, relation, days in (
        (NEIGHBOUR, "柏大伟", "自称舅父", 18),
        (MOTHER, "窦玉兰", "母亲", 25),
    ):
        yield on(
            came + timedelta(days=days),
            PotentialRelativeClaimed,
            claimant=claimant,
            name=name,
            relation=relation,
            address="外省某县",
        )
    yield on(came + timedelta(days=30), ParentageRejected, claimant=NEIGHBOUR)
    yield from compared(came, present.file_no, "match", 33)
    yield on(came + timedelta(days=35), ParentageConfirmed, claimant=MOTHER)
    yield on(came + timedelta(days=37), GuardianshipTerminated, reason="returned").with_papers(
        "guardian_assessment"
    )
    yield from may_leave(came + timedelta(days=37), "04", "窦玉兰", ahead=1)
    yield on(came + timedelta(days=37), DepartureCompleted, reason="04", receiver="窦玉兰")


def notice(day: date) -> LifeCourse:
    """A notice asked for the child's relatives."""
    yield on(
        day,
        FindRelativesNoticePublished,
        medium="national_platform",
        medium_name="全国打拐解救儿童寻亲公告平台",
        notice_days=30,
        contact="望海区公安分局打拐办",
    )


def sought_since_last_week(present: Present) -> LifeCourse:
    """A boy was rescued two months ago; the notice for him still runs."""
    child = present.who(present.ago(years=3, months=3), MALE)
    came = present.ago(months=2)
    yield from rescued(child, came, present.file_no)
    yield from compared(came, present.file_no, "no_match", 20)
    yield from notice(present.ago(days=8))


def forgotten_by_the_search(present: Present) -> LifeCourse:
    """A boy's notice ran out unnoticed, and the police still owe the final certificate."""
    child = present.who(present.ago(years=4, months=6), MALE)
    came = present.ago(months=14)
    yield from rescued(child, came, present.file_no)
    yield from notice(came + timedelta(days=60))
    yield on(
        came + timedelta(days=32),
        NotFoundCertificateIssued,
        certificate_kind="interim",
        certificate_no="暂查字1号",
    )


def never_found(present: Present) -> LifeCourse:
    """Nobody came for her in a year, and she was admitted for good."""
    child = present.who(present.ago(years=4), FEMALE)
    came = present.ago(months=20)
    yield from rescued(child, came, present.file_no)
    yield from compared(came, present.file_no, "no_match", 15)
    published = came + timedelta(days=18)
    first = yield on(
        published,
        FindRelativesNoticePublished,
        medium="national_platform",
        medium_name="寻亲公告平台",
        notice_days=30,
    )
    yield on(
        came + timedelta(days=28),
        NotFoundCertificateIssued,
        certificate_kind="interim",
        certificate_no="暂查字2号",
    )
    yield on(published + timedelta(days=31), FindRelativesNoticeExpired, notice=first)
    again = yield on(
        came + timedelta(days=200),
        FindRelativesNoticePublished,
        medium="newspaper",
        medium_name="望海晚报",
        notice_days=30,
    )
    yield on(came + timedelta(days=245), FindRelativesNoticeExpired, notice=again)
    yield on(
        add(came, months=12) + timedelta(days=1),
        NotFoundCertificateIssued,
        certificate_kind="final",
        certificate_no="查无字2号",
    )
    admitted = came + timedelta(days=370)
    yield on(admitted, AdmissionApproved)
    yield on(
        admitted,
        ChildAdmitted,
        intake_category="A1",
        guardianship_type="long_term",
        admission_no=f"入-{present.file_no}",
    )
    yield on(admitted, LongTermGuardianshipConfirmed, ground="1")


def certified_late(present: Present) -> LifeCourse:
    """The final certificate for him came two months after its year."""
    child = present.who(present.ago(years=4, months=7), MALE)
    came = present.ago(months=18)
    yield from rescued(child, came, present.file_no)
    yield from compared(came, present.file_no, "no_match", 25)
    yield on(
        came + timedelta(days=425),
        NotFoundCertificateIssued,
        certificate_kind="final",
        certificate_no="查无字3号",
    )


SEARCHING = (
    found_by_her_mother,
    sought_since_last_week,
    forgotten_by_the_search,
    never_found,
    certified_late,
)
