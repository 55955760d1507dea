"""How many rows of a list there are, by who is in charge of their files and by rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL, Composable, Identifier

from ledger.store import queries
from projections.paging import Condition

_GROUPED: Final = queries.load_composable("projections", "grouped.sql")["grouped"]


@dataclass(frozen=True, slots=True)
class GroupedCount:
    """So many rows of one rule, in files in the charge of an institution or a place, or of neither.

    `rule` and `kind` are keyed hashes of rows that are sealed wholly; `kind` is None where rows have none.
    `first_on` is the earliest of their days.
    """

    institution: UUID | None
    place: str | None
    rule: str
    kind: str | None
    count: int
    first_on: date


async def grouped(
    connection: AsyncConnection[Any],
    selects: Sequence[Composable],
    where: Sequence[Condition],
    *,
    first: str,
    kind: bool = False,
) -> list[GroupedCount]:
    """Return how many rows SELECTs without WHERE have, under conditions of which the first says the tables.

    `first` is the column of their days, and `kind` tells them by kind, too.
    """
    tables, *conditions = where
    condition = SQL(" AND ").join([SQL("true"), *(each.sql for each in conditions)])
    given = {name: value for each in where for name, value in each.parameters.items()}
    statement = _GROUPED.format(
        tables=tables.sql,
        rows=SQL(" UNION ALL ").join(SQL("({} WHERE {})").format(each, condition) for each in selects),
        first=Identifier(first),
        kind=SQL("counted.kind") if kind else SQL("NULL::text"),
    )
    async with connection.cursor(row_factory=class_row(GroupedCount)) as counts:
        await counts.execute(statement, given)
        return await counts.fetchall()
