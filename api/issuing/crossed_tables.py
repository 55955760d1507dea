"""Tables that cross what is sealed with what stands in clear, and what adds up between them and these."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from api.issuing.declared_report import NumberKey, ReportRow, ReportTable
from api.issuing.sealed_numbers import pooled_rows
from projections.small_numbers import SMALLEST_TOLD, LinearSum

ComputedTables: TypeAlias = Sequence[tuple[ReportTable, Sequence[ReportRow]]]


def pooled_lines(table: ReportTable, rows: Sequence[ReportRow]) -> frozenset[int]:
    """Return which rows of a table of what is sealed are not told."""
    return pooled_rows([row.counts[0] or 0 for row in rows]) if table.sealed else frozenset()


def margins(tables: ComputedTables) -> Iterator[LinearSum[NumberKey]]:
    """Yield what adds up across tables: the counts of a row, and of a column, to those of the table crossed.

    The rows that such a table does not tell are one number, as nobody learns more of them.
    """
    for cells in _crossed(tables):
        sums: defaultdict[NumberKey, dict[NumberKey, int]] = defaultdict(dict)
        for cell, _, wholes in cells:
            for whole in wholes:
                if whole is not None:
                    sums[whole] |= {cell: 1, whole: -1}
        yield from sums.values()


def small_cells(tables: ComputedTables) -> frozenset[NumberKey]:
    """Return which counts are too small to be told, none included: that there is none tells of the others.

    A value that nobody has in clear is none in every row, which everybody knows.
    """
    return frozenset(
        cell
        for cells in _crossed(tables)
        for cell, count, (_, of_column) in cells
        if count < SMALLEST_TOLD and of_column is not None
    )


def _crossed(
    tables: ComputedTables,
) -> Iterator[list[tuple[NumberKey, int, tuple[NumberKey | None, NumberKey | None]]]]:
    """Yield the cells of each crossed table, each with its count and the numbers that it is a part of."""
    places = {table.name: number for number, (table, _) in enumerate(tables)}
    for number, (table, rows) in enumerate(tables):
        if table.crosses is not None:
            of_row, of_column = (places[name] for name in table.crosses)
            yield [
                (
                    (number, line, name),
                    count or 0,
                    (
                        _number_of(of_row, *tables[of_row], row.values[0][0]),
                        _number_of(of_column, *tables[of_column], name.partition(":")[2]),
                    ),
                )
                for line, row in enumerate(rows)
                for name, count in zip(table.counts, row.counts, strict=True)
            ]


def _number_of(number: int, table: ReportTable, rows: Sequence[ReportRow], value: str) -> NumberKey | None:
    """Return the number of a table that is of a value; None if no row is."""
    line = next((line for line, row in enumerate(rows) if row.values[0][0] == value), None)
    if line is None:
        return None
    (name,) = table.counts
    return (number, len(rows) if line in pooled_lines(table, rows) else line, name)
