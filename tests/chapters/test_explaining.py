"""Explanations: the entries that decide on a field are exactly those whose removal changes it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.explained_fields import (
    FieldReading,
    attributes_shown,
    explained_field,
    fields_explained,
    ids_in,
)
from api.contract.explanations import explanation
from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Kind
from domain.events.health import PhysicalExamined
from domain.events.household import REGISTERED, HouseholdRegistered
from domain.events.intake import ChildReceived
from domain.events.rehabilitation import PLAN, RehabPlanMade
from domain.explaining import explained
from domain.file import ATTRIBUTES, File, fold
from domain.life import Life
from domain.obligations import OBLIGATIONS
from domain.readiness import GATES
from domain.rulebook import Rulebook
from projections.findings import findings_of, findings_under
from tests.support.exploring import examples
from tests.support.fictional_lives import told_on
from tests.support.given import given as a_file
from tests.support.given import some
from tests.support.strategies import EARLIEST, LATEST, STREAM, streams

RULEBOOK = Rulebook.shipped()
TODAY = date(2026, 11, 22)
MANY = 60
quick = settings(max_examples=examples(15), suppress_health_check=list(HealthCheck), deadline=None)


def reading(file: File, day: date, *, sees: Any = EVERY_CATEGORY) -> FieldReading:
    """Return how a file is read on a day."""
    return FieldReading(file.stream or STREAM, file.opened.kind, day, file.position, RULEBOOK, sees)


def decides_exactly(entries: list[AnyEntry], path: str, day: date) -> None:
    """Expect that leaving out a named entry changes the answer, and leaving out any other one does not."""
    file = fold(entries)
    ask = explained_field(path, reading(file, day)).ask
    found = explained(file, ask, ids_in)
    assert found.complete
    assert found.answer == ask(file)
    changing = []
    for entry in entries:
        others = [each for each in entries if each is not entry]
        if ask(fold(others)) != found.answer:
            changing.append(entry)
    assert [each.entry for each in found.deciding] == changing


def test_what_is_read_under_one_key_is_decided_by_the_entry_of_that_key() -> None:
    """Also where that entry was corrected, which decides with it."""
    plan = some(RehabPlanMade, starts_on=date(2026, 1, 5), ends_on=date(2026, 12, 31))
    told = a_file(("2026-01-05", plan), ("2026-02-05", plan))
    own = told.entries[0]
    right = told.entry("2026-01-05", replace(plan, ends_on=date(2026, 6, 30)), corrects=own)

    def is_under_way(file: File) -> bool:
        life = Life(file, date(2026, 9, 1), RULEBOOK)
        return life.under(PLAN, str(own.entry_id)) is not None

    for entries, deciding in ((told.entries, [own]), ([*told.entries, right], [right])):
        found = explained(fold(entries), is_under_way, lambda _: frozenset())
        assert [each.entry for each in found.deciding] == deciding


@quick
@given(entries=streams(), data=st.data())
def test_a_file_without_an_entry_is_the_file_of_the_others(
    entries: list[AnyEntry], data: st.DataObject
) -> None:
    left_out = data.draw(st.sampled_from(entries))
    file, others = fold(entries).without(left_out.entry_id), fold(e for e in entries if e is not left_out)
    assert (file.version, file.position) == (others.version, others.position)
    assert {each.entry_id: each for each in file.standing()} == {
        each.entry_id: each for each in others.standing()
    }
    for attribute in ATTRIBUTES.values():
        spans = [
            [(each.value, each.since, each.until) for each in one.spans(attribute)] for one in (file, others)
        ]
        assert spans[0] == spans[1]


@quick
@given(entries=streams(), day=st.dates(EARLIEST, LATEST), data=st.data())
def test_the_entries_that_decide_on_a_field_are_those_whose_removal_changes_it(
    entries: list[AnyEntry], day: date, data: st.DataObject
) -> None:
    said = {each.attribute for entry in entries for each in entry.event.holds(entry)}
    shown = [path for path, each in attributes_shown("child").items() if each in said]
    for path in [*shown, "stage", "age", "institution", "place", "version", "position", "file_no"]:
        decides_exactly(entries, path, day)
    rules = [path for path in fields_explained("child", RULEBOOK) if path.startswith("findings.")]
    for path in data.draw(st.lists(st.sampled_from(rules), max_size=3)):
        decides_exactly(entries, path, day)


@quick
@given(entries=streams(), day=st.dates(EARLIEST, LATEST), data=st.data())
def test_the_entries_that_decide_on_obligations_and_gates_are_those_whose_removal_changes_them(
    entries: list[AnyEntry], day: date, data: st.DataObject
) -> None:
    for number in GATES:
        decides_exactly(entries, f"gates.{number}", day)
    for rule in data.draw(st.lists(st.sampled_from([*OBLIGATIONS]), min_size=10, max_size=10)):
        decides_exactly(entries, f"obligations.{rule}", day)


def test_the_findings_of_one_rule_are_those_that_all_findings_have_of_it() -> None:
    for file in told_on(TODAY)[::6]:
        whole = [replace(each, number=0) for each in findings_of(file, STREAM, RULEBOOK)]
        under = {rule: [*findings_under(file, STREAM, RULEBOOK, rule)] for rule in RULEBOOK.rules}
        assert under == {rule: [each for each in whole if each.rule == rule] for rule in under}


def test_where_too_many_entries_were_read_those_that_are_named_and_the_latest_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("domain.explaining.MOST_READ", 1)
    monkeypatch.setattr("domain.explaining._LEAST_TRIED", 3)
    days = [f"2024-03-{day:02}" for day in range(1, 11)]
    file = a_file(*((day, some(PhysicalExamined)) for day in days)).file
    first, *_, last = file.entries.values()

    def ask(asked: File) -> UUID | None:
        return next((each.entry_id for each in asked.of(PhysicalExamined)), None)

    found = explained(file, ask, ids_in)
    assert [each.entry for each in found.deciding] == [first]
    assert not found.complete
    assert explained(file, lambda asked: len(asked.of(PhysicalExamined)), ids_in).deciding[-1].entry == last


def test_only_entries_that_were_read_are_tried() -> None:
    days = [date(2024, 3, 1) + timedelta(number) for number in range(300)]
    file = a_file(
        ("2024-02-01", some(HouseholdRegistered)), *((day, some(PhysicalExamined)) for day in days)
    ).file
    asked: list[File] = []

    def ask(each: File) -> bool:
        asked.append(each)
        return any(each.facts(REGISTERED).values())

    assert [each.entry.type for each in explained(file, ask, ids_in).deciding] == ["HouseholdRegistered"]
    assert len(asked) == len(["as it is", "without the registration", "before it was known"])


@pytest.mark.parametrize("kind", ["child", "family", "institution"])
def test_every_field_obligation_and_gate_of_each_kind_is_explained_in_both_languages(kind: Kind) -> None:
    of_kind = [each for each in told_on(TODAY) if each.opened.kind == kind]
    file = max(of_kind, key=lambda each: len(each.entries) if len(each.entries) < MANY else 0)
    for path, label in fields_explained(kind, RULEBOOK).items():
        if not path.startswith("findings."):
            told = explanation(path, reading(file, TODAY), file).body
            assert told["zh"] != told["en"], path
            assert label.zh in told["zh"], path
            assert label.en in told["en"], path
            for each in (*told["entries"], *told["asides"]):
                assert each["zh"] != each["en"], path
                assert each["entry"]["sentence_zh"], path


def test_what_two_entries_say_alike_is_told_to_be_said_by_several() -> None:
    said = some(ChildReceived, file_no="WH-1")
    file = a_file(("2024-03-05", said), ("2024-03-05", said)).file
    for path, words in (
        ("file_no", "多个条目登记相同"),
        ("stage", "已接收，多个条目登记相同"),
    ):
        told = explanation(path, reading(file, TODAY), file).body
        assert told["zh"] == f"{told['label_zh']}：{words}。"
        assert told["en"].endswith("as several entries say alike.")


def test_a_clock_that_is_void_has_no_day_to_be_met_by_and_no_sentence_shows_a_code() -> None:
    shown = set()
    for file in told_on(TODAY)[::9]:
        for path in fields_explained(file.opened.kind, RULEBOOK):
            if path.removeprefix("obligations.") in OBLIGATIONS:
                told = explanation(path, reading(file, TODAY), file).body
                shown |= {each["state"] for each in told["value"]}
                if {each["state"] for each in told["value"]} == {"void"}:
                    assert "期限" not in told["zh"].removeprefix(told["label_zh"])
                    assert "due by" not in told["en"]
                assert "_" not in told["zh"] + told["en"]
    assert "void" in shown
