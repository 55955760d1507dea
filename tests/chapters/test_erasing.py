"""Erasure: approved by two others, put off by a hold, kept from by retention, and stopped in time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.entry import Recorder
from domain.event import Category
from domain.events.archive import ArchiveAppraised, ArchiveOpened
from domain.events.departure import DepartureCompleted
from domain.events.erasure import (
    ErasureApproved,
    ErasureCompleted,
    ErasureHoldImposed,
    ErasureHoldLifted,
    ErasureRejected,
    ErasureRequested,
    ErasureStarted,
)
from domain.events.intake import ChildReceived
from domain.requested_erasure import erased_by, requested_erasures
from tests.support.given import CLERK, SUPERVISOR, Given, given, some

OTHER = Recorder(user=uuid4(), role="supervisor", institution=SUPERVISOR.institution)
RECEIVED = ("2016-03-01", some(ChildReceived))


def asked(*before: tuple[Any, ...], ground: str = "unlawful", by: Recorder = CLERK) -> Given:
    request = some(ErasureRequested, ground=ground, categories=("identity", "family"))
    return given(RECEIVED, *before, ("2026-10-01", request, {"by": by}))


def request_of(file: Given) -> Any:
    return next(each.entry_id for each in file.entries if isinstance(each.event, ErasureRequested))


def approve(file: Given, *people: Recorder, on: str = "2026-10-05") -> Given:
    for person in people:
        file.and_(on, some(ErasureApproved, request=request_of(file)), by=person)
    file.entries = [
        replace(each, recorded_at=datetime.combine(each.days.last, datetime.min.time(), UTC))
        for each in file.entries
    ]
    return file


def starting(file: Given) -> ErasureStarted:
    return some(ErasureStarted, request=request_of(file), categories=("identity", "family"))


def state(file: Given, day: str = "2026-11-22") -> str:
    (erasure,) = requested_erasures(file.file, file.rulebook)
    return erasure.state(date.fromisoformat(day))


@pytest.mark.rule("R-ERA-1")
def test_an_erasure_is_approved_by_two_people_neither_of_whom_recorded_the_request() -> None:
    file = asked(by=SUPERVISOR)
    approval = some(ErasureApproved, request=request_of(file))
    file.when("2026-10-05", approval, by=SUPERVISOR).refused("R-ERA-1")
    file = approve(asked(), SUPERVISOR)
    assert state(file) == "waiting"
    file.when("2026-10-05", some(ErasureApproved, request=request_of(file)), by=SUPERVISOR).refused("R-ERA-1")
    assert state(file) == "waiting"
    file = approve(asked(), SUPERVISOR)
    file.when("2026-10-05", some(ErasureApproved, request=request_of(file)), by=OTHER).recorded()
    assert state(approve(file)) == "due"


def test_what_is_asked_for_otherwise_is_approved_again() -> None:
    file = approve(asked(), SUPERVISOR, OTHER)
    changed = replace(file.entries[1].event, categories=("identity", "family", "health"))
    file.and_("2026-10-01", changed, corrects=file.entries[1])
    assert state(file) == "waiting"


@pytest.mark.rule("R-ERA-2")
def test_nothing_is_approved_or_started_while_there_is_a_hold() -> None:
    held = ("2026-10-02", some(ErasureHoldImposed, ground="lawsuit"))
    file = asked(held)
    approval = some(ErasureApproved, request=request_of(file))
    file.when("2026-10-05", approval, by=SUPERVISOR).refused("R-ERA-2")
    file = approve(asked(), SUPERVISOR, OTHER).and_(*held)
    assert state(file) == "held"
    file.when("2026-11-20", starting(file)).refused("R-ERA-2")
    file = approve(asked(), SUPERVISOR, OTHER).and_(*held)
    file.and_("2026-11-01", some(ErasureHoldLifted, hold=file.last.entry_id))
    assert state(file) == "due"
    file.when("2026-11-20", starting(file)).recorded()


@pytest.mark.rule("R-ERA-3")
@pytest.mark.parametrize(
    ("ground", "before", "refuses"),
    [
        ("retention_over", [], ["R-ERA-3"]),
        ("retention_over", [ArchiveOpened], ["R-ERA-3"]),
        ("unlawful", [ArchiveOpened], []),
        ("court_order", [ArchiveOpened], []),
    ],
)
def test_what_is_to_be_kept_is_not_erased_but_for_what_was_unlawful_or_a_court_orders(
    ground: str, before: Sequence[Any], refuses: Sequence[str]
) -> None:
    """In care still, or with an archive that is kept permanently."""
    said = [("2016-04-01", some(kind, retention="permanent")) for kind in before]
    file = asked(*said, ground=ground)
    file.when("2026-10-05", some(ErasureApproved, request=request_of(file)), by=SUPERVISOR)
    file.refused(*refuses)


@pytest.mark.rule("R-ERA-3")
@pytest.mark.parametrize(("left", "speaks"), [("2016-10-04", []), ("2016-10-05", ["R-ERA-3"])])
def test_the_time_of_an_archive_counts_from_when_the_child_left_and_is_a_warning(
    left: str, speaks: Sequence[str]
) -> None:
    """Ten years, by the last that is said of the archive; since when they count is not verified."""
    file = asked(
        ("2016-04-01", some(ArchiveOpened, retention="permanent")),
        (left, some(DepartureCompleted)),
        ("2016-12-01", some(ArchiveAppraised, retention="ten_years")),
        ground="retention_over",
    )
    file.when("2026-10-05", some(ErasureApproved, request=request_of(file)), by=SUPERVISOR)
    file.refused().recorded(*speaks)


@pytest.mark.rule("R-ERA-4")
@pytest.mark.parametrize(("day", "refuses"), [("2026-10-12", ["R-ERA-4"]), ("2026-10-13", [])])
def test_an_erasure_starts_after_seven_days_in_which_it_may_be_stopped(
    day: str, refuses: Sequence[str]
) -> None:
    file = approve(asked(), SUPERVISOR, OTHER)
    assert state(file, day) == ("cooling" if refuses else "due")
    file.when(day, starting(file)).refused(*refuses)


@pytest.mark.rule("R-ERA-4")
def test_an_approval_that_is_recorded_with_an_earlier_day_shortens_nothing() -> None:
    file = approve(asked(), SUPERVISOR, OTHER)
    file.entries = [replace(each, recorded_at=datetime(2026, 11, 20, tzinfo=UTC)) for each in file.entries]
    assert state(file) == "cooling"


@pytest.mark.rule("R-ERA-4")
def test_nothing_starts_that_only_one_has_approved_or_that_was_rejected() -> None:
    file = approve(asked(), SUPERVISOR)
    file.when("2026-11-20", starting(file)).refused("R-ERA-4")
    file = approve(asked(), SUPERVISOR, OTHER)
    file.and_("2026-10-06", some(ErasureRejected, request=request_of(file)))
    assert state(file) == "rejected"
    file.when("2026-11-20", starting(file)).refused("R-ERA-4")


@pytest.mark.rule("R-ERA-5")
def test_a_request_is_decided_within_thirty_days() -> None:
    file = asked()
    assert [file.clock("R-ERA-5").state(date(2026, 10, day)) for day in (1, 31)] == ["due", "due"]
    assert file.clock("R-ERA-5").state(date(2026, 11, 1)) == "overdue"
    assert approve(asked(), SUPERVISOR).clock("R-ERA-5").met_by is None
    assert approve(asked(), SUPERVISOR, OTHER).clock("R-ERA-5").state(date(2026, 10, 5)) == "met"
    rejected = asked()
    rejected.and_("2026-10-06", some(ErasureRejected, request=request_of(rejected)))
    assert rejected.clock("R-ERA-5").state(date(2026, 10, 6)) == "met"


@pytest.mark.rule("R-ERA-6")
def test_what_two_have_approved_is_erased_within_thirty_days() -> None:
    assert approve(asked(), SUPERVISOR).clocks("R-ERA-6") == []
    file = approve(asked(), SUPERVISOR, OTHER)
    assert file.clock("R-ERA-6").state(date(2026, 11, 4)) == "due"
    assert file.clock("R-ERA-6").state(date(2026, 11, 5)) == "overdue"
    rejected = approve(asked(), SUPERVISOR, OTHER)
    rejected.and_("2026-10-06", some(ErasureRejected, request=request_of(rejected)))
    assert rejected.clock("R-ERA-6").state(date(2026, 11, 5)) == "void"
    file.and_("2026-10-14", starting(file)).and_(
        "2026-10-14", some(ErasureCompleted, request=request_of(file))
    )
    assert file.clock("R-ERA-6").state(date(2026, 11, 5)) == "met"
    assert state(file) == "completed"


def test_an_erasure_erases_the_file_with_those_joined_to_it_or_another_person() -> None:
    other, person = uuid4(), uuid4()
    file = approve(asked(), SUPERVISOR, OTHER)
    own = file.entry("2026-11-20", replace(starting(file), joined=(other,)))
    assert erased_by([own]) == {
        (subject, category)
        for subject in (file.stream, other)
        for category in (Category.IDENTITY, Category.FAMILY)
    }
    of_person = file.entry("2026-11-20", replace(starting(file), person=person))
    assert {subject for subject, _ in erased_by([own, of_person, file.entries[0]])} == {
        file.stream,
        other,
        person,
    }
