"""What is known beside a report: what earlier ones told of the same numbers, and what is public of them.

Nobody is to learn of one child by taking one report from another. So the numbers of a report, those that
earlier ones told, and those that are public stand in one system of sums: days between the first and the last
day of any of them are taken apart, and what came and went adds up over them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise, product
from typing import Final, TypeAlias

from api.issuing.declared_report import AT_FIRST, AT_LAST, SUMMED, NumberKey, ReportRow, ReportTable
from projections.small_numbers import SMALLEST_TOLD, LinearSum

RowValues: TypeAlias = tuple[str, ...]
"""A row by its values."""
ToldRows: TypeAlias = Mapping[RowValues, Mapping[str, int | None]]
"""What was told of each row, by column; None for what was not."""
_STOCK: Final = "there"


@dataclass(frozen=True, slots=True)
class ToldTable:
    """A table as an earlier report told it: of the days after `before` through `as_of`.

    `totals` are by the names that tables share (`ReportTable.totals`).
    """

    before: date
    as_of: date
    rows: ToldRows
    totals: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class PublicStock:
    """How many children of the ledger there are on a day, by what a table is by: told, and in truth.

    `tells_all` says whether it is told how many there are in all, `tells_own` how many are in the charge of
    the institution. Of a region that is None, and `parts` are those whom it is told of its institutions and
    places.
    """

    day: date
    told: Mapping[RowValues, int | None]
    counted: Mapping[RowValues, int]
    tells_all: bool
    tells_own: bool | None
    parts: int = 0


@dataclass(frozen=True, slots=True)
class CountedOverTime:
    """The rows of a table between each two `days` that follow each other, and on each of them.

    `place` is that of the table in its report; `told` are the same tables of earlier reports.
    """

    place: int
    table: ReportTable
    between: Mapping[tuple[date, date], Sequence[ReportRow]]
    told: Sequence[ToldTable] = ()
    public: Sequence[PublicStock] = ()


@dataclass(slots=True)
class NumbersBeside:
    """Numbers that stand in no table of a report, what adds up among them and its own, and what is known.

    `unshown` are told nowhere, `told` were told before or are public, `hidden` were kept from being told.
    """

    numbers: dict[NumberKey, int] = field(default_factory=dict)
    sums: list[LinearSum[NumberKey]] = field(default_factory=list)
    unshown: set[NumberKey] = field(default_factory=set)
    told: set[NumberKey] = field(default_factory=set)
    hidden: set[NumberKey] = field(default_factory=set)

    def add(self, key: NumberKey, number: int) -> None:
        """Add a number that is told nowhere."""
        self.numbers[key] = number
        self.unshown.add(key)

    def add_up(self, parts: Iterable[NumberKey], whole: NumberKey, number: int) -> None:
        """Say that parts add up to a number. Where it is none each of them is, whoever tells it."""
        if number:
            self.sums.append({**dict.fromkeys(parts, 1), whole: -1})
        else:
            self.sums += [{part: 1, whole: -1} for part in parts]

    def without(self, whole: NumberKey, told: int, rest: NumberKey) -> None:
        """Say what is left of a number without parts that were told; nothing, if these are more than it."""
        number = self.numbers[whole] - told
        if number >= 0:
            self.numbers[rest] = number
            self.sums.append({rest: 1, whole: -1})
            if number:
                # That nobody else is left is for everybody to see.
                self.unshown.add(rest)


def numbers_beside(
    before: date,
    as_of: date,
    counted: Sequence[CountedOverTime],
    lines: Mapping[int, Sequence[ReportRow]],
) -> NumbersBeside:
    """Return what is known beside a report of the days after `before` through `as_of`.

    `lines` are the rows of its tables by their places.
    """
    beside = NumbersBeside()
    for each in counted:
        _Series(beside, each).add(before, as_of, lines[each.place])
    return beside


class _Series:
    """One table over time, whose numbers between each two days are added to those beside a report."""

    def __init__(self, beside: NumbersBeside, counted: CountedOverTime) -> None:
        self._beside, self._of, self._table = beside, counted, counted.table
        self._between = [
            (days, {_values(row): dict(zip(self._table.counts, row.counts, strict=True)) for row in rows})
            for days, rows in sorted(counted.between.items())
        ]
        self._cells = {cell for _, rows in self._between for cell in rows}
        self._cells |= {cell for told in counted.told for cell in told.rows}
        self._cells |= {cell for public in counted.public for cell in public.counted}

    def add(self, before: date, as_of: date, lines: Sequence[ReportRow]) -> None:
        """Add all that is known of the table."""
        self._take_apart()
        for line, row in enumerate(lines):
            for column in self._table.over_time:
                self._compose((self._of.place, line, column), _values(row), column, before, as_of)
        for column, name in self._table.totals.items():
            self._compose(name, None, column, before, as_of)
        for number, told in enumerate(self._of.told):
            self._told(f"told {number}", told, lines, before, as_of)
        for public in self._of.public:
            self._public(public)

    def _take_apart(self) -> None:
        """Add the numbers between each two days, what they balance to, and their totals."""
        totals: dict[NumberKey, dict[NumberKey, int]] = {}
        for cell, column in product(sorted(self._cells), self._table.over_time):
            for key, number, whole in self._atoms(cell, column):
                self._beside.add(key, number)
                if whole is not None:
                    totals.setdefault(whole, {})[key] = 1
        for cell in self._cells if self._table.balance else ():
            self._beside.sums += [
                {self._key(cell, name, days): times for name, times in self._table.balance.items()}
                for days, _ in self._between
            ]
        self._longer_periods()
        for whole, parts in totals.items():
            self._beside.add(whole, sum(self._beside.numbers[key] for key in parts))
            self._beside.add_up(parts, whole, self._beside.numbers[whole])

    def _longer_periods(self) -> None:
        """Add the numbers of several such periods together, which may be few where none is told alone."""
        summed = [name for name, at in self._table.over_time.items() if at == SUMMED]
        every = [days for days, _ in self._between]
        for first, last in combinations(range(len(every)), 2):
            within = every[first : last + 1]
            for cell, column in product(self._cells, summed):
                parts = [self._key(cell, column, days) for days in within]
                whole = f"{self._key(cell, column, (within[0][0], within[-1][1]))} together"
                self._beside.add(whole, sum(self._beside.numbers[key] for key in parts))
                self._beside.add_up(parts, whole, self._beside.numbers[whole])

    def _atoms(self, cell: RowValues, column: str) -> Iterable[tuple[NumberKey, int, NumberKey | None]]:
        """Yield the numbers of a cell, each with the total that it is a part of."""
        when = self._table.over_time[column]
        for days, rows in self._between:
            number = rows.get(cell, {}).get(column, 0) or 0
            if when == AT_FIRST and days != self._between[0][0]:
                # The day before was the last one of what went before.
                continue
            yield self._key(cell, column, days), number, self._whole(column, days)

    def _key(self, cell: RowValues, column: str, days: tuple[date, date]) -> str:
        when = self._table.over_time[column]
        of = f"{self._table.identity} {cell}"
        return f"{of} {_STOCK} {_day(when, days)}" if when in {AT_FIRST, AT_LAST} else f"{of} {column} {days}"

    def _whole(self, column: str, days: tuple[date, date]) -> str | None:
        """Return the total of a column, which tables share as they do the names of totals."""
        if column not in self._table.totals:
            return None
        when, name = self._table.over_time[column], self._table.totals[column]
        if when not in {AT_FIRST, AT_LAST}:
            return f"{name} {days}"
        last = next(name for name, at in self._table.over_time.items() if at == AT_LAST)
        return f"{self._table.totals[last]} {_STOCK} {_day(when, days)}"

    def _compose(self, key: NumberKey, cell: RowValues | None, column: str, before: date, as_of: date) -> int:
        """Say of which numbers one between two days is the sum, and return the sum."""
        when = self._table.over_time[column]
        within = [
            days
            for days, _ in self._between
            if (days[0] == before if when == AT_FIRST else days[1] == as_of)
            or (when not in {AT_FIRST, AT_LAST} and before <= days[0] and days[1] <= as_of)
        ]
        atoms = [
            self._whole(column, days) if cell is None else self._key(cell, column, days) for days in within
        ]
        # Of nobody there is no number.
        parts = [each for each in atoms if each in self._beside.numbers]
        number = sum(self._beside.numbers[each] for each in parts)
        self._beside.add_up(parts, key, number)
        return number

    def _told(
        self, name: str, told: ToldTable, lines: Sequence[ReportRow], before: date, as_of: date
    ) -> None:
        """Add what an earlier report told, and of the same days what differs from it by few."""
        ours = {_values(row): line for line, row in enumerate(lines)}
        same = (told.before, told.as_of) == (before, as_of)
        columns = [
            (cell, column, number, (self._of.place, ours[cell], column) if cell in ours else None)
            for cell, row in told.rows.items()
            for column, number in row.items()
        ]
        totals = [
            (None, column, told.totals[total], total)
            for column, total in self._table.totals.items()
            if total in told.totals
        ]
        for cell, column, number, own in [*columns, *totals]:
            key = f"{self._table.identity} {name} {cell} {column}"
            sums = len(self._beside.sums)
            now = self._compose(key, cell, column, told.before, told.as_of)
            if number is not None and number != now:
                # What became known since makes it another number; few are told by how much.
                del self._beside.sums[sums:]
                if same and own is not None and abs(number - now) < SMALLEST_TOLD:
                    self._beside.hidden.add(own)
                continue
            self._beside.numbers[key] = now
            (self._beside.hidden if number is None else self._beside.told).add(key)

    def _public(self, public: PublicStock) -> None:
        """Add that of all children of the ledger the others are in nobody's table."""
        day, table, beside = public.day, self._table, self._beside
        others: list[NumberKey] = []
        for cell in self._cells:
            own, every = f"{table.identity} {cell} {_STOCK} {day}", public.counted.get(cell, 0)
            if own in beside.numbers:
                told = public.told.get(cell, 0) is not None
                others.append(self._others(own, f"{table.identity} {cell} {day}", every, told=told))
        (last,) = (name for name, at in table.over_time.items() if at == AT_LAST)
        own = f"{table.totals[last]} {_STOCK} {day}"
        if own in beside.numbers:
            every = sum(public.counted.values())
            whole = self._others(own, f"{table.totals[last]} {day}", every, told=public.tells_all)
            beside.add_up(others, whole, beside.numbers[whole])
            if public.tells_own is None:
                beside.without(own, public.parts, f"others of the region {day}")
                return
            key = f"public of the institution {day}"
            beside.numbers[key] = beside.numbers[own]
            beside.sums.append({own: 1, key: -1})
            (beside.told if public.tells_own else beside.hidden).add(key)

    def _others(self, own: NumberKey, of: str, every: int, *, told: bool) -> NumberKey:
        """Add how many others there are beside our own, of all that are public, and return their key."""
        beside, key, public = self._beside, f"others {of}", f"public {of}"
        beside.add(key, every - beside.numbers[own])
        if not beside.numbers[key]:
            # That there are no others is for everybody to see.
            beside.unshown.remove(key)
        beside.numbers[public] = every
        beside.sums.append({own: 1, key: 1, public: -1})
        (beside.told if told else beside.hidden).add(public)
        return key


def _values(row: ReportRow) -> RowValues:
    return tuple(value for value, _ in row.values)


def _day(when: str, days: tuple[date, date]) -> date:
    return days[0] if when == AT_FIRST else days[1]


def boundaries(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return each two of these days that follow each other."""
    return [*pairwise(sorted({*days}))]
