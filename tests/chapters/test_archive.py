"""The archive of a child's papers."""

from datetime import date

import pytest

from domain.events.archive import (
    ARCHIVE_PLACE,
    ARCHIVE_STATE,
    ArchiveAppraised,
    ArchiveCheckedOut,
    ArchiveDestroyed,
    ArchiveOpened,
    ArchiveReturned,
    ArchiveSealed,
    ArchiveTransferred,
)
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived
from tests.support.given import NOT_ASKED, Given, given, some


def opened() -> Given:
    return given(
        ("2026-01-10", some(ChildReceived)),
        ("2026-01-12", some(ArchiveOpened, place="二楼档案室")),
    )


def test_an_archive_is_open_then_sealed_then_elsewhere_and_last_destroyed() -> None:
    child = opened().and_("2026-05-01", some(ArchiveSealed, place="密集架三排"))
    child.and_("2036-06-01", some(ArchiveTransferred, receiver="市档案馆"))
    child.and_("2066-06-01", some(ArchiveDestroyed))
    shown = [
        (child.now(ARCHIVE_STATE, day), child.now(ARCHIVE_PLACE, day)) for day in ("2026-01-11", "2026-01-12")
    ]
    assert shown == [(None, None), ("open", "二楼档案室")]
    days = ("2026-05-01", "2036-06-01", "2066-06-01")
    assert [child.now(ARCHIVE_STATE, day) for day in days] == ["sealed", "transferred", "destroyed"]
    assert child.now(ARCHIVE_PLACE, "2040-01-01") == "市档案馆"


@pytest.mark.rule("R-ARC-1")
@pytest.mark.parametrize(
    ("said", "due"), [(date(2026, 3, 15), date(2026, 3, 15)), (NOT_ASKED, date(2026, 3, 31))]
)
def test_what_was_lent_is_back_by_the_day_that_was_said_or_within_thirty_days(said: date, due: date) -> None:
    clock = opened().and_("2026-03-01", some(ArchiveCheckedOut, due_on=said)).clock("R-ARC-1")
    assert clock.due.last == due
    assert [clock.state(day) for day in (due, date(2026, 4, 1))] == ["due", "overdue"]


@pytest.mark.rule("R-ARC-1")
@pytest.mark.parametrize(
    ("on", "state"), [("2026-03-14", "met"), ("2026-03-15", "met"), ("2026-03-16", "met_late")]
)
def test_its_return_clears_it_and_nothing_else_does(on: str, state: str) -> None:
    child = opened().and_("2026-03-01", some(ArchiveCheckedOut, due_on=date(2026, 3, 15)))
    child.and_("2026-03-10", some(DepartureCompleted, reason="99"))
    assert child.clock("R-ARC-1").state(date(2026, 3, 20)) == "overdue"
    assert child.and_(on, some(ArchiveReturned)).clock("R-ARC-1").state(date(2026, 3, 20)) == state


def test_of_two_that_were_lent_a_return_clears_the_one_it_names() -> None:
    child = opened().and_("2026-03-01", some(ArchiveCheckedOut))
    first = child.last
    child.and_("2026-03-02", some(ArchiveCheckedOut))
    child.and_("2026-03-05", some(ArchiveReturned, checkout=first.entry_id))
    assert [clock.met_by is not None for clock in child.clocks("R-ARC-1")] == [True, False]


@pytest.mark.rule("R-ARC-2")
@pytest.mark.parametrize(
    ("appraised_on", "result", "kinds"),
    [
        ("2026-05-31", "destroy", set()),
        ("2026-06-01", "destroy", set()),
        ("2026-06-02", "destroy", {"no_evidence"}),
        ("2026-05-31", "kept", {"breach"}),
        ("2026-05-31", NOT_ASKED, {"uncertain"}),
    ],
)
def test_nothing_is_destroyed_unless_an_appraisal_decided_so(
    appraised_on: str, result: str, kinds: set[str]
) -> None:
    child = opened().and_(appraised_on, some(ArchiveAppraised, result=result))
    child.and_("2026-06-01", some(ArchiveDestroyed))
    assert {kind for rule, kind in child.found() if rule == "R-ARC-2"} == kinds


@pytest.mark.rule("R-ARC-2")
def test_it_is_refused_where_nothing_was_appraised_or_the_named_appraisal_decided_otherwise() -> None:
    opened().when("2026-06-01", some(ArchiveDestroyed)).refused("R-ARC-2")
    child = opened().and_("2026-05-01", some(ArchiveAppraised, result="kept"))
    kept = child.last
    child.and_("2026-05-02", some(ArchiveAppraised, result="destroy"))
    child.when("2026-06-01", some(ArchiveDestroyed, appraisal=kept.entry_id)).refused("R-ARC-2")
    child.when("2026-06-01", some(ArchiveDestroyed)).recorded()
