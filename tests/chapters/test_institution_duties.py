"""What an institution is to do, and by when: before the day, on it, and after it."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event
from domain.events.institution.governance import (
    INTERNAL_RULES,
    InternalRulesAdopted,
    MilestoneReached,
    MilestoneSet,
)
from domain.events.institution.hazards import HAZARD, MajorHazardFound, MajorHazardRectified
from domain.events.institution.information import (
    ComplianceAuditFiled,
    ImpactAssessmentDestroyed,
    ImpactAssessmentDone,
    PrivacyIncidentReported,
)
from domain.events.institution.licences import (
    DESIGNATION,
    LICENCE,
    LicenceIssued,
    LicenceRevoked,
    RehabProviderDesignated,
    RehabProviderDesignationEnded,
)
from domain.events.institution.particulars import InstitutionOpened
from domain.events.institution.premises import (
    CameraRecordingsChecked,
    DrillConducted,
    FireEquipmentMaintained,
    FirePatrolsLogged,
)
from domain.events.institution.reporting import (
    DataComparisonRun,
    ProgressReported,
    QuarterlyBulletinIssued,
    ReportIssued,
)
from domain.events.institution.staff import (
    StaffCrimeRecordChecked,
    StaffDismissed,
    StaffLeft,
    StaffQualificationRecorded,
    TrainingHeld,
)
from domain.events.institution.supervision import (
    ArchiveInspected,
    RectificationCompleted,
    SpecialInspectionDone,
    SuggestionAnswered,
    SuggestionReceived,
)
from domain.events.intake import ChildReceived
from domain.obligations import clocks
from tests.support.given import NOT_ASKED, Given, given, some

OPENED = ("2024-01-15", some(InstitutionOpened))
NONE_FOUND = some(StaffCrimeRecordChecked, occasion="yearly", result="none")


def states(file: Given, rule: str, *days: str) -> list[list[str]]:
    """The states of a rule's clocks on these days, of those that are open then."""
    return [
        [str(now) for clock in file.clocks(rule) if (now := clock.state(date.fromisoformat(day))) is not None]
        for day in days
    ]


# Recurring


@pytest.mark.rule("D20")
def test_staff_are_checked_for_crimes_within_a_year_of_the_opening_and_of_each_check() -> None:
    file = given(OPENED)
    assert states(file, "D20", "2025-01-14", "2025-01-15", "2025-01-16") == [["due"], ["due"], ["overdue"]]
    file.and_("2025-01-15", NONE_FOUND)
    assert states(file, "D20", "2025-01-15", "2026-01-15", "2026-01-16") == [
        ["met", "due"],
        ["met", "due"],
        ["met", "overdue"],
    ]


@pytest.mark.rule("D20")
@pytest.mark.parametrize("occasion", ["hiring", NOT_ASKED])
def test_only_what_is_known_to_be_a_yearly_check_is_one(occasion: Any) -> None:
    file = given(OPENED, ("2024-06-01", some(StaffCrimeRecordChecked, occasion=occasion, result="none")))
    assert states(file, "D20", "2025-01-16") == [["overdue"]]


def test_what_was_done_before_the_ledger_was_opened_is_what_the_next_is_counted_from() -> None:
    file = given(OPENED, ("2023-06-01", NONE_FOUND))
    assert states(file, "D20", "2024-06-01", "2024-06-02") == [["due"], ["overdue"]]


RECURRING: list[tuple[str, Event, str, str]] = [
    ("D27", some(ArchiveInspected), "2025-03-01", "2025-03-02"),
    ("D29", some(TrainingHeld, audience="child_directors"), "2025-03-01", "2025-03-02"),
    ("R-REP-1", some(DataComparisonRun), "2024-09-01", "2024-09-02"),
    ("R-REP-2", some(QuarterlyBulletinIssued, year=2024, quarter=1), "2024-06-01", "2024-06-02"),
    ("D31", some(DrillConducted, drill="fire"), "2024-09-01", "2024-09-02"),
    ("R-FIR-1", some(TrainingHeld, subject="fire"), "2024-09-01", "2024-09-02"),
    ("R-FIR-2", some(FireEquipmentMaintained), "2024-04-30", "2024-05-01"),
    ("R-FIR-3", some(FirePatrolsLogged, month="2024-02"), "2024-04-30", "2024-05-01"),
]


@pytest.mark.rule("D27", "D29", "D31", "R-FIR-1", "R-FIR-2", "R-FIR-3", "R-REP-1", "R-REP-2")
@pytest.mark.parametrize(("rule", "done", "last_day", "after"), RECURRING)
def test_what_recurs_is_due_again_so_long_after_the_last_time(
    rule: str, done: Event, last_day: str, after: str
) -> None:
    file = given(("2024-03-01", done))
    assert states(file, rule, last_day, after) == [["due"], ["overdue"]]
    file.and_(last_day, done)
    assert states(file, rule, last_day) == [["met", "due"]]


@pytest.mark.parametrize("rule", ["D29", "R-REP-1", "R-REP-2"])
def test_what_not_every_institution_does_is_not_due_from_its_opening(rule: str) -> None:
    assert given(OPENED).clocks(rule) == []


@pytest.mark.rule("D31")
def test_a_drill_of_another_kind_is_no_fire_drill() -> None:
    file = given(OPENED, ("2024-03-01", some(DrillConducted, drill="food")))
    assert file.clock("D31").opened_on == date(2024, 1, 15)


@pytest.mark.rule("D24")
def test_progress_is_reported_by_the_end_of_october_until_2025() -> None:
    file = given(OPENED)
    assert states(file, "D24", "2024-10-31", "2024-11-01") == [["due"], ["overdue"]]
    file.and_("2024-10-31", some(ProgressReported, year=2024))
    assert states(file, "D24", "2024-12-31", "2025-01-01", "2025-11-01") == [
        ["met"],
        ["met", "due"],
        ["met", "overdue"],
    ]
    file.and_("2025-11-02", some(ProgressReported, year=2025))
    assert states(file, "D24", "2026-12-31") == [["met", "met_late"]]
    assert given(("2025-11-01", some(InstitutionOpened))).clocks("D24") == [], "October was over"


@pytest.mark.rule("D24", "R-REP-2")
def test_a_report_of_the_same_period_that_was_issued_is_the_one_that_is_due() -> None:
    file = given(OPENED, ("2024-10-31", some(ReportIssued, report="half_yearly", year=2024, part=2)))
    assert states(file, "D24", "2024-11-01") == [["overdue"]], "another report is none of progress"
    file.and_("2024-11-01", some(ReportIssued, report="progress", year=2024, part=None))
    assert states(file, "D24", "2024-11-01", "2025-11-01") == [["met_late"], ["met_late", "overdue"]]

    bulletins = given(("2024-04-10", some(QuarterlyBulletinIssued, year=2024, quarter=1)))
    bulletins.and_("2024-05-02", some(ReportIssued, report="quarterly", year=2024, part=1))
    assert states(bulletins, "R-REP-2", "2024-07-11") == [["overdue"]], "the quarter had its bulletin"
    bulletins.and_("2024-07-12", some(ReportIssued, report="quarterly", year=2024, part=2))
    assert states(bulletins, "R-REP-2", "2024-07-12", "2024-10-13") == [
        ["met_late", "due"],
        ["met_late", "overdue"],
    ]


@pytest.mark.rule("D22")
def test_the_audit_of_a_year_is_filed_by_the_end_of_the_next_january() -> None:
    file = given(OPENED)
    assert states(file, "D22", "2024-12-31", "2025-01-31", "2025-02-01") == [[], ["due"], ["overdue"]]
    file.and_("2025-01-31", some(ComplianceAuditFiled, year=2024))
    assert states(file, "D22", "2025-02-01", "2026-01-31", "2026-02-01") == [
        ["met"],
        ["met", "due"],
        ["met", "overdue"],
    ]


@pytest.mark.rule("E10")
def test_no_privacy_incident_is_reported_before_it_was_found() -> None:
    given(OPENED).when("2025-03-02", some(PrivacyIncidentReported, found_on=date(2025, 3, 2))).recorded()
    given(OPENED).when("2025-03-02", some(PrivacyIncidentReported, found_on=date(2025, 3, 3))).refused("E10")


# Renewed


@pytest.mark.rule("R-LIC-1")
def test_a_licence_is_renewed_by_its_last_day() -> None:
    licence = some(LicenceIssued, licence="medical", valid_to=date(2025, 6, 30))
    file = given(OPENED, ("2024-02-01", licence))
    assert states(file, "R-LIC-1", "2025-05-29", "2025-05-30", "2025-06-30", "2025-07-01") == [
        [],
        ["due"],
        ["due"],
        ["overdue"],
    ]
    assert file.now(LICENCE, "2025-06-30") == "medical"
    assert file.now(LICENCE, "2025-07-01") is None
    other = some(LicenceIssued, licence="food", valid_to=date(2030, 6, 30))
    assert states(file.and_("2025-06-30", other), "R-LIC-1", "2025-07-01") == [["overdue"]]
    renewed = some(LicenceIssued, licence="medical", valid_to=date(2030, 6, 30))
    assert states(file.and_("2025-06-30", renewed), "R-LIC-1", "2025-07-01") == [["met"]]


@pytest.mark.rule("R-LIC-1")
def test_what_was_revoked_is_not_renewed() -> None:
    designated = some(RehabProviderDesignated, level="2", valid_to=date(2025, 6, 30))
    licence = some(LicenceIssued, licence="medical", valid_to=date(2025, 6, 30))
    file = given(OPENED, ("2024-02-01", licence), ("2024-02-01", designated))
    assert file.now(DESIGNATION, "2024-12-31") == "2"
    file.and_("2025-01-01", some(LicenceRevoked, licence="medical"))
    file.and_("2025-01-01", some(RehabProviderDesignationEnded))
    assert states(file, "R-LIC-1", "2025-07-01") == [["void", "void"]]
    assert file.now(LICENCE, "2025-01-01") is None
    assert file.now(DESIGNATION, "2025-01-01") is None


@pytest.mark.rule("R-STA-2")
def test_a_qualification_is_renewed_by_its_last_day_unless_its_holder_left() -> None:
    def nurse(staff_no: str, valid_to: date | Any = NOT_ASKED) -> Event:
        return some(
            StaffQualificationRecorded, staff_no=staff_no, qualification="护士执业证书", valid_to=valid_to
        )

    last = date(2025, 6, 30)
    file = given(*(("2024-02-01", nurse(number, last)) for number in ("甲", "乙", "丙")))
    file.and_("2025-06-01", nurse("甲")).and_("2025-03-01", some(StaffLeft, staff_no="乙"))
    assert states(file, "R-STA-2", "2025-06-30", "2025-07-01") == [
        ["met", "void", "due"],
        ["met", "void", "overdue"],
    ]


# Answered


@pytest.mark.rule("R-STA-1")
def test_who_has_a_record_is_dismissed_the_same_day() -> None:
    file = given(("2024-03-01", some(StaffCrimeRecordChecked, occasion="yearly", result="found")))
    check = file.last.entry_id
    assert states(file, "R-STA-1", "2024-03-01", "2024-03-02") == [["due"], ["overdue"]]
    file.and_("2024-03-01", some(StaffLeft, staff_no="乙"))
    assert states(file, "R-STA-1", "2024-03-01") == [["due"]], "who leaves is not dismissed"
    dismissed = some(StaffDismissed, staff_no="甲", check=check)
    assert states(file.and_("2024-03-01", dismissed), "R-STA-1", "2024-03-01") == [["met"]]
    assert given(("2024-03-01", NONE_FOUND)).clocks("R-STA-1") == []
    applicant = some(StaffCrimeRecordChecked, occasion="hiring", result="found")
    assert given(("2024-03-01", applicant)).clocks("R-STA-1") == [], "who is not hired is not dismissed"


@pytest.mark.rule("R-HAZ-1")
def test_a_major_hazard_is_rectified_by_the_day_that_was_set() -> None:
    found = some(MajorHazardFound, group="building", rectify_by=date(2024, 3, 10))
    file = given(("2024-03-01", found))
    hazard = file.last.entry_id
    assert file.now(HAZARD, "2024-03-01") == "building"
    assert states(file, "R-HAZ-1", "2024-03-10", "2024-03-11") == [["due"], ["overdue"]]
    file.and_("2024-03-11", some(MajorHazardRectified, hazard=hazard))
    assert states(file, "R-HAZ-1", "2024-03-11") == [["met_late"]]
    assert file.now(HAZARD, "2024-03-11") is None


@pytest.mark.rule("R-HAZ-1")
def test_without_such_a_day_a_hazard_is_rectified_within_thirty_days() -> None:
    file = given(("2024-03-01", some(MajorHazardFound)))
    assert states(file, "R-HAZ-1", "2024-03-31", "2024-04-01") == [["due"], ["overdue"]]


@pytest.mark.rule("R-SUP-1")
@pytest.mark.parametrize(("grade", "clocks_of"), [("A", 0), ("B", 1), ("C", 1), (NOT_ASKED, 1)])
def test_what_an_inspection_found_short_is_rectified(grade: Any, clocks_of: int) -> None:
    inspected = some(SpecialInspectionDone, grade=grade, rectify_by=date(2024, 3, 10))
    file = given(("2024-03-01", inspected))
    assert len(file.clocks("R-SUP-1")) == clocks_of
    if clocks_of:
        assert states(file, "R-SUP-1", "2024-03-10", "2024-03-11") == [["due"], ["overdue"]]
        completed = some(RectificationCompleted, inspection=file.last.entry_id)
        assert states(file.and_("2024-03-10", completed), "R-SUP-1", "2024-03-11") == [["met"]]


@pytest.mark.rule("R-SUP-2")
def test_a_suggestion_is_answered_in_writing_within_a_month() -> None:
    file = given(("2024-03-01", some(SuggestionReceived)))
    assert states(file, "R-SUP-2", "2024-04-01", "2024-04-02") == [["due"], ["overdue"]]
    answered = some(SuggestionAnswered, suggestion=file.last.entry_id)
    assert states(file.and_("2024-04-01", answered), "R-SUP-2", "2024-04-02") == [["met"]]


@pytest.mark.rule("R-GOV-1")
def test_a_milestone_is_reached_by_its_day() -> None:
    file = given(("2024-03-01", some(MilestoneSet, reach_by=date(2025, 12, 31))))
    assert states(file, "R-GOV-1", "2025-12-31", "2026-01-01") == [["due"], ["overdue"]]
    reached = some(MilestoneReached, milestone=file.last.entry_id)
    assert states(file.and_("2025-12-31", reached), "R-GOV-1", "2026-01-01") == [["met"]]


# Judged


@pytest.mark.rule("D23")
@pytest.mark.parametrize(
    ("day", "refused"), [("2025-02-28", ["D23"]), ("2025-03-01", ["D23"]), ("2025-03-02", [])]
)
def test_the_report_of_an_impact_assessment_is_kept_for_three_whole_years(
    day: str, refused: list[str]
) -> None:
    file = given(("2022-03-01", some(ImpactAssessmentDone)))
    destroyed = some(ImpactAssessmentDestroyed, assessment=file.last.entry_id)
    found = {each.rule.id for each in file.when(day, destroyed).judgements if each.rule.id == "D23"}
    assert sorted(found) == refused


@pytest.mark.rule("D23")
@pytest.mark.parametrize(("made", "refused"), [("2021-10-31", []), ("2021-11-01", ["D23"])])
def test_the_law_keeps_no_report_that_was_made_before_it(made: str, refused: list[str]) -> None:
    file = given((made, some(ImpactAssessmentDone)))
    destroyed = some(ImpactAssessmentDestroyed, assessment=file.last.entry_id)
    file.when("2022-06-01", destroyed)
    assert [each.rule.id for each in file.judgements if each.rule.id == "D23"] == refused


@pytest.mark.rule("D21")
@pytest.mark.parametrize(
    ("kept_since", "said"),
    [(date(2024, 2, 29), []), (date(2024, 3, 1), []), (date(2024, 3, 2), ["D21"]), (NOT_ASKED, ["D21"])],
)
def test_recordings_of_cameras_are_kept_for_three_months(kept_since: Any, said: list[str]) -> None:
    checked = some(CameraRecordingsChecked, kept_since=kept_since, is_complete=True)
    given(OPENED).when("2024-06-01", checked).recorded(*said)


@pytest.mark.rule("D21")
@pytest.mark.parametrize("whole", [False, NOT_ASKED])
def test_recordings_are_those_of_all_cameras(whole: Any) -> None:
    checked = some(CameraRecordingsChecked, kept_since=date(2024, 1, 1), is_complete=whole)
    given(OPENED).when("2024-06-01", checked).recorded("D21")


@pytest.mark.rule("R-FIR-4")
@pytest.mark.parametrize(("patrolled", "said"), [(29, []), (28, ["R-FIR-4"]), (NOT_ASKED, ["R-FIR-4"])])
def test_somebody_patrols_on_every_day_of_a_month(patrolled: Any, said: list[str]) -> None:
    logged = some(FirePatrolsLogged, month="2024-02", days_patrolled=patrolled)
    given(OPENED).when("2024-03-01", logged).recorded(*said)


def test_each_subject_has_its_own_rules_in_force() -> None:
    subjects = ("safety", "food", "safety")
    file = given(*(("2024-03-01", some(InternalRulesAdopted, subject=subject)) for subject in subjects))
    assert sorted(fact.held.value or "" for fact in file.on("2024-03-01").each(INTERNAL_RULES)) == [
        "food",
        "safety",
    ]


def test_no_duty_of_an_institution_is_due_in_a_childs_file() -> None:
    child = given(("2024-03-01", some(ChildReceived)))
    own = {clock.rule for clock in clocks(given(OPENED).file, child.rulebook)}
    assert own == {"D20", "D22", "D24", "D27", "D31", "R-FIR-1", "R-FIR-2", "R-FIR-3"}
    assert not own & {clock.rule for clock in clocks(child.file, child.rulebook)}
