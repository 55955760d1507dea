"""What is decided about the record itself: exceptions approved, rejected, waiting; corrections, mix-ups."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.placing import case_opened, plan_approved, youth
from api.demo.lives.upbringing import brought_up, identity, raised, received
from api.demo.people import FEMALE, MALE
from domain.events.care import CareModeAssigned
from domain.events.guardianship import LongTermGuardianshipConfirmed
from domain.events.health import DisabilityAssessed, PhysicalExamined
from domain.events.household import HouseholdEntryChanged
from domain.events.intake import AdmissionApproved, ChildAdmitted, IntakeCategoryDetermined, ReferralReceived
from domain.events.placement.arrangements import EmploymentArranged
from domain.events.placement.placed import AdultPlaced
from domain.events.record import (
    CorrectionApproved,
    CorrectionRejected,
    EntryRestored,
    EntryWithdrawn,
    ExceptionApproved,
    ExceptionRejected,
)
from domain.events.search import FindRelativesNoticePublished
from domain.when import birthday


def admitted_without_certificate(present: Present) -> LifeCourse:
    """The report on a foundling was lost; the supervisor agreed that she is admitted all the same."""
    child = present.who(present.ago(years=1, months=2), FEMALE)
    came = present.ago(years=1, months=2, days=-2)
    yield on(came, ReferralReceived, referral_source="police", child_situation="05")
    yield from received(child, came, present.file_no, found_on=came, found_place="市立医院产科")
    yield on(came, IntakeCategoryDetermined, category="B1", child_situation="05")
    yield on(came + timedelta(days=6), FindRelativesNoticePublished, medium="newspaper", notice_days=60)
    yield on(came + timedelta(days=70), AdmissionApproved)
    admitted = yield on(
        came + timedelta(days=75), ChildAdmitted, intake_category="A1", guardianship_type="long_term"
    ).in_spite_of("I01", "派出所档案室失火，捡拾报案证明无法补开")
    yield on(came + timedelta(days=75), LongTermGuardianshipConfirmed, ground="1")
    yield on(
        came + timedelta(days=80), ExceptionApproved, entry=admitted, explanation="已核对派出所书面说明"
    ).by_supervisor()
    yield from brought_up(child, came, present.today)


def placed_without_a_home(present: Present) -> LifeCourse:
    """A young man wanted to leave before he had a flat; the supervisor did not agree."""
    child = present.turning(18, in_days=-330, sex=MALE)
    placed = present.ago(days=30)
    yield from youth(present, child, placed, school_until=birthday(child.born, 17.5))
    yield from case_opened(birthday(child.born, 17.5))
    yield from plan_approved(placed - timedelta(days=60), "social")
    yield on(placed - timedelta(days=10), EmploymentArranged, employer="望海物流公司", post="司机助理")
    left = yield on(
        placed, AdultPlaced, route="social", hukou_state="undecided", address="暂住同学家"
    ).in_spite_of("I23", "本人坚持先行离院，住房随后落实")
    yield on(
        placed + timedelta(days=4),
        ExceptionRejected,
        entry=left,
        explanation="住房未落实，不同意按已安置处理",
    ).by_supervisor()


def away_from_boarding_school(present: Present) -> LifeCourse:
    """A girl lies in hospital during her term at boarding school: that the two overlap waits."""
    child = present.who(present.ago(years=13, months=3), FEMALE)
    came, term = present.ago(years=2), present.ago(days=60)
    yield from raised(present, child, came)
    yield on(
        term, CareModeAssigned, mode="school_boarding", unit="临港中学", until=term + timedelta(days=140)
    )
    yield on(present.ago(days=15), CareModeAssigned, mode="hospital", unit="市立医院儿科").in_spite_of(
        "I27", "住院期间学校保留床位"
    )
    certified = yield identity(child, present.ago(days=14))
    older = replace(child, born=child.born - timedelta(days=30))
    yield identity(older, present.ago(days=14)).correcting(certified, "住院病历所载出生日期不同，待核实")


def weighed_as_somebody_else(present: Present) -> LifeCourse:
    """A girl's examination was written into a boy's file: withdrawn there, and recorded in hers."""
    boy, girl = present.who(present.ago(years=4, days=30), MALE), present.who(present.ago(years=4), FEMALE)
    came, examined, hers = present.ago(years=1), present.ago(days=100), f"{present.file_no}-2"
    yield from raised(present, boy, came)
    measured = {"height_cm": Decimal(101), "weight_kg": Decimal(16)}
    wrong = yield on(examined, PhysicalExamined, **measured)
    yield on(came, ReferralReceived, referral_source="county_civil_affairs").in_file_of(hers)
    for happening in received(girl, came, hers):
        yield happening.in_file_of(hers)
    right = yield on(examined, PhysicalExamined, **measured).in_file_of(hers).because_of(wrong)
    yield on(
        present.ago(days=90), EntryWithdrawn, entry=wrong, explanation="误记入他人档案，已另行登记"
    ).because_of(right)


def found_true_after_all(present: Present) -> LifeCourse:
    """A girl's hearing was found impaired after all; her height and her ethnic group were put right."""
    child = present.who(present.ago(years=7, days=90), FEMALE)
    yield from raised(present, child, present.ago(years=2, months=6))
    assessed = yield on(present.ago(months=14), DisabilityAssessed, disability_class="2", grade="3")
    yield on(
        present.ago(months=13), EntryWithdrawn, entry=assessed, explanation="听力复查正常"
    ).by_supervisor()
    yield on(
        present.ago(months=12), EntryRestored, entry=assessed, explanation="三甲医院复核，维持原评定"
    ).by_supervisor()
    measured = yield on(
        present.ago(months=9), PhysicalExamined, height_cm=Decimal(151), weight_kg=Decimal("20.5")
    )
    yield on(
        present.ago(months=9), PhysicalExamined, height_cm=Decimal(115), weight_kg=Decimal("20.5")
    ).correcting(measured, "身高录入时数字颠倒")
    yield on(
        present.ago(months=6),
        HouseholdEntryChanged,
        old_ethnic_group="01",
        new_ethnic_group="11",
        explanation="查明生父民族",
    ).with_papers("household_booklet")
    established = yield identity(child, present.ago(months=5)).with_papers("birth_certificate")
    mistyped = replace(child, born=child.born + timedelta(days=60))
    wrong = yield identity(mistyped, present.ago(months=5)).correcting(established, "出生月份有误")
    yield on(
        present.ago(months=4),
        CorrectionRejected,
        entry=wrong,
        explanation="出生医学证明与原登记一致，不予更正",
    ).by_supervisor()
    earlier = replace(child, born=child.born - timedelta(days=1))
    right = yield identity(earlier, present.ago(months=5)).correcting(established, "出生医学证明载明为前一日")
    yield on(
        present.ago(months=4), CorrectionApproved, entry=right, explanation="已与出生医学证明核对"
    ).by_supervisor()


DECIDING = (
    admitted_without_certificate,
    placed_without_a_home,
    away_from_boarding_school,
    weighed_as_somebody_else,
    found_true_after_all,
)
