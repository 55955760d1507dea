"""What says the same again and again is judged for all its days at once, as if each were judged by itself."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from domain.entry import AnyEntry
from domain.event import Event
from domain.events.departure import ChildDied
from domain.events.intake import ChildReceived
from domain.events.rehabilitation import RehabAssessed, RehabPlanClosed, RehabPlanMade, RehabSessionDelivered
from domain.file import File, fold
from domain.judging import Judgement, findings, judged_entry
from domain.rulebook import Rulebook
from domain.when import Days
from tests.support.exploring import examples
from tests.support.fictional_lives import told_on
from tests.support.given import NOT_ASKED, Given, some
from tests.support.given import given as happened
from tests.support.strategies import IDS, KINDS, dates, streams

RULEBOOK = Rulebook.shipped()
TODAY = date(2026, 11, 22)
DAILY = tuple(kind for kind in KINDS if not kind.once and kind.holds is Event.holds)
"""Kinds of event that may happen every day."""
thorough = settings(max_examples=examples(100), suppress_health_check=list(HealthCheck))


def each_by_itself(file: File) -> list[Judgement]:
    """What is found where no entry is judged with another."""
    return [found for entry in file.entries for found in judged_entry(file.copy(), entry, RULEBOOK)]


@st.composite
def happening_again(draw: st.DrawFn) -> list[AnyEntry]:
    """Entries of which some say the same on other days, and most nothing but their event."""
    kinds = draw(st.lists(st.sampled_from(DAILY), min_size=1, max_size=2))
    some_life = draw(streams(most=3))
    daily = draw(streams(tuple(kinds), most=2))
    plain = [
        replace(each, days=Days.on(each.days.last), documents=(), exception=None, corrects=None, reason=None)
        for each in daily
    ]
    again = [
        replace(plain[which % len(plain)], days=Days.on(day))
        for which, day in draw(st.lists(st.tuples(st.integers(0, 1), dates), min_size=1, max_size=5))
    ]
    return [
        replace(each, entry_id=IDS[place], version=place + 1, position=3 * (place + 1))
        for place, each in enumerate([*some_life, *plain, *again])
    ]


@thorough
@given(entries=happening_again())
def test_each_of_them_is_judged_as_it_would_be_by_itself(entries: list[AnyEntry]) -> None:
    found = list(findings(fold(entries), RULEBOOK))
    event(f"something is found: {bool(found)}")
    assert found == each_by_itself(fold(entries))


@thorough
@given(entries=happening_again(), known=st.integers(0, 9))
def test_they_are_judged_again_once_something_else_is_recorded(entries: list[AnyEntry], known: int) -> None:
    # Given a file whose findings are known
    file = fold(entries[:known])
    list(findings(file, RULEBOOK))
    # When the others come in
    later = file.extended(entries[known:])
    later.inherit(file)
    # Then what is found is what is found of all of them
    assert list(findings(later, RULEBOOK)) == each_by_itself(fold(entries))


def test_in_whole_lives_each_is_judged_as_it_would_be_by_itself() -> None:
    for file in told_on(TODAY):
        assert list(findings(file, RULEBOOK)) == each_by_itself(file)


def trained(*days: str, starts: date = date(2024, 1, 15), ends: date = date(2024, 6, 30)) -> Given:
    """A plan from a day to a day, and a training under it on these days: each says the same."""
    file = happened(("2023-12-01", some(ChildReceived)), ("2024-01-08", some(RehabAssessed)))
    planned = some(RehabPlanMade, assessment=file.last.entry_id, starts_on=starts, ends_on=ends)
    plan = file.and_("2024-01-10", planned).last.entry_id
    for each in days:
        file.and_(each, some(RehabSessionDelivered, plan=plan, count=1))
    return file


@pytest.mark.parametrize(
    ("on", "says", "around", "rule"),
    [
        ("2024-02-03", {"plan": UUID(int=1)}, {}, "I08"),
        ("2024-02-03", {"item": "none such"}, {}, "E03"),
        ("2026-12-01", {}, {}, "E02"),
        ("1899-12-31", {}, {}, "E13"),
        ("2024-02-03", {}, {"exception": "I08"}, "X09"),
        ("2024-02-03", {}, {"documents": ("none such",)}, "E03"),
        ("2024-02-03", {}, {"noted_on": "2024-02-02"}, "E10"),
    ],
)
def test_what_says_something_else_or_is_told_otherwise_is_judged_by_itself(
    on: str, says: dict[str, Any], around: dict[str, Any], rule: str
) -> None:
    file = trained("2024-02-01", "2024-02-02", starts=date(1890, 1, 1), ends=date(2030, 12, 31))
    file.and_(on, replace(file.last.event, **says), **around)
    assert {each.rule.id for each in findings(file.file, RULEBOOK) if each.entry is file.last} >= {rule}


def test_what_says_the_same_as_before_is_found_on_the_day_on_which_it_is_wrong() -> None:
    file = trained("2024-02-01", "2024-02-02", "2024-07-01", "2024-06-30")
    assert [each.entry.days.last for each in findings(file.file, RULEBOOK)] == [date(2024, 7, 1)]


def test_what_says_the_same_from_before_a_death_is_found_after_it() -> None:
    file = trained("2024-02-01", "2024-02-02", "2024-02-03").and_("2024-02-02", some(ChildDied))
    found = [(each.rule.id, each.entry.days.last) for each in findings(file.file, RULEBOOK)]
    assert ("E06", date(2024, 2, 3)) in found
    assert ("E06", date(2024, 2, 2)) not in found


def test_trainings_after_a_plan_that_is_closed_later_are_found_then() -> None:
    # Given trainings against which nothing speaks
    file = trained("2024-02-01", "2024-03-01")
    known = file.file
    assert not list(findings(known, RULEBOOK))
    # When it becomes known that the plan ended between them
    plan = file.entries[2].entry_id
    file.and_("2024-02-15", some(RehabPlanClosed, plan=plan, is_continued=NOT_ASKED))
    later = known.extended([file.last])
    later.inherit(known)
    # Then the second one is found
    assert [each.entry.days.last for each in findings(later, RULEBOOK)] == [date(2024, 3, 1)]
