"""By which value each child is counted in each dimension over time, so that a count reads one row of each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from domain.event import Category, Erased, Unknown
from domain.file import Attribute, File, Span
from domain.life import DEPARTED, Life
from domain.rulebook import Rulebook
from domain.when import LAST_DAY, day_after, day_before
from projections.dimensions import DIMENSIONS, UNKNOWN, DerivedValue, Dimension
from projections.model import ReadModel, RowContext, RowParts

REASON: Final = "departed"
"""Under this name stands for which reason a child left; nothing is counted by it alone."""
_COUNTED: Final[Mapping[str, Dimension]] = MappingProxyType(
    {
        name: each
        for name, each in {**DIMENSIONS, REASON: Dimension(DEPARTED.label, DEPARTED)}.items()
        if each.has_rows
    }
)
_Turns: TypeAlias = list[tuple[date, str | None]]
"""The days on which the value by which a child is counted becomes another one."""


@dataclass(frozen=True, slots=True)
class CountedValue:
    """By which value of a dimension a child is counted from `since` through `until`, and by which `before`.

    From the first value on each day has one row; the value is None where nothing holds. Two rows that follow
    each other differ, so that `since` is a day on which the child moves from one value to the other. Of what
    is sealed wholly only the days stand here: dimension and values are keyed hashes (`kept_as`).
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


def kept_as(keyed: Callable[[str], bytes], dimension: str, value: str | None = None) -> str:
    """Return what stands here for a dimension of what is sealed wholly, or for a value of it."""
    return keyed(f"counted {dimension}" if value is None else f"counted {dimension} is {value}").hex()


def _dimensions(keys: Iterable[object]) -> Iterator[str]:
    touched = {*keys}
    return (name for name, each in _COUNTED.items() if not touched.isdisjoint(_changes_with(each)))


def _changes_with(dimension: Dimension) -> tuple[object, ...]:
    return (dimension.attribute,) if dimension.derived is None else dimension.derived.changes_with


def _rows_of_dimension(file: File, reading: RowContext, name: str) -> Iterator[CountedValue]:
    dimension, derived, term = _COUNTED[name], _COUNTED[name].derived, reading.seal.term
    if derived is None:
        turns, told_name = _turns(file, dimension), name
    else:
        turns = _derived_turns(file, derived, reading.rulebook)
        # Asked last, since it looks at every entry, and most files say nothing of it.
        if not turns or not _readable(file, reading, derived.category):
            return
        told_name = kept_as(term, name)
        turns = [(day, None if value is None else kept_as(term, name, value)) for day, value in turns]
    earlier = None
    for place, (since, value) in enumerate(turns, 1):
        until = day_before(turns[place][0]) if place < len(turns) else LAST_DAY
        yield CountedValue(reading.stream, told_name, since, until, value, earlier)
        earlier = value


def _readable(file: File, reading: RowContext, category: Category) -> bool:
    """Whether nothing is erased of what is sealed under a category; most files have nothing of it."""
    return reading.seal.holds(reading.stream, category) or not any(
        category in entry.event.sealed for entry in file.entries.values()
    )


def _turns(file: File, dimension: Dimension) -> _Turns:
    assert dimension.attribute is not None  # noqa: S101 - as `_COUNTED` has it
    spans = [span for span in file.spans(dimension.attribute) if not isinstance(span.value, Erased)]
    return _differing((day, _value(dimension, spans, day)) for day in sorted(_days(spans)))


def _derived_turns(file: File, derived: DerivedValue, rulebook: Rulebook) -> _Turns:
    days: set[date] = set()
    for each in derived.changes_with:
        if isinstance(each, Attribute):
            days |= _days(file.spans(each))
        else:
            days.update(entry.days.last for entry in file.of(each))
    return _differing((day, derived.of(Life(file, day, rulebook))) for day in sorted(days))


def _days(spans: Iterable[Span[Any]]) -> set[date]:
    """Return the days on which values begin and on which they are over."""
    ends = {day_after(span.until) for span in spans if span.until < LAST_DAY}
    return {span.since for span in spans} | ends


def _differing(values: Iterable[tuple[date, str | None]]) -> _Turns:
    """Return the days on which a value differs from the one before, which at first is none."""
    turns: _Turns = []
    for day, value in values:
        if value != (turns[-1][1] if turns else None):
            turns.append((day, value))
    return turns


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
