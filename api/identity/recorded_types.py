"""How often somebody has recorded each type of event by a form: which forms they are offered first.

It says nothing of any child, and has at most one row a person and type.
"""

from typing import Final
from uuid import UUID

from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "recorded_types.sql")


class RecordedTypes:
    """The types of event that people record by forms of the console, in one ledger."""

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the writer's and the reader's."""
        self._writers, self._readers = pools

    async def count(self, person: UUID, name: str) -> None:
        """Count a form by which somebody has recorded a type of event, for one child or for many."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["count"], [person, name])

    async def most(self, person: UUID) -> list[str]:
        """Return the types that somebody has recorded, the most frequent first."""
        async with self._readers.connection() as connection:
            rows = await (await connection.execute(SQL["most"], [person])).fetchall()
        return [name for (name,) in rows]
