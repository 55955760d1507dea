"""How the data of children were kept up to date in a period: differences, and late entries.

Counted are the files that were in scope on the last day of the period, as known at a position.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.entry import LATE_DAYS
from domain.when import end_of
from ledger.store import queries
from projections.found_differences import FOUND_DIFFERENCES
from projections.known import as_known
from projections.paging import Condition
from projections.situations import SITUATIONS

_SQL: Final = queries.load_composable("projections", "kept_current.sql")


@dataclass(frozen=True, slots=True)
class DifferencesOfSystem:
    """Differences with another system's data: `opening + found - settled = remaining`."""

    system: str
    opening: int
    found: int
    settled: int
    remaining: int


async def differences_by_system(
    connection: AsyncConnection[Any], scope: Condition, since: date, until: date, known: int
) -> list[DifferencesOfSystem]:
    """Return what became of differences after a day through another one, by system."""
    then = as_known(known, {"found_differences": FOUND_DIFFERENCES, "situations": SITUATIONS})
    asked = SQL("{}{}").format(then.sql, _SQL["differences"].format(scope=scope.sql))
    parameters = {**then.parameters, **scope.parameters, "since": since, "until": until}
    cursor = await connection.execute(asked, parameters)
    return [DifferencesOfSystem(*row) for row in await cursor.fetchall()]


async def entries_by_lateness(
    connection: AsyncConnection[Any], scope: Condition, since: date, until: date, known: int
) -> tuple[int, int]:
    """Return how many entries were recorded after a day through another one, and how many of them late."""
    then = as_known(known, {"situations": SITUATIONS})
    parameters = {
        **then.parameters,
        **scope.parameters,
        "until": until,
        "after": end_of(since),
        "by": end_of(until),
        "late": LATE_DAYS,
    }
    asked = SQL("{}{}").format(then.sql, _SQL["lateness"].format(scope=scope.sql))
    cursor = await connection.execute(asked, parameters)
    ((every, late),) = await cursor.fetchall()
    return every - late, late
