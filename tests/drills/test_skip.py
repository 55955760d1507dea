"""The skip drill: whoever reads on by position misses nothing, whatever those who write go through.

Sixteen write at once, with random delays between taking a position and committing, rollbacks and killed
backends; others read on from what they saw last and never look back. The same drill is run on two logs that
publish positions before they are committed: it has to catch both, or it proves nothing.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Final, Protocol, TypeVar
from uuid import UUID, uuid4

import psycopg
import psycopg_pool
import pytest
from eventsourcing.persistence import (
    ApplicationRecorder,
    InfrastructureFactory,
    PersistenceError,
    StoredEvent,
)
from eventsourcing.utils import Environment
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict

from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.store.append import Accepted, AppendFailedError, Repeated
from ledger.store.pools import Pool
from ledger.store.store import Store
from tests.support.citus import CITUS, needs_triggers
from tests.support.drills import ENTRIES
from tests.support.ledgers import PASSWORD, WRITER, Urls, a_superuser, an_append, kill_backends, store_of
from tests.support.pooler import direct

pytestmark = pytest.mark.drill
Result = TypeVar("Result")

WRITERS: Final = 16
TOGETHER: Final = 8
"""The most entries of one append."""
PAGE: Final = 100
LONGEST_DELAY: Final = 0.004
"""Seconds between taking a position and committing."""
ROLLED_BACK: Final = 0.02
"""The share of transactions that are rolled back in the end."""
BETWEEN_KILLS: Final = 0.1
CAUGHT_BY: Final = min(ENTRIES, 3000)
"""Entries after which a log that publishes too early has been caught."""
DAWDLING = """
    CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_sleep(random() * {delay});
        IF random() < {rolled_back} THEN RAISE 'rolled back'; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER dawdling AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION dawdle();
"""


class Log(Protocol):
    """What is drilled: something to append to and to read on from a position, in a table of its own."""

    async def append(self, ids: Sequence[UUID]) -> bool:
        """Append entries together; tell whether that is certain."""

    async def read(self, after: int) -> list[tuple[int, UUID]]:
        """Return the next entries after a position with theirs, in order; none when there is nothing yet."""

    async def hint(self, position: int) -> None:
        """Wait until there may be something after a position."""


@dataclass
class Reader:
    """Reads on from what it saw last, and never looks back."""

    log: Log
    hinted: bool
    seen: list[UUID] = field(default_factory=list)
    position: int = 0

    async def read_on(self, finished: asyncio.Event) -> None:
        """Read until the end, once those who write have finished."""
        while True:
            at_end = finished.is_set()
            found = await self.log.read(self.position)
            self.seen += [entry for _, entry in found]
            self.position = found[-1][0] if found else self.position
            if at_end and not found:
                return
            if not found:
                await (self.log.hint(self.position) if self.hinted else asyncio.sleep(0.001))


@dataclass
class Outcome:
    """What came of a drill."""

    stored: list[UUID]
    acknowledged: set[UUID]
    readers: list[Reader]
    kills: int

    @property
    def missed(self) -> int:
        """The most entries that a reader never saw."""
        return max(len(set(self.stored) - set(reader.seen)) for reader in self.readers)

    def __str__(self) -> str:
        """Tell it in a line."""
        return (
            f"{len(self.stored)} entries by {WRITERS} writers, {len(self.readers)} readers, "
            f"{self.kills} backends killed, {self.missed} missed"
        )


async def drill(log: Log, entries: int, superuser: AsyncConnection, role: str = WRITER) -> Outcome:
    """Write so many entries and read on meanwhile, while sessions of a role are killed."""
    left = entries
    finished = asyncio.Event()
    outcome = Outcome([], set(), [Reader(log, hinted) for hinted in (False, False, True, True)], 0)

    async def write() -> None:
        nonlocal left
        while left > 0:
            ids = [uuid4() for _ in range(random.randint(1, TOGETHER))]  # noqa: S311 - no secret
            await asyncio.sleep(random.choice([0, 0, 0, random.uniform(0, 0.005)]))  # noqa: S311 - the same
            if await log.append(ids):
                left -= len(ids)
                outcome.acknowledged.update(ids)

    async def kill() -> None:
        at = -1
        while not finished.is_set():
            await asyncio.sleep(random.uniform(0, 2 * BETWEEN_KILLS))  # noqa: S311 - the same
            if len(outcome.acknowledged) > at:  # else nothing would ever get through on a busy machine
                at = len(outcome.acknowledged)
                outcome.kills += await kill_backends(superuser, role, at_most=1)

    others = [asyncio.create_task(reader.read_on(finished)) for reader in outcome.readers]
    others.append(asyncio.create_task(kill()))
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    finished.set()
    await asyncio.gather(*others)
    everything = Reader(log, hinted=False)
    await everything.read_on(finished)
    outcome.stored = everything.seen
    return outcome


async def dawdle(superuser: AsyncConnection, table: sql.Identifier) -> None:
    """Let every transaction that inserts take its time to commit, and roll some of them back.

    On a cluster, whose tables have no triggers, its messages between servers take time instead.
    """
    if CITUS:
        return
    parts = {"delay": sql.Literal(LONGEST_DELAY), "rolled_back": sql.Literal(ROLLED_BACK), "table": table}
    await superuser.execute(sql.SQL(DAWDLING).format(**parts))


# Ours


class Ours:
    """Our store, in several processes' stead several times."""

    def __init__(self, stores: Sequence[Store]) -> None:
        self._stores = cycle(stores)

    async def append(self, ids: Sequence[UUID]) -> bool:
        """Append, and again under the same ids when it is unknown what came of it."""
        append, store = an_append(ids=ids), next(self._stores)
        while True:
            with suppress(AppendFailedError):
                verdict = await store.append(append)
                assert isinstance(verdict, Accepted | Repeated)
                return True

    async def read(self, after: int) -> list[tuple[int, UUID]]:
        """Read the feed."""
        return [(stored.position, stored.entry_id) for stored in await next(self._stores).read(after, PAGE)]

    async def hint(self, position: int) -> None:
        """Wait for a position."""
        await next(self._stores).wait_for(position + 1, 0.05)


async def test_nobody_who_reads_on_misses_an_entry(
    urls: Urls, superuser: AsyncConnection, tell: Callable[[str], None]
) -> None:
    await dawdle(superuser, sql.Identifier(DEFAULT_LEDGER, "entry"))
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(store_of(urls)) for _ in range(4)]
        outcome = await drill(Ours(stores), ENTRIES, superuser)
    tell(str(outcome))

    # All that was acknowledged is there, nothing twice, and every reader saw all of it in order.
    assert outcome.acknowledged <= set(outcome.stored)
    assert len(outcome.stored) == len(set(outcome.stored)) >= ENTRIES
    assert outcome.missed == 0
    assert all(reader.seen == outcome.stored for reader in outcome.readers)
    assert {reader.position for reader in outcome.readers} == {len(outcome.stored)}, "there is a gap"
    assert outcome.kills > 0


# What the drill has to catch


class TooEarly:
    """A mutant of ours: positions are taken in one transaction, and filled in the next."""

    TAKE = "UPDATE head SET position = position + %s RETURNING position"
    FILL = """
        INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema,
                           occurred_until, body)
        SELECT %s::bigint + n.number, clock_timestamp(), n.entry_id, n.entry_id, 'child', 1, 'ChildReceived',
               1, '2024-03-05', 'sealed'
          FROM unnest(%s::uuid[]) WITH ORDINALITY AS n (entry_id, number)
    """

    def __init__(self, pool: psycopg_pool.AsyncConnectionPool[psycopg.AsyncConnection], store: Store) -> None:
        self._pool = pool
        self._store = store
        self.read = Ours([store]).read
        self.hint = Ours([store]).hint

    async def append(self, ids: Sequence[UUID]) -> bool:
        """Take positions, then fill them."""
        with suppress(psycopg.Error):
            async with self._pool.connection() as connection:
                taken = await (await connection.execute(self.TAKE, [len(ids)])).fetchone()
                assert taken is not None
                await connection.execute(self.FILL, [taken[0] - len(ids), list(ids)])
            return True
        return False


@needs_triggers
async def test_a_mutant_that_publishes_positions_before_they_are_committed_is_caught(
    urls: Urls, superuser: AsyncConnection, tell: Callable[[str], None]
) -> None:
    await dawdle(superuser, sql.Identifier(DEFAULT_LEDGER, "entry"))
    await superuser.execute(f"GRANT SELECT, UPDATE ON head TO {WRITER}".encode())
    await superuser.execute(f"GRANT INSERT ON entry TO {WRITER}".encode())
    async with Pool(urls.writer, WRITERS) as pool, store_of(urls) as store:
        outcome = await drill(TooEarly(pool, store), CAUGHT_BY, superuser)
    tell(str(outcome))
    assert outcome.missed > 0


class Library:
    """A recorder of the eventsourcing library, in threads."""

    def __init__(self, recorder: ApplicationRecorder, threads: ThreadPoolExecutor) -> None:
        self._recorder = recorder
        self._threads = threads

    async def append(self, ids: Sequence[UUID]) -> bool:
        """Insert events."""
        events = [StoredEvent(entry, 1, "ChildReceived", b"sealed") for entry in ids]
        with suppress(PersistenceError):
            await self._in_thread(lambda: self._recorder.insert_events(events))
            return True
        return False

    async def read(self, after: int) -> list[tuple[int, UUID]]:
        """Read the notification log."""
        found = await self._in_thread(
            lambda: self._recorder.select_notifications(after, PAGE, inclusive_of_start=False)
        )
        return [(each.id, UUID(str(each.originator_id))) for each in found]

    async def hint(self, position: int) -> None:
        """Wait a little."""
        await asyncio.sleep(0.005)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


@asynccontextmanager
async def library(**environment: str) -> AsyncIterator[Library]:
    """Give the library's recorder that an environment asks for."""
    stack = ExitStack()

    def constructed() -> ApplicationRecorder:
        factory = InfrastructureFactory.construct(Environment(env=environment))
        return stack.enter_context(factory).application_recorder()

    with ThreadPoolExecutor(WRITERS + 4) as threads:
        try:
            yield Library(await asyncio.to_thread(constructed), threads)
        finally:
            await asyncio.to_thread(stack.close)


async def test_nobody_who_reads_on_by_our_module_for_the_library_misses_an_event(
    database_url: str, tell: Callable[[str], None]
) -> None:
    async with (
        library(PERSISTENCE_MODULE="ledger.recorder", CHILDLEDGER_DATABASE_URL=database_url) as log,
        a_superuser(database_url) as superuser,
    ):
        await dawdle(superuser, sql.Identifier("es", "entry"))
        outcome = await drill(log, CAUGHT_BY, superuser, superuser.info.user)
    tell(str(outcome))
    assert outcome.acknowledged <= set(outcome.stored)
    assert outcome.missed == 0
    assert all(reader.seen == outcome.stored for reader in outcome.readers)


@needs_triggers
async def test_the_stock_recorder_without_its_lock_is_caught(
    urls: Urls, superuser: AsyncConnection, tell: Callable[[str], None]
) -> None:
    await superuser.execute(f"CREATE SCHEMA stock AUTHORIZATION {WRITER}".encode())
    where = conninfo_to_dict(direct(urls.superuser))
    async with library(
        PERSISTENCE_MODULE="eventsourcing.postgres",
        POSTGRES_DBNAME=str(where["dbname"]),
        POSTGRES_HOST=str(where.get("host", "")),
        POSTGRES_PORT=str(where.get("port", 5432)),
        POSTGRES_USER=WRITER,
        POSTGRES_PASSWORD=PASSWORD,
        POSTGRES_SCHEMA="stock",
        POSTGRES_POOL_SIZE=str(WRITERS + 4),
        POSTGRES_ENABLE_DB_FUNCTIONS="y",
    ) as log:
        await dawdle(superuser, sql.Identifier("stock", "stored_events"))
        outcome = await drill(log, CAUGHT_BY, superuser)
    tell(str(outcome))
    assert outcome.missed > 0
