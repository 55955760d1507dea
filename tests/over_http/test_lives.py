"""Lives told over HTTP: into adult life by each route, to a family, and what is refused on the way."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.event import Event
from domain.events.adoption.assessment import (
    AdoptabilityAssessed,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentReportIssued,
    Applicant,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticeExpired,
    RegistrarNoticePublished,
)
from domain.events.adoption.concluding import AdoptionAgreementSigned
from domain.events.adoption.registration import (
    AdoptionRegistered,
    ChildConsentRecorded,
    RelatedPartyConsentRecorded,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.guardianship import LongTermGuardianshipConfirmed, TemporaryGuardianshipStarted
from domain.events.household import HouseholdRegistered, HouseholdRegistrationApplied
from domain.events.insurance import InsuranceContributionPaid, InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import (
    AdmissionApproved,
    Belonging,
    BelongingsRegistered,
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
    IntakeMedicalExamined,
    ReferralReceived,
)
from domain.events.placement.arrangements import FollowUpPlanned
from domain.events.placement.placed import AdultPlaced, AfterCareVisitMade
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.events.record import ExceptionApproved, ExceptionRejected
from domain.events.rehabilitation import RehabAssessed, RehabPlanMade
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.events.search import (
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticeExpired,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
)
from tests.support.adopters import ADOPTER, application
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.young_people import COMMON, GUARDIAN, HARDSHIP, READY_ON, SOCIAL

pytestmark = pytest.mark.usefixtures("restricting_nothing")

PAPERS_OF_A_FOUNDLING = (
    "found_child_certificate",
    "find_relatives_notice",
    "unclaimed_statement",
    "acceptance_opinion",
)
UNREGISTERED_UNINSURED = {"S01", "S02", "I07"}

Happened = tuple[Any, ...]


def born(day: str, sex: str = "1", **said: Any) -> IdentityRecorded:
    return some(IdentityRecorded, sex=sex, birth_on=date.fromisoformat(day), **said)


# Into adult life


YOUNG: tuple[Happened, ...] = (
    ("2015-05-01", some(ChildReceived)),
    ("2015-05-01", born("2008-03-10", name="林望海")),
)
PREPARED: tuple[Happened, ...] = (
    COMMON[0],
    ("2025-12-01", some(AdultPlacementAssessed, capacity="full", conclusion="social")),
    *COMMON[2:],
)
ASKED: tuple[Happened, ...] = (("2026-02-20", some(YoungPersonConsentRecorded, result="agree")),)


async def test_a_young_person_becomes_ready_for_society_and_goes(served: Served) -> None:
    story = await a_story(served).given(*YOUNG, *PREPARED)
    assert (await story.asked("/readiness", day=READY_ON))["status"] == "not_ready"
    await story.given(*SOCIAL)
    waiting = await story.asked("/readiness", day=READY_ON)
    blocking = [gate for gate in waiting["gates"] if gate["weight"] == "blocks" and gate["state"] != "met"]
    assert [gate["gate"] for gate in blocking if gate["state"] != "not_applicable"] == [11]

    await story.given(*ASKED)
    ready = await story.asked("/readiness", day=READY_ON)
    assert (ready["status"], ready["route"], ready["turns_18_on"]) == ("ready", "social", "2026-03-10")
    assert ready["advisory"] is True
    assert len(ready["gates"]) == 14
    evidence = {gate["gate"]: gate["evidence"] for gate in ready["gates"]}
    assert evidence[11] == story.entries[-1:]
    # On another day the answer is that day's.
    assert (await story.asked("/readiness", day="2025-12-31"))["status"] == "not_ready"

    officer = await served.as_(Role.PLACEMENT_OFFICER)
    across = await officer.get(
        "/readiness", params={"day": READY_ON, "status": "ready", "at_least": story.position}
    )
    assert [item["child"] for item in across.json()["items"]] == [story.child]

    came = await story.when(
        ("2026-03-12", some(AdultPlaced, route="social")),
        ("2026-03-12", some(FollowUpPlanned, visits_on=(date(2026, 9, 12),))),
    )
    came.recorded()
    await story.given(("2026-09-12", some(AfterCareVisitMade, mode="home")))
    assert (await story.asked(as_of="2026-09-12"))["stage"] == "placed"


async def test_a_young_person_becomes_ready_for_support_in_hardship(served: Served) -> None:
    story = await a_story(served).given(YOUNG[0], ("2015-05-01", born("2008-03-10", sex="2")))
    await story.given(PREPARED[0], ("2025-12-01", some(AdultPlacementAssessed, capacity="partial")))
    await story.given(*PREPARED[2:], *HARDSHIP)
    assert (await story.asked("/readiness", day=READY_ON))["status"] == "not_ready"
    await story.given(
        ("2026-01-15", some(CapacityDetermined, result="limited", guardian=GUARDIAN, guardian_name="民政局")),
        ("2026-02-20", some(YoungPersonConsentRecorded, result="unable")),
    )
    ready = await story.asked("/readiness", day=READY_ON)
    assert (ready["status"], ready["route"]) == ("ready", "hardship")
    states = {gate["gate"]: gate["state"] for gate in ready["gates"]}
    assert (states[8], states[9], states[13]) == ("not_applicable", "met", "not_applicable")
    (await story.when(("2026-03-12", some(AdultPlaced, route="hardship")))).recorded()


async def test_who_is_at_school_is_deferred_and_asked_again_after_leaving(served: Served) -> None:
    story = await a_story(served).given(*YOUNG, *PREPARED, *SOCIAL, *ASKED)
    await story.given(("2023-09-01", some(SchoolEnrolled, stage="vocational", form="vocational")))
    deferred = await story.asked("/readiness", day=READY_ON)
    assert deferred["status"] == "deferred"
    supervisor = await served.as_(Role.SUPERVISOR)
    answer = await supervisor.get(
        "/readiness", params={"day": READY_ON, "status": "deferred", "at_least": story.position}
    )
    assert [item["child"] for item in answer.json()["items"]] == [story.child]

    await story.given(
        ("2026-06-30", some(SchoolingEnded, end_reason="graduated")),
        ("2026-07-01", some(AdultPlacementAssessed, capacity="full", conclusion="social")),
    )
    assert (await story.asked("/readiness", day="2026-06-29"))["status"] == "deferred"
    assert (await story.asked("/readiness", day="2026-07-01"))["status"] == "ready"
    after_leaving = (await story.asked("/obligations", day="2026-07-01", rule="D15"))["items"][-1]
    assert (after_leaving["state"], after_leaving["met_by"]) == ("met", story.entries[-1:])


# A foundling's life


RECEPTION: tuple[Happened, ...] = (
    ("2023-03-01", some(ReferralReceived, referral_source="police", child_situation="05")),
    (
        "2023-03-01",
        some(
            ChildReceived,
            posture="infant",
            found_on=date(2023, 2, 28),
            found_place="望海汽车站候车室",
            marks="左肩一处红色胎记",
        ),
        {"documents": ["found_child_certificate"]},
    ),
    (
        "2023-03-01",
        some(
            BelongingsRegistered,
            items=(some(Belonging, description="蓝色襁褓一条", is_identifying=True, storage_no="物-23-01"),),
        ),
    ),
    ("2023-03-01", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True)),
    ("2023-03-02", some(InsuranceEnrolled, scheme="resident", year=2023, benefit_from=date(2023, 3, 1))),
    ("2023-03-03", some(IntakeMedicalExamined, infectious_screen="negative")),
    (
        "2023-03-03",
        born("2023-02-20", sex="2", name="党望春", is_birth_estimated=True, birth_method="estimated"),
    ),
    ("2023-03-05", some(IntakeCategoryDetermined, category="B1", child_situation="05")),
    ("2023-03-01", some(TemporaryGuardianshipStarted, ground="1", review_due_on=date(2024, 3, 1))),
    ("2023-03-06", some(DnaSampleCollected, sample_no="371099-23-0007")),
    ("2023-03-10", some(FindRelativesNoticePublished, medium="newspaper", notice_days=60)),
    ("2023-03-12", some(CareModeAssigned, mode="ward")),
    ("2023-05-10", some(FindRelativesNoticeExpired)),
    ("2023-04-15", some(DnaComparisonResultReceived, result="no_match", submitted_on=date(2023, 3, 6))),
    ("2023-04-20", some(NotFoundCertificateIssued, certificate_kind="final")),
    ("2023-05-12", some(AdmissionApproved)),
    (
        "2023-05-15",
        some(ChildAdmitted, intake_category="A1", guardianship_type="long_term", file_no="WH-2023-007"),
    ),
    ("2023-05-15", some(LongTermGuardianshipConfirmed, ground="1")),
    ("2023-05-20", some(HouseholdRegistrationApplied)),
    ("2023-06-01", some(HouseholdRegistered, household_class="1", citizen_id="371099202302201222")),
    ("2023-11-20", some(InsuranceContributionPaid, scheme="resident", year=2024)),
)
TO_A_FAMILY: tuple[Happened, ...] = (
    ("2024-01-10", some(AdoptabilityAssessed, basis="not_found", decision="adoptable")),
    (
        "2024-02-01",
        application(
            applicants=(
                some(Applicant, name="海长安", sex="1", age=40),
                some(Applicant, name="江月明", sex="2", age=38),
            )
        ),
    ),
    ("2024-02-09", some(AdoptionAssessmentNoticeGiven)),
    ("2024-02-10", some(AdoptionAssessmentConsented, adopter=ADOPTER)),
    ("2024-02-15", some(RegistrarNoticePublished)),
    ("2024-02-20", some(IntegrationStarted, adopter=ADOPTER)),
    ("2024-03-25", some(IntegrationEnded, observations=("同吃同住，互相依恋。",))),
    ("2024-04-01", some(AdoptionAssessmentReportIssued, conclusion="suitable", assessors=("甲", "乙"))),
    ("2024-04-16", some(RegistrarNoticeExpired)),
    ("2024-04-25", some(AdoptionRegistered, category="1", adopter=ADOPTER, new_name="海望春")),
    ("2024-04-26", some(DepartureCompleted, reason="01")),
)
VISITS = ("2024-05-20", "2024-07-20", "2024-10-20", "2025-04-20")


async def test_a_foundling_comes_into_care_is_adopted_and_visited(served: Served) -> None:
    story = await a_story(served).given(*RECEPTION)
    assert (await story.asked(as_of="2023-03-01"))["stage"] == "received"
    admitted = await story.asked(as_of="2023-12-31")
    assert (admitted["stage"], admitted["file_no"]) == ("in_care", "WH-2023-007")
    assert admitted["guardianship"]["type"]["value"] == "long_term"
    assert admitted["household"]["registered"]["since"] == "2023-06-01"
    assert admitted["insurance"]["enrolled"][0]["value"] == "resident"
    assert admitted["age"] == {"years": 0, "estimated": True, "uncertain": False}
    assert await story.findings(day="2023-12-31") == set()
    # Between reception and registration she waited, and for a day she was not insured.
    assert await story.findings(day="2023-03-01") == {("S01", "no_evidence")}
    assert await story.findings(day="2023-05-31") == {("S01", "no_evidence")}

    await story.given(*TO_A_FAMILY)
    adopted = await story.asked(as_of="2024-04-25")
    assert (adopted["stage"], adopted["guardianship"]["type"], adopted["care"]["mode"]) == (
        "adopted",
        None,
        None,
    )
    assert adopted["adoption"]["category"]["value"] == "1"
    assert (await story.obligation("D07", "2024-04-25"))["state"] == "met"

    visits = (await story.asked("/obligations", day="2024-05-01", rule="D32"))["items"]
    assert [visit["state"] for visit in visits] == ["due"] * 4
    for visit in VISITS:
        await story.given((visit, some(PostAdoptionVisitMade, mode="home", risk="none")))
    visits = (await story.asked("/obligations", day="2025-05-01", rule="D32"))["items"]
    assert [visit["state"] for visit in visits] == ["met"] * 4
    assert [visit["met_by"] for visit in visits] == [[entry] for entry in story.entries[-4:]]
    assert await story.findings(day="2026-11-22") == set()

    # Whoever cares for the child does not see what is sealed for ever (民法典 1110).
    seen = await story.asked(by=Role.STAFF)
    assert seen["adoption"] == {name: {"value": {"restricted": "adoption"}} for name in adopted["adoption"]}
    assert (await story.asked("/obligations", by=Role.STAFF, day="2024-05-01", rule="D32"))["items"] == []


# What is refused, what mends it, and what stands all the same


@dataclass(frozen=True)
class Case:
    """Something forbidden: what stood in the file, what is recorded, and what was missing there."""

    before: tuple[Happened, ...]
    forbidden: Happened
    mending: tuple[Happened, ...] = ()
    mended: Happened | None = None


def registered(category: str, **said: Any) -> Happened:
    return ("2025-06-01", some(AdoptionRegistered, category=category, **said))


def small_child(*more: Happened, birth: str = "2022-05-01") -> tuple[Happened, ...]:
    return (
        ("2022-06-01", some(ReferralReceived, child_situation="15")),
        ("2022-06-01", some(ChildReceived)),
        ("2022-06-01", born(birth)),
        *more,
    )


NOTICE: Happened = ("2025-03-01", some(RegistrarNoticePublished))
REPORT: Happened = (
    "2025-04-01",
    some(AdoptionAssessmentReportIssued, conclusion="suitable", assessors=("甲", "乙")),
)
ADMITTED: Happened = (
    "2022-07-01",
    some(ChildAdmitted, intake_category="A1"),
    {"documents": PAPERS_OF_A_FOUNDLING},
)
AGAIN: Happened = (
    "2025-01-10",
    some(ChildAdmitted, intake_category="A1"),
    {"documents": PAPERS_OF_A_FOUNDLING},
)


def applied(on: str, children: int, **said: Any) -> Happened:
    return (on, application(children, **said))


APPLIED: Happened = applied("2025-01-01", 0)
AGREEMENT: Happened = (
    "2025-05-20",
    some(AdoptionAgreementSigned, adopter=ADOPTER, is_police_party=True, is_cooperation_agreed=True),
)
AGREED: Happened = ("2025-05-10", some(ChildConsentRecorded, result="agree"))


CASES = {
    "I01": Case(
        small_child(),
        ("2022-07-01", some(ChildAdmitted, intake_category="A1")),
        mended=ADMITTED,
    ),
    "I03": Case(
        small_child(ADMITTED), AGAIN, mending=(("2024-12-01", some(DepartureCompleted, reason="04")),)
    ),
    "I08": Case(
        small_child(),
        ("2024-05-01", some(RehabPlanMade)),
        mending=(("2024-04-20", some(RehabAssessed, assessment_type="initial")),),
    ),
    "I12": Case(small_child(APPLIED, NOTICE), registered("1"), mending=(REPORT,)),
    "I13": Case(small_child(APPLIED, REPORT), registered("1"), mending=(NOTICE,)),
    "I14": Case(
        small_child(APPLIED, NOTICE, REPORT, birth="2015-05-01"),
        registered("1"),
        mending=(AGREED,),
    ),
    "I15": Case(
        small_child(NOTICE, REPORT, applied("2025-01-01", 0, crime_check="adverse")),
        registered("1", adopter=ADOPTER),
        mending=(applied("2025-02-01", 0),),
    ),
    "R-ADO-2": Case(
        small_child(APPLIED, NOTICE, REPORT, AGREED, birth="2007-06-01"),
        registered("1"),
        mended=("2025-05-31", some(AdoptionRegistered, category="1")),
    ),
    "I16": Case(
        small_child(REPORT, applied("2025-01-01", 2)),
        registered("5", adopter=ADOPTER),
        mending=(applied("2025-02-01", 1),),
    ),
    "I17": Case(
        small_child(APPLIED, REPORT),
        registered("2"),
        mending=(("2025-05-01", some(RelatedPartyConsentRecorded, result="nobody")),),
    ),
    "I18": Case(
        small_child(
            ("2022-06-10", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
            APPLIED,
            NOTICE,
            REPORT,
            AGREEMENT,
        ),
        registered("1"),
        mending=(("2024-01-01", some(NotFoundCertificateIssued, certificate_kind="final")),),
    ),
    "I23": Case(
        (*YOUNG, *PREPARED),
        ("2026-03-12", some(AdultPlaced, route="social")),
        mending=SOCIAL,
    ),
    "I27": Case(
        small_child(("2023-01-01", some(CareModeAssigned, mode="foster", until=date(2025, 12, 31)))),
        ("2025-06-01", some(CareModeAssigned, mode="ward")),
        mended=("2026-01-01", some(CareModeAssigned, mode="ward")),
    ),
}
cases = pytest.mark.parametrize("rule", CASES)


@cases
async def test_what_is_forbidden_is_refused_with_its_source_and_passes_when_mended(
    served: Served, rule: str
) -> None:
    case = CASES[rule]
    story = await a_story(served).given(*case.before)
    rehearsed = await story.when(case.forbidden, dry_run=True)
    assert (rehearsed.body["would"], {each["rule"] for each in rehearsed.body["refusals"]}) == (
        "refuse",
        {rule},
    )
    before = await story.asked()
    refused = (await story.when(case.forbidden)).refused(rule)
    mending = {type(event).__name__ for _, event, *_ in (*case.mending, case.mended or case.forbidden)}
    assert mending <= {*refused.body["possible"], type(case.forbidden[1]).__name__}
    (refusal,) = refused.body["refusals"]
    assert refusal["cure_zh"]
    assert refusal["cure_en"]
    assert await story.asked() == before

    await story.given(*case.mending)
    (await story.when(case.mended or case.forbidden)).recorded()


@cases
async def test_it_stands_with_an_exception_that_waits_for_a_second_person(served: Served, rule: str) -> None:
    case = CASES[rule]
    story = await a_story(served).given(*case.before)
    claimed = excused(case.forbidden, rule)
    # An exception to another rule excuses nothing.
    (await story.when(excused(case.forbidden, "E06"))).refused(rule)
    stands = (await story.when(claimed)).recorded(rule)
    (entry,) = stands.entries
    assert (rule, "exception_unapproved") in await story.findings()

    approval = ("2026-11-20", some(ExceptionApproved, entry=UUID(entry), explanation="情况属实，同意。"))
    (await story.when(approval, by=Role.STAFF)).problem(403, "forbidden")
    assert (rule, "exception_unapproved") in await story.findings()
    (await story.when(approval, client=await served.another(Role.SUPERVISOR))).recorded()
    assert not [found for found in await story.findings() if found[0] == rule]


def excused(happened: Happened, rule: str) -> Happened:
    on, event, *envelope = happened
    return (on, event, {**(envelope[0] if envelope else {}), "exception": rule})


async def test_who_recorded_an_exception_does_not_approve_it(served: Served) -> None:
    case = CASES["I12"]
    story = await a_story(served).given(*case.before)
    claimed = excused(case.forbidden, "I12")
    (entry,) = (await story.when(claimed, by=Role.SUPERVISOR)).recorded("I12").entries
    approval: tuple[str, Event] = (
        "2026-11-20",
        some(ExceptionApproved, entry=UUID(entry), explanation="同意。"),
    )
    (await story.when(approval, by=Role.SUPERVISOR)).refused("X01")
    assert ("I12", "exception_unapproved") in await story.findings()


async def test_an_exception_that_was_rejected_is_a_breach_like_any_other(served: Served) -> None:
    case = CASES["I12"]
    story = await a_story(served).given(*case.before)
    (entry,) = (await story.when(excused(case.forbidden, "I12"))).recorded("I12").entries
    rejection = ("2026-11-20", some(ExceptionRejected, entry=UUID(entry), explanation="理由不足。"))
    (await story.when(rejection, client=await served.another(Role.SUPERVISOR))).recorded()
    assert ("I12", "no_evidence") in await story.findings()
    assert ("X10", "exception_rejected") in await story.findings(kind="exception_rejected")
    supervisor = await served.as_(Role.SUPERVISOR)
    waiting = await supervisor.get(
        "/findings", params={"kind": "exception_unapproved", "at_least": story.position}
    )
    assert waiting.json()["items"] == []


async def test_an_exception_needs_nobody_once_what_was_missing_is_recorded(served: Served) -> None:
    case = CASES["I12"]
    story = await a_story(served).given(*case.before)
    (await story.when(excused(case.forbidden, "I12"))).recorded("I12")
    await story.given(*case.mending)
    assert not [found for found in await story.findings() if found[0] == "I12"]
