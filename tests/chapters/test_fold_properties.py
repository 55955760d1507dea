"""Whatever was recorded, in whatever order and however incompletely: a file folds, and its answers agree.

These hold for every event of the catalogue, also for streams that make no sense, since what comes in is
judged but what is there must always be readable.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from inspect import unwrap
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from domain.changes import changes
from domain.entry import AnyEntry
from domain.event import CATALOGUE, chapter
from domain.events.institution.particulars import RulebookAdopted
from domain.file import ATTRIBUTES, File, fold
from domain.judging import findings, judge
from domain.life import BIRTH, STAGE, Life, over_time
from domain.obligations import OBLIGATIONS, History, clocks
from domain.readiness import GATES
from domain.refusal import Refusal
from domain.resting import noting
from domain.rulebook import Rulebook
from domain.scope import ASKED, CHARGE, PLACE, RESTRICTED, scope_of
from domain.standing import STANDING
from domain.when import Days, day_after
from tests.support.exploring import examples
from tests.support.strategies import EARLIEST, KINDS, LATEST, dates, events, repetitive_streams, streams

RULEBOOK = Rulebook.shipped()
START, END = date(2017, 1, 1), date(2031, 1, 1)
days_asked = st.dates(EARLIEST, END)

FORBIDDING = tuple(kind for kind in KINDS if chapter(kind) in {"adoption", "departure", "intake"})
"""Kinds of event of which some are often forbidden."""
SCOPED = {BIRTH, STAGE, CHARGE, PLACE, ASKED, RESTRICTED}
CHARGING = tuple(kind for kind in KINDS if SCOPED & {each.attribute for each in changes(kind)})
"""Kinds of event that decide who may read a file."""
thorough = settings(max_examples=examples(60), suppress_health_check=list(HealthCheck))
quick = settings(max_examples=examples(20), suppress_health_check=list(HealthCheck))


def reading(file: File) -> dict[Any, Any]:
    """All that a file says: what stands, in which order it happened, and what held when."""
    return {
        "standing": {entry.original: entry for entry in file.standing()},
        "happened": {name: file.of(kind) for name, kind in CATALOGUE.items()},
        "held": {
            name: [(span.value, span.since, span.until, span.fact.entry) for span in file.spans(attribute)]
            for name, attribute in ATTRIBUTES.items()
        },
    }


def against(entry: AnyEntry, life: Life) -> list[Refusal]:
    """What a life says against an entry."""
    return list(entry.event.refusals(life))


def answers(
    file: File, question: Callable[[Life], Any], day: date, entry: AnyEntry | None = None
) -> tuple[Any, Any]:
    """The answer to a question on a day, and that of the interval which covers the day."""
    on_the_day = question(Life(file, day, RULEBOOK, but=entry, entry=entry))
    (covering,) = [
        answer
        for since, until, answer in over_time(file, RULEBOOK, question, START, END, entry=entry)
        if since <= day <= until
    ]
    return on_the_day, covering


def happened_by(entries: Iterable[AnyEntry], day: date) -> File:
    """The file of only what had happened by a day, as corrected."""
    return fold(
        replace(entry, entry_id=entry.original, corrects=None)
        for entry in fold(entries).standing()
        if entry.days.last <= day
    )


@pytest.mark.parametrize("name", list(CATALOGUE))
@settings(max_examples=examples(3), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_event_that_can_be_written_down_folds(name: str, data: st.DataObject) -> None:
    event = data.draw(events(CATALOGUE[name]))
    (entry,) = data.draw(streams((CATALOGUE[name],), most=1))
    file = fold([replace(entry, event=event, corrects=None)])
    assert file.entries[entry.entry_id].event == event


@thorough
@given(data=st.data(), entries=st.one_of(streams(), repetitive_streams()))
def test_any_subset_in_any_order_makes_the_same_file(data: st.DataObject, entries: list[AnyEntry]) -> None:
    some = data.draw(st.permutations(entries))[data.draw(st.integers(0, len(entries) // 2)) :]
    in_order = sorted(some, key=lambda entry: entry.version)
    assert reading(fold(some)) == reading(fold(in_order))


@thorough
@given(entries=streams(), repeated=st.integers(0, 7))
def test_what_is_taken_in_twice_counts_once(entries: list[AnyEntry], repeated: int) -> None:
    again = entries[repeated % len(entries)]
    assert reading(fold([*entries, again])) == reading(fold(entries))


@thorough
@given(entries=streams(), known=st.integers(0, 27))
def test_as_known_then_is_what_was_known_then_and_extends_to_what_is_known_now(
    entries: list[AnyEntry], known: int
) -> None:
    then = fold(entries, known=known)
    assert reading(then) == reading(fold([entry for entry in entries if entry.position <= known]))
    for entry in entries:
        then.add(entry)
    assert reading(then) == reading(fold(entries))


@thorough
@given(data=st.data(), entries=streams())
def test_a_copy_and_what_it_was_made_of_are_extended_each_by_itself(
    data: st.DataObject, entries: list[AnyEntry]
) -> None:
    numbers = st.integers(0, len(entries))
    common, other = entries[: data.draw(numbers)], entries[data.draw(numbers) :]
    file = fold(common)
    copy = file.copy()
    rest = entries[len(common) :]
    for entry in data.draw(
        st.permutations([(file, each) for each in rest] + [(copy, each) for each in other])
    ):
        entry[0].add(entry[1])
    assert reading(file) == reading(fold(entries))
    assert reading(copy) == reading(fold([*common, *other]))


@thorough
@given(entries=streams(CHARGING))
def test_the_scope_of_a_file_that_grows_is_its_scope_as_a_whole(entries: list[AnyEntry]) -> None:
    file = File()
    for number, entry in enumerate(entries, 1):
        file = file.copy().add(entry)
        # Asked each time, so that it remembers, and with what that rests on
        assert noting(scope_of, file) == noting(scope_of, fold(entries[:number]))


@thorough
@given(data=st.data(), entries=streams())
def test_what_is_found_of_a_file_that_grows_is_what_is_found_of_it_whole(
    data: st.DataObject, entries: list[AnyEntry]
) -> None:
    # Given a file whose findings are known
    file = fold(entries[: data.draw(st.integers(0, len(entries)))])
    for entry in entries[len(file.entries) :]:
        list(findings(file, RULEBOOK))
        # When it gets another entry, and somebody asks the one before it again
        later = file.copy().add(entry)
        later.inherit(file)
        if data.draw(st.booleans()):
            list(findings(later, RULEBOOK))
            assert list(findings(file, RULEBOOK)) == list(findings(file.copy(), RULEBOOK))
        file = later
    # Then they are those of a file that was never asked before
    assert list(findings(file, RULEBOOK)) == list(findings(fold(entries), RULEBOOK))


@thorough
@given(entries=streams(), day=days_asked)
def test_what_holds_on_a_day_is_what_its_interval_says(entries: list[AnyEntry], day: date) -> None:
    file = fold(entries)

    def question(life: Life) -> Any:
        return {
            name: [(fact.held.value, fact.entry) for fact in life.each(attribute)]
            for name, attribute in ATTRIBUTES.items()
        }

    on_the_day, covering = answers(file, question, day)
    assert on_the_day == covering
    for name, attribute in ATTRIBUTES.items():
        spans = [span for span in file.spans(attribute) if span.since <= day <= span.until]
        assert [(span.value, span.fact.entry) for span in spans] == on_the_day[name]


@quick
@given(entries=streams(), day=days_asked)
def test_readiness_and_standing_questions_say_on_a_day_what_their_interval_says(
    entries: list[AnyEntry], day: date
) -> None:
    def age(life: Life) -> Any:
        return [life.aged(years) for years in (8, 14, 16, 17.5, 18)]

    def standing(life: Life) -> Any:
        return {rule: list(ask(life)) for rule, ask in STANDING.items()}

    for question in (age, standing, *(gate.ask for gate in GATES.values())):
        on_the_day, covering = answers(fold(entries), question, day)
        assert on_the_day == covering


@quick
@given(entries=streams(), day=days_asked)
def test_what_speaks_against_an_entry_is_the_same_on_a_day_and_in_its_interval(
    entries: list[AnyEntry], day: date
) -> None:
    file = fold(entries)
    for entry in file.standing():
        on_the_day, covering = answers(file, partial(against, entry), day, entry)
        assert on_the_day == covering


@thorough
@given(entries=streams(FORBIDDING), near=st.integers(0, 7), before=st.integers(0, 9), span=st.integers(1, 9))
def test_no_interval_of_days_allows_what_is_forbidden_on_each_of_them(
    entries: list[AnyEntry], near: int, before: int, span: int
) -> None:
    """Whoever records can say an interval where a day would be refused."""
    *others, last = entries
    own = replace(last, origin="api", exception=None, corrects=None, reason=None)
    first = entries[near % len(entries)].days.last - timedelta(before)
    days = [first + timedelta(number) for number in range(span + 1)]

    def refused(days: Days) -> set[str]:
        entry = replace(own, days=days)
        said = judge(fold([*others, entry]), entry, RULEBOOK, LATEST)
        return {each.rule.strength for each in said if each.refuses}

    forbidden = all(refused(Days.on(day)) == {"forbidden"} for day in days)
    event(f"forbidden on each day: {forbidden}")
    assert refused(Days(days[0], days[-1])) or not forbidden


@quick
@given(entries=streams())
def test_intervals_follow_each_other_without_a_gap(entries: list[AnyEntry]) -> None:
    intervals = list(over_time(fold(entries), RULEBOOK, lambda life: life.gone, START, END))
    assert intervals[0][0] == START
    assert intervals[-1][1] == END
    for (_, until, _), (since, _, _) in pairwise(intervals):
        assert since == day_after(until)


@thorough
@given(entries=streams(), day=dates)
def test_no_clock_on_a_day_knows_what_happened_later(entries: list[AnyEntry], day: date) -> None:
    # A birth holds for the whole life, whenever it was established: that is knowing, not happening.
    lived = [
        entry
        for entry in fold(entries).standing()
        if entry.days.last <= day or all(held.days is not None for held in entry.event.holds(entry))
    ]
    lived = [replace(entry, entry_id=entry.original, corrects=None) for entry in lived]

    def standing_at(file: File) -> list[Any]:
        return sorted(
            (clock.rule, clock.opened_on, clock.due.last, str(clock.state(day)), len(clock.started_by))
            for clock in clocks(file, RULEBOOK)
            if clock.state(day) is not None
        )

    assert standing_at(fold(lived)) == standing_at(happened_by(lived, day))


@quick
@given(entries=streams())
def test_whatever_was_recorded_can_be_judged_again(entries: list[AnyEntry]) -> None:
    for judgement in findings(fold(entries), RULEBOOK):
        assert judgement.rule.id in RULEBOOK.rules
        assert judgement.refusal.rule == judgement.rule.id


def test_the_streams_are_drawn_from_every_event_of_a_child() -> None:
    assert set(KINDS) == {kind for kind in CATALOGUE.values() if kind.kind == "child"}
    assert RulebookAdopted not in KINDS
    assert EARLIEST < LATEST


@thorough
@given(streams(), days_asked)
def test_what_is_asked_of_some_files_only_would_say_nothing_of_the_others(
    entries: list[AnyEntry], day: date
) -> None:
    file = fold(entries)
    for rule, ask in OBLIGATIONS.items():
        asked, always = (list(each(History(file, RULEBOOK))) for each in (ask, unwrap(ask)))
        assert asked == always, rule
    for question in STANDING.values():
        asked_then, always_then = (
            list(each(Life(file, day, RULEBOOK))) for each in (question, unwrap(question))
        )
        assert asked_then == always_then
