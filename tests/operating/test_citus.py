"""A ledger on a Citus cluster that is sharded by schema: each of its schemas lies whole on one server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg import AsyncConnection
from pydantic import SecretStr

from api.app import create_app, running
from api.demo.members import tokens_for_every_role
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.store.append import Accepted
from ledger.store.store import Store
from tests.support.citus import on_citus
from tests.support.client import HOME, NOW, TOWNSHIP, Served
from tests.support.ledgers import a_superuser, an_append, make_ledger, rows, store_of

pytestmark = on_citus
APPENDS = 200
SERVERS = """
    SELECT n.nspname, count(DISTINCT (s.nodename, s.nodeport))
      FROM citus_shards s
      JOIN pg_class c ON c.oid = s.table_name
      JOIN pg_namespace n ON n.oid = c.relnamespace
     GROUP BY n.nspname
"""
"""On how many servers the tables of each schema lie."""
LISTS = (
    "/children",
    "/obligations",
    "/readiness",
    "/findings",
    "/exceptions",
    "/entries",
    "/census?by=sex",
)


async def placed(superuser: AsyncConnection) -> dict[str, int]:
    found: list[tuple[str, int]] = [(schema, servers) for schema, servers in await rows(superuser, SERVERS)]
    return dict(found)


async def test_two_ledgers_are_written_at_once_each_without_a_gap(database_url: str) -> None:
    names = ("east", "west")
    addresses = [await make_ledger(database_url, name) for name in names]

    async def write(store: Store) -> None:
        for _ in range(2):
            verdicts = await store.append_all([an_append(names=(uuid4(),)) for _ in range(APPENDS)])
            assert all(isinstance(verdict, Accepted) for verdict in verdicts)
        stored = await store.read(0, 3 * APPENDS)
        assert [entry.position for entry in stored] == list(range(1, 2 * APPENDS + 1))

    async with AsyncExitStack() as stack:
        stores = [
            await stack.enter_async_context(store_of(urls, name))
            for urls, name in zip(addresses, names, strict=True)
        ]
        await asyncio.gather(*map(write, stores))
    async with a_superuser(database_url) as superuser:
        servers = await placed(superuser)
        assert {*names} <= servers.keys()
        assert set(servers.values()) == {1}


async def test_a_ledger_on_one_server_is_brought_to_the_cluster_in_place(database_url: str) -> None:
    async with a_superuser(database_url) as superuser:
        alone = f"ALTER DATABASE {superuser.info.dbname} SET citus.enable_schema_based_sharding"
        await superuser.execute(f"{alone} = off".encode())
        urls = await make_ledger(database_url)
        async with store_of(urls) as store:
            await store.append_all([an_append(entries=2) for _ in range(APPENDS)])
            before = await store.read(0, 3 * APPENDS)
        assert DEFAULT_LEDGER not in await placed(superuser)

        await superuser.execute(f"{alone} = on".encode())
        for schema in (DEFAULT_LEDGER, f"{DEFAULT_LEDGER}_keys"):
            await superuser.execute("SELECT citus_schema_distribute(%s::regnamespace)", [schema])
        urls = await make_ledger(database_url)

        assert (await placed(superuser))[DEFAULT_LEDGER] == 1
        async with store_of(urls) as store:
            assert await store.read(0, 3 * APPENDS) == before
            following = await store.append(an_append())
    assert isinstance(following, Accepted)
    assert following.first_position == len(before) + 1


@pytest.fixture
async def on_the_cluster(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """Give a service whose ledger lies on the cluster, with an institution and its staff."""
    settings = Settings(
        database_url=SecretStr(database_url),
        data=tmp_path / "data",
        password_memory_kib=32,
        password_passes=1,
    )
    app = create_app(settings, clock=lambda: NOW)
    async with AsyncExitStack() as stack:
        container = await stack.enter_async_context(running(app))
        home = await open_institution(container, HOME, region="371099")
        tokens = await tokens_for_every_role(
            container.identity, home, purpose="test", days=30, township=TOWNSHIP
        )
        yield Served(app, container, home, home, tokens, tokens, stack)


async def test_a_file_that_is_opened_over_http_is_read_and_stands_on_the_list(on_the_cluster: Served) -> None:
    child = await on_the_cluster.a_child()
    await on_the_cluster.projected()
    staff = await on_the_cluster.as_(Role.STAFF)

    read = await staff.get(f"/children/{child}")
    assert read.json()["child"] == str(child), read.text
    for path in LISTS:
        answer = await staff.get(path)
        assert answer.status_code == 200, answer.text
    listed = await staff.get("/children")
    assert [item["child"] for item in listed.json()["items"]] == [str(child)]
