"""Writing the rows of files: each file folded once for all its read models, each table written in bulk.

A file whose rows cannot be made or stored stops the read model: it promises no position beyond, but the rows
of all other files are written. A file that cannot be read holds up no position. Either is tried again when it
moves, or its institution adopts a rulebook.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias, TypeVar, get_type_hints
from uuid import UUID

import structlog
from psycopg import AsyncConnection, AsyncTransaction, InterfaceError, OperationalError
from psycopg.sql import SQL, Composable, Composed, Identifier

from domain.file import File
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.files.cache import KeptAfter
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal
from ledger.sealing.wrapping import KeyUnavailableError
from ledger.store.append import StreamVersion
from ledger.store.pools import Pool
from projections.model import ReadModel, RowContext
from projections.projector.generations import GENERATION_SQL, Generation
from projections.projector.known_rows import KnownChanges, RowIdentity, row_identity, unversioned

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


_TYPES: Final[Mapping[type, SQL]] = MappingProxyType(
    {UUID: SQL("uuid"), int: SQL("bigint"), str: SQL("text"), date: SQL("date"), bytes: SQL("bytea")}
)
"""Types of the columns that tell rows apart."""


class LeftError(Exception):
    """The process was asked to stop during a batch, which is rolled back."""


class RowWriter:
    """Writes the rows of files into the tables of a generation, in place of their earlier rows."""

    def __init__(self, ledger: Ledger, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self.models = models
        self._identity = {model.name: row_identity(model) for model in models}
        self.kinds = sorted({model.kind for model in models})

    async def write(
        self,
        connection: AsyncConnection,
        generation: Generation,
        files: Sequence[StreamVersion],
        *,
        keep: KeptAfter,
        first: bool = False,
    ) -> dict[UUID, int]:
        """Write the rows of files as they are now; return the versions of those that can be read.

        `keep` says how the cache keeps the files, for the next batch or not. If it is the `first` time, no
        rows of the files stand yet, and which values several files have is left to whoever has written all.
        """
        chunk = _Chunk(self._ledger, self.models, keep, first=first)
        await bisected(chunk.read, files, chunk.leave_out)
        put = partial(chunk.put, connection, generation.schema)
        await bisected(put, [*chunk.rows], chunk.failed.__setitem__)
        if generation.stopped:
            await connection.execute(
                GENERATION_SQL["resume"], [generation.number, [each.stream for each in files]]
            )
        if chunk.failed:
            await _stop(connection, generation, chunk)
        return chunk.versions

    async def put_changes(
        self,
        connection: AsyncConnection,
        schema: str,
        changes: Mapping[UUID, KnownChanges],
        versions: Mapping[UUID, int],
        files: Sequence[UUID],
    ) -> None:
        """Write what changed in the rows of some files, which have moved to these versions: no other row."""
        gone, now = defaultdict[str, dict[RowIdentity, None]](dict), defaultdict[str, list[Any]](list)
        for each in (changes[file] for file in files):
            for name, identity, _ in each.went:
                gone[name][identity] = None
            for name, row, _, until in each.came:
                # Where a file was written further than it was followed, the row may stand there already.
                gone[name][self._identity[name](row)] = None
                if until is None:
                    now[name].append(row)
        async with connection.transaction():
            async with connection.pipeline():
                for model in self.models:
                    if model.name in gone:
                        values = [list(each) for each in zip(*gone[model.name], strict=True)]
                        await connection.execute(_removing(schema, model), values)
            for model in self.models:
                if model.name in now:
                    await _put_rows(connection, schema, model, now[model.name])
            await self._put_versions(connection, schema, [[*files], [versions[file] for file in files]])

    async def _put_versions(
        self, connection: AsyncConnection, schema: str, moved: Sequence[Sequence[object]]
    ) -> None:
        async with connection.pipeline():
            for model in self.models:
                for column in unversioned(model):
                    await connection.execute(_moving(schema, model, column), moved)


@cache
def _removing(schema: str, model: ReadModel[Any]) -> Composed:
    return GENERATION_SQL["gone"].format(table=Identifier(schema, model.name), **by_identity(model))


@cache
def _moving(schema: str, model: ReadModel[Any], column: str) -> Composed:
    return GENERATION_SQL["moved_to"].format(
        table=Identifier(schema, model.name), key=Identifier(model.key), version=Identifier(column)
    )


def by_identity(model: ReadModel[Any], *more: str) -> dict[str, Composable]:
    """Return what a statement joins rows `t` with that are `given` by identity, after `more` positions."""
    hints = get_type_hints(model.row)
    types = [*(SQL("bigint") for _ in more), *(_TYPES[hints[name]] for name in model.identity)]
    same = [SQL("t.{0} = given.{0}").format(Identifier(name)) for name in model.identity]
    return {
        "values": SQL(", ").join(SQL("%s::{}[]").format(each) for each in types),
        "columns": SQL(", ").join(map(Identifier, (*more, *model.identity))),
        "same": SQL(" AND ").join(same),
    }


@dataclass(slots=True)
class _Chunk:
    """Files that are written together: their rows, and the errors of those that stop a read model."""

    ledger: Ledger
    models: Sequence[ReadModel[Any]]
    keep: KeptAfter
    first: bool
    versions: dict[UUID, int] = field(default_factory=dict)
    rows: dict[RowsKey, list[Any]] = field(default_factory=dict)
    failed: dict[RowsKey, Exception] = field(default_factory=dict)

    async def read(self, streams: Sequence[StreamVersion]) -> None:
        files = await self.ledger.files([each.stream for each in streams], keep=self.keep)
        contexts = await contexts_of(self.ledger, files, await self.ledger.seal_of(files))
        # In a thread, so that the event loop serves requests meanwhile.
        await asyncio.to_thread(self._fold, streams, files, contexts)

    def leave_out(self, file: StreamVersion, error: Exception) -> None:
        self.failed.update(((model.name, file.stream), error) for model in of_kind(file.kind, self.models))

    def _fold(
        self,
        streams: Sequence[StreamVersion],
        files: Mapping[UUID, File],
        contexts: Mapping[UUID, RowContext],
    ) -> None:
        for each in streams:
            file, context = files[each.stream], contexts[each.stream]
            self.versions[each.stream] = file.version
            for model in of_kind(each.kind, self.models):
                try:
                    self.rows[model.name, each.stream] = list(model.rows_of(file, context))
                except Exception as error:  # noqa: BLE001 - stops the read model, whatever it is
                    self.failed[model.name, each.stream] = error

    async def put(self, connection: AsyncConnection, schema: str, keys: Sequence[RowsKey]) -> None:
        streams = {model: [stream for name, stream in keys if name == model.name] for model in self.models}
        async with connection.transaction():
            if not self.first:
                await _remove_rows(connection, schema, streams)
            for model, ids in streams.items():
                rows = [row for stream in ids for row in self.rows[model.name, stream]]
                if rows:
                    await _put_rows(connection, schema, model, rows, share=not self.first)


async def _remove_rows(
    connection: AsyncConnection, schema: str, streams: Mapping[ReadModel[Any], Sequence[UUID]]
) -> None:
    """Remove the rows of now of files, by read model."""
    async with connection.pipeline():
        for model, ids in streams.items():
            table, key = Identifier(schema, model.name), Identifier(model.key)
            delete = SQL("DELETE FROM {} WHERE {} = ANY (%s)").format(table, key)
            await connection.execute(delete, [ids])


async def _put_rows(
    connection: AsyncConnection,
    schema: str,
    model: ReadModel[Any],
    rows: Sequence[Any],
    *,
    share: bool = True,
) -> None:
    """Write rows of now."""
    values, table = attrgetter(*model.columns), Identifier(schema, model.name)
    await copy_rows(connection, table, model.columns, map(values, rows))
    if share:
        files = dict.fromkeys(getattr(row, model.key) for row in rows)
        await note_shared(connection, schema, model, model.name, [*files])


async def _stop(connection: AsyncConnection, generation: Generation, chunk: _Chunk) -> None:
    stopped = []
    for (model, file), error in chunk.failed.items():
        position = generation.position_of(model) if file in chunk.versions else None
        stopped.append((generation.number, model, file, position, type(error).__name__))
    async with connection.cursor() as cursor:
        await cursor.executemany(GENERATION_SQL["stop"], stopped)
    # The first file of each read model alone: a fault of the code may stop every file.
    for _, model, file, position, name in {each[1]: each for each in reversed(stopped)}.values():
        log.warning("read model stopped", model=model, file=str(file), position=position, error=name)


def of_kind(kind: str, models: Iterable[ReadModel[Any]]) -> Iterator[ReadModel[Any]]:
    """Yield the read models whose rows are of files of a kind."""
    return (model for model in models if model.kind == kind)


async def contexts_of(
    ledger: Ledger, files: Mapping[UUID, File], seal: Seal, known: int | None = None
) -> dict[UUID, RowContext]:
    """Return the contexts in which files are read, with the rulebooks known at a position, by default now."""
    rulebooks: dict[UUID | None, Rulebook] = {}
    contexts = {}
    for stream, file in files.items():
        institution = scope_of(file).institution
        if institution not in rulebooks:
            rulebooks[institution] = await ledger.rulebook_known(institution, known)
        contexts[stream] = RowContext(stream, rulebooks[institution], seal)
    return contexts


async def bisected(
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
        await bisected(work, items[:half], blame)
        await bisected(work, items[half:], blame)


@asynccontextmanager
async def disposable(pool: Pool) -> AsyncIterator[tuple[AsyncConnection, AsyncTransaction]]:
    """Yield a transaction that commits without waiting for the disk.

    A server crash loses the last ones whole, rows and positions, and they are written again.
    """
    async with pool.connection() as connection, connection.transaction() as transaction:
        await connection.execute(_DISPOSABLE)
        yield connection, transaction


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


async def note_shared(
    connection: AsyncConnection, schema: str, model: ReadModel[Any], table: str, files: Sequence[UUID]
) -> None:
    """Keep which values of files, of whose rows some were written into a table, other files have, too."""
    if model.shares is None:
        return
    statement = GENERATION_SQL["share"].format(
        shared=Identifier(schema, model.shared_table),
        column=Identifier(model.shares),
        table=Identifier(schema, table),
        key=Identifier(model.key),
    )
    await connection.execute(statement, [list(files)])


async def copy_rows(
    connection: AsyncConnection, table: Identifier, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Write rows into a table in bulk."""
    into = SQL("COPY {} ({}) FROM STDIN").format(table, SQL(", ").join(map(Identifier, columns)))
    async with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            await copy.write_row(row)
