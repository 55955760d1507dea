"""Safety: harm is reported at once, incidents soon, and nobody who is missing is forgotten."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from api.contract.entries import entry_json
from api.identity.permissions import SEES, Role
from domain.event import CATALOGUE, Category, Event, chapter
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.safety import (
    MISSING,
    ChildMissingReported,
    IncidentOccurred,
    IncidentReportedUp,
    MandatoryReportMade,
    MandatoryReportOutcomeReceived,
    MissingChildFound,
    SafeguardingConcernRaised,
)
from domain.events.transfer.handing_over import ChildTransferred
from projections.obligations import obligations_of
from tests.support.given import NOT_ASKED, Given, given, some

CONCERN = some(SafeguardingConcernRaised)
REPORT = some(MandatoryReportMade, concern=NOT_ASKED)
STAFF = SEES[Role.STAFF]
OTHER = UUID("00000000-0000-4000-8000-0000000000b2")
"""Another institution of the ledger."""


def in_care(received: str = "2020-01-10") -> Given:
    return given((received, some(ChildReceived)))


def states(file: Given, rule: str, *days: str) -> list[list[str | None]]:
    return [[clock.state(date.fromisoformat(day)) for clock in file.clocks(rule)] for day in days]


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=4)


# D19


@pytest.mark.rule("D19")
def test_harm_is_reported_on_the_day_on_which_it_is_found() -> None:
    file = in_care().and_("2024-03-05", CONCERN)
    assert states(file, "D19", "2024-03-04", "2024-03-05", "2024-03-06") == [[None], ["due"], ["overdue"]]
    assert states(in_care().and_("2024-03-05", CONCERN).and_("2024-03-05", REPORT), "D19", "2024-03-05") == [
        ["met"]
    ]
    assert states(file.and_("2024-03-06", REPORT), "D19", "2024-03-06") == [["met_late"]]


@pytest.mark.rule("D19")
def test_the_duty_is_counted_from_the_law_that_says_so() -> None:
    assert in_care().and_("2021-05-31", CONCERN).clocks("D19") == []
    clock = in_care().and_("2021-06-01", CONCERN).clock("D19")
    assert clock.verified
    assert clock.number is not None
    assert clock.number.verified


def test_that_the_child_left_or_died_makes_a_report_no_less_due() -> None:
    for end in (DepartureCompleted, ChildDied):
        file = in_care().and_("2024-03-05", CONCERN).and_("2024-03-06", some(end))
        assert states(file, "D19", "2024-03-07") == [["overdue"]]
        file.when("2024-04-01", CONCERN).recorded()


def test_each_concern_has_a_report_of_its_own() -> None:
    file = in_care().and_("2024-03-05", CONCERN).and_("2024-03-07", CONCERN).and_("2024-03-07", REPORT)
    assert states(file, "D19", "2024-03-08") == [["overdue", "met"]]
    assert states(file.and_("2024-03-08", REPORT), "D19", "2024-03-08") == [["met_late", "met"]]


def test_which_concern_a_report_names_is_sealed_and_moves_no_day() -> None:
    first, second = UUID(int=1), UUID(int=2)
    named = [
        in_care()
        .and_("2024-03-05", CONCERN, entry_id=first)
        .and_("2024-03-07", CONCERN, entry_id=second)
        .and_("2024-03-07", some(MandatoryReportMade, concern=concern))
        for concern in (first, second, NOT_ASKED)
    ]
    assert len({str(states(file, "D19", "2024-03-08")) for file in named}) == 1


# I28


@pytest.mark.rule("I28")
def test_harm_without_a_report_is_found_from_its_day_until_the_day_of_the_report() -> None:
    file = in_care().and_("2024-03-05", CONCERN)
    since = date(2024, 3, 5)
    assert file.lapses("I28", "2024-03-09") == [("no_evidence", since, date(2024, 3, 9))]
    file.and_("2024-03-08", REPORT)
    assert file.lapses("I28", "2024-03-09") == [("no_evidence", since, date(2024, 3, 7))]
    at_once = in_care().and_("2024-03-05", CONCERN).and_("2024-03-05", REPORT)
    assert at_once.lapses("I28", "2024-03-09") == []


@pytest.mark.rule("I28")
@pytest.mark.parametrize(("day", "warned"), [("2021-05-31", []), ("2021-06-01", ["I28"])])
def test_an_incident_that_nobody_can_explain_is_a_concern_that_day(day: str, warned: list[str]) -> None:
    unexplained = some(IncidentOccurred, is_cause_known=False)
    in_care().when(day, unexplained).recorded(*warned)
    in_care().and_(day, CONCERN).when(day, unexplained).recorded()
    in_care().and_("2020-05-01", CONCERN).when(day, unexplained).recorded(*warned)
    in_care().when(day, some(IncidentOccurred, is_cause_known=True)).recorded()


def test_an_incident_of_which_it_is_not_known_whether_its_cause_is_known_is_uncertain() -> None:
    in_care().when("2024-03-05", some(IncidentOccurred)).recorded("I28")
    assert ("I28", "uncertain") in in_care().and_("2024-03-05", some(IncidentOccurred)).found()


# R-SAF-1, R-SAF-2


@pytest.mark.rule("R-SAF-1")
@pytest.mark.parametrize(
    ("severity", "due"), [("major", "2024-03-05"), ("serious", "2024-03-06"), (NOT_ASKED, "2024-03-06")]
)
def test_an_incident_is_reported_up_the_sooner_the_worse_it_is(severity: object, due: str) -> None:
    file = in_care().and_("2024-03-05", some(IncidentOccurred, severity=severity, is_cause_known=True))
    last = date.fromisoformat(due)
    after = date.fromordinal(last.toordinal() + 1).isoformat()
    assert states(file, "R-SAF-1", due, after) == [["due"], ["overdue"]]
    incident = file.last.original
    assert states(file.and_(after, some(IncidentReportedUp, incident=incident)), "R-SAF-1", after) == [
        ["met_late"]
    ]


@pytest.mark.rule("R-SAF-1")
def test_what_a_report_that_names_no_incident_answered_is_not_changed_by_what_is_reported_later() -> None:
    incident = some(IncidentOccurred, severity="serious", is_cause_known=True)
    file = in_care().and_("2024-03-05", incident).and_("2024-03-06", incident)
    second = file.last.original
    file.and_("2024-03-07", some(IncidentReportedUp))
    assert states(file, "R-SAF-1", "2024-03-08") == [["overdue", "met"]]
    file.and_("2024-03-10", some(IncidentReportedUp, incident=second))
    assert states(file, "R-SAF-1", "2024-03-08", "2024-03-10") == [["overdue", "met"], ["overdue", "met"]]


@pytest.mark.rule("R-SAF-1")
def test_a_report_answers_what_surely_happened_by_then_before_what_may_have_happened_later() -> None:
    incident = some(IncidentOccurred, severity="serious", is_cause_known=True)
    file = in_care().and_("2024-03-05", incident).and_("2024-03-07", some(IncidentReportedUp))
    assert states(file, "R-SAF-1", "2024-03-08") == [["met_late"]]
    file.and_("2024-03-06..2024-03-20", incident)
    assert states(file, "R-SAF-1", "2024-03-08") == [["met_late", None]]


def test_a_minor_incident_is_not_reported_up() -> None:
    minor = some(IncidentOccurred, severity="minor", is_cause_known=True)
    assert in_care().and_("2024-03-05", minor).clocks("R-SAF-1") == []


@pytest.mark.rule("R-SAF-2")
def test_the_outcome_of_a_report_is_awaited_for_a_month_and_while_the_child_is_in_care() -> None:
    file = in_care().and_("2024-03-05", CONCERN).and_("2024-03-05", REPORT)
    assert states(file, "R-SAF-2", "2024-04-04", "2024-04-05") == [["due"], ["overdue"]]
    outcome = some(MandatoryReportOutcomeReceived, report=NOT_ASKED)
    assert states(file.and_("2024-04-05", outcome), "R-SAF-2", "2024-04-05") == [["met_late"]]
    left = in_care().and_("2024-03-05", REPORT).and_("2024-03-09", some(DepartureCompleted))
    assert states(left, "R-SAF-2", "2024-03-09") == [["void"]]


@pytest.mark.rule("R-SAF-1", "R-SAF-2")
@pytest.mark.parametrize(
    ("end", "because"),
    [
        (some(DepartureCompleted, reason="11"), "Departed"),
        (some(ChildDied), "Died"),
        (some(ChildTransferred), "Departed"),
        (some(ChildTransferred, to_institution=OTHER), "transferred"),
    ],
)
def test_what_is_awaited_of_an_authority_is_void_once_nobody_in_charge_can_meet_it(
    end: Event, because: str
) -> None:
    incident = some(IncidentOccurred, severity="serious", is_cause_known=True)
    file = in_care().and_("2024-03-08", incident).and_("2024-03-08", REPORT).and_("2024-03-09", end)
    for rule in ("R-SAF-1", "R-SAF-2"):
        assert states(file, rule, "2024-03-08", "2024-03-09", "2024-03-10") == [["due"], ["void"], ["void"]]
        clock = file.clock(rule)
        assert clock.void_because is not None
        assert clock.void_because.en == because


def test_what_the_next_institution_reports_it_awaits_itself() -> None:
    file = in_care().and_("2024-03-07", some(ChildTransferred, to_institution=OTHER))
    assert states(file.and_("2024-03-08", REPORT), "R-SAF-2", "2024-03-09") == [["due"]]


# R-SAF-3


@pytest.mark.rule("R-SAF-3")
@pytest.mark.parametrize(
    ("day", "situation", "channels", "found"),
    [
        ("2016-02-29", "domestic_violence", ("civil_affairs",), None),
        ("2016-03-01", "domestic_violence", ("civil_affairs",), "breach"),
        ("2024-03-05", "domestic_violence", ("civil_affairs", "police"), None),
        ("2024-03-05", "bullying", ("education",), None),
        ("2024-03-05", NOT_ASKED, ("education",), "uncertain"),
        ("2024-03-05", "domestic_violence", NOT_ASKED, "uncertain"),
    ],
)
def test_domestic_violence_is_reported_to_the_police(
    day: str, situation: object, channels: object, found: str | None
) -> None:
    report = some(MandatoryReportMade, concern=NOT_ASKED, situation=situation, reported_to=channels)
    file = in_care("2015-01-10").and_(day, report)
    assert [kind for rule, kind in file.found() if rule == "R-SAF-3"] == ([] if found is None else [found])


@pytest.mark.parametrize(("minutes", "refused"), [(-1440, True), (-1, True), (0, False), (1, False)])
def test_what_is_reported_before_it_was_discovered_is_refused(minutes: int, refused: bool) -> None:  # noqa: FBT001
    discovered = noon("2024-03-05")
    times = {"discovered_at": discovered, "reported_at": discovered + timedelta(minutes=minutes)}
    report = some(MandatoryReportMade, concern=NOT_ASKED, reported_to=("police",), **times)
    in_care().and_("2024-03-05", CONCERN).when("2024-03-05", report).refused(*["E10"] * refused)


# Missing


@pytest.mark.rule("R-SAF-4")
@pytest.mark.parametrize(
    ("reported", "warned"), [("2024-03-05", []), ("2024-03-06", []), ("2024-03-07", ["R-SAF-4"])]
)
def test_a_missing_child_is_reported_by_the_day_after_it_was_last_seen(
    reported: str, warned: list[str]
) -> None:
    report = some(ChildMissingReported, last_seen_at=noon("2024-03-05"))
    in_care().when(reported, report).recorded(*warned)


def test_when_nobody_says_when_the_child_was_seen_last_it_is_uncertain_whether_it_was_reported_soon() -> None:
    file = in_care().when("2024-03-05", some(ChildMissingReported)).recorded("R-SAF-4")
    assert ("R-SAF-4", "uncertain") in file.found()


@pytest.mark.rule("R-SAF-5")
def test_a_child_is_missing_from_the_day_it_was_last_seen_until_it_is_found() -> None:
    file = in_care().and_(
        "2024-03-06", some(ChildMissingReported, missing_kind="ran_away", last_seen_at=noon("2024-03-05"))
    )
    report = file.last.original
    assert [file.now(MISSING, day) for day in ("2024-03-04", "2024-03-05")] == [None, "ran_away"]
    file.and_("2024-03-09", some(MissingChildFound, report=report))
    assert [file.now(MISSING, day) for day in ("2024-03-08", "2024-03-09")] == ["ran_away", None]
    assert file.lapses("R-SAF-5") == [("breach", date(2024, 3, 5), date(2024, 3, 8))]


def test_who_left_is_missing_all_the_same_and_who_died_is_not() -> None:
    file = in_care().and_("2024-03-05", some(ChildMissingReported, missing_kind="lost"))
    file.and_("2024-05-05", some(DepartureCompleted, reason="07"))
    assert file.now(MISSING, "2024-05-05") == "lost"
    assert file.and_("2024-06-05", some(ChildDied)).now(MISSING, "2024-06-05") is None


# What is sealed


def test_what_tells_of_harm_is_sealed_wholly_and_what_tells_of_an_accident_is_not() -> None:
    sealed = {kind.__name__ for kind in CATALOGUE.values() if kind.seals == Category.SAFEGUARDING}
    assert sealed >= {
        "SafeguardingConcernRaised",
        "MandatoryReportMade",
        "MandatoryReportOutcomeReceived",
        "ProtectiveMeasureTaken",
        "LegalAidRequested",
        "JudicialAssistanceGranted",
    }
    rest = [kind for kind in CATALOGUE.values() if chapter(kind) == "safety" and not kind.sealed]
    assert {kind.seals for kind in rest} == {Category.HEALTH, Category.CONTACT}


@pytest.mark.parametrize("event", [CONCERN, some(MandatoryReportMade, reporter="于老师")])
def test_staff_are_not_told_what_was_found_or_who_reported_it(event: Event) -> None:
    shown = entry_json(in_care().and_("2024-03-05", event).last, None, STAFF)
    assert set(map(str, shown["data"].values())) == {str({"restricted": "safeguarding"})}


def test_what_is_due_of_harm_is_told_to_nobody_who_is_not_told_of_harm() -> None:
    file = in_care().and_("2024-03-05", CONCERN).and_("2024-03-06", REPORT)
    due = [
        row for row in obligations_of(file.file, file.stream, file.rulebook) if row.rule in {"D19", "R-SAF-2"}
    ]
    assert [set(row.rests_on) for row in due] == [{Category.SAFEGUARDING}, {Category.SAFEGUARDING}]
