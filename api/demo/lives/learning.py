"""Children who learn: to walk, to read, in time or late, at school or put off."""

from datetime import timedelta
from decimal import Decimal

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import raised, september
from api.demo.people import FEMALE, MALE
from domain.events.health import DisabilityAssessed, DisabilityCertificateIssued, PhysicalExamined
from domain.events.rehab_support import (
    AssistiveDeviceFitted,
    AssistiveDeviceReviewed,
    ExternalRehabEnded,
    ExternalRehabStarted,
)
from domain.events.rehabilitation import (
    PlannedItem,
    RehabAssessed,
    RehabPlanClosed,
    RehabPlanMade,
    RehabSessionDelivered,
    Score,
)
from domain.events.schooling import (
    DeferralOrSuspensionApproved,
    SchoolAgeReported,
    SchoolEnrolled,
    SchoolingEnded,
    StudentRollTransferred,
)
from domain.events.teaching import (
    DropoutDetected,
    EducationAbilityAssessed,
    HomeTeachingDelivered,
    IepMade,
    IepReviewed,
    StudentAidGranted,
)
from domain.when import add, birthday


def six_today(present: Present) -> LifeCourse:
    """A girl turns six today; school begins for her in September."""
    child = present.turning(6, in_days=0, sex=FEMALE)
    yield from raised(present, child, present.ago(years=2))
    yield on(present.today, SchoolAgeReported, list_no="学龄名册-6")


def kept_at_home(present: Present) -> LifeCourse:
    """A boy of eight never went to school, and was not examined for more than a year."""
    child = present.turning(8, in_days=-40, sex=MALE)
    came = present.ago(years=4)
    yield from raised(present, child, came, school_until=came, examined_until=present.ago(months=14))


def left_in_kindergarten(present: Present) -> LifeCourse:
    """A boy of eight still goes to kindergarten."""
    child = present.turning(8, in_days=-100, sex=MALE)
    came = present.ago(years=5)
    yield from raised(present, child, came, school_until=came)
    yield on(
        september(birthday(child.born, 4)),
        SchoolEnrolled,
        stage="preschool",
        form="preschool",
        school="望海区中心幼儿园",
    )


def began_in_october(present: Present) -> LifeCourse:
    """A girl began school six weeks late, moved to another school, and waited a year for an examination."""
    child = present.turning(9, in_days=-50, sex=FEMALE)
    came = present.ago(years=5)
    yield from raised(present, child, came, school_until=came, examined_until=present.ago(months=20))
    began = september(birthday(child.born, 6)) + timedelta(days=42)
    yield on(began, SchoolEnrolled, stage="primary", form="regular", student_roll_no=f"G{child.citizen_id}")
    yield on(
        began + timedelta(days=150),
        StudentRollTransferred,
        from_school="望海区第二实验小学",
        to_school="望海区实验小学",
        explanation="随类家庭搬迁",
    )
    yield on(present.ago(months=5), PhysicalExamined, height_cm=Decimal(131), weight_kg=Decimal(28))


def not_yet_strong_enough(present: Present) -> LifeCourse:
    """A boy who turned six this year may stay home until next summer."""
    child = present.turning(6, in_days=-150, sex=MALE)
    came = present.ago(years=3)
    yield from raised(present, child, came, school_until=came)
    yield on(
        present.ago(days=120),
        DeferralOrSuspensionApproved,
        decision="deferral",
        starts_on=present.ago(days=119),
        ends_on=add(present.today, months=8),
    )


def learning_to_walk(present: Present) -> LifeCourse:
    """A boy with cerebral palsy was trained for half a year, and took his first steps."""
    child = present.turning(5, in_days=60, sex=MALE)
    came = present.ago(years=3)
    yield from raised(present, child, came)
    yield on(came + timedelta(days=100), DisabilityAssessed, disability_class="4", grade="2")
    yield on(
        came + timedelta(days=130),
        DisabilityCertificateIssued,
        certificate_no=f"{child.citizen_id}42",
        disability_class="4",
        grade="2",
        valid_to=add(came, months=123),
    ).with_papers("disability_certificate")
    begun = present.ago(months=14)
    assessed = yield on(
        begun,
        RehabAssessed,
        assessment_type="initial",
        scale_name="GMFM-88",
        scores=(Score(domain="站立", value=Decimal(23)),),
        summary="可扶物站立",
    )
    plan = yield on(
        begun + timedelta(days=6),
        RehabPlanMade,
        assessment=assessed,
        goals="独走三步",
        items=(PlannedItem(mode="PT", planned_count=48),),
        starts_on=begun + timedelta(days=7),
        ends_on=begun + timedelta(days=187),
    )
    for week in range(1, 25):
        yield on(
            begun + timedelta(days=7 * week),
            RehabSessionDelivered,
            plan=plan,
            item="PT",
            count=2,
            minutes=60,
            situation="按方案实施",
        )
    yield on(
        begun + timedelta(days=185),
        RehabAssessed,
        assessment_type="final",
        scale_name="GMFM-88",
        scores=(Score(domain="站立", value=Decimal(41)),),
        summary="可独走三步",
    )
    yield on(
        begun + timedelta(days=187),
        RehabPlanClosed,
        plan=plan,
        score_gain=Decimal(18),
        effect="独走三步",
        is_continued=False,
    )
    away = present.ago(months=6)
    sent = yield on(away, ExternalRehabStarted, base="省康复中心", until=away + timedelta(days=60))
    yield on(away + timedelta(days=58), ExternalRehabEnded, started=sent, evaluation="步态改善")
    splint = yield on(
        present.ago(months=5), AssistiveDeviceFitted, device="踝足矫形器", next_on=present.ago(months=2)
    )
    yield on(
        present.ago(months=2),
        AssistiveDeviceReviewed,
        fitting=splint,
        is_fitting=True,
        next_on=add(present.today, months=2),
    )


def taught_at_home(present: Present) -> LifeCourse:
    """A girl of ten who needs nursing is taught where she lives, by a plan; her aid is granted every year."""
    child = present.turning(10, in_days=-70, sex=FEMALE)
    came = present.ago(years=3)
    yield from raised(present, child, came, school_until=came)
    yield on(came + timedelta(days=60), DisabilityAssessed, disability_class="7", grade="1")
    yield on(
        came + timedelta(days=70),
        DisabilityCertificateIssued,
        certificate_no=f"{child.citizen_id}71",
        disability_class="7",
        grade="1",
        valid_to=add(present.today, months=2),
    )
    began = present.ago(days=100)
    yield on(
        began - timedelta(days=20),
        EducationAbilityAssessed,
        committee="望海区残疾人教育专家委员会",
        result="需专人护理，不能到校",
        recommended_form="home_teaching",
    )
    yield on(began, SchoolEnrolled, stage="primary", form="home_teaching", school="望海区特殊教育学校")
    plan = yield on(began, IepMade, goals="能用图片表达需要", teacher="宫老师", next_on=present.ago(days=30))
    again = add(present.today, months=3)
    yield on(present.ago(days=31), IepReviewed, plan=plan, progress="能指认六张图片", next_on=again)
    for days in (80, 58, 36, 10):
        yield on(
            present.ago(days=days), HomeTeachingDelivered, minutes=90, teacher="宫老师", subject="生活语文"
        )
    year = present.ago(days=90).year
    yield on(
        present.ago(days=90),
        StudentAidGranted,
        aid_kind="living_subsidy",
        academic_year=year,
        amount_yuan=Decimal(1250),
    )


def stopped_going(present: Present) -> LifeCourse:
    """A girl of thirteen left school two months ago, and nobody has found her another one."""
    child = present.turning(13, in_days=-90, sex=FEMALE)
    yield from raised(present, child, present.ago(years=6))
    yield on(present.ago(months=2), SchoolingEnded, stage="junior", end_reason="left")
    yield on(present.ago(days=50), DropoutDetected, cause="unwilling")


LEARNING = (
    six_today,
    kept_at_home,
    left_in_kindergarten,
    began_in_october,
    not_yet_strong_enough,
    learning_to_walk,
    taught_at_home,
    stopped_going,
)
