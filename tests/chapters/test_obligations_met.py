"""What is due is met by what could have met it, and planned visits fall due on their days."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from api.contract.obligations import obligation_json
from domain.entry import AnyEntry
from domain.event import Event, Unknown
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.household import IdCardApplied
from domain.events.insurance import InsuranceStatusChecked
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement.arrangements import EnlistmentRegistered, FollowUpPlanned
from domain.events.placement.placed import AdultPlaced, AfterCareVisitMade
from domain.file import fold
from domain.impact import impact
from domain.obligations import OBLIGATIONS, clocks
from domain.rulebook import Rulebook
from projections.obligations import obligations_of
from tests.support.fictional_lives import told_on
from tests.support.given import TODAY, Given, given, some


def planned(*days: str) -> FollowUpPlanned:
    return some(FollowUpPlanned, visits_on=tuple(date.fromisoformat(day) for day in days))


def visited(next_on: str | None = None) -> AfterCareVisitMade:
    return some(
        AfterCareVisitMade, mode="home", next_on=None if next_on is None else date.fromisoformat(next_on)
    )


def placed() -> Given:
    """A young man who was placed on 1 March 2026, with visits planned for June and December."""
    return given(
        ("2020-03-01", some(ChildReceived)),
        ("2026-02-05", planned("2026-06-10", "2026-12-10")),
        ("2026-03-01", some(AdultPlaced)),
    )


def states(file: Given, day: str) -> list[str | None]:
    return [clock.state(date.fromisoformat(day)) for clock in file.clocks("R-VIS-1")]


@pytest.mark.rule("R-VIS-1")
def test_each_planned_visit_falls_due_on_its_day() -> None:
    file = placed()
    assert [clock.due.last for clock in file.clocks("R-VIS-1")] == [date(2026, 6, 10), date(2026, 12, 10)]
    assert states(file, "2026-02-04") == [None, None]
    assert states(file, "2026-06-10") == ["due", "due"]
    assert states(file, "2026-06-11") == ["overdue", "due"]


def test_the_days_that_are_left_are_counted_to_the_day_on_which_it_was_met_or_void() -> None:
    def left(file: Given, day: str) -> list[int]:
        due = obligations_of(file.file, file.stream, file.rulebook, "R-VIS-1")
        return [obligation_json(each, date.fromisoformat(day))["days_left"] for each in due]

    assert [left(placed(), day)[0] for day in ("2026-06-09", "2026-06-10", "2026-06-11")] == [1, 0, -1]
    met = placed().and_("2026-06-08", visited())
    assert [left(met, day)[0] for day in ("2026-06-07", "2026-06-08", "2026-11-20")] == [3, 2, 2]
    late = placed().and_("2026-06-12", visited())
    assert left(late, "2026-11-20")[0] == -2
    void = placed().and_("2026-12-01", some(ChildDied))
    assert [left(void, day)[1] for day in ("2026-11-30", "2026-12-01", "2027-01-20")] == [10, 9, 9]


@pytest.mark.rule("R-VIS-1")
def test_a_planned_visit_is_met_by_the_visit_nearest_to_its_day_and_by_no_call_right_after_the_plan() -> None:
    in_time = placed().and_("2026-06-08", visited())
    assert states(in_time, "2026-06-10") == ["met", "due"]
    late = placed().and_("2026-06-12", visited())
    assert states(late, "2026-06-12") == ["met_late", "due"]
    at_once = placed().and_("2026-03-02", visited()).and_("2026-03-03", visited())
    assert states(at_once, "2026-12-11") == ["overdue", "overdue"]
    both = late.and_("2027-01-10", visited())
    assert states(both, "2027-01-10") == ["met_late", "met_late"]


@pytest.mark.rule("R-VIS-1")
@pytest.mark.parametrize("ends", [some(ChildDied), some(ChildReceived), planned("2027-01-10")])
def test_a_planned_visit_is_void_after_death_in_care_again_and_with_a_new_plan(ends: Event) -> None:
    file = placed().and_("2026-07-01", ends)
    assert states(file, "2026-06-30")[:2] == ["overdue", "due"]
    assert states(file, "2026-07-01")[:2] == ["void", "void"]
    assert states(file, "2027-01-11")[2:] == (["overdue"] if isinstance(ends, FollowUpPlanned) else [])


@pytest.mark.rule("R-VIS-1")
def test_the_next_visit_agreed_on_falls_due_and_another_one_takes_its_place() -> None:
    file = given(("2026-03-01", some(AdultPlaced)), ("2026-04-01", visited("2026-08-01")))
    assert states(file, "2026-08-02") == ["overdue"]
    moved = file.and_("2026-05-01", visited("2026-10-01"))
    assert states(moved, "2026-10-02") == ["void", "overdue"]
    replanned = moved.and_("2026-09-01", planned("2026-11-01"))
    assert states(replanned, "2026-09-01") == ["void", "void", "due"]


@pytest.mark.rule("R-VIS-1")
def test_a_plan_without_days_is_a_finding() -> None:
    file = given(("2026-02-05", some(FollowUpPlanned, visits_on=Unknown("not_on_paper"))))
    assert file.found() == {("R-VIS-1", "no_evidence"), ("R-PLC-2", "uncertain")}


@pytest.mark.rule("D18")
def test_a_registration_for_service_before_the_year_of_eighteen_meets_nothing() -> None:
    for day, state in (("2013-05-01", "overdue"), ("2025-12-31", "overdue"), ("2026-01-01", "met")):
        file = given(
            ("2015-03-01", some(IdentityRecorded, sex="1", birth_on=date(2008, 5, 1))),
            ("2012-03-01", some(ChildReceived)),
            (day, some(EnlistmentRegistered)),
        )
        assert file.clock("D18").state(date(2027, 1, 1)) == state


@pytest.mark.rule("D10", "D11")
def test_what_came_when_nothing_was_required_any_more_has_met_nothing() -> None:
    checked = given(
        ("2020-03-01", some(ChildReceived)),
        ("2020-03-10", some(DepartureCompleted, reason="12")),
        ("2022-03-01", some(ChildReceived)),
        ("2022-03-01", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True)),
    )
    assert [clock.state(date(2022, 3, 1)) for clock in checked.clocks("D10")] == ["void", "met"]
    applied = given(
        ("2010-03-01", some(IdentityRecorded, birth_on=date(2008, 5, 1))),
        ("2010-03-01", some(ChildReceived)),
        ("2024-06-01", some(DepartureCompleted, reason="12")),
        ("2024-07-01", some(IdCardApplied)),
    )
    assert applied.clock("D11").state(date(2024, 7, 1)) == "void"


@pytest.mark.rule("R-VIS-1")
def test_of_several_visits_that_one_plan_made_due_the_impact_names_the_one_that_is_met() -> None:
    file = placed()
    before = file.file
    after = file.and_("2026-06-08", visited()).file
    (change,) = impact(before, after, Rulebook.shipped(), date(2026, 6, 9)).obligations
    assert change.before is not None
    assert change.after is not None
    assert (change.before.met_by, change.after.due.last) == (None, date(2026, 6, 10))
    assert change.after.met_by is not None


def test_nothing_that_was_due_on_a_day_of_a_life_is_lost_by_what_happened_later() -> None:
    """What was opened by a day is told of for that day ever after: as due, overdue, met or void."""

    def told(entries: Iterable[AnyEntry], day: date) -> list[tuple[Any, ...]]:
        states = ((clock, clock.state(day)) for clock in clocks(fold(entries), Rulebook.shipped()))
        return sorted(
            (clock.rule, clock.opened_on, clock.due.last, state)
            for clock, state in states
            if state is not None
        )

    seen: set[str] = set()
    for file in told_on(TODAY):
        stands = [replace(entry, entry_id=entry.original, corrects=None) for entry in file.standing()]
        days = sorted({entry.days.last for entry in stands})
        for day in {*days[:2], days[len(days) // 2]}:
            # A birth holds for the whole life, whenever it was established: that is knowing, not happening.
            happened = [entry for entry in stands if entry.days.last <= day]
            later = [
                entry
                for entry in stands
                if entry.days.last > day and all(held.days is not None for held in entry.event.holds(entry))
            ]
            then = told(happened, day)
            assert told([*happened, *later], day) == then
            seen.update(rule for rule, *_ in then)
    assert len(seen) > len(OBLIGATIONS) / 2
