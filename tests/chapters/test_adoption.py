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
    Applicant,
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
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeCategoryDetermined, ReferralReceived
from domain.events.record import EntryWithdrawn
from domain.events.search import (
    NotFoundCertificateIssued,
    ParentageConfirmed,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from domain.life import STAGE
from domain.when import add
from tests.support.adopters import ADOPTER, application
from tests.support.given import Given, citizen_id, given, some

OTHERS = UUID("00000000-0000-4000-8000-00000000000b")
CLAIMANT = UUID("00000000-0000-4000-8000-00000000000c")
AUNT = UUID("00000000-0000-4000-8000-00000000000d")
UNCLE = UUID("00000000-0000-4000-8000-00000000000e")
FOUNDLING, ORPHAN, NO_CAPACITY, STEPCHILD, HARDSHIP, KIN_CHILD = "1", "2", "3", "4", "5", "6"
MALE, FEMALE = "1", "2"


def registered(category: str | Unknown = FOUNDLING, **said: Any) -> AdoptionRegistered:
    return some(AdoptionRegistered, category=category, **said)


def born(day: str, until: str | None = None) -> IdentityRecorded:
    last = None if until is None else date.fromisoformat(until)
    return some(IdentityRecorded, birth_on=date.fromisoformat(day), birth_until=last)


def report(
    conclusion: str | Unknown = "suitable", adopter: UUID | None = None
) -> AdoptionAssessmentReportIssued:
    return some(
        AdoptionAssessmentReportIssued, conclusion=conclusion, assessors=("甲", "乙"), adopter=adopter
    )


def consent(result: str | Unknown = "agree", adopter: UUID | None = None) -> ChildConsentRecorded:
    return some(ChildConsentRecorded, result=result, adopter=adopter)


def kin(result: str | Unknown, person: UUID | None = None) -> RelatedPartyConsentRecorded:
    return some(RelatedPartyConsentRecorded, result=result, person=person)


def visited() -> PostAdoptionVisitMade:
    return some(PostAdoptionVisitMade, mode="home")


def small_child(*more: tuple[Any, ...], birth: str = "2022-05-01") -> Given:
    """A child of three, found in 2022; adopters who may adopt, a notice of 1 March 2025 and an assessment."""
    return given(
        ("2022-06-01", born(birth)),
        ("2022-06-01", some(ReferralReceived, child_situation="05")),
        ("2022-06-01", some(ChildReceived)),
        ("2025-01-02", application()),
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


@pytest.mark.rule("D07")
def test_the_notice_runs_sixty_days_and_its_end_is_recorded() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)))
    clock = file.clock("D07")
    assert clock.due.last == date(2025, 5, 1)
    assert (clock.number is not None, clock.number and clock.number.verified) == (True, True)
    asked = (date(2025, 2, 28), date(2025, 3, 1), date(2025, 5, 1), date(2025, 5, 2))
    assert [clock.state(day) for day in asked] == [None, "due", "due", "overdue"]
    on_time = file.and_("2025-05-01", some(RegistrarNoticeExpired)).clock("D07")
    assert on_time.state(date(2025, 5, 1)) == "met"


@pytest.mark.rule("D07")
@pytest.mark.parametrize("day", ["2025-03-02", "2025-04-30"])
def test_an_expiry_within_the_sixty_days_is_a_finding_and_does_not_meet_the_notice(day: str) -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)))
    file.when(day, some(RegistrarNoticeExpired)).recorded("D07")
    assert file.found() == {("D07", "breach")}
    assert file.clock("D07").state(date(2025, 5, 2)) == "overdue"
    after = given(("2025-03-01", some(RegistrarNoticePublished)))
    after.when("2025-05-01", some(RegistrarNoticeExpired)).recorded()


def test_a_notice_recorded_as_expired_a_day_late_is_met_late() -> None:
    file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-05-02", some(RegistrarNoticeExpired)))
    assert file.clock("D07").state(date(2025, 5, 2)) == "met_late"


def test_a_notice_of_which_only_the_month_is_known_runs_out_within_an_interval() -> None:
    clock = given(("2025-03", some(RegistrarNoticePublished))).clock("D07")
    assert (clock.due.first, clock.due.last) == (date(2025, 5, 1), date(2025, 5, 31))


def test_nobody_waits_for_a_notice_after_the_adoption_found_parents_or_a_new_notice() -> None:
    for ends in (registered(), some(ParentageConfirmed, claimant=CLAIMANT), some(DepartureCompleted)):
        file = given(("2025-03-01", some(RegistrarNoticePublished)), ("2025-04-10", ends))
        assert file.clock("D07").state(date(2025, 4, 9)) == "due"
        assert file.clock("D07").state(date(2025, 4, 10)) == "void"
    anew = given(
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-10", some(RegistrarNoticePublished)),
        ("2025-06-10", some(RegistrarNoticeExpired)),
    )
    assert [clock.state(date(2025, 6, 10)) for clock in anew.clocks("D07")] == ["void", "met"]


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


def before_the_civil_code(
    birth: str = "2010-01-01", *more: tuple[Any, ...], children: int = 0, **said: Any
) -> Given:
    """A child found in 2012, with all that an adoption of September 2018 needs, but for what is said."""
    return given(
        ("2012-06-01", born(birth)),
        ("2012-06-01", some(ReferralReceived, child_situation="05")),
        ("2012-06-01", some(ChildReceived)),
        ("2018-01-05", application(children, **said)),
        ("2018-03-01", some(RegistrarNoticePublished)),
        ("2018-04-01", report()),
        *more,
    )


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
    assert file.found() == {("I14", "no_evidence")}


# I15


def adopters(*people: Applicant, marital: str | Unknown = "10", **said: Any) -> AdopterApplicationReceived:
    """An application of these people, of one single person where nothing else is said."""
    return application(said.pop("children_count", 0), applicants=people, marital=marital, **said)


def person(birth: str | None, sex: str | Unknown = FEMALE) -> Applicant:
    return some(Applicant, sex=sex, birth_on=None if birth is None else date.fromisoformat(birth))


def adopted_by(asked: AdopterApplicationReceived, birth: str = "2022-05-01", sex: str = FEMALE) -> Given:
    """A child of that sex, for whom these people asked on 5 January 2025, with all else in place."""
    file = without(AdopterApplicationReceived, small_child())
    identity = some(IdentityRecorded, birth_on=date.fromisoformat(birth), sex=sex)
    return file.and_("2022-06-01", identity).and_("2025-01-05", asked)


def said_of(file: Given) -> list[str]:
    """What the last entry is told about its rules, without the rules' own words."""
    return [found.refusal.detail.zh for found in file.judgements if found.refusal.detail]


@pytest.mark.rule("I15")
@pytest.mark.parametrize(
    ("birth", "rules"), [("1995-06-02", ("I15",)), ("1995-06-01", ()), ("1995-05-31", ())]
)
def test_an_adopter_is_thirty_on_the_day_of_registration(birth: str, rules: tuple[str, ...]) -> None:
    file = adopted_by(adopters(person(birth))).when("2025-06-01", registered()).refused(*rules)
    assert said_of(file) == (["收养人未满30周岁"] if rules else [])
    both = adopters(person("1980-01-01"), person(birth, MALE), marital="21")
    adopted_by(both).when("2025-06-01", registered()).refused(*rules)


@pytest.mark.rule("I15")
def test_an_adopters_age_follows_from_the_citizen_id_or_from_the_age_on_applying() -> None:
    for born_on, rules in (("1995-06-02", ("I15",)), ("1995-06-01", ())):
        holder = some(Applicant, sex=FEMALE, citizen_id=citizen_id(born_on, "002"))
        adopted_by(adopters(holder)).when("2025-06-01", registered()).refused(*rules)
    for age, kinds in ((28, ["breach"]), (29, ["uncertain"]), (30, [])):
        file = adopted_by(adopters(some(Applicant, sex=FEMALE, age=age)))
        file.when("2025-06-01", registered())
        assert [found.refusal.kind for found in file.judgements] == kinds


@pytest.mark.rule("I15")
def test_who_is_married_adopts_together_with_the_spouse() -> None:
    alone = adopted_by(adopters(person("1980-01-01"), marital="21"))
    assert said_of(alone.when("2025-06-01", registered()).refused("I15")) == ["有配偶者应当夫妻共同收养"]
    for unmarried in ("10", "30", "40"):
        adopted_by(adopters(person("1980-01-01"), marital=unmarried)).when(
            "2025-06-01", registered()
        ).recorded()
    two = adopters(person("1980-01-01"), person("1980-01-01", MALE), marital="10")
    adopted_by(two).when("2025-06-01", registered()).recorded("I15")


@pytest.mark.rule("I15")
@pytest.mark.parametrize(
    ("birth", "rules"), [("1982-05-02", ("I15",)), ("1982-05-01", ()), ("1982-04-30", ())]
)
@pytest.mark.parametrize(("adopter", "child"), [(MALE, FEMALE), (FEMALE, MALE)])
def test_a_single_adopter_is_forty_years_older_than_a_child_of_the_other_sex(
    birth: str, rules: tuple[str, ...], adopter: str, child: str
) -> None:
    file = adopted_by(adopters(person(birth, adopter)), sex=child)
    file.when("2025-06-01", registered()).refused(*rules)
    adopted_by(adopters(person(birth, adopter)), sex=adopter).when("2025-06-01", registered()).recorded()
    kin_child = adopted_by(adopters(person(birth, adopter)), sex=child)
    kin_child.when("2025-06-01", registered(KIN_CHILD)).recorded()


@pytest.mark.rule("I15")
def test_before_the_civil_code_the_forty_years_are_asked_of_a_single_man_who_adopts_a_girl() -> None:
    for adopter, child, rules in ((MALE, FEMALE, ("I15",)), (FEMALE, MALE, ()), (MALE, MALE, ())):
        file = before_the_civil_code("2016-01-01", applicants=(person("1980-01-01", adopter),), marital="10")
        file.and_("2016-01-01", some(IdentityRecorded, birth_on=date(2016, 1, 1), sex=child))
        file.when("2020-12-31", registered()).refused(*rules)
        file.entries.pop()
        file.when("2021-01-01", registered()).refused(*(("I15",) if adopter != child else ()))


@pytest.mark.rule("I15")
def test_adopters_are_healthy_and_since_the_civil_code_without_an_adverse_record() -> None:
    def asked(**said: Any) -> Given:
        return adopted_by(application(**said))

    for said, kinds in (
        ({"health_certificate": "unsuitable"}, ["breach"]),
        ({"health_certificate": "not_submitted"}, ["no_evidence"]),
        ({"crime_check": "adverse"}, ["breach"]),
        ({"crime_check": "pending"}, ["no_evidence"]),
    ):
        file = asked(**said).when("2025-06-01", registered()).refused("I15")
        assert [found.refusal.kind for found in file.judgements] == kinds
    for day, rules in (("2020-12-31", ()), ("2021-01-01", ("I15",))):
        old = before_the_civil_code("2016-01-01", crime_check="adverse")
        old.when(day, registered()).refused(*rules)


@pytest.mark.rule("I15")
@pytest.mark.parametrize(
    "said",
    [
        {"applicants": Unknown("not_asked")},
        {"applicants": (some(Applicant, sex=FEMALE), some(Applicant, sex=MALE, age=40))},
        {"marital": Unknown("not_asked")},
        {"marital": "90"},
        {"health_certificate": Unknown("not_on_paper")},
        {"crime_check": Unknown("not_on_paper")},
    ],
)
def test_what_is_not_known_of_the_adopters_is_never_passed(said: dict[str, Any]) -> None:
    file = adopted_by(application(**said)).when("2025-06-01", registered()).refused("I15")
    assert {found.refusal.kind for found in file.judgements} == {"no_evidence"}
    as_found = adopted_by(application(**said)).when("2025-06-01", registered(), origin="import")
    assert as_found.recorded("I15").found() == {("I15", "no_evidence")}


@pytest.mark.rule("I15")
def test_an_unknown_sex_leaves_open_whether_forty_years_are_asked() -> None:
    for adopter, child in ((Unknown("not_asked"), FEMALE), ("9", FEMALE), (MALE, "0")):
        file = adopted_by(adopters(person("1985-01-01", adopter)), sex=child)
        file.when("2025-06-01", registered()).recorded("I15")
        assert file.found() == {("I15", "uncertain")}


@pytest.mark.rule("I15")
def test_the_law_asks_nothing_of_a_stepchilds_adopter() -> None:
    file = adopted_by(adopters(person("2000-01-01"), marital="21", health_certificate="unsuitable"))
    file.when("2025-06-01", registered(STEPCHILD)).recorded()


# R-ADO-2


@pytest.mark.rule("R-ADO-2")
@pytest.mark.parametrize("category", [FOUNDLING, HARDSHIP, KIN_CHILD, STEPCHILD])
def test_nobody_of_eighteen_is_adopted_not_by_kin_either(category: str) -> None:
    for birth, rules in (("2007-06-02", ()), ("2007-06-01", ("R-ADO-2",)), ("2007-05-31", ("R-ADO-2",))):
        file = small_child(("2025-06-01", consent()), birth=birth)
        file.when("2025-06-01", registered(category)).refused(*rules)
    nineteen = small_child(("2025-06-01", consent()), birth="2006-01-01")
    nineteen.when("2025-06-01", registered(category)).refused("R-ADO-2")


@pytest.mark.rule("R-ADO-2")
def test_before_the_civil_code_nobody_of_fourteen_is_adopted_but_by_kin_or_a_step_parent() -> None:
    for birth, rules in (("2004-09-02", ()), ("2004-09-01", ("R-ADO-2",)), ("2004-08-31", ("R-ADO-2",))):
        file = before_the_civil_code(birth, ("2018-08-31", consent()))
        file.when("2018-09-01", registered()).refused(*rules)
    for category in (KIN_CHILD, STEPCHILD):
        file = before_the_civil_code("2002-01-01", ("2018-08-31", consent()))
        file.when("2018-09-01", registered(category)).recorded()
    of_fourteen = before_the_civil_code("2006-06-01", ("2018-08-31", consent()))
    of_fourteen.when("2020-12-31", registered()).refused("R-ADO-2")
    of_fourteen.entries.pop()
    of_fourteen.when("2021-01-01", registered()).recorded()


@pytest.mark.rule("R-ADO-2")
def test_of_whom_it_is_not_known_whether_they_are_of_age_the_adoption_is_a_finding() -> None:
    file = small_child(("2025-06-01", consent())).and_("2022-06-01", born("2007-01-01", "2007-12-31"))
    file.when("2025-06-01", registered()).recorded("R-ADO-2")
    assert file.found() == {("R-ADO-2", "uncertain")}


# The category


@pytest.mark.rule("I13", "I16", "I17", "I18", "R-ADO-2")
def test_an_unknown_category_switches_no_rule_off() -> None:
    def unsaid(*happened: tuple[Any, ...], but: type[Event] | None = None) -> set[tuple[str, str]]:
        file = small_child(*happened)
        if but is not None:
            file = without(but, file)
        file.when("2025-06-01", registered(Unknown("not_on_paper"))).refused()
        return file.found()

    assert unsaid(("2025-05-01", kin("nobody"))) == set()
    assert unsaid() == {("I17", "uncertain")}
    alone = ("2025-05-01", kin("nobody"))
    assert unsaid(alone, but=RegistrarNoticePublished) == {("I13", "uncertain")}
    assert unsaid(alone, ("2025-01-05", application(3))) == {("I16", "uncertain")}
    assert unsaid(alone, ("2025-01-05", application(crime_check="adverse"))) == {("I15", "uncertain")}
    assert unsaid(alone, but=ReferralReceived) == {("I18", "uncertain")}


@pytest.mark.rule("I12")
def test_an_assessment_is_asked_for_since_the_civil_code() -> None:
    for day, rules in (("2020-12-31", ()), ("2021-01-01", ("I12",)), ("2021-01-02", ("I12",))):
        file = without(AdoptionAssessmentReportIssued, before_the_civil_code("2016-01-01"))
        file.when(day, registered()).refused(*rules)


@pytest.mark.rule("I12")
def test_a_report_without_a_conclusion_or_on_others_is_no_report_that_says_yes() -> None:
    bare = without(AdoptionAssessmentReportIssued, small_child())
    bare.and_("2025-04-01", report(Unknown("not_on_paper"))).when("2025-06-01", registered()).recorded("I12")
    bare = without(AdoptionAssessmentReportIssued, small_child()).and_("2025-04-01", report(adopter=OTHERS))
    bare.when("2025-06-01", registered(adopter=ADOPTER)).refused("I12")


@pytest.mark.rule("I17")
def test_one_whose_answer_is_unknown_has_not_agreed() -> None:
    file = small_child(("2025-05-01", kin("agree", AUNT)), ("2025-05-02", kin(Unknown("not_asked"), UNCLE)))
    file.when("2025-06-01", registered(ORPHAN)).refused("I17")
    file = small_child(("2025-05-01", kin("disagree")), ("2025-05-02", kin("agree")))
    file.when("2025-06-01", registered(ORPHAN)).refused("I17")


@pytest.mark.rule("I18")
def test_a_child_of_an_unknown_situation_may_have_been_rescued() -> None:
    file = without(ReferralReceived, small_child()).when("2025-06-01", registered()).recorded("I18")
    assert file.found() == {("I18", "uncertain")}
    orphan = without(ReferralReceived, small_child(("2025-05-01", kin("nobody"))))
    orphan.when("2025-06-01", registered(ORPHAN)).recorded()


# The law of the day


@pytest.mark.rule("I14", "I15", "I16", "R-ADO-2")
@pytest.mark.parametrize(
    ("day", "speaks_against"),
    [
        # 收养法 (1998): under fourteen; asked from ten on; no child; forty years for a man and a girl.
        ("2019-05-20", {"I16"}),
        # 民法典: under eighteen; asked from eight on; one child at most; forty years whoever is single.
        ("2021-05-20", {"I14", "I15"}),
        ("2026-05-20", {"I14", "I15"}),
    ],
)
def test_the_same_adoption_is_judged_by_the_law_of_its_day(day: str, speaks_against: set[str]) -> None:
    """A single woman of 39 with one child adopts a boy of nine, whom nobody asked."""
    registered_on = date.fromisoformat(day)

    def before(*, years: int = 0, months: int = 0) -> date:
        return add(registered_on, months=-12 * years - months)

    woman = some(Applicant, sex=FEMALE, birth_on=before(years=39))
    file = given(
        (before(years=5), some(IdentityRecorded, birth_on=before(years=9), sex=MALE)),
        (before(years=5), some(ReferralReceived, child_situation="15")),
        (before(years=5), some(ChildReceived)),
        (before(months=4), adopters(woman, children_count=1)),
        (before(months=2), report()),
    )
    file.when(registered_on, registered(HARDSHIP)).refused(*speaks_against)


# I16


def test_who_has_two_children_does_not_adopt_a_child_of_parents_in_difficulty() -> None:
    file = small_child(("2025-01-05", application(2)))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).refused("I16")


@pytest.mark.parametrize("children", [0, 1])
def test_who_has_no_child_or_one_may_adopt(children: int) -> None:
    file = small_child(("2025-01-05", application(children)))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).recorded()


def test_the_number_of_children_must_be_known() -> None:
    silent = without(AdopterApplicationReceived, small_child())
    silent.when("2025-06-01", registered(HARDSHIP)).refused("I15", "I16")
    file = small_child(("2025-01-05", application(Unknown("not_asked"))))
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).refused("I16")
    file.entries.pop()
    file.when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER), exception="I16").recorded("I16")


def test_the_application_of_those_who_adopt_counts_and_not_another_one() -> None:
    two_asked = (("2025-01-05", application(1)), ("2025-02-05", application(3, OTHERS)))
    own = ("2025-04-02", report(adopter=ADOPTER))
    small_child(*two_asked, own).when("2025-06-01", registered(HARDSHIP, adopter=ADOPTER)).recorded()
    theirs = ("2025-04-02", report(adopter=OTHERS))
    small_child(own, *two_asked, theirs).when("2025-06-01", registered(HARDSHIP, adopter=OTHERS)).refused(
        "I16"
    )
    unsaid = small_child(*two_asked, own).when("2025-06-01", registered(HARDSHIP))
    assert {found.refusal.kind for found in unsaid.judgements if found.rule.id == "I15"} == {"uncertain"}


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


@pytest.mark.rule("I16")
def test_before_the_civil_code_who_has_a_child_does_not_adopt_but_an_orphan_or_the_like() -> None:
    no_child = before_the_civil_code("2016-01-01", children=0)
    no_child.when("2018-09-01", registered(HARDSHIP)).recorded()
    before_the_civil_code("2016-01-01", children=1).when("2018-09-01", registered(HARDSHIP)).refused("I16")
    for category in (FOUNDLING, ORPHAN, STEPCHILD):
        file = before_the_civil_code("2016-01-01", ("2018-05-01", kin("nobody")), children=1)
        file.when("2018-09-01", registered(category)).recorded()
    disabled = ("2017-01-05", some(DisabilityCertificateIssued, disability_class="1", grade="2"))
    file = before_the_civil_code("2016-01-01", disabled, children=1)
    file.when("2018-09-01", registered(HARDSHIP)).recorded()


@pytest.mark.rule("I16")
def test_one_child_is_no_hindrance_from_the_first_day_of_the_civil_code() -> None:
    for day, rules in (("2020-12-31", ("I16",)), ("2021-01-01", ()), ("2021-01-02", ())):
        before_the_civil_code("2016-01-01", children=1).when(day, registered(HARDSHIP)).refused(*rules)
    before_the_civil_code("2016-01-01", children=2).when("2021-01-01", registered(HARDSHIP)).refused("I16")


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
    assert states == ["met", "overdue", "met", "due"]
    file.and_("2025-07-20", visited())
    states = [clock.state(date(2025, 8, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "met_late", "met", "due"]


@pytest.mark.rule("D32")
def test_four_calls_in_the_first_week_are_the_first_visit_and_no_other() -> None:
    file = small_child(("2025-01-31", registered()))
    for day in ("2025-02-01", "2025-02-02", "2025-02-04", "2025-02-06"):
        file.and_(day, some(PostAdoptionVisitMade, mode="phone"))
    states = [clock.state(date(2026, 2, 1)) for clock in file.clocks("D32")]
    assert states == ["met", "overdue", "overdue", "overdue"]


@pytest.mark.rule("D32")
@pytest.mark.parametrize(
    ("day", "states"), [("2025-02-28", ["met", "due"]), ("2025-03-01", ["overdue", "met"])]
)
def test_a_visit_is_for_the_time_it_lies_in(day: str, states: list[str]) -> None:
    file = small_child(("2025-01-31", registered()), (day, visited()))
    assert [clock.state(date(2025, 3, 2)) for clock in file.clocks("D32")][:2] == states


@pytest.mark.rule("D32")
def test_a_visit_made_late_is_for_the_time_it_was_planned_for() -> None:
    planned = some(PostAdoptionVisitMade, mode="home", planned_on=date(2025, 2, 26))
    file = small_child(("2025-01-31", registered()), ("2025-03-03", planned))
    states = [clock.state(date(2025, 3, 3)) for clock in file.clocks("D32")]
    assert states == ["met_late", "due", "due", "due"]
    early = some(PostAdoptionVisitMade, mode="phone", planned_on=date(2026, 1, 31))
    file = small_child(("2025-01-31", registered()), ("2025-02-02", early))
    assert [clock.state(date(2026, 2, 1)) for clock in file.clocks("D32")][-1] == "overdue"


def test_shanghai_asks_for_one_visit_within_three_months() -> None:
    clock = given(("2025-01-31", registered(registrar_region="310101"))).clock("D32")
    assert clock.due.last == date(2025, 4, 30)
    assert clock.number is not None
    assert clock.number.verified


def test_no_visit_is_asked_for_after_death_or_when_the_child_is_in_care_again() -> None:
    for ends in (some(ChildDied), some(ChildReceived)):
        file = given(("2025-01-31", registered()), ("2025-02-20", visited()), ("2025-03-10", ends))
        states = [clock.state(date(2025, 3, 10)) for clock in file.clocks("D32")]
        assert states == ["met", "void", "void", "void"]


@pytest.mark.rule("R-VIS-2")
def test_the_visit_that_was_agreed_on_falls_due_on_its_day() -> None:
    def agreed(day: str) -> PostAdoptionVisitMade:
        return some(PostAdoptionVisitMade, mode="home", next_on=date.fromisoformat(day))

    file = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
    clock = file.clock("R-VIS-2")
    days = (date(2025, 2, 19), date(2025, 2, 20), date(2025, 6, 20), date(2025, 6, 21))
    assert [clock.state(day) for day in days] == [None, "due", "due", "overdue"]
    called_at_once = file.and_("2025-02-25", visited()).clock("R-VIS-2")
    assert called_at_once.state(date(2025, 6, 21)) == "overdue"
    made = file.and_("2025-06-18", visited()).clock("R-VIS-2")
    assert made.state(date(2025, 6, 20)) == "met"

    anew = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
    first, second = anew.and_("2025-03-20", agreed("2025-09-20")).clocks("R-VIS-2")
    assert (first.state(date(2025, 3, 20)), second.state(date(2025, 9, 21))) == ("void", "overdue")
    for ends in (some(ChildDied), some(ChildReceived)):
        ended = small_child(("2025-01-31", registered()), ("2025-02-20", agreed("2025-06-20")))
        assert ended.and_("2025-05-01", ends).clock("R-VIS-2").state(date(2025, 5, 1)) == "void"


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
