"""Entries that were lost: noticed at the next start by what is kept outside the database, and survived."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import SecretStr

from api.app import create_app, running
from api.bootstrap import Container
from api.cli.backup_commands import recovering
from api.institutions import open_institution
from api.settings import Settings
from ledger.log.last_seen import LastSeen, LastSeenError, LostEntriesError, SeenHead
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing.key_file import KeyFile
from ledger.store import epochs
from ledger.store.store import Store
from tests.support.citus import skip_where_nothing_is_copied
from tests.support.client import NOW, Served
from tests.support.ledgers import Urls, a_superuser, an_append, store_of
from tests.support.waiting import until


@pytest.fixture
def data(data: Path) -> Path:
    """Give a DATA with a key file."""
    data.mkdir()
    KeyFile.make(data / "master.key")
    return data


def last_seen_of(store: Store, data: Path) -> LastSeen:
    return LastSeen(store, data, DEFAULT_LEDGER, data / "master.key")


@asynccontextmanager
async def older(url: str) -> AsyncIterator[str]:
    """A copy of a database as it is now, which stays behind when the other goes on."""
    skip_where_nothing_is_copied()
    name = f"test_{uuid4().hex}"
    names = {"copy": sql.Identifier(name), "database": sql.Identifier(str(conninfo_to_dict(url)["dbname"]))}
    elsewhere = make_conninfo(url, dbname="postgres")
    async with a_superuser(elsewhere) as connection:
        # A session of a store that was closed may still be ending, and a database in use is not copied.
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [conninfo_to_dict(url)["dbname"]],
        )
        await connection.execute(sql.SQL("CREATE DATABASE {copy} TEMPLATE {database}").format(**names))
        yield make_conninfo(url, dbname=name)
        await connection.execute(sql.SQL("DROP DATABASE {copy} WITH (FORCE)").format(**names))


@asynccontextmanager
async def store_in(url: str, urls: Urls) -> AsyncIterator[Store]:
    database = conninfo_to_dict(url)["dbname"]
    writer, reader = (make_conninfo(each, dbname=database) for each in (urls.writer, urls.reader))
    async with Store(writer, reader, DEFAULT_LEDGER) as store:
        yield store


async def test_what_was_seen_is_kept_and_found_again(store: Store, data: Path) -> None:
    assert not await last_seen_of(store, data).check(), "there is none yet"
    await last_seen_of(store, data).note()
    assert await last_seen_of(store, data).check()
    await store.append_all([an_append() for _ in range(3)])
    await last_seen_of(store, data).note()

    seen = last_seen_of(store, data).seen()
    assert seen is not None
    assert (seen.epoch, seen.position) == (1, 3)
    assert await last_seen_of(store, data).check()
    await store.append(an_append())
    assert await last_seen_of(store, data).check(), "more than was seen is no loss"


async def test_a_database_that_stayed_behind_is_noticed(urls: Urls, data: Path) -> None:
    async with store_of(urls) as store:
        await store.append(an_append())
    async with older(urls.superuser) as url:
        async with store_of(urls) as store:
            await store.append(an_append())
            await last_seen_of(store, data).note()
        async with store_in(url, urls) as behind:
            with pytest.raises(
                LostEntriesError, match=r"recover.*position 2 of epoch 1.*position 1 of epoch 1"
            ):
                await last_seen_of(behind, data).check()

            # It has been written to since, and is as long again: with another entry.
            await behind.append(an_append())
            with pytest.raises(LostEntriesError):
                await last_seen_of(behind, data).check()


async def test_an_empty_database_in_place_of_the_ledger_is_noticed(
    store: Store, urls: Urls, data: Path
) -> None:
    await store.append(an_append())
    await last_seen_of(store, data).note()
    async with await AsyncConnection.connect(urls.superuser) as superuser:
        await superuser.execute("SET LOCAL search_path = childledger")
        await superuser.execute("DELETE FROM entry")
        await superuser.execute("UPDATE head SET position = 0, recorded_at = NULL")
    with pytest.raises(LostEntriesError):
        await last_seen_of(store, data).check()


async def test_a_ledger_that_went_back_while_it_was_served_and_on_since_is_noticed(
    store: Store, superuser: AsyncConnection, data: Path
) -> None:
    await store.append_all([an_append() for _ in range(2)])
    last_seen = last_seen_of(store, data)
    await last_seen.note()
    # Given another entry where the last one was, and more after it
    await superuser.execute("UPDATE entry SET body = 'another' WHERE position = 2")
    await store.append(an_append())
    for _ in range(2):
        with pytest.raises(LostEntriesError):
            await last_seen.note()
        assert last_seen.went_back


async def test_an_epoch_that_nobody_began_is_noticed(store: Store, urls: Urls, data: Path) -> None:
    await store.append(an_append())
    await last_seen_of(store, data).note()
    async with await AsyncConnection.connect(urls.superuser) as superuser:
        await superuser.execute("UPDATE childledger.head SET epoch = 2")
    with pytest.raises(LostEntriesError):
        await last_seen_of(store, data).check()


async def test_what_was_last_seen_is_not_believed_once_it_was_altered(store: Store, data: Path) -> None:
    await store.append(an_append())
    last_seen = last_seen_of(store, data)
    await last_seen.note()
    content = orjson.loads(last_seen.path.read_bytes())
    forgeries: tuple[dict[str, object], ...] = (
        content | {"seen": content["seen"] | {"position": 0, "sha256": None}},
        content | {"stamp": "00" * 32},
        content | {"stamp": "no stamp"},
        {},
    )
    for forged in forgeries:
        last_seen.path.write_bytes(orjson.dumps(forged))
        with pytest.raises(LastSeenError, match="not stamped by the key file"):
            await last_seen_of(store, data).check()


async def test_what_another_key_file_stamped_or_another_ledger_was_is_not_believed(
    store: Store, data: Path
) -> None:
    last_seen = last_seen_of(store, data)
    await last_seen.note()
    other = LastSeen(store, data, "other", data / "master.key")
    last_seen.path.rename(other.path)
    with pytest.raises(LastSeenError):
        await other.check()
    other.path.rename(last_seen.path)

    (data / "master.key").rename(data / "retired.key")
    KeyFile.make(data / "master.key")
    with pytest.raises(LastSeenError):
        await last_seen.check()

    # A key that was retired, not destroyed, still tells.
    keys = [(data / name).read_text() for name in ("master.key", "retired.key")]
    (data / "master.key").write_text("".join(keys))
    assert await last_seen.check()


async def test_what_was_last_seen_never_goes_back(store: Store, data: Path) -> None:
    slow = last_seen_of(store, data)
    await store.append(an_append())
    await slow.note()
    stale = slow.seen()
    assert stale is not None
    await store.append(an_append())
    await last_seen_of(store, data).note()
    slow.keep(stale)
    seen = slow.seen()
    assert seen is not None
    assert seen.position == 2


async def test_of_many_who_keep_at_once_the_farthest_remains(store: Store, data: Path) -> None:
    await store.append_all([an_append() for _ in range(20)])
    digests = [SeenHead(DEFAULT_LEDGER, 1, position, NOW, "") for position in range(1, 21)]
    await asyncio.gather(
        *(asyncio.to_thread(last_seen_of(store, data).keep, seen) for seen in [*digests[::2], *digests[1::2]])
    )
    assert last_seen_of(store, data).seen() == digests[-1]
    assert [path.name for path in (data / "last_seen").iterdir() if path.suffix == ".new"] == []


async def test_another_machine_knows_by_the_epoch_that_its_loss_is_known(urls: Urls, data: Path) -> None:
    """Two machines with the same key file, each with a DATA of its own; only one of them recovers."""
    other, third = data / "other", data / "third"
    for each in (other, third):
        each.mkdir()
        (each / "master.key").write_bytes((data / "master.key").read_bytes())
        (each / "master.key").chmod(0o600)
    async with store_of(urls) as store:
        await store.append(an_append())
    async with older(urls.superuser) as url:
        async with store_of(urls) as store:
            await store.append(an_append())
            await last_seen_of(store, other).note()
            await store.append(an_append())
            await last_seen_of(store, data).note()
            await store.append(an_append())
            await last_seen_of(store, third).note()
        async with store_in(url, urls) as behind:
            last_seen = last_seen_of(behind, data)
            await epochs.begin(url, DEFAULT_LEDGER, await behind.head(), last_seen.text(), None)
            await behind.append(an_append())
            for each in (data, other):
                assert await last_seen_of(behind, each).check()
                await last_seen_of(behind, each).note()
                assert await last_seen_of(behind, each).check()
            with pytest.raises(LostEntriesError):
                await last_seen_of(behind, third).check()  # has seen more than anybody told of


# With the app


async def record(container: Container) -> None:
    """Record something: another institution."""
    await open_institution(container, f"儿童福利院 {uuid4()}", region="371099")


def moved_to(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


@pytest.fixture
def url(settings: Settings) -> str:
    assert settings.database_url is not None
    return settings.database_url.get_secret_value()


def epoch_and_position(settings: Settings) -> tuple[int, int]:
    content = orjson.loads((settings.data / "last_seen" / settings.ledger).read_bytes())
    return content["seen"]["epoch"], content["seen"]["position"]


async def test_while_it_serves_and_when_it_ends_the_last_position_is_kept(settings: Settings) -> None:
    async with running(create_app(settings, clock=lambda: NOW)) as container:
        before = epoch_and_position(settings)[1]
        await record(container)
        await until(lambda: epoch_and_position(settings)[1] > before)
        await record(container)
        position = (await container.ledger.head()).position
    assert epoch_and_position(settings) == (1, position)


async def test_lost_entries_stop_the_start_until_a_new_epoch_begins(
    settings: Settings, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with older(url) as copy:
        async with running(create_app(settings, clock=lambda: NOW)) as container:
            kept = (await container.ledger.head()).position
            for _ in range(3):
                await record(container)
            (*_, last) = await container.ledger.store.read(kept, 10)
        lost = moved_to(settings, copy)
        with pytest.raises(LostEntriesError):
            async with running(create_app(lost, clock=lambda: NOW)):
                pass

        assert await recovering(lost) == 0
        assert capsys.readouterr().out == "2\n"

        async with running(create_app(lost, clock=lambda: NOW)) as container:
            store = container.ledger.store
            head = await store.head()
            assert (head.epoch, head.position) == (2, kept)
            (epoch,) = await store.epochs()
            assert (epoch.epoch, epoch.began_after) == (2, kept)
            assert epoch.last_seen is not None
            assert orjson.loads(epoch.last_seen)["seen"]["position"] == last.position
            await record(container)
            first, *_ = await store.read(kept, 10)
            position = (await store.head()).position
            assert first.position == kept + 1
            assert first.recorded_at > last.recorded_at, "later than anything that was lost"
        assert epoch_and_position(settings) == (2, position)

        # Done once; and the database that was left behind is now the wrong one.
        assert await recovering(lost) == 0
        assert capsys.readouterr().out == ""
        with pytest.raises(LostEntriesError):
            async with running(create_app(settings, clock=lambda: NOW)):
                pass


async def test_where_nothing_was_seen_before_nothing_stops_the_start_and_the_log_says_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running(create_app(settings, clock=lambda: NOW)) as container:
        await record(container)
        position = (await container.ledger.head()).position
    (settings.data / "last_seen" / settings.ledger).unlink()
    async with running(create_app(settings, clock=lambda: NOW)):
        pass
    assert "not seen before" in capsys.readouterr().out
    assert epoch_and_position(settings)[1] == position


async def test_what_is_not_believed_can_be_put_aside_by_a_new_epoch(settings: Settings) -> None:
    path = settings.data / "last_seen" / settings.ledger
    path.write_text("{}")
    with pytest.raises(LastSeenError):
        await recovering(settings)
    assert await recovering(settings, without_witness=True) == 0
    assert [aside.read_text() for aside in path.parent.glob("*.old")] == ["{}"]
    async with running(create_app(settings, clock=lambda: NOW)) as container:
        assert [(epoch.epoch, epoch.last_seen) for epoch in await container.ledger.epochs()] == [(2, None)]


async def test_a_database_that_falls_back_while_it_is_served_makes_the_service_unready(
    served: Served, url: str
) -> None:
    client = await served.client()
    await record(served.container)
    await served.projected()
    await served.container.last_seen.note()
    assert (await client.get("/health/ready")).status_code == 200
    async with await AsyncConnection.connect(url) as superuser:
        await superuser.execute(
            sql.SQL("SET LOCAL search_path = {}").format(sql.Identifier(served.container.settings.ledger))
        )
        await superuser.execute("UPDATE head SET position = position - 1")
    with pytest.raises(LostEntriesError):
        await served.container.last_seen.note()
    assert (await client.get("/health/ready")).json()["missing"] == ["entries"]
