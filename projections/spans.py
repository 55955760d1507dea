"""When which value held, across files: guardianship, household, insurance and all that may be counted."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from domain.file import File
from projections.model import Reading, ReadModel, Row


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row a span and value, a row a part where it has several; what is personal gives none."""
    del reading
    for attribute in file.attributes():
        if attribute.personal is not None:
            continue
        for span in file.spans(attribute):
            for name, value in _parts(f"{attribute.chapter}.{attribute.name}", span.value):
                yield name, value, span.since, span.until, span.fact.entry.entry_id


def _parts(name: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 – whatever an attribute holds
    if is_dataclass(value):
        for spec in fields(value):
            yield from _parts(f"{name}.{spec.name}", getattr(value, spec.name))
    elif isinstance(value, date):
        yield name, value.isoformat()
    elif isinstance(value, (str, int)):
        yield name, str(value)


SPANS = ReadModel("spans", 1, ("attribute", "value", "since", "until", "entry"), rows)
