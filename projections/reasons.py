"""Pages of children for whom there are several reasons, each listed once: by the first day of them all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Literal

from ledger.store import queries
from projections.known import AS_NOW
from projections.paging import EVERY, Condition, Narrowed, Page, PageAsked, rule_by_rule
from projections.sorting import Key, Sorting, Sorts, alike, as_day, as_id

_SQL: Final = queries.load_composable("projections", "reasons.sql")
_KEY: Final[Key] = {"q.first_on": as_day, "q.child": as_id}
_FURTHER: Final = 4
"""How many times as much is read of each reason where other reasons had put off too many children."""


@dataclass(frozen=True, slots=True)
class AskedChild:
    """A child whom a question is about, and the first day of what makes it so: by which the longest wait."""

    child: UUID
    first_on: date


SORTS: Final = Sorts(AskedChild, "q", alike("first_on"))


@dataclass(frozen=True, slots=True)
class ListingReason:
    """What makes a question be about children: selects with their conditions, and the column of its day.

    Rows of several `rules` are read rule by rule, each in the order of its index; `rows` is their name.
    """

    selects: Sequence[Composable]
    where: Sequence[Condition]
    day: str
    rows: str = ""
    rules: Sequence[str] = ()

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of its conditions, and of those by which its rows are split."""
        narrower = [condition for _, condition in self._by_rule()]
        return {name: value for each in [*self.where, *narrower] for name, value in each.parameters.items()}

    def parts(self, *, split: bool = False) -> Iterator[Composable]:
        """Yield the selects of children and days: of all its rows, or of what is read in an index's order."""
        conditions = [SQL("true"), *(each.sql for each in self.where)]
        selects = self._by_rule() if split else ((each, EVERY) for each in self.selects)
        for select, narrower in selects:
            condition = SQL(" AND ").join([*conditions, narrower.sql])
            yield _SQL["part"].format(select=select, condition=condition, day=Identifier(self.day))

    def _by_rule(self) -> Iterator[Narrowed]:
        return rule_by_rule(self.rows, self.rules, *self.selects)


async def children_of(
    connection: AsyncConnection[Any],
    reasons: Sequence[ListingReason],
    *,
    turn: PageAsked,
    tables: Condition = AS_NOW,
) -> Page[AskedChild]:
    """Return a page of the children for whom there is one of these reasons, each by the first of their days.

    `tables` says what the tables are. Each reason is read in the order of the list, no further than the
    page, or further only where too many of its children are listed elsewhere, by another reason. Raises
    CursorError.
    """
    reading = _Reading(connection, reasons, tables, turn)
    found = await reading.page()
    following = reading.sorting.cursor(found[turn.limit - 1]) if len(found) > turn.limit else None
    total = await reading.total() if turn.total else None
    return Page(found[: turn.limit], following, total)


class _Reading:
    """One page that is read of several reasons."""

    def __init__(
        self,
        connection: AsyncConnection[Any],
        reasons: Sequence[ListingReason],
        tables: Condition,
        turn: PageAsked,
    ) -> None:
        self.sorting = Sorting(_KEY, SORTS.order(turn.sort))
        self._connection = connection
        self._tables = tables
        self._most = turn.limit + 1
        self._after = None if turn.cursor is None else self.sorting.read(turn.cursor)
        self._split = [part for reason in reasons for part in reason.parts(split=True)]
        self._whole = SQL(" UNION ALL ").join(part for reason in reasons for part in reason.parts())
        self._given = {name: value for each in reasons for name, value in each.parameters.items()}
        self._given |= {f"after_{number}": value for number, value in enumerate(self._after or ())}

    async def page(self) -> list[AskedChild]:
        """Return the children of the page, and one more if there is one."""
        for reach in (self._most, self._most * _FURTHER):
            rows, is_all = await self._ordered(reach)
            found = await self._by_first_day(rows)
            if is_all or len(found) >= self._most:
                return found
        return await self._of_all()

    async def _of_all(self) -> list[AskedChild]:
        """Return them after reading all children: where most are put off, as where the last come first."""
        (ends,) = self.sorting.parts(self._after)
        statement = _SQL["of_all"].format(parts=self._whole, ends=ends)
        return [AskedChild(*row) for row in await self._rows(statement, page_limit=self._most)]

    async def total(self) -> int:
        """Return how many children there are on all pages."""
        counted = await self._rows(_SQL["total"].format(parts=self._whole))
        return int(counted[0][0])

    async def _ordered(self, reach: int) -> tuple[list[AskedChild], bool]:
        """Return the first rows of all reasons in order, as far as all are read, and whether these are all.

        Of no reason more than `reach` rows are read.
        """
        (ends,) = self.sorting.parts(self._after)
        statement = SQL(" UNION ALL ").join(
            _SQL["ordered"].format(part=part, number=Literal(number), ends=ends)
            for number, part in enumerate(self._split)
        )
        read = [
            (AskedChild(child, first_on), number)
            for child, first_on, number in await self._rows(statement, page_limit=reach)
        ]
        rows = self.sorting.sorted({row for row, _ in read}, self._after)
        turn = {row: place for place, row in enumerate(rows)}
        counts, ends_at = Counter[int](), dict[int, int]()
        for row, number in read:
            counts[number] += 1
            ends_at[number] = max(ends_at.get(number, 0), turn[row])
        through = [ends_at[number] for number, count in counts.items() if count == reach]
        return (rows[: min(through) + 1], False) if through else (rows, True)

    async def _by_first_day(self, rows: Sequence[AskedChild]) -> list[AskedChild]:
        """Return those of ordered rows that are the first of their child, no more than there may be."""
        found: list[AskedChild] = []
        for start in range(0, len(rows), self._most):
            piece = rows[start : start + self._most]
            first = _SQL["first"].format(parts=self._whole)
            firsts = dict(await self._rows(first, children=[each.child for each in piece]))
            found += [each for each in piece if firsts.get(each.child) == each.first_on]
            if len(found) >= self._most:
                break
        return found[: self._most]

    async def _rows(self, statement: Composable, **given: object) -> list[tuple[Any, ...]]:
        whole = SQL("{} {}").format(self._tables.sql, statement)
        cursor = await self._connection.execute(whole, {**self._tables.parameters, **self._given, **given})
        return await cursor.fetchall()
