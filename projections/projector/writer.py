"""Writing the rows of files: each file folded once for all its read models, each table written in bulk.

A file that cannot be read, or whose rows cannot be made or stored, stops its read models alone: they stay at
the position before it, and the rows of all other files are written. It is tried again when it moves, or its
institution adopts a rulebook.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

import structlog
from psycopg import AsyncConnection, AsyncTransaction, InterfaceError, OperationalError
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from domain.file import File
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.ledger import Ledger
from ledger.sealing.wrapping import KeyUnavailableError
from ledger.store.append import StreamVersion
from ledger.store.pools import Pool
from projections.model import ReadModel, RowContext
from projections.projector.generations import GENERATION_SQL, Generation

log = structlog.get_logger()

T = TypeVar("T")
RowsKey: TypeAlias = tuple[str, UUID]
"""The rows of one file in one read model: the model's name and the file."""

ENTRIES_AT_ONCE: Final = 10_000
"""Entries held in memory at a time, unless one file has more."""
FILES_AT_ONCE: Final = 500
PASSING: Final = (OperationalError, InterfaceError, KeyUnavailableError)
"""Errors of a database or a key service that is away: they pass, and no file is to blame."""
_DISPOSABLE: Final = """
    SELECT set_config('synchronous_commit', 'off', true),
           set_config('statement_timeout', '0', true),
           set_config('idle_in_transaction_session_timeout', '0', true)
"""
"""No caller waits for the transaction, and the rows of a long file take time to compute."""


class RowWriter:
    """Writes the rows of files into the tables of a generation, in place of their earlier rows."""

    def __init__(self, ledger: Ledger, models: Iterable[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self.models = {model.name: model for model in models}
        self.kinds = sorted({model.kind for model in self.models.values()})

    async def write(
        self,
        connection: AsyncConnection,
        own: Generation,
        files: Sequence[StreamVersion],
        position: int,
        *,
        keep: bool,
    ) -> dict[UUID, int]:
        """Write the rows of files as they are now; return the versions of those that can be read.

        `position` is that up to which rows were written before. `keep` caches the files for the next batch.
        """
        versions: dict[UUID, int] = {}
        rows: dict[RowsKey, list[Any]] = {}
        failed: dict[RowsKey, Exception] = {}

        async def read(part: Sequence[StreamVersion]) -> None:
            found = await self._ledger.files([each.stream for each in part], keep=keep)
            contexts = await self._contexts(found)
            # In a thread, so that the event loop serves requests meanwhile.
            rows.update(await asyncio.to_thread(self._rows, part, found, contexts, failed))
            versions.update((stream, file.version) for stream, file in found.items())

        def unread(file: StreamVersion, error: Exception) -> None:
            failed.update(((model.name, file.stream), error) for model in self._of(file.kind))

        await _bisected(read, files, unread)
        await _bisected(partial(self._put, connection, own.schema, rows), [*rows], failed.__setitem__)
        if own.stopped:
            written = [key for key in rows if key not in failed]
            await connection.execute(GENERATION_SQL["resume"], [own.number, *_columns(written, 2)])
        if failed:
            stopped = [(*key, type(error).__name__) for key, error in failed.items()]
            await connection.execute(GENERATION_SQL["stop"], [own.number, position, *_columns(stopped, 3)])
            # The first file of each model alone: a fault of the code may stop every file.
            for model, file, error in {each[0]: each for each in reversed(stopped)}.values():
                log.warning("read model stopped", model=model, file=str(file), position=position, error=error)
        return versions

    def _of(self, kind: str) -> Iterator[ReadModel[Any]]:
        return (model for model in self.models.values() if model.kind == kind)

    async def _contexts(self, files: Mapping[UUID, File]) -> dict[UUID, RowContext]:
        rulebooks: dict[UUID | None, Rulebook] = {}
        seal = await self._ledger.seal_of(files)
        contexts = {}
        for stream, file in files.items():
            institution = scope_of(file).institution
            if institution not in rulebooks:
                rulebooks[institution] = await self._ledger.rulebook_known(institution)
            contexts[stream] = RowContext(stream, rulebooks[institution], seal)
        return contexts

    def _rows(
        self,
        part: Sequence[StreamVersion],
        files: Mapping[UUID, File],
        contexts: Mapping[UUID, RowContext],
        failed: dict[RowsKey, Exception],
    ) -> dict[RowsKey, list[Any]]:
        rows: dict[RowsKey, list[Any]] = {}
        for stream, model in ((each.stream, model) for each in part for model in self._of(each.kind)):
            try:
                rows[model.name, stream] = list(model.rows(files[stream], contexts[stream]))
            except Exception as error:  # noqa: BLE001 - stops the read model, whatever it is
                failed[model.name, stream] = error
        return rows

    async def _put(
        self,
        connection: AsyncConnection,
        schema: str,
        rows: Mapping[RowsKey, Sequence[Any]],
        keys: Sequence[RowsKey],
    ) -> None:
        streams: dict[str, list[UUID]] = defaultdict(list)
        for name, stream in keys:
            streams[name].append(stream)
        models = [self.models[name] for name in streams]
        async with connection.transaction():
            await connection.execute(_delete(schema, models), streams)
            for model in models:
                own = [row for stream in streams[model.name] for row in rows[model.name, stream]]
                await _copy(connection, schema, model, own)


async def _bisected(
    work: Callable[[Sequence[T]], Awaitable[None]], items: Sequence[T], blame: Callable[[T, Exception], None]
) -> None:
    """Do the work for all items, or if it fails for each half, so that only those to blame are left out."""
    if not items:
        return
    try:
        await work(items)
    except PASSING:
        raise
    except Exception as error:  # noqa: BLE001 - stops read models, whatever it is
        if len(items) == 1:
            blame(items[0], error)
            return
        half = len(items) // 2
        await _bisected(work, items[:half], blame)
        await _bisected(work, items[half:], blame)


@asynccontextmanager
async def disposable(pool: Pool) -> AsyncIterator[tuple[AsyncConnection, AsyncTransaction]]:
    """Yield a transaction that commits without waiting for the disk.

    A server crash loses the last ones whole, rows and positions, and they are written again.
    """
    async with pool.connection() as connection, connection.transaction() as own:
        await connection.execute(_DISPOSABLE)
        yield connection, own


def chunks(files: Iterable[StreamVersion]) -> Iterator[list[StreamVersion]]:
    """Split files into pieces whose entries fit in memory."""
    piece: list[StreamVersion] = []
    entries = 0
    for file in files:
        if piece and (entries + file.version > ENTRIES_AT_ONCE or len(piece) == FILES_AT_ONCE):
            yield piece
            piece, entries = [], 0
        piece.append(file)
        entries += file.version
    if piece:
        yield piece


def _delete(schema: str, models: Sequence[ReadModel[Any]]) -> Composed:
    """Return one statement for all tables, which costs one round trip."""
    *others, last = (
        SQL("DELETE FROM {} WHERE {} = ANY ({})").format(
            Identifier(schema, model.name), Identifier(model.key), Placeholder(model.name)
        )
        for model in models
    )
    if not others:
        return last
    named = [SQL("{} AS ({})").format(Identifier(f"of_{number}"), each) for number, each in enumerate(others)]
    return SQL("WITH {} {}").format(SQL(", ").join(named), last)


async def _copy(connection: AsyncConnection, schema: str, model: ReadModel[Any], rows: Sequence[Any]) -> None:
    if not rows:
        return
    columns = SQL(", ").join(map(Identifier, model.columns))
    values = attrgetter(*model.columns)
    into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(schema, model.name), columns)
    async with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            await copy.write_row(values(row))


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    return [[row[number] for row in rows] for number in range(width)]
