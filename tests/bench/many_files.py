"""A ledger whose read models hold a hundred thousand children, for rows that list them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import psycopg
from fastapi import FastAPI

from api.app import create_app, running
from api.bootstrap import Container
from projections import READ_MODELS
from tests.bench.bench import Bench, now
from tests.bench.preparing import appends_of, store_all
from tests.bench.workload import Workload
from tests.support.many_children import multiply

CHILDREN: Final = 100_000
LENGTH: Final = 100
"""Entries of the file whose rows all children have, on other days."""
PATIENCE_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class ManyFiles:
    """The app that serves so many `children`, the `head` of its ledger, and `files` of given lengths."""

    app: FastAPI
    container: Container
    children: int
    head: int
    files: tuple[UUID, ...]


@asynccontextmanager
async def many_files(bench: Bench, *lengths: int, children: int = CHILDREN) -> AsyncIterator[ManyFiles]:
    """Give a ledger with files of so many entries, the first of which has its rows for every child."""
    children, every = bench.of(children), (LENGTH, *lengths)
    workload = Workload(every, recorder=bench.recorder, institution=bench.home.institution)
    files = tuple(workload.stream(number) for number in range(len(every)))
    async with bench.database() as settings:
        app = create_app(settings, clock=now)
        async with running(app) as container:
            entries = await appends_of(list(workload.entries()), container.ledger.keys)
            head = await store_all(container.ledger.store, entries)
            assert await container.projector.reached(head, PATIENCE_SECONDS)
            assert await container.projector.known_reached(head, PATIENCE_SECONDS)
            async with await psycopg.AsyncConnection.connect(bench.url(settings), autocommit=True) as owner:
                schema = container.projector.read_from.schema
                await multiply(owner, schema, files[0], children)
                for model in READ_MODELS:
                    for table in (model.name, model.known_table):
                        await owner.execute(f"VACUUM (ANALYZE) {schema}.{table}".encode())
            yield ManyFiles(app, container, children, head, files)
