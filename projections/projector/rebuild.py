"""Building a generation beside the one in use: each file is folded once, in the order of ids.

The progress is stored in the same transaction as the rows, by compare-and-set: a killed build is resumed, and
two concurrent builders write different files. Then the build catches up with the ledger from the position at
its beginning, and the generation counts as built once its tables are close to the ledger's head.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from psycopg import Rollback

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.model import ReadModel
from projections.projector.catch_up import AGAIN, CatchUp
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, NOWHERE, Generation
from projections.projector.writer import FILES_AT_ONCE, PoisonError, RowWriter, chunks, disposable

NEAR: Final = 1000
"""Entries by which a built generation may be behind the ledger."""


class Rebuild:
    """Fills the tables of a generation until they can be read from."""

    def __init__(
        self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]], catch_up: CatchUp
    ) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self._writer = RowWriter(ledger)
        self._catch_up = catch_up

    async def step(self, own: Generation) -> bool:
        """Do the next piece of the work; return whether anything was done."""
        if len(own.stopped) == len(self._models):
            return await self._begin_again(own)
        if own.through is None or own.walked is None:
            return await self._begin(own)
        if own.walked < EVERYWHERE:
            return await self._walk(own)
        head = (await self._ledger.head()).position
        if own.position() + NEAR < head:
            return await self._catch_up.step(own) > 0
        return await self._done(own)

    async def _begin(self, own: Generation) -> bool:
        head = (await self._ledger.head()).position
        return await self._changed("begin", [head, NOWHERE, own.number])

    async def _begin_again(self, own: Generation) -> bool:
        """Retry all read models after a while, once every one has stopped."""
        stopped_at = max(each.stopped_at for each in own.models.values() if each.stopped_at is not None)
        if stopped_at + AGAIN > datetime.now(UTC):
            return False
        await self._changed("begin_again", [own.number])
        return await self._changed("begin_models_again", [own.number])

    async def _walk(self, own: Generation) -> bool:
        """Write the next files; a read model that fails is stopped at the beginning of the ledger."""
        assert own.walked is not None  # noqa: S101 - what `step` has looked for
        following = next(chunks(await self._ledger.streams("child", own.walked, FILES_AT_ONCE)), [EVERYWHERE])
        models = [model for model in self._models if own.models[model.name].stopped_by is None]
        try:
            async with disposable(self._pool) as (connection, piece):
                advanced = await connection.execute(
                    GENERATION_SQL["walk"], [following[-1], own.number, own.walked]
                )
                if not advanced.rowcount:
                    raise Rollback(piece)
                if following == [EVERYWHERE]:
                    await connection.execute(GENERATION_SQL["walked"], [own.through, own.number])
                else:
                    await self._writer.write(connection, own.schema, models, following, keep=False)
        except PoisonError as poison:
            await self._catch_up.stop(own, poison, 0)
            return True
        return advanced.rowcount > 0

    async def _done(self, own: Generation) -> bool:
        return await self._changed("built", [datetime.now(UTC), own.number])

    async def _changed(self, statement: str, parameters: Sequence[object]) -> bool:
        async with self._pool.connection() as connection:
            return (await connection.execute(GENERATION_SQL[statement], parameters)).rowcount > 0
