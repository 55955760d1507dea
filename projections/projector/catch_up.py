"""Catching up with the ledger: each entry is processed exactly once, in batches, for all models in one pass.

A batch names the files that have changed. A small one is followed entry by entry, and only rows that differ
are written. Of a larger one, or one that concerns other files, the projector reads each file as it is now, at
least up to the batch's end, and replaces its rows: so a larger backlog writes a file once however often it
changed. The position advances by compare-and-set in the same transaction, so that of two concurrent processes
one does nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection, Rollback
from psycopg.sql import Identifier

from domain.events.erasure import ErasureCompleted
from ledger.files.cache import KeptAfter
from ledger.ledger import Ledger
from ledger.store.append import Moved, StreamVersion
from ledger.store.pools import Pool
from projections.projector.adopted_rulebooks import ADOPTING
from projections.projector.followed_files import FollowedFiles
from projections.projector.generations import GENERATION_SQL, NOWHERE, Generation
from projections.projector.known_rows import KnownChanges
from projections.projector.writer import FILES_AT_ONCE, LeftError, RowWriter, bisected, chunks, disposable
from projections.register import REGISTER

BATCH: Final = 100_000
"""Entries processed at a time at most; only the ids of their files are held in memory."""
FOLLOWED: Final = 1_000
"""Entries at most that are followed one by one; of more, files are written whole as they are now."""
FOLLOWED_EACH: Final = 32
"""Entries of one file at most that are followed so: of more, to write it whole is sooner done."""

Offered: TypeAlias = Callable[[Generation, int, dict[UUID, KnownChanges]], None]
"""Takes what changed in the rows of files after a generation's position through another."""


class CatchUp:
    """Keeps the tables of a generation up with the ledger; `offered` takes what changed, once it stands."""

    def __init__(
        self, ledger: Ledger, pool: Pool, writer: RowWriter, files: FollowedFiles, offered: Offered
    ) -> None:
        self._ledger = ledger
        self._pool = pool
        self._writer = writer
        self._files = files
        self._offered = offered
        self._reached: tuple[int, int] | None = None
        self._ahead: dict[UUID, int] = {}
        self.leaving = False

    async def step(self, generation: Generation, limit: int = BATCH) -> int:
        """Process at most `limit` more entries; return their number."""
        before = generation.position
        through = min((await self._ledger.head()).position, before + limit)
        if through <= before:
            return 0
        changes: dict[UUID, KnownChanges] | None = None
        written: dict[UUID, int] = {}
        async with disposable(self._pool) as (connection, batch):
            advanced = await connection.execute(
                GENERATION_SQL["advance"], [through, generation.number, before]
            )
            if not advanced.rowcount:
                # Another process has advanced from this position.
                raise Rollback(batch)
            moved = await self._ledger.moved(before, through)
            if generation.built and through - before <= FOLLOWED and _by_themselves(moved):
                changes = await self._follow(connection, generation, moved, through)
            else:
                if any(ErasureCompleted.__name__ in each.types for each in moved):
                    self._files.clear()
                # Files of more entries than the cache holds would but push each other out.
                fits = through - before <= self._ledger.repository.cache.capacity
                keep: KeptAfter = "single" if fits else "none"
                for files in chunks(await self._moved(connection, generation, moved)):
                    if self.leaving:
                        raise LeftError
                    written |= await self._writer.write(connection, generation, files, keep=keep)
        if not advanced.rowcount:
            return 0
        if changes is not None:
            self._offered(generation, through, changes)
        # Files already written beyond this batch, with versions, which the next batch skips.
        moved_to = {each.stream: each.version for each in moved}
        shown = self._ahead | written
        self._ahead = {file: version for file, version in shown.items() if version > moved_to.get(file, 0)}
        self._reached = (generation.number, through)
        return through - before

    async def _follow(
        self, connection: AsyncConnection, generation: Generation, moved: Sequence[Moved], through: int
    ) -> dict[UUID, KnownChanges] | None:
        """Write what entries changed in rows; return it, unless there are files that cannot be read.

        Files whose rows cannot be computed or stored, or could not before, are written whole.
        """
        whole: list[StreamVersion] = []
        changes: dict[UUID, KnownChanges] = {}
        stopped = await self._stopped(connection, generation, moved)
        unread = False
        for files in chunks(each for each in moved if each.kind in self._writer.kinds):
            found = await self._files.follow(files, generation.position, through)
            changes |= found.of
            unread = unread or bool(found.unread)
            apart = stopped | found.failing | found.unread.keys()
            put = partial(self._writer.put_changes, connection, generation.schema, found.of, found.versions)
            refused: dict[UUID, Exception] = {}
            await bisected(put, [each for each in found.of if each not in apart], refused.__setitem__)
            whole += (each for each in files if each.stream in apart or each.stream in refused)
        for files in chunks(whole):
            await self._writer.write(connection, generation, files, keep="single")
        return None if unread else changes

    @staticmethod
    async def _stopped(
        connection: AsyncConnection, generation: Generation, moved: Sequence[Moved]
    ) -> AbstractSet[UUID]:
        """Return the files that stopped a read model, of streams that moved."""
        if not generation.stopped:
            return frozenset()
        asked = [generation.number, [each.stream for each in moved]]
        return {
            file for (file,) in await (await connection.execute(GENERATION_SQL["stopped"], asked)).fetchall()
        }

    async def _moved(
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


def _by_themselves(moved: Sequence[Moved]) -> bool:
    """Whether entries are few of each file, and change nothing of others, nor of what was read before."""
    many = any(each.entries > FOLLOWED_EACH for each in moved)
    erasing = any(ErasureCompleted.__name__ in each.types for each in moved)
    return not (many or erasing or adopting_in(moved))


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
