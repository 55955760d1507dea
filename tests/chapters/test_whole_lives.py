"""Whole lives, each as its source tells it, with what is due and what speaks against it on three days.

A rule with an exclamation mark is overdue. Each life is read on both axes: on a day, and as it was known. The
seventh, whose file was opened twice, is in `tests/sealed/test_numbers_of_two.py`.
"""

from datetime import date
from uuid import uuid4

from domain.event import CATALOGUE, Event
from domain.events.adoption.assessment import Applicant
from tests.support.given import some
from tests.support.whole_life import WholeLife

ADOPTERS, FAMILY, OTHER_FAMILY, HERE, THERE = (uuid4() for _ in range(5))
COUPLE = (
    some(Applicant, name="唐立行", sex="1", age=38),
    some(Applicant, name="史清荷", sex="2", age=36),
)

on = date.fromisoformat


def a(kind: str, /, **said: object) -> Event:
    """An event of that type: what is said, and *not asked* for the rest."""
    return some(CATALOGUE[kind], **said)


def received(day: str, born: str, *, insured: bool = False, **said: object) -> list[tuple[str, Event]]:
    """What is recorded on the day when a child comes, whoever it is."""
    return [
        (day, a("ChildReceived", **said)),
        (
            day,
            a(
                "IdentityRecorded",
                name="海春",
                sex="2",
                birth_on=on(born),
                is_birth_estimated=False,
            ),
        ),
        (day, a("InsuranceStatusChecked", is_insured=insured, is_identity_verified=True)),
    ]


def test_a_foundling_is_adopted_at_three_and_visited() -> None:
    """民法典 1093, 1098, 1105; 中国公民收养子女登记办法 8; 民发〔2013〕83号."""
    life = WholeLife().told(
        (
            "2021-03-15",
            a("ReferralReceived", referral_source="police", child_situation="05"),
            {"documents": ["found_child_certificate"]},
        ),
        *received("2021-03-15", "2021-03-10", found_on=on("2021-03-15")),
        ("2021-03-15", a("InsuranceEnrolled", scheme="resident", year=2021, waiting_days=0)),
        ("2021-03-15", a("IntakeCategoryDetermined", category="B1", child_situation="05")),
        (
            "2021-03-15",
            a("TemporaryGuardianshipStarted", ground="1", review_due_on=on("2021-09-15")),
        ),
        ("2021-03-15", a("TemporaryCareAgreementSigned")),
        ("2021-03-16", a("IntakeMedicalExamined", infectious_screen="negative")),
    )
    notice = life.tell("2021-03-18", a("FindRelativesNoticePublished", medium="newspaper", notice_days=60))
    life.told(
        ("2021-05-18", a("FindRelativesNoticeExpired", notice=notice)),
        ("2021-05-20", a("NotFoundCertificateIssued", certificate_kind="final")),
        ("2021-05-25", a("AdmissionApproved")),
        ("2021-05-27", a("ChildAdmitted", intake_category="A1", guardianship_type="long_term")),
        ("2021-05-27", a("LongTermGuardianshipConfirmed", ground="1")),
        ("2021-05-27", a("CareModeAssigned", mode="family_style")),
        ("2021-07-15", a("HouseholdRegistered", household_class="1")),
        ("2023-09-01", a("AdoptabilityAssessed", basis="not_found", decision="adoptable")),
        (
            "2023-10-01",
            a(
                "AdopterApplicationReceived",
                adopter=ADOPTERS,
                applicants=COUPLE,
                marital="21",
                children_count=0,
                health_certificate="suitable",
                crime_check="clear",
            ),
        ),
        (
            "2023-10-20",
            a("DisclosureGiven", adopter=ADOPTERS, health="健康", disability="无", is_signed=True),
        ),
        ("2023-10-25", a("MatchProposed", adopter=ADOPTERS)),
        ("2023-11-01", a("RegistrarNoticePublished")),
        ("2024-01-01", a("RegistrarNoticeExpired")),
        ("2024-01-04", a("AdoptionAssessmentNoticeGiven")),
        ("2024-01-05", a("AdoptionAssessmentConsented", adopter=ADOPTERS)),
        ("2024-01-08", a("IntegrationStarted", adopter=ADOPTERS)),
        ("2024-02-10", a("IntegrationEnded")),
        ("2024-02-20", a("AdoptionAssessmentReportIssued", conclusion="suitable", adopter=ADOPTERS)),
        ("2024-03-12", a("AdoptionRegistered", category="1", adopter=ADOPTERS)),
        ("2024-03-12", a("GuardianshipTerminated", reason="adoption")),
        ("2024-03-12", a("DepartureCompleted", reason="01", last_allowance_month="2024-03")),
        ("2024-04-10", a("PostAdoptionVisitMade", planned_on=on("2024-04-10"), risk="none")),
    )
    assert (life.stage("2021-05-26"), life.stage("2021-05-27")) == ("received", "in_care")
    assert life.stage("2024-03-12") == "adopted"
    assert life.said("2021-04-01") == ({"D06", "D13", "R-MED-4"}, {"S01"})
    assert life.said("2024-02-01") == ({"D08!", "D13!", "R-MED-4!"}, {"S02"})
    assert life.said("2024-06-01") == ({"D32"}, set())
    life.loses_nothing("2026-01-01")
    life.replays()


def test_a_rescued_child_waits_twelve_months() -> None:
    """民政部、公安部2015年通知：打拐解救儿童."""
    life = WholeLife().told(
        (
            "2022-02-01",
            a("ReferralReceived", referral_source="police", child_situation="04"),
            {"documents": ["temporary_care_notice"]},
        ),
        *received("2022-02-01", "2020-06-01", insured=True),
        ("2022-02-01", a("IntakeCategoryDetermined", category="B1", child_situation="04")),
        (
            "2022-02-01",
            a("TemporaryGuardianshipStarted", ground="1", review_due_on=on("2022-08-01")),
        ),
        ("2022-02-03", a("DnaSampleCollected", sample_no="S-7")),
        ("2022-02-20", a("DnaComparisonResultReceived", sample_no="S-7", result="no_match")),
        ("2022-02-28", a("NotFoundCertificateIssued", certificate_kind="interim")),
    )
    notice = life.tell(
        "2022-03-01", a("FindRelativesNoticePublished", medium="national_platform", notice_days=30)
    )
    life.told(
        ("2022-04-01", a("FindRelativesNoticeExpired", notice=notice)),
        ("2022-04-06", a("AdmissionApproved")),
        ("2022-04-07", a("ChildAdmitted", intake_category="B1", guardianship_type="temporary")),
        ("2022-07-25", a("TemporaryGuardianshipExtended", review_due_on=on("2023-01-25"))),
    )
    early = a("AdoptionRegistered", category="1", adopter=ADOPTERS)
    life.when("2023-01-31", early)
    assert "I18" in {found.rule.id for found in life.judgements if found.refuses}
    life.entries.pop()
    life.told(
        ("2023-02-02", a("NotFoundCertificateIssued", certificate_kind="final")),
        ("2023-02-06", a("LongTermGuardianshipConfirmed", ground="1")),
    )
    assert life.said("2022-02-20") == (
        {"D01", "D04", "D06", "D13", "R-MED-4"},
        {"S01"},
    )
    assert life.said("2022-12-01") == (
        {"D04", "D06", "D13!", "R-MED-4!"},
        {"S01"},
    )
    assert life.said("2023-03-01") == ({"D13!", "R-MED-4!"}, {"S01", "S02"})
    life.when("2023-02-10", early)
    assert "I18" not in {found.rule.id for found in life.judgements if found.refuses}
    life.loses_nothing("2026-01-01")
    life.replays()


def test_a_severely_disabled_child_is_schooled_at_home_and_moves_at_18_to_hardship_support() -> None:
    """残疾人教育条例 17; 社会救助法 16, 37, 44, 45; 民法典 24, 28, 32."""
    life = WholeLife().told(
        ("2012-05-10", a("ReferralReceived", referral_source="county_civil_affairs")),
        *received("2012-05-10", "2008-04-02", insured=True),
        ("2012-05-10", a("IntakeCategoryDetermined", category="A2")),
        ("2012-05-12", a("AdmissionApproved")),
        (
            "2012-05-15",
            a("ChildAdmitted", intake_category="A2", guardianship_type="long_term"),
            {"documents": ["death_proof", "no_other_guardian_report"]},
        ),
        ("2012-05-15", a("LongTermGuardianshipConfirmed", ground="2")),
        ("2012-07-01", a("HouseholdRegistered", household_class="1")),
        ("2012-09-01", a("DisabilityAssessed", disability_class="7", grade="1")),
        ("2014-06-10", a("EducationAbilityAssessed", recommended_form="home_teaching")),
        ("2014-09-01", a("SchoolEnrolled", stage="primary", form="home_teaching")),
        ("2014-09-12", a("HomeTeachingDelivered", minutes=60)),
        ("2014-10-08", a("HomeTeachingDelivered", minutes=60)),
        ("2023-06-30", a("SchoolingEnded", stage="primary", end_reason="completed")),
        (
            "2024-04-20",
            a(
                "IdCardIssued",
                valid_from=on("2024-04-20"),
                valid_to=on("2034-04-20"),
            ),
        ),
        ("2025-10-08", a("AdultPlacementCaseOpened", trigger="half_year_before")),
        (
            "2025-11-20",
            a(
                "AdultPlacementAssessed",
                labour="none",
                capacity="partial",
                self_care="none",
                mental="partial",
                physical="none",
                conclusion="residential",
            ),
        ),
        ("2026-04-03", a("CapacityDeterminationApplied")),
        ("2026-05-20", a("CapacityDetermined", result="limited", guardian_kind="civil_affairs")),
        ("2026-06-01", a("AdultPlacementPlanApproved", route="hardship")),
        ("2026-06-02", a("YoungPersonConsentRecorded", result="agree", form="oral_recorded")),
    )
    application = life.tell("2026-07-01", a("HardshipSupportApplied", support_form="residential"))
    life.told(
        ("2026-07-10", a("HardshipSupportInvestigated", application=application, opinion="approved")),
        (
            "2026-07-21",
            a(
                "HardshipSupportPublicityEnded",
                application=application,
                started_on=on("2026-07-13"),
                has_objection=False,
            ),
        ),
        (
            "2026-07-29",
            a("HardshipSupportDecided", decision="approved", applied_on=on("2026-07-01")),
        ),
        (
            "2026-08-10",
            a("HardshipSupportPlaced", support_form="residential", is_medical_handover_done=True),
        ),
        ("2026-08-20", a("AdultPlaced", route="hardship", hukou_state="decided")),
    )
    assert life.said("2014-10-01") == ({"D13!", "D28", "R-EDU-3"}, {"S02"})
    assert life.said("2026-07-15") == ({"D13!", "D16"}, {"S02"})
    assert life.said("2026-09-01") == (set(), set())
    life.loses_nothing("2026-11-01")
    life.replays()


def test_a_child_designated_by_a_court_is_fostered_twice_and_returns_to_its_family() -> None:
    """民法典 36, 38; 未成年人保护法 93, 94; 家庭寄养管理办法 12."""
    guardian = uuid4()
    life = WholeLife().told(
        *received("2019-03-01", "2012-01-15", insured=True),
        (
            "2019-03-01",
            a("TemporaryGuardianshipStarted", ground="6", review_due_on=on("2019-09-01")),
        ),
        ("2019-03-20", a("GuardianshipRevocationApplied", guardian=guardian, ground="1")),
        (
            "2019-06-10",
            a(
                "GuardianshipRevocationAdjudicated",
                guardian=guardian,
                result="revoked",
                is_intentional_crime=False,
            ),
        ),
        ("2019-06-12", a("IntakeCategoryDetermined", category="A4")),
        ("2019-06-14", a("AdmissionApproved")),
        (
            "2019-06-15",
            a("ChildAdmitted", intake_category="A4", guardianship_type="long_term"),
            {"documents": ["judgment"]},
        ),
        ("2019-06-15", a("LongTermGuardianshipConfirmed", ground="4", judgment_no="（2019）民特1号")),
        ("2019-07-01", a("HouseholdRegistered", household_class="2")),
        ("2019-09-01", a("SchoolEnrolled", stage="primary", form="regular")),
    )
    for family, matched, tried, placed, ended, reason in (
        (FAMILY, "2020-03-01", "2020-04-10", "2020-04-12", "2021-02-01", "another_family"),
        (OTHER_FAMILY, "2021-03-01", "2021-04-10", "2021-04-12", "2022-06-01", "own_family"),
    ):
        started = life.tell(matched, a("FosterMatchStarted", family=family))
        life.tell(tried, a("FosterMatchAssessed", match=started, result="suitable"))
        signed = life.tell(
            tried,
            a("FosterAgreementSigned", family=family, caregiver_birth_on=on("1980-01-01")),
        )
        life.tell(placed, a("FosterPlacementStarted", family=family, agreement=signed, child_consent="agree"))
        life.tell(ended, a("FosterPlacementEnded", reason=reason))
    request = life.tell("2022-02-01", a("FamilyReunificationRequested", guardian=guardian, relation="father"))
    life.told(
        ("2022-03-01", a("GuardianIdentityVerified", guardian=guardian, is_proven=True)),
        (
            "2022-05-10",
            a("GuardianshipRestored", guardian=guardian, is_child_asked=True),
            {"documents": ["restoration_judgment"]},
        ),
        (
            "2022-05-20",
            a(
                "ReunificationDecided",
                request=request,
                decision="approved",
                is_child_asked=True,
                visits_on=(on("2022-07-02"),),
            ),
        ),
        ("2022-06-02", a("GuardianshipTerminated", reason="guardian_restored")),
        ("2022-06-02", a("DepartureCompleted", reason="11")),
    )
    assert life.said("2019-05-01") == (
        {"D06", "D13", "D14", "D28"},
        {"I09", "R-EDU-5", "S01"},
    )
    assert life.said("2020-06-01") == ({"D13!", "D28"}, {"S02"})
    assert life.said("2022-07-01") == ({"R-RET-2"}, set())
    life.loses_nothing("2026-01-01")
    life.replays()


def test_a_child_is_handed_over_to_the_prefecture_studies_past_18_and_is_placed_in_society() -> None:
    """国办2025（十七）（十八）; 民发〔2021〕44号; 皖民儿童字〔2022〕72号."""
    life = WholeLife().told(
        *received("2015-02-01", "2006-09-10", insured=True),
        ("2015-02-02", a("IntakeCategoryDetermined", category="A2")),
        ("2015-02-03", a("AdmissionApproved")),
        (
            "2015-02-05",
            a("ChildAdmitted", intake_category="A2", guardianship_type="long_term"),
            {"documents": ["death_proof", "no_other_guardian_report"]},
        ),
        ("2015-02-05", a("LongTermGuardianshipConfirmed", ground="2")),
        ("2015-03-01", a("HouseholdRegistered", household_class="1")),
        ("2015-03-02", a("SchoolEnrolled", stage="primary", form="regular")),
    )
    proposal = life.tell(
        "2021-09-01", a("TransferProposed", to_institution=THERE, transfer_reason="county_to_prefecture")
    )
    life.told(
        ("2021-09-10", a("TransferApproved", proposal=proposal, to_institution=THERE, decision="approved")),
        (
            "2021-09-20",
            a(
                "ChildTransferred",
                from_institution=HERE,
                to_institution=THERE,
                transfer_reason="county_to_prefecture",
            ),
        ),
        (
            "2021-10-08",
            a(
                "HouseholdTransferred",
                transfer_reason="institution_transfer",
                moved_in_on=on("2021-10-09"),
            ),
        ),
        (
            "2022-10-20",
            a(
                "IdCardIssued",
                valid_from=on("2022-10-20"),
                valid_to=on("2032-10-20"),
            ),
        ),
        ("2024-03-08", a("AdultPlacementCaseOpened", trigger="half_year_before")),
        ("2024-06-01", a("SchoolEnrolled", stage="college", form="vocational")),
        ("2024-09-12", a("StudyContinued", stage="college", ends_on=on("2026-06-30"))),
        ("2026-06-30", a("SchoolingEnded", stage="college", end_reason="graduated")),
        (
            "2026-07-10",
            a(
                "AdultPlacementAssessed",
                labour="full",
                capacity="full",
                self_care="full",
                mental="full",
                physical="full",
                conclusion="social",
            ),
        ),
        ("2026-08-01", a("AdultPlacementPlanApproved", route="social")),
        ("2026-08-02", a("YoungPersonConsentRecorded", result="agree", form="written")),
        ("2026-08-20", a("HousingArranged", housing_type="public_rental")),
        ("2026-08-22", a("EmploymentArranged", employer="望海物流公司")),
        ("2026-08-25", a("BankAccountHandedOver", is_signed=True)),
        ("2026-08-25", a("BelongingsHandedOver", is_signed=True)),
        ("2026-08-25", a("ArchiveHandedOver", is_signed=True)),
        ("2026-08-26", a("HouseholdTransferred", transfer_reason="adult_placement")),
        ("2026-09-01", a("FollowUpPlanned", visits_on=(on("2026-12-01"),))),
        ("2026-09-01", a("AdultPlaced", route="social", hukou_state="moved")),
    )
    assert life.said("2021-09-15") == ({"D13!", "D28!"}, {"S02"})
    assert life.said("2024-10-01") == ({"D13!"}, {"S02"})
    assert life.said("2026-10-01") == ({"R-VIS-1"}, set())
    life.loses_nothing("2026-11-01")
    life.replays()


def test_a_migrant_child_with_a_rising_risk_is_referred_to_temporary_guardianship() -> None:
    """贵州省23部门关于加强流动儿童关爱保护的若干措施（2025-02-17）一、二."""
    life = WholeLife().told(
        ("2025-03-01", a("ChildIdentified", identified_by="director", identified_as="migrant")),
        (
            "2025-03-01",
            a("IdentityRecorded", name="海川", sex="1", birth_on=on("2015-05-05")),
        ),
        (
            "2025-03-10",
            a(
                "MigrantRollEntered",
                home_region="520102",
                lives_in="371002",
                left_home_on=on("2024-08-01"),
                is_within_one_city=False,
                companion="both_parents",
            ),
        ),
        ("2025-03-12", a("RiskGradeAssessed", grade="low", next_review_on=on("2025-06-12"))),
        ("2025-06-10", a("RiskGradeAssessed", grade="high", next_review_on=on("2025-07-10"))),
    )
    referral = life.tell("2025-06-11", a("CareReferralMade", referred_for="guardianship"))
    life.told(
        ("2025-06-15", a("CareReferralReturned", referral=referral, outcome="done")),
        ("2025-06-20", a("InstitutionalCareRequested", institution=HERE)),
        *received("2025-06-25", "2015-05-05", insured=True)[:1],
        ("2025-06-25", a("InsuranceStatusChecked", is_insured=True, is_identity_verified=True)),
        (
            "2025-06-25",
            a("TemporaryGuardianshipStarted", ground="4", review_due_on=on("2025-12-25")),
        ),
    )
    assert (life.stage("2025-06-24"), life.stage("2025-06-25")) == ("outside", "received")
    assert life.said("2025-05-01") == (
        {"D25", "D28", "R-COM-4", "R-COM-4!", "R-COM-6", "R-SOC-2"},
        set(),
    )
    assert life.said("2025-06-12") == (
        {"D25", "D28", "R-COM-4!", "R-COM-6", "R-COM-8", "R-SOC-2"},
        set(),
    )
    assert life.said("2025-07-15") == (
        {"D06", "D13", "D14", "D28"},
        {"I09", "R-EDU-5", "S01"},
    )
    life.loses_nothing("2026-01-01")
    life.replays()
