"""A ledger whose read models hold a hundred thousand children, for rows that list them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

import psycopg
from fastapi import FastAPI

from api.app import create_app, running
from api.bootstrap import Container
from api.settings import Settings
from domain.file import File
from ledger.files.cache import KeptAfter
from ledger.files.repository import FileRepository
from projections.model import ReadModel
from tests.bench.bench import Bench, now
from tests.bench.preparing import appends_of, store_all
from tests.bench.workload import Workload
from tests.support.many_children import every_table, multiply

CHILDREN: Final = 100_000
LENGTH: Final = 100
"""Entries of the file whose rows all children have, on other days."""
LONG: Final = 1000
"""Entries of another file."""
AT_ONCE: Final = 2
"""Tables that are filled at the same time."""
PATIENCE_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class ManyFiles:
    """The app that serves so many `children`, a position `earlier` in their history, and its `long` file."""

    app: FastAPI
    container: Container
    children: int
    earlier: int
    long: UUID


@asynccontextmanager
async def many_files(bench: Bench, children: int = CHILDREN) -> AsyncIterator[ManyFiles]:
    """Give a ledger with files of `LENGTH` and `LONG` entries, the first with its rows for every child.

    It is filled for the first row that asks for so many children.
    """
    children = bench.of(children)
    workload = Workload((LENGTH, bench.of(LONG)), recorder=bench.recorder, institution=bench.home.institution)
    short, long = workload.stream(0), workload.stream(1)
    settings = await bench.kept_database(f"children_{children}", partial(_filled, bench, workload, children))
    app = create_app(settings, clock=now)
    async with running(app) as container:
        container.ledger.repository = _EveryFile(container.ledger.repository, short)
        head = (await container.ledger.head()).position
        assert await container.projector.known_reached(head, PATIENCE_SECONDS)
        history = await container.ledger.store.stream(short)
        yield ManyFiles(app, container, children, history[len(history) // 2].position, long)


async def _filled(bench: Bench, workload: Workload, children: int, settings: Settings) -> None:
    """Record the workload, wait until it is listed, and give so many children the rows of its first file."""
    async with running(create_app(settings, clock=now)) as container:
        head = await store_all(
            container.ledger.store, await appends_of(list(workload.entries()), container.ledger.keys)
        )
        assert await container.projector.reached(head, PATIENCE_SECONDS)
        assert await container.projector.known_reached(head, PATIENCE_SECONDS)
        schema, tables = container.projector.read_from.schema, every_table()
        fill = partial(_fill, bench.url(settings), schema, workload.stream(0), children, tables)
        await asyncio.gather(*(fill() for _ in range(AT_ONCE)))


async def _fill(
    server: str, schema: str, child: UUID, children: int, tables: Iterator[tuple[ReadModel[Any], str]]
) -> None:
    """Give so many children the rows of one, in one table after the other, as long as others leave some."""
    async with await psycopg.AsyncConnection.connect(server, autocommit=True) as owner:
        for model, table in tables:
            await multiply(owner, schema, [child], children, tables=[(model, table)])
            await owner.execute(f"VACUUM (ANALYZE) {schema}.{table}".encode())


class _EveryFile(FileRepository):
    """A repository in which every child of whom there are rows has the entries of one, stored and sealed.

    They are read, opened and folded for each anew, and kept as the files of a list are.
    """

    def __init__(self, of: FileRepository, one: UUID) -> None:
        vars(self).update(vars(of))
        self._one = one

    async def files(
        self, streams: Iterable[UUID], known: int | None = None, *, keep: KeptAfter = "single"
    ) -> dict[UUID, File]:
        wanted = list(streams)
        found = await super().files(wanted, known, keep=keep)
        for stream in wanted:
            held = found.get(stream) or self.cache.get(stream)
            if held is None or (known is not None and known < held.position):
                held = await self._made(stream, known, keep)
            if held.entries:
                found[stream] = held
        return found

    async def _made(self, stream: UUID, known: int | None, keep: KeptAfter) -> File:
        entries = await self.decoded(await self._store.streams([self._one], known=known))
        file = File(stream).extended([replace(entry, stream=stream) for entry in entries])
        if keep != "none" and entries:
            self.cache.put(file, listed=keep == "listed")
        return file
