"""Who was adopted in a period, and how many by what stands in clear and held of them on the day before.

That a child was adopted stands in clear, as a stage; by whom and in what way does not, and is no dimension.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from ledger.store import queries
from projections.child_counts import CountedCell, CountedScope
from projections.counted_children import COUNTED_ROWS, CountedParts, Population
from projections.known import as_known
from projections.paging import Condition

_SQL: Final = queries.load_composable("projections", "adoption_counts.sql")


async def adopted(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> dict[CountedCell, int]:
    """Return how many were adopted from a day through another one, by cell; only cells with any."""
    then, charge = _asked(scope, population)
    parts, day = CountedParts(population), SQL("(situations.since - 1)")
    values = parts.values(day, place=Identifier("before"))
    statement = SQL("{}{}").format(
        then.sql,
        _SQL["adopted"].format(
            cell=parts.cell(values),
            held=parts.held(SQL("situations.child"), day),
            scope=charge.sql,
            where=parts.where(values),
        ),
    )
    given = {**then.parameters, **parts.parameters, **charge.parameters, "since": since, "until": until}
    cursor = await connection.execute(statement, given)
    return {tuple(cell): count for cell, count in await cursor.fetchall()}


async def adopted_children(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> list[tuple[UUID, date]]:
    """Return who was adopted from a day through another one, each with the day."""
    then, charge = _asked(scope, population)
    statement = SQL("{}{}").format(then.sql, _SQL["adopted_children"].format(scope=charge.sql))
    given = {**then.parameters, **charge.parameters, "since": since, "until": until}
    cursor = await connection.execute(statement, given)
    return await cursor.fetchall()


def _asked(scope: CountedScope, population: Population) -> tuple[Condition, Condition]:
    """Return what a statement begins with, and the condition of who was in charge on the day."""
    then = as_known(population.known, COUNTED_ROWS)
    return then, scope(SQL("situations.since"), SQL("situations.sixteen_on"))
