"""eventsource-py as it comes: its PostgreSQL store over SQLAlchemy and asyncpg, with its own schema."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from eventsource import DomainEvent, OptimisticLockError
from eventsource.adapters.postgresql import PostgreSQLEventStore
from eventsource.domain.stream_id import StreamId
from eventsource.ports.positions import ExpectedVersion
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from ledger.postgres import credentials
from tests.bench.bench import Bench
from tests.bench.peers import Appending
from tests.bench.storms import Attempt, rate_of

CATEGORY: Final = "Child"


class Recorded(DomainEvent):
    """An event as its documentation would write one; `body` has the bytes of an entry in hex."""

    aggregate_type: str = CATEGORY
    body: str


@asynccontextmanager
async def opened(bench: Bench, writers: int) -> AsyncIterator[Appending]:
    """Give the store, with a connection for each writer, in a database of its own."""
    async with bench.database() as settings:
        where = conninfo_to_dict(bench.url(settings))
        url = URL.create(
            "postgresql+asyncpg",
            username=str(where["user"]),
            password=credentials.password(Path(str(where["passfile"])).parent, str(where["user"])),
            database=str(where["dbname"]),
            query={"host": str(where["host"]), "port": str(where.get("port") or "5432")},
        )
        engine = create_async_engine(url, pool_size=writers, max_overflow=0)
        try:
            store = PostgreSQLEventStore(engine, create_schema=True)

            async def append(lines: Sequence[Sequence[Attempt]]) -> float:
                return await rate_of(lines, [_write(store, line) for line in lines])

            yield append
        finally:
            await engine.dispose()


async def _write(store: PostgreSQLEventStore, line: Sequence[Attempt]) -> None:
    for attempt in line:
        entry = attempt.entry
        event = Recorded(
            event_id=entry.entry_id,
            aggregate_id=attempt.stream,
            aggregate_version=entry.version,
            body=entry.body.hex(),
        )
        expected = ExpectedVersion.exact(entry.version - 1)
        try:
            await store.append(StreamId(attempt.stream, CATEGORY), [event], expected)
        except OptimisticLockError:
            assert attempt.stale
        else:
            assert not attempt.stale
