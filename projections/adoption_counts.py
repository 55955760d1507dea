"""Who was adopted in a period, and how many by what stands in clear and held of them on the day before.

That a child was adopted stands in clear, as a stage; by whom and in what way does not, and is no dimension.
"""

from datetime import date
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from ledger.store import queries
from projections.child_counts import CountedCell, CountedScope
from projections.counted_children import COUNTED_ROWS, CountedParts, Population
from projections.known import as_known
from projections.paging import Condition
from projections.register import REGISTER

_SQL: Final = queries.load_composable("projections", "adoption_counts.sql")


async def adopted(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> dict[CountedCell, int]:
    """Return how many were adopted from a day through another one, by cell; only cells with any."""
    then, charge = _asked(scope, population)
    parts = CountedParts(population, charge)
    statement = SQL("{}{}, {} {}").format(
        then.sql, _SQL["adopted_at"].format(scope=charge.sql), parts.placed, _SQL["adopted"]
    )
    given = {**then.parameters, **parts.parameters, "since": since, "until": until}
    cursor = await connection.execute(statement, given)
    return {tuple(cell): count for cell, count in await cursor.fetchall()}


async def adopted_children(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> list[tuple[UUID, date]]:
    """Return who was adopted from a day through another one, each with the day."""
    then, charge = _asked(scope, population)
    at = _SQL["adopted_at"].format(scope=charge.sql)
    statement = SQL("{}{} {}").format(then.sql, at, _SQL["adopted_children"])
    given = {**then.parameters, **charge.parameters, "since": since, "until": until}
    cursor = await connection.execute(statement, given)
    return await cursor.fetchall()


def _asked(scope: CountedScope, population: Population) -> tuple[Condition, Condition]:
    """Return what a statement begins with, and the condition of who was in charge on the day."""
    then = as_known(population.known, {"listed": REGISTER, **COUNTED_ROWS})
    begin = SQL("WITH ") if population.known is None else SQL("{}, ").format(then.sql)
    return Condition(begin, then.parameters), scope(SQL("situations.since"), population.person)
