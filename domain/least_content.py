"""An event with the least content possible, such as an example of a rule pack leaves it."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.codes import tables
from domain.event import CATALOGUE, Event, Part, Unknown, fields_of
from domain.field_types import FieldType, field_type
from domain.file import File

NOBODY: Final = UUID(int=0)
SOME: Final = "1"
UNSAID: Final = Unknown("not_asked")


def barest(kind: type[Event] | type[Part], file: File, today: date) -> Any:  # noqa: ANN401 - one of that kind
    """Return an event or part with the least content possible, which refers to what the file has last."""
    values: dict[str, Any] = {}
    for spec in fields_of(kind):
        if spec.refers is not None:
            values[spec.name] = _last(file, spec.refers.type)
        elif spec.required:
            values[spec.name] = _value(field_type(spec.annotation), file, today)
    return kind(**values)


def _last(file: File, kind: str) -> UUID:
    entries = file.of(CATALOGUE[kind])
    return entries[-1].original if entries else NOBODY


def _value(of: FieldType, file: File, today: date) -> object:
    if of.unknown:
        return UNSAID
    if of.optional:
        return None
    if of.choices or of.code:
        return next(iter(of.choices or tables()[of.code or ""].codes))
    if of.items is not None:
        return of.type()
    if issubclass(of.type, Part):
        return barest(of.type, file, today)
    plain: dict[str, object] = {
        "str": SOME,
        "bool": False,
        "int": 1,
        "Decimal": Decimal(1),
        "date": today,
        "datetime": datetime.combine(today, time(), UTC),
        "UUID": NOBODY,
    }
    return plain[of.type.__name__]
