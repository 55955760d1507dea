"""Departure and death."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.event import CATALOGUE, Event, Label
from domain.events.adoption.assessment import INTEGRATING, AdopterApplicationReceived, IntegrationStarted
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.case import CaseClosed
from domain.events.community.rolls import ChildIdentified, RollLeft
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import AllowanceGranted, AllowanceStopped
from domain.events.entitlement.study_grant import StudyGrantStopped
from domain.events.entitlement.welfare_status import WelfareStatusEnded
from domain.events.foster.fostering import FosterPlacementEnded
from domain.events.funeral import DeathInvestigated, DeathReported, FuneralCompleted
from domain.events.guardianship import (
    GUARDIANSHIP,
    GuardianshipTerminated,
    LongTermGuardianshipConfirmed,
    TemporaryGuardianshipStarted,
)
from domain.events.household import REGISTERED, HouseholdCancelled, HouseholdRegistered, HouseholdTransferred
from domain.events.intake import (
    ADMITTED,
    RECEIVED,
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IntakeCategoryDetermined,
    ReferralReceived,
)
from domain.events.medical.treatment import (
    EmergencyRescued,
    HospitalAdmitted,
    HospitalDischarged,
    OutpatientTreated,
    SurgeryPerformed,
)
from domain.events.placement.arrangements import (
    EMPLOYED,
    HOUSED,
    SERVING,
    ArchiveHandedOver,
    BankAccountHandedOver,
    EmploymentArranged,
    Enlisted,
    FollowUpPlanned,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HouseholdDestinationDecided,
    HousingArranged,
)
from domain.events.placement.placed import AdultPlaced
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    YoungPersonConsentRecorded,
)
from domain.events.record import EntryWithdrawn
from domain.events.rehabilitation import PLAN, RehabAssessed, RehabPlanMade
from domain.events.schooling import EDUCATION, SchoolEnrolled
from domain.events.search import FindRelativesNoticeWithdrawn, ParentageConfirmed
from domain.file import Attribute
from domain.life import DEPARTED, GONE, STAGE, gone_since
from tests.support.given import Given, given, some
from tests.support.young_people import young

LEFT = some(DepartureCompleted, reason="05")
DIED = some(ChildDied)


def cared_for() -> Given:
    """A child in care: guardian, care mode, two plans, a school, and living with adopters on trial."""
    return given(
        ("2020-01-10", some(ChildReceived)),
        ("2020-02-10", some(ChildAdmitted, intake_category="A5")),
        ("2020-02-10", some(LongTermGuardianshipConfirmed, ground="2")),
        ("2020-02-10", some(CareModeAssigned)),
        ("2021-03-01", some(RehabPlanMade)),
        ("2021-04-01", some(RehabPlanMade)),
        ("2021-09-01", some(SchoolEnrolled)),
        ("2022-04-01", some(IntegrationStarted)),
    )


CLOSED: list[Attribute[Any]] = [INTEGRATING, RECEIVED, ADMITTED, GUARDIANSHIP, CARE_MODE, PLAN]


@pytest.mark.parametrize("end", [LEFT, DIED])
def test_leaving_closes_admission_guardianship_care_mode_and_every_plan(
    end: DepartureCompleted | ChildDied,
) -> None:
    child = cared_for().and_("2022-05-01", end)
    assert len(child.on("2022-04-30").each(PLAN)) == 2
    assert all(child.now(attribute, "2022-04-30") for attribute in CLOSED)
    assert [child.on("2022-05-01").each(attribute) for attribute in CLOSED] == [[]] * len(CLOSED)


def test_a_grown_persons_work_and_home_end_with_death() -> None:
    placed = given(
        ("2022-01-01", some(HousingArranged)),
        ("2022-01-01", some(EmploymentArranged)),
        ("2022-01-01", some(Enlisted)),
        ("2022-05-01", DIED),
    )
    ends: list[Attribute[Any]] = [HOUSED, EMPLOYED, SERVING]
    assert all(placed.now(attribute, "2022-04-30") for attribute in ends)
    assert not any(placed.now(attribute, "2022-05-01") for attribute in ends)


def test_school_ends_with_death_but_not_with_leaving() -> None:
    assert cared_for().and_("2022-05-01", LEFT).now(EDUCATION, "2022-05-01") is not None
    assert cared_for().and_("2022-05-01", DIED).now(EDUCATION, "2022-05-01") is None


@pytest.mark.parametrize(
    ("reason", "stage"), [("01", "adopted"), ("04", "departed"), ("05", "departed"), ("06", "died")]
)
def test_the_reason_says_where_the_life_stands(reason: str, stage: str) -> None:
    child = cared_for().and_("2022-05-01", some(DepartureCompleted, reason=reason))
    assert (child.now(STAGE, "2022-05-01"), child.now(DEPARTED, "2022-05-01")) == (stage, reason)


def test_a_departure_of_unknown_reason_is_a_departure() -> None:
    child = cared_for().and_("2022-05-01", some(DepartureCompleted))
    assert (child.now(STAGE, "2022-05-01"), child.now(DEPARTED, "2022-05-01")) == ("departed", "99")


def test_a_departure_recorded_before_the_care_mode_that_preceded_it_still_ends_it() -> None:
    child = given(("2022-05-01", LEFT), ("2020-02-10", some(CareModeAssigned)))
    assert child.now(CARE_MODE, "2022-05-01") is None


def test_a_departure_corrected_to_a_later_day_leaves_the_child_in_care_until_then() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.and_("2022-06-01", LEFT, corrects=child.last)
    assert child.now(STAGE, "2022-05-31") == "in_care"
    assert child.now(STAGE, "2022-06-01") == "departed"


# I31 and I20: what leaving closed stays closed


@pytest.mark.parametrize("event", [some(CareModeAssigned), some(RehabPlanMade)])
def test_neither_care_mode_nor_plan_begins_after_leaving(event: CareModeAssigned | RehabPlanMade) -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.when("2022-05-02", event)
    assert "I31" in {found.rule.id for found in child.judgements if found.refuses}


def test_what_happened_on_the_day_of_leaving_is_recorded() -> None:
    cared_for().and_("2022-05-01", LEFT).when("2022-05-01", some(CareModeAssigned)).recorded()


def test_a_late_entry_from_before_leaving_is_recorded() -> None:
    cared_for().and_("2022-05-01", LEFT).when("2021-05-02", some(CareModeAssigned)).recorded()


def test_care_begins_again_when_the_child_is_taken_in_again() -> None:
    child = cared_for().and_("2022-05-01", LEFT).and_("2023-01-01", some(ChildReceived))
    child.when("2023-01-01", some(CareModeAssigned)).recorded()
    assert child.now(CARE_MODE, "2023-01-01") is not None


def test_a_guardian_may_stay_guardian_after_leaving_but_not_after_adoption() -> None:
    again = some(LongTermGuardianshipConfirmed, ground="2")
    cared_for().and_("2022-05-01", LEFT).when("2022-05-02", again).recorded()
    cared_for().and_("2022-05-01", some(AdoptionRegistered)).when("2022-05-02", again).refused("I20")


def test_care_after_leaving_stands_with_an_exception_and_in_an_old_register_is_found() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    child.when("2022-05-02", some(CareModeAssigned), exception="I31").recorded("I31")
    old = cared_for().and_("2022-05-01", LEFT, origin="import")
    old.and_("2022-05-02", some(CareModeAssigned), origin="import")
    assert ("I31", "breach") in old.found()


# What leaves care in one way does not leave it in another

WENT: dict[str, Event] = {
    "departed": LEFT,
    "placed": some(AdultPlaced, route="social"),
    "adopted": some(AdoptionRegistered),
    "died": DIED,
}


@pytest.mark.parametrize("stage", GONE)
def test_who_left_in_any_way_is_gone_from_that_day_on_until_taken_in_again(stage: str) -> None:
    child = cared_for().and_("2022-05-01", WENT[stage])
    assert (child.on("2022-04-30").gone, child.on("2022-05-01").gone) == (False, True)
    assert child.now(STAGE, "2022-05-01") == stage
    assert gone_since(child.file) == date(2022, 5, 1)
    child.and_("2023-01-01", some(ChildReceived))
    assert gone_since(child.file) is None


def test_the_day_of_leaving_stays_though_departure_death_or_a_new_referral_follows() -> None:
    child = cared_for().and_("2022-05-01", some(AdultPlaced, route="social"))
    child.and_("2022-05-20", LEFT).and_("2023-03-01", some(ReferralReceived))
    assert gone_since(child.file) == date(2022, 5, 1)
    assert gone_since(child.and_("2024-06-01", DIED).file) == date(2022, 5, 1)


def test_what_was_admitted_is_readable_after_leaving_with_the_last_day_of_the_stay() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    assert child.now(ADMITTED, "2022-05-01") is None
    stay = child.on("2022-05-01").lately(ADMITTED)
    assert stay is not None
    assert (stay.value, stay.until) == (date(2020, 2, 10), date(2022, 4, 30))
    assert child.on("2020-02-09").lately(ADMITTED) is None


def test_being_placed_as_an_adult_closes_what_leaving_closes() -> None:
    child = cared_for().and_("2022-05-01", some(AdultPlaced, route="social"))
    ended = [attribute for attribute in CLOSED if attribute is not INTEGRATING]
    assert all(child.now(attribute, "2022-04-30") for attribute in ended)
    assert not any(child.now(attribute, "2022-05-01") for attribute in ended)


@pytest.mark.rule("I31")
@pytest.mark.parametrize("stage", ["departed", "placed"])
def test_care_does_not_go_on_from_the_day_after_leaving(stage: str) -> None:
    child = cared_for().and_("2022-05-01", WENT[stage])
    child.when("2022-04-30", some(CareModeAssigned)).recorded()
    child = cared_for().and_("2022-05-01", WENT[stage])
    child.when("2022-05-01", some(CareModeAssigned)).recorded()
    child.when("2022-05-02", some(CareModeAssigned, mode="ward")).refused("I31")


@pytest.mark.rule("I20")
@pytest.mark.parametrize(
    "event",
    [
        some(LongTermGuardianshipConfirmed, ground="2"),
        some(TemporaryGuardianshipStarted),
        some(CareModeAssigned),
        some(AdultPlacementCaseOpened),
        some(AdultPlacementAssessed),
        some(YoungPersonConsentRecorded),
        some(HouseholdDestinationDecided),
        some(HardshipSupportDecided),
        some(HardshipSupportPlaced),
        some(FollowUpPlanned),
        some(RehabAssessed),
        some(IntakeCategoryDetermined),
        some(AdmissionApproved),
        some(AdopterApplicationReceived),
        some(DepartureCompleted, reason="05"),
    ],
)
def test_after_an_adoption_neither_admission_nor_guardianship_care_placement_or_another_adoption_begins(
    event: Event,
) -> None:
    def adopted() -> Given:
        return cared_for().and_("2022-05-01", some(AdoptionRegistered))

    adopted().when("2022-04-30", event).refused()
    adopted().when("2022-05-02", event).refused("I20")
    adopted().and_("2022-05-02", some(ChildReceived)).when("2022-05-02", event).refused()


@pytest.mark.rule("I20")
@pytest.mark.parametrize(
    "event", [some(PostAdoptionVisitMade), some(ArchiveHandedOver), some(AllowanceStopped)]
)
def test_what_follows_an_adoption_is_recorded_after_it(event: Event) -> None:
    child = cared_for().and_("2022-05-01", some(AdoptionRegistered)).when("2022-05-02", event)
    assert "I20" not in {found.rule.id for found in child.judgements}


@pytest.mark.rule("I20")
def test_after_an_adoption_the_reason_for_leaving_is_the_adoption_and_unknown_it_is_a_doubt() -> None:
    child = cared_for().and_("2022-05-01", some(AdoptionRegistered))
    child.when("2022-05-03", some(DepartureCompleted, reason="01")).recorded()
    cared_for().and_("2022-05-01", some(AdoptionRegistered)).when(
        "2022-05-03", some(DepartureCompleted)
    ).recorded("I20")


# E06: after death

FOLLOWS_A_DEATH = {
    "AdoptionPaperScanned",
    "AllowancePaid",
    "AllowanceStopped",
    "ArchiveAppraised",
    "ArchiveCheckedOut",
    "ArchiveDestroyed",
    "ArchiveHandedOver",
    "ArchiveOpened",
    "ArchiveReturned",
    "ArchiveSealed",
    "ArchiveTransferred",
    "BankAccountHandedOver",
    "BelongingsHandedOver",
    "CaseClosed",
    "CompanionPairingEnded",
    "ContactPaperScanned",
    "CorrectionApproved",
    "CorrectionRejected",
    "DeathInvestigated",
    "DeathReported",
    "DepartureCompleted",
    "DifferenceFound",
    "DifferenceSettled",
    "DnaComparisonResultReceived",
    "DocumentFiled",
    "EmergencyAccessReviewed",
    "EmergencyAccessTaken",
    "EntrustedCareAgreementEnded",
    "EntryRestored",
    "EntryWithdrawn",
    "ErasureApproved",
    "ErasureCompleted",
    "ErasureHoldImposed",
    "ErasureHoldLifted",
    "ErasureRejected",
    "ErasureRequested",
    "ErasureStarted",
    "ExceptionApproved",
    "ExceptionRejected",
    "ExternalRehabEnded",
    "ExtractIssued",
    "FamilyPaperScanned",
    "FileOpenedByMistake",
    "FilesJoined",
    "FilesSeparated",
    "FindRelativesNoticeWithdrawn",
    "FosterAllowancePaid",
    "FosterPlacementEnded",
    "FuneralCompleted",
    "GuardianshipTerminated",
    "HealthPaperScanned",
    "HospitalDischarged",
    "HotlineCaseHandled",
    "HotlineCaseReceived",
    "HouseholdCancelled",
    "HouseholdRegistered",
    "IdentityRecorded",
    "IllnessEpisodeClosed",
    "IncidentReportedUp",
    "IntegrationEnded",
    "JudicialAssistanceGranted",
    "LegalAidRequested",
    "MandatoryReportMade",
    "MandatoryReportOutcomeReceived",
    "MedicalAidApplicationChanged",
    "MedicalAidApplied",
    "MedicalAidDecided",
    "MedicalAidUploaded",
    "MedicalCostCovered",
    "MedicalCostIncurred",
    "MissingChildFound",
    "OutsideServiceEnded",
    "PaperScanned",
    "ParentageConfirmed",
    "ParentageRejected",
    "PotentialRelativeClaimed",
    "ProcessingRestricted",
    "RehabPlanClosed",
    "RehabSubsidySettled",
    "RemovedFromNationalRoll",
    "RestrictedFileAccessApproved",
    "RestrictedFileAccessRejected",
    "RestrictedFileAccessRequested",
    "RestrictedHealthPaperScanned",
    "RestrictionLifted",
    "RollLeft",
    "SafeguardingConcernRaised",
    "SafeguardingPaperScanned",
    "SavingsRecorded",
    "SchoolingEnded",
    "SocialWorkCaseClosed",
    "StudyGrantStopped",
    "SubjectAccessAnswered",
    "SubjectAccessRefused",
    "SubjectAccessRequested",
    "SubjectIdentityVerified",
    "WelfareStatusEnded",
}


def test_only_what_a_death_entails_or_leaves_open_may_follow_it() -> None:
    of_a_child = [kind for kind in CATALOGUE.values() if kind.kind == "child"]
    assert {kind.__name__ for kind in of_a_child if kind.ends_with is None} == FOLLOWS_A_DEATH


@pytest.mark.rule("E06")
@pytest.mark.parametrize(
    "event",
    [
        some(AllowanceStopped, reason="died", last_month="2022-05"),
        some(GuardianshipTerminated, reason="death"),
        some(ArchiveHandedOver),
        some(BankAccountHandedOver),
        some(HouseholdRegistered),
        some(DepartureCompleted, reason="06"),
    ],
)
def test_what_follows_from_a_death_is_recorded_after_it(event: Event) -> None:
    child = cared_for().and_("2022-02-01", some(AllowanceGranted)).and_("2022-05-01", DIED)
    child.when("2022-06-01", event).recorded()
    assert child.now(STAGE, "2022-06-01") == "died"


@pytest.mark.rule("E06")
@pytest.mark.parametrize("died", [DIED, some(DepartureCompleted, reason="06")])
def test_nothing_else_happens_from_the_day_after_a_death_not_even_another_one(died: Event) -> None:
    for event in (some(AdmissionApproved), DIED):
        cared_for().and_("2022-05-01", died).when("2022-04-30", event).refused()
        cared_for().and_("2022-05-01", died).when("2022-05-01", event).refused()
        cared_for().and_("2022-05-01", died).when("2022-05-02", event).refused("E06")


@pytest.mark.rule("E06")
def test_who_died_departs_by_death_and_an_unknown_reason_is_a_doubt() -> None:
    child = cared_for().and_("2022-05-01", DIED)
    child.when("2022-05-03", LEFT).refused("E06")
    cared_for().and_("2022-05-01", DIED).when("2022-05-03", some(DepartureCompleted)).recorded("E06")


def test_nothing_happens_to_a_child_after_its_death() -> None:
    child = cared_for().and_("2022-05-01", DIED)
    child.when("2022-05-02", some(SchoolEnrolled))
    assert "E06" in {found.rule.id for found in child.judgements if found.refuses}


def test_the_day_of_death_still_has_its_events_and_departure_may_follow() -> None:
    child = cared_for().and_("2022-05-01", DIED)
    child.when("2022-05-20", some(DepartureCompleted, reason="06")).recorded()
    assert child.now(STAGE, "2022-05-20") == "died"


def test_a_death_in_some_month_leaves_uncertain_what_happened_in_that_month() -> None:
    child = given(("2022-05", DIED))
    child.when("2022-05-20..2022-06-10", some(ChildReceived)).recorded("E06")


NOT_SAID = ("R-DTH-1", "R-DTH-2")
"""What is uncertain of a death whose disposal and cause are not recorded."""


def test_a_death_is_reported_on_its_day_or_later() -> None:
    on_the_day = datetime(2022, 4, 30, 16, 0, tzinfo=UTC)
    before = datetime(2022, 4, 30, 15, 59, tzinfo=UTC)
    cared_for().when("2022-05-01", some(ChildDied, reported_at=on_the_day)).recorded(*NOT_SAID)
    cared_for().when("2022-05-01", some(ChildDied, reported_at=before)).refused("E10")


def test_a_death_known_not_later_than_a_day_may_have_been_reported_before_it() -> None:
    before = datetime(2022, 4, 1, tzinfo=UTC)
    cared_for().when("..2022-05-01", some(ChildDied, reported_at=before)).recorded(*NOT_SAID)


def test_what_was_closed_by_a_departure_that_did_not_occur_goes_on() -> None:
    child = cared_for().and_("2022-05-01", LEFT)
    assert child.now(ADMITTED, "2022-05-01") is None
    child.and_("2022-06-01", some(EntryWithdrawn, entry=child.last.entry_id))
    assert child.now(ADMITTED, "2022-05-01") == date(2020, 2, 10)


# I21: back to the family, and I26: no allowance afterwards

TEMPORARY = some(TemporaryGuardianshipStarted, ground="4", review_due_on=date(2022, 12, 1))
REVOKED = some(LongTermGuardianshipConfirmed, ground="4", judgment_no="（2022）虚民特1号")


@pytest.mark.rule("I21")
@pytest.mark.parametrize(
    ("guardianship", "paper"),
    [(TEMPORARY, "guardian_assessment"), (REVOKED, "restoration_judgment")],
)
@pytest.mark.parametrize(
    "returned",
    [
        some(DepartureCompleted, reason="11"),
        some(GuardianshipTerminated, reason="guardian_restored"),
    ],
)
def test_a_child_goes_back_when_its_guardian_was_assessed_or_restored(
    guardianship: Event, paper: str, returned: Event
) -> None:
    def child() -> Given:
        return given(("2022-01-10", some(ChildReceived)), ("2022-01-10", guardianship))

    child().when("2022-05-01", returned).refused("I21")
    child().when("2022-05-01", returned, documents=[paper]).refused()
    child().and_("2022-05-01", some(ReferralReceived), documents=[paper]).when(
        "2022-05-01", returned
    ).refused()
    child().and_("2022-05-02", some(ReferralReceived), documents=[paper]).when(
        "2022-05-01", returned
    ).refused("I21")
    child().when("2022-05-01", returned, exception="I21").refused()


@pytest.mark.rule("I21")
def test_who_left_for_an_unknown_reason_may_have_gone_back_to_parents_of_whom_nothing_is_shown() -> None:
    child = cared_for().when("2022-05-01", some(DepartureCompleted)).recorded("I21", "R-DEP-1")
    assert ("I21", "uncertain") in child.found()


@pytest.mark.rule("I21")
def test_of_whom_nobody_else_was_guardian_nothing_is_asked_and_an_unknown_reason_is_a_doubt() -> None:
    cared_for().when("2022-05-01", some(DepartureCompleted, reason="11")).recorded("R-DEP-1")
    child = given(("2022-01-10", some(ChildReceived)), ("2022-01-10", TEMPORARY))
    child.when("2022-05-01", some(DepartureCompleted)).recorded("I21", "R-DEP-1")
    child = given(("2022-01-10", some(ChildReceived)), ("2022-01-10", TEMPORARY))
    child.when("2022-05-01", some(GuardianshipTerminated)).recorded("I21")


@pytest.mark.rule("I21")
def test_who_takes_a_child_whose_parents_were_found_is_proven_or_a_warning_stands() -> None:
    found = some(DepartureCompleted, reason="04")
    child = cared_for().when("2022-05-01", found).recorded("I21", "R-DEP-1")
    assert not any(judgement.verified for judgement in child.judgements)
    cared_for().and_("2022-05-01", some(ParentageConfirmed)).when("2022-05-01", found).recorded("R-DEP-1")
    cared_for().and_("2022-05-02", some(ParentageConfirmed)).when("2022-05-01", found).recorded(
        "I21", "R-DEP-1"
    )


@pytest.mark.rule("I26")
@pytest.mark.parametrize("end", [DIED, some(AdoptionRegistered)])
@pytest.mark.parametrize(("month", "rules"), [("2022-04", []), ("2022-05", []), ("2022-06", ["I26"])])
def test_an_allowance_ends_with_the_month_of_a_death_or_an_adoption(
    end: Event, month: str, rules: list[str]
) -> None:
    child = cared_for().and_("2022-02-01", some(AllowanceGranted)).and_("2022-05-01", end)
    child.when("2022-06-20", some(AllowanceStopped, last_month=month)).recorded(*rules)


@pytest.mark.rule("I26")
def test_an_allowance_that_ended_in_an_unknown_month_after_a_death_is_a_doubt() -> None:
    stopped = ("2022-06-20", some(AllowanceStopped))
    cared_for().and_("2022-02-01", some(AllowanceGranted)).when(*stopped).recorded()
    child = cared_for().and_("2022-02-01", some(AllowanceGranted)).and_("2022-05-01", DIED)
    child.when(*stopped).recorded("I26")


@pytest.mark.rule("I23")
@pytest.mark.parametrize(
    ("reason", "day", "rules"),
    [
        ("05", "2024-03-09", ["I23"]),
        ("05", "2024-03-10", []),
        ("09", "2026-03-09", ["I23"]),
        ("09", "2026-03-10", []),
    ],
)
def test_nobody_leaves_to_live_alone_before_sixteen_or_as_over_age_before_eighteen(
    reason: str, day: str, rules: list[str]
) -> None:
    young().when(day, some(DepartureCompleted, reason=reason)).refused(*rules)
    of_some_year = young(birth="2007-01-01", until="2012-12-31")
    of_some_year.when(day, some(DepartureCompleted, reason=reason)).recorded("I23", "R-DEP-1")


@pytest.mark.rule("I23")
@pytest.mark.parametrize(
    ("event", "age"),
    [
        (some(DepartureCompleted, reason="05"), 16),
        (some(DepartureCompleted, reason="09"), 18),
        (some(AdultPlaced), 18),
    ],
)
def test_who_is_too_young_to_leave_is_told_the_age_of_the_rule(event: Event, age: int) -> None:
    child = young().when("2024-03-09", event)
    said = [found.refusal.detail for found in child.judgements if found.rule.id == "I23"]
    assert Label(f"未满{age}周岁", f"younger than {age}") in said


# R-DEP-2: what rests on a death or an adoption


@pytest.mark.rule("R-DEP-2")
@pytest.mark.parametrize(
    "event",
    [
        some(FuneralCompleted, method="cremation"),
        some(FuneralCompleted, method="burial"),
        some(DeathReported),
        some(DeathInvestigated),
        some(DepartureCompleted, reason="06"),
        some(GuardianshipTerminated, reason="death"),
        some(HouseholdCancelled, cancel_reason="death"),
        some(CaseClosed, reason="died"),
        some(AllowanceStopped, reason="died", last_month="2022-04"),
        some(StudyGrantStopped, reason="died"),
        some(WelfareStatusEnded, reason="died"),
        some(RollLeft, reason="died"),
        some(FindRelativesNoticeWithdrawn, reason="died"),
        some(FosterPlacementEnded, reason="died"),
    ],
)
def test_nothing_that_rests_on_a_death_comes_before_it(event: Event) -> None:
    assert "R-DEP-2" in refused(cared_for().when("2022-05-01", event))
    died = cared_for().and_("2022-05-01", DIED)
    assert "R-DEP-2" in refused(died.when("2022-04-30", event))
    for day in ("2022-05-01", "2022-05-02"):
        assert "R-DEP-2" not in spoken(cared_for().and_("2022-05-01", DIED).when(day, event))
    # A death on some day of that month may have come before.
    assert "R-DEP-2" not in spoken(cared_for().and_("2022-05", DIED).when("2022-05-10", event))


@pytest.mark.rule("R-DEP-2")
@pytest.mark.parametrize(
    "event",
    [
        *(some(DepartureCompleted, reason=reason) for reason in ("01", "02", "03")),
        some(GuardianshipTerminated, reason="adoption"),
        some(CaseClosed, reason="adopted"),
        some(FindRelativesNoticeWithdrawn, reason="adopted"),
        some(AllowanceStopped, reason="adopted", last_month="2022-04"),
        some(WelfareStatusEnded, reason="adopted"),
        some(HouseholdTransferred, transfer_reason="adoption"),
    ],
)
def test_nothing_that_rests_on_an_adoption_comes_before_its_registration(event: Event) -> None:
    registered = some(AdoptionRegistered)
    assert "R-DEP-2" in refused(cared_for().when("2022-05-01", event))
    assert "R-DEP-2" in refused(cared_for().and_("2022-05-01", registered).when("2022-04-30", event))
    for day in ("2022-05-01", "2022-05-02"):
        assert "R-DEP-2" not in spoken(cared_for().and_("2022-05-01", registered).when(day, event))
    again = cared_for().and_("2022-05-01", registered).and_("2023-01-01", some(ChildReceived))
    assert "R-DEP-2" in refused(again.when("2023-02-01", event))


def test_a_child_outside_institutions_may_have_been_adopted_elsewhere() -> None:
    for event in (some(AllowanceStopped, reason="adopted"), some(WelfareStatusEnded, reason="adopted")):
        outside = given(("2022-01-01", some(ChildIdentified)))
        assert "R-DEP-2" not in spoken(outside.when("2022-05-01", event))


@pytest.mark.rule("R-DEP-2")
def test_an_old_list_of_a_death_or_an_adoption_is_taken_in_and_found() -> None:
    for event in (some(DepartureCompleted, reason="06"), some(DepartureCompleted, reason="01")):
        old = cared_for().when("2022-05-01", event, origin="import")
        assert "R-DEP-2" not in refused(old)
        assert ("R-DEP-2", "no_evidence") in old.found()
    told = cared_for().and_("2022-05-01", some(DepartureCompleted, reason="06"), origin="import")
    assert ("R-DEP-2", "no_evidence") not in told.and_("2022-05-01", DIED, origin="import").found()


@pytest.mark.rule("E16")
@pytest.mark.parametrize("kind", [HospitalDischarged, SurgeryPerformed, EmergencyRescued, OutpatientTreated])
def test_of_a_treatment_that_ended_with_the_death_the_death_is_recorded_too(kind: type[Event]) -> None:
    before = ("2022-04-20", some(HospitalAdmitted))
    treated = cared_for().and_(*before).when("2022-05-01", some(kind, result="died"))
    assert "E16" in spoken(treated)
    for day in ("2022-05-01", "2022-05-03"):
        file = cared_for().and_(*before).and_(day, DIED).when("2022-05-01", some(kind, result="died"))
        assert "E16" not in spoken(file)
    assert "E16" not in spoken(cared_for().and_(*before).when("2022-05-01", some(kind, result="cured")))


def refused(child: Given) -> set[str]:
    return {found.rule.id for found in child.judgements if found.refuses}


def spoken(child: Given) -> set[str]:
    return {found.rule.id for found in child.judgements}


def test_a_cancelled_registration_holds_no_more() -> None:
    file = cared_for().and_("2021-05-01", some(HouseholdRegistered, household_class="1"))
    file.and_("2022-05-01", some(HouseholdCancelled, cancel_reason="duplicate"))
    assert file.now(REGISTERED, "2022-04-30") is not None
    assert file.now(REGISTERED, "2022-05-01") is None
