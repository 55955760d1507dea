"""Putting a life right: what was concluded from the wrong entry is concluded anew, now and as known then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.entry import AnyEntry
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived
from domain.events.placement.preparing import AdultPlacementCaseOpened
from domain.events.record import CorrectionApproved, CorrectionRejected, EntryRestored, EntryWithdrawn
from domain.file import File, fold
from domain.impact import NO_IMPACT, Impact, impact
from domain.judging import Judgement, findings
from domain.life import STAGE, Life
from domain.obligations import Clock, clocks
from domain.readiness import GATES
from domain.rulebook import Rulebook
from domain.scope import scope_of
from tests.support.adoptions import registered, small_child, visited
from tests.support.exploring import examples
from tests.support.given import SUPERVISOR, TODAY, Given, days, some
from tests.support.given import given as told
from tests.support.young_people import AFTERWARDS, COMMON, SOCIAL, identity, young

RULEBOOK = Rulebook.shipped()
BIRTHS = ("2008-03-10", "2009-03-10", "2007-09-01")
"""The birth of a young man as it was recorded first, and as it was put right twice."""
ASKED = ("2015-05-01", "2023-09-01", "2025-09-01", "2026-03-09", "2026-03-10", "2026-11-22", "2027-03-10")


def concluded(file: File) -> dict[str, Any]:
    """What depends on an age: what is due and when, the gates, what is found, when somebody is grown up."""
    return {
        "due": {
            (each.rule, each.opened_on, each.due, each.void_on, each.met_by and each.met_by.entry_id)
            for each in clocks(file, RULEBOOK)
        },
        "gates": [
            [
                (gate.number, gate.answer(Life(file, days(day).last, RULEBOOK)).state)
                for gate in GATES.values()
            ]
            for day in ASKED
        ],
        "adult": Life(file, TODAY, RULEBOOK).turns(18),
        "sixteen": scope_of(file).sixteen_on,
        "found": {
            (each.rule.id, each.refusal.kind, each.entry.original)
            for each in findings(file, RULEBOOK)
            if each.rule.id != "X11"
        },
    }


def test_a_birth_that_is_put_right_twice_moves_all_that_depends_on_an_age_at_each_step() -> None:
    child = young(*COMMON, *SOCIAL, *AFTERWARDS)
    was = child.entries[0]
    known = [len(child.entries)]
    for birth in BIRTHS[1:]:
        child.and_("2015-05-01", identity(birth=birth), corrects=was)
        known.append(len(child.entries))
    seen = []
    for birth, position in zip(BIRTHS, known, strict=True):
        told_so = [replace(was, event=identity(birth=birth)), *child.entries[1 : known[0]]]
        as_known = concluded(fold(child.entries, position))
        # As if it had been recorded so at once, whatever came to be known later.
        assert as_known == concluded(fold(told_so))
        assert as_known["adult"] == days(birth).turns(18)
        seen.append(as_known)
    for name in ("due", "adult", "sixteen"):
        assert all(one[name] != other[name] for one, other in combinations(seen, 2)), name
    assert seen[0]["gates"] != seen[1]["gates"]


def test_a_birth_that_was_rejected_moves_nothing() -> None:
    child = young(*COMMON)
    before = concluded(child.file)
    child.and_("2015-05-01", identity(birth=BIRTHS[1]), corrects=child.entries[0])
    assert concluded(child.file) != before
    child.when("2026-06-01", some(CorrectionRejected, entry=child.last.entry_id), by=SUPERVISOR).recorded()
    assert concluded(child.file) == before


def of_a_change(child: Given, *happened: tuple[Any, ...]) -> Impact:
    """What recording more would change."""
    before = child.file
    for on, event, *envelope in happened:
        child.and_(on, event, **(envelope[0] if envelope else {}))
    return impact(before, child.file, RULEBOOK, TODAY)


def test_a_decision_given_as_a_correction_of_something_else_decides_nothing() -> None:
    child = told(("2018-01-01", some(ChildReceived)))
    received = child.entries[0]
    child.and_("2018-01-01", some(CareModeAssigned), corrects=received)
    amendment = child.entries[1]
    decision = CorrectionApproved(entry=amendment.entry_id, explanation="核对无误")
    child.and_("2018-01-02", decision, corrects=received)
    assert child.file.ruling(amendment) is None
    assert child.file.stood(received.entry_id) is received


def test_an_adoption_that_is_withdrawn_after_visits_never_was_and_the_visits_stay_readable() -> None:
    child = small_child(("2025-06-01", registered()), ("2025-12-01", visited()), ("2026-05-20", visited()))
    adoption, visits = child.entries[-3], child.file.of(PostAdoptionVisitMade)
    adopted = concluded(child.file)
    assert (child.now(STAGE, "2026-06-01"), len(child.clocks("D32"))) == ("adopted", 4)

    withdrawn = of_a_change(child, ("2026-06-01", some(EntryWithdrawn, entry=adoption.entry_id)))
    assert (child.now(STAGE, "2026-06-01"), child.clocks("D32")) == ("received", [])
    assert child.file.of(PostAdoptionVisitMade) == visits
    assert {each.before.rule for each in withdrawn.obligations if each.before and not each.after} == {"D32"}
    # Whoever is in care again is cared for again.
    assert {"D11", "D14"} <= {each.after.rule for each in withdrawn.obligations if each.after}
    missing = [("E16", visit) for visit in visits]
    assert [(each.rule.id, each.entry) for each in withdrawn.findings] == [("X11", child.last), *missing]
    # As it was known before, it was an adoption.
    assert concluded(fold(child.entries, len(child.entries) - 1)) == adopted

    of_a_change(child, ("2026-06-02", some(EntryRestored, entry=adoption.entry_id)))
    assert concluded(child.file) == adopted
    assert child.found() == set()


def test_the_impact_names_what_would_be_refused_and_what_is_found_no_more() -> None:
    child = told(("2024-03-05", some(ChildReceived)), ("2024-06-01", some(PhysicalExamined)))
    examined = child.last
    died = of_a_change(child, ("2024-05-01", some(ChildDied)))
    assert [(each.rule.id, each.entry) for each in died.refused_later] == [("E06", examined)]
    assert ("E06", examined) in {(each.rule.id, each.entry) for each in died.findings}
    undone = of_a_change(child, ("2024-07-01", some(EntryWithdrawn, entry=child.last.entry_id)))
    assert ("E06", examined) in {(each.rule.id, each.entry) for each in undone.gone}
    assert undone.refused_later == ()


def test_what_is_put_right_in_what_decides_nothing_changes_nothing() -> None:
    child = young(*COMMON)
    case = next(each for each in child.entries if isinstance(each.event, AdultPlacementCaseOpened))
    same = of_a_change(child, (case.days, case.event, {"corrects": case}))
    assert same == NO_IMPACT


# In whatever order it came to be known


def lines(story: Given) -> list[list[AnyEntry]]:
    """The entries of a file, each with what acts on it after it."""
    found: dict[Any, list[AnyEntry]] = {}
    about: dict[Any, Any] = {}
    for entry in story.entries:
        named = entry.corrects or getattr(entry.event, "entry", None)
        about[entry.entry_id] = original = about.get(named, named) or entry.entry_id
        found.setdefault(original, []).append(entry)
    return [*found.values()]


def amended_life() -> Given:
    """A life in which one birth was put right and rejected, a place of care withdrawn, and an examination."""
    child = told(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-06", identity(birth="2012-03-10")),
        ("2024-03-07", some(CareModeAssigned, mode="ward")),
        ("2024-04-01", some(PhysicalExamined)),
        ("2024-05-01", some(CareModeAssigned, mode="hospital")),
    )
    received, who, ward, examined, _ = child.entries
    child.and_("2024-03-06", identity(birth="2013-03-10"), corrects=who)
    child.and_("2024-06-01", some(CorrectionApproved, entry=child.last.entry_id), by=SUPERVISOR)
    child.and_("2024-03-06", identity(birth="2010-01-01"), corrects=who)
    child.and_("2024-06-02", some(CorrectionRejected, entry=child.last.entry_id), by=SUPERVISOR)
    child.and_("2024-06-03", some(EntryWithdrawn, entry=ward.entry_id))
    child.and_("2024-06-04", some(EntryRestored, entry=ward.entry_id))
    child.and_("2024-04-02", some(PhysicalExamined), corrects=examined)
    child.and_("2024-03-04", some(ChildReceived), corrects=received)
    child.and_("2024-06-05", some(EntryWithdrawn, entry=examined.entry_id))
    return child


STORY = amended_life()


@st.composite
def interleaved(draw: st.DrawFn) -> list[AnyEntry]:
    """The same entries as they were recorded in another order: each after what it acts on."""
    waiting: list[list[AnyEntry]] = [[*line] for line in lines(STORY)]
    recorded: list[AnyEntry] = []
    while waiting:
        line = draw(st.sampled_from(waiting))
        entry, position = line.pop(0), len(recorded) + 1
        moment = STORY.entries[0].recorded_at
        assert moment is not None
        at = moment + timedelta(seconds=position)
        recorded.append(replace(entry, version=position).recorded(position, at))
        waiting = [each for each in waiting if each]
    return recorded


def stands(entries: Sequence[AnyEntry]) -> tuple[Any, ...]:
    """What a file says, whatever the order in which it was told."""
    file = fold(entries)
    return (
        {each.original: (each.entry_id, each.days) for each in file.standing()},
        concluded(file),
        {(each.rule.id, each.entry.entry_id) for each in findings(file, RULEBOOK)},
    )


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(entries=interleaved(), data=st.data())
def test_any_interleaving_of_late_entries_and_corrections_ends_in_the_same_file(
    entries: list[AnyEntry], data: st.DataObject
) -> None:
    assert stands(entries) == stands(STORY.entries)
    # And so does reading them in any order.
    assert stands(data.draw(st.permutations(entries))) == stands(entries)


def named(judgement: Judgement) -> tuple[Any, ...]:
    return (judgement.rule.id, judgement.refusal.kind, judgement.entry.entry_id)


def course(clock: Clock) -> tuple[Any, ...]:
    return (clock.rule, clock.opened_on, clock.due, clock.void_on)


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck))
@given(entries=interleaved(), cut=st.integers(1, len(STORY.entries) - 1))
def test_the_impact_is_what_differs_once_it_is_recorded(entries: list[AnyEntry], cut: int) -> None:
    before, after = fold(entries[:cut]), fold(entries[: cut + 1])
    told_before = impact(before, after, RULEBOOK, TODAY)
    was, now = (set(map(named, findings(file, RULEBOOK))) for file in (before, after))
    assert set(map(named, told_before.findings)) == now - was
    assert set(map(named, told_before.gone)) <= was - now
    due, due_then = (set(map(course, clocks(file, RULEBOOK))) for file in (before, after))
    changes = told_before.obligations
    assert due - due_then <= {course(each.before) for each in changes if each.before is not None}
    assert due_then - due <= {course(each.after) for each in changes if each.after is not None}
