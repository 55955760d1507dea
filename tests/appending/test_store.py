"""The store: many who append at once, reading, waiting, a database that fails, and the wrapped data keys."""

import asyncio
import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.store.append import (
    MAX_BODY,
    Accepted,
    Append,
    AppendFailedError,
    OverloadedError,
    Prepared,
    Repeated,
    Stale,
    Verdict,
)
from ledger.store.append_queue import QueueLimits
from ledger.store.position import PositionWaiter
from ledger.store.store import Store
from tests.support.ledgers import (
    READER,
    WRITER,
    Urls,
    a_batch_waits_for_the_head,
    a_superuser,
    an_append,
    held_head,
    kill_backends,
    rows,
    store_of,
    takes,
)
from tests.support.waiting import PATIENCE, until

SMALL = QueueLimits(queue_bytes=200)
IMPATIENT = QueueLimits(patience=0.2)


def assert_well_ordered(entries: list[Any]) -> None:
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert all(one.recorded_at < other.recorded_at for one, other in pairwise(entries))
    versions: dict[UUID, list[int]] = defaultdict(list)
    for entry in entries:
        versions[entry.stream].append(entry.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())


async def tailed(store: Store, seen: list[Any], finished: asyncio.Event) -> None:
    """Read on from what was seen last, as a projector does, and never look back."""
    while True:
        at_end = finished.is_set()
        found = await store.read(len(seen), 50)
        assert [entry.position for entry in found] == list(range(len(seen) + 1, len(seen) + len(found) + 1))
        seen += found
        if at_end and not found:
            return
        if not found:
            await store.wait_for(len(seen) + 1, 0.05)


async def keep_appending(store: Store, streams: list[UUID], times: int) -> list[Append]:
    """Append to streams that others append to as well; return what was acknowledged."""
    acknowledged = []
    for _ in range(times):
        stream = random.choice(streams)  # noqa: S311 - which one does not matter
        append = an_append(stream, len(await store.stream(stream)), entries=random.randint(1, 3))  # noqa: S311
        if isinstance(await store.append(append), Accepted | Repeated):
            acknowledged.append(append)
    return acknowledged


async def test_processes_that_append_at_once_leave_no_gap_and_lose_nothing(urls: Urls) -> None:
    streams = [uuid4() for _ in range(6)]
    seen: list[Any] = []
    finished = asyncio.Event()
    async with store_of(urls) as one, store_of(urls) as other:
        tail = asyncio.create_task(tailed(one, seen, finished))
        writers = [keep_appending(store, streams, 15) for store in (one, other) for _ in range(8)]
        acknowledged = [append for appends in await asyncio.gather(*writers) for append in appends]
        finished.set()
        await tail
        everything = await one.read(0, 10_000)

    assert_well_ordered(everything)
    assert seen == everything
    expected = {entry.entry_id for append in acknowledged for entry in append.entries}
    assert {entry.entry_id for entry in everything} == expected
    assert len(acknowledged) < 16 * 15, "nobody was ever in anybody's way"


async def test_killed_backends_lose_nothing_that_was_acknowledged(
    urls: Urls, superuser: AsyncConnection
) -> None:
    seen: list[Any] = []
    finished = asyncio.Event()

    async def kill() -> None:
        at = -1
        while not finished.is_set():
            await asyncio.sleep(random.uniform(0, 0.05))  # noqa: S311 - at any moment
            if len(seen) > at:  # else nothing would ever get through on a busy machine
                at = len(seen)
                await kill_backends(superuser, WRITER)

    async with store_of(urls) as store:
        others = [asyncio.create_task(kill()), asyncio.create_task(tailed(store, seen, finished))]
        streams = [uuid4() for _ in range(4)]
        acknowledged = await asyncio.gather(*(keep_appending(store, streams, 25) for _ in range(8)))
        finished.set()
        await asyncio.gather(*others)
        everything = await store.read(0, 10_000)

    assert_well_ordered(everything)
    assert seen == everything
    stored = {entry.entry_id for entry in everything}
    assert all(
        entry.entry_id in stored for appends in acknowledged for each in appends for entry in each.entries
    )


async def test_an_append_whose_backend_is_killed_is_made_again(
    urls: Urls, store: Store, superuser: AsyncConnection
) -> None:
    async with held_head(urls.superuser):
        answer = asyncio.create_task(store.append(an_append()))
        await until(lambda: a_batch_waits_for_the_head(superuser))
        await kill_backends(superuser, WRITER)

    assert isinstance(await answer, Accepted)
    assert (await store.head()).position == 1


class Link:
    """A line to the server that can lose, once, what the server says of an append."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.losing = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        where = {key: str(value) for key, value in conninfo_to_dict(self._url).items()}
        host, port = where.get("host", "localhost"), where.get("port", "5432")
        server = (
            asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
            if host.startswith("/")
            else asyncio.open_connection(host, int(port))
        )
        from_server, to_server = await server
        asking = asyncio.create_task(self._pass_on(reader, to_server, may_lose=False))
        await self._pass_on(from_server, writer, may_lose=True)
        await asking

    async def _pass_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, may_lose: bool
    ) -> None:
        while data := await source.read(65536):
            if may_lose and self.losing and b"accepted" in data:
                self.losing = False
                break
            target.write(data)
            await target.drain()
        target.close()


async def test_an_append_whose_answer_was_lost_is_found_stored(urls: Urls) -> None:
    link = Link(urls.superuser)
    listening = await asyncio.start_server(link.carry, "127.0.0.1", 0)
    async with listening:
        host, port = listening.sockets[0].getsockname()
        far = replace(urls, writer=make_conninfo(urls.writer, host=host, port=port))
        async with store_of(far) as store:
            await store.append(an_append())
            append = an_append(entries=2)

            link.losing = True
            verdict = await store.append(append)

            assert not link.losing
            assert isinstance(verdict, Repeated)
            assert [entry.position for entry in verdict.entries] == [2, 3]
            assert (await store.head()).position == 3


async def test_a_batch_that_fails_is_answered_to_everybody_who_waits(
    store: Store, superuser: AsyncConnection
) -> None:
    await store.append(an_append())
    await superuser.execute("ALTER TABLE entry RENAME TO lost")

    answers = await asyncio.gather(*(store.append(an_append()) for _ in range(20)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {AppendFailedError}
    assert len({id(answer) for answer in answers}) == 20

    await superuser.execute("ALTER TABLE lost RENAME TO entry")
    assert isinstance(await store.append(an_append()), Accepted)
    assert (await store.head()).position == 2


async def test_a_database_that_stays_away_is_answered_to_everybody_who_waits(urls: Urls) -> None:
    async with store_of(urls, limits=IMPATIENT) as store:
        await store.append(an_append())
        async with a_superuser(urls.superuser) as superuser:
            await superuser.execute(f"ALTER ROLE {WRITER} NOLOGIN".encode())
            try:
                await kill_backends(superuser, WRITER)
                appends = (store.append(an_append()) for _ in range(5))
                answers = await asyncio.gather(*appends, return_exceptions=True)
            finally:
                await superuser.execute(f"ALTER ROLE {WRITER} LOGIN".encode())

        assert {type(answer) for answer in answers} == {AppendFailedError}
        await until(lambda: takes(store))


async def test_what_is_recorded_now_goes_before_what_is_imported(
    urls: Urls, superuser: AsyncConnection
) -> None:
    async with store_of(urls) as store:
        async with held_head(urls.superuser):
            first = asyncio.create_task(store.append(an_append()))
            await until(lambda: a_batch_waits_for_the_head(superuser))
            imported = [asyncio.create_task(store.append(an_append(bulk=True))) for _ in range(5)]
            await asyncio.sleep(0)
            now = asyncio.create_task(store.append(an_append()))
            await asyncio.sleep(0)
        verdicts = accepted(*await asyncio.gather(first, now, *imported))

    assert [verdict.first_position for verdict in verdicts] == [1, 2, 3, 4, 5, 6, 7]


def accepted(*verdicts: Verdict) -> list[Accepted]:
    return [verdict for verdict in verdicts if isinstance(verdict, Accepted)]


async def test_a_full_queue_refuses_what_is_recorded_now_and_lets_imports_wait(
    urls: Urls, superuser: AsyncConnection
) -> None:
    async with store_of(urls, limits=SMALL) as store:
        async with held_head(urls.superuser):
            waiting = [asyncio.create_task(store.append(an_append()))]
            await until(lambda: a_batch_waits_for_the_head(superuser))
            waiting.append(asyncio.create_task(store.append(an_append(entries=10))))
            await asyncio.sleep(0)
            with pytest.raises(OverloadedError):
                await store.append(an_append())
            waiting.append(asyncio.create_task(store.append(an_append(bulk=True))))
            await asyncio.sleep(0)
        assert [verdict.first_position for verdict in accepted(*await asyncio.gather(*waiting))] == [1, 2, 12]


async def test_a_store_that_closes_appends_what_waits(urls: Urls) -> None:
    async with store_of(urls) as store:
        waiting = [asyncio.create_task(store.append(an_append())) for _ in range(3)]
        await asyncio.sleep(0)
    assert len(accepted(*await asyncio.gather(*waiting))) == 3

    with pytest.raises(AppendFailedError):
        await store.append(an_append())


async def test_one_who_gives_up_waiting_leaves_the_others_alone(
    urls: Urls, superuser: AsyncConnection
) -> None:
    async with store_of(urls) as store:
        async with held_head(urls.superuser):
            first = asyncio.create_task(store.append(an_append()))
            await until(lambda: a_batch_waits_for_the_head(superuser))
            gone, other = (asyncio.create_task(store.append(an_append())) for _ in range(2))
            await asyncio.sleep(0)
            gone.cancel()
        assert isinstance(await first, Accepted)
        assert accepted(await other)[0].first_position == 2


async def test_columns_say_what_the_append_said(store: Store, superuser: AsyncConnection) -> None:
    institution, stream = uuid4(), uuid4()
    known = Prepared(uuid4(), 1, "ChildReceived", 2, date(2019, 9, 1), date(2019, 9, 30), b"\x00\xff sealed")
    unknown = Prepared(uuid4(), 1, "IdentityRecorded", 1, None, date(1, 1, 1), "封".encode())
    await store.append(Append(stream, "child", institution, 0, (known,), b"digest"))
    await store.append(Append(uuid4(), "family", None, 0, (unknown,), b"digest"))

    columns = """
        SELECT stream, kind, version, type, schema, institution, fingerprint, body, occurred_on,
               occurred_until
          FROM entry ORDER BY position
    """
    first, second = await rows(superuser, columns)
    days = (date(2019, 9, 1), date(2019, 9, 30))
    assert first == (
        stream,
        "child",
        1,
        "ChildReceived",
        2,
        institution,
        b"digest",
        b"\x00\xff sealed",
        *days,
    )
    assert second[5:] == (None, b"digest", "封".encode(), None, date(1, 1, 1))


async def test_a_stream_is_read_from_a_version_and_as_known_at_a_position(store: Store) -> None:
    child, other = uuid4(), uuid4()
    await store.append(an_append(child, entries=2))
    await store.append(an_append(other))
    await store.append(an_append(child, expected=2))

    assert [entry.version for entry in await store.stream(child)] == [1, 2, 3]
    assert [entry.version for entry in await store.stream(child, after=1)] == [2, 3]
    assert [entry.version for entry in await store.stream(child, known=3)] == [1, 2]
    assert await store.stream(uuid4()) == []

    streams = await store.streams([other, child, uuid4()])
    assert [entry.position for entry in streams] == [3, 1, 2, 4]
    (second,) = [entry for entry in await store.stream(child) if entry.version == 2]
    assert await store.entries([second.entry_id, uuid4()]) == [second]
    assert streams[2] == (second.position, second.recorded_at, second.body)
    since = await store.streams([other, child], after={child: 1}, known=3)
    assert [entry.position for entry in since] == [3, 2]


async def test_the_feed_goes_by_position(store: Store) -> None:
    await store.append_all([an_append() for _ in range(5)])

    assert [entry.position for entry in await store.read(0, 2)] == [1, 2]
    assert [entry.position for entry in await store.read(2, 10, through=4)] == [3, 4]
    assert await store.read(5, 10) == []


async def test_what_was_known_at_an_instant_is_settled(store: Store, superuser: AsyncConnection) -> None:
    verdicts = accepted(*[await store.append(an_append(entries=2)) for _ in range(3)])
    last = verdicts[-1].recorded_at[-1]

    for verdict in verdicts:
        for number, moment in enumerate(verdict.recorded_at):
            assert await store.position_at(moment) == verdict.first_position + number
            before = moment - timedelta(microseconds=1)
            assert await store.position_at(before) == verdict.first_position + number - 1

    ((now,),) = await rows(superuser, "SELECT clock_timestamp()")
    assert now > last
    assert await store.position_at(now) == 6
    (later,) = accepted(await store.append(an_append()))
    assert later.recorded_at[0] > now
    assert await store.position_at(now) == 6


async def test_an_entry_on_its_way_is_waited_for_before_an_instant_is_settled(
    urls: Urls, store: Store, superuser: AsyncConnection
) -> None:
    async with held_head(urls.superuser):
        answer = asyncio.create_task(store.append(an_append()))
        await until(lambda: a_batch_waits_for_the_head(superuser))
        ((now,),) = await rows(superuser, "SELECT clock_timestamp()")
        known = asyncio.create_task(store.position_at(now))
        await asyncio.sleep(0.05)
        assert not known.done()

    (verdict,) = accepted(await answer)
    assert (await known == 1) == (verdict.recorded_at[0] <= now)


async def test_a_ledger_with_nothing_in_it(store: Store) -> None:
    head = await store.head()

    assert (head.position, head.recorded_at, head.epoch) == (0, None, 1)
    assert await store.read(0, 10) == []
    assert await store.append_all([]) == []
    assert await store.append(an_append(expected=3)) == Stale(0)


async def test_waiting_for_what_this_or_another_process_appends(urls: Urls) -> None:
    async with store_of(urls) as one, store_of(urls) as other:
        assert not await one.wait_for(1, 0.05)
        waiting = [asyncio.create_task(each.wait_for(1, PATIENCE)) for each in (one, other)]
        await one.append(an_append())
        assert await asyncio.gather(*waiting) == [True, True]
        assert await other.wait_for(1, 0)


async def test_however_many_wait_the_database_is_asked_by_one() -> None:
    asked = 0
    position = 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        return position

    positions = PositionWaiter(ask, interval=60)
    waiting = [asyncio.create_task(positions.wait_for(number % 3 + 1, PATIENCE)) for number in range(300)]
    await until(lambda: asked > 0)
    position = 3
    positions.hint()
    assert all(await asyncio.gather(*waiting))
    assert asked == 2

    late = asyncio.create_task(positions.wait_for(4, PATIENCE))
    await until(lambda: asked == 3)
    positions.advance(4)
    assert await late
    await positions.close()


async def test_readers_whose_backends_were_killed_read_on(store: Store, superuser: AsyncConnection) -> None:
    await store.append(an_append())
    await kill_backends(superuser, READER)

    assert (await store.head()).position == 1


async def test_the_first_key_of_a_subject_stays(urls: Urls) -> None:
    child, carer = uuid4(), uuid4()
    async with store_of(urls) as one, store_of(urls) as other:
        kept = await asyncio.gather(
            one.add_keys({(child, "health"): b"one", (carer, "identity"): b"one"}),
            other.add_keys({(carer, "identity"): b"other", (child, "health"): b"other"}),
        )
        assert kept[0] == kept[1]
        assert await one.keys([(child, "health"), (child, "identity")]) == {
            (child, "health"): kept[0][child, "health"]
        }
        assert await one.keys([]) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"body": b""},
        {"body": b"x" * (MAX_BODY + 1)},
        {"type": "with\0nul"},
        {"type": "half a pair \ud800"},
        {"type": ""},
        {"version": 0},
        {"version": 2**31},
        {"schema": 2**31},
        {"occurred_until": date(2024, 3, 4)},
    ],
)
def test_an_entry_that_could_not_be_stored_is_refused_at_once(change: dict[str, Any]) -> None:
    (entry,) = an_append().entries
    with pytest.raises(ValueError, match=r"\w"):
        replace(entry, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "with\0nul"},
        {"entries": ()},
        {"expected": 1},
        {"fingerprint": b""},
        {"fingerprint": b"x" * 65},
        {"reads": ((uuid4(), -1),)},
        {"entries": an_append(entries=2).entries[1:]},
    ],
)
def test_an_append_that_could_not_be_stored_is_refused_at_once(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        replace(an_append(), **change)


def test_an_append_does_not_name_an_entry_twice() -> None:
    entry_id = uuid4()
    with pytest.raises(ValueError, match="distinct"):
        an_append(ids=[entry_id, entry_id])
