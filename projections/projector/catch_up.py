"""Catching up with the ledger: each entry is processed exactly once, in batches, for all models in one pass.

A batch names the files that have changed; the projector reads each as it is now, at least up to the batch's
end, and replaces its rows. The position advances by compare-and-set in the same transaction, so that of two
concurrent processes one does nothing. A larger backlog makes larger batches, which write a file once however
often it changed.
"""

from collections.abc import Iterable, Sequence
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
ADOPTING: Final = AMENDMENTS | RULINGS | {RulebookAdopted.__name__}
"""Types of entries after which an institution may have another rulebook."""


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
                written |= await self._writer.write(connection, generation, files, keep="single")
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
        if adopting := adopting_in(moved):
            # The adoption of a rulebook changes the judgements of all files of the institution.
            kinds = self._writer.kinds
            files = await in_charge(connection, self._ledger, generation, kinds, adopting) | files
        return list(files.values())


def adopting_in(moved: Sequence[Moved]) -> list[UUID]:
    """Return the institutions that may have adopted a rulebook, of streams that moved."""
    return [
        each.stream for each in moved if each.kind == "institution" and not ADOPTING.isdisjoint(each.types)
    ]


async def in_charge(  # noqa: PLR0917 - whose files, of what, where
    connection: AsyncConnection,
    ledger: Ledger,
    generation: Generation,
    kinds: Iterable[str],
    institutions: list[UUID],
    statement: str = "in_charge",
) -> dict[UUID, StreamVersion]:
    """Return the children of institutions, by the register, and all files that are not children's."""
    charged: dict[UUID, StreamVersion] = {}
    others = set(kinds)
    if REGISTER.name in generation.models:
        others.discard(REGISTER.kind)
        register = Identifier(generation.schema, REGISTER.name)
        asked = {
            "institutions": institutions,
            "generation": generation.number,
            "register": REGISTER.name,
        }
        async for child, version in await connection.execute(
            GENERATION_SQL[statement].format(register=register), asked
        ):
            charged[child] = StreamVersion(child, REGISTER.kind, version)
    after = NOWHERE
    while page := await ledger.streams(others, after, FILES_AT_ONCE):
        charged |= {each.stream: each for each in page}
        after = page[-1].stream
    return charged
