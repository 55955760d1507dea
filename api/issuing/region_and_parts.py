"""What a report of a region and those of its institutions tell together, so that nobody subtracts one.

Both count the same children. What is left of a region's number without those that its institutions told is
told nowhere, and must not follow where it is small; nor what is left of what a region told without the number
of one of its institutions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from api.issuing.declared_report import AT_FIRST, AT_LAST, NumberKey, ReportRow, ReportSource, ReportTable
from api.issuing.told_before import CountedOverTime, NumbersBeside, RowValues, ToldTable

ToldByTable: TypeAlias = Mapping[str, Sequence[ToldTable]]
"""What the reports of one file told, by what tells the numbers of a table from those of others."""


@dataclass(frozen=True, slots=True)
class ToldAround:
    """What others told of the same children: institutions of their `parts`, and regions around them.

    Of each region around there is what it told, and what its other institutions did.
    """

    parts: Sequence[ToldByTable] = ()
    around: Sequence[tuple[ToldByTable, Sequence[ToldByTable]]] = field(default=())


@dataclass(frozen=True, slots=True)
class _OwnNumber:
    """A number of the report: of a cell, or a total where that is None."""

    key: NumberKey
    table: ReportTable
    cell: RowValues | None
    column: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.table.identity} {self.cell} {self.column}"


def add_told_around(
    beside: NumbersBeside,
    counted: Sequence[CountedOverTime],
    lines: Mapping[int, Sequence[ReportRow]],
    source: ReportSource,
    told: ToldAround,
) -> None:
    """Add to what is known beside a report what others told of the same days.

    `lines` are the rows of its tables by their places.
    """
    for each in counted:
        for own in _numbers(each, lines[each.place]):
            parts = [number for part in told.parts if (number := _number(part, own, source)) is not None]
            if parts:
                beside.numbers[own.key] = own.number
                beside.without(own.key, sum(parts), f"not told of parts of {own.name}")
            for place, (region, others) in enumerate(told.around):
                whole = _number(region, own, source)
                if whole is not None:
                    _add_whole(beside, own, whole, [_number(other, own, source) for other in others], place)


def _add_whole(
    beside: NumbersBeside, own: _OwnNumber, whole: int, others: Sequence[int | None], place: int
) -> None:
    left = whole - sum(each or 0 for each in others)
    if left < own.number:
        return
    told, rest = f"region {place} {own.name}", f"beside own in region {place} {own.name}"
    beside.numbers |= {told: left, rest: left - own.number}
    beside.told.add(told)
    if left > own.number:
        beside.unshown.add(rest)
    beside.sums.append({own.key: 1, rest: 1, told: -1})


def _numbers(counted: CountedOverTime, rows: Sequence[ReportRow]) -> Iterator[_OwnNumber]:
    """Yield the numbers of a table that counts children, and its totals."""
    table, totals = counted.table, dict.fromkeys(counted.table.over_time, 0)
    for line, row in enumerate(rows):
        cell = tuple(value for value, _ in row.values)
        for column, count in zip(table.counts, row.counts, strict=True):
            if column in totals:
                totals[column] += count or 0
                yield _OwnNumber((counted.place, line, column), table, cell, column, count or 0)
    for column, name in table.totals.items():
        if column in totals:
            yield _OwnNumber(name, table, None, column, totals[column])


def _number(told: ToldByTable, own: _OwnNumber, source: ReportSource) -> int | None:
    """Return what a file's reports told of the same number; None where none of them does."""
    for table in told.get(own.table.identity, ()):
        if _same_days(table, own.table.over_time[own.column], source):
            if own.cell is None:
                number = table.totals.get(own.table.totals[own.column])
            elif own.cell in table.rows:
                number = table.rows[own.cell].get(own.column)
            else:
                number = 0
            if number is not None:
                return number
    return None


def _same_days(table: ToldTable, when: str, source: ReportSource) -> bool:
    first, last = table.before == source.before, table.as_of == source.as_of
    return first if when == AT_FIRST else last if when == AT_LAST else first and last
