"""Adoption: what must have happened before it is registered, and what follows from registration."""

from datetime import date

import pytest

from domain.event import Unknown
from domain.events.adoption.assessment import (
    INTEGRATING,
    AdoptabilityAssessed,
    AdoptionAssessmentReportIssued,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticePublished,
)
from domain.events.adoption.concluding import AdoptionAgreementSigned
from domain.events.adoption.registration import ADOPTED
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.guardianship import GUARDIANSHIP, LongTermGuardianshipConfirmed
from domain.events.intake import ChildReceived, IntakeCategoryDetermined
from domain.events.record import EntryWithdrawn
from domain.events.search import (
    FindRelativesNoticePublished,
    FindRelativesNoticeWithdrawn,
    NotFoundCertificateIssued,
    ParentageConfirmed,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from domain.life import STAGE
from tests.support.adopters import ADOPTER, application
from tests.support.adoptions import (
    AUNT,
    CLAIMANT,
    FOUNDLING,
    ORPHAN,
    OTHERS,
    STEPCHILD,
    UNCLE,
    before_the_civil_code,
    born,
    consent,
    kin,
    registered,
    report,
    small_child,
    without,
)
from tests.support.given import Given, given, some

# Succession


def test_an_integration_holds_from_its_start_until_its_end_and_may_begin_again_after_a_gap() -> None:
    file = given(
        ("2025-02-01", some(IntegrationStarted)),
        ("2025-03-10", some(IntegrationEnded)),
        ("2025-05-01", some(IntegrationStarted)),
    )
    days = ("2025-01-31", "2025-02-01", "2025-03-09", "2025-03-10", "2025-05-01")
    assert [file.now(INTEGRATING, day) for day in days] == [
        None,
        date(2025, 2, 1),
        date(2025, 2, 1),
        None,
        date(2025, 5, 1),
    ]


def test_a_second_report_takes_the_place_of_the_first() -> None:
    file = small_child(("2025-05-01", report("unsuitable")))
    file.when("2025-06-01", registered()).refused("I12")
    file = small_child(("2025-03-20", report("unsuitable")))
    file.when("2025-06-01", registered()).recorded()


def test_what_was_settled_for_an_earlier_adoption_does_not_serve_a_second_one() -> None:
    file = small_child(("2025-06-01", registered()), ("2026-01-05", some(ChildReceived)))
    file.when("2026-06-01", registered()).refused("I12", "I13", "I15")


# I12


def test_an_adoption_without_an_assessment_report_is_refused() -> None:
    without(AdoptionAssessmentReportIssued, small_child()).when("2025-06-01", registered()).refused("I12")


def test_an_adoption_is_recorded_once_the_report_is() -> None:
    small_child().when("2025-06-01", registered()).recorded()


def test_a_report_of_the_same_day_suffices_and_one_of_the_next_day_does_not() -> None:
    bare = without(AdoptionAssessmentReportIssued, small_child())
    bare.and_("2025-06-01", report()).when("2025-06-01", registered()).recorded()
    bare = without(AdoptionAssessmentReportIssued, small_child())
    bare.and_("2025-06-02", report()).when("2025-06-01", registered()).refused("I12")


def test_a_stepchild_is_adopted_without_an_assessment() -> None:
    given(("2025-01-05", born("2022-05-01"))).when("2025-06-01", registered(STEPCHILD)).recorded()


def test_after_a_negative_report_the_decision_to_register_must_be_recorded() -> None:
    file = without(AdoptionAssessmentReportIssued, small_child()).and_("2025-04-01", report("unsuitable"))
    file.when("2025-06-01", registered()).refused("I12")
    file = without(AdoptionAssessmentReportIssued, small_child()).and_("2025-04-01", report("unsuitable"))
    file.when("2025-06-01", registered(decision="经集体研究予以登记")).recorded()


def test_an_adoption_without_a_report_stands_with_an_exception() -> None:
    file = without(AdoptionAssessmentReportIssued, small_child())
    file.when("2025-06-01", registered(), exception="I12").recorded("I12")
    assert ("I12", "no_evidence") in file.found()


def test_a_register_that_says_nothing_of_a_report_is_a_finding_and_a_negative_one_a_breach() -> None:
    silent = without(AdoptionAssessmentReportIssued, small_child())
    silent.when("2025-06-01", registered(), origin="import").recorded("I12")
    assert silent.found() == {("I12", "no_evidence")}
    negative = without(AdoptionAssessmentReportIssued, small_child()).and_("2025-04-01", report("unsuitable"))
    negative.when("2025-06-01", registered(), origin="import").recorded("I12")
    assert negative.found() == {("I12", "breach")}


def test_withdrawing_the_report_makes_the_adoption_a_finding() -> None:
    file = small_child(("2025-06-01", registered()))
    assert file.found() == set()
    the_report = next(e for e in file.entries if isinstance(e.event, AdoptionAssessmentReportIssued))
    file.and_("2025-07-01", some(EntryWithdrawn, entry=the_report.entry_id))
    assert file.found() == {("I12", "no_evidence")}


# I13


@pytest.mark.rule("I13")
@pytest.mark.parametrize(
    ("day", "rules"), [("2025-04-29", ("I13",)), ("2025-04-30", ("I13",)), ("2025-05-01", ())]
)
def test_a_foundling_is_adopted_from_the_day_after_the_sixty_days_of_the_notice(
    day: str, rules: tuple[str, ...]
) -> None:
    small_child().when(day, registered()).refused(*rules)


def test_a_foundling_is_not_adopted_without_a_notice() -> None:
    without(RegistrarNoticePublished, small_child()).when("2025-06-01", registered()).refused("I13")


@pytest.mark.rule("I13")
@pytest.mark.parametrize(
    ("reason", "rules"), [("found", ["I13"]), (Unknown("not_asked"), ["I13"]), ("wrong", [])]
)
def test_a_search_that_ended_since_relatives_were_or_may_have_been_found_is_a_doubt(
    reason: str | Unknown, rules: list[str]
) -> None:
    withdrawn = ("2025-02-01", some(FindRelativesNoticeWithdrawn, reason=reason))
    small_child(withdrawn).when("2025-06-01", registered()).recorded(*rules)
    again = small_child(withdrawn, ("2025-02-02", some(FindRelativesNoticePublished)))
    again.when("2025-06-01", registered()).recorded()


def test_an_orphan_needs_no_notice() -> None:
    file = without(RegistrarNoticePublished, small_child(("2025-04-01", kin("nobody"))))
    file.when("2025-06-01", registered(ORPHAN)).recorded()


def test_where_the_category_is_not_known_the_basis_on_which_the_child_was_found_adoptable_tells() -> None:
    found = some(AdoptabilityAssessed, basis="not_found")
    file = without(RegistrarNoticePublished, small_child(("2025-02-01", found)))
    file.when("2025-06-01", registered(Unknown("not_on_paper"))).refused("I13")


def test_a_notice_of_an_unknown_day_leaves_open_whether_it_had_run_out() -> None:
    file = without(RegistrarNoticePublished, small_child()).and_("2025-03", some(RegistrarNoticePublished))
    file.when("2025-05-15", registered()).recorded("I13")
    assert file.found() == {("I13", "uncertain")}
    file = without(RegistrarNoticePublished, small_child()).and_("2025-03", some(RegistrarNoticePublished))
    file.when("2025-04-15", registered()).refused("I13")


@pytest.mark.parametrize("on", ["2025-06-01", "2025-04-20..2025-06-01", "..2025-06-01"])
def test_an_adoption_against_the_report_is_refused_whatever_interval_of_days_is_said(on: str) -> None:
    """Before the report there is none, and afterwards it speaks against it."""
    file = without(AdoptionAssessmentReportIssued, small_child()).and_("2025-05-01", report("unsuitable"))
    file.when(on, registered()).refused("I12")


def test_an_adoption_that_some_rule_forbids_on_each_of_its_days_is_refused() -> None:
    """Until the child is eight there is no report, and from then on the child is not asked."""

    def reported() -> Given:
        file = without(AdoptionAssessmentReportIssued, small_child(birth="2017-05-10"))
        return file.and_("2025-05-10", report())

    reported().when("2025-05-09", registered()).refused("I12")
    reported().when("2025-05-10", registered()).refused("I14")
    refused = reported().when("2025-05-01..2025-05-20", registered()).refused("I14")
    assert [found.refusal.kind for found in refused.judgements] == ["no_evidence", "uncertain"]
    # Where a day is left on which nothing does, it may have been that one.
    asked = reported().and_("2025-05-20", consent())
    asked.when("2025-05-01..2025-05-20", registered()).recorded("I12", "I14")


def test_an_adoption_of_which_only_the_month_is_known_is_judged_over_the_whole_month() -> None:
    file = without(RegistrarNoticePublished, small_child()).and_("2025-03-10", some(RegistrarNoticePublished))
    file.when("2025-05", registered()).recorded("I13")
    assert file.found() == {("I13", "uncertain")}


def test_nobody_is_adopted_while_somebody_claims_them_or_after_parents_were_found() -> None:
    claimed = ("2025-05-01", some(PotentialRelativeClaimed, claimant=CLAIMANT))
    small_child(claimed).when("2025-06-01", registered()).refused("I13")
    rejected = ("2025-05-20", some(ParentageRejected, claimant=CLAIMANT))
    small_child(claimed, rejected).when("2025-06-01", registered()).recorded()
    confirmed = ("2025-05-20", some(ParentageConfirmed, claimant=CLAIMANT))
    small_child(claimed, confirmed).when("2025-06-01", registered()).refused("I13")


def test_a_register_with_an_adoption_before_the_notice_ran_out_shows_a_breach() -> None:
    file = small_child().when("2025-04-10", registered(), origin="import").recorded("I13")
    assert file.found() == {("I13", "breach")}
    small_child().when("2025-04-10", registered(), exception="I13").recorded("I13")


def test_correcting_the_day_of_the_notice_settles_the_finding() -> None:
    file = small_child(("2025-04-10", registered(), {"origin": "import"}))
    notice = next(e for e in file.entries if isinstance(e.event, RegistrarNoticePublished))
    file.and_("2025-01-10", some(RegistrarNoticePublished), corrects=notice)
    assert file.found() == set()


# I14


@pytest.mark.rule("I14", "R-AGE-1")
def test_a_child_of_eight_on_the_day_must_have_agreed_and_one_of_seven_need_not() -> None:
    file = small_child(birth="2017-06-01")
    file.when("2025-05-31", registered()).recorded()
    for day in ("2025-06-01", "2025-06-02"):
        small_child(birth="2017-06-01").when(day, registered()).refused("I14")
    file = small_child(("2025-06-01", consent()), birth="2017-06-01")
    file.when("2025-06-01", registered()).recorded()


@pytest.mark.rule("I14")
def test_consent_given_before_the_age_does_not_count_and_of_an_unknown_day_is_a_finding() -> None:
    at_five = small_child(("2022-06-01", consent()), birth="2017-06-01")
    at_five.when("2025-06-01", registered()).refused("I14")
    the_day_before = small_child(("2025-05-31", consent()), birth="2017-06-01")
    the_day_before.when("2025-06-01", registered()).refused("I14")
    some_day = small_child(("..2025-06-01", consent()), birth="2017-06-01")
    some_day.when("2025-06-01", registered()).recorded("I14")
    assert some_day.found() == {("I14", "uncertain")}


@pytest.mark.rule("I14")
def test_consent_to_be_adopted_by_others_does_not_count() -> None:
    theirs = small_child(("2025-05-20", consent(adopter=OTHERS)), birth="2015-01-01")
    theirs.when("2025-06-01", registered(adopter=ADOPTER)).refused("I14")
    own = small_child(("2025-05-20", consent(adopter=ADOPTER)), birth="2015-01-01")
    own.when("2025-06-01", registered(adopter=ADOPTER)).recorded()
    unsaid = small_child(("2025-05-20", consent()), birth="2015-01-01")
    unsaid.when("2025-06-01", registered(adopter=ADOPTER)).recorded()
    two_asked = small_child(
        ("2025-01-03", application(adopter=OTHERS)),
        ("2025-04-02", report(adopter=ADOPTER)),
        ("2025-05-20", consent()),
        birth="2015-01-01",
    )
    two_asked.when("2025-06-01", registered(adopter=ADOPTER)).recorded("I14")
    assert two_asked.found() == {("I14", "uncertain")}


@pytest.mark.parametrize("answer", ["disagree", "unable"])
def test_a_child_who_does_not_agree_is_not_adopted(answer: str) -> None:
    file = small_child(("2025-05-20", consent(answer)), birth="2015-01-01")
    file.when("2025-06-01", registered()).refused("I14")


def test_the_last_answer_of_a_child_counts() -> None:
    changed = (("2025-05-20", consent("disagree")), ("2025-05-25", consent()))
    small_child(*changed, birth="2015-01-01").when("2025-06-01", registered()).recorded()
    changed = (("2025-05-20", consent()), ("2025-05-25", consent("disagree")))
    small_child(*changed, birth="2015-01-01").when("2025-06-01", registered()).refused("I14")


def test_a_child_who_may_or_may_not_be_eight_is_a_finding() -> None:
    file = small_child()
    file.and_("2022-06-01", born("2017-01-01", "2017-12-31"))
    file.when("2025-06-01", registered()).recorded("I14")
    assert file.found() == {("I14", "uncertain")}


def test_in_a_register_silence_is_no_evidence_and_a_no_is_a_breach() -> None:
    silent = small_child(birth="2015-01-01").when("2025-06-01", registered(), origin="import")
    assert silent.found() == {("I14", "no_evidence")}
    against = small_child(("2025-05-20", consent("disagree")), birth="2015-01-01")
    against.when("2025-06-01", registered(), origin="import").recorded("I14")
    assert against.found() == {("I14", "breach")}
    small_child(birth="2015-01-01").when("2025-06-01", registered(), exception="I14").recorded("I14")


@pytest.mark.rule("I14")
def test_before_the_civil_code_a_child_of_ten_must_have_agreed_and_one_of_nine_need_not() -> None:
    before_the_civil_code("2008-09-02").when("2018-09-01", registered()).recorded()
    before_the_civil_code("2008-09-01").when("2018-09-01", registered()).refused("I14")
    before_the_civil_code("2008-08-31").when("2018-09-01", registered()).refused("I14")
    at_nine = before_the_civil_code("2008-09-01", ("2018-05-01", consent()))
    at_nine.when("2018-09-01", registered()).refused("I14")
    at_ten = before_the_civil_code("2008-04-01", ("2018-05-01", consent()))
    at_ten.when("2018-09-01", registered()).recorded()


@pytest.mark.rule("I14")
def test_the_age_of_consent_is_that_of_the_law_on_the_day_of_registration() -> None:
    for day, rules in (("2020-12-31", ()), ("2021-01-01", ("I14",)), ("2021-01-02", ("I14",))):
        before_the_civil_code("2011-06-01").when(day, registered()).refused(*rules)


@pytest.mark.rule("I14")
def test_what_is_said_of_the_age_of_consent_names_the_age_of_that_day() -> None:
    said = [
        before_the_civil_code("2006-01-01").when(day, registered()).judgements[0]
        for day in ("2018-09-01", "2021-09-01")
    ]
    assert ["10周岁" in each.rule.sentence(each.refusal.detail).zh for each in said] == [True, False]
    assert ["8周岁" in each.rule.sentence(each.refusal.detail).zh for each in said] == [False, True]
    assert not any("八周岁" in each.rule.zh for each in said)
    assert ["收养法" in each.source for each in said] == [True, False]


def test_correcting_the_birth_brings_the_consent_into_question() -> None:
    file = small_child(("2025-06-01", registered()), birth="2018-01-01")
    assert file.found() == set()
    file.and_("2022-06-01", born("2015-01-01"), corrects=file.entries[0])
    assert file.found() == {("I14", "no_evidence"), ("X11", "correction_unapproved")}


# I17


def test_an_orphan_is_adopted_when_everybody_with_a_duty_of_support_agrees() -> None:
    small_child().when("2025-06-01", registered(ORPHAN)).refused("I17")
    small_child(("2025-05-01", kin("agree", AUNT))).when("2025-06-01", registered(ORPHAN)).recorded()
    small_child(("2025-05-01", kin("nobody"))).when("2025-06-01", registered(ORPHAN)).recorded()


def test_one_who_disagrees_is_enough_until_they_agree() -> None:
    one_against = (("2025-05-01", kin("agree", AUNT)), ("2025-05-02", kin("disagree", UNCLE)))
    small_child(*one_against).when("2025-06-01", registered(ORPHAN)).refused("I17")
    file = small_child(*one_against, ("2025-05-20", kin("agree", UNCLE)))
    file.when("2025-06-01", registered(ORPHAN)).recorded()


def test_an_orphans_kin_as_found_and_by_exception() -> None:
    file = small_child().when("2025-06-01", registered(ORPHAN), origin="import").recorded("I17")
    assert file.found() == {("I17", "no_evidence")}
    file = small_child(("2025-05-02", kin("disagree", UNCLE)))
    file.when("2025-06-01", registered(ORPHAN), origin="import").recorded("I17")
    assert file.found() == {("I17", "breach")}
    small_child().when("2025-06-01", registered(ORPHAN), exception="I17").recorded("I17")


# I18


def rescued(
    certificate: str | None = "final", received: str = "2024-05-31", certified: str = "2025-06-01"
) -> Given:
    """A rescued child with adopters, a report and a notice, and the police's certificate."""
    file = given(
        ("2024-05-31", born("2022-05-01")),
        ("2025-01-02", application()),
        (received, some(ChildReceived)),
        ("2024-05-31", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-01", report()),
        ("2025-04-02", some(AdoptionAgreementSigned, is_police_party=True, is_cooperation_agreed=True)),
    )
    if certificate is not None:
        file.and_(certified, some(NotFoundCertificateIssued, certificate_kind=certificate))
    return file


@pytest.mark.rule("I18")
def test_a_rescued_child_is_adopted_twelve_months_after_delivery() -> None:
    rescued().when("2025-05-30", registered()).refused("I18")
    rescued().when("2025-05-31", registered()).refused("I18")
    rescued().when("2025-06-01", registered()).recorded()


def test_a_rescued_child_is_adopted_only_with_the_final_certificate() -> None:
    rescued(certificate=None).when("2025-06-30", registered()).refused("I18")
    rescued(certificate="interim").when("2025-06-30", registered()).refused("I18")


def test_a_rescued_child_as_found_and_by_exception() -> None:
    early = rescued().when("2025-05-15", registered(), origin="import").recorded("I18")
    assert early.found() == {("I18", "breach"), ("I18", "no_evidence")}
    silent = rescued(certificate=None).when("2025-06-30", registered(), origin="import").recorded("I18")
    assert silent.found() == {("I18", "no_evidence")}
    rescued().when("2025-05-15", registered(), exception="I18").recorded("I18")


def test_a_reception_of_an_unknown_day_leaves_open_whether_the_year_has_passed() -> None:
    file = (
        rescued(received="2024-05", certified="2025-05-10").when("2025-05-15", registered()).recorded("I18")
    )
    assert file.found() == {("I18", "uncertain"), ("D04", "uncertain")}


# I20


def test_registration_ends_guardianship_and_care_and_the_child_is_adopted() -> None:
    file = small_child(
        ("2023-01-01", some(LongTermGuardianshipConfirmed)),
        ("2023-01-01", some(CareModeAssigned, mode="family_style")),
        ("2025-06-01", registered()),
    )
    for attribute in (GUARDIANSHIP, CARE_MODE):
        assert file.now(attribute, "2025-05-31") is not None
        assert file.now(attribute, "2025-06-01") is None
    assert (file.now(STAGE, "2025-06-01"), file.now(ADOPTED, "2025-06-01")) == ("adopted", FOUNDLING)


def test_an_adopted_child_is_not_adopted_again_unless_they_came_back() -> None:
    file = small_child(("2025-06-01", registered()), ("2025-06-10", report()), ("2025-06-10", application()))
    file.and_("2025-06-02", some(RegistrarNoticePublished))
    file.when("2025-09-01", registered()).refused("I20")
    file = small_child(("2025-06-01", registered()), ("2025-06-05", some(ChildReceived)))
    file.and_("2025-06-10", report()).and_("2025-06-10", some(RegistrarNoticePublished))
    file.and_("2025-06-10", application())
    file.when("2025-09-01", registered()).recorded()


def test_leaving_by_adoption_on_the_same_day_is_no_second_adoption() -> None:
    left = some(DepartureCompleted, reason="01")
    small_child(("2025-06-01", left)).when("2025-06-01", registered()).recorded()
