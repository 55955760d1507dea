"""A girl who went back to her mother twice: the first time in haste, the second time with visits."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.demo.life_building import Happening, LifeCourse, Present, on
from api.demo.lives.upbringing import received
from api.demo.people import FEMALE
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.guardianship import (
    GuardianChanged,
    GuardianshipRestored,
    GuardianshipTerminated,
    TemporaryGuardianshipExtended,
    TemporaryGuardianshipStarted,
)
from domain.events.intake import ReferralReceived
from domain.events.national_roll import EnrolledOnNationalRoll, RemovedFromNationalRoll, RollApproval
from domain.events.parents import (
    GuardianshipAssessed,
    GuardianshipRevocationAdjudicated,
    GuardianshipRevocationApplied,
    ParentDeclared,
)
from domain.events.reunification import (
    FamilyReunificationRequested,
    GuardianIdentityVerified,
    ReturnNotified,
    ReunificationDecided,
    ReunificationFollowUpMade,
)

MOTHER: Final = UUID("00000000-0000-4000-8000-0000000000b1")
FATHER: Final = UUID("00000000-0000-4000-8000-0000000000b2")


def back_to_her_mother(present: Present) -> LifeCourse:
    """Her father was violent and her mother gone; the mother came back, fell ill, and recovered."""
    child = present.who(present.ago(years=13), FEMALE)
    came, again = present.ago(years=4), present.ago(months=14)
    yield on(came, ReferralReceived, referral_source="police", child_situation="15")
    yield from received(child, came, present.file_no, place="环山路派出所")
    yield on(came, CareModeAssigned, mode="family_style", unit="蒲公英家庭")
    yield on(came, TemporaryGuardianshipStarted, ground="6", review_due_on=came + timedelta(days=180))
    yield enrolled(came + timedelta(days=15), present.file_no)
    yield from _judged(came)
    yield on(
        came + timedelta(days=170),
        TemporaryGuardianshipExtended,
        review_due_on=came + timedelta(days=350),
        grounds="母亲下落不明",
        decided_by="望海区民政局",
        is_child_asked=False,
    )
    yield from _asked_for(came + timedelta(days=260))
    yield from _gone_back(came + timedelta(days=300))
    yield on(
        came + timedelta(days=310),
        RemovedFromNationalRoll,
        reason="11",
        last_allowance_month=f"{came + timedelta(days=300):%Y-%m}",
    )
    yield on(again, ReferralReceived, referral_source="other", child_situation="15")
    yield from received(child, again, present.file_no, place="市立医院")
    yield on(again, TemporaryGuardianshipStarted, ground="3", review_due_on=again + timedelta(days=360))
    yield enrolled(again + timedelta(days=10), present.file_no)
    yield on(
        again + timedelta(days=30),
        GuardianChanged,
        from_body="望海区民政局",
        to_body="望海市民政局",
        reason="reorganised",
        is_child_asked=True,
        child_view="愿意继续住在原家庭",
    )
    yield from _seen_to(present, again)
    yield on(
        present.ago(days=20),
        GuardianshipRestored,
        guardian=FATHER,
        judgment_no="（示例）民特3号",
        is_child_asked=True,
        child_view="不愿随父亲生活",
    )


def enrolled(day: date, file_no: str) -> Happening:
    """The child was entered on the national roll."""
    approvals = (RollApproval(body="望海区民政局", decision="approved", decided_on=day),)
    return on(day, EnrolledOnNationalRoll, national_no=f"全-{file_no}", reported_on=day, approvals=approvals)


def _judged(came: date) -> LifeCourse:
    """What the court decided about father and mother."""
    yield on(
        came + timedelta(days=20),
        GuardianshipRevocationApplied,
        guardian=FATHER,
        name="晏大海",
        relation="father",
        ground="1",
        applicant="望海区民政局",
        case_no="（示例）民特1号",
    )
    yield on(
        came + timedelta(days=100),
        GuardianshipRevocationAdjudicated,
        guardian=FATHER,
        judgment_no="（示例）民特1号",
        result="revoked",
        is_intentional_crime=True,
    )
    for after, declaration in ((60, "missing"), (250, "missing_set_aside")):
        yield on(
            came + timedelta(days=after),
            ParentDeclared,
            parent=MOTHER,
            name="荣秀英",
            relation="mother",
            declaration=declaration,
            missing_since=came - timedelta(days=600),
            judgment_no="（示例）民特2号",
        )


def _asked_for(day: date) -> LifeCourse:
    """The mother asked for her child, and was found to be who she is and fit."""
    yield on(
        day, FamilyReunificationRequested, guardian=MOTHER, name="荣秀英", relation="mother", address="望海区"
    )
    yield on(
        day + timedelta(days=5),
        GuardianIdentityVerified,
        guardian=MOTHER,
        means=("household_booklet", "identity_card"),
        is_proven=True,
        verified_by="望海区公安分局",
    )
    yield on(
        day + timedelta(days=15),
        GuardianshipAssessed,
        guardian=MOTHER,
        relation="mother",
        purpose="return",
        result="able",
        assessor_body="望海区未成年人救助保护中心",
    )


def _gone_back(day: date) -> LifeCourse:
    yield on(day, GuardianshipTerminated, reason="returned")
    yield on(day, DepartureCompleted, reason="11", receiver="荣秀英")


def _seen_to(present: Present, again: date) -> LifeCourse:
    """The second return was approved and planned; one visit was late, and one was forgotten."""
    yield from _asked_for(again + timedelta(days=100))
    planned = [again + timedelta(days=after) for after in (170, 200, 260)]
    yield on(
        again + timedelta(days=130),
        ReunificationDecided,
        decision="approved",
        decided_by="望海市民政局",
        is_child_asked=True,
        child_view="想回到妈妈身边",
        visits_on=(*planned, present.today + timedelta(days=30)),
    )
    yield from _gone_back(again + timedelta(days=140))
    yield on(again + timedelta(days=145), ReturnNotified, bodies=("school", "police", "committee"))
    for after, following in ((170, 400), (210, 250)):
        yield on(
            again + timedelta(days=after),
            ReunificationFollowUpMade,
            mode="home",
            risk="low",
            guarding="母亲照料稳定",
            next_on=again + timedelta(days=following),
        )


GOING_BACK = (back_to_her_mother,)
