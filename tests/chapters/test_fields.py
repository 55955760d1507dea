"""Every event has the fields that are asked for, or says why not; and every field says what it needs to.

`tests/chapters/fields/<chapter>.toml` holds, for each event, what the domain reference lists: the name
there = the field here (or several), or `{ left_out = "why" }`. A field that nobody asked for is
`{ own = "why" }`.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import domain.events  # noqa: F401 - registers the catalogue
from domain.codes import tables
from domain.event import CATALOGUE, Event, Part, chapter, fields_of
from domain.field_types import FieldType, field_type
from tests.support.forms import example_of_form
from tests.support.listed_events import LISTED
from tests.support.whole_events import asked_of_every_event

FOLDER = Path(__file__).parent / "fields"
TABLES: dict[str, dict[str, dict[str, Any]]] = {
    path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))
}


def targets(listed: Any) -> list[str]:
    """The fields to which something listed leads; none where it is left out."""
    if isinstance(listed, str):
        return [listed]
    return listed if isinstance(listed, list) else []


def texts(kind: type[Event] | type[Part]) -> Iterator[tuple[str, FieldType]]:
    """Every place of an event where somebody may write what they like, by the field it stands in."""
    for spec in fields_of(kind):
        of = field_type(spec.annotation)
        of = of.items or of
        if issubclass(of.type, Part):
            yield from ((spec.name, inner) for _, inner in texts(of.type))
        elif of.type in {str, dict} and not (of.code or of.choices or example_of_form(of)):
            yield spec.name, of


def test_every_event_that_was_asked_for_is_in_the_catalogue() -> None:
    assert set(LISTED) <= set(CATALOGUE)


def test_every_table_is_of_a_known_event_in_its_own_chapter() -> None:
    for file, events in TABLES.items():
        for name in events:
            assert chapter(CATALOGUE[name]) == file


@asked_of_every_event
def test_what_is_listed_for_an_event_is_a_field_or_left_out_for_a_reason(kind: type[Event]) -> None:
    fields = {spec.name for spec in fields_of(kind)}
    for listed, answer in TABLES[chapter(kind)][kind.__name__].items():
        if isinstance(answer, dict):
            ((how, why),) = answer.items()
            assert how in {"left_out", "own"}, listed
            assert why.strip(), listed
            assert (listed in fields) is (how == "own"), listed
        else:
            assert set(targets(answer)) <= fields, listed


@asked_of_every_event
def test_every_field_of_an_event_was_listed_or_says_why_it_was_added(kind: type[Event]) -> None:
    table = TABLES[chapter(kind)][kind.__name__]
    listed = {field for answer in table.values() for field in targets(answer)}
    own = {field for field, answer in table.items() if isinstance(answer, dict) and "own" in answer}
    assert {spec.name for spec in fields_of(kind)} == listed | own


@asked_of_every_event
def test_whatever_somebody_writes_about_a_child_is_personal(kind: type[Event]) -> None:
    if kind.kind == "institution":
        return
    specs = {spec.name: spec for spec in fields_of(kind)}
    assert [field for field, _ in texts(kind) if specs[field].personal is None] == []


@asked_of_every_event
def test_an_event_names_only_code_tables_events_and_subjects_that_there_are(kind: type[Event]) -> None:
    specs = {spec.name: spec for spec in fields_of(kind)}
    for spec in specs.values():
        if spec.code is not None:
            assert spec.code.table in tables()
        if spec.refers is not None:
            assert spec.refers.type in CATALOGUE
        if spec.personal is not None and spec.personal.subject is not None:
            assert field_type(specs[spec.personal.subject].annotation).type is UUID


@asked_of_every_event
def test_an_event_says_in_one_sentence_what_happened_in_both_languages_and_by_which_text(
    kind: type[Event],
) -> None:
    sentence = (kind.__doc__ or "").strip().split("\n")[0]
    assert sentence.endswith(".")
    labels = [kind.label, *(spec.label for spec in fields_of(kind))]
    assert all(label.zh.strip() and label.en.strip() for label in labels)
    assert kind.source.strip()
