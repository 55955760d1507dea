"""Keeping the read models up with the ledger: in batches, each exactly once, all tables in one transaction.

A batch is grouped by file; each file is folded once and every read model writes its rows for it anew. The
position advances by compare-and-set in the same transaction, so that of two projectors one does nothing.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from typing import Final, LiteralString, Protocol
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from domain.rulebook import Rulebook
from projections.model import Reading, ReadModel, Seal

BATCH: Final = 1000
"""Entries read at a time; a batch folds as many files at most."""


class Source(Protocol):
    """What a projector needs of a ledger."""

    async def entries_after(self, position: int, limit: int) -> Sequence[AnyEntry]:
        """The entries behind a position, in order."""
        ...

    async def files(self, streams: Sequence[UUID], known: int | None = None) -> dict[UUID, File]:
        """The files of these streams, as known at a position."""
        ...

    async def rulebook_of(self, file: File) -> Rulebook:
        """The rulebook that counts for a file: the one its institution has adopted."""
        ...

    async def seal_for(self, subjects: Sequence[UUID], categories: Sequence[Category]) -> Seal:
        """A seal that holds the keys of these subjects."""
        ...

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 – passed on to the ledger's waiting
        """Whether the ledger has reached a position within so many seconds."""
        ...


class Projector:
    """Writes the rows of all read models behind the ledger; `position` is how far they are written."""

    def __init__(
        self,
        source: Source,
        pool: AsyncConnectionPool[AsyncConnection],
        models: Sequence[ReadModel],
        rulebook: Rulebook,
    ) -> None:
        self._source = source
        self._pool = pool
        self._models = models
        self.version = version(models, rulebook)
        self.position = 0
        self._moved = asyncio.Condition()

    async def start(self) -> None:
        """Take up where the tables stand; begin anew where rules, code or tables have changed since."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("SELECT position, version FROM projection FOR UPDATE")
            row = await cursor.fetchone()
            if row is None or row[1] != self.version:
                for model in self._models:
                    await connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(model.name)))
                await connection.execute("UPDATE projection SET position = 0, version = %s", [self.version])
                row = (0, self.version)
            self.position = row[0]

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        while True:
            if not await self.step():
                await self._source.wait_for(self.position + 1, 1.0)

    async def step(self) -> int:
        """Project the next batch and return its number of entries; 0 when there is none."""
        entries = await self._source.entries_after(self.position, BATCH)
        if not entries:
            await self._catch_up()
            return 0
        through = entries[-1].position
        children = list(dict.fromkeys(entry.stream for entry in entries if entry.kind == "child"))
        rows = await self._rows(children, through)
        async with self._pool.connection() as connection, connection.transaction():
            advanced = await connection.execute(
                "UPDATE projection SET position = %s WHERE position = %s AND version = %s",
                [through, self.position, self.version],
            )
            if advanced.rowcount:
                for model, own in zip(self._models, rows, strict=True):
                    await _replace(connection, model, children, own)
        await (self._advance(through) if advanced.rowcount else self._catch_up())
        return len(entries)

    async def reached(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 – the caller's patience is the point
        """Whether the read models reach a position within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(lambda: self.position >= position)
        return self.position >= position

    async def _rows(self, children: Sequence[UUID], through: int) -> list[list[tuple[object, ...]]]:
        folded = await self._source.files(children, through)
        seal = await self._source.seal_for(children, (Category.IDENTITY,))
        rows: list[list[tuple[object, ...]]] = [[] for _ in self._models]
        for child, file in folded.items():
            reading = Reading(await self._source.rulebook_of(file), seal)
            for model, own in zip(self._models, rows, strict=True):
                own.extend((child, *row) for row in model.rows(file, reading))
            await asyncio.sleep(0)
        return rows

    async def _catch_up(self) -> None:
        """Learn how far another projector has come."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT position FROM projection WHERE version = %s", [self.version]
            )
            row = await cursor.fetchone()
        if row is not None and row[0] > self.position:
            await self._advance(row[0])

    async def _advance(self, position: int) -> None:
        async with self._moved:
            self.position = position
            self._moved.notify_all()


def version(models: Sequence[ReadModel], rulebook: Rulebook) -> str:
    """What the rows depend on beside the entries: the rules, the tables and the models' versions."""
    parts = [rulebook.digest, *(f"{model.name} {model.version} {model.table}" for model in models)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def tables(models: Sequence[ReadModel]) -> list[tuple[str, str]]:
    """The disposable migrations of the read models, as (name, statements)."""
    own = (files("projections") / "projector.sql").read_text("utf-8")
    # Tables made anew are empty: the position must begin anew with them.
    return [
        *((f"projections.{model.name}", f"{model.table}{RESTART}") for model in models),
        ("projections.projector", own),
    ]


RESTART: Final[LiteralString] = """
DO $$ BEGIN
    IF to_regclass('projection') IS NOT NULL THEN UPDATE projection SET position = 0, version = ''; END IF;
END $$;
"""


async def _replace(
    connection: AsyncConnection,
    model: ReadModel,
    children: Sequence[UUID],
    rows: Sequence[tuple[object, ...]],
) -> None:
    table = sql.Identifier(model.name)
    await connection.execute(sql.SQL("DELETE FROM {} WHERE child = ANY (%s)").format(table), [list(children)])
    columns = sql.SQL(", ").join(map(sql.Identifier, ("child", *model.columns)))
    async with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(table, columns)) as copy,
    ):
        for row in rows:
            await copy.write_row(row)
