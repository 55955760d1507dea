"""Adoption: what must have happened before it is registered, and what follows from registration."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.event import Event, Unknown
from domain.events.adoption.assessment import (
    INTEGRATING,
    AdoptabilityAssessed,
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentReportIssued,
    IntegrationEnded,
    IntegrationStarted,
    RegistrarNoticeExpired,
    RegistrarNoticePublished,
)
from domain.events.adoption.registration import (
    ADOPTED,
    AdoptionRegistered,
    ChildConsentRecorded,
    RelatedPartyConsentRecorded,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.guardianship import GUARDIANSHIP, LongTermGuardianshipConfirmed
from domain.events.health import DisabilityCertificateIssued
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeCategoryDetermined
from domain.events.record import EntryWithdrawn
from domain.events.search import (
    NotFoundCertificateIssued,
    ParentageConfirmed,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from domain.life import STAGE
from tests.support.given import Given, given, some

ADOPTER = UUID("00000000-0000-4000-8000-00000000000a")
CLAIMANT = UUID("00000000-0000-4000-8000-00000000000c")
AUNT = UUID("00000000-0000-4000-8000-00000000000d")
UNCLE = UUID("00000000-0000-4000-8000-00000000000e")
FOUNDLING, ORPHAN, NO_CAPACITY, STEPCHILD, HARDSHIP = "1", "2", "3", "4", "5"


def registered(category: str | Unknown = FOUNDLING, **said: Any) -> AdoptionRegistered:
    return some(AdoptionRegistered, category=category, **said)


def born(day: str, until: str | None = None) -> IdentityRecorded:
    last = None if until is None else date.fromisoformat(until)
    return some(IdentityRecorded, birth_on=date.fromisoformat(day), birth_until=last)


def report(conclusion: str = "suitable") -> AdoptionAssessmentReportIssued:
    return some(AdoptionAssessmentReportIssued, conclusion=conclusion, assessors=("甲", "乙"))


def consent(result: str = "agree") -> ChildConsentRecorded:
    return some(ChildConsentRecorded, result=result)


def kin(result: str, person: UUID | None = None) -> RelatedPartyConsentRecorded:
    return some(RelatedPartyConsentRecorded, result=result, person=person)


def application(children: int | Unknown, adopter: UUID = ADOPTER) -> AdopterApplicationReceived:
    return some(AdopterApplicationReceived, adopter=adopter, children_count=children)


def visited() -> PostAdoptionVisitMade:
    return some(PostAdoptionVisitMade, mode="home")


def small_child(*more: tuple[Any, ...], birth: str = "2022-05-01") -> Given:
    """A child of three, received in 2022, with an assessment and a notice of 1 March 2025."""
    return given(
        ("2022-06-01", born(birth)),
        ("2022-06-01", some(ChildReceived)),
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-01", report()),
        *more,
    )


def without(kind: type[Event], file: Given) -> Given:
    file.entries = [entry for entry in file.entries if not isinstance(entry.event, kind)]
    return file


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
    file.when("2026-06-01", registered()).refused("I12", "I13")


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


# D07


def test_the_notice_runs_sixty_days_and_its_end_is_recorded() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)))
    clock = file.clock("D07")
    assert clock.due.last == date(2025, 4, 30)
    assert (clock.number is not None, clock.number and clock.number.verified) == (True, True)
    asked = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 4, 30), date(2025, 5, 1))
    assert [clock.state(day) for day in asked] == [None, "due", "due", "overdue"]
    on_time = file.and_("2025-04-30", some(RegistrarNoticeExpired)).clock("D07")
    assert on_time.state(date(2025, 4, 30)) == "met"


def test_a_notice_recorded_as_expired_a_day_late_is_met_late() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-05-01", some(RegistrarNoticeExpired)))
    assert file.clock("D07").state(date(2025, 5, 1)) == "met_late"


def test_a_notice_of_which_only_the_month_is_known_runs_out_within_an_interval() -> None:
    clock = given(("2025-03", some(RegistrarNoticePublished))).clock("D07")
    assert (clock.due.first, clock.due.last) == (date(2025, 4, 30), date(2025, 5, 30))


def test_nobody_waits_for_a_notice_after_the_adoption_found_parents_or_a_new_notice() -> None:
    for ends in (registered(), some(ParentageConfirmed, claimant=CLAIMANT), some(DepartureCompleted)):
        file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-04-10", ends))
        assert file.clock("D07").state(date(2025, 4, 9)) == "due"
        assert file.clock("D07").state(date(2025, 4, 10)) == "void"
    anew = given(
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-10", some(RegistrarNoticePublished)),
        ("2025-06-09", some(RegistrarNoticeExpired)),
    )
    assert [clock.state(date(2025, 6, 9)) for clock in anew.clocks("D07")] == ["void", "met"]


# I14


def test_a_child_of_eight_on_the_day_must_have_agreed_and_one_of_seven_need_not() -> None:
    file = small_child(birth="2017-06-01")
    file.when("2025-05-31", registered()).recorded()
    file = small_child(birth="2017-06-01")
    file.when("2025-06-01", registered()).refused("I14")
    file = small_child(("2025-05-20", consent()), birth="2017-06-01")
    file.when("2025-06-01", registered()).recorded()


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


def test_before_the_civil_code_the_age_is_not_verified_and_its_rule_only_warns() -> None:
    file = given(
        ("2012-06-01", born("2010-01-01")),
        ("2018-03-01", some(RegistrarNoticePublished)),
        ("2018-04-01", report()),
    )
    file.when("2018-09-01", registered()).recorded("I14")


def test_correcting_the_birth_brings_the_consent_into_question() -> None:
    file = small_child(("2025-06-01", registered()), birth="2018-01-01")
    assert file.found() == set()
    file.and_("2022-06-01", born("2015-01-01"), corrects=file.entries[0])
    assert file.found() == {("I14", "no_evidence")}


# I16


def test_who_has_two_children_does_not_adopt_a_child_of_parents_in_difficulty() -> None:
    file = small_child(("2025-01-05", application(2)))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).refused("I16")


@pytest.mark.parametrize("children", [0, 1])
def test_who_has_no_child_or_one_may_adopt(children: int) -> None:
    file = small_child(("2025-01-05", application(children)))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).recorded()


def test_the_number_of_children_must_be_known() -> None:
    small_child().when("2025-06-01", registered(HARDSHIP)).refused("I16")
    file = small_child(("2025-01-05", application(Unknown("not_asked"))))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).refused("I16")
    file.entries.pop()
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER), exception="I16").recorded("I16")


def test_the_application_of_those_who_adopt_counts_and_not_another_one() -> None:
    other = UUID("00000000-0000-4000-8000-00000000000b")
    file = small_child(("2025-01-05", application(1)), ("2025-02-05", application(3, other)))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).recorded()


@pytest.mark.parametrize("category", [FOUNDLING, ORPHAN, STEPCHILD, "7"])
def test_orphans_foundlings_of_an_institution_and_stepchildren_are_adopted_without_a_limit(
    category: str,
) -> None:
    file = small_child(("2025-01-05", application(3)), ("2025-01-05", kin("nobody")))
    file.when("2025-06-01", registered(category, adopter=ADOPTER)).recorded()


def test_a_disabled_child_is_adopted_without_a_limit() -> None:
    certificate = some(DisabilityCertificateIssued, disability_class="1", grade="2")
    file = small_child(("2025-01-05", application(3)), ("2024-01-05", certificate))
    file.when("2025-06-01", registered(NO_CAPACITY, adopter=ADOPTER)).recorded()


def test_before_the_civil_code_no_number_of_children_is_known_to_be_the_limit() -> None:
    file = given(("2016-06-01", born("2016-01-01")), ("2018-04-01", report()), ("2018-01-05", application(3)))
    file.when("2018-09-01", registered(HARDSHIP, adopter=ADOPTER)).recorded()


def test_a_register_with_too_many_children_shows_a_breach() -> None:
    file = small_child(("2025-01-05", application(2)))
    file.when("2025-06-01", registered(HARDSHIP), origin="import").recorded("I16")
    assert file.found() == {("I16", "breach")}


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


def rescued(certificate: str | None = "final", received: str = "2024-05-31") -> Given:
    """A rescued child with a report and a notice, the police's certificate of 1 May 2025."""
    file = given(
        ("2024-05-31", born("2022-05-01")),
        (received, some(ChildReceived)),
        ("2024-05-31", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-01", report()),
    )
    if certificate is not None:
        file.and_("2025-05-01", some(NotFoundCertificateIssued, certificate_kind=certificate))
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
    assert early.found() == {("I18", "breach")}
    silent = rescued(certificate=None).when("2025-06-30", registered(), origin="import").recorded("I18")
    assert silent.found() == {("I18", "no_evidence")}
    rescued().when("2025-05-15", registered(), exception="I18").recorded("I18")


def test_a_reception_of_an_unknown_day_leaves_open_whether_the_year_has_passed() -> None:
    file = rescued(received="2024-05").when("2025-05-15", registered()).recorded("I18")
    assert file.found() == {("I18", "uncertain")}


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
    file = small_child(("2025-06-01", registered()), ("2025-06-10", report()))
    file.and_("2025-06-02", some(RegistrarNoticePublished))
    file.when("2025-09-01", registered()).refused("I20")
    file = small_child(("2025-06-01", registered()), ("2025-06-05", some(ChildReceived)))
    file.and_("2025-06-10", report()).and_("2025-06-10", some(RegistrarNoticePublished))
    file.when("2025-09-01", registered()).recorded()


def test_leaving_by_adoption_on_the_same_day_is_no_second_adoption() -> None:
    left = some(DepartureCompleted, reason="01")
    small_child(("2025-06-01", left)).when("2025-06-01", registered()).recorded()


# D09


def test_a_short_integration_and_a_late_report_warn_and_never_refuse() -> None:
    started = ("2025-01-01", some(IntegrationStarted))
    given(started).when("2025-01-30", some(IntegrationEnded)).recorded("D09")
    given(started).when("2025-01-31", some(IntegrationEnded)).recorded()
    consented = ("2025-01-01", some(AdoptionAssessmentConsented))
    given(consented).when("2025-03-02", report()).recorded()
    given(consented).when("2025-03-03", report()).recorded("D09")


# D32


def test_four_visits_follow_an_adoption_and_meet_their_clocks_in_turn() -> None:
    file = small_child(("2025-01-31", registered()))
    clocks = file.clocks("D32")
    assert [clock.due.last for clock in clocks] == [
        date(2025, 2, 28),
        date(2025, 4, 30),
        date(2025, 7, 31),
        date(2026, 1, 31),
    ]
    assert not any(clock.number and clock.number.verified for clock in clocks)
    file.and_("2025-02-28", visited()).and_("2025-05-01", visited())
    states = [clock.state(date(2025, 8, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "met_late", "overdue", "due"]


def test_shanghai_asks_for_one_visit_within_three_months() -> None:
    clock = given(("2025-01-31", registered(), {"region": "310101"})).clock("D32")
    assert clock.due.last == date(2025, 4, 30)
    assert clock.number is not None
    assert clock.number.verified


def test_no_visit_is_asked_for_after_death_or_when_the_child_is_in_care_again() -> None:
    for ends in (some(ChildDied), some(ChildReceived)):
        file = given(("2025-01-31", registered()), ("2025-02-20", visited()), ("2025-03-10", ends))
        states = [clock.state(date(2025, 3, 10)) for clock in file.clocks("D32")]
        assert states == ["met", "void", "void", "void"]


def test_leaving_the_institution_does_not_end_the_visits() -> None:
    file = given(("2025-01-31", registered()), ("2025-02-03", some(DepartureCompleted, reason="01")))
    assert [clock.state(date(2025, 3, 1)) for clock in file.clocks("D32")] == ["overdue", "due", "due", "due"]


def test_visits_after_a_second_adoption_do_not_meet_those_of_the_first() -> None:
    file = given(
        ("2023-01-31", registered()),
        ("2023-02-10", visited()),
        ("2023-03-10", some(ChildReceived)),
        ("2025-01-31", registered()),
        ("2025-02-10", visited()),
    )
    states = [clock.state(date(2025, 3, 1)) for clock in file.clocks("D32")]
    assert states.count("met") == 2
    assert states.count("void") == 3


def test_correcting_the_day_of_registration_moves_the_visits() -> None:
    file = small_child(("2025-06-01", registered()))
    file.and_("2025-06-11", registered(), corrects=file.last)
    assert file.clocks("D32")[0].due.last == date(2025, 7, 11)
