"""Children who come: one who is announced, one who came today, and what is forgotten in the first days."""

from datetime import timedelta

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import identity, may_leave, raised
from api.demo.people import FEMALE, MALE
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.insurance import InsuranceStatusChecked
from domain.events.intake import (
    Belonging,
    BelongingsRegistered,
    ChildReceived,
    IntakeCategoryDetermined,
    IntakeMedicalExamined,
    ReferralReceived,
)
from domain.events.reception import CareAssessmentMade


def announced(present: Present) -> LifeCourse:
    """The police rang this morning: a child is on its way."""
    yield on(
        present.today,
        ReferralReceived,
        referral_source="police",
        child_situation="06",
        condition_at_handover="精神尚好，衣着单薄",
    )


def found_today(present: Present) -> LifeCourse:
    """A baby was found in a waiting room and brought in; nobody has looked yet whether it is insured."""
    today = present.today
    yield on(today, ReferralReceived, referral_source="police", child_situation="05")
    yield on(
        today,
        ChildReceived,
        file_no=present.file_no,
        found_on=today,
        found_place="汽车站候车厅",
        posture="infant",
        hair="none",
        marks="左肩有一处胎记",
        clothing="蓝色包被",
    )
    yield on(
        today,
        BelongingsRegistered,
        items=(
            Belonging(description="银手镯一只", storage_no=f"物-{present.file_no}-1", is_identifying=True),
            Belonging(description="奶瓶一个", storage_no=f"物-{present.file_no}-2", is_identifying=False),
        ),
    )


def still_unchecked(present: Present) -> LifeCourse:
    """A girl came three days ago, and her insurance was forgotten."""
    child = present.who(present.ago(months=4), FEMALE)
    came = present.ago(days=3)
    yield on(came, ChildReceived, file_no=present.file_no, place="市立医院")
    yield identity(child, came)
    yield on(came, IntakeMedicalExamined, findings="发育正常", state="10")


def checked_on_the_third_day(present: Present) -> LifeCourse:
    """A boy is with us while his mother is in hospital; insurance was looked up two days late."""
    child = present.who(present.ago(years=4, months=2), MALE)
    came = present.ago(months=5)
    yield on(came, ReferralReceived, referral_source="rescue_agency", child_situation="15")
    yield on(came, ChildReceived, file_no=present.file_no)
    yield identity(child, came)
    yield on(came, IntakeCategoryDetermined, category="B3")
    yield on(came, TemporaryGuardianshipStarted, ground="3", review_due_on=came + timedelta(days=365))
    yield on(came, CareModeAssigned, mode="ward", unit="二楼养护区")
    yield on(came + timedelta(days=2), InsuranceStatusChecked, is_insured=True, is_identity_verified=True)
    yield on(came + timedelta(days=9), IntakeMedicalExamined, state="20")


def lost_for_one_night(present: Present) -> LifeCourse:
    """A lost boy slept here once; his parents came before anybody had looked anything up."""
    child = present.who(present.ago(years=7, days=200), MALE)
    came = present.ago(days=70)
    yield on(came, ReferralReceived, referral_source="police", child_situation="06")
    yield on(came, ChildReceived, file_no=present.file_no)
    yield identity(child, came)
    yield from may_leave(came + timedelta(days=1), "04", "父母本人", ahead=0)
    yield on(came + timedelta(days=1), DepartureCompleted, reason="04", receiver="父母本人")


def died_young(present: Present) -> LifeCourse:
    """An orphaned girl with a weak heart lived here for two years."""
    child = present.who(present.ago(years=6), FEMALE)
    came, died = present.ago(years=4), present.ago(years=2)
    yield from raised(present, child, came, died - timedelta(days=1))
    yield on(died - timedelta(days=60), CareAssessmentMade, assessment_kind="change", next_on=died)
    yield (
        on(
            died,
            ChildDied,
            place="市立医院",
            cause="先天性心脏病",
            cause_class="congenital",
            certifier="市立医院",
            is_abnormal=False,
            reported_to="望海区民政局",
            disposal="cremation",
        )
        .with_papers("death_certificate", "cremation_confirmation")
        .by_supervisor()
    )


def insured_at_once(present: Present) -> LifeCourse:
    """A boy whose parents died came last spring; everything was done in time."""
    child = present.who(present.ago(years=5, days=40), MALE)
    came = present.ago(months=8)
    yield from raised(present, child, came)
    next_on = present.today + timedelta(days=90)
    yield on(came + timedelta(days=14), CareAssessmentMade, assessment_kind="intake", next_on=next_on)


COMING = (
    announced,
    found_today,
    still_unchecked,
    checked_on_the_third_day,
    lost_for_one_night,
    died_young,
    insured_at_once,
)
