"""Ledgers made for one test, appends to them, and what gets in their way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from ledger.migrate import DEFAULT_LEDGER, Roles, migrate
from ledger.store import Append, Limits, Prepared, Store

PASSWORD = "not a secret"
WRITER = Roles.of(DEFAULT_LEDGER).writer
READER = Roles.of(DEFAULT_LEDGER).reader


@dataclass(frozen=True)
class Urls:
    """Where a ledger is: entered as superuser, as its writer and as its reader."""

    superuser: str
    writer: str
    reader: str


async def make_ledger(database_url: str, name: str = DEFAULT_LEDGER) -> Urls:
    """Migrate an empty database."""
    roles = Roles.of(name)
    await migrate(database_url, name, passwords={roles.writer: PASSWORD, roles.reader: PASSWORD})
    return Urls(
        database_url,
        make_conninfo(database_url, user=roles.writer, password=PASSWORD),
        make_conninfo(database_url, user=roles.reader, password=PASSWORD),
    )


def store_of(
    urls: Urls,
    name: str = DEFAULT_LEDGER,
    limits: Limits | None = None,
    observed: Callable[[int, float], None] | None = None,
) -> Store:
    """Return a store, to be entered, as one process has."""
    return Store(urls.writer, urls.reader, name, limits=limits, observed=observed)


def an_append(
    stream: UUID | None = None,
    expected: int = 0,
    *,
    entries: int = 1,
    ids: Sequence[UUID] | None = None,
    fingerprint: bytes = b"the same request",
    reads: tuple[tuple[UUID, int], ...] = (),
    bulk: bool = False,
) -> Append:
    """Return entries on a stream, a new one when not said."""
    prepared = tuple(
        Prepared(
            entry_id=entry_id,
            version=version,
            type="CareModeAssigned",
            schema=1,
            occurred_on=date(2024, 3, 5),
            occurred_until=date(2024, 3, 5),
            body=f"sealed {entry_id}".encode(),
        )
        for version, entry_id in enumerate(ids or [uuid4() for _ in range(entries)], expected + 1)
    )
    return Append(stream or uuid4(), "child", None, expected, prepared, fingerprint, reads, bulk)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - it happens in the database
            await asyncio.sleep(0.01)


def a_batch_waits_for_the_head(superuser: psycopg.Connection) -> bool:
    """Tell whether somebody appends, and has to wait."""
    waiting = "SELECT FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
    return superuser.execute(waiting, [WRITER]).rowcount > 0


def kill_backends(superuser: psycopg.Connection, role: str, *, at_most: int | None = None) -> int:
    """End sessions of a role in this database, all or some but this one; return how many."""
    ended = """
        SELECT pg_terminate_backend(pid)
          FROM (SELECT pid FROM pg_stat_activity
                 WHERE usename = %s AND datname = current_database() AND pid <> pg_backend_pid()
                 ORDER BY random() LIMIT %s) s
    """
    return superuser.execute(ended, [role, at_most]).rowcount


@asynccontextmanager
async def held_head(urls: Urls) -> AsyncIterator[None]:
    """Hold the head for as long as the block lasts, as a slow batch would."""
    async with await psycopg.AsyncConnection.connect(urls.superuser) as connection:
        await connection.execute(f"SELECT FROM {DEFAULT_LEDGER}.head FOR UPDATE".encode())
        yield
