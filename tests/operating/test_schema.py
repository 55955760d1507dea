"""A database that is not what the code was written for: refused at the start, in words that say why."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api.app import create_app, running
from api.settings import Settings
from ledger.postgres.check import AlteredError, WronglyStoredError, check_schema, check_text
from ledger.postgres.migrate import DEFAULT_LEDGER, MigrationError, migrate
from ledger.roles import Roles
from tests.support.client import NOW
from tests.support.ledgers import a_superuser, make_ledger
from tests.support.schema_description import DESCRIBED, described

ALTERATIONS = {
    "a column more": ("ALTER TABLE entry ADD COLUMN forged text", "column entry.forged text"),
    "a column of another type": (
        "ALTER TABLE entry ALTER COLUMN version TYPE bigint",
        "column entry.version integer",
    ),
    "a column that may be empty": ("ALTER TABLE entry ALTER COLUMN body DROP NOT NULL", "entry.body bytea"),
    "another default": ("ALTER TABLE head ALTER COLUMN position SET DEFAULT 7", "DEFAULT 7"),
    "a constraint less": ("ALTER TABLE entry DROP CONSTRAINT entry_entry_id_key", "entry UNIQUE (entry_id)"),
    "a constraint unchecked": (
        "ALTER TABLE member ADD FOREIGN KEY (institution) REFERENCES institution NOT VALID",
        "NOT VALID",
    ),
    "foreign keys asleep": ("ALTER TABLE member DISABLE TRIGGER ALL", "constraint of member not enforced"),
    "an index more": ("CREATE INDEX ON entry (kind)", "CREATE INDEX entry_kind_idx"),
    "an index less": ("DROP INDEX access_child_position_idx", "access_child_position_idx"),
    "a function's body": (
        "CREATE OR REPLACE FUNCTION settle(instant timestamptz) RETURNS void LANGUAGE sql AS 'SELECT'",
        "function settle",
    ),
    "a function's caller": ("ALTER FUNCTION append SECURITY INVOKER", "function append"),
    "a function's search path": ("ALTER FUNCTION append RESET search_path", "function append"),
    "a function more": (
        "CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz'",
        "function now()",
    ),
    "a trigger": (
        """
        CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER swallow BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION public.nothing()
        """,
        "TRIGGER swallow",
    ),
    "a rule": ("CREATE RULE swallow AS ON INSERT TO access DO INSTEAD NOTHING", "rule swallow"),
    "row security": ("ALTER TABLE entry ENABLE ROW LEVEL SECURITY", "table entry with row security"),
    "a policy": ("CREATE POLICY few ON entry USING (position < 7)", "policy few"),
    "a right more": ("GRANT UPDATE ON entry TO {writer}", "grant UPDATE on entry to writer"),
    "a right for everybody": ("GRANT SELECT ON entry TO PUBLIC", "grant SELECT on entry to everybody"),
    "a right on a column": ("GRANT UPDATE (body) ON entry TO {writer}", "grant UPDATE on entry.body"),
    "a right less": ("REVOKE SELECT ON token FROM {reader}", "grant SELECT on token to reader"),
    "another owner": ("ALTER TABLE entry OWNER TO {writer}", "entry owned by writer"),
    "a schema's owner": ("ALTER SCHEMA {ledger} OWNER TO {writer}", "schema owned by writer"),
    "not durable": ("ALTER TABLE access SET UNLOGGED", "table access not durable"),
    "a table more": ("CREATE TABLE forged ()", "table forged"),
    "a table less": ("DROP TABLE token CASCADE", "column token.digest"),
    "a table below": ("CREATE TABLE public.more () INHERITS (entry)", "table entry inheriting"),
    "a type": ("CREATE TYPE forged AS ENUM ('x')", "type forged"),
    "the key store": (
        "ALTER TABLE {ledger}_keys.data_key ADD COLUMN clear bytea",
        "keys: column data_key.clear",
    ),
    "who reads keys": (
        "GRANT DELETE ON {ledger}_keys.data_key TO {writer}",
        "keys: grant DELETE on data_key",
    ),
}


@pytest.fixture
async def alter(database_url: str) -> AsyncIterator[Callable[[str], Awaitable[None]]]:
    """Give what a superuser does to the ledger behind its back."""
    roles = Roles.of(DEFAULT_LEDGER)
    async with a_superuser(database_url) as connection:

        async def alter(statement: str) -> None:
            await connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(DEFAULT_LEDGER)))
            names = {"ledger": DEFAULT_LEDGER, "writer": roles.writer, "reader": roles.reader}
            await connection.execute(statement.format(**names).encode())

        yield alter


async def test_a_ledger_as_it_was_made_is_sound_whoever_asks(database_url: str) -> None:
    urls = await make_ledger(database_url)
    for url in (urls.superuser, urls.writer, urls.reader):
        await check_text(url)
        await check_schema(url, DEFAULT_LEDGER)


@pytest.mark.parametrize("what", ALTERATIONS)
async def test_whatever_was_altered_is_named(
    database_url: str, alter: Callable[[str], Awaitable[None]], what: str
) -> None:
    urls = await make_ledger(database_url)
    statement, named = ALTERATIONS[what]
    await alter(statement)
    with pytest.raises(AlteredError, match="was altered") as refused:
        await check_schema(urls.superuser, DEFAULT_LEDGER)
    assert named in str(refused.value)


async def test_an_altered_ledger_is_not_opened(settings: Settings) -> None:
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        await connection.execute(
            sql.SQL("CREATE INDEX ON {} (kind)").format(sql.Identifier(settings.ledger, "entry"))
        )
    with pytest.raises(MigrationError, match="entry_kind_idx"):
        async with running(create_app(settings, clock=lambda: NOW)):
            pass


async def test_a_ledger_that_an_earlier_version_made_is_not_opened(settings: Settings) -> None:
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        older = sql.SQL("UPDATE {} SET checksum = 'other' WHERE name = '0001_ledger'")
        await connection.execute(older.format(sql.Identifier(settings.ledger, "migration")))
    with pytest.raises(MigrationError, match=r"不能使用.*cannot be used.*Begin a new ledger"):
        async with running(create_app(settings, clock=lambda: NOW)):
            pass


# As the migrations make it


async def test_the_description_is_that_of_all_migrations(database_url: str) -> None:
    assert DESCRIBED.read_text("utf-8") == await described(database_url), "after a migration: make schema"


async def test_every_ledger_is_described_alike(database_url: str) -> None:
    for ledger in ("province", "user", "position"):  # two of them words of SQL
        await migrate(database_url, ledger)
        await check_schema(database_url, ledger)


# How text is stored


@pytest.fixture
def database_with(postgres: str) -> Iterator[Callable[[str], str]]:
    """Give what makes an empty database with options of its own, and returns its address."""
    made = []
    with psycopg.connect(postgres, autocommit=True) as connection:

        def make(options: str) -> str:
            name = f"test_{uuid4().hex}"
            try:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {options}".encode())
            except psycopg.Error as error:
                pytest.skip(f"this PostgreSQL has no such locale: {error.diag.message_primary}")
            made.append(name)
            return make_conninfo(postgres, dbname=name)

        yield make
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'", "encoding is LATIN1"),
        ("ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'", "encoding is SQL_ASCII"),
        ("ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'en_US.UTF-8'", "sorts text as libc en_US"),
        ("ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'zh' LOCALE 'C.UTF-8'", "sorts text as ICU"),
    ],
    ids=lambda value: value.split("'")[1] if "'" in value else None,
)
async def test_a_database_that_stores_text_otherwise_is_not_migrated(
    database_with: Callable[[str], str], settings: Settings, options: str, said: str
) -> None:
    url = await asyncio.to_thread(database_with, options)
    elsewhere = settings.model_copy(update={"database_url": SecretStr(url)})
    with pytest.raises(WronglyStoredError, match=said) as refused:
        async with running(create_app(elsewhere, clock=lambda: NOW)):
            pass
    assert "CREATE DATABASE" in str(refused.value)
    async with await AsyncConnection.connect(url) as connection:
        assert (await connection.execute("SELECT FROM pg_namespace WHERE nspname LIKE 'test%'")).rowcount == 0


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
async def test_both_orders_of_code_points_do(database_with: Callable[[str], str], locale: str) -> None:
    options = f"ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE '{locale}'"
    await check_text(await asyncio.to_thread(database_with, options))
