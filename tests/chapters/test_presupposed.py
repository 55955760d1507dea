"""What an event presupposes: what it ends, answers or goes on with is recorded, or found missing (E16)."""

from re import findall
from typing import Final

import pytest

from domain.changes import changes
from domain.event import CATALOGUE, fields_of
from tests.support.given import Given, given, some
from tests.support.whole_events import presupposed

NAMES: Final = [name for name, kind in CATALOGUE.items() if kind.presupposes(kind.__new__(kind))]
ENDS_WHAT_MAY_BE_UNRECORDED: Final = {
    "AdoptionAssessmentReportIssued": "ends an assessment whose beginning may not be recorded",
    "AdoptionRegistered": "ends whatever of the way there is recorded",
    "AdultPlaced": "ends whatever care is recorded",
    "ChildAdmitted": "ends an earlier departure where there was one",
    "ChildDied": "ends whatever is recorded",
    "ChildReceived": "ends an earlier departure where there was one",
    "ChildTransferred": "ends whatever care is recorded",
    "DepartureCompleted": "ends whatever care is recorded",
    "FilesSeparated": "each file holds its own again",
    "FosterPlacementStarted": "ends a trial with the family where there was one",
    "GuardianshipRestored": "the rules of restoring ask whose guardianship it was",
    "HouseholdCancelled": "the child may have been registered before it came",
    "LongTermGuardianshipConfirmed": "ends a review where there was one",
    "ParentageConfirmed": "ends a claim where there was one",
    "PlaceOfCareChanged": "ends a request where there was one",
    "ReferralReceived": "ends an earlier refusal where there was one",
    "SchoolEnrolled": "ends a deferral where there was one",
    "StaffDismissed": "ends what they answered for where they did",
    "StaffLeft": "ends what they answered for where they did",
    "TemporaryGuardianshipStarted": "ends an earlier restoration where there was one",
    "VaccinationBooked": "ends the completion of the programme where there was one",
}
"""Events that end an attribute of which nothing need be recorded, with the reason."""


def words(text: str) -> frozenset[str]:
    return frozenset(findall("[A-Z][a-z]+", text))


OUTCOMES: Final = words(
    """
    Adjudicated Adjusted Answered Approved Cancelled Changed Closed Completed Confirmed Covered Decided
    Declined Delivered Destroyed Determined Dismissed Dissolved Ended Expired Extended Granted Handled
    Investigated Left Lifted Missed Paid Placed Reached Rectified Refused Rejected Removed Renewed Restored
    Returned Reversed Reviewed Revoked Separated Settled Stopped Terminated Transferred Uploaded Verified
    Withdrawn
    """
)
"""With what an event's name ends that is the outcome of something, or goes on with it."""
BEGINNINGS: Final = words(
    """
    Admitted Adopted Adoption Applied Appraised Arranged Assessed Assigned Booked Checked Claimed Collected
    Conducted Consented Continued Declared Deferred Designated Detected Diagnosed Died Discharged Done
    Enlisted Enrolled Entered Examined Filed Fitted Flagged Found Given Held Identified Imposed Incurred
    Inspected Issued Joined Logged Made Maintained Mistake Notified Obtained Occurred Opened Out Over Paired
    Performed Planned Proposed Published Raised Received Recognised Recorded Registered Reported Requested
    Rescued Restricted Roll Run Scanned Sealed Set Signed Started Taken Trained Treated Up
    """
)
"""With what an event's name ends that may happen by itself."""
OF_WHAT_MAY_BE_UNRECORDED: Final = ENDS_WHAT_MAY_BE_UNRECORDED | {
    "AdmissionApproved": "the rules of admission ask for what comes before it",
    "AdultPlacementPlanApproved": "the gates of readiness ask for the assessment",
    "AllowanceGranted": "what is paid to a child that comes from elsewhere was applied for there",
    "CapacityDetermined": "of full capacity at eighteen nothing is applied for",
    "CaseClosed": "R-CASE-2 asks that the child is gone",
    "CorrectionApproved": "X12 asks for what it decides on",
    "CorrectionRejected": "X12 asks for what it decides on",
    "DeferralOrSuspensionApproved": "no event applies for it",
    "EntrustedGuardianshipConfirmed": "begins with it",
    "EntryRestored": "E12 asks for what was withdrawn",
    "EntryWithdrawn": "E04 asks for what it withdraws",
    "ExceptionApproved": "X03 asks for what it decides on",
    "ExceptionRejected": "X03 asks for what it decides on",
    "FosterFamilyApproved": "I11 asks for its steps",
    "GuardianChanged": "I04 asks for the guardianship",
    "HardshipSupportDecided": "the application may have been the place's own",
    "HouseholdDestinationDecided": "begins with it",
    "HouseholdEntryChanged": "the child may have been registered before it came",
    "HouseholdTransferred": "the child may have been registered before it came",
    "InstitutionChanged": "an institution's file begins with what it is",
    "InsuranceContributionPaid": "who pays is insured",
    "IntakeCategoryDetermined": "the rules of admission ask for it, not it for them",
    "IntakeVerified": "follows the reception where one is recorded",
    "JudicialAssistanceGranted": "no event applies for it",
    "MedicalCostCovered": "R-MED-3 finds a payment for what nothing was charged for",
    "RehabSessionDelivered": "I08 asks for the plan",
    "SocialSecurityTransferred": "begins with it",
    "StaffDismissed": "staff are recorded only as far as rules ask for them",
    "StaffLeft": "staff are recorded only as far as rules ask for them",
    "StudentAidGranted": "no event applies for it",
    "StudyGrantGranted": "no event applies for it",
    "TemporaryAssistanceGranted": "no event applies for it",
    "TemporaryGuardianshipExtended": "I04 asks for the guardianship",
    "VaccinationProgrammeCompleted": "its beginning is no event",
    "VocationalTrainingCompleted": "its beginning is no event",
    "ArchiveTransferred": "the archive of a child that comes from elsewhere was opened there",
    "DeathInvestigated": "R-DEP-2 asks for the death",
    "FuneralCompleted": "R-DEP-2 asks for the death",
    **dict.fromkeys(
        (
            "ChronicOrSeriousIllnessRegistered",
            "EmergencyRescued",
            "HospitalAdmitted",
            "MedicalAidApplied",
            "MedicalCostIncurred",
            "OutpatientTreated",
            "PalliativeCareStarted",
            "SurgeryPerformed",
        ),
        "an illness may be treated before it is diagnosed",
    ),
}
"""Events that are the outcome of what need not be recorded, with the reason."""


def said(file: Given) -> set[str]:
    return {judgement.rule.id for judgement in file.judgements}


@pytest.mark.rule("E16")
def test_what_an_event_presupposes_is_missing_until_it_is_recorded_whenever_that_is() -> None:
    for name in NAMES:
        kind = CATALOGUE[name]
        event, before = some(kind), [some(each) for each in presupposed(kind)]
        assert "E16" in said(given().when("2024-03-10", event)), name
        for day in ("2024-03-09", "2024-03-10"):
            file = given(*((day, each) for each in before)).when("2024-03-10", event)
            assert said(file).isdisjoint({"E14", "E16"}), (name, day)
        after = said(given(*(("2024-03-11", each) for each in before)).when("2024-03-10", event))
        assert ("E14" in after, "E16" in after) == (True, False), name
        # Of an open day it may have come before, and is not missing.
        perhaps = given(*(("2024-03", each) for each in before)).when("2024-03-10", event)
        assert "E16" not in said(perhaps), name
        late = given(("2024-03-10", event), *(("2024-03-09", each) for each in before))
        assert "E16" not in {rule for rule, _ in late.found()}, name


def test_the_outcome_of_something_presupposes_that_or_it_is_said_why_not() -> None:
    """The last word of its name says whether an event is an outcome; a new word is put into either set."""
    last = {name: findall("[A-Z][a-z]+", name)[-1] for name in CATALOGUE}
    assert set(last.values()) - OUTCOMES == BEGINNINGS
    outcomes = {name for name, word in last.items() if word in OUTCOMES}
    answering = {
        name
        for name, kind in CATALOGUE.items()
        if any(
            spec.required and spec.refers is not None and spec.refers.rule == "E05"
            for spec in fields_of(kind)
        )
    }
    assert sorted((outcomes | answering) - set(NAMES) - set(OF_WHAT_MAY_BE_UNRECORDED)) == []
    assert sorted(set(OF_WHAT_MAY_BE_UNRECORDED) & set(NAMES)) == []


def test_whoever_ends_what_another_event_begins_presupposes_that_or_it_is_said_why_not() -> None:
    silent = set()
    for name, kind in CATALOGUE.items():
        begins, ends = [
            {change.attribute for change in changes(kind) if change.effect == effect}
            for effect in ("begins", "ends")
        ]
        if ends - begins and name not in NAMES:
            silent.add(name)
    assert silent ^ set(ENDS_WHAT_MAY_BE_UNRECORDED) == set()
