"""Explanations: the entries that decide on a field are exactly those whose removal changes it."""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract.explained_fields import FieldReading, attributes_shown, explained_field, fields_explained
from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY
from domain.explaining import explained
from domain.file import ATTRIBUTES, File, fold
from domain.obligations import OBLIGATIONS
from domain.readiness import GATES
from domain.rulebook import Rulebook
from tests.support.strategies import EARLIEST, LATEST, STREAM, streams

RULEBOOK = Rulebook.shipped()
TODAY = date(2026, 11, 22)
quick = settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)


def reading(file: File, day: date, *, sees: Any = EVERY_CATEGORY) -> FieldReading:
    """Return how a file is read on a day."""
    return FieldReading(file.stream or STREAM, file.opened.kind, day, file.position, RULEBOOK, sees)


def decides_exactly(entries: list[AnyEntry], path: str, day: date) -> None:
    """Expect that leaving out a named entry changes the answer, and leaving out any other one does not."""
    file = fold(entries)
    ask = explained_field(path, reading(file, day)).ask
    found = explained(file, ask)
    assert found.complete
    assert found.answer == ask(file)
    changing = []
    for entry in entries:
        others = [each for each in entries if each is not entry]
        if ask(fold(others)) != found.answer:
            changing.append(entry)
    assert [each.entry for each in found.deciding] == changing


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
