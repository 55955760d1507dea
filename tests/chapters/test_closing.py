"""Leaving by a proposal, a death with all that follows it, and the end of a case."""

from datetime import date, timedelta

import pytest

from domain.event import Event
from domain.events.archive import ArchiveCheckedOut, ArchiveReturned, ArchiveSealed
from domain.events.care import CareModeAssigned
from domain.events.case import CaseClosed
from domain.events.departure import ChildDied, DepartureApproved, DepartureCompleted, DepartureProposed
from domain.events.funeral import DeathInvestigated, DeathReported, FuneralCompleted
from domain.events.guardianship import GuardianshipTerminated
from domain.events.household import HouseholdCancelled, HouseholdRegistered, registration
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.placement.arrangements import FollowUpPlanned
from domain.events.placement.placed import AfterCareVisitMade
from domain.events.reunification import ReunificationFollowUpMade
from domain.life import CASE_CLOSED
from tests.support.given import NOT_ASKED, Given, given, some

LEFT = some(DepartureCompleted, reason="99")


def in_care() -> Given:
    return given(("2026-01-10", some(ChildReceived)))


# R-DEP-1: who is proposed to leave, leaves once that was approved


def proposed() -> Given:
    return in_care().and_("2026-05-01", some(DepartureProposed, reason="99"))


@pytest.mark.rule("R-DEP-1")
@pytest.mark.parametrize(
    ("decided_on", "decision", "kinds"),
    [
        ("2026-06-09", "approved", set()),
        ("2026-06-10", "approved", set()),
        ("2026-06-11", "approved", {"no_evidence"}),
        ("2026-06-09", "refused", {"breach"}),
        ("2026-06-09", "withdrawn", {"breach"}),
        ("2026-06-09", NOT_ASKED, {"uncertain"}),
        ("2026-04-30", "approved", {"no_evidence"}),
    ],
)
def test_who_is_proposed_to_leave_leaves_once_that_was_approved(
    decided_on: str, decision: str, kinds: set[str]
) -> None:
    child = proposed().and_(decided_on, some(DepartureApproved, decision=decision))
    child.and_("2026-06-10", LEFT)
    assert {kind for rule, kind in child.found() if rule == "R-DEP-1"} == kinds


def test_of_two_proposals_the_last_is_to_be_approved() -> None:
    child = proposed()
    first = child.last
    child.and_("2026-05-20", some(DepartureProposed, reason="99"))
    child.and_("2026-05-21", some(DepartureApproved, proposal=first.entry_id, decision="approved"))
    child.when("2026-06-10", LEFT).recorded("R-DEP-1")


@pytest.mark.rule("R-DEP-1")
@pytest.mark.parametrize(
    ("day", "decision", "kinds"),
    [
        ("2026-06-09", "approved", set()),
        ("2026-06-10", "approved", set()),
        ("2026-06-11", "approved", {"no_evidence"}),
        ("2026-06-09", "refused", {"breach"}),
        ("2026-01-09", "approved", {"no_evidence"}),
    ],
)
def test_who_leaves_without_a_proposal_leaves_by_a_decision_of_this_stay(
    day: str, decision: str, kinds: set[str]
) -> None:
    child = in_care().and_(day, some(DepartureApproved, decision=decision)).and_("2026-06-10", LEFT)
    assert {kind for rule, kind in child.found() if rule == "R-DEP-1"} == kinds


@pytest.mark.rule("R-DEP-1")
def test_who_leaves_with_no_decision_is_found_but_for_what_nobody_decides_on() -> None:
    in_care().when("2026-06-10", LEFT).recorded("R-DEP-1")
    for reason in ("08", "12"):
        in_care().when("2026-06-10", some(DepartureCompleted, reason=reason)).recorded()
    dying = proposed().and_("2026-06-10", some(ChildDied))
    dying.when("2026-06-10", some(DepartureCompleted, reason="06")).recorded()


@pytest.mark.rule("R-DEP-1")
def test_what_was_decided_of_an_earlier_stay_lets_nobody_leave_from_this_one() -> None:
    child = proposed()
    child.and_("2026-05-02", some(DepartureApproved, proposal=child.last.entry_id, decision="approved"))
    child.and_("2026-05-10", LEFT).and_("2026-06-01", some(ChildReceived))
    child.when("2026-06-10", LEFT).recorded("R-DEP-1")


# R-DTH-3, D34: a death is told to civil affairs and to the household register


def died(on: str = "2026-05-01") -> Given:
    return in_care().and_(on, some(ChildDied, disposal="cremation", cause_class="illness"))


@pytest.mark.rule("R-DTH-3")
def test_a_death_is_reported_to_civil_affairs_by_the_next_day_and_no_text_that_was_read_says_so() -> None:
    clock = died().clock("R-DTH-3")
    assert [clock.state(date(2026, 5, day)) for day in (1, 2, 3)] == ["due", "due", "overdue"]
    assert clock.number is not None
    assert not clock.number.verified


@pytest.mark.rule("R-DTH-3")
@pytest.mark.parametrize(
    ("on", "body", "state"),
    [
        ("2026-05-02", "civil_affairs", "met"),
        ("2026-05-03", "civil_affairs", "met_late"),
        ("2026-05-02", "police", "overdue"),
        ("2026-05-02", NOT_ASKED, "overdue"),
    ],
)
def test_only_the_report_to_civil_affairs_clears_it(on: str, body: str, state: str) -> None:
    child = died().and_(on, some(DeathReported, body=body))
    assert child.clock("R-DTH-3").state(date(2026, 5, 3)) == state


@pytest.mark.rule("D34")
def test_the_household_is_cancelled_between_the_funeral_and_a_month() -> None:
    child = died()
    assert child.clock("D34").due.last == date(2026, 6, 1)
    assert child.clock("D34").due.exact
    child.and_("2026-05-04", some(FuneralCompleted, method="cremation"))
    due = child.clock("D34").due
    assert (due.first, due.last) == (date(2026, 5, 4), date(2026, 6, 1))


@pytest.mark.rule("D34")
@pytest.mark.parametrize(
    ("on", "state"), [("2026-05-31", "met"), ("2026-06-01", "met"), ("2026-06-02", "met_late")]
)
def test_the_household_register_clears_it_and_the_registration_ends(on: str, state: str) -> None:
    child = given(
        ("2026-01-10", some(ChildReceived)), ("2026-02-01", some(HouseholdRegistered, household_class="1"))
    )
    child.and_("2026-05-01", some(ChildDied)).and_(on, some(HouseholdCancelled))
    assert child.clock("D34").state(date(2026, 6, 2)) == state
    assert registration(child.on(date.fromisoformat(on) - timedelta(days=1))) is not None
    assert registration(child.on(on)) is None


# R-DTH-1, R-DTH-4: the funeral


@pytest.mark.rule("R-DTH-4")
@pytest.mark.parametrize(
    ("on", "extended", "warned"),
    [
        ("2026-05-03", False, False),
        ("2026-05-04", False, False),
        ("2026-05-05", False, True),
        ("2026-05-05", NOT_ASKED, True),
        ("2026-05-05", True, False),
    ],
)
def test_a_body_is_kept_for_three_days_or_longer_by_an_agreement(
    on: str, *, extended: bool, warned: bool
) -> None:
    child = died().when(on, some(FuneralCompleted, method="cremation", is_storage_extended=extended))
    assert ("R-DTH-4" in {found.rule.id for found in child.judgements}) is warned


def test_before_the_regulation_of_2026_no_such_days_were_set() -> None:
    child = died("2026-03-01").when("2026-03-29", some(FuneralCompleted, is_storage_extended=False))
    assert "R-DTH-4" not in {found.rule.id for found in child.judgements}


@pytest.mark.rule("R-DTH-1")
@pytest.mark.parametrize(
    ("on", "method", "papers", "kinds"),
    [
        ("2026-03-29", "cremation", ["death_certificate"], set()),
        ("2026-03-30", "cremation", ["death_certificate", "cremation_confirmation"], {"no_evidence"}),
        (
            "2026-03-30",
            "cremation",
            ["death_certificate", "cremation_confirmation", "cremation_certificate"],
            set(),
        ),
        ("2026-03-30", NOT_ASKED, ["death_certificate"], {"uncertain"}),
        ("2026-03-30", "burial", ["death_certificate"], set()),
        ("2026-03-30", "burial", [], {"no_evidence"}),
    ],
)
def test_a_funeral_has_the_papers_of_its_day(
    on: str, method: str, papers: list[str], kinds: set[str]
) -> None:
    child = in_care().and_(on, some(ChildDied, disposal="donation", cause_class="illness"))
    child.when(on, some(FuneralCompleted, method=method), documents=papers)
    assert {found.refusal.kind for found in child.judgements if found.rule.id == "R-DTH-1"} == kinds


def test_an_inquiry_into_a_death_is_sealed_as_what_tells_of_harm() -> None:
    assert DeathInvestigated.seals.value == "safeguarding"
    died().when("2026-05-02", some(DeathInvestigated, kind_of_inquiry="autopsy")).recorded()


# R-CASE-1, R-CASE-2, R-CASE-3: the end of a case


def closed() -> Given:
    return (
        in_care()
        .and_("2026-05-01", LEFT)
        .and_("2026-05-10", some(ArchiveSealed))
        .and_("2026-05-20", some(CaseClosed, reason="returned"))
    )


@pytest.mark.rule("R-CASE-1")
@pytest.mark.parametrize(
    "event", [some(GuardianshipTerminated, reason="full_capacity"), LEFT, some(HouseholdRegistered)]
)
def test_from_the_day_after_the_closing_nothing_else_happens(event: Event) -> None:
    def rules(on: str) -> set[str]:
        child = closed().when(on, event)
        return {found.rule.id for found in child.judgements if found.refuses}

    assert ["R-CASE-1" in rules(f"2026-05-{day}") for day in (19, 20, 21)] == [False, False, True]


@pytest.mark.rule("R-CASE-1")
@pytest.mark.parametrize(
    "event",
    [
        some(AfterCareVisitMade),
        some(ArchiveCheckedOut),
        some(IdentityRecorded),
        some(ReferralReceived),
    ],
)
def test_visits_what_concerns_the_archive_and_a_coming_again_follow_it(event: Event) -> None:
    closed().when("2026-05-21", event).refused()


@pytest.mark.rule("R-CASE-1")
def test_a_visit_after_the_return_to_the_family_follows_it_whatever_else_is_asked_of_it() -> None:
    child = closed().when("2026-05-21", some(ReunificationFollowUpMade))
    assert "R-CASE-1" not in {found.rule.id for found in child.judgements}


@pytest.mark.rule("R-CASE-1")
def test_a_correction_follows_it_and_so_does_everything_once_the_child_is_received_again() -> None:
    child = closed()
    left = next(entry for entry in child.entries if isinstance(entry.event, DepartureCompleted))
    child.when("2026-05-01", some(DepartureCompleted, reason="11"), corrects=left)
    assert "R-CASE-1" not in {found.rule.id for found in child.judgements}
    assert child.now(CASE_CLOSED, "2026-05-21") == date(2026, 5, 20)
    child.and_("2026-07-01", some(ChildReceived)).when("2026-07-02", some(CareModeAssigned)).recorded()
    assert child.now(CASE_CLOSED, "2026-07-01") is None


@pytest.mark.rule("R-CASE-1")
def test_what_happened_before_is_recorded_late_and_a_closing_in_some_month_leaves_it_uncertain() -> None:
    closed().when("2026-04-01", some(HouseholdRegistered)).recorded()
    child = in_care().and_("2026-05-01", LEFT).and_("2026-05-20", some(CaseClosed))
    child.when("2026-05-19..2026-05-25", some(GuardianshipTerminated, reason="full_capacity"))
    assert [found.refusal.kind for found in child.judgements if found.rule.id == "R-CASE-1"] == ["uncertain"]


@pytest.mark.rule("R-CASE-2")
def test_the_case_of_a_child_in_care_is_not_closed() -> None:
    def left() -> Given:
        return in_care().and_("2026-05-01", LEFT).and_("2026-04-20", some(ArchiveSealed))

    left().when("2026-04-30", some(CaseClosed)).refused("R-CASE-2")
    left().when("2026-05-01", some(CaseClosed)).recorded()
    left().when("2026-05-02", some(CaseClosed)).recorded()


@pytest.mark.rule("R-CASE-3")
def test_what_is_still_to_do_when_a_case_is_closed_is_found() -> None:
    child = in_care().and_("2026-05-01", LEFT)
    child.when("2026-05-20", some(CaseClosed)).recorded("R-CASE-3")
    child = in_care().and_("2026-05-01", LEFT).and_("2026-05-10", some(ArchiveSealed))
    child.and_("2026-05-11", some(ArchiveCheckedOut))
    child.when("2026-05-20", some(CaseClosed)).recorded("R-CASE-3")
    child = in_care().and_("2026-05-01", LEFT).and_("2026-05-10", some(ArchiveSealed))
    child.and_("2026-05-11", some(ArchiveCheckedOut)).and_("2026-05-19", some(ArchiveReturned))
    child.when("2026-05-20", some(CaseClosed)).recorded()


@pytest.mark.rule("R-CASE-3")
@pytest.mark.parametrize(("visit", "rules"), [("2026-05-20", []), ("2026-05-21", ["R-CASE-3"])])
def test_visits_that_are_planned_beyond_the_closing_are_found(visit: str, rules: list[str]) -> None:
    child = in_care().and_("2026-05-01", LEFT).and_("2026-05-10", some(ArchiveSealed))
    child.and_("2026-05-01", some(FollowUpPlanned, visits_on=(date.fromisoformat(visit),)))
    child.when("2026-05-20", some(CaseClosed)).recorded(*rules)
