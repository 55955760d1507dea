"""Migrating: made once, brought up to date, and refused where the code does not know what it finds."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import astuple
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.postgres.migrate import DEFAULT_LEDGER, MigrationError, check, migrate
from ledger.recorder.views import schema_of
from ledger.roles import Roles
from ledger.store import queries
from ledger.store.append import Accepted
from projections import READ_MODELS
from projections.activity import NAME, make_table
from projections.projector.generations import generations, prepare
from tests.support.ledgers import PASSWORD, a_superuser, an_append, make_ledger, store_of


@pytest.fixture
async def server_superuser(database_url: str) -> AsyncIterator[AsyncConnection]:
    async with a_superuser(database_url) as connection:
        yield connection


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    urls = await make_ledger(database_url)
    async with store_of(urls) as store:
        await store.append(an_append())
        await migrate(database_url)
        assert isinstance(await store.append(an_append()), Accepted)
        assert len(await store.read(0, 10)) == 2


async def test_several_processes_migrate_at_once(database_url: str) -> None:
    roles = Roles.of(DEFAULT_LEDGER)
    passwords = {roles.writer: PASSWORD, roles.reader: PASSWORD}
    await asyncio.gather(*(migrate(database_url, passwords=passwords) for _ in range(4)))
    await check(make_conninfo(database_url, user=roles.reader, password=PASSWORD))


async def test_a_database_newer_than_the_code_is_refused(
    database_url: str, server_superuser: AsyncConnection
) -> None:
    urls = await make_ledger(database_url)
    await server_superuser.execute("INSERT INTO childledger.migration VALUES ('9999_from_the_future', '')")

    with pytest.raises(MigrationError, match=r"newer.*9999_from_the_future"):
        await migrate(database_url)
    with pytest.raises(MigrationError, match="newer"):
        await check(urls.reader)


async def test_a_migration_that_was_changed_afterwards_is_refused(
    database_url: str, server_superuser: AsyncConnection
) -> None:
    urls = await make_ledger(database_url)
    await server_superuser.execute(
        "UPDATE childledger.migration SET checksum = 'other' WHERE name = '0001_ledger'"
    )

    with pytest.raises(MigrationError, match="0001_ledger was applied with another text"):
        await migrate(database_url)
    with pytest.raises(MigrationError, match="0001_ledger"):
        await check(urls.reader)


@pytest.mark.parametrize(
    "earlier",
    [
        "UPDATE childledger.migration SET checksum = 'other' WHERE name = '0001_ledger'",
        "UPDATE childledger_keys.migration SET name = '0001_data_key'",
    ],
    ids=["another text", "another name"],
)
async def test_a_ledger_that_an_earlier_version_made_cannot_be_used(
    database_url: str, server_superuser: AsyncConnection, earlier: str
) -> None:
    urls = await make_ledger(database_url)
    await server_superuser.execute("INSERT INTO childledger.migration VALUES ('0002_identity', '')")
    await server_superuser.execute(earlier.encode())

    for asked in (migrate(database_url), check(urls.reader)):
        with pytest.raises(MigrationError, match=r"不能使用.*cannot be used.*Begin a new ledger"):
            await asked


async def test_whoever_may_not_migrate_is_told_what_is_missing(
    database_url: str, server_superuser: AsyncConnection
) -> None:
    with pytest.raises(MigrationError, match="no ledger childledger"):
        await check(database_url)

    urls = await make_ledger(database_url)
    await check(urls.reader)
    await check(urls.writer)
    await server_superuser.execute("DELETE FROM childledger.migration WHERE name = '0001_ledger'")
    with pytest.raises(MigrationError, match="lacks 0001_ledger"):
        await check(urls.reader)


async def test_a_migration_that_fails_leaves_nothing_behind(
    database_url: str, server_superuser: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = queries.migrations
    monkeypatch.setattr(
        queries, "migrations", lambda *where: [*sound(*where), ("9999_broken", "SELECT FROM nowhere;")]
    )
    with pytest.raises(psycopg.errors.UndefinedTable):
        await migrate(database_url)

    ours = await server_superuser.execute("SELECT FROM pg_namespace WHERE nspname LIKE 'childledger%'")
    assert ours.rowcount == 0


@pytest.fixture(params=["admin", "owner"])
async def managed(
    database_url: str, server_superuser: AsyncConnection, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[str, str]]:
    """Give a ledger's name and who is to make it: no superuser, as hosted databases have, or its owner."""
    ledger = f"hosted_{uuid4().hex[:12]}"
    maker = f"{ledger}_{request.param}"
    name = sql.Identifier(maker)
    await server_superuser.execute(
        sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(name, sql.Literal(PASSWORD))
    )
    database = sql.Identifier(str(conninfo_to_dict(database_url)["dbname"]))
    await server_superuser.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, name))
    yield ledger, make_conninfo(database_url, user=maker, password=PASSWORD)
    await server_superuser.execute(sql.SQL("ALTER DATABASE {} OWNER TO CURRENT_USER").format(database))
    for role in dict.fromkeys((*astuple(Roles.of(ledger)), maker)):
        await server_superuser.execute(
            sql.SQL("DROP OWNED BY {0} CASCADE; DROP ROLE {0}").format(sql.Identifier(role))
        )


async def test_an_administrator_who_is_no_superuser_can_migrate_and_so_can_the_owner(
    managed: tuple[str, str],
) -> None:
    ledger, maker = managed
    urls = await make_ledger(maker, ledger)
    async with store_of(urls, ledger) as store:
        assert isinstance(await store.append(an_append()), Accepted)
    await migrate(maker, ledger)
    await check(urls.reader, ledger)
    await prepare(maker, ledger, READ_MODELS, "any rulebook")
    await make_table(maker, ledger)
    async with await psycopg.AsyncConnection.connect(urls.reader) as reader:
        (made,) = await generations(reader, ledger)
        for table in (f"{made.schema}.register", f"{schema_of(ledger, NAME)}.{NAME}"):
            assert (await reader.execute(f"SELECT FROM {table}".encode())).rowcount == 0


async def test_roles_are_committed_before_what_they_own(
    managed: tuple[str, str], server_superuser: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, maker = managed
    sound = queries.migrations
    with monkeypatch.context() as broken:
        broken.setattr(
            queries, "migrations", lambda *where: [*sound(*where), ("9999_broken", "SELECT FROM nowhere;")]
        )
        with pytest.raises(psycopg.errors.UndefinedTable):
            await migrate(maker, ledger)

    there = await server_superuser.execute(
        "SELECT FROM pg_roles WHERE rolname = ANY (%s)", [list(astuple(Roles.of(ledger)))]
    )
    assert there.rowcount == 3
    await migrate(maker, ledger)


async def test_passwords_are_set_anew(database_url: str) -> None:
    roles = Roles.of(DEFAULT_LEDGER)
    await make_ledger(database_url)
    await migrate(database_url, passwords={roles.reader: "another one"})

    await check(make_conninfo(database_url, user=roles.reader, password="another one"))


@pytest.mark.parametrize("name", ["", "Ledger", "a-b", 'a"b', "1st", "pg_ledger", "x" * 41])
def test_a_name_that_is_no_plain_identifier_names_no_ledger(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a ledger"):
        Roles.of(name)


@pytest.mark.parametrize("ending", ["keys", "views_1", "view", "view_activity", "view_keys", "view_views_1"])
def test_what_a_ledger_names_its_other_schemas_names_no_ledger(ending: str) -> None:
    with pytest.raises(ValueError, match="cannot name a ledger"):
        Roles.of(f"ledger_{ending}")
    assert Roles.of("ledger_viewer").owner == "ledger_viewer_owner"


def test_no_two_migrations_have_the_same_number() -> None:
    for folder in ("sql/migrations", "sql/keys", "sql/library"):
        numbers = [name[:4] for name, _ in queries.migrations("ledger", folder)]
        assert numbers == sorted(set(numbers))
