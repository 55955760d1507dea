"""Old files as they were found: what should not have happened, and what their papers cannot say."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.finding_a_family import THE_TANGS, THE_WEIS, applied_for, foundling_taken_in
from api.demo.lives.searching import rescued
from api.demo.lives.upbringing import identity, on_paper, raised
from api.demo.people import FEMALE, MALE, citizen_id, misspelled
from domain.events.adoption.assessment import (
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticePublished,
)
from domain.events.adoption.registration import (
    AdoptionRegistered,
    ChildConsentRecorded,
    RelatedPartyConsentRecorded,
)
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.health import DisabilityCertificateIssued, PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.events.placement.arrangements import EmploymentArranged, Enlisted
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.preparing import AdultPlacementCaseOpened
from domain.events.rehabilitation import RehabAssessed, RehabPlanMade, RehabSessionDelivered
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.events.search import FindRelativesNoticeExpired, FindRelativesNoticePublished
from domain.when import Days, add, birthday

LOST_NOTICE = UUID("00000000-0000-4000-8000-0000000000c1")
"""A notice that an old file cites and does not hold."""


def adopted_unasked(present: Present) -> LifeCourse:
    """An orphan of ten was adopted; no report, nobody asked him or his kin, and his guardian went on."""
    child = present.who(present.ago(years=12), MALE)
    came, day = present.ago(years=6), present.ago(years=2)
    yield from on_paper(raised(present, child, came, day))
    yield on(day, AdoptionRegistered, category="2", adopter=THE_WEIS).on_paper()
    yield on(day + timedelta(days=20), TemporaryGuardianshipStarted, ground="7").on_paper()


def adopted_against_her_will(present: Present) -> LifeCourse:
    """A foundling of nine said no, and was adopted before the notice had run out, after a hasty trial."""
    child = present.who(present.ago(years=11), FEMALE)
    came, day = present.ago(years=11, days=-5), present.ago(years=2)
    yield from on_paper(raised(present, child, came, day, taken_in=foundling_taken_in))
    notice = yield on(
        day - timedelta(days=160), FindRelativesNoticePublished, medium="newspaper", notice_days=60
    ).on_paper()
    yield on(day - timedelta(days=150), FindRelativesNoticeExpired, notice=notice).on_paper()
    yield on(day - timedelta(days=100), AdoptionAssessmentConsented).on_paper()
    yield on(day - timedelta(days=50), IntegrationStarted).on_paper()
    yield on(day - timedelta(days=40), RegistrarNoticePublished).on_paper()
    yield on(day - timedelta(days=38), IntegrationEnded).on_paper()
    yield on(day - timedelta(days=20), AdoptionAssessmentReportIssued, conclusion="unsuitable").on_paper()
    yield on(day - timedelta(days=10), ChildConsentRecorded, result="disagree").on_paper()
    yield on(day, AdoptionRegistered, category="1").on_paper()
    yield on(day, DepartureCompleted, reason="01", receiver="收养人").on_paper()


def adopted_into_a_full_house(present: Present) -> LifeCourse:
    """A boy whose parents were in trouble went to a family with three children of their own."""
    child = present.who(present.ago(years=6), MALE)
    came, day = present.ago(years=4), present.ago(years=3)
    yield from on_paper(raised(present, child, came, day))
    yield from on_paper(applied_for(day - timedelta(days=90), THE_WEIS, children=3))
    yield on(day - timedelta(days=20), AdoptionAssessmentReportIssued, conclusion="suitable").on_paper()
    yield on(day, AdoptionRegistered, category="5", adopter=THE_WEIS).on_paper()
    yield on(day + timedelta(days=3), DepartureCompleted, reason="01").on_paper()


def adopted_within_months(present: Present) -> LifeCourse:
    """A rescued girl was adopted after seven months, while the police still looked for her parents."""
    child = present.who(present.ago(years=7), FEMALE)
    came = present.ago(years=5)
    day = came + timedelta(days=215)
    yield from on_paper(rescued(child, came, present.file_no))
    yield on(day - timedelta(days=120), RegistrarNoticePublished).on_paper()
    yield on(day - timedelta(days=20), AdoptionAssessmentReportIssued, conclusion="suitable").on_paper()
    yield on(day, AdoptionRegistered, category="1").on_paper()


def adopted_as_an_adult(present: Present) -> LifeCourse:
    """A young woman of nineteen was adopted by the family that had asked for her as a child."""
    child = present.who(present.ago(years=21), FEMALE)
    came, day = present.ago(years=10), present.ago(years=2)
    yield from on_paper(raised(present, child, came, present.ago(years=3)))
    yield from on_paper(applied_for(day - timedelta(days=90), THE_TANGS))
    yield on(day - timedelta(days=60), RelatedPartyConsentRecorded, result="nobody").on_paper()
    yield on(day - timedelta(days=20), AdoptionAssessmentReportIssued, conclusion="suitable").on_paper()
    yield on(day - timedelta(days=10), ChildConsentRecorded, result="agree").on_paper()
    yield on(day, AdoptionRegistered, category="2", adopter=THE_TANGS).on_paper()


def eight_or_not(present: Present) -> LifeCourse:
    """A girl was about eight when she was adopted: whether she had to be asked cannot be told."""
    child = present.who(present.ago(years=10), FEMALE)
    came, day = present.ago(years=4), present.ago(years=2, days=-60)
    yield on(came, ChildReceived, file_no=present.file_no).on_paper()
    yield identity(
        child, came, birth_until=child.born + timedelta(days=200), is_birth_estimated=True
    ).on_paper()
    yield on(day - timedelta(days=20), AdoptionAssessmentReportIssued, conclusion="suitable").on_paper()
    yield on(day, AdoptionRegistered, category="4").on_paper()


def admitted_twice(present: Present) -> LifeCourse:
    """A boy was admitted twice, without papers; he was moved and placed after he had left."""
    child = present.who(present.ago(years=20), MALE)
    came, left = present.ago(years=12), present.ago(years=2)
    yield on(came, ChildReceived, file_no=present.file_no).on_paper()
    yield identity(child, came).on_paper()
    yield on(came + timedelta(days=60), FindRelativesNoticePublished, notice_days=60).on_paper()
    yield on(came + timedelta(days=80), ChildAdmitted, intake_category="A1").on_paper()
    yield on(came + timedelta(days=300), ChildAdmitted, intake_category="A1").on_paper()
    yield on(came + timedelta(days=300), CareModeAssigned, mode="ward").on_paper()
    yield on(came + timedelta(days=300), CareModeAssigned, mode="foster").on_paper()
    yield on(left, DepartureCompleted, reason="05").on_paper()
    yield on(left + timedelta(days=30), CareModeAssigned, mode="ward").on_paper()
    yield on(left + timedelta(days=60), AdultPlaced, route="social").on_paper()


def written_by_many_hands(present: Present) -> LifeCourse:
    """A girl's old file contradicts itself: numbers, papers it does not hold, days that cannot be."""
    child = present.who(present.ago(years=13), FEMALE)
    came = present.ago(years=6)
    misread = date(came.year - 1000, came.month, 1)
    yield on(came, ChildReceived, file_no=present.file_no, found_on=misread, found_region="371098").on_paper()
    yield identity(child, came).on_paper()
    yield on(came + timedelta(days=20), SchoolingEnded, stage="preschool").on_paper()
    yield on(came + timedelta(days=60), SchoolEnrolled, stage="preschool", form="preschool").on_paper()
    yield on(child.born - timedelta(days=30), PhysicalExamined, height_cm=Decimal(60)).on_paper()
    yield on(came - timedelta(days=60), InsuranceEnrolled, waiting_days=90).on_paper()
    yield on(
        came + timedelta(days=4), InsuranceStatusChecked, is_insured=False, is_identity_verified=True
    ).on_paper()
    yield on(came + timedelta(days=50), FindRelativesNoticeExpired, notice=LOST_NOTICE).on_paper()
    yield on(
        came + timedelta(days=90), HouseholdRegistered, citizen_id=misspelled(child.citizen_id)
    ).on_paper()
    yield from on_paper(numbers_of_others(present, came + timedelta(days=100)))
    yield on(
        came + timedelta(days=150),
        DisabilityCertificateIssued,
        certificate_no="残字第17号",
        disability_class="2",
        grade="2",
    ).on_paper()
    yield on(came + timedelta(days=160), CareModeAssigned, mode="foster").on_paper()
    planned = came + timedelta(days=200)
    plan = yield on(
        planned, RehabPlanMade, starts_on=planned, ends_on=planned + timedelta(days=90)
    ).on_paper()
    yield on(planned + timedelta(days=30), RehabAssessed, assessment_type="initial").on_paper()
    yield on(planned + timedelta(days=120), RehabSessionDelivered, plan=plan, item="ST", count=1).on_paper()
    about_then = Days(planned + timedelta(days=80), planned + timedelta(days=100))
    yield on(about_then, RehabSessionDelivered, plan=plan, item="ST", count=1).on_paper()


def numbers_of_others(present: Present, day: date) -> LifeCourse:
    """Numbers that were somebody else's: of another birthday, and of a county that is in no table."""
    other = present.who(present.ago(years=15), MALE)
    yield on(day, CitizenIdAssigned, citizen_id=other.citizen_id)
    yield on(day + timedelta(days=1), CitizenIdAssigned, citizen_id=citizen_id(other.born, MALE, 1, "371098"))


def remembered_after_death(present: Present) -> LifeCourse:
    """A boy died of an illness; an examination is dated after his death, and his allowance went on."""
    child = present.who(present.ago(years=9), MALE)
    came, died = present.ago(years=7), present.ago(years=5)
    yield from on_paper(raised(present, child, came, died))
    yield on(died, ChildDied, cause="肺炎", cause_class="illness").on_paper()
    yield on(died + timedelta(days=12), PhysicalExamined, height_cm=Decimal(98)).on_paper()
    last_month = f"{add(died, months=2):%Y-%m}"
    yield on(died + timedelta(days=70), AllowanceStopped, reason="died", last_month=last_month).on_paper()


def left_as_dead(present: Present) -> LifeCourse:
    """A baby left as dead, says an old list, and says so twice; nothing of his death is on file."""
    child = present.who(present.ago(years=8), MALE)
    left = child.born + timedelta(days=70)
    yield on(child.born, ChildReceived, file_no=present.file_no).on_paper()
    yield identity(child, child.born).on_paper()
    yield on(left, DepartureCompleted, reason="06").on_paper()
    yield on(left + timedelta(days=3), DepartureCompleted, reason="06").on_paper()


def grown_too_soon(present: Present) -> LifeCourse:
    """An old list has a boy prepared for adult life at ten, at work at fifteen and in the army at sixteen."""
    child = present.who(present.ago(years=19), MALE)
    yield on(birthday(child.born, 8), ChildReceived, file_no=present.file_no).on_paper()
    yield identity(child, birthday(child.born, 8)).on_paper()
    yield on(birthday(child.born, 10), AdultPlacementCaseOpened, trigger="other").on_paper()
    yield on(birthday(child.born, 15), EmploymentArranged, employer="市机械厂", post="学徒").on_paper()
    yield on(birthday(child.born, 16), Enlisted).on_paper()


AS_FOUND = (
    adopted_unasked,
    adopted_against_her_will,
    adopted_into_a_full_house,
    adopted_within_months,
    adopted_as_an_adult,
    eight_or_not,
    admitted_twice,
    written_by_many_hands,
    remembered_after_death,
    left_as_dead,
    grown_too_soon,
)
