"""Rehabilitation: planned from an assessment, delivered under a plan."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.entry import AnyEntry
from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.rehabilitation import (
    PLAN,
    RehabAssessed,
    RehabPlanClosed,
    RehabPlanMade,
    RehabSessionDelivered,
)
from tests.support.given import NOT_ASKED, Given, given, some

ON_NO_PAPER = Unknown("not_on_paper")


def day(said: str | None) -> Any:
    return NOT_ASKED if said is None else date.fromisoformat(said)


def plan(
    assessment: UUID | Unknown = NOT_ASKED, starts: str | None = None, ends: str | None = None
) -> RehabPlanMade:
    return some(RehabPlanMade, assessment=assessment, starts_on=day(starts), ends_on=day(ends))


def session(under: AnyEntry | UUID | Unknown = NOT_ASKED) -> RehabSessionDelivered:
    named = under.entry_id if hasattr(under, "entry_id") else under
    return some(RehabSessionDelivered, plan=named, count=3)


def assessed() -> Given:
    return given(("2023-12-01", some(ChildReceived)), ("2024-01-08", some(RehabAssessed)))


def planned(starts: str | None = "2024-01-15", ends: str | None = "2024-06-30") -> Given:
    """A plan made on 10 January 2024 from an assessment two days before."""
    file = assessed()
    return file.and_("2024-01-10", plan(file.last.entry_id, starts, ends))


def under_way(file: Given, on: str) -> int:
    return len(file.on(on).each(PLAN))


# I08: a plan is made from an assessment


def test_a_plan_made_from_an_assessment_is_recorded() -> None:
    file = assessed()
    file.when("2024-01-10", plan(file.last.entry_id)).recorded()


def test_a_plan_may_be_made_on_the_day_of_the_assessment() -> None:
    file = assessed()
    file.when("2024-01-08", plan(file.last.entry_id)).recorded()


def test_a_plan_without_any_assessment_is_refused_and_stands_as_an_exception() -> None:
    for named in (uuid4(), NOT_ASKED):
        given().when("2024-01-10", plan(named)).refused("I08")
        excepted = given().when("2024-01-10", plan(named), exception="I08").recorded("I08")
        assert excepted.found() == {("I08", "no_evidence")}


def test_a_plan_is_recorded_once_there_is_an_assessment() -> None:
    given(("2024-01-08", some(RehabAssessed))).when("2024-01-10", plan()).recorded()


@pytest.mark.rule("I08")
def test_a_plan_made_before_its_assessment_is_refused() -> None:
    file = assessed()
    file.when("2024-01-05", plan(file.last.entry_id)).refused("I08")
    assert file.found() == {("I08", "breach")}


def test_a_plan_that_names_something_else_as_its_assessment_is_refused() -> None:
    file = assessed()
    file.when("2024-01-10", plan(file.entries[0].entry_id)).refused("I08")


def test_a_plan_on_paper_without_an_assessment_is_found_to_lack_evidence() -> None:
    file = given().when("2024-01-10", plan(ON_NO_PAPER), origin="import").recorded("I08")
    assert file.found() == {("I08", "no_evidence")}


def test_an_assessment_found_later_mends_the_finding() -> None:
    file = given(("2024-01-10", plan(ON_NO_PAPER), {"origin": "import"}))
    assert file.found() == {("I08", "no_evidence")}
    file.and_("2024-01-08", some(RehabAssessed), origin="paper")
    assert file.found() == set()


# I08: sessions fall within a plan's days


@pytest.mark.rule("I08")
@pytest.mark.parametrize(
    ("on", "rules"),
    [("2024-01-14", ["I08"]), ("2024-01-15", []), ("2024-06-30", []), ("2024-07-01", ["I08"])],
)
def test_a_session_falls_within_the_days_of_the_plan_it_names(on: str, rules: list[str]) -> None:
    file = planned()
    file.when(on, session(file.last)).refused(*rules)


def test_a_session_outside_the_plan_stands_as_an_exception() -> None:
    file = planned()
    file.when("2024-07-01", session(file.last), exception="I08").recorded("I08")
    assert file.found() == {("I08", "breach")}


def test_a_session_outside_the_plan_passes_once_the_plan_is_corrected() -> None:
    file = planned()
    made = file.last
    file.and_("2024-01-10", plan(file.entries[1].entry_id, "2024-01-15", "2024-12-31"), corrects=made)
    file.when("2024-07-01", session(made)).recorded()


def test_a_plan_without_a_known_end_never_contradicts() -> None:
    file = planned(starts=None, ends=None)
    made = file.last
    file.when("2026-07-01", session(made)).recorded()
    file.when("2026-07-02", session(ON_NO_PAPER), origin="import").recorded()


def test_a_session_under_no_plan_at_all_has_no_evidence() -> None:
    assessed().when("2024-01-20", session()).refused("I08")
    for named in (ON_NO_PAPER, uuid4()):
        file = assessed().when("2024-01-20", session(named), origin="import").recorded("I08")
        assert file.found() == {("I08", "no_evidence")}


def test_a_session_that_names_no_plan_needs_one_under_way() -> None:
    planned().when("2024-03-01", session(ON_NO_PAPER), origin="import").recorded()
    file = planned().when("2024-08-01", session(ON_NO_PAPER), origin="import").recorded("I08")
    assert file.found() == {("I08", "breach")}


def test_a_session_dated_by_the_month_in_which_the_plan_begins_may_be_early() -> None:
    file = planned()
    file.when("2024-01", session(file.last)).recorded("I08")
    assert file.found() == {("I08", "uncertain")}


def test_a_session_is_refused_after_its_plan_was_closed() -> None:
    file = planned()
    made = file.last
    file.and_("2024-04-01", some(RehabPlanClosed, plan=made.entry_id))
    file.when("2024-04-02", session(made)).refused("I08")
    file.when("2024-03-31", session(made)).recorded()


def test_a_plan_cannot_end_before_it_begins() -> None:
    assessed().when("2024-01-10", plan(NOT_ASKED, "2024-06-30", "2024-01-15")).refused("E10")


# Plans succeed plans


def test_a_plan_renewed_before_the_former_one_ended_runs_beside_it() -> None:
    file = planned().and_("2024-06-01", plan(NOT_ASKED, "2024-06-15", "2024-12-31"))
    assert [under_way(file, on) for on in ("2024-06-14", "2024-06-15", "2024-06-30", "2024-07-01")] == [
        1,
        2,
        2,
        1,
    ]


def test_a_plan_renewed_late_leaves_a_gap() -> None:
    file = planned().and_("2024-08-01", plan(NOT_ASKED, "2024-08-05", "2024-12-31"))
    assert [under_way(file, on) for on in ("2024-06-30", "2024-07-01", "2024-08-04", "2024-08-05")] == [
        1,
        0,
        0,
        1,
    ]


def test_closing_one_plan_leaves_the_other_under_way() -> None:
    file = planned()
    made = file.last
    file.and_("2024-03-01", plan(NOT_ASKED, "2024-03-01", "2024-12-31"))
    file.and_("2024-04-01", some(RehabPlanClosed, plan=made.entry_id))
    assert [under_way(file, on) for on in ("2024-03-31", "2024-04-01")] == [2, 1]


def test_a_corrected_plan_is_still_the_plan_that_is_closed() -> None:
    file = planned()
    made = file.last
    file.and_("2024-01-10", plan(file.entries[1].entry_id, "2024-02-01", "2024-12-31"), corrects=made)
    assert [under_way(file, on) for on in ("2024-01-31", "2024-02-01", "2024-12-31")] == [0, 1, 1]
    file.and_("2024-04-01", some(RehabPlanClosed, plan=made.entry_id))
    assert under_way(file, "2024-04-01") == 0


def test_leaving_ends_every_plan() -> None:
    file = planned().and_("2024-03-01", plan(NOT_ASKED)).and_("2024-04-01", some(DepartureCompleted))
    assert [under_way(file, on) for on in ("2024-03-31", "2024-04-01")] == [2, 0]
