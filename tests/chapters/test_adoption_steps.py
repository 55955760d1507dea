"""The steps of an adoption around its registration: matching, assessment, agreement, and what undoes it."""

from datetime import date
from typing import Any, Final

import pytest

from domain.event import Event
from domain.events.adoption.assessing import AdoptionAssessmentFindingReported, AdoptionAssessmentStarted
from domain.events.adoption.assessment import (
    AVAILABLE,
    MATCHED,
    AdopterApplicationReceived,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
)
from domain.events.adoption.concluding import AdoptionAgreementSigned, AdoptionRefused, ChildHandedOver
from domain.events.adoption.dissolving import (
    AdoptionDissolved,
    AdoptionRevoked,
    BirthParentsFoundAfterAdoption,
)
from domain.events.adoption.proposing import (
    AdoptionAvailabilityPublished,
    AdoptionAvailabilityWithdrawn,
    DisclosureGiven,
    MatchProposed,
)
from domain.events.adoption.registration import ADOPTED, ADOPTION_ENDED, AdoptionRegistered
from domain.events.adoption.visits import PostAdoptionVisitMissed, PostAdoptionVisitPlanned
from domain.events.departure import DepartureCompleted
from domain.events.entitlement.allowance import AllowanceGranted, AllowanceStopped
from domain.events.health import DisabilityAssessed
from domain.events.intake import ChildReceived, IntakeCategoryDetermined
from domain.life import STAGE
from tests.support.adopters import ADOPTER
from tests.support.adoptions import OTHERS, registered, small_child, visited
from tests.support.given import NOT_ASKED, Given, given, some


def kinds(file: Given, rule: str) -> set[str]:
    return {found.refusal.kind for found in file.judgements if found.rule.id == rule}


# Availability and matching


def test_a_child_is_shown_as_adoptable_until_that_is_withdrawn_or_the_child_is_adopted_or_leaves() -> None:
    published = ("2025-02-01", some(AdoptionAvailabilityPublished))
    for ends in (some(AdoptionAvailabilityWithdrawn), registered(), some(DepartureCompleted)):
        file = small_child(published, ("2025-05-10", ends))
        days = ("2025-01-31", "2025-02-01", "2025-05-09", "2025-05-10")
        assert [file.now(AVAILABLE, day) is not None for day in days] == [False, True, True, False]


def test_a_match_holds_until_the_adoption() -> None:
    file = small_child(("2025-02-10", some(MatchProposed, adopter=ADOPTER)), ("2025-05-10", registered()))
    days = ("2025-02-09", "2025-02-10", "2025-05-09", "2025-05-10")
    assert [file.now(MATCHED, day) is not None for day in days] == [False, True, True, False]


def disclosed(**said: Any) -> DisclosureGiven:
    return some(DisclosureGiven, **({"health": "健康", "is_signed": True, "adopter": ADOPTER} | said))


def matched(*told: tuple[str, Event], adopter: object = ADOPTER) -> Given:
    return small_child(*told).when("2025-02-10", some(MatchProposed, adopter=adopter))


@pytest.mark.rule("I19")
def test_adopters_are_told_of_the_childs_health_before_they_are_matched() -> None:
    matched().recorded("I19")
    matched(("2025-02-09", disclosed())).recorded()
    matched(("2025-02-10", disclosed())).recorded()
    matched(("2025-02-11", disclosed())).recorded("I19")


@pytest.mark.rule("I19")
def test_what_others_were_told_or_what_nobody_signed_is_no_disclosure() -> None:
    assert kinds(matched(("2025-02-09", disclosed(adopter=OTHERS))), "I19") == {"no_evidence"}
    assert kinds(matched(("2025-02-09", disclosed(is_signed=False))), "I19") == {"breach"}
    assert kinds(matched(("2025-02-09", disclosed(is_signed=NOT_ASKED))), "I19") == {"uncertain"}
    assert kinds(matched(("2025-02-09", disclosed(health=NOT_ASKED))), "I19") == {"uncertain"}
    of_nobody = small_child(("2025-01-20", some(AdopterApplicationReceived, adopter=OTHERS)))
    of_nobody.and_("2025-02-09", disclosed(adopter=None)).when(
        "2025-02-10", some(MatchProposed, adopter=ADOPTER)
    )
    assert kinds(of_nobody, "I19") == {"uncertain"}


# The assessment


def test_adopters_are_told_in_writing_before_they_agree_to_be_assessed() -> None:
    notice = some(AdoptionAssessmentNoticeGiven)
    small_child(("2025-03-02", notice)).when("2025-03-01", some(AdoptionAssessmentConsented)).refused("E14")
    small_child(("2025-03-02", notice)).when("2025-03-02", some(AdoptionAssessmentConsented)).recorded()
    small_child().when("2025-03-01", some(AdoptionAssessmentConsented)).recorded("E16")


@pytest.mark.rule("R-ADO-3")
def test_two_assess_for_civil_affairs_and_a_third_party_under_an_agreement() -> None:
    def started(body: object, *names: str, agreement: str | None = None) -> Given:
        event = some(
            AdoptionAssessmentStarted, body=body, assessors=names or NOT_ASKED, agreement_no=agreement
        )
        return small_child().when("2025-03-05", event)

    assert kinds(started("civil_affairs", "甲"), "R-ADO-3") == {"breach"}
    started("civil_affairs", "甲", "乙").recorded()
    assert kinds(started("civil_affairs"), "R-ADO-3") == {"no_evidence"}
    assert kinds(started("third_party", "甲", "乙"), "R-ADO-3") == {"no_evidence"}
    started("third_party", agreement="评协-1").recorded()
    assert kinds(started(NOT_ASKED, "甲", "乙"), "R-ADO-3") == {"uncertain"}
    started(NOT_ASKED, "甲", "乙", agreement="评协-1").recorded()


def finding(**said: Any) -> AdoptionAssessmentFindingReported:
    found = {"situation": "concealment", "found_on": date(2025, 3, 10), "is_police_told": False}
    return some(AdoptionAssessmentFindingReported, **(found | said))


@pytest.mark.rule("R-ADO-4")
def test_what_speaks_against_adopters_is_reported_on_the_day_it_is_found() -> None:
    started = ("2025-03-01", some(AdoptionAssessmentStarted))
    small_child(started).when("2025-03-10", finding()).recorded()
    late = small_child(started).when("2025-03-11", finding()).recorded("R-ADO-4")
    assert kinds(late, "R-ADO-4") == {"breach"}
    doubtful = small_child(started).when("2025-03-10..2025-03-12", finding())
    assert kinds(doubtful, "R-ADO-4") == {"uncertain"}


@pytest.mark.rule("R-ADO-4")
def test_harm_to_minors_is_reported_to_the_police_too_and_when_it_was_found_is_recorded() -> None:
    def reported(**said: Any) -> Given:
        started = ("2025-03-01", some(AdoptionAssessmentStarted))
        return small_child(started).when("2025-03-10", finding(**said))

    reported().recorded()
    reported(situation="harm_to_minors", is_police_told=True).recorded()
    assert kinds(reported(situation="harm_to_minors"), "R-ADO-4") == {"breach"}
    assert kinds(reported(situation="harm_to_minors", is_police_told=NOT_ASKED), "R-ADO-4") == {"uncertain"}
    assert kinds(reported(situation=NOT_ASKED), "R-ADO-4") == {"uncertain"}
    assert kinds(reported(found_on=NOT_ASKED), "R-ADO-4") == {"uncertain"}


# The agreement, a refusal, the hand-over


@pytest.mark.rule("R-ADO-5")
def test_the_adopters_of_a_rescued_child_are_bound_by_an_agreement_with_the_police() -> None:
    def adopted(*signed: dict[str, object], situation: str | None = "04", on: str = "2025-04-02") -> set[str]:
        file = small_child(
            ("2022-06-01", some(IntakeCategoryDetermined, category="B1", child_situation=situation)),
            *((on, some(AdoptionAgreementSigned, **said)) for said in signed),
        )
        return kinds(file.when("2025-06-01", registered(adopter=ADOPTER)), "R-ADO-5")

    whole: dict[str, object] = {"is_police_party": True, "is_cooperation_agreed": True}
    assert adopted() == {"no_evidence"}
    assert adopted(whole) == set()
    assert adopted(whole, on="2025-06-01") == set()
    assert adopted(whole, on="2025-06-02") == {"no_evidence"}
    assert adopted(whole | {"is_police_party": False}) == {"breach"}
    assert adopted(whole | {"is_cooperation_agreed": NOT_ASKED}) == {"uncertain"}
    assert adopted(whole | {"adopter": OTHERS}) == {"no_evidence"}
    assert adopted(situation="05") == set()


@pytest.mark.rule("D08")
def test_an_application_that_is_refused_is_reviewed() -> None:
    file = given(("2025-03-01", some(AdopterApplicationReceived, adopter=ADOPTER)))
    other = file.and_("2025-03-20", some(AdoptionRefused, adopter=OTHERS)).clock("D08")
    assert other.state(date(2025, 4, 1)) == "overdue"
    refused = file.and_("2025-03-31", some(AdoptionRefused, adopter=ADOPTER)).clock("D08")
    assert refused.state(date(2025, 3, 31)) == "met"


def test_a_child_is_handed_over_before_or_after_the_registration() -> None:
    for day in ("2025-05-30", "2025-06-01", "2025-06-03"):
        small_child(("2025-06-01", registered())).when(day, some(ChildHandedOver)).recorded()


# Visits


def states(file: Given, rule: str, day: str) -> list[str | None]:
    return [clock.state(date.fromisoformat(day)) for clock in file.clocks(rule)]


@pytest.mark.rule("R-VIS-2")
def test_planned_visits_fall_due_on_their_days_and_a_missed_one_goes_on_being_due() -> None:
    days = (date(2025, 6, 1), date(2025, 9, 1))
    file = small_child(
        ("2025-05-02", registered()), ("2025-05-03", some(PostAdoptionVisitPlanned, visits_on=days))
    )
    assert [clock.due.last for clock in file.clocks("R-VIS-2")] == list(days)
    assert states(file, "R-VIS-2", "2025-06-01") == ["due", "due"]
    missed = file.and_("2025-06-01", some(PostAdoptionVisitMissed, planned_on=days[0]))
    assert states(missed, "R-VIS-2", "2025-06-02") == ["overdue", "due"]
    assert states(missed.and_("2025-06-04", visited()), "R-VIS-2", "2025-06-04") == ["met_late", "due"]


@pytest.mark.rule("R-VIS-2")
def test_a_missed_visit_may_be_put_off_to_another_day_and_a_plan_must_say_its_days() -> None:
    file = small_child(("2025-05-02", registered()))
    file.and_("2025-06-01", some(PostAdoptionVisitMissed, next_on=date(2025, 6, 8)))
    assert states(file, "R-VIS-2", "2025-06-08") == ["due"]
    assert states(file.and_("2025-06-08", visited()), "R-VIS-2", "2025-06-08") == ["met"]
    file.when("2025-06-09", some(PostAdoptionVisitPlanned)).recorded("R-VIS-2")


@pytest.mark.rule("R-VIS-2")
def test_a_planned_visit_that_is_put_off_is_due_on_its_new_day_and_on_the_old_one_no_more() -> None:
    days, new = (date(2025, 6, 1), date(2025, 9, 1)), date(2025, 6, 8)

    def put_off(planned: object, new: object = new) -> Given:
        return small_child(
            ("2025-05-02", registered()),
            ("2025-05-03", some(PostAdoptionVisitPlanned, visits_on=days)),
            ("2025-06-01", some(PostAdoptionVisitMissed, planned_on=planned, next_on=new)),
        )

    file = put_off(days[0])
    assert [clock.due.last for clock in file.clocks("R-VIS-2")] == [days[0], new, days[1]]
    assert states(file, "R-VIS-2", "2025-05-31") == ["due", None, "due"]
    assert states(file, "R-VIS-2", "2025-06-01") == ["void", "due", "due"]
    assert states(file, "R-VIS-2", "2025-06-08") == ["void", "due", "due"]
    assert states(file, "R-VIS-2", "2025-06-09") == ["void", "overdue", "due"]
    assert states(file.and_("2025-06-08", visited()), "R-VIS-2", "2025-06-09") == ["void", "met", "due"]
    # Of which day it is not known, or to which, the old one goes on being due.
    assert states(put_off(NOT_ASKED), "R-VIS-2", "2025-06-09") == ["overdue", "overdue", "due"]
    assert states(put_off(days[0], NOT_ASKED), "R-VIS-2", "2025-06-09") == ["overdue", "due"]
    assert states(put_off(days[0], days[0]), "R-VIS-2", "2025-06-02") == ["overdue", "overdue", "due"]


# What undoes an adoption


def dissolved(custody: object = "birth_parents", **said: Any) -> AdoptionDissolved:
    return some(AdoptionDissolved, custody=custody, **({"form": "judgment"} | said))


@pytest.mark.parametrize("kind", [AdoptionDissolved, AdoptionRevoked])
def test_an_adoption_that_is_over_leaves_the_stage_to_whoever_receives_the_child(
    kind: type[AdoptionDissolved | AdoptionRevoked],
) -> None:
    file = small_child(("2025-06-01", registered()), ("2025-12-01", some(kind, custody="institution")))
    assert [file.now(ADOPTED, day) for day in ("2025-11-30", "2025-12-01")] == ["1", None]
    how = "dissolved" if kind is AdoptionDissolved else "revoked"
    assert [file.now(ADOPTION_ENDED, day) for day in ("2025-11-30", "2025-12-01")] == [None, how]
    assert file.now(STAGE, "2025-12-01") == "adopted"
    assert file.and_("2025-12-05", some(ChildReceived)).now(STAGE, "2025-12-05") == "received"
    before = small_child(("2025-06-01", registered()), ("2025-11-20", some(ChildReceived)))
    assert before.and_("2025-12-01", some(kind)).now(STAGE, "2025-12-01") == "received"


def test_nobody_visits_after_the_adoption_is_over_and_a_new_one_takes_its_place() -> None:
    file = small_child(
        ("2025-05-02", registered()),
        ("2025-05-03", some(PostAdoptionVisitPlanned, visits_on=(date(2025, 9, 1),))),
        ("2025-07-01", dissolved("institution")),
    )
    assert states(file, "D32", "2025-07-01") == ["void"] * 4
    (planned,) = file.clocks("R-VIS-2")
    assert planned.state(date(2025, 6, 30)) == "due"
    assert planned.state(date(2025, 7, 1)) == "void"
    assert planned.void_because is not None
    assert planned.void_because.zh == "收养关系已解除或者撤销"
    anew = file.and_("2025-07-02", some(ChildReceived)).and_("2026-09-01", registered())
    assert anew.now(ADOPTION_ENDED, "2026-09-01") is None


@pytest.mark.rule("R-ADO-6")
@pytest.mark.parametrize("kind", [AdoptionDissolved, AdoptionRevoked])
def test_a_minor_whose_adoption_is_over_comes_back_or_is_in_somebodys_custody(
    kind: type[AdoptionDissolved | AdoptionRevoked],
) -> None:
    def over(custody: object, *more: tuple[Any, ...], birth: str = "2022-05-01") -> set[tuple[str, str]]:
        ended = some(kind, custody=custody, **({"form": "judgment"} if kind is AdoptionDissolved else {}))
        file = small_child(("2025-06-01", registered()), ("2025-12-01", ended), *more, birth=birth)
        return {each for each in file.found() if each[0] == "R-ADO-6"}

    assert over("institution") == {("R-ADO-6", "no_evidence")}
    for day in ("2025-11-20", "2025-12-01", "2025-12-03"):
        assert over("institution", (day, some(ChildReceived))) == set()
    assert over(NOT_ASKED) == {("R-ADO-6", "uncertain")}
    assert over("birth_parents") == set()
    assert over("institution", birth="2007-12-02") == {("R-ADO-6", "no_evidence")}
    assert over("institution", birth="2007-12-01") == set()


@pytest.mark.rule("R-ADO-7")
def test_an_adoption_is_dissolved_by_agreement_only_with_the_consent_of_a_child_of_eight() -> None:
    def agreed(birth: str, **said: Any) -> Given:
        file = small_child(("2025-06-01", registered()), birth=birth)
        return file.when("2025-12-01", dissolved(**({"form": "agreement"} | said)))

    agreed("2017-12-02").recorded()
    agreed("2017-12-01").refused("R-ADO-7")
    agreed("2017-12-01", child_consent="agree").recorded()
    agreed("2017-12-01", child_consent="disagree").refused("R-ADO-7")
    agreed("2017-12-01", form="judgment").recorded()
    assert kinds(agreed("2017-12-01", form=NOT_ASKED).recorded("R-ADO-7"), "R-ADO-7") == {"uncertain"}
    agreed("2007-12-01").recorded()


@pytest.mark.rule("R-ADO-7")
def test_before_the_civil_code_a_child_was_asked_from_ten_on() -> None:
    def in_2020(birth: str, day: str) -> Given:
        file = small_child(("2020-01-10", registered()), birth=birth)
        return file.when(day, dissolved(form="agreement"))

    in_2020("2011-06-01", "2020-12-31").recorded()
    in_2020("2011-06-01", "2021-01-01").refused("R-ADO-7")
    in_2020("2010-06-01", "2020-12-31").refused("R-ADO-7")


def test_what_happens_after_an_adoption_comes_after_its_registration() -> None:
    for event in (
        dissolved(),
        some(AdoptionRevoked, custody="birth_parents"),
        some(BirthParentsFoundAfterAdoption),
        some(PostAdoptionVisitMissed),
    ):
        small_child(("2025-06-01", registered())).when("2025-05-31", event).refused("E14")
        small_child(("2025-06-01", registered())).when("2025-06-01", event).recorded()


# Benefits after the adoption


STOPPED: Final = some(AllowanceStopped, reason="adopted", last_month="2025-06", allowance_line="202")


def orphan(
    *more: tuple[Any, ...], category: object = "2", disabled: str = "2024-01-10", stopped: Event = STOPPED
) -> set[str]:
    """What kinds of finding R-ADO-8 has of a disabled orphan whose allowance ended with the adoption."""
    assessment = (disabled, some(DisabilityAssessed, disability_class="2", grade="3"))
    adoption = ("2025-06-01", some(AdoptionRegistered, category=category))
    file = small_child(assessment, adoption, ("2025-06-01", stopped), *more)
    return {kind for rule, kind in file.found() if rule == "R-ADO-8"}


@pytest.mark.rule("R-ADO-8")
def test_who_was_adopted_as_a_disabled_orphan_goes_on_having_benefits() -> None:
    assert orphan() == {"no_evidence"}
    for day in ("2025-05-20", "2025-06-20"):
        granted = some(AllowanceGranted, line="adopted", first_month=day[:7])
        assert orphan((day, granted)) == set()
    assert orphan(category="1") == set()
    assert [orphan(disabled=day) for day in ("2025-06-01", "2025-06-02")] == [{"no_evidence"}, set()]
    assert orphan(category=NOT_ASKED) == {"uncertain"}
    assert orphan(stopped=some(AllowanceStopped, last_month="2025-06")) == {"uncertain"}
    assert orphan(stopped=some(AllowanceStopped, reason="over_age")) == set()


@pytest.mark.rule("R-ADO-8")
@pytest.mark.parametrize(("day", "rules"), [("2025-05-06", ()), ("2025-05-07", ("R-ADO-8",))])
def test_benefits_go_on_since_the_opinion_of_2025(day: str, rules: tuple[str, ...]) -> None:
    disabled = ("2024-01-10", some(DisabilityAssessed, disability_class="2"))
    granted = ("2024-02-01", some(AllowanceGranted))
    file = small_child(disabled, granted, ("2025-05-02", registered("2")))
    file.when(day, some(AllowanceStopped, reason="adopted", last_month="2025-05")).recorded(*rules)


@pytest.mark.rule("R-ALW-1")
def test_a_child_that_came_back_from_an_adoption_is_entitled_again() -> None:
    file = small_child(
        ("2025-06-01", registered()),
        ("2025-12-01", dissolved("institution")),
        ("2025-12-01", some(ChildReceived)),
        ("2025-12-20", some(AllowanceGranted, line="202", first_month="2026-01")),
    )
    assert file.lapses("R-ALW-1") == []
