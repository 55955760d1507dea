"""Who was adopted in a period, and how many by what stands in clear and held of them on the day before.

That a child was adopted stands in clear, as a stage; by whom and in what way does not, and is no dimension.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier

from ledger.store import queries
from projections.child_counts import CountedCell, CountedScope
from projections.counted_children import COUNTED_ROWS, CountedParts, Population
from projections.known import as_known

_SQL: Final = queries.load_composable("projections", "adoption_counts.sql")


async def adopted(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> dict[CountedCell, int]:
    """Return how many were adopted from a day through another one, by cell; only cells with any."""
    cursor = await connection.execute(*_asked("adopted", scope, population, since, until))
    return {tuple(cell): count for cell, count in await cursor.fetchall()}


async def adopted_children(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> list[tuple[UUID, date, CountedCell]]:
    """Return who was adopted from a day through another one, each with the day and the cell."""
    cursor = await connection.execute(*_asked("adopted_children", scope, population, since, until))
    return [(child, day, tuple(cell)) for child, day, cell in await cursor.fetchall()]


def _asked(
    question: str, scope: CountedScope, population: Population, since: date, until: date
) -> tuple[Composed, dict[str, Any]]:
    """Return what is asked of those who were adopted while whoever counts was in charge on the day."""
    then = as_known(population.known, COUNTED_ROWS)
    charge = scope(SQL("situations.since"), SQL("situations.sixteen_on"))
    parts, day = CountedParts(population), SQL("(situations.since - 1)")
    values = parts.values(day, place=Identifier("before"))
    statement = SQL("{}{}").format(
        then.sql,
        _SQL[question].format(
            cell=parts.cell(values),
            held=parts.held(SQL("situations.child"), day),
            scope=charge.sql,
            where=parts.where(values),
        ),
    )
    given = {**then.parameters, **parts.parameters, **charge.parameters, "since": since, "until": until}
    return statement, given
