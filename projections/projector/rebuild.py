"""Building a generation beside the one in use: each file is folded once, part by part, in the order of ids.

A killed build is resumed, and concurrent builders write different files (`walking`). Then the build catches
up with the ledger from the position at its beginning, and the generation counts as built once its tables are
close to the ledger's head.
"""

from datetime import UTC, datetime
from typing import Final

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.projector.catch_up import CatchUp
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation
from projections.projector.walking import all_walked, begin_parts, next_piece
from projections.projector.writer import RowWriter, disposable

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
            return await self._begin(generation, head)
        if generation.walked < EVERYWHERE:
            return await self._walk(generation)
        if generation.position + NEAR < head:
            return await self._catch_up.step(generation) > 0
        async with self._pool.connection() as connection:
            built = [datetime.now(UTC), generation.number]
            return (await connection.execute(GENERATION_SQL["built"], built)).rowcount > 0

    async def _begin(self, generation: Generation, head: int) -> bool:
        async with self._pool.connection() as connection, connection.transaction():
            begun = await connection.execute(GENERATION_SQL["begin"], [NOWHERE, head, generation.number])
            if begun.rowcount:
                await begin_parts(connection, generation.number, head, known=False)
        return begun.rowcount > 0

    async def _walk(self, generation: Generation) -> bool:
        """Write the next files, or say that all are written."""
        asked = (self._ledger, generation.number, self._writer.kinds)
        async with disposable(self._pool) as (connection, _):
            piece = await next_piece(connection, *asked, known=False)
            if piece is None:
                return await all_walked(connection, generation, self._writer.models, known=False)
            await self._writer.write(connection, generation, piece.files, keep="none", first=True)
        return True
