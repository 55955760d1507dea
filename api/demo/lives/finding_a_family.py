"""Children who find a family: a foundling's whole way, an orphan's, and where others stand today."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import raised, received, registered
from api.demo.people import FEMALE, MALE, Person, citizen_id
from domain.event import Unknown
from domain.events.adoption.assessment import (
    AdoptabilityAssessed,
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    Applicant,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticeExpired,
    RegistrarNoticePublished,
)
from domain.events.adoption.registration import (
    AdoptionRegistered,
    ChildConsentRecorded,
    RelatedPartyConsentRecorded,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.guardianship import (
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
)
from domain.events.household import HouseholdTransferred
from domain.events.intake import (
    AdmissionApproved,
    Belonging,
    BelongingsRegistered,
    ChildAdmitted,
    IntakeCategoryDetermined,
    IntakeMedicalExamined,
    ReferralReceived,
)
from domain.events.restriction import RestrictedFileAccessApproved, RestrictedFileAccessRequested
from domain.events.search import FindRelativesNoticeExpired, FindRelativesNoticePublished

THE_TANGS = UUID("00000000-0000-4000-8000-0000000000b1")
THE_WEIS = UUID("00000000-0000-4000-8000-0000000000b2")
GRANDMOTHER = UUID("00000000-0000-4000-8000-0000000000b3")


def foundling_taken_in(child: Person, came: date, file_no: str) -> LifeCourse:
    """A baby was found, its parents were asked for in vain, and it was admitted after that."""
    yield on(came, ReferralReceived, referral_source="police", child_situation="05").with_papers(
        "found_child_certificate"
    )
    yield from received(child, came, file_no, found_on=came, found_place="福利院门口", posture="infant")
    yield on(
        came,
        BelongingsRegistered,
        items=(Belonging(description="字条一张", storage_no=f"物-{file_no}", is_identifying=True),),
    )
    yield on(came, IntakeCategoryDetermined, category="B1", child_situation="05", child_category="1")
    yield on(came, TemporaryGuardianshipStarted, ground="1", review_due_on=came + timedelta(days=180))
    yield on(came, CareModeAssigned, mode="ward", unit="婴儿房")
    yield on(came + timedelta(days=1), IntakeMedicalExamined, findings="足月新生儿，未见异常", state="10")
    notice = yield on(
        came + timedelta(days=5),
        FindRelativesNoticePublished,
        medium="newspaper",
        medium_name="望海晚报",
        notice_days=60,
    )
    yield on(came + timedelta(days=66), FindRelativesNoticeExpired, notice=notice)
    yield on(came + timedelta(days=70), AdmissionApproved, opinion="同意接收")
    admitted = came + timedelta(days=72)
    yield on(
        admitted,
        ChildAdmitted,
        intake_category="A1",
        guardianship_type="long_term",
        admission_no=f"入-{file_no}",
    )
    yield on(admitted, LongTermGuardianshipConfirmed, ground="1")
    yield from registered(child, came + timedelta(days=120))


def applied_for(day: date, adopter: UUID, *, children: int = 0) -> LifeCourse:
    """A couple asked for the child."""
    yield on(
        day,
        AdopterApplicationReceived,
        adopter=adopter,
        applicants=(
            Applicant(name="唐立行", citizen_id=citizen_id(date(1985, 1, 1), "1", 1), sex="1", age=38),
            Applicant(name="史清荷", citizen_id=citizen_id(date(1987, 3, 3), "2", 1), sex="2", age=36),
        ),
        marital="21",
        children_count=children,
        household="双职工，三居室",
        motive="婚后多年未育",
        housing="自有住房",
        has_own_room=True,
        health_certificate="suitable",
        crime_check="clear",
        income_yuan=Decimal(186_000),
        region="371099",
    )


def tried_out(day: date, adopter: UUID) -> LifeCourse:
    """The couple was assessed while the child lived with them for five weeks."""
    yield on(day, AdoptionAssessmentConsented, adopter=adopter)
    yield on(day + timedelta(days=4), IntegrationStarted, adopter=adopter)
    yield on(day + timedelta(days=39), IntegrationEnded, observations=("亲子互动良好", "作息已适应"))
    yield on(
        day + timedelta(days=46),
        AdoptionAssessmentReportIssued,
        assessors=("宫老师", "于老师"),
        conclusion="suitable",
    )


def adopted(child: Person, day: date, adopter: UUID, category: str) -> LifeCourse:
    """The adoption was registered, and all that ends with it ended."""
    yield on(
        day,
        AdoptionRegistered,
        category=category,
        adopter=adopter,
        certificate_no=f"({day.year})望收字第{child.citizen_id[14:17]}号",
        new_name=f"唐{child.name[1:]}",
    )
    yield on(day, GuardianshipTerminated, reason="adoption")
    yield on(
        day, DepartureCompleted, reason="01", receiver="收养人", last_allowance_month=f"{day:%Y-%m}"
    ).with_papers("departure_confirmation")
    yield on(day, AllowanceStopped, reason="adopted", last_month=f"{day:%Y-%m}", allowance_line="202")
    yield on(
        day + timedelta(days=12),
        HouseholdTransferred,
        transfer_reason="adoption",
        to_place="临港区",
        moved_in_on=day + timedelta(days=14),
    )


def visited(registered_on: date, *after: int, agreed: int | None = None, late: int = 2) -> LifeCourse:
    """Child and adopters were visited after so many days, `late` by some days.

    Each visit agreed on the day of the next one, and the last on the day `agreed`.
    """
    for days, following in pairwise((*after, agreed)):
        if days is None:
            continue
        yield on(
            registered_on + timedelta(days=days),
            PostAdoptionVisitMade,
            planned_on=registered_on + timedelta(days=days - late),
            mode="home",
            living="有独立房间，作息规律",
            health="良好",
            schooling="未到学龄",
            relationship="亲密",
            risk="none",
            next_on=Unknown("not_known") if following is None else registered_on + timedelta(days=following),
        )


def asked_to_read(day: date, *, decided: bool) -> LifeCourse:
    """Somebody asked to read the file for the visits, which the adoption restricts; the supervisor agreed."""
    request = yield on(
        day, RestrictedFileAccessRequested, purpose="after_adoption", explanation="准备收养后回访"
    )
    if decided:
        yield on(
            day + timedelta(days=1),
            RestrictedFileAccessApproved,
            request=request,
            explanation="同意查阅",
        ).by_supervisor()


def a_foundling(present: Present) -> LifeCourse:
    """A foundling's whole way: from the gate of the institution to the last visit after her adoption."""
    child = present.who(present.ago(years=5), FEMALE)
    published, day = present.ago(years=2, months=8), present.ago(years=2, months=3)
    yield from raised(present, child, present.ago(years=5, days=-4), published, taken_in=foundling_taken_in)
    yield on(
        present.ago(years=3), AdoptabilityAssessed, basis="not_found", health="健康", decision="adoptable"
    )
    yield from applied_for(present.ago(years=2, months=9), THE_TANGS)
    yield on(published, RegistrarNoticePublished)
    yield on(published + timedelta(days=61), RegistrarNoticeExpired)
    yield from tried_out(published + timedelta(days=65), THE_TANGS)
    yield from adopted(child, day, THE_TANGS, "1")
    yield from visited(day, 28, 88, 178, 360, agreed=720)
    yield from asked_to_read(day + timedelta(days=350), decided=True)


def an_orphan_of_nine(present: Present) -> LifeCourse:
    """An orphan of nine said yes, so did his grandmother; the second visit came late."""
    child = present.turning(9, in_days=-300, sex=MALE)
    came, day = present.ago(years=4), present.ago(months=7)
    yield from raised(present, child, came, present.ago(months=11))
    yield on(
        present.ago(months=12),
        AdoptabilityAssessed,
        basis="orphan",
        decision="adoptable",
        child_wish="愿意有个家",
    )
    yield from applied_for(present.ago(months=11), THE_WEIS, children=2)
    yield on(
        present.ago(months=10),
        RelatedPartyConsentRecorded,
        result="agree",
        person=GRANDMOTHER,
        name="韦秀英",
        relation="grandparent",
    )
    yield from tried_out(present.ago(months=10), THE_WEIS)
    yield on(
        present.ago(months=8), ChildConsentRecorded, form="oral_recorded", witness="姜老师", result="agree"
    )
    yield from adopted(child, day, THE_WEIS, "2")
    yield from visited(day, 25, agreed=85)
    yield from visited(day, 130, agreed=300, late=45)


def newly_adopted(present: Present) -> LifeCourse:
    """A girl was adopted six weeks ago; nobody noted that the notice had run out, or has visited her yet."""
    child = present.who(present.ago(years=3, months=1), FEMALE)
    came, day = present.ago(years=3), present.ago(days=45)
    published = day - timedelta(days=75)
    yield from raised(present, child, came, published, taken_in=foundling_taken_in)
    yield from applied_for(published - timedelta(days=10), THE_TANGS)
    yield on(published, RegistrarNoticePublished)
    yield from tried_out(published + timedelta(days=3), THE_TANGS)
    yield from adopted(child, day, THE_TANGS, "1")
    yield from asked_to_read(present.ago(days=1), decided=False)


def came_back(present: Present) -> LifeCourse:
    """A boy's adoption failed after half a year, and he lives here again."""
    child = present.who(present.ago(years=6, days=20), MALE)
    came, day, back = present.ago(years=5), present.ago(years=2), present.ago(months=18)
    yield from raised(present, child, came, present.ago(years=2, months=3))
    yield from applied_for(present.ago(years=2, months=4), THE_WEIS)
    yield on(present.ago(years=2, months=3), RelatedPartyConsentRecorded, result="nobody")
    yield from tried_out(present.ago(years=2, months=3), THE_WEIS)
    yield from adopted(child, day, THE_WEIS, "2")
    yield from visited(day, 30, agreed=250)
    yield from raised(present, child, back)


def notice_running(present: Present) -> LifeCourse:
    """The registrar's notice for a girl was published three weeks ago."""
    child = present.who(present.ago(years=1, months=4), FEMALE)
    yield from raised(present, child, present.ago(years=1, months=4, days=-6), taken_in=foundling_taken_in)
    yield on(present.ago(days=50), AdoptabilityAssessed, basis="not_found", decision="adoptable")
    yield on(present.ago(days=20), RegistrarNoticePublished)


def notice_run_out(present: Present) -> LifeCourse:
    """A boy's notice ran out three weeks ago, and nobody has written it down."""
    child = present.who(present.ago(years=2, months=2), MALE)
    yield from raised(present, child, present.ago(years=2, months=2, days=-9), taken_in=foundling_taken_in)
    yield on(present.ago(days=82), RegistrarNoticePublished)


def notice_noted_late(present: Present) -> LifeCourse:
    """A girl's notice was noted to have run out two weeks late; she now lives with a couple on trial."""
    child = present.who(present.ago(years=2, months=7), FEMALE)
    yield from raised(present, child, present.ago(years=2, months=7, days=-3), taken_in=foundling_taken_in)
    yield from applied_for(present.ago(days=110), THE_TANGS)
    published = present.ago(days=100)
    yield on(published, RegistrarNoticePublished)
    yield on(published + timedelta(days=74), RegistrarNoticeExpired)
    yield on(published + timedelta(days=76), AdoptionAssessmentConsented, adopter=THE_TANGS)
    yield on(published + timedelta(days=80), IntegrationStarted, adopter=THE_TANGS)


FINDING_A_FAMILY = (
    a_foundling,
    an_orphan_of_nine,
    newly_adopted,
    came_back,
    notice_running,
    notice_run_out,
    notice_noted_late,
)
