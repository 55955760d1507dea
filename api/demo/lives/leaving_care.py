"""Young people on their way out of care: ready by either route, placed, or held up by what is unknown."""

from datetime import timedelta

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.placing import assessed, case_opened, plan_approved, settled_in, visits_planned, youth
from api.demo.lives.upbringing import identity, registered
from api.demo.people import FEMALE, MALE
from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.guardianship import GuardianshipTerminated
from domain.events.household import HouseholdTransferred, IdCardIssued, SocialSecurityCardIssued
from domain.events.insurance import InsuranceStatusChecked
from domain.events.intake import ChildReceived
from domain.events.placement.arrangements import (
    EmploymentArranged,
    EnlistmentRegistered,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HouseholdDestinationDecided,
    SocialSecurityTransferred,
    VocationalTrainingCompleted,
)
from domain.events.placement.placed import AdultPlaced, AfterCareVisitMade
from domain.events.placement.preparing import (
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.when import add, birthday


def ready_for_society(present: Present) -> LifeCourse:
    """A young man turned 18 two weeks ago, has a flat and a job, and may leave."""
    child = present.turning(18, in_days=-12, sex=MALE)
    yield from youth(present, child, school_until=present.ago(days=130))
    yield from case_opened(present.ago(days=200))
    yield on(present.ago(days=100), EnlistmentRegistered)
    yield from assessed(present.ago(days=70))
    yield from plan_approved(present.ago(days=40), "social")
    yield from settled_in(present.ago(days=20))
    yield on(present.ago(days=15), EmploymentArranged, employer="望海物流公司", post="分拣员")
    yield on(present.ago(days=12), SocialSecurityCardIssued)
    yield on(present.ago(days=8), SocialSecurityTransferred)
    yield on(present.ago(days=8), AllowanceStopped, reason="over_age", last_month=f"{present.today:%Y-%m}")
    yield from visits_planned(present.ago(days=5))


def ready_with_support(present: Present) -> LifeCourse:
    """A young woman who cannot live alone is expected in a home for persons in extreme hardship."""
    child = present.turning(18, in_days=-30, sex=FEMALE)
    yield from youth(present, child, school_until=present.ago(days=150))
    yield from case_opened(present.ago(days=215))
    yield from assessed(present.ago(days=80), able=False)
    yield on(
        present.ago(days=22),
        CapacityDetermined,
        result="limited",
        guardian_name="望海区民政局",
        guardian_kind="civil_affairs",
    ).with_papers("judgment")
    yield from plan_approved(present.ago(days=20), "hardship")
    yield on(
        present.ago(days=9),
        HardshipSupportDecided,
        decision="approved",
        applied_on=present.ago(days=19),
        investigated_on=present.ago(days=15),
        publicity_from_on=present.ago(days=14),
        publicity_to_on=present.ago(days=10),
        care_level="half_care",
        benefit_month=f"{present.today:%Y-%m}",
    )
    yield on(
        present.ago(days=4),
        HardshipSupportPlaced,
        support_form="residential",
        institution="望海区社会福利中心",
        is_medical_handover_done=True,
    )
    yield on(present.ago(days=3), HouseholdDestinationDecided, hukou_state="kept", explanation="暂留集体户")
    yield from visits_planned(present.ago(days=20))
    yield from visits_planned(present.ago(days=2))


def placed_last_winter(present: Present) -> LifeCourse:
    """A young woman learnt to bake, lives in her own flat, and was visited once."""
    child = present.turning(18, in_days=-420, sex=FEMALE)
    placed = present.ago(months=5)
    yield from youth(present, child, placed, school_until=birthday(child.born, 17.5))
    yield from case_opened(birthday(child.born, 17.5))
    yield from assessed(birthday(child.born, 18) - timedelta(days=40))
    yield from plan_approved(placed - timedelta(days=90), "social")
    yield on(
        placed - timedelta(days=50),
        VocationalTrainingCompleted,
        training="烘焙技能培训",
        provider="市职业中等专业学校",
        started_on=placed - timedelta(days=200),
        certificate_no="培-0042",
    )
    yield from settled_in(placed - timedelta(days=7))
    yield from visits_planned(placed - timedelta(days=5))
    yield on(
        placed,
        AdultPlaced,
        route="social",
        address="望海区安居小区3号楼",
        hukou_state="moved",
        contact="本人电话",
        transition_end_on=add(placed, months=12),
    ).by_supervisor()
    yield on(placed, HouseholdTransferred, transfer_reason="adult_placement", to_place="安居社区")
    yield on(
        placed + timedelta(days=60),
        AfterCareVisitMade,
        mode="home",
        living="独自生活，收支平衡",
        growth="已转为正式员工",
        health="良好",
        housing="居住稳定",
        job="烘焙店员",
        next_on=add(placed, months=6),
    )


def on_his_own_for_years(present: Present) -> LifeCourse:
    """A man left three years ago into work and a dormitory; his file is closed."""
    child = present.turning(18, in_days=-1500, sex=MALE)
    left = present.ago(years=3)
    yield from youth(present, child, left, school_until=birthday(child.born, 17.5))
    yield from case_opened(birthday(child.born, 17.5))
    yield on(birthday(child.born, 18) - timedelta(days=20), EnlistmentRegistered)
    yield from assessed(birthday(child.born, 18) - timedelta(days=90))
    yield from plan_approved(left - timedelta(days=60), "social")
    yield on(left - timedelta(days=20), EmploymentArranged, employer="市机械厂", post="钳工")
    yield from settled_in(left - timedelta(days=10))
    yield from visits_planned(left)
    yield on(left, AdultPlaced, route="social", hukou_state="decided", address="市机械厂宿舍")
    yield on(left, GuardianshipTerminated, reason="full_capacity")
    yield on(left, DepartureCompleted, reason="05", receiver="本人", last_allowance_month=f"{left:%Y-%m}")
    yield on(add(left, months=6), AfterCareVisitMade, mode="phone", living="稳定", job="钳工")


def nobody_wrote_it_down(present: Present) -> LifeCourse:
    """Somebody turned 18 last week, and of what was asked and decided the answers were never written down."""
    child = present.turning(18, in_days=-10, sex=MALE)
    came, unknown = present.ago(years=2), Unknown("not_known")
    yield on(came, ChildReceived, file_no=present.file_no)
    yield on(came, InsuranceStatusChecked, is_insured=True, is_identity_verified=True)
    yield identity(child, came, sex="9")
    yield from registered(child, came + timedelta(days=90))
    yield from assessed(present.ago(days=90))
    yield on(present.ago(days=8), CapacityDetermined, result=unknown)
    yield on(present.ago(days=80), IdCardIssued, valid_from=present.ago(days=80), valid_to=unknown)
    yield on(present.ago(days=60), AdultPlacementPlanApproved, route=unknown)
    yield on(present.ago(days=55), YoungPersonConsentRecorded, result=unknown)


LEAVING_CARE = (
    ready_for_society,
    ready_with_support,
    placed_last_winter,
    on_his_own_for_years,
    nobody_wrote_it_down,
)
