"""What stands on a page for an entry: in one line, or whole with each of its fields."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.console.value_display import Displayed, at, days, event_label, personal, value_of, with_short_digests
from api.console.words import Words
from domain.codes import tables
from domain.entry import LATE_DAYS
from domain.event import CATALOGUE, Code, Field, Part, fields_of
from domain.field_types import field_type


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in one line: `head` is what happened, `rest` what is said of it.

    `recorder` is empty where the reader may not know who recorded, `late` the days of an entry that is late.
    """

    entry: Mapping[str, Any]
    head: str
    rest: str
    occurred: str
    recorded_on: date
    recorder: str
    late: int


@dataclass(frozen=True, slots=True)
class DisplayedField:
    """A field of an entry: its label and its value, or the fields that it is made of."""

    label: str
    value: Displayed
    fields: tuple["DisplayedField", ...] = ()


def entry_lines(words: Words, entries: Iterable[Mapping[str, Any]]) -> list[EntryLine]:
    """Return entries of answers, each in one line."""
    return [entry_line(words, each) for each in entries]


def entry_line(words: Words, entry: Mapping[str, Any]) -> EntryLine:
    """Return an entry of an answer in one line."""
    head = event_label(words, entry["type"])
    lag = entry["lag_days"] or 0
    return EntryLine(
        entry,
        head,
        with_short_digests(words.said(entry, "sentence").removeprefix(head).lstrip("。. ")),
        days(words, entry["occurred_on"], entry["occurred_until"]),
        at(entry["recorded_at"]).date(),
        entry["recorded_by"].get("name") or "",
        lag if lag > LATE_DAYS else 0,
    )


def documents(words: Words, entry: Mapping[str, Any]) -> list[str]:
    """Return the papers of an entry by their kinds, with their days."""
    kinds = tables()["document_kind"].codes
    said = []
    for each in entry["documents"]:
        kind = each["kind"] if isinstance(each["kind"], str) else ""
        issued = each["issued_on"] if isinstance(each["issued_on"], str) else ""
        said.append(f"{words.label(kinds[kind]) if kind in kinds else kind} {issued}".strip())
    return [each for each in said if each]


def entry_fields(words: Words, entry: Mapping[str, Any]) -> list[DisplayedField]:
    """Return the fields of an entry with their values, also those of which nothing is said."""
    return list(_fields(words, fields_of(CATALOGUE[entry["type"]]), entry["data"]))


def _fields(words: Words, specs: Iterable[Field], data: Mapping[str, Any]) -> Iterator[DisplayedField]:
    for spec in specs:
        if spec.name in data:
            label, value = words.label(spec.label), data[spec.name]
            parts = _parts(words, spec, value)
            code = spec.code_beside(data.get)
            yield DisplayedField(label, _value(words, spec, code, value), parts)


def _parts(words: Words, spec: Field, value: Any) -> tuple[DisplayedField, ...]:  # noqa: ANN401 - of an answer
    """Return the fields of a part, or of each part of a list."""
    kind = field_type(spec.annotation)
    of = kind.items.type if kind.items is not None else kind.type
    if not issubclass(of, Part):
        return ()
    rows: Sequence[Any] = value if isinstance(value, list) else [value]
    return tuple(
        each
        for row in rows
        if isinstance(row, Mapping) and not row.keys() & {"restricted", "erased", "unknown"}
        for each in _fields(words, fields_of(of), row)
    )


def _value(words: Words, spec: Field, code: Code | None, value: Any) -> Displayed:  # noqa: ANN401 - of an answer
    if value == []:
        return personal(words, None)
    if field_type(spec.annotation).type is dict:
        # The texts of a whole rulebook are longer than any page.
        return Displayed(words("entry.texts", count=len(value)))
    shown = value_of(words, None if code is None else tables()[code.table], value)
    if spec.unit is None or shown.absence is not None:
        return shown
    unit = spec.unit.zh if words.language == "zh" else f" {spec.unit.symbol}"
    return Displayed(f"{shown.text}{unit}")
