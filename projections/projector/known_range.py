"""What was known when: rows of the read models with the positions from and until which each was known.

They are written behind the rows of now, which they never hold up: file by file at first, then following the
ledger in batches, up to where the rows of now are. Every position is a point as known at which may be asked.
A row that an entry does not change is not written again.

A file that cannot be read, or whose rows the database refuses, stops it: no position is answered after what
was refused, and the file is written anew from its first entry when it moves again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal

from domain.entry import AnyEntry
from domain.events.erasure import ErasureCompleted, ErasureStarted
from domain.file import File
from domain.joined_files import JOINED
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal
from ledger.store.append import Moved, StreamVersion
from ledger.store.pools import Pool
from projections.model import STILL, ReadModel
from projections.projector.adopted_rulebooks import AdoptedRulebooks, Adoptions, ever_in_charge
from projections.projector.catch_up import LeftError, adopting_in, in_charge
from projections.projector.generations import EVERYWHERE, GENERATION_SQL, KNOWN_RANGE, NOWHERE, Generation
from projections.projector.known_rows import KnownChanges, KnownRows
from projections.projector.writer import (
    FILES_AT_ONCE,
    bisected,
    chunks,
    copy_rows,
    disposable,
    note_shared,
    of_kind,
)

log = structlog.get_logger()

BATCH: Final = 10_000
"""Entries followed at a time at most."""
AT_HAND: Final = 30_000
"""Entries of the files that are kept at hand with what was computed of them; a thousand take some 5 MB.

A file that is not at hand is computed anew, at a hundred times the cost of an entry.
"""


@dataclass(slots=True)
class _Batch:
    """What changed in files; those to be written `anew` from their first entry, and those that `failed`."""

    anew: frozenset[UUID]
    changes: dict[UUID, KnownChanges] = field(default_factory=dict)
    failed: dict[UUID, Exception] = field(default_factory=dict)


class KnownRange:
    """Writes which rows of the read models were known when, in the tables of a generation."""

    def __init__(self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self._kinds = sorted({model.kind for model in models})
        self._files: OrderedDict[UUID, KnownRows] = OrderedDict()
        self._of: int | None = None
        self._adopted = AdoptedRulebooks(ledger)
        self.leaving = False

    async def step(self, generation: Generation) -> int:
        """Do the next piece of the work; return 0 if there is none.

        The rows of now of the generation must have been written once.
        """
        if self._of != generation.number:
            self._files.clear()
            self._of = generation.number
        if generation.known_walked is None:
            begun = [NOWHERE, generation.position, generation.number]
            async with self._pool.connection() as connection:
                return (await connection.execute(GENERATION_SQL["known_begin"], begun)).rowcount
        if generation.known_walked < EVERYWHERE:
            return await self._walk(generation, generation.known_walked)
        return await self._follow(generation)

    async def _walk(self, generation: Generation, after: UUID) -> int:
        """Write the next files, each from its first entry to the position at which this began."""
        page = await self._ledger.streams(self._kinds, after, FILES_AT_ONCE)
        files = next(chunks(page), [])
        walked = files[-1].stream if files else EVERYWHERE
        batch = _Batch(frozenset(each.stream for each in files))
        await self._change(batch, files, 0, generation.known_position, keep=False)
        moved = [walked, generation.number, after]
        return await self._write(generation, "known_walk", moved, batch)

    async def _follow(self, generation: Generation) -> int:
        """Follow the entries of the next batch."""
        before, through = generation.known_position, generation.position
        through = min(through, before + BATCH)
        if through <= before:
            return 0
        moved = await self._ledger.moved(before, through)
        files = {each.stream: StreamVersion(each.stream, each.kind, 1) for each in moved}
        files = {stream: each for stream, each in files.items() if each.kind in self._kinds}
        if adopting := adopting_in(moved):
            async with self._pool.connection() as connection:
                asked = (connection, self._ledger, generation, self._kinds, adopting, "once_in_charge")
                files = await in_charge(*asked) | files
        # What was known of a file of which keys are destroyed is told no more either.
        erased = {each.stream: each for each in await self._erased(moved)}
        files = erased | files
        batch = _Batch(await self._stopped(generation, files) | erased.keys())
        every = list(files.values())
        for start in range(0, len(every), FILES_AT_ONCE):
            await self._change(batch, every[start : start + FILES_AT_ONCE], before, through, keep=True)
        advanced = [through, generation.number, before]
        return await self._write(generation, "known_advance", advanced, batch)

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

    async def _change(
        self, batch: _Batch, streams: Sequence[StreamVersion], before: int, through: int, *, keep: bool
    ) -> None:
        """Find what changed in the rows of files after a position and through another."""
        read: dict[UUID, tuple[File, Seal]] = {}

        async def readable(pieces: Sequence[StreamVersion]) -> None:
            files = await self._ledger.files(
                [each.stream for each in pieces], keep="single" if keep else "none"
            )
            seal = await self._ledger.seal_of(files)
            read.update((stream, (file, seal)) for stream, file in files.items())

        def unreadable(each: StreamVersion, error: Exception) -> None:
            batch.failed[each.stream] = error

        await bisected(readable, streams, unreadable)
        kinds = {each.stream: each.kind for each in streams}
        for stream, (file, seal) in read.items():
            adoptions = await self._adopted.of(ever_in_charge(file.entries.values()), through)
            states = await self._states(file, through)
            since = 0 if stream in batch.anew else before
            followed = partial(self._followed, file, kinds[stream], since, through, adoptions, seal, states)
            # In a thread, so that the event loop serves requests meanwhile.
            rows, batch.changes[stream] = await asyncio.to_thread(followed)
            if keep:
                self._keep(stream, rows)

    def _followed(  # noqa: PLR0917 - a file, the range to follow, and what it is read with
        self,
        file: File,
        kind: str,
        before: int,
        through: int,
        adoptions: Adoptions,
        seal: Seal,
        states: Mapping[int, File],
    ) -> tuple[KnownRows, KnownChanges]:
        assert file.stream is not None  # noqa: S101 - a file with entries
        rows = self._files.pop(file.stream, None)
        erased = max((each.position for each in file.of(ErasureCompleted)), default=0)
        if rows is None or rows.position > before or rows.position < erased:
            rows = KnownRows(file.stream, list(of_kind(kind, self._models)))
            rows.begin(_between(file, 0, before), before, adoptions, seal, states)
        elif rows.position < before:
            # Another process has written what changed meanwhile.
            missed = self._unless_leaving(_between(file, rows.position, before))
            rows.follow(missed, before, adoptions, seal, states)
        followed = self._unless_leaving(_between(file, before, through))
        return rows, rows.follow(followed, through, adoptions, seal, states)

    def _unless_leaving(self, entries: Iterable[AnyEntry]) -> Iterator[AnyEntry]:
        """Yield entries while the process serves: whoever stops it does not wait for a long file."""
        for entry in entries:
            if self.leaving:
                raise LeftError
            yield entry

    async def _states(self, file: File, through: int) -> dict[int, File]:
        """Return the states of a file to which others are or were joined, at each of its own entries."""
        states: dict[int, File] = {}
        if file.facts(JOINED):
            for entry in _between(file, 0, through):
                state = await self._ledger.file(entry.stream, entry.position)
                assert state is not None  # noqa: S101 - it has this entry
                states[entry.position] = state
        return states

    def _keep(self, stream: UUID, rows: KnownRows) -> None:
        self._files[stream] = rows
        entries = sum(map(len, self._files.values()))
        while entries > AT_HAND:
            _, dropped = self._files.popitem(last=False)
            entries -= len(dropped)

    async def _write(
        self,
        generation: Generation,
        statement: str,
        moved: Sequence[object],
        batch: _Batch,
    ) -> int:
        """Write what changed and how far that reaches, unless another process did; return whether it was."""
        written = False
        try:
            async with disposable(self._pool) as (connection, _):
                advanced = await connection.execute(GENERATION_SQL[statement], moved)
                if advanced.rowcount:
                    put = partial(self._put, connection, generation.schema, batch)
                    await bisected(put, [*batch.changes], batch.failed.__setitem__)
                    await self._stop(connection, generation, batch)
                written = advanced.rowcount > 0
        finally:
            if not written:
                # What is at hand is not what stands there.
                self._files.clear()
        return int(written)

    async def _stop(self, connection: AsyncConnection, generation: Generation, batch: _Batch) -> None:
        """Note the files that were not written, and take back of those that were that they had stopped it."""
        if not (batch.anew or batch.failed):
            return
        asked = [generation.number, [*batch.anew, *batch.failed]]
        cursor = await connection.execute(GENERATION_SQL["known_resume"], asked)
        before: dict[UUID, int | None] = dict(await cursor.fetchall())
        stopped = []
        for file, error in batch.failed.items():
            self._files.pop(file, None)
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
        changes, anew = batch.changes, [stream for stream in streams if stream in batch.anew]
        async with connection.transaction():
            for model in self._models:
                table = Identifier(schema, model.known_table)
                if anew:
                    clear = GENERATION_SQL["known_clear"].format(known=table, key=Identifier(model.key))
                    await connection.execute(clear, [anew])
                went = [
                    (until, *identity)
                    for stream in streams
                    for name, identity, until in changes[stream].went
                    if name == model.name
                ]
                if went:
                    is_it = [SQL("{} = %s").format(Identifier(name)) for name in model.identity]
                    statement = GENERATION_SQL["known_until"].format(
                        known=table, identity=SQL(" AND ").join(is_it), still=Literal(STILL)
                    )
                    async with connection.cursor() as cursor:
                        await cursor.executemany(statement, went)
                came = [each for stream in streams for each in changes[stream].came if each[0] == model.name]
                if not came:
                    continue
                columns = (*model.columns, "known_from", "known_until")
                values = attrgetter(*model.columns)
                lines = (
                    (*values(row), since, STILL if until is None else until) for _, row, since, until in came
                )
                await copy_rows(connection, table, columns, lines)
                written = {getattr(row, model.key) for _, row, _, _ in came}
                await note_shared(connection, schema, model, model.known_table, list(written))


def _between(file: File, after: int, through: int) -> Iterable[AnyEntry]:
    """Return the own entries of a file after a position and through another, in the order of recording."""
    found = []
    for entry in reversed(file.entries.values()):
        if entry.position <= after:
            break
        if entry.position <= through and entry.stream == file.stream:
            found.append(entry)
    return reversed(found)
