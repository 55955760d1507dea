"""The persistence module for the eventsourcing library: what it promises beyond the published test cases."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import (
    DataError,
    InfrastructureFactoryError,
    IntegrityError,
    StoredEvent,
    Tracking,
)
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.postgres.migrate import MigrationError, migrate
from ledger.recorder import Factory
from ledger.recorder.inserting import Inserter
from ledger.roles import Roles
from ledger.store.append import Stale
from tests.support.citus import needs_one_server
from tests.support.ledgers import PASSWORD, an_append, make_ledger, store_of
from tests.support.pooler import direct
from tests.support.waiting import until_now

MODULE = {"PERSISTENCE_MODULE": "ledger.recorder"}
UPSTREAM = "upstream"


@pytest.fixture
def factory(database_url: str) -> Iterator[Factory]:
    made = Factory({"CHILDLEDGER_DATABASE_URL": database_url})
    yield made
    made.close()


@pytest.fixture
def blocking_superuser(factory: Factory) -> Iterator[psycopg.Connection]:
    with psycopg.connect(direct(factory.database.url), autocommit=True) as connection:
        yield connection


def event(stream: UUID | None = None, version: int = 1, state: bytes = b"state") -> StoredEvent:
    return StoredEvent(stream or uuid4(), version, "tests:Happened", state)


def story(first: int, last: int) -> list[StoredEvent]:
    """Events of a new aggregate, from one version to another."""
    stream = uuid4()
    return [event(stream, version) for version in range(first, last + 1)]


# What follows what


@pytest.mark.parametrize("first", [0, 1, 7, -3])
def test_an_aggregate_begins_at_any_version_and_goes_on_without_gaps(factory: Factory, first: int) -> None:
    recorder = factory.application_recorder()
    begun = story(first, first + 3)
    assert recorder.insert_events(begun[:2]) == [1, 2]
    for refused in (begun[:1], begun[1:3], begun[3:]):
        with pytest.raises(IntegrityError):
            recorder.insert_events(refused)
    assert recorder.insert_events(begun[2:]) == [3, 4]
    assert recorder.select_events(begun[0].originator_id) == begun


@needs_one_server
def test_several_aggregates_are_recorded_in_the_order_given_or_not_at_all(factory: Factory) -> None:
    recorder = factory.process_recorder()
    one, other = story(1, 3), story(1, 3)
    mixed = [one[0], other[0], other[1], one[1]]
    assert recorder.insert_events(mixed) == [1, 2, 3, 4]
    assert [each.originator_id for each in recorder.select_notifications(1, 10)] == [
        each.originator_id for each in mixed
    ]
    with pytest.raises(IntegrityError):
        recorder.insert_events([one[2], event(), other[1]], tracking=Tracking(UPSTREAM, 1))
    assert recorder.max_notification_id() == 4
    assert recorder.max_tracking_id(UPSTREAM) is None


async def test_streams_of_a_childrens_ledger_still_begin_at_one(database_url: str) -> None:
    urls = await make_ledger(database_url)
    async with store_of(urls) as store:
        assert await store.append(an_append(expected=3)) == Stale(0)
        assert await store.append_all([an_append(expected=3), an_append(expected=7)]) == [Stale(0), Stale(0)]


@pytest.mark.parametrize(
    "wrong",
    [
        StoredEvent("a text", 1, "tests:Happened", b""),
        StoredEvent(uuid4(), 2**31, "tests:Happened", b""),
        StoredEvent(uuid4(), 1, "tests:\0", b""),
        StoredEvent(uuid4(), 1, "tests:\ud800", b""),
    ],
    ids=["id", "version", "nul", "surrogate"],
)
def test_what_cannot_be_stored_is_refused_before_it_joins_others(
    factory: Factory, wrong: StoredEvent
) -> None:
    recorder = factory.application_recorder()
    with pytest.raises(DataError):
        recorder.insert_events([wrong])
    assert recorder.insert_events([event(state=b"")]) == [1]


# Many at once


def test_many_writers_of_few_aggregates_lose_nothing_and_leave_no_gap(factory: Factory) -> None:
    recorder = factory.application_recorder()
    streams = [uuid4() for _ in range(3)]
    ids: list[int] = []

    def count_on(number: int) -> None:
        for turn in range(15):
            stream = streams[(number + turn) % len(streams)]
            while True:
                last = recorder.select_events(stream, desc=True, limit=1)
                following = last[0].originator_version + 1 if last else 0
                with suppress(IntegrityError):
                    ids.extend(recorder.insert_events([event(stream, following)]) or ())
                    break

    seen: list[int] = []
    reading = threading.Event()

    def tail() -> None:
        while not reading.is_set() or seen[-1:] != [recorder.max_notification_id()]:
            seen.extend(each.id for each in recorder.select_notifications(len(seen) + 1, 100))

    with ThreadPoolExecutor(12) as threads:
        tailing = threads.submit(tail)
        for writing in [threads.submit(count_on, number) for number in range(10)]:
            writing.result()
        reading.set()
        tailing.result()
    assert sorted(ids) == seen == list(range(1, 151))
    versions = [[each.originator_version for each in recorder.select_events(stream)] for stream in streams]
    assert versions == [list(range(50))] * 3


def test_what_waits_is_appended_together(
    factory: Factory, blocking_superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = factory.application_recorder()
    waits, turn = [], vars(Inserter)["_turn"]

    def watched(self: Inserter, own: object) -> object:
        waits.append(own)
        return turn(self, own)

    monkeypatch.setattr(Inserter, "_turn", watched)
    with ThreadPoolExecutor(16) as threads:
        # Given one who is amid an append, and sixteen who wait
        with blocking_superuser.transaction():
            blocking_superuser.execute("SELECT FROM es.head FOR UPDATE")
            waiting = [threads.submit(recorder.insert_events, [event()]) for _ in range(16)]
            until_now(lambda: len(waits) == 16)
        assert sorted(position for each in waiting for position in each.result() or ()) == [*range(1, 17)]
    ((transactions,),) = blocking_superuser.execute(
        "SELECT count(DISTINCT xmin::text) FROM es.entry"
    ).fetchall()
    assert transactions < 8


# Lost connections


class FrailWay:
    """A way to a server, that breaks once: after something was done for whom asked, before it is said."""

    def __init__(self, url: str) -> None:
        self._there = conninfo_to_dict(url)
        self._door = socket.create_server(("127.0.0.1", 0))
        own_address = {"host": "127.0.0.1", "port": self._door.getsockname()[1], "sslmode": "disable"}
        self.url = make_conninfo(url, **own_address)
        self.breaks_at: bytes | None = None
        self.broken = threading.Event()
        threading.Thread(target=self._let_in, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()

    def _let_in(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = self._reach()
                doomed = threading.Event()
                for way in (self._ask, self._answer):
                    threading.Thread(target=way, args=(client, server, doomed), daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = str(self._there["host"]), int(self._there.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _ask(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError), server:
            while said := client.recv(65536):
                if self.breaks_at is not None and self.breaks_at in said and not self.broken.is_set():
                    doomed.set()
                server.sendall(said)
            server.shutdown(socket.SHUT_RDWR)

    def _answer(self, client: socket.socket, server: socket.socket, doomed: threading.Event) -> None:
        with suppress(OSError), client:
            while said := server.recv(65536):
                if doomed.is_set():
                    self.broken.set()
                    break
                client.sendall(said)
            client.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def way(factory: Factory) -> Iterator[FrailWay]:
    made = FrailWay(factory.database.url)
    yield made
    made.close()


def insert(factory: Factory) -> Sequence[int] | None:
    return factory.application_recorder().insert_events(story(1, 2))


def insert_of_several(factory: Factory) -> Sequence[int] | None:
    return factory.application_recorder().insert_events([event(), event()])


def process(factory: Factory) -> Sequence[int] | None:
    return factory.process_recorder().insert_events([event(), event()], tracking=Tracking(UPSTREAM, 1))


def track(factory: Factory) -> Sequence[int] | None:
    factory.tracking_recorder().insert_tracking(Tracking(UPSTREAM, 1))
    return None


def take_snapshots(factory: Factory) -> Sequence[int] | None:
    return factory.aggregate_recorder("snapshots").insert_events([event(), event()])


@pytest.mark.parametrize(
    ("asked", "doing", "answer"),
    [
        (b".append(", insert, [1, 2]),
        (b"COMMIT", insert_of_several, [1, 2]),
        pytest.param(b"COMMIT", process, [1, 2], marks=needs_one_server),
        (b".tracking", track, None),
        pytest.param(b".snapshot", take_snapshots, None, marks=needs_one_server),
    ],
    ids=["append", "several", "process", "tracking", "snapshots"],
)
def test_a_lost_answer_is_no_conflict(
    way: FrailWay,
    blocking_superuser: psycopg.Connection,
    asked: bytes,
    doing: Callable[[Factory], Sequence[int] | None],
    answer: list[int] | None,
) -> None:
    factory = Factory({"CHILDLEDGER_DATABASE_URL": way.url})
    way.breaks_at = asked
    assert doing(factory) == answer
    assert way.broken.is_set()
    factory.close()
    ((entries, tracked, taken),) = blocking_superuser.execute(
        "SELECT (SELECT count(*) FROM es.entry), (SELECT count(*) FROM es.tracking),"
        " (SELECT count(*) FROM es.snapshot)"
    ).fetchall()
    assert entries == len(answer or ())
    assert tracked == (doing in {process, track})
    assert taken == (2 if doing is take_snapshots else 0)


@needs_one_server
def test_killed_backends_are_not_noticed_by_those_who_insert(
    factory: Factory, blocking_superuser: psycopg.Connection
) -> None:
    recorder = factory.process_recorder()
    killing = threading.Event()

    def kill() -> None:
        while not killing.wait(0.05):
            blocking_superuser.execute("""
                SELECT pg_terminate_backend(pid)
                  FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                           AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) s
            """)

    def insert_many(number: int) -> list[int]:
        return [
            position
            for turn in range(1, 41)
            for position in recorder.insert_events(
                story(1, 3), **({"tracking": Tracking(f"{UPSTREAM}{number}", turn)} if number % 2 else {})
            )
            or ()
        ]

    with ThreadPoolExecutor(7) as threads:
        killer = threads.submit(kill)
        inserting = [threads.submit(insert_many, number) for number in range(6)]
        try:
            answered = [position for each in inserting for position in each.result()]
        finally:
            killing.set()
        killer.result()
    assert sorted(answered) == list(range(1, 721))
    assert recorder.max_notification_id() == 720


# Which ledger


class Shelf(Aggregate):
    """Something that is kept."""


class Shelves(Application[UUID]):
    """An application with a name."""


class Others(Application[UUID]):
    """Another one."""


def test_each_application_has_a_ledger_of_its_own(database_url: str) -> None:
    env = {**MODULE, "CHILDLEDGER_DATABASE_URL": database_url}
    with Shelves(env) as shelves, Others(env) as others:
        assert [shelves.save(Shelf())[0].notification.id, others.save(Shelf())[0].notification.id] == [1, 1]
        assert shelves.factory.ledger == "es_shelves"  # type: ignore[attr-defined] # our factory's
    shared = {**env, "CHILDLEDGER_LEDGER": "es_shelves"}
    with pytest.raises(InfrastructureFactoryError, match="events of the application 'Shelves'"):
        Others(shared)


def test_what_is_not_set_or_no_name_is_said_plainly() -> None:
    with pytest.raises(InfrastructureFactoryError, match="set CHILDLEDGER_DATABASE_URL"):
        Factory({})
    with pytest.raises(InfrastructureFactoryError, match="cannot name a ledger"):
        Factory({"CHILDLEDGER_LEDGER": "No Name"})


async def test_one_kind_of_ledger_is_not_made_into_the_other(database_url: str) -> None:
    await migrate(database_url, "es", library=True)
    with pytest.raises(MigrationError, match="not made of one another"):
        await migrate(database_url, "es")
    await make_ledger(database_url)
    with pytest.raises(MigrationError, match="not made of one another"):
        await migrate(database_url, library=True)


def test_the_writer_alone_is_enough_where_the_ledger_is_there(database_url: str) -> None:
    asyncio.run(migrate(database_url, "es", library=True, passwords={Roles.of("es").writer: PASSWORD}))
    writer = make_conninfo(database_url, user=Roles.of("es").writer, password=PASSWORD)
    with Application[UUID](
        {**MODULE, "CHILDLEDGER_DATABASE_URL": writer, "CHILDLEDGER_LEDGER": "es", "CREATE_TABLE": "n"}
    ) as application:
        shelf = Shelf()
        application.save(shelf)
        assert application.repository.get(shelf.id) == shelf
    with psycopg.connect(writer, autocommit=True) as connection:
        for statement in (
            "UPDATE es.entry SET body = ''",
            "DELETE FROM es.entry",
            "UPDATE es.head SET position = 0",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
