"""How many children there are by what holds of them on a day, and how these numbers changed between two days.

Who is counted is in the caller's scope by who was in charge on the day, as known then, and not by who is in
charge now: so the same question, as known at the same position, has the same answer for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Composed

from ledger.store import queries
from projections.counted_children import COUNTED_ROWS, CountedParts, Population
from projections.known import as_known
from projections.paging import Condition
from projections.register import REGISTER

CountedCell: TypeAlias = tuple[str, ...]
"""The values of the dimensions that children are counted by, in their order."""
CountedScope: TypeAlias = Callable[[Composable, Composable], Condition]
"""Who is in the caller's scope, by the expression of a day and the name of the register's rows."""

_SQL: Final = queries.load_composable("projections", "child_counts.sql")


@dataclass(frozen=True, slots=True)
class Flow:
    """How many children came into a cell, or went from it, between two days.

    `stock_from` and `stock_to` are how many are in it on the first day and on the last. In between they
    `entered` care, or `left` it for a reason (`departure_reason`, else the stage that they are at), or
    `moved_in` from another cell or `moved_out` to one.
    """

    cell: CountedCell
    kind: str
    reason: str
    count: int


async def stock(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, day: date
) -> dict[CountedCell, int]:
    """Return how many children there are on a day, by cell; only cells with any."""
    parts = CountedParts(population, scope(SQL("%(day)s"), population.person))
    begin, parameters = _placed(population, parts, parts.stock_at)
    statement = SQL("{} {}").format(begin, _SQL["stock"])
    cursor = await connection.execute(statement, {**parameters, "day": day})
    return {tuple(cell): count for cell, count in await cursor.fetchall()}


async def flows(
    connection: AsyncConnection[Any], scope: CountedScope, population: Population, since: date, until: date
) -> list[Flow]:
    """Return what changed after a day through another one, by cell, with the numbers of both days."""
    then = counted_between(population, scope, since, until)
    cursor = await connection.execute(SQL("{} {}").format(then.sql, _SQL["flows"]), then.parameters)
    return [Flow(tuple(cell), *further) for cell, *further in await cursor.fetchall()]


def counted_between(population: Population, scope: CountedScope, since: date, until: date) -> Condition:
    """Return with what a statement begins that asks where children stood on the days on which they turned."""
    someday = scope(SQL("%(until)s"), population.person)
    parts = CountedParts(population, scope(SQL("points.day"), population.person), reason=True)
    begin, parameters = _placed(population, parts, parts.flows_at(someday))
    return Condition(begin, {**parameters, **someday.parameters, "since": since, "until": until})


def _placed(population: Population, parts: CountedParts, at: Composable) -> tuple[Composed, dict[str, Any]]:
    then = as_known(population.known, {"listed": REGISTER, **COUNTED_ROWS})
    begin = SQL("WITH ") if population.known is None else SQL("{}, ").format(then.sql)
    return SQL("{}{}, {}").format(begin, at, parts.placed), {**then.parameters, **parts.parameters}
