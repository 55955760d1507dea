"""What the institution does of itself: licences, staff, safety, inspections, reports."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from api.demo.life_building import Happening, LifeCourse, Present, on
from api.demo.lives.dividing_work import divides_work
from domain.events.institution.capacity import CareUnitClosed, CareUnitOpened, StandingNumbersSet
from domain.events.institution.governance import InternalRulesAdopted, MilestoneReached, MilestoneSet
from domain.events.institution.hazards import MajorHazardFound, MajorHazardRectified
from domain.events.institution.information import (
    ComplianceAuditFiled,
    ImpactAssessmentDestroyed,
    ImpactAssessmentDone,
    PrivacyIncidentReported,
)
from domain.events.institution.licences import (
    LicenceIssued,
    LicenceRevoked,
    RehabProviderDesignated,
    RehabProviderDesignationEnded,
)
from domain.events.institution.premises import (
    CameraRecordingsChecked,
    DrillConducted,
    FireEquipmentMaintained,
    FirePatrolsLogged,
    SafetyInspected,
)
from domain.events.institution.reporting import (
    AnnualWorkReportFiled,
    DataComparisonRun,
    DataQualityChecked,
    ProgressReported,
    QuarterlyBulletinIssued,
)
from domain.events.institution.staff import (
    StaffCrimeRecordChecked,
    StaffDismissed,
    StaffLeft,
    StaffQualificationRecorded,
    TrainingHeld,
)
from domain.events.institution.supervision import (
    AnnualInspectionDone,
    ArchiveInspected,
    PenaltyImposed,
    RectificationCompleted,
    SpecialInspectionDone,
    SuggestionAnswered,
    SuggestionReceived,
)
from domain.when import add

BUREAU: Final = "望海区民政局"
FIRE_BRIGADE: Final = "望海区消防救援大队"
YEARLY: Final = (38, 27, 14, 6)
"""Months ago: the second time in time, the third late, and the next one not yet due."""
HALF_YEARLY: Final = (20, 15, 8, 3)
QUARTERLY: Final = (12, 10, 6, 4, 2)
ANSWERED: Final = ((400, 380), (300, 200), (90, None), (10, None))
"""Days ago on which something was found, and was mended: in time, late, not yet though due, and not yet."""
MEND_DAYS: Final = 30
UNITS: Final = (
    ("婴儿养护区", "ward", 24),
    ("一楼养护区", "ward", 40),
    ("二楼养护区", "ward", 40),
    ("向日葵家庭", "family_style", 6),
    ("蒲公英家庭", "family_style", 6),
)
"""The wards and homes in which its children live."""


def keeps_house(present: Present, director: UUID) -> LifeCourse:
    """An institution: its size, work, licences, staff, drills, inspections, reports.

    `director` is the user whom its director is.
    """
    yield from _governed(present)
    yield from _sized(present)
    yield from _licensed(present)
    yield from _staffed(present)
    yield from divides_work(present, director)
    yield from _drilled(present)
    yield from _supervised(present)
    yield from _reported(present)
    yield from _kept_private(present)


def _governed(present: Present) -> LifeCourse:
    for subject in ("safety", "food", "emergency_plan"):
        yield on(present.ago(years=4), InternalRulesAdopted, subject=subject)
    for began, reached in ANSWERED:
        day = present.ago(days=began)
        by = day + timedelta(days=MEND_DAYS)
        goal = yield on(day, MilestoneSet, milestone="优化提质", plan="实施方案", reach_by=by)
        if reached is not None:
            yield on(present.ago(days=reached), MilestoneReached, milestone=goal, accepted_by=BUREAU)


def _sized(present: Present) -> LifeCourse:
    for years, beds, posts in ((5, 100, 46), (2, 120, 52)):
        yield on(present.ago(years=years), StandingNumbersSet, approved_beds=beds, staff_posts=posts)
    closing = yield on(present.ago(years=5), CareUnitOpened, name="老楼养护区", unit_kind="ward", places=40)
    for name, kind, places in UNITS:
        yield on(present.ago(years=5), CareUnitOpened, name=name, unit_kind=kind, places=places)
    yield on(present.ago(years=2), CareUnitClosed, unit=closing)


def _licensed(present: Present) -> LifeCourse:
    issued = present.ago(years=3)
    for licence, ends, renewed in (
        ("legal_person", -300, -310),
        ("medical", -200, -160),
        ("food", 15, None),
        ("fire", -30, None),
        ("elevator", 200, None),
    ):
        last = present.today + timedelta(days=ends)
        yield on(issued, LicenceIssued, licence=licence, issuer=BUREAU, valid_to=last)
        if renewed is not None:
            again, until = present.today + timedelta(days=renewed), add(present.today, months=48)
            yield on(again, LicenceIssued, licence=licence, issuer=BUREAU, valid_to=until)
    yield on(issued, LicenceIssued, licence="school", issuer=BUREAU, valid_to=present.ago(months=2))
    yield on(present.ago(years=1), LicenceRevoked, licence="school", decided_by=BUREAU, grounds="已停办")
    yield on(issued, RehabProviderDesignated, level="1", valid_to=present.ago(months=4))
    yield on(present.ago(months=5), RehabProviderDesignationEnded, decided_by=BUREAU, grounds="重新评审")
    until = add(present.today, months=36)
    yield on(present.ago(months=5), RehabProviderDesignated, level="2", valid_to=until)


def _staffed(present: Present) -> LifeCourse:
    hired = present.ago(years=3)
    for staff_no, ends, renewed, left in (
        ("工001", -300, -310, None),
        ("工002", -200, -160, None),
        ("工003", 30, None, None),
        ("工004", -30, None, None),
        ("工005", -60, None, -100),
    ):
        last = present.today + timedelta(days=ends)
        yield _nurse(hired, staff_no, last)
        if renewed is not None:
            yield _nurse(present.today + timedelta(days=renewed), staff_no, add(present.today, months=48))
        if left is not None:
            yield on(present.today + timedelta(days=left), StaffLeft, staff_no=staff_no)
    for months, result, dismissed_after in zip(
        YEARLY, ("found", "found", "none", "found"), (0, 10, None, None), strict=True
    ):
        day = present.ago(months=months)
        check = yield on(day, StaffCrimeRecordChecked, occasion="yearly", checked=60, result=result)
        if dismissed_after is not None:
            yield on(
                day + timedelta(days=dismissed_after),
                StaffDismissed,
                staff_no=f"工1{months}",
                check=check,
            )
    for months in YEARLY:
        yield on(
            present.ago(months=months),
            TrainingHeld,
            audience="child_directors",
            subject="child_protection",
            attended=40,
        )


def _nurse(day: date, staff_no: str, valid_to: date) -> Happening:
    return on(
        day,
        StaffQualificationRecorded,
        staff_no=staff_no,
        post="nurse",
        qualification="护士执业证书",
        valid_to=valid_to,
    )


def _drilled(present: Present) -> LifeCourse:
    for months in HALF_YEARLY:
        yield on(present.ago(months=months), DrillConducted, drill="fire", participants=80, problems="无")
    for months in (20, 15, 8):
        yield on(present.ago(months=months), TrainingHeld, audience="staff", subject="fire", attended=60)
    for days in (100, 70, 5):
        yield on(
            present.ago(days=days), FireEquipmentMaintained, provider="望海消防技术公司", is_in_order=True
        )
    for months, short in ((2, 3), (1, 0)):
        last = add(present.today.replace(day=1), months=1 - months) - timedelta(days=1)
        yield on(
            last,
            FirePatrolsLogged,
            month=f"{last:%Y-%m}",
            days_patrolled=last.day - short,
            problems="无",
        )
    yield on(present.ago(months=2), SafetyInspected, area="food", inspected_by=BUREAU, result="A")
    yield on(
        present.ago(months=2),
        CameraRecordingsChecked,
        kept_since=present.ago(months=3),
        is_complete=True,
    )
    for began, ended in ANSWERED:
        by = present.ago(days=began) + timedelta(days=MEND_DAYS)
        hazard = yield on(
            present.ago(days=began),
            MajorHazardFound,
            group="equipment",
            situation="疏散通道堵塞",
            found_by=FIRE_BRIGADE,
            rectify_by=by,
        )
        if ended is not None:
            yield on(
                present.ago(days=ended),
                MajorHazardRectified,
                hazard=hazard,
                measures="已清理",
                accepted_by=FIRE_BRIGADE,
            )


def _supervised(present: Present) -> LifeCourse:
    yield on(
        present.ago(months=8),
        AnnualInspectionDone,
        year=present.ago(months=20).year,
        inspected_by=BUREAU,
        result="passed",
    )
    yield on(present.ago(months=9), PenaltyImposed, penalty="warning", decided_by=BUREAU, grounds="台账不全")
    for months in YEARLY:
        yield on(present.ago(months=months), ArchiveInspected, inspected_by=BUREAU, is_joint=True)
    for began, ended in ANSWERED:
        yield from _inspected(present, began, ended)
        suggestion = yield on(
            present.ago(days=began),
            SuggestionReceived,
            suggestion="procuratorial",
            suggested_by="望海区人民检察院",
            content="完善入职查询制度",
        )
        if ended is not None:
            yield on(present.ago(days=ended), SuggestionAnswered, suggestion=suggestion, measures="已完善")


def _inspected(present: Present, began: int, ended: int | None) -> LifeCourse:
    inspection = yield on(
        present.ago(days=began),
        SpecialInspectionDone,
        subject="安全管理",
        inspected_by=BUREAU,
        grade="B",
        rectify_by=present.ago(days=began) + timedelta(days=MEND_DAYS),
    )
    if ended is not None:
        yield on(present.ago(days=ended), RectificationCompleted, inspection=inspection, measures="已整改")


def _reported(present: Present) -> LifeCourse:
    for day in (date(2022, 10, 20), date(2023, 10, 25), date(2024, 11, 5), date(2025, 10, 20)):
        if day <= present.today:
            yield on(day, ProgressReported, year=day.year, reported_to=BUREAU)
    yield on(
        present.ago(months=9),
        AnnualWorkReportFiled,
        year=present.ago(months=20).year,
        filed_with=BUREAU,
        income_yuan=Decimal(9_800_000),
        expenditure_yuan=Decimal(9_700_000),
    )
    for months in HALF_YEARLY:
        yield on(
            present.ago(months=months),
            DataComparisonRun,
            sources="教育、公安、医保",
            compared=150,
            differences=4,
            resolved=4,
        )
    yield on(
        present.ago(days=25),
        DataComparisonRun,
        sources="教育部门：学籍",
        compared=150,
        differences=1,
        resolved=0,
        system="school_roll",
        as_of=present.ago(days=32),
        rows=47,
        only_here=0,
        only_there=2,
        not_compared=1,
    )
    for months in QUARTERLY:
        day = present.ago(months=months)
        quarter = (day.month - 1) // 3 + 1
        yield on(day, QuarterlyBulletinIssued, year=day.year, quarter=quarter, issued_to="各镇街")
    yield on(present.ago(months=1), DataQualityChecked, system="全国儿童福利信息系统", checked=150, wrong=2)


def _kept_private(present: Present) -> LifeCourse:
    year = present.today.year
    for audited, day in ((year - 4, (1, 20)), (year - 3, (1, 25)), (year - 2, (2, 10))):
        yield on(
            date(audited + 1, *day),
            ComplianceAuditFiled,
            year=audited,
            audited_by="望海审计事务所",
            filed_with="望海区网信办",
        )
    assessment = yield on(
        present.ago(years=2), ImpactAssessmentDone, processing="儿童健康信息管理", occasion="sensitive"
    )
    destroyed = on(present.ago(years=1), ImpactAssessmentDestroyed, assessment=assessment)
    yield destroyed.in_spite_of("D23", "纸质报告已扫描存档。")
    yield on(
        present.ago(months=5),
        PrivacyIncidentReported,
        found_on=present.ago(months=5),
        incident="一册体检登记本在送修复印机时遗失，载有姓名和体检结果；次日找回。",
        measures="清点登记本，改为院内复印，登记本上锁保管。",
        reported_to=("望海区网信办", "望海区民政局"),
        children=3,
        is_notified=True,
    )
