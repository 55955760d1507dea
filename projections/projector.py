"""Keeping the read models up with the ledger: in batches, each exactly once, all tables in one transaction.

A batch names the files that have moved. Each is read as it is now, at least as far as the batch goes, and
every read model writes its rows for it anew; a file whose rows show all of the batch already is left alone.
The position advances by compare-and-set in the same transaction, so that of two projectors one does nothing.
"""

import asyncio
import hashlib
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncConnectionPool

from domain.event import Category
from domain.events.institution import RulebookAdopted
from ledger.appends import Stored
from ledger.book import Ledger
from ledger.migrate import Migration
from projections.model import Reading, ReadModel

BATCH: Final = 1000
"""Entries taken in at a time."""
AT_ONCE: Final = 50
"""Files held in memory at a time."""
PAUSE_SECONDS: Final = 1.0


class Projector:
    """Writes the rows of all read models, the register among them; `position` is how far they are written."""

    def __init__(
        self,
        ledger: Ledger,
        pool: AsyncConnectionPool[AsyncConnection],
        models: Sequence[ReadModel[Any]],
    ) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self._version = version(ledger.rulebook.digest)
        self.position = 0
        self._moved = asyncio.Condition()

    async def start(self) -> None:
        """Take up where the tables stand; begin anew where rules, code or tables have changed since."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("SELECT position, version FROM projection FOR UPDATE")
            position, written_by = await cursor.fetchone() or (0, "")
            if written_by != self._version:
                for model in self._models:
                    await connection.execute(SQL("DELETE FROM {}").format(Identifier(model.name)))
                await connection.execute("UPDATE projection SET position = 0, version = %s", [self._version])
                position = 0
        await self._advance(position)

    async def run(self) -> None:
        """Follow the ledger until cancelled; stand still while another version of the code writes."""
        while True:
            before = self.position
            waiting = await self._finished(self.step())
            if self.position == before:
                await (asyncio.sleep(PAUSE_SECONDS) if waiting else self._idle())

    async def step(self, limit: int = BATCH) -> int:
        """Project at most so many more entries; return how many there were to project."""
        batch = await self._ledger.store.read(self.position, limit)
        if batch and await self._write(batch):
            await self._advance(batch[-1].position)
        else:
            await self._catch_up()
        return len(batch)

    async def reached(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's patience
        """Tell whether the read models reach a position within so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(lambda: self.position >= position)
        return self.position >= position

    async def _write(self, batch: Sequence[Stored]) -> bool:
        """Write a batch, unless another projector has written on from this position."""
        async with self._pool.connection() as connection, connection.transaction():
            advanced = await connection.execute(
                "UPDATE projection SET position = %s WHERE position = %s AND version = %s",
                [batch[-1].position, self.position, self._version],
            )
            if not advanced.rowcount:
                return False
            children = await _behind(connection, batch)
            for start in range(0, len(children), AT_ONCE):
                own = children[start : start + AT_ONCE]
                rows = await self._rows(own)
                for model in self._models:
                    await _replace(connection, model, own, rows[model.name])
        return True

    async def _rows(self, children: Sequence[UUID]) -> dict[str, list[Any]]:
        """Return the rows of some files by read model."""
        rows: dict[str, list[Any]] = {model.name: [] for model in self._models}
        seal = await self._ledger.seal_for(children, (Category.IDENTITY,))
        for child, file in (await self._ledger.files(children)).items():
            reading = Reading(child, await self._ledger.rulebook_of(file), seal)
            for model in self._models:
                rows[model.name].extend(model.rows(file, reading))
            # Others get their turn.
            await asyncio.sleep(0)
        return rows

    @staticmethod
    async def _finished(step: Coroutine[Any, Any, int]) -> int:
        """Await a step, and its end also when cancelled, so that no connection is left amid a statement."""
        task = asyncio.ensure_future(step)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def _idle(self) -> None:
        await self._ledger.wait_for(self.position + 1, PAUSE_SECONDS)

    async def _catch_up(self) -> None:
        """Learn how far another projector of this version has come."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "SELECT position FROM projection WHERE version = %s", [self._version]
            )
            row = await cursor.fetchone()
        if row is not None and row[0] > self.position:
            await self._advance(row[0])

    async def _advance(self, position: int) -> None:
        async with self._moved:
            self.position = position
            self._moved.notify_all()


def version(rulebook: str) -> str:
    """Return what rows depend on beside the entries: the rulebook, the code and the tables."""
    digest = hashlib.sha256(rulebook.encode())
    for package in ("domain", "ledger", "projections"):
        for text in _texts(files(package)):
            digest.update(text)
    return digest.hexdigest()


def tables(models: Sequence[ReadModel[Any]]) -> list[Migration]:
    """Return what makes the tables, to be run again whenever it has changed."""
    own = (files("projections") / "projector.sql").read_text("utf-8")
    return [
        *((f"projections.{model.name}", model.table) for model in models),
        ("projections.projector", own),
    ]


def _texts(folder: Traversable) -> Iterator[bytes]:
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            yield from _texts(item)
        elif item.name.endswith((".py", ".toml", ".sql")):
            yield f"\0{item.name}\0".encode()
            yield item.read_bytes()


async def _behind(connection: AsyncConnection, batch: Sequence[Stored]) -> list[UUID]:
    """Return the children whose rows do not show all of a batch yet.

    Whoever is in the charge of an institution that adopted a rulebook is judged anew.
    """
    moved = {stored.stream: stored.version for stored in batch if stored.kind == "child"}
    adopting = {stored.stream for stored in batch if stored.type == RulebookAdopted.__name__}
    cursor = await connection.execute(
        """
        SELECT n.child FROM unnest(%s::uuid[], %s::integer[]) AS n (child, version)
         WHERE NOT EXISTS (SELECT FROM register r WHERE r.child = n.child AND r.version >= n.version)
         UNION
        SELECT r.child FROM register r WHERE r.institution = ANY (%s)
        """,
        [list(moved), list(moved.values()), list(adopting)],
    )
    return [child for (child,) in await cursor.fetchall()]


async def _replace(
    connection: AsyncConnection, model: ReadModel[Any], children: Sequence[UUID], rows: Sequence[Any]
) -> None:
    table = Identifier(model.name)
    await connection.execute(SQL("DELETE FROM {} WHERE child = ANY (%s)").format(table), [list(children)])
    columns = SQL(", ").join(map(Identifier, model.columns))
    values = attrgetter(*model.columns)
    into = SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    async with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            await copy.write_row(values(row))
