"""By which value each child is counted in each dimension over time, so that a count reads one row of each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.event import Erased, Unknown
from domain.file import Attribute, File, Span
from domain.life import DEPARTED
from domain.when import LAST_DAY, day_after, day_before
from projections.dimensions import DIMENSIONS, UNKNOWN, Dimension
from projections.model import ReadModel, RowContext, RowParts

REASON: Final = "departed"
"""Under this name stands for which reason a child left; nothing is counted by it alone."""
_COUNTED: Final[Mapping[str, tuple[Dimension, Attribute[Any]]]] = MappingProxyType(
    {
        name: (each, each.attribute)
        for name, each in {**DIMENSIONS, REASON: Dimension(DEPARTED.label, DEPARTED)}.items()
        if each.attribute is not None
    }
)


@dataclass(frozen=True, slots=True)
class CountedValue:
    """By which value of a dimension a child is counted from `since` through `until`, and by which `before`.

    From the first value on each day has one row; the value is None where nothing holds. Two rows that follow
    each other differ, so that `since` is a day on which the child moves from one value to the other.
    """

    child: UUID
    dimension: str
    since: date
    until: date
    value: str | None
    before: str | None


def rows(file: File, reading: RowContext) -> Iterator[CountedValue]:
    """Yield one row per value and dimension."""
    for name in _COUNTED:
        yield from _rows_of_dimension(file, reading, name)


def _dimensions(keys: Iterable[object]) -> Iterator[str]:
    touched = {each for each in keys if isinstance(each, Attribute)}
    return (name for name, (_, attribute) in _COUNTED.items() if attribute in touched)


def _rows_of_dimension(file: File, reading: RowContext, name: str) -> Iterator[CountedValue]:
    dimension, attribute = _COUNTED[name]
    spans = [span for span in file.spans(attribute) if not isinstance(span.value, Erased)]
    days = {span.since for span in spans} | {day_after(span.until) for span in spans if span.until < LAST_DAY}
    turns: list[tuple[date, str | None]] = []
    for day in sorted(days):
        value = _value(dimension, spans, day)
        if value != (turns[-1][1] if turns else None):
            turns.append((day, value))
    earlier = None
    for place, (since, value) in enumerate(turns, 1):
        until = day_before(turns[place][0]) if place < len(turns) else LAST_DAY
        yield CountedValue(reading.stream, name, since, until, value, earlier)
        earlier = value


def _value(dimension: Dimension, spans: Iterable[Span[Any]], day: date) -> str | None:
    """Return the value by which a child is counted on a day: of several that hold the one that began last."""
    holding = [span for span in spans if span.since <= day <= span.until]
    if not holding:
        return None
    value = max(holding, key=lambda span: (span.since, span.fact.held.key)).value
    if dimension.part is not None and not isinstance(value, Unknown):
        value = getattr(value, dimension.part)
    if value is None or isinstance(value, Unknown):
        return UNKNOWN
    # What stands for no region has letters.
    whole = dimension.digits is None or not str(value)[:1].isdigit()
    return str(value) if whole else str(value)[: dimension.digits]


COUNTED_VALUES: Final = ReadModel(
    "counted_values", CountedValue, rows, parts=RowParts(_dimensions, _rows_of_dimension)
)
