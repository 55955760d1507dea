"""Catching up with the ledger: each entry is processed exactly once, in batches, for all models in one pass.

A batch names the files that have changed; the projector reads each as it is now, at least up to the batch's
end, and replaces its rows. The position advances by compare-and-set in the same transaction, so that of two
concurrent processes one does nothing. A larger backlog makes larger batches, which write a file once however
often it changed.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from psycopg import AsyncConnection, Rollback
from psycopg.sql import Identifier

from domain.events.institution.particulars import RulebookAdopted
from domain.file import AMENDMENTS, RULINGS
from ledger.ledger import Ledger
from ledger.store.append import Moved, StreamVersion
from ledger.store.pools import Pool
from projections.projector.generations import GENERATION_SQL, NOWHERE, Generation
from projections.projector.writer import FILES_AT_ONCE, RowWriter, chunks, disposable
from projections.register import REGISTER

BATCH: Final = 100_000
"""Entries processed at a time at most; only the ids of their files are held in memory."""
_ADOPTING: Final = AMENDMENTS | RULINGS | {RulebookAdopted.__name__}


class LeftError(Exception):
    """The process was asked to stop during a batch, which is rolled back."""


class CatchUp:
    """Keeps the tables of a generation up with the ledger."""

    def __init__(self, ledger: Ledger, pool: Pool, writer: RowWriter) -> None:
        self._ledger = ledger
        self._pool = pool
        self._writer = writer
        self._reached: tuple[int, int] | None = None
        self._ahead: dict[UUID, int] = {}
        self.leaving = False

    async def step(self, generation: Generation, limit: int = BATCH) -> int:
        """Process at most `limit` more entries; return their number."""
        through = min((await self._ledger.head()).position, generation.position + limit)
        if through <= generation.position:
            return 0
        written: dict[UUID, int] = {}
        async with disposable(self._pool) as (connection, batch):
            advanced = await connection.execute(
                GENERATION_SQL["advance"], [through, generation.number, generation.position]
            )
            if not advanced.rowcount:
                # Another process has advanced from this position.
                raise Rollback(batch)
            moved = await self._ledger.moved(generation.position, through)
            for files in chunks(await self._files(connection, generation, moved)):
                if self.leaving:
                    raise LeftError
                written |= await self._writer.write(connection, generation, files, keep=True)
        if not advanced.rowcount:
            return 0
        # Files already written beyond this batch, with versions, which the next batch skips.
        moved_to = {each.stream: each.version for each in moved}
        shown = self._ahead | written
        self._ahead = {file: version for file, version in shown.items() if version > moved_to.get(file, 0)}
        self._reached = (generation.number, through)
        return through - generation.position

    async def _files(
        self, connection: AsyncConnection, generation: Generation, moved: Sequence[Moved]
    ) -> list[StreamVersion]:
        """Return the files whose rows a batch may change."""
        if self._reached != (generation.number, generation.position):
            self._ahead = {}
        files: dict[UUID, StreamVersion] = {
            each.stream: each
            for each in moved
            if each.kind in self._writer.kinds and self._ahead.get(each.stream, 0) < each.version
        }
        adopting = [
            each.stream
            for each in moved
            if each.kind == "institution" and not _ADOPTING.isdisjoint(each.types)
        ]
        if adopting:
            # The adoption of a rulebook changes the judgements of all files of the institution.
            files = await self._in_charge(connection, generation, adopting) | files
        return list(files.values())

    async def _in_charge(
        self, connection: AsyncConnection, generation: Generation, institutions: list[UUID]
    ) -> dict[UUID, StreamVersion]:
        """Return the children of institutions, by the register, and all files that are not children's."""
        in_charge: dict[UUID, StreamVersion] = {}
        kinds = set(self._writer.kinds)
        if REGISTER.name in generation.models:
            kinds.discard(REGISTER.kind)
            register = Identifier(generation.schema, REGISTER.name)
            statement = GENERATION_SQL["in_charge"].format(register=register)
            asked = [institutions, generation.number, REGISTER.name]
            async for child, version in await connection.execute(statement, asked):
                in_charge[child] = StreamVersion(child, REGISTER.kind, version)
        after = NOWHERE
        while page := await self._ledger.streams(kinds, after, FILES_AT_ONCE):
            in_charge |= {each.stream: each for each in page}
            after = page[-1].stream
        return in_charge
