"""Who may adopt whom, by the law of the day: the adopters, their children, the age of the child."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event, Unknown
from domain.events.adoption.assessment import (
    AdopterApplicationReceived,
    AdoptionAssessmentReportIssued,
    Applicant,
    RegistrarNoticePublished,
)
from domain.events.health import DisabilityCertificateIssued
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from domain.when import add
from tests.support.adopters import ADOPTER, application
from tests.support.adoptions import (
    AUNT,
    FEMALE,
    FOUNDLING,
    HARDSHIP,
    KIN_CHILD,
    MALE,
    NO_CAPACITY,
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
from tests.support.given import Given, citizen_id, given, some

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
def test_the_two_who_ask_are_two_persons() -> None:
    one, other = (some(Applicant, citizen_id=citizen_id("1980-01-01", number)) for number in ("001", "002"))
    written_otherwise = some(Applicant, name="李某", citizen_id=one.citizen_id)
    child = without(AdopterApplicationReceived, small_child())
    child.when("2025-01-05", adopters(one, written_otherwise, marital="21")).refused("I15")
    named = some(Applicant, name="李某", age=40)
    child.when("2025-01-05", adopters(named, named, marital="21")).refused("I15")
    child.when("2025-01-05", adopters(one, other, marital="21")).recorded()
    twice = adopted_by(adopters(one, one, marital="21")).when("2025-06-01", registered()).refused("I15")
    assert "有配偶者应当夫妻共同收养" in said_of(twice)


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
@pytest.mark.parametrize("category", [FOUNDLING, HARDSHIP, KIN_CHILD, STEPCHILD, Unknown("not_asked")])
def test_nobody_of_eighteen_is_adopted_not_by_kin_either(category: str | Unknown) -> None:
    for birth, rules in (("2007-06-02", ()), ("2007-06-01", ("R-ADO-2",)), ("2007-05-31", ("R-ADO-2",))):
        file = small_child(("2025-06-01", consent()), birth=birth)
        file.when("2025-06-01", registered(category)).refused(*rules)
    # Who is nineteen is so whatever the category, known or not.
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
    unsaid = small_child(*two_asked, own)
    unsaid.when("2025-06-01", registered(HARDSHIP, adopter=Unknown("not_on_paper")))
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
