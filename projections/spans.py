"""Values of attributes over time, across files, such as guardianship, household and insurance."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.event import WHOLLY_SEALED, Erased
from domain.file import Attribute, File
from ledger.canonical import canonical
from projections.model import ReadModel, RowContext, RowParts


@dataclass(frozen=True, slots=True)
class Spell:
    """The days for which an attribute held a value, and the entry that states it.

    A code is stored as it is, any other value as JSON. `key` distinguishes values that held at the same time.
    Of what is sealed wholly only the days stand here: attribute, key and value are keyed hashes (`told_by`),
    by which a value is looked for, and no entry is named.
    """

    child: UUID
    attribute: str
    key: str
    value: str
    since: date
    until: date
    entry: UUID | None


def rows(file: File, reading: RowContext) -> Iterator[Spell]:
    """Yield one row per span, except of personal values that are not sealed wholly."""
    for attribute in _attributes(file.attributes()):
        yield from _rows_of_attribute(file, reading, attribute)


def _attributes(keys: Iterable[object]) -> Iterator[Attribute[Any]]:
    return (each for each in keys if isinstance(each, Attribute) and each.personal in {None, *WHOLLY_SEALED})


def _rows_of_attribute(file: File, reading: RowContext, attribute: Attribute[Any]) -> Iterator[Spell]:
    name, category, term = name_of(attribute), attribute.personal, reading.seal.term
    if category is not None and not reading.seal.holds(reading.stream, category):
        return
    for span in file.spans(attribute):
        if isinstance(span.value, Erased):
            continue
        told, entry = (name, span.fact.held.key, _text(span.value)), span.fact.entry.entry_id
        shown = told if category is None else told_by(term, *told)
        yield Spell(reading.stream, *shown, span.since, span.until, entry if category is None else None)


def name_of(attribute: Attribute[Any]) -> str:
    """Return the name under which an attribute stands here."""
    return f"{attribute.chapter}.{attribute.name}"


def told_by(term: Callable[[str], bytes], name: str, key: str, value: str) -> tuple[str, str, str]:
    """Return what stands in place of the name of a wholly sealed attribute, its key and its value."""
    of, under, held = f"spans {name}", f"spans {name} under {key}", f"spans {name} is {value}"
    return term(of).hex(), term(under).hex(), term(held).hex()


def _text(value: Any) -> str:  # noqa: ANN401 - whatever an attribute holds
    return value if isinstance(value, str) else canonical(value).decode()


SPANS: Final = ReadModel("spans", Spell, rows, parts=RowParts(_attributes, _rows_of_attribute))
