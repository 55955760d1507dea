"""What supports schooling and rehabilitation: plans, lessons at home, dropping out, subsidies, devices."""

from datetime import date
from typing import Any

import pytest

from domain.event import Event
from domain.events.departure import DepartureCompleted
from domain.events.health import DisabilityAssessed, DisabilityCertificateIssued
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.rehab_support import (
    EXTERNAL,
    AssistiveDeviceFitted,
    AssistiveDeviceReviewed,
    ExternalRehabEnded,
    ExternalRehabStarted,
    RehabSubsidyApplied,
)
from domain.events.rehabilitation import RehabPlanClosed, RehabPlanMade
from domain.events.schooling import SchoolEnrolled
from domain.events.teaching import (
    DropoutDetected,
    DropoutReturned,
    HomeTeachingDelivered,
    IepMade,
    IepReviewed,
)
from domain.when import Days
from tests.support.given import NOT_ASKED, Given, given, some


def child(born: str | None = "2014-06-03", received: str = "2020-01-10") -> Given:
    """A child in care, whose birth may be unknown."""
    birth = NOT_ASKED if born is None else date.fromisoformat(born)
    return given((received, some(ChildReceived)), (received, some(IdentityRecorded, birth_on=birth)))


def on(day: str) -> date:
    return date.fromisoformat(day)


# R-EDU-2: who dropped out


@pytest.mark.rule("R-EDU-2")
@pytest.mark.parametrize("again", [some(DropoutReturned), some(SchoolEnrolled)])
def test_who_dropped_out_is_brought_back_to_school(again: Event) -> None:
    file = child().and_("2024-03-04", some(DropoutDetected))
    assert file.lapses("R-EDU-2", "2024-06-01") == [("breach", on("2024-03-04"), on("2024-06-01"))]
    file.and_("2024-05-06", again)
    assert file.lapses("R-EDU-2", "2024-06-01") == [("breach", on("2024-03-04"), on("2024-05-05"))]


@pytest.mark.rule("R-EDU-2")
def test_who_dropped_out_is_looked_for_until_sixteen_or_until_leaving() -> None:
    file = child("2010-06-03").and_("2026-03-04", some(DropoutDetected))
    assert file.lapses("R-EDU-2", "2026-08-01") == [("breach", on("2026-03-04"), on("2026-06-02"))]
    file.and_("2026-04-01", some(DepartureCompleted))
    assert file.lapses("R-EDU-2", "2026-08-01") == [("breach", on("2026-03-04"), on("2026-03-31"))]
    assert child(None).and_("2024-03-04", some(DropoutDetected)).lapses("R-EDU-2", "2024-06-01")


# R-EDU-3: lessons at home


def at_home() -> Given:
    return child().and_("2024-03-01", some(SchoolEnrolled, stage="primary", form="home_teaching"))


@pytest.mark.rule("R-EDU-3")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-03-31", "due"), ("2024-04-01", "due"), ("2024-04-02", "overdue")]
)
def test_a_child_schooled_at_home_is_taught_there_in_time(day: str, state: str) -> None:
    assert at_home().clock("R-EDU-3").state(on(day)) == state


@pytest.mark.rule("R-EDU-3")
def test_lessons_at_home_follow_each_other_until_another_form_or_the_leaving() -> None:
    file = at_home().and_("2024-03-20", some(HomeTeachingDelivered))
    assert [clock.due for clock in file.clocks("R-EDU-3")] == [
        Days.on(on("2024-04-01")),
        Days.on(on("2024-04-20")),
    ]
    file.and_("2024-04-10", some(SchoolEnrolled, stage="primary", form="special_school"))
    assert [clock.state(on("2024-05-01")) for clock in file.clocks("R-EDU-3")] == ["met", "void"]
    left = at_home().and_("2024-03-15", some(DepartureCompleted))
    assert left.clock("R-EDU-3").state(on("2024-04-02")) == "void"


def test_who_goes_to_a_school_is_not_taught_at_home() -> None:
    file = child().and_("2024-03-01", some(SchoolEnrolled, stage="primary", form="regular"))
    assert file.clocks("R-EDU-3") == []


# R-EDU-4: individual education plans


@pytest.mark.rule("R-EDU-4")
def test_a_plan_is_reviewed_by_the_day_that_was_said() -> None:
    file = child().and_("2024-03-01", some(IepMade, next_on=on("2024-09-01")))
    states = [file.clock("R-EDU-4").state(on(day)) for day in ("2024-08-31", "2024-09-01", "2024-09-02")]
    assert states == ["due", "due", "overdue"]
    file.and_("2024-09-01", some(IepReviewed, plan=file.last.entry_id, next_on=on("2025-03-01")))
    assert [clock.state(on("2024-09-02")) for clock in file.clocks("R-EDU-4")] == ["met", "due"]
    file.and_("2024-10-01", some(DepartureCompleted))
    assert file.clocks("R-EDU-4")[-1].state(on("2024-10-01")) == "void"


# R-REH-1: the subsidy


def disabled(kind: str, born: str | None = "2018-06-03") -> Given:
    return child(born).and_("2023-01-10", some(DisabilityAssessed, disability_class=kind, grade="2"))


@pytest.mark.rule("R-REH-1")
@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "5", "7"])
def test_for_a_disabled_child_below_seven_the_subsidy_is_applied_for(kind: str) -> None:
    file = disabled(kind)
    assert file.lapses("R-REH-1") == [("no_evidence", on("2023-01-10"), on("2025-06-02"))]
    file.and_("2024-01-10", some(RehabSubsidyApplied))
    assert file.lapses("R-REH-1") == [("no_evidence", on("2023-01-10"), on("2024-01-09"))]


@pytest.mark.rule("R-REH-1")
def test_the_subsidy_is_not_for_every_disability_and_an_unknown_age_is_a_doubt() -> None:
    assert disabled("0").lapses("R-REH-1") == []
    assert {kind for kind, _, _ in disabled("4", None).lapses("R-REH-1")} == {"uncertain"}
    unsaid = child("2018-06-03").and_("2023-01-10", some(DisabilityAssessed))
    assert {kind for kind, _, _ in unsaid.lapses("R-REH-1")} == {"uncertain"}


@pytest.mark.rule("R-REH-1")
def test_a_mental_disability_may_be_autism_until_the_age_of_the_subsidy() -> None:
    file = disabled("6")
    assert file.lapses("R-REH-1") == [("uncertain", on("2023-01-10"), on("2025-06-02"))]
    file.and_("2024-01-10", some(RehabSubsidyApplied))
    assert file.lapses("R-REH-1") == [("uncertain", on("2023-01-10"), on("2024-01-09"))]


# R-REH-2: plans that are over


def planned(**said: Any) -> Given:
    return child().and_("2024-03-01", some(RehabPlanMade, ends_on=on("2024-08-31"), **said))


@pytest.mark.rule("R-REH-2")
@pytest.mark.parametrize(
    ("day", "state"), [("2024-09-29", "due"), ("2024-09-30", "due"), ("2024-10-01", "overdue")]
)
def test_a_plan_is_closed_within_a_month_of_its_last_day(day: str, state: str) -> None:
    assert planned().clock("R-REH-2").state(on(day)) == state


@pytest.mark.rule("R-REH-2")
def test_the_plan_that_a_closing_names_is_closed() -> None:
    file = planned().and_("2024-05-01", some(RehabPlanMade, ends_on=on("2024-12-31")))
    file.and_("2024-09-10", some(RehabPlanClosed, plan=file.entries[-2].entry_id))
    assert [clock.met_by is not None for clock in file.clocks("R-REH-2")] == [True, False]
    file.and_("2024-11-10", some(DepartureCompleted))
    assert file.clocks("R-REH-2")[1].state(on("2025-02-01")) == "void"


# R-REH-3: devices


@pytest.mark.rule("R-REH-3")
def test_each_device_is_reviewed_by_its_own_day() -> None:
    file = child().and_("2024-03-01", some(AssistiveDeviceFitted, next_on=on("2024-09-01")))
    file.and_("2024-03-02", some(AssistiveDeviceFitted, next_on=on("2024-08-01")))
    chair, splint = file.entries[-2:]
    states = [file.clocks("R-REH-3")[0].state(on(day)) for day in ("2024-08-01", "2024-08-02")]
    assert states == ["due", "overdue"]
    file.and_("2024-07-30", some(AssistiveDeviceReviewed, fitting=splint.entry_id, next_on=on("2025-02-01")))
    assert {clock.due.last: clock.met_by is not None for clock in file.clocks("R-REH-3")} == {
        on("2024-08-01"): True,
        on("2024-09-01"): False,
        on("2025-02-01"): False,
    }
    file.and_("2024-08-30", some(AssistiveDeviceReviewed, fitting=chair.entry_id))
    assert [clock.met_by is not None for clock in file.clocks("R-REH-3")] == [True, True, False]


# R-REH-4: rehabilitation elsewhere


@pytest.mark.rule("R-REH-4")
def test_who_is_trained_elsewhere_is_back_by_the_day_that_was_said() -> None:
    file = child().and_("2024-03-01", some(ExternalRehabStarted, base="省康复中心", until=on("2024-06-01")))
    states = [file.clock("R-REH-4").state(on(day)) for day in ("2024-06-01", "2024-06-02")]
    assert states == ["due", "overdue"]
    assert file.now(EXTERNAL, "2024-06-01") == "省康复中心"
    file.and_("2024-06-01", some(ExternalRehabEnded, started=file.last.entry_id))
    assert file.clock("R-REH-4").state(on("2024-06-02")) == "met"
    assert file.now(EXTERNAL, "2024-06-01") is None


# R-DIS-2: certificates with a last day


@pytest.mark.rule("R-DIS-2")
def test_a_disability_certificate_is_renewed_before_its_last_day() -> None:
    issued = some(DisabilityCertificateIssued, valid_to=on("2024-06-30"))
    file = child().and_("2020-03-01", issued)
    clock = file.clock("R-DIS-2")
    assert clock.opened_on == on("2024-03-30")
    assert [clock.state(on(day)) for day in ("2024-06-30", "2024-07-01")] == ["due", "overdue"]
    file.and_("2024-06-30", some(DisabilityCertificateIssued))
    assert file.clock("R-DIS-2").state(on("2024-07-01")) == "met"


@pytest.mark.rule("R-DIS-2")
@pytest.mark.parametrize(("left_on", "opened"), [("2024-03-30", False), ("2024-03-31", True)])
def test_a_renewal_that_was_due_while_the_child_was_in_care_is_void_once_it_left(
    left_on: str, *, opened: bool
) -> None:
    issued = some(DisabilityCertificateIssued, valid_to=on("2024-06-30"))
    left = child().and_("2020-03-01", issued).and_(left_on, some(DepartureCompleted))
    clocks = left.clocks("R-DIS-2")
    assert [(each.state(on(left_on)), each.void_because and each.void_because.en) for each in clocks] == (
        [("void", "Departed")] if opened else []
    )
    left.and_("2024-05-10", some(ChildReceived))
    again = left.clocks("R-DIS-2")[-1]
    assert (again.opened_on, again.state(on("2024-07-01"))) == (on("2024-05-10"), "overdue")
