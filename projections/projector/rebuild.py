"""Building a generation beside the one in use: each file is folded once, in the order of ids.

The progress is stored in the same transaction as the rows, by compare-and-set: a killed build is resumed, and
two concurrent builders write different files. Then the build catches up with the ledger from the position at
its beginning, and the generation counts as built once its tables are close to the ledger's head.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from psycopg import Rollback

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.projector.catch_up import CatchUp
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation
from projections.projector.writer import FILES_AT_ONCE, RowWriter, chunks, disposable

NEAR: Final = 1000
"""Entries by which a built generation may be behind the ledger."""


class Rebuild:
    """Fills the tables of a generation until they can be read from."""

    def __init__(self, ledger: Ledger, pool: Pool, writer: RowWriter, catch_up: CatchUp) -> None:
        self._ledger = ledger
        self._pool = pool
        self._writer = writer
        self._catch_up = catch_up

    async def step(self, generation: Generation) -> bool:
        """Do the next piece of the work; return whether anything was done."""
        head = (await self._ledger.head()).position
        if generation.walked is None:
            return await self._changed("begin", [NOWHERE, head, generation.number])
        if generation.walked < EVERYWHERE:
            return await self._walk(generation)
        if generation.position + NEAR < head:
            return await self._catch_up.step(generation) > 0
        return await self._changed("built", [datetime.now(UTC), generation.number])

    async def _walk(self, generation: Generation) -> bool:
        """Write the next files."""
        assert generation.walked is not None  # noqa: S101 - what `step` has looked for
        page = await self._ledger.streams(self._writer.kinds, generation.walked, FILES_AT_ONCE)
        files = next(chunks(page), [])
        walked = files[-1].stream if files else EVERYWHERE
        async with disposable(self._pool) as (connection, piece):
            advanced = await connection.execute(
                GENERATION_SQL["walk"], [walked, generation.number, generation.walked]
            )
            if not advanced.rowcount:
                raise Rollback(piece)
            await self._writer.write(connection, generation, files, keep="none")
        return advanced.rowcount > 0

    async def _changed(self, statement: str, parameters: Sequence[object]) -> bool:
        async with self._pool.connection() as connection:
            return (await connection.execute(GENERATION_SQL[statement], parameters)).rowcount > 0
