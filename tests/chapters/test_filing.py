"""One child has one file: two are joined and separated, and one that was opened by mistake is closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Event, chapter
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.filing import FileOpenedByMistake, FilesJoined, FilesSeparated, misplaced
from domain.events.health import PhysicalExamined
from domain.events.household import CITIZEN_ID, REGISTERED, CitizenIdAssigned, HouseholdRegistered
from domain.events.insurance import InsuranceStatusChecked
from domain.events.intake import NAME, SEX, ChildReceived, IdentityRecorded
from domain.events.record import EntryRestored, EntryWithdrawn
from domain.explaining import explained
from domain.file import ATTRIBUTES, Beside, File, fold
from domain.impact import impact
from domain.joined_files import as_known, is_listed, joined_by, leaving_out, parts_of, whole
from domain.judging import findings, judge
from domain.life import Life
from domain.obligations import clocks
from domain.rulebook import Rulebook
from domain.standing import lapses
from tests.support.exploring import examples
from tests.support.given import SUPERVISOR, TODAY, Given, citizen_id, days, given, some
from tests.support.strategies import streams

RULEBOOK = Rulebook.shipped()
BOOKLET: dict[str, Any] = {"documents": ["household_booklet"]}


class TwoFiles:
    """Two files of one ledger, in which things are recorded in one order."""

    def __init__(self) -> None:
        self.kept, self.joined = Given(), Given()
        self.position = 0

    def tell(self, of: Given, on: str, event: Event, **envelope: Any) -> AnyEntry:
        """Record an event in one of them, however it is judged."""
        self.position += 1
        of.and_(on, event, **envelope)
        of.entries[-1] = replace(of.last, position=self.position)
        return of.last

    def pair(self, kind: type[FilesJoined | FilesSeparated], on: str) -> int:
        """Record in both that they are joined or separated; return the position before."""
        before = self.position
        event = some(kind, kept=self.kept.stream, joined=self.joined.stream)
        for each in (self.joined, self.kept):
            self.tell(each, on, event, by=SUPERVISOR, **BOOKLET)
        return before

    def read(self, which: Given, known: int | None = None) -> File:
        """The file as known at a position, as the ledger reads it."""
        others = {each.stream: fold(each.entries, known) for each in (self.kept, self.joined)}
        return whole(others[which.stream], others)


def answers(file: File) -> dict[str, Any]:
    """All that a file says but which files there are."""
    return {
        "held": {
            name: [(span.value, span.since, span.until, span.fact.entry) for span in file.spans(attribute)]
            for name, attribute in ATTRIBUTES.items()
            if name[0] != "filing"
        },
        "due": clocks(file, RULEBOOK),
        "found": [each for each in findings(file, RULEBOOK) if each.entry.type not in _FILING],
        "lapses": list(lapses(file, RULEBOOK, TODAY)),
        "version": file.version,
    }


_FILING = {"FilesJoined", "FilesSeparated"}


def one_child_twice() -> TwoFiles:
    """A child who was received, and registered with the police under another file."""
    two = TwoFiles()
    two.tell(two.kept, "2024-03-05", some(IdentityRecorded, name="赵小满", sex="1"))
    two.tell(two.kept, "2024-03-05", some(ChildReceived))
    two.tell(two.joined, "2024-03-06", some(IdentityRecorded, name="赵小满", sex="1"))
    two.tell(
        two.joined, "2024-03-07", some(InsuranceStatusChecked, is_insured=True, is_identity_verified=True)
    )
    two.tell(two.joined, "2024-04-01", some(HouseholdRegistered))
    return two


def registered(file: File, day: str) -> bool:
    return Life(file, days(day).last, RULEBOOK).now(REGISTERED) is not None


def waiting(file: File, rule: str, day: str) -> list[str | None]:
    return [clock.state(days(day).last) for clock in clocks(file, RULEBOOK) if clock.rule == rule]


# --- two files of one child --------------------------------------------------------------------------


def test_two_files_of_one_child_are_joined_and_separated_and_as_known_before_each_answers_alone() -> None:
    two = one_child_twice()
    before = two.pair(FilesJoined, "2026-05-04")
    meanwhile = two.tell(two.kept, "2026-06-01", some(IdentityRecorded, name="赵大满", sex="1"))
    joined = two.pair(FilesSeparated, "2026-07-01")
    now = two.position

    for known, one in ((before, False), (joined, True), (now, False)):
        kept, other = two.read(two.kept, known), two.read(two.joined, known)
        # As it happened, on any day: the registration of 2024 is the child's.
        assert registered(kept, "2024-04-01") is one
        assert not registered(kept, "2024-03-31")
        assert registered(other, "2024-04-01")
        # There is one child once the files are joined, and something is due of it once.
        assert (is_listed(kept), is_listed(other)) == (True, not one)
        assert waiting(kept, "D10", "2026-11-22") == ["met_late" if one else "overdue"]
    # What was recorded meanwhile stays where it was recorded.
    assert meanwhile.entry_id in two.read(two.kept).entries
    assert meanwhile.entry_id not in two.read(two.joined).entries


def test_the_joined_file_has_both_histories_in_the_order_of_recording_under_its_own_version() -> None:
    two = one_child_twice()
    two.pair(FilesJoined, "2026-05-04")
    file = two.read(two.kept)
    assert [each.position for each in file.entries.values()] == [1, 2, 3, 4, 5, 7]
    assert (file.stream, file.version, file.opened.position) == (two.kept.stream, 3, 1)
    assert (parts_of(file), file.newest.version) == (frozenset({two.joined.stream}), 3)
    later = two.tell(two.kept, "2026-06-01", some(ChildReceived))
    assert list(file.extended([later]).entries) == list(two.read(two.kept).entries)


def test_what_is_found_of_files_that_are_joined_again_is_not_what_was_remembered_of_them() -> None:
    # Given two joined files of which it is known what is found
    two = one_child_twice()
    two.tell(two.kept, "2024-06-01", some(PhysicalExamined))
    two.pair(FilesJoined, "2026-05-04")
    known = two.read(two.kept)
    assert "E06" not in {each.rule.id for each in findings(known, RULEBOOK)}
    # When a death is recorded while they are separated, and they are read again once they are joined again
    two.pair(FilesSeparated, "2026-05-05")
    two.tell(two.kept, "2024-05-01", some(ChildDied))
    two.pair(FilesJoined, "2026-05-06")
    again = two.read(two.kept)
    again.inherit(known)
    # Then what was recorded for after it is found
    found = {each.entry.type for each in findings(again, RULEBOOK) if each.rule.id == "E06"}
    assert found == {"PhysicalExamined"}


def test_an_entry_of_either_file_is_corrected_and_withdrawn_in_the_joined_one() -> None:
    two = one_child_twice()
    registration = two.joined.last
    two.pair(FilesJoined, "2026-05-04")
    two.tell(two.kept, "2024-04-02", some(HouseholdRegistered), corrects=registration)
    assert not registered(two.read(two.kept), "2024-04-01")
    assert registered(two.read(two.kept), "2024-04-02")
    two.tell(two.kept, "2026-06-02", some(EntryWithdrawn, entry=registration.entry_id))
    assert not registered(two.read(two.kept), "2024-04-02")
    two.pair(FilesSeparated, "2026-07-01")
    assert registered(two.read(two.joined), "2024-04-01")


def test_what_joins_the_files_decides_on_what_they_answer_as_one() -> None:
    two = one_child_twice()
    before = two.pair(FilesJoined, "2026-05-04")
    file = two.read(two.kept)

    def ask(of: File) -> bool:
        return registered(of, "2026-11-22")

    found = explained(file, ask, lambda _: set())
    assert [each.entry.type for each in found.deciding] == ["HouseholdRegistered", "FilesJoined"]
    assert [each.before for each in found.deciding] == [False, False]
    joining = file.newest
    assert answers(leaving_out(file, joining.entry_id))["held"] == answers(two.read(two.kept, before))["held"]
    assert parts_of(leaving_out(file, file.opened.entry_id)) == file.parts


def test_joining_tells_before_what_it_changes() -> None:
    two = one_child_twice()
    before = two.read(two.kept)
    two.pair(FilesJoined, "2026-05-04")
    changes = impact(before, two.read(two.kept), RULEBOOK, TODAY, EVERY_CATEGORY)
    assert ("household", "registered") in {(each.chapter, each.attribute) for each in changes.status}
    assert [each.after.rule for each in changes.obligations if each.after and each.after.met_by] == ["D10"]


@pytest.mark.rule("R-FILE-6")
def test_what_the_files_say_differently_is_found_and_not_dropped() -> None:
    two = one_child_twice()
    two.tell(two.joined, "2024-05-01", some(IdentityRecorded, name="赵小满", sex="2"))
    two.tell(two.joined, "2024-05-02", some(ChildReceived))
    two.pair(FilesJoined, "2026-05-04")
    file = two.read(two.kept)
    found = {(each.rule.id, each.refusal.detail) for each in findings(file, RULEBOOK)}
    assert ("R-FILE-6", SEX.label) in found
    assert ("R-FILE-6", NAME.label) not in found
    assert ("R-FILE-6", ChildReceived.label) in found
    two.tell(two.kept, "2024-04-30", some(DepartureCompleted))
    assert ("R-FILE-6", ChildReceived.label) not in {
        (each.rule.id, each.refusal.detail) for each in findings(two.read(two.kept), RULEBOOK)
    }


@pytest.mark.rule("R-FILE-6")
def test_two_citizen_ids_of_one_child_are_found_when_its_files_are_joined() -> None:
    one, other = (citizen_id("2015-03-05", sequence) for sequence in ("040", "042"))
    for second, differs in ((one.lower(), False), ("不详", False), (other, True)):
        two = one_child_twice()
        two.tell(two.kept, "2024-05-01", some(CitizenIdAssigned, citizen_id=one))
        two.tell(two.joined, "2024-05-02", some(CitizenIdAssigned, citizen_id=second))
        two.pair(FilesJoined, "2026-05-04")
        found = {(each.rule.id, each.refusal.detail) for each in findings(two.read(two.kept), RULEBOOK)}
        assert (("R-FILE-6", CITIZEN_ID.label) in found) is differs


told = streams(most=6).map(lambda line: [each for each in line if chapter(type(each.event)) != "filing"])


@settings(max_examples=examples(40), suppress_health_check=list(HealthCheck), deadline=None)
@drawn(data=st.data(), kept=told, joined=told)
def test_join_then_separate_restores_both_files(
    data: st.DataObject, kept: list[AnyEntry], joined: list[AnyEntry]
) -> None:
    two = TwoFiles()
    order = data.draw(st.permutations([True] * len(kept) + [False] * len(joined)))
    sources = {True: iter(kept), False: iter(joined)}
    ids = {each.entry_id: uuid4() for each in joined}
    for position, first in enumerate(order, 1):
        entry = next(sources[first])
        of = two.kept if first else two.joined
        # Ids are of one entry in the ledger, and the entries of a stream name each other.
        entry = entry if first else renamed(entry, ids)
        of.entries.append(
            replace(entry, stream=of.stream, position=position, recorded_at=NOW + timedelta(seconds=position))
        )
        two.position = position
    alone = [answers(two.read(each)) for each in (two.kept, two.joined)]
    before = two.pair(FilesJoined, "2026-05-04")
    one = two.read(two.kept)
    assert set(one.entries) == {each.entry_id for each in (*two.kept.entries, *two.joined.entries[:-1])}
    assert answers(as_known(one, before))["held"] == alone[0]["held"]
    two.pair(FilesSeparated, "2026-05-05")
    # However it is read: from its entries, or going on from what was read before.
    for kept_again in (two.read(two.kept), whole(one.extended([two.kept.last]), {})):
        assert {**answers(kept_again), "version": alone[0]["version"]} == alone[0]
    assert {**answers(two.read(two.joined)), "version": alone[1]["version"]} == alone[1]


NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def renamed(entry: AnyEntry, ids: dict[UUID, UUID]) -> AnyEntry:
    """Return an entry under another id, which it also uses for the entries that it names."""
    named = {name: ids.get(value, value) for name, value in vars(entry.event).items() if name == "entry"}
    return replace(
        entry,
        entry_id=ids[entry.entry_id],
        corrects=ids.get(entry.corrects, entry.corrects) if entry.corrects else None,
        event=replace(entry.event, **named),
    )


# --- what is refused -----------------------------------------------------------------------------------


def refused(of: Given, file: File, entry: AnyEntry) -> set[str]:
    entry = replace(entry, position=0, recorded_at=None)
    judged = judge(file.extended([entry]), entry, of.rulebook, TODAY)
    return {each.rule.id for each in judged if each.refuses}


@pytest.mark.rule("R-FILE-3")
@pytest.mark.rule("R-FILE-10")
def test_nothing_is_recorded_in_the_file_that_was_joined() -> None:
    two = one_child_twice()
    two.pair(FilesJoined, "2026-05-04")
    joined, kept = two.read(two.joined), two.read(two.kept)
    for on in ("2024-03-07", "2026-06-01"):
        entry = two.joined.entry(on, some(ChildReceived))
        assert "R-FILE-3" in refused(two.joined, joined, entry)
    entry = replace(entry, position=0)
    said = judge(joined.extended([entry]), entry, RULEBOOK, TODAY)
    # Which one stays is not told: who may record here need not see it.
    assert str(two.kept.stream) not in str([each.refusal for each in said if each.rule.id == "R-FILE-3"])
    joining = kept.newest
    for event in (some(EntryWithdrawn, entry=joining.entry_id), some(EntryRestored, entry=joining.entry_id)):
        assert "R-FILE-10" in refused(two.kept, kept, two.kept.entry("2026-06-01", event))
    again = two.kept.entry("2026-06-01", joining.event, corrects=joining)
    assert "R-FILE-10" in refused(two.kept, kept, again)


@pytest.mark.rule("R-FILE-9")
def test_only_files_that_stand_apart_are_joined_and_only_joined_ones_separated() -> None:
    two = one_child_twice()
    pair = {"kept": two.kept.stream, "joined": two.joined.stream}

    def rules(kind: type[Event], on: str) -> set[str]:
        entry = two.kept.entry(on, some(kind, **pair), **BOOKLET)
        return refused(two.kept, two.read(two.kept), entry)

    assert rules(FilesSeparated, "2026-05-04") == {"R-FILE-9"}
    assert rules(FilesJoined, "2026-05-04") == set()
    two.pair(FilesJoined, "2026-05-04")
    assert rules(FilesJoined, "2026-05-05") == {"R-FILE-9"}
    assert rules(FilesSeparated, "2026-05-03") == {"R-FILE-9"}
    assert rules(FilesSeparated, "2026-05-04") == set()
    two.pair(FilesSeparated, "2026-05-05")
    assert rules(FilesJoined, "2026-05-04") == {"R-FILE-9"}
    assert rules(FilesJoined, "2026-05-05") == set()


@pytest.mark.rule("R-FILE-1")
@pytest.mark.rule("R-FILE-5")
def test_a_file_is_joined_to_another_one_by_a_paper() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    other = uuid4()
    strangers = some(FilesJoined, kept=uuid4(), joined=other)
    file.when("2026-05-04", strangers, **BOOKLET).refused("R-FILE-1")
    file = given(("2024-03-05", some(ChildReceived)))
    file.when("2026-05-04", some(FilesJoined, kept=file.stream, joined=file.stream), **BOOKLET)
    file.refused("R-FILE-1")
    file = given(("2024-03-05", some(ChildReceived)))
    file.when("2026-05-04", some(FilesJoined, kept=file.stream, joined=other)).refused("R-FILE-5")
    file = given(("2024-03-05", some(ChildReceived)))
    file.when("2026-05-04", some(FilesJoined, kept=file.stream, joined=other), **BOOKLET).recorded()


@pytest.mark.rule("R-FILE-1")
@pytest.mark.rule("R-FILE-4")
def test_both_files_say_so_together_and_are_in_one_charge() -> None:
    def rules(place: str | None, *, told: bool = True) -> set[str]:
        """The rules against joining a file of the institution to itself one that may be a place's."""
        two = one_child_twice()
        if place is not None:
            elsewhere = replace(two.joined.entries[0].recorded_by, institution=None)
            first = replace(two.joined.entries[0], recorded_by=elsewhere, region=place)
            two.joined.entries[0] = first
        event = some(FilesJoined, kept=two.kept.stream, joined=two.joined.stream)
        here, there = (
            replace(each.entry("2026-05-04", event, **BOOKLET), position=0, recorded_at=None)
            for each in (two.kept, two.joined)
        )
        other = fold(two.joined.entries).extended([there] if told else [])
        trial = whole(fold(two.kept.entries).extended([here]), {two.joined.stream: other})
        trial.beside = {two.joined.stream: Beside(other, ())}
        return {each.rule.id for each in judge(trial, here, RULEBOOK, TODAY) if each.refuses}

    assert rules(None) == set()
    assert rules(None, told=False) == {"R-FILE-1"}
    assert rules("371099001") == {"R-FILE-4"}


@pytest.mark.rule("R-FILE-2")
def test_a_file_to_which_another_was_joined_is_joined_to_none() -> None:
    two = one_child_twice()
    two.pair(FilesJoined, "2026-05-04")
    event = some(FilesJoined, kept=uuid4(), joined=two.kept.stream)
    entry = two.kept.entry("2026-05-05", event, **BOOKLET)
    assert refused(two.kept, two.read(two.kept), entry) == {"R-FILE-2"}
    third = some(FilesJoined, kept=two.kept.stream, joined=uuid4())
    entry = two.kept.entry("2026-05-05", third, **BOOKLET)
    assert refused(two.kept, two.read(two.kept), entry) == set()


# --- opened by mistake ---------------------------------------------------------------------------------


@pytest.mark.rule("R-FILE-7")
@pytest.mark.rule("R-FILE-8")
def test_a_file_opened_by_mistake_is_closed_once_nothing_stands_in_it_and_leaves_the_register() -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    received = file.last
    mistake = some(FileOpenedByMistake)
    file.when("2024-03-06", mistake).refused("R-FILE-7")

    file = given(("2024-03-05", some(ChildReceived)))
    received = file.last
    assert is_listed(file.file)
    file.and_("2024-03-06", some(EntryWithdrawn, entry=received.entry_id)).when("2024-03-06", mistake)
    file.recorded()
    closing = file.last
    assert [*misplaced(file.file, file.entries[-2])] == []
    assert not is_listed(file.file)
    assert (clocks(file.file, RULEBOOK), file.found(), file.lapses("S01")) == ([], set(), [])
    assert joined_by(file.file) is None
    # Nothing more comes into it, whatever its day, until that is withdrawn.
    for event in (some(ChildReceived), some(EntryRestored, entry=received.entry_id)):
        probe = file.entry("2024-03-07", event)
        assert "R-FILE-8" in refused(file, file.file, probe)
    file.when("2024-03-07", some(EntryWithdrawn, entry=closing.entry_id)).recorded()
    assert is_listed(file.file)
    again = file.entry("2024-03-08", some(EntryRestored, entry=closing.entry_id))
    assert "R-FILE-8" in refused(file, file.file, again)
    file.when("2024-03-08", some(EntryRestored, entry=received.entry_id)).recorded()
    assert clocks(file.file, RULEBOOK)


def test_only_a_childs_file_is_joined_or_closed_as_opened_by_mistake() -> None:
    for event in (some(FilesJoined), some(FilesSeparated), some(FileOpenedByMistake)):
        file = Given()
        file.entries = [replace(file.entry("2024-03-05", event), kind="family")]
        found = judge(file.file, file.last, RULEBOOK, TODAY)
        assert "E08" in {each.rule.id for each in found if each.refuses}
