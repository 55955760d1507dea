"""Ledgers made for one test, appends to them, and what gets in their way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

from domain.entry import AnyEntry
from ledger.ledger import Ledger
from ledger.postgres.migrate import DEFAULT_LEDGER, migrate
from ledger.roles import Roles
from ledger.store.append import Accepted, Append, AppendFailedError, Prepared
from ledger.store.append_queue import QueueLimits
from ledger.store.store import Store
from tests.support.citus import CITUS
from tests.support.pooler import direct
from tests.support.postgres import EMPTY, copied

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
    limits: QueueLimits | None = None,
    observed: Callable[[int, float], None] | None = None,
) -> Store:
    """Return a store, to be entered, as one process has."""
    return Store(urls.writer, urls.reader, name, limits=limits, observed=observed)


async def all_entries(ledger: Ledger) -> list[AnyEntry]:
    """Return every entry, in order of position."""
    return await ledger.repository.decoded(await ledger.store.read(0, 100_000))


def an_append(
    stream: UUID | None = None,
    expected: int = 0,
    *,
    entries: int = 1,
    ids: Sequence[UUID] | None = None,
    fingerprint: bytes = b"the same request",
    reads: tuple[tuple[UUID, int], ...] = (),
    bulk: bool = False,
    names: tuple[UUID, ...] = (),
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
    return Append(stream or uuid4(), "child", None, expected, prepared, fingerprint, reads, bulk, names)


@asynccontextmanager
async def a_superuser(url: str, *schemas: str) -> AsyncIterator[AsyncConnection]:
    """Enter a database as its superuser, in a session of one's own that finds what stands in some schemas."""
    async with await AsyncConnection.connect(direct(url), autocommit=True) as connection:
        if schemas:
            path = sql.SQL(", ").join(map(sql.Identifier, schemas))
            await connection.execute(sql.SQL("SET search_path = {}").format(path))
        yield connection


async def takes(store: Store) -> bool:
    """Tell whether a store appends."""
    try:
        return isinstance(await store.append(an_append()), Accepted)
    except AppendFailedError:
        return False


async def rows(
    connection: AsyncConnection, query: str | sql.Composed, parameters: Sequence[object] = ()
) -> list[TupleRow]:
    """Return what a query finds."""
    asked = query.encode() if isinstance(query, str) else query
    return await (await connection.execute(asked, parameters)).fetchall()


async def a_batch_waits_for_the_head(superuser: AsyncConnection, writer: str = WRITER) -> bool:
    """Tell whether somebody appends, and has to wait: on a cluster, where the ledger lies."""
    waiting = "SELECT FROM pg_stat_activity WHERE usename = %s AND wait_event_type = 'Lock'"
    if CITUS:
        waiting = """
            SELECT FROM citus_stat_activity AS anywhere
              JOIN pg_stat_activity AS here ON here.pid = anywhere.global_pid %% 10000000000
             WHERE here.usename = %s AND anywhere.wait_event_type = 'Lock'
        """
    return (await superuser.execute(waiting, [writer])).rowcount > 0


async def kill_backends(superuser: AsyncConnection, role: str, *, at_most: int | None = None) -> int:
    """End sessions of a role in this database, all or some but this one; return how many."""
    ended = """
        SELECT pg_terminate_backend(pid)
          FROM (SELECT pid FROM pg_stat_activity
                 WHERE usename = %s AND datname = current_database() AND pid <> pg_backend_pid()
                 ORDER BY random() LIMIT %s) s
    """
    return (await superuser.execute(ended, [role, at_most])).rowcount


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[str]:
    """Give the name of a database with an empty ledger, to copy: to migrate each anew takes far longer."""
    if CITUS:
        yield EMPTY
        return
    with copied(postgres, EMPTY) as url:
        asyncio.run(make_ledger(url))
        yield str(conninfo_to_dict(url)["dbname"])


@pytest.fixture
def ledger_url(postgres: str, migrated: str) -> Iterator[str]:
    """Give the conninfo of a database of the test's own with an empty ledger, entered as superuser."""
    with copied(postgres, migrated) as url:
        yield url


@pytest.fixture
async def urls(ledger_url: str) -> Urls:
    """Give where an empty ledger is."""
    # Its roles belong to the cluster, where another test may have changed them.
    return await make_ledger(ledger_url)


@pytest.fixture
async def store(urls: Urls) -> AsyncIterator[Store]:
    """Give the store of one process."""
    async with store_of(urls) as store:
        yield store


@pytest.fixture
async def superuser(urls: Urls) -> AsyncIterator[AsyncConnection]:
    """Give a superuser who finds what stands in the ledger and in its key store."""
    async with a_superuser(urls.superuser, DEFAULT_LEDGER, f"{DEFAULT_LEDGER}_keys") as connection:
        yield connection


@asynccontextmanager
async def held_head(superuser: str, ledger: str = DEFAULT_LEDGER) -> AsyncIterator[None]:
    """Hold the head for as long as the block lasts, as a slow batch or a stuck session would."""
    async with await AsyncConnection.connect(superuser) as connection:
        await connection.execute(sql.SQL("SELECT FROM {}.head FOR UPDATE").format(sql.Identifier(ledger)))
        yield
