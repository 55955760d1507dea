"""Children in foster families: matched, placed and visited, and as old papers tell it."""

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, Teller, on
from api.demo.lives.upbringing import identity, may_leave, on_paper, orphan_taken_in
from api.demo.people import FEMALE, MALE
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.family.foster_steps import (
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApplied,
    FosterFamilyApproved,
    FosterFamilyAssessed,
    FosterFamilyTrained,
)
from domain.events.family.profile import FamilyRegistered
from domain.events.foster.foster_visits import (
    FosterAllowancePaid,
    FosterMajorEventRecorded,
    FosterVisitMade,
    FosterVisitsPlanned,
    ShortTermCareTaken,
)
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.foster.matches import (
    FosterAssessmentMade,
    FosterMatchAssessed,
    FosterMatchCancelled,
    FosterMatchStarted,
)
from domain.events.intake import ChildReceived

THE_MENGS: Final = "寄养-孟家"
THE_SHAOS: Final = "寄养-邵家"
"""The numbers of the families' files."""


def fostered_twice(present: Present) -> LifeCourse:
    """A boy was with the Shaos on trial and for a while with them, and lives with the Mengs now."""
    child = present.who(present.ago(years=7), MALE)
    mengs, shaos = present.stream_of(THE_MENGS), present.stream_of(THE_SHAOS)
    yield from _became_foster_family(THE_MENGS, "孟庆山", present.ago(years=5))
    yield from _became_foster_family(THE_SHAOS, "邵玉珍", present.ago(years=3))
    yield from orphan_taken_in(child, present.ago(years=3), present.file_no)
    too_far = yield on(present.ago(years=2, months=5), FosterMatchStarted, family=mengs)
    yield on(present.ago(years=2, months=4), FosterMatchCancelled, match=too_far, grounds="距学校过远")
    trial = yield on(present.ago(years=2, months=3), FosterMatchStarted, family=shaos)
    yield on(present.ago(years=2), FosterMatchAssessed, match=trial, result="suitable")
    yield from _placed(present.ago(years=2, days=-10), shaos, "邵玉珍", date(1975, 6, 1))
    planned = tuple(present.ago(years=2, days=-days) for days in (40, 100, 300))
    yield on(present.ago(years=2, days=-12), FosterVisitsPlanned, visits_on=planned)
    yield on(planned[0], FosterVisitMade, family=shaos, visited_by="于老师", living="适应良好")
    yield on(planned[1] + timedelta(days=5), FosterVisitMade, family=shaos, living="适应良好")
    yield on(present.ago(years=2, days=-150), FosterPlacementEnded, reason="by_family", account="邵家外迁")
    yield on(present.ago(years=2, days=-150), CareModeAssigned, mode="ward")
    yield from _placed(present.ago(years=1), mengs, "孟凡云", date(1980, 2, 1))
    yield on(present.ago(months=10), FosterAllowancePaid, family=mengs, mode="2")
    yield on(present.ago(months=8), FosterAssessmentMade, family=mengs, assessment="effectiveness")
    yield on(
        present.ago(months=6), FosterMajorEventRecorded, event_kind="injury", handling="送医", result="已愈"
    )
    yield on(present.ago(months=5), ShortTermCareTaken, until=present.ago(months=5, days=-20), grounds="住院")
    yield on(
        present.ago(months=4),
        FosterVisitsPlanned,
        visits_on=(present.ago(months=1), present.ago(days=-60)),
    )


def fostered_on_paper(present: Present) -> LifeCourse:
    """A girl was fostered twice as her old papers tell, went home and came back; two families try now."""
    child = present.who(present.ago(years=13), FEMALE)
    mengs, shaos = present.stream_of(THE_MENGS), present.stream_of(THE_SHAOS)
    came = present.ago(years=4)
    yield from on_paper(_as_the_papers_tell(came, present.file_no, mengs, shaos))
    yield identity(child, came).on_paper()
    back = present.ago(months=8)
    yield on(back, ChildReceived, file_no=present.file_no)
    yield on(present.ago(days=100), FosterMatchStarted, family=shaos)
    yield on(present.ago(days=20), FosterMatchStarted, family=mengs)


def _as_the_papers_tell(came: date, file_no: str, mengs: UUID, shaos: UUID) -> LifeCourse:
    yield on(came, ChildReceived, file_no=file_no)
    yield on(came + timedelta(days=30), FosterPlacementStarted, family=shaos)
    yield on(came + timedelta(days=60), ShortTermCareTaken, until=came + timedelta(days=120))
    yield on(came + timedelta(days=200), FosterPlacementEnded, reason="back")
    yield from _placed(came + timedelta(days=250), mengs, "孟庆山", date(1938, 1, 1))
    yield on(came + timedelta(days=400), FosterPlacementEnded, reason="by_institution")
    yield on(came + timedelta(days=700), FosterMatchStarted, family=shaos)
    yield from may_leave(came + timedelta(days=720), "11", "母亲")
    yield on(came + timedelta(days=720), DepartureCompleted, reason="11")


def _placed(day: date, family: UUID, caregiver: str, born: date) -> LifeCourse:
    agreement = yield on(
        day,
        FosterAgreementSigned,
        family=family,
        starts_on=day,
        ends_on=day + timedelta(days=730),
        caregiver=caregiver,
        caregiver_birth_on=born,
    )
    yield on(day, FosterPlacementStarted, family=family, agreement=agreement, child_consent="agree")


def _became_foster_family(number: str, applicant: str, day: date) -> LifeCourse:
    members = (
        FamilyMember(name=applicant, relation="applicant", birth_on=date(1975, 6, 1)),
        FamilyMember(name="不详", relation="child", birth_on=date(2001, 3, 1)),
    )
    for happening in (
        on(day, FamilyRegistered, applicant=applicant, address="望海区海韵小区"),
        on(day, FamilyMembersRecorded, members=members),
        on(day, FosterFamilyApplied, crime_check="clear", is_healthy=True, is_agreed_by_members=True),
        on(day + timedelta(days=20), FosterFamilyAssessed, assessment="application", result="suitable"),
        on(day + timedelta(days=40), FosterFamilyApproved, filed_on=day + timedelta(days=45)),
        on(day + timedelta(days=60), FosterFamilyTrained, subject="儿童照料与安全"),
    ):
        yield happening.in_file_of(number)


FOSTERING_OUT: Final[tuple[Teller, ...]] = (fostered_twice, fostered_on_paper)
