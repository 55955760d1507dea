"""Trouble while appending: everybody who waits is answered, nobody suffers for another, and it goes on."""

import asyncio
import sys
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import ReadOnlySqlTransaction

from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.store.append import Accepted, AppendFailedError, OverloadedError, Repeated, Stale, StoreError
from ledger.store.append_queue import QueueLimits
from ledger.store.pools import Pool
from ledger.store.store import Store
from ledger.tasks import cancel_all
from tests.support.citus import needs_triggers
from tests.support.ledgers import (
    WRITER,
    Urls,
    a_batch_waits_for_the_head,
    a_superuser,
    an_append,
    held_head,
    kill_backends,
    make_ledger,
    rows,
    store_of,
    takes,
)
from tests.support.pooler import needs_sessions
from tests.support.waiting import PATIENCE, until

IMPATIENT = QueueLimits(patience=0.3)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
FAILING = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {condition} THEN RAISE SQLSTATE {state}; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER failing BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION fail();
"""
DISK_FULL, OUT_OF_MEMORY, CHECK_VIOLATION, NUMBER_TOO_LARGE = "53100", "53200", "23514", "22003"


async def fail(superuser: AsyncConnection, state: str, condition: str = "true") -> None:
    """Let PostgreSQL fail at every entry for which the condition holds."""
    await superuser.execute(sql.SQL(FAILING).format(state=sql.Literal(state), condition=sql.SQL(condition)))


# A database in trouble


@needs_triggers
@pytest.mark.parametrize("state", [DISK_FULL, OUT_OF_MEMORY])
async def test_when_the_database_fails_everybody_is_told_and_the_next_goes_on(
    store: Store, superuser: AsyncConnection, state: str
) -> None:
    await fail(superuser, state)
    answers = await asyncio.gather(*(store.append(an_append()) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {AppendFailedError}

    await superuser.execute("DROP TRIGGER failing ON entry")
    verdict = await store.append(an_append())
    assert isinstance(verdict, Accepted)
    assert verdict.first_position == 1


async def test_when_somebody_cancels_the_statement_everybody_is_told(
    urls: Urls, store: Store, superuser: AsyncConnection
) -> None:
    async with held_head(urls.superuser):
        waiting = [asyncio.create_task(store.append(an_append())) for _ in range(5)]
        await until(lambda: a_batch_waits_for_the_head(superuser))
        await superuser.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = %s", [WRITER]
        )
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(answer) for answer in answers} == {AppendFailedError}
    assert isinstance(await store.append(an_append()), Accepted)


@needs_triggers
@pytest.mark.parametrize("state", [CHECK_VIOLATION, NUMBER_TOO_LARGE])
async def test_an_append_that_the_database_refuses_fails_alone(
    store: Store, superuser: AsyncConnection, state: str
) -> None:
    # Given an append that PostgreSQL will never take
    wrong = an_append(entries=2)
    await fail(superuser, state, f"NEW.stream = '{wrong.stream}'")

    # When it comes amid others
    appends = [*(an_append() for _ in range(7)), wrong, *(an_append() for _ in range(4))]
    answers = await asyncio.gather(*map(store.append, appends), return_exceptions=True)

    # Then it alone is told so, and the others stand one after the other
    assert isinstance(answers.pop(7), AppendFailedError)
    positions = [answer.first_position for answer in answers if isinstance(answer, Accepted)]
    assert positions == list(range(1, 12))


@needs_triggers
async def test_a_conflict_that_passes_is_tried_again(store: Store, superuser: AsyncConnection) -> None:
    await superuser.execute("CREATE SEQUENCE tries")
    await superuser.execute(f"GRANT USAGE ON SEQUENCE tries TO {DEFAULT_LEDGER}_owner".encode())
    await fail(superuser, "40001", "nextval('tries') = 1")  # serialization_failure
    assert isinstance(await store.append(an_append()), Accepted)


@needs_sessions
async def test_a_writer_that_has_come_to_a_standby_looks_for_the_primary(
    urls: Urls, superuser: AsyncConnection
) -> None:
    # Given a server where, as on a standby, nothing can be written
    await superuser.execute(f"ALTER ROLE {WRITER} SET default_transaction_read_only = on".encode())
    subject = (uuid4(), "health")
    async with store_of(urls) as store:
        appending = asyncio.create_task(store.append(an_append()))
        await asyncio.sleep(0.1)
        assert not appending.done()
        # When a new connection would lead to one that takes it
        await superuser.execute(f"ALTER ROLE {WRITER} RESET default_transaction_read_only".encode())
        # Then it is found, for appends and for all else that is written
        assert isinstance(await appending, Accepted)
        assert await store.add_keys({subject: b"wrapped"}) == {subject: b"wrapped"}


@needs_sessions
async def test_a_pool_keeps_no_connection_that_has_come_to_a_standby(
    urls: Urls, superuser: AsyncConnection
) -> None:
    await superuser.execute(f"ALTER ROLE {WRITER} SET default_transaction_read_only = on".encode())
    adding = "INSERT INTO institution (institution, name, region) VALUES (%s, 'x', '371099')"
    async with Pool(urls.writer, 1) as writers:
        with pytest.raises(ReadOnlySqlTransaction):
            async with writers.connection() as connection:
                await connection.execute(adding, [uuid4()])
        await superuser.execute(f"ALTER ROLE {WRITER} RESET default_transaction_read_only".encode())
        async with writers.connection() as connection:
            await connection.execute(adding, [uuid4()])


async def test_a_repeated_append_that_cannot_be_read_yet_may_be_made_again(urls: Urls, store: Store) -> None:
    # Given a standby for reading that has not heard of an append
    append = an_append()
    await store.append(append)
    async with a_superuser(urls.superuser) as connection:
        name = f"{connection.info.dbname}_behind"
        await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            behind = await make_ledger(make_conninfo(urls.superuser, dbname=name))
            async with Store(urls.writer, behind.reader, DEFAULT_LEDGER) as elsewhere:
                with pytest.raises(AppendFailedError):
                    await elsewhere.append(append)
        finally:
            await connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    assert isinstance(await store.append(append), Repeated)


@needs_sessions
async def test_nothing_is_appended_where_what_was_acknowledged_is_missing(
    urls: Urls, superuser: AsyncConnection
) -> None:
    async with store_of(urls) as store:
        await store.append_all([an_append() for _ in range(3)])
        # Given a failover to a server that lacks the last two
        await superuser.execute("DELETE FROM entry WHERE position > 1")
        await superuser.execute("UPDATE head SET position = 1")
        await kill_backends(superuser, WRITER)
        # When it is appended to, again and again
        for _ in range(2):
            with pytest.raises(AppendFailedError, match="WentBackError"):
                await store.append(an_append())
        # Then no position is given again
        assert await rows(superuser, "SELECT position FROM entry") == [(1,)]
        # until they are known to be lost
        store.expect(1, of_new_epoch=True)
        assert isinstance(await store.append(an_append()), Accepted)


async def test_a_position_that_is_given_again_is_acknowledged_to_nobody(
    urls: Urls, superuser: AsyncConnection
) -> None:
    """A pooler may hide that its server is another one."""
    async with store_of(urls) as store:
        await store.append_all([an_append() for _ in range(3)])
        await superuser.execute("DELETE FROM entry WHERE position > 1")
        await superuser.execute("UPDATE head SET position = 1")
        with pytest.raises(AppendFailedError, match="WentBackError"):
            await store.append(an_append())
        with pytest.raises(AppendFailedError, match="WentBackError"):
            await store.append(an_append())
    assert await rows(superuser, "SELECT position FROM entry ORDER BY position") == [(1,), (2,)]


# Somebody who keeps the head


async def test_nobody_waits_for_ever_for_a_head_that_somebody_keeps(
    urls: Urls, superuser: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.store.store.PATIENCE", 0.3)
    async with store_of(urls, limits=IMPATIENT) as store:
        async with held_head(urls.superuser):
            answers = await asyncio.gather(
                *map(store.append, [an_append(), an_append()]),
                store.position_at(NEVER),
                return_exceptions=True,
            )
            assert not await a_batch_waits_for_the_head(superuser), "the server waits on for nobody"
        assert [type(answer) for answer in answers] == [AppendFailedError, AppendFailedError, StoreError]
        assert await rows(superuser, "SELECT count(*) FROM entry") == [(0,)]

        await until(lambda: takes(store))


async def test_a_store_closes_though_somebody_keeps_the_head(urls: Urls, superuser: AsyncConnection) -> None:
    async with held_head(urls.superuser), asyncio.timeout(PATIENCE):
        async with store_of(urls, limits=IMPATIENT) as store:
            waiting = [asyncio.create_task(store.append(an_append())) for _ in range(3)]
            await until(lambda: a_batch_waits_for_the_head(superuser))
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert {type(answer) for answer in answers} == {AppendFailedError}


async def test_when_its_task_is_cancelled_everybody_is_told(urls: Urls, superuser: AsyncConnection) -> None:
    async with store_of(urls) as store:
        async with held_head(urls.superuser):
            first = asyncio.create_task(store.append(an_append()))
            await until(lambda: a_batch_waits_for_the_head(superuser))
            second = asyncio.create_task(store.append(an_append()))
            await asyncio.sleep(0)
            (committing,) = [task for task in asyncio.all_tasks() if task.get_name() == "group commit"]
            committing.cancel()
            answers = await asyncio.gather(first, second, return_exceptions=True)
        assert [type(answer) for answer in answers] == [AppendFailedError, AppendFailedError]
        with pytest.raises(AppendFailedError):
            await store.append(an_append())
    assert (await superuser.execute("SELECT FROM entry")).rowcount == 0


# Many who wait


async def test_so_many_may_wait_and_no_more(urls: Urls, superuser: AsyncConnection) -> None:
    async with store_of(urls, limits=QueueLimits(queue_appends=3)) as store:
        async with held_head(urls.superuser):
            waiting = [asyncio.create_task(store.append(an_append()))]
            await until(lambda: a_batch_waits_for_the_head(superuser))
            waiting += [asyncio.create_task(store.append(an_append())) for _ in range(3)]
            await asyncio.sleep(0)
            with pytest.raises(OverloadedError):
                await store.append(an_append())
        assert all(isinstance(verdict, Accepted) for verdict in await asyncio.gather(*waiting))


async def test_imports_leave_half_of_the_queue_to_others(urls: Urls, superuser: AsyncConnection) -> None:
    async with store_of(urls, limits=QueueLimits(queue_appends=8)) as store:
        async with held_head(urls.superuser):
            waiting = [asyncio.create_task(store.append(an_append()))]
            await until(lambda: a_batch_waits_for_the_head(superuser))
            waiting += [asyncio.create_task(store.append(an_append(bulk=True))) for _ in range(20)]
            await asyncio.sleep(0.05)
            waiting += [asyncio.create_task(store.append(an_append())) for _ in range(3)]
            await asyncio.sleep(0)
        verdicts = await asyncio.gather(*waiting)
        assert all(isinstance(verdict, Accepted) for verdict in verdicts)
        positions = [verdict.first_position for verdict in verdicts if isinstance(verdict, Accepted)]
        assert positions[-3:] == [2, 3, 4]
        assert positions[1:-3] == sorted(positions[1:-3]), "imports come in the order in which they came"


async def test_an_import_goes_on_however_much_is_recorded_meanwhile(urls: Urls) -> None:
    async with store_of(urls, limits=QueueLimits(batch_appends=1, bulk_patience=0.05)) as store:

        async def record_on() -> None:
            while True:
                await store.append(an_append())

        recording = [asyncio.create_task(record_on()) for _ in range(4)]
        await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            for _ in range(3):
                assert isinstance(await store.append(an_append(bulk=True)), Accepted)
        await cancel_all(recording)


async def test_a_batch_has_at_most_so_many_appends(urls: Urls) -> None:
    batches: list[int] = []
    limits = QueueLimits(batch_appends=4)
    async with store_of(urls, limits=limits, observed=lambda entries, _: batches.append(entries)) as store:
        await asyncio.gather(*(store.append(an_append()) for _ in range(10)))
    assert sum(batches) == 10
    assert max(batches) == 4


# Several at once


STORM = """
import asyncio, sys
from uuid import UUID
from ledger.store.append import Accepted, Stale
from ledger.store.store import Store
from tests.support.ledgers import an_append

async def one(store, stream):
    for _ in range(int(sys.argv[4])):
        expected = 0
        while not isinstance(verdict := await store.append(an_append(stream, expected)), Accepted):
            assert isinstance(verdict, Stale), verdict
            expected = verdict.version

async def main():
    async with Store(sys.argv[1], sys.argv[2], "childledger") as store:
        await asyncio.gather(*(one(store, UUID(sys.argv[3])) for _ in range(4)))

asyncio.run(main())
"""


async def test_three_processes_share_one_ledger(urls: Urls, store: Store) -> None:
    # Given three processes of four writers each, all on one stream
    stream, times = uuid4(), 5
    arguments = ["-c", STORM, urls.writer, urls.reader, str(stream), str(times)]
    processes = [await asyncio.create_subprocess_exec(sys.executable, *arguments) for _ in range(3)]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0, 0]

    # Then each of their entries is there, once, and nothing between
    entries = await store.read(0, 1000)
    assert [entry.position for entry in entries] == list(range(1, 3 * 4 * times + 1))
    assert [entry.version for entry in entries] == list(range(1, 3 * 4 * times + 1))
    assert isinstance(await store.append(an_append(stream, 1)), Stale)


async def test_what_swallows_a_cancellation_is_ended_all_the_same() -> None:
    cancellations = count(1)

    async def stubborn() -> None:
        while next(cancellations) < 3:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        await asyncio.sleep(60)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await cancel_all([task])
    assert task.cancelled()
