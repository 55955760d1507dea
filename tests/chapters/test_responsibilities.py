"""Who of the staff answers for what, from which day on, and whom an institution tells of delays."""

import pytest

import domain.events  # noqa: F401 - registers the catalogue
from domain.codes import tables
from domain.event import CATALOGUE
from domain.events.institution.responsibilities import (
    ESCALATION,
    RESPONSIBLE,
    EscalationStep,
    EscalationStepsSet,
    ResponsibilityEnded,
    ResponsibilityGiven,
)
from domain.events.institution.staff import StaffDismissed, StaffLeft
from domain.responsibility import APPROVALS, POSTS, part_of_rule, part_of_system, parts_of_events, rules_of
from domain.rulebook import Rulebook
from tests.support.given import Given, given, some


def made(staff_no: str, *responsible_for: str) -> ResponsibilityGiven:
    return some(
        ResponsibilityGiven, staff_no=staff_no, name=f"职工{staff_no}", responsible_for=responsible_for
    )


def steps(*said: tuple[int, str]) -> EscalationStepsSet:
    return EscalationStepsSet(steps=tuple(EscalationStep(after_days=days, to=to) for days, to in said))


def answering(house: Given, day: str) -> set[tuple[str, ...]]:
    """What the people answer for who are responsible on a day."""
    held = ((fact.held.key, fact.held.value) for fact in house.on(day).each(RESPONSIBLE))
    return {(key, *person.responsible_for) for key, person in held if person is not None}


def told(house: Given, day: str) -> list[tuple[int, str]]:
    """The steps that hold on a day."""
    held = [fact.held.value for fact in house.on(day).each(ESCALATION)]
    return [(each.after_days, each.to) for each in held if each is not None]


def test_somebody_answers_for_their_part_of_the_work_from_the_day_on() -> None:
    house = given(("2026-03-01", made("1", "health", "rehabilitation")), ("2026-03-01", made("2", "health")))
    assert answering(house, "2026-02-28") == set()
    assert answering(house, "2026-03-01") == {("1", "health", "rehabilitation"), ("2", "health")}


def test_what_is_said_anew_of_somebody_holds_instead_of_what_was_said_before() -> None:
    house = given(("2026-03-01", made("1", "health", "head")), ("2026-05-01", made("1", "archive")))
    assert answering(house, "2026-04-30") == {("1", "health", "head")}
    assert answering(house, "2026-05-01") == {("1", "archive")}


@pytest.mark.parametrize("end", [ResponsibilityEnded, StaffLeft, StaffDismissed])
def test_who_is_relieved_leaves_or_is_dismissed_answers_for_nothing_from_that_day_on(
    end: type[ResponsibilityEnded | StaffLeft | StaffDismissed],
) -> None:
    house = given(
        ("2026-03-01", made("1", "health")),
        ("2026-03-01", made("2", "archive")),
        ("2026-05-01", some(end, staff_no="1")),
    )
    assert answering(house, "2026-04-30") == {("1", "health"), ("2", "archive")}
    assert answering(house, "2026-05-01") == {("2", "archive")}


def test_who_left_and_of_whom_the_number_is_not_known_ends_nothing() -> None:
    house = given(("2026-03-01", made("1", "health")), ("2026-05-01", some(StaffLeft)))
    assert answering(house, "2026-05-01") == {("1", "health")}


def test_whoever_is_relieved_was_made_responsible_before() -> None:
    given().when("2026-05-01", some(ResponsibilityEnded, staff_no="1")).recorded("E16")


def test_the_steps_set_last_hold_and_none_at_all_tell_nobody() -> None:
    house = given(
        ("2026-03-01", steps((1, "responsible"), (7, "deputy"), (15, "head"))),
        ("2026-05-01", steps((3, "head"))),
        ("2026-07-01", steps()),
    )
    assert told(house, "2026-02-28") == []
    assert told(house, "2026-04-30") == [(1, "responsible"), (7, "deputy"), (15, "head")]
    assert told(house, "2026-05-01") == [(3, "head")]
    assert told(house, "2026-07-01") == []


@pytest.mark.rule("R-ESC-1")
@pytest.mark.parametrize("days", [(7, 7), (7, 3)])
def test_each_step_comes_more_days_after_the_due_day_than_the_one_before(days: tuple[int, int]) -> None:
    given().when("2026-03-01", steps((days[0], "deputy"), (days[1], "head"))).refused("R-ESC-1")
    given().when("2026-03-01", steps((days[0], "deputy"), (days[0] + 1, "head"))).recorded()


def test_every_rule_and_every_event_is_for_one_part_of_the_work() -> None:
    parts = tables()["responsibility"].codes
    rules = Rulebook.shipped().rules
    assert {part_of_rule(rule) for rule in rules} <= {*parts}
    assert parts_of_events(CATALOGUE) <= {*parts}
    assert part_of_rule("no rule") is None
    of_parts = [rules_of([part]) for part in parts]
    assert sorted(rule for each in of_parts for rule in each) == sorted(rules)
    # What no rule is for is a post, a system, or deciding on what others recorded.
    without = {part for part, each in zip(parts, of_parts, strict=True) if not each}
    assert without == {*POSTS, APPROVALS, *(each for each in parts if each.startswith("system_"))}


def test_differences_with_a_system_that_is_kept_are_for_who_keeps_it() -> None:
    systems = tables()["other_system"].codes
    assert {each: part_of_system(each) for each in systems} == {
        each: "system_national" if each == "national" else "comparison" for each in systems
    }


def test_whoever_is_told_is_who_answers_for_the_work_a_post_or_a_role() -> None:
    recipients = [*tables()["escalation_recipient"].codes]
    assert recipients == ["responsible", *POSTS, "supervisor", "bureau"]
