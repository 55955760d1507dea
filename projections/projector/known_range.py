"""What was known when: rows of the read models with the positions from and until which each was known.

They are written behind the rows of now, which they never hold up: file by file at first, then following the
ledger in batches, up to where the rows of now are. Every position is a point as known at which may be asked.
A row that an entry does not change is not written again.

A file that cannot be read, or whose rows the database refuses, stops it: no position is answered after what
was refused, and the file is written anew from its first entry when it moves again.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final, TypeAlias
from uuid import UUID

import structlog
from psycopg import AsyncConnection
from psycopg.sql import Composed, Identifier, Literal

from domain.events.erasure import ErasureCompleted, ErasureStarted
from ledger.ledger import Ledger
from ledger.store.append import Moved, StreamVersion
from ledger.store.pools import Pool
from projections.model import STILL, ReadModel
from projections.projector.catch_up import adopting_in, in_charge
from projections.projector.followed_files import FollowedFiles
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, KNOWN_RANGE, NOWHERE, Generation
from projections.projector.known_rows import KnownChanges
from projections.projector.walking import all_walked, begin_parts, next_piece
from projections.projector.writer import bisected, by_identity, chunks, copy_rows, disposable, note_shared

log = structlog.get_logger()

BATCH: Final = 10_000
"""Entries followed at a time at most."""


_Came: TypeAlias = tuple[Any, int, int | None]
"""A row with the positions from and until which it was known."""


@dataclass(slots=True)
class _Batch:
    """What changed in files; those to be written `anew` from their first entry, and those that `failed`."""

    anew: frozenset[UUID]
    changes: dict[UUID, KnownChanges] = field(default_factory=dict)
    failed: dict[UUID, Exception] = field(default_factory=dict)
    share: bool = True


@dataclass(slots=True)
class _Offered:
    """What changed in files of a generation after a position and through another, not written yet."""

    generation: int
    before: int
    through: int
    changes: dict[UUID, KnownChanges]


class KnownRange:
    """Writes which rows of the read models were known when, in the tables of a generation."""

    def __init__(
        self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]], files: FollowedFiles
    ) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self._kinds = sorted({model.kind for model in models})
        self._files = files
        self._offered: deque[_Offered] = deque()
        self._of: int | None = None

    def offer(self, generation: Generation, through: int, changes: dict[UUID, KnownChanges]) -> None:
        """Take what changed in rows after the position of a generation and through another.

        What is not taken is computed again when its turn comes.
        """
        if generation.known_walked != EVERYWHERE:
            return
        last = self._offered[-1] if self._offered else None
        if last is None or (last.generation, last.through) != (generation.number, generation.position):
            self._offered.append(_Offered(generation.number, generation.position, through, changes))
        else:
            last.through = through
            for stream, later in changes.items():
                earlier = last.changes.get(stream)
                last.changes[stream] = later if earlier is None else earlier.then(later, self._models)
        while sum(each.through - each.before for each in self._offered) > BATCH:
            self._offered.popleft()

    @property
    def offered(self) -> int:
        """The number of entries of which it is known what they changed, and that is not written yet."""
        return sum(each.through - each.before for each in self._offered)

    async def step(self, generation: Generation) -> int:
        """Do the next piece of the work; return 0 if there is none.

        The rows of now of the generation must have been written once.
        """
        if self._of != generation.number:
            self._files.clear()
            self._offered.clear()
            self._of = generation.number
        if generation.known_walked is None:
            return await self._begin(generation)
        if generation.known_walked < EVERYWHERE:
            return await self._walk(generation)
        return await self._follow(generation)

    async def _begin(self, generation: Generation) -> int:
        head = generation.position
        async with self._pool.connection() as connection, connection.transaction():
            begun = await connection.execute(
                GENERATION_SQL["known_begin"], [NOWHERE, head, generation.number]
            )
            if begun.rowcount:
                await begin_parts(connection, generation.number, head, known=True)
        return begun.rowcount

    async def _walk(self, generation: Generation) -> int:
        """Write the next files, each from its first entry to the position at which this began."""
        asked = (self._ledger, generation.number, self._kinds)
        async with disposable(self._pool) as (connection, _):
            piece = await next_piece(connection, *asked, known=True)
            if piece is None:
                return await all_walked(connection, generation, self._models, known=True)
            anew = frozenset(each.stream for each in piece.files)
            follow = partial(self._files.follow, before=0, anew=anew, keep=False)
            found = await follow(piece.files, through=generation.known_position)
            await self._write(connection, generation, _Batch(anew, found.of, found.unread, share=False))
        return 1

    async def _follow(self, generation: Generation) -> int:
        """Follow the entries of the next batch."""
        before, through = (
            generation.known_position,
            min(generation.position, generation.known_position + BATCH),
        )
        offered = self._next(generation)
        if offered is not None:
            if offered.before == before and not await self._stopped(generation, offered.changes):
                self._offered.popleft()
                return await self._advance(generation, offered.through, _Batch(frozenset(), offered.changes))
            through = min(through, offered.before if offered.before > before else offered.through)
        if through <= before:
            return 0
        moved = await self._ledger.moved(before, through)
        files: dict[UUID, StreamVersion] = {each.stream: each for each in moved if each.kind in self._kinds}
        if adopting := adopting_in(moved):
            async with self._pool.connection() as connection:
                asked = (connection, self._ledger, generation, self._kinds, adopting, "once_in_charge")
                files = await in_charge(*asked) | files
        # What was known of a file of which keys are destroyed is told no more either.
        erased = {each.stream: each for each in await self._erased(moved)}
        files = erased | files
        batch = _Batch(await self._stopped(generation, files) | erased.keys())
        for piece in chunks(files.values()):
            found = await self._files.follow(piece, before, through, anew=batch.anew)
            batch.changes |= found.of
            batch.failed |= found.unread
        return await self._advance(generation, through, batch)

    def _next(self, generation: Generation) -> _Offered | None:
        """Return what is to be written next of what was taken; what others have written is dropped."""

        def over(each: _Offered) -> bool:
            return each.generation != generation.number or each.before < generation.known_position

        while self._offered and over(self._offered[0]):
            self._offered.popleft()
        return self._offered[0] if self._offered else None

    async def _erased(self, moved: Sequence[Moved]) -> list[StreamVersion]:
        """Return the files of which keys were destroyed, of streams that moved, with those joined to them."""
        completed = [each for each in moved if ErasureCompleted.__name__ in each.types]
        files = await self._ledger.files([each.stream for each in completed]) if completed else {}
        return [
            StreamVersion(subject, each.kind, 1)
            for each in completed
            for subject in {
                each.stream,
                *(joined for it in files[each.stream].of(ErasureStarted) for joined in it.event.joined),
            }
        ]

    async def _stopped(self, generation: Generation, files: Iterable[UUID]) -> frozenset[UUID]:
        """Return those of the files that stopped it."""
        if KNOWN_RANGE not in generation.stopped:
            return frozenset()
        async with self._pool.connection() as connection:
            asked = GENERATION_SQL["known_stopped"], [generation.number, list(files)]
            return frozenset(file for (file,) in await (await connection.execute(*asked)).fetchall())

    async def _advance(self, generation: Generation, through: int, batch: _Batch) -> int:
        """Write what changed and how far that reaches, unless another process did; return whether it was."""
        to = [through, generation.number, generation.known_position]
        async with disposable(self._pool) as (connection, _):
            advanced = await connection.execute(GENERATION_SQL["known_advance"], to)
            if advanced.rowcount:
                await self._write(connection, generation, batch)
        return advanced.rowcount

    async def _write(self, connection: AsyncConnection, generation: Generation, batch: _Batch) -> None:
        put = partial(self._put, connection, generation.schema, batch)
        await bisected(put, [*batch.changes], batch.failed.__setitem__)
        await self._stop(connection, generation, batch)

    async def _stop(self, connection: AsyncConnection, generation: Generation, batch: _Batch) -> None:
        """Note the files that were not written, and take back of those that were that they had stopped it."""
        if not (batch.anew or batch.failed):
            return
        asked = [generation.number, [*batch.anew, *batch.failed]]
        cursor = await connection.execute(GENERATION_SQL["known_resume"], asked)
        before: dict[UUID, int | None] = dict(await cursor.fetchall())
        stopped = []
        for file, error in batch.failed.items():
            self._files.drop(file)
            first = batch.changes[file].first if file in batch.changes else None
            position = None if first is None else first - 1
            # Written anew it fails at its first entry, though it answers up to where it failed before.
            position = position if before.get(file) is None else before[file]
            stopped.append((generation.number, file, position, type(error).__name__))
        async with connection.cursor() as cursor:
            await cursor.executemany(GENERATION_SQL["known_stop"], stopped)
        for _, file, position, name in stopped[:1]:
            log.warning("known range stopped", file=str(file), position=position, error=name)

    async def _put(
        self,
        connection: AsyncConnection,
        schema: str,
        batch: _Batch,
        streams: Sequence[UUID],
    ) -> None:
        anew = [stream for stream in streams if stream in batch.anew]
        went, came = defaultdict[str, list[Any]](list), defaultdict[str, list[_Came]](list)
        for each in (batch.changes[stream] for stream in streams):
            for name, identity, until in each.went:
                went[name].append((until, *identity))
            for name, row, since, ends in each.came:
                came[name].append((row, since, ends))
        async with connection.transaction():
            async with connection.pipeline():
                for model in self._models:
                    if anew:
                        await connection.execute(_clearing(schema, model), [anew])
                    if model.name in went:
                        values = [list(each) for each in zip(*went[model.name], strict=True)]
                        await connection.execute(_ending(schema, model), values)
            for model in self._models:
                if model.name in came:
                    await _add(connection, schema, model, came[model.name], share=batch.share)


async def _add(
    connection: AsyncConnection, schema: str, model: ReadModel[Any], rows: Sequence[_Came], *, share: bool
) -> None:
    """Add rows with the positions from and until which each was known."""
    columns, values = (*model.columns, "known_from", "known_until"), attrgetter(*model.columns)
    lines = ((*values(row), since, STILL if until is None else until) for row, since, until in rows)
    await copy_rows(connection, Identifier(schema, model.known_table), columns, lines)
    if share:
        files = dict.fromkeys(getattr(row, model.key) for row, *_ in rows)
        await note_shared(connection, schema, model, model.known_table, [*files])


@cache
def _clearing(schema: str, model: ReadModel[Any]) -> Composed:
    table = Identifier(schema, model.known_table)
    return GENERATION_SQL["known_clear"].format(known=table, key=Identifier(model.key))


@cache
def _ending(schema: str, model: ReadModel[Any]) -> Composed:
    return GENERATION_SQL["known_until"].format(
        known=Identifier(schema, model.known_table), still=Literal(STILL), **by_identity(model, "until")
    )
