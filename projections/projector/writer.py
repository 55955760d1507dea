"""Writing the rows of files: each file folded once for all read models, each table written in bulk."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection, AsyncTransaction, InterfaceError, OperationalError
from psycopg.sql import SQL, Composed, Identifier

from domain.file import File
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.ledger import Ledger
from ledger.sealing.wrapping import KeyFileError, KeyUnavailableError
from ledger.store.pools import Pool
from projections.model import ReadModel, RowContext

ENTRIES_AT_ONCE: Final = 10_000
"""Entries held in memory at a time, unless one file has more."""
FILES_AT_ONCE: Final = 500
_DISPOSABLE: Final = """
    SELECT set_config('synchronous_commit', 'off', true),
           set_config('statement_timeout', '0', true),
           set_config('idle_in_transaction_session_timeout', '0', true)
"""
"""No caller waits for the transaction, and the rows of a long file take time to compute."""


class PoisonError(Exception):
    """An error that stops these read models, and not the others; `kind` is its class."""

    def __init__(self, models: Iterable[str], error: Exception) -> None:
        self.models = list(models)
        self.kind = type(error).__name__
        super().__init__(f"{', '.join(self.models)}: {self.kind}")


PASSING: Final = (OperationalError, InterfaceError, KeyUnavailableError, KeyFileError)
"""Errors of a database or a key service that is away: they pass, and no file is to blame."""


class RowWriter:
    """Writes the rows of files into the tables of a generation, in place of their earlier rows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def write(
        self,
        connection: AsyncConnection,
        schema: str,
        models: Sequence[ReadModel[Any]],
        children: Sequence[UUID],
        *,
        keep: bool,
    ) -> dict[UUID, int]:
        """Write the rows of files as they are now; return the versions that the rows show.

        `keep` caches the files for the next batch. Raises PoisonError.
        """
        files, readings = await self._read(models, children, keep=keep)
        # In a thread, so that the event loop serves requests meanwhile.
        rows = await asyncio.to_thread(_rows, models, files, readings)
        if children:
            await connection.execute(_delete(schema, models), {"children": list(children)})
        for model in models:
            await _copy(connection, schema, model, rows[model.name])
        return {child: file.version for child, file in files.items()}

    async def _read(
        self, models: Sequence[ReadModel[Any]], children: Sequence[UUID], *, keep: bool
    ) -> tuple[Mapping[UUID, File], Mapping[UUID, RowContext]]:
        rulebooks: dict[UUID | None, Rulebook] = {}
        readings = {}
        try:
            files = await self._ledger.files(children, keep=keep)
            seal = await self._ledger.seal_of(files)
            for child, file in files.items():
                institution = scope_of(file).institution
                if institution not in rulebooks:
                    rulebooks[institution] = await self._ledger.rulebook_known(institution)
                readings[child] = RowContext(child, rulebooks[institution], seal)
        except PASSING:
            raise
        except Exception as error:
            # The file cannot be read.
            raise PoisonError((model.name for model in models), error) from error
        return files, readings


@asynccontextmanager
async def disposable(pool: Pool) -> AsyncIterator[tuple[AsyncConnection, AsyncTransaction]]:
    """Yield a transaction that commits without waiting for the disk.

    A server crash loses the last ones whole, rows and positions, and they are written again.
    """
    async with pool.connection() as connection, connection.transaction() as own:
        await connection.execute(_DISPOSABLE)
        yield connection, own


def chunks(files: Iterable[tuple[UUID, int]]) -> Iterator[list[UUID]]:
    """Split files, given their numbers of entries, into pieces that fit in memory."""
    piece: list[UUID] = []
    entries = 0
    for child, size in files:
        if piece and (entries + size > ENTRIES_AT_ONCE or len(piece) == FILES_AT_ONCE):
            yield piece
            piece, entries = [], 0
        piece.append(child)
        entries += size
    if piece:
        yield piece


def _rows(
    models: Sequence[ReadModel[Any]], files: Mapping[UUID, File], readings: Mapping[UUID, RowContext]
) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = {model.name: [] for model in models}
    for child, file in files.items():
        for model in models:
            try:
                rows[model.name].extend(model.rows(file, readings[child]))
            except Exception as error:
                raise PoisonError([model.name], error) from error
    return rows


def _delete(schema: str, models: Sequence[ReadModel[Any]]) -> Composed:
    """Return one statement for all tables, which costs one round trip."""
    delete = SQL("DELETE FROM {} WHERE child = ANY (%(children)s)")
    *others, last = (delete.format(Identifier(schema, model.name)) for model in models)
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
    try:
        async with connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                await copy.write_row(values(row))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise PoisonError([model.name], error) from error
