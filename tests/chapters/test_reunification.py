"""Back to the family: who asks for the child, what speaks against it, and the visits afterwards."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.guardianship import (
    GuardianshipRestored,
    GuardianshipTerminated,
    TemporaryGuardianshipStarted,
)
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.parents import GuardianshipAssessed, GuardianshipRevocationAdjudicated
from domain.events.reunification import (
    FamilyReunificationRequested,
    GuardianIdentityVerified,
    ReunificationDecided,
    ReunificationFollowUpMade,
)
from tests.support.given import NOT_ASKED, Given, given, named, some

MOTHER, FATHER = named("mother"), named("father")
LEFT = some(DepartureCompleted, reason="11")
RETURNED = some(GuardianshipTerminated, reason="returned")


def cared_for(*then: tuple[Any, ...]) -> Given:
    """A small child in temporary guardianship since 5 March 2026, to whom this happened."""
    child = given(
        ("2026-03-05", some(ChildReceived)),
        ("2026-03-05", some(IdentityRecorded, birth_on=date(2024, 1, 1))),
        ("2026-03-05", some(TemporaryGuardianshipStarted, ground="3", review_due_on=date(2027, 3, 1))),
    )
    for day, event, *envelope in then:
        child.and_(day, event, **(envelope[0] if envelope else {}))
    return child


def assessed(result: object = "able", guardian: object = MOTHER) -> GuardianshipAssessed:
    return some(GuardianshipAssessed, guardian=guardian, result=result)


def verified(is_proven: object = True, guardian: object = MOTHER) -> GuardianIdentityVerified:  # noqa: FBT002 - its answer
    return some(GuardianIdentityVerified, guardian=guardian, is_proven=is_proven)


def decided(decision: object = "approved", **said: Any) -> ReunificationDecided:
    visits_on = (date(2026, 7, 1),) if decision == "approved" else None
    return some(
        ReunificationDecided,
        **{"decision": decision, "is_child_asked": True, "visits_on": visits_on} | said,
    )


REQUESTED = ("2026-05-01", some(FamilyReunificationRequested, guardian=MOTHER))
SHOWN = (REQUESTED, ("2026-05-03", verified()), ("2026-05-10", assessed()), ("2026-05-15", decided()))


@pytest.mark.rule("I21", "R-RET-1")
@pytest.mark.parametrize("back", [LEFT, RETURNED])
def test_a_child_goes_back_to_who_is_proven_assessed_and_approved(back: Event) -> None:
    cared_for(*SHOWN).when("2026-05-20", back).recorded()


# I21: who asks, and whether they can act


@pytest.mark.rule("I21")
@pytest.mark.parametrize("back", [LEFT, RETURNED])
@pytest.mark.parametrize(
    ("result", "kinds"), [("able", []), ("unable", ["breach"]), ("undecided", ["uncertain"])]
)
def test_the_last_assessment_of_temporary_guardianship_counts(
    back: Event, result: str, kinds: list[str]
) -> None:
    child = cared_for(("2026-04-01", assessed("unable")), *SHOWN, ("2026-05-19", assessed(result)))
    child.when("2026-05-20", back)
    assert [found.refusal.kind for found in child.judgements if found.rule.id == "I21"] == kinds
    child.refused(*(["I21"] if kinds == ["breach"] else []))


@pytest.mark.rule("I21")
def test_what_an_assessment_found_left_unknown_is_a_doubt_though_its_paper_is_there() -> None:
    papers = {"documents": ["guardian_assessment"]}
    child = cared_for(*SHOWN, ("2026-05-19", assessed(NOT_ASKED), papers))
    child.when("2026-05-20", LEFT).recorded("I21")
    assert [found.refusal.kind for found in child.judgements] == ["uncertain"]


@pytest.mark.rule("I21")
def test_what_was_found_of_somebody_else_or_before_does_not_count() -> None:
    cared_for(*SHOWN, ("2026-05-19", assessed("unable", FATHER))).when("2026-05-20", LEFT).recorded()
    before = given(("2026-03-04", assessed("unable")))
    for entry in cared_for(*SHOWN).entries:
        before.and_(entry.days, entry.event)
    before.when("2026-05-20", LEFT).recorded()


@pytest.mark.rule("I21")
@pytest.mark.parametrize("back", [LEFT, RETURNED])
def test_who_asks_is_proven_and_only_the_last_verification_of_them_counts(back: Event) -> None:
    first, *others = SHOWN
    not_proven = ("2026-05-16", verified(False))  # noqa: FBT003 - its answer
    cared_for(*SHOWN, not_proven).when("2026-05-20", back).refused("I21")
    cared_for(*SHOWN, not_proven, ("2026-05-17", verified())).when("2026-05-20", back).recorded()
    cared_for(*SHOWN, ("2026-05-16", verified(NOT_ASKED))).when("2026-05-20", back).recorded("I21")
    cared_for(*SHOWN, ("2026-05-21", verified(False))).when("2026-05-20", back).recorded()  # noqa: FBT003 - its answer
    nobody = cared_for(first, *others[1:]).when("2026-05-20", back).recorded("I21")
    assert not any(judgement.verified for judgement in nobody.judgements)


@pytest.mark.rule("I21")
def test_nobody_goes_back_to_a_guardian_who_is_revoked() -> None:
    def judged(result: object, guardian: object = MOTHER) -> tuple[str, Event]:
        event = some(GuardianshipRevocationAdjudicated, guardian=guardian, result=result)
        return "2026-04-10", event

    cared_for(judged("revoked"), *SHOWN).when("2026-05-20", LEFT).refused("I21")
    cared_for(judged("refused"), *SHOWN).when("2026-05-20", LEFT).recorded()
    cared_for(judged(NOT_ASKED), *SHOWN).when("2026-05-20", LEFT).recorded("I21")
    cared_for(judged("revoked", FATHER), *SHOWN).when("2026-05-20", LEFT).recorded()
    restored = ("2026-05-18", some(GuardianshipRestored, guardian=MOTHER, is_child_asked=True))
    cared_for(judged("revoked"), *SHOWN, restored).when("2026-05-20", LEFT).recorded()


@pytest.mark.rule("I21")
def test_who_takes_a_child_of_whom_somebody_was_revoked_is_a_doubt_until_it_is_known() -> None:
    revoked = ("2026-04-10", some(GuardianshipRevocationAdjudicated, guardian=MOTHER, result="revoked"))
    child = cared_for(revoked, ("2026-05-10", assessed())).when("2026-05-20", LEFT).recorded("I21", "R-DEP-1")
    assert ("I21", "uncertain") in child.found()


# R-RET-1: approved


@pytest.mark.rule("R-RET-1")
@pytest.mark.parametrize(
    ("decision", "kind"), [("refused", "breach"), ("withdrawn", "breach"), (NOT_ASKED, "uncertain")]
)
def test_a_request_that_was_not_approved_takes_no_child_home(decision: object, kind: str) -> None:
    child = cared_for(*SHOWN[:-1], ("2026-05-15", decided(decision)))
    child.when("2026-05-20", LEFT).recorded("R-RET-1")
    assert [found.refusal.kind for found in child.judgements] == [kind]


@pytest.mark.rule("R-RET-1")
@pytest.mark.parametrize(("day", "warnings"), [("2026-05-20", []), ("2026-05-21", ["R-RET-1"])])
def test_the_decision_comes_by_the_day_of_the_return(day: str, warnings: list[str]) -> None:
    cared_for(*SHOWN[:-1], (day, decided())).when("2026-05-20", LEFT).recorded(*warnings)


@pytest.mark.rule("R-RET-1")
def test_a_request_of_an_earlier_stay_asks_for_nothing_now() -> None:
    child = cared_for(REQUESTED, ("2026-06-01", some(ChildReceived)), ("2026-06-02", assessed()))
    child.when("2026-06-10", LEFT).recorded("R-DEP-1")


@pytest.mark.rule("R-HEAR-1")
def test_a_child_of_eight_is_asked_whether_it_wants_to_go_back() -> None:
    older = some(IdentityRecorded, birth_on=date(2018, 5, 15))
    unasked = decided(is_child_asked=False)
    cared_for(("2026-03-06", older), REQUESTED).when("2026-05-14", unasked).recorded()
    cared_for(("2026-03-06", older), REQUESTED).when("2026-05-15", unasked).recorded("R-HEAR-1")


# R-RET-2: seen to afterwards


def follow_ups(child: Given, day: str) -> list[str | None]:
    return [clock.state(date.fromisoformat(day)) for clock in child.clocks("R-RET-2")]


@pytest.mark.rule("R-RET-2")
def test_a_planned_visit_is_due_on_its_day_once_the_child_is_back() -> None:
    assert cared_for(*SHOWN).clocks("R-RET-2") == []
    child = cared_for(*SHOWN, ("2026-05-20", LEFT))
    assert [follow_ups(child, day) for day in ("2026-05-14", "2026-07-01", "2026-07-02")] == [
        [None],
        ["due"],
        ["overdue"],
    ]
    child.and_("2026-07-02", some(ReunificationFollowUpMade))
    assert follow_ups(child, "2026-07-02") == ["met_late"]


@pytest.mark.rule("R-RET-2")
def test_an_agreed_visit_is_due_until_another_one_is_agreed_on() -> None:
    child = cared_for(*SHOWN, ("2026-05-20", LEFT))
    child.and_("2026-07-01", some(ReunificationFollowUpMade, next_on=date(2026, 9, 1)))
    assert follow_ups(child, "2026-09-01") == ["met", "due"]
    child.and_("2026-07-20", some(ReunificationFollowUpMade, next_on=date(2026, 10, 1)))
    assert follow_ups(child, "2026-09-01") == ["met", "void", "due"]


@pytest.mark.rule("R-RET-2")
@pytest.mark.parametrize("end", [some(ChildReceived), some(ChildDied)])
def test_nobody_is_visited_who_came_back_or_died(end: Event) -> None:
    child = cared_for(*SHOWN, ("2026-05-20", LEFT), ("2026-06-15", end))
    assert follow_ups(child, "2026-06-15") == ["void"]


@pytest.mark.rule("R-RET-2")
def test_an_approval_says_when_the_child_is_visited() -> None:
    cared_for(REQUESTED).when("2026-05-15", decided(visits_on=None)).recorded("R-RET-2")
    cared_for(REQUESTED).when("2026-05-15", decided(NOT_ASKED)).recorded("R-RET-2")
    cared_for(REQUESTED).when("2026-05-15", decided("refused")).recorded()
