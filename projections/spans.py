"""Values of attributes over time, across files, such as guardianship, household and insurance."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.event import Erased
from domain.file import Attribute, File
from ledger.canonical import canonical
from projections.model import ReadModel, RowContext, RowParts


@dataclass(frozen=True, slots=True)
class Spell:
    """The days for which an attribute held a value, and the entry that states it.

    A code is stored as it is, any other value as JSON. `key` distinguishes values that held at the same time.
    """

    child: UUID
    attribute: str
    key: str
    value: str
    since: date
    until: date
    entry: UUID


def rows(file: File, reading: RowContext) -> Iterator[Spell]:
    """Yield one row per span, except of personal values."""
    for attribute in _attributes(file.attributes()):
        yield from _rows_of_attribute(file, reading, attribute)


def _attributes(keys: Iterable[object]) -> Iterator[Attribute[Any]]:
    return (each for each in keys if isinstance(each, Attribute) and each.personal is None)


def _rows_of_attribute(file: File, reading: RowContext, attribute: Attribute[Any]) -> Iterator[Spell]:
    name = f"{attribute.chapter}.{attribute.name}"
    for span in file.spans(attribute):
        if not isinstance(span.value, Erased):
            held, entry = span.fact.held, span.fact.entry.entry_id
            yield Spell(reading.stream, name, held.key, _text(span.value), span.since, span.until, entry)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever an attribute holds
    return value if isinstance(value, str) else canonical(value).decode()


SPANS: Final = ReadModel("spans", Spell, rows, parts=RowParts(_attributes, _rows_of_attribute))
