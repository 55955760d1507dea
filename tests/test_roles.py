"""Least privilege: whoever serves requests can add to the ledger and read it, and do nothing else to it."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from ledger.migrate import DEFAULT_LEDGER, Roles
from ledger.store import Accepted, Stale
from tests.ledgers import Urls, an_append, make_ledger, store_of

ENTRY = """
    INSERT INTO entry (position, recorded_at, entry_id, stream, kind, version, type, schema, occurred_until,
                       body)
    VALUES (2, now(), gen_random_uuid(), gen_random_uuid(), 'child', 1, 'ChildDied', 1, now(), 'forged')
"""
TAMPERING = [
    ENTRY,
    "UPDATE entry SET body = 'forged'",
    "DELETE FROM entry",
    "TRUNCATE entry",
    "DROP TABLE entry",
    "ALTER TABLE entry ADD COLUMN forged text",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "CREATE INDEX ON entry (kind)",
    "COPY entry FROM STDIN",
    "DO $$ BEGIN LOCK TABLE entry IN EXCLUSIVE MODE; END $$",
    "INSERT INTO head (position) VALUES (0)",
    "UPDATE head SET position = 0",
    "DELETE FROM head",
    "TRUNCATE head",
    "DROP TABLE head",
    "SELECT FROM head FOR UPDATE",
    "DROP FUNCTION append",
    "ALTER FUNCTION append SECURITY INVOKER",
    "DROP FUNCTION settle",
    "UPDATE migration SET checksum = 'forged'",
    "DELETE FROM migration",
    "UPDATE data_key SET wrapped = 'forged'",
    "DELETE FROM data_key",
    "TRUNCATE data_key",
    "DROP TABLE data_key",
    f"CREATE TABLE {DEFAULT_LEDGER}.mine ()",
    f"DROP SCHEMA {DEFAULT_LEDGER} CASCADE",
    f"ALTER SCHEMA {DEFAULT_LEDGER} RENAME TO forged",
    f"SET ROLE {DEFAULT_LEDGER}_owner",
    "CREATE ROLE somebody",
]


@pytest.fixture
async def urls(database_url: str) -> Urls:
    return await make_ledger(database_url)


@pytest.fixture(params=["writer", "reader"])
def role(urls: Urls, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    with psycopg.connect(getattr(urls, request.param), autocommit=True) as connection:
        yield connection


def test_neither_writer_nor_reader_can_tamper(role: psycopg.Connection) -> None:
    for statement in TAMPERING:
        with pytest.raises(errors.InsufficientPrivilege):
            role.execute(statement.encode())


def test_the_reader_reads_and_nothing_else(urls: Urls) -> None:
    with psycopg.connect(urls.reader, autocommit=True) as reader:
        for statement in (
            "SELECT settle(now())",
            "INSERT INTO data_key VALUES (gen_random_uuid(), 'identity', 'forged')",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(statement.encode())
        with pytest.raises(errors.InsufficientPrivilege, match="append"):
            reader.execute(
                "SELECT append(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
                " NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
            )
        assert reader.execute("SELECT position FROM head").fetchall() == [(0,)]
        assert reader.execute("SELECT count(*) FROM entry").fetchall() == [(0,)]


def test_the_writer_reads_no_entries(urls: Urls) -> None:
    with psycopg.connect(urls.writer) as writer, pytest.raises(errors.InsufficientPrivilege):
        writer.execute("SELECT body FROM entry")


def test_writer_and_reader_own_nothing(urls: Urls, role: psycopg.Connection) -> None:
    owned = role.execute("""
        SELECT FROM pg_class WHERE relowner = current_user::regrole
        UNION ALL SELECT FROM pg_proc WHERE proowner = current_user::regrole
        UNION ALL SELECT FROM pg_namespace WHERE nspowner = current_user::regrole
    """)
    assert owned.rowcount == 0


def test_the_owner_can_not_log_in_and_is_no_superuser(urls: Urls) -> None:
    with psycopg.connect(urls.superuser) as superuser:
        owner = superuser.execute(
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s",
            [Roles.of(DEFAULT_LEDGER).owner],
        )
        assert owner.fetchall() == [(False, False, False, False)]


async def test_tables_of_the_writers_own_do_not_mislead_append(urls: Urls) -> None:
    """Temporary tables come first in a search path that does not say otherwise."""
    with psycopg.connect(urls.writer, autocommit=True) as writer:
        writer.execute("CREATE TEMPORARY TABLE head (one boolean, position bigint, recorded_at timestamptz)")
        writer.execute("INSERT INTO head VALUES (true, 41, now())")
        writer.execute("SET search_path = pg_temp, childledger")
        child = "00000000-0000-4000-8000-000000000001"
        position = writer.execute(
            """
            SELECT first_position FROM childledger.append(
                '{1}', %(ids)s, %(ids)s, '{child}', '{1}', '{ChildReceived}', '{1}', '{2024-03-05}',
                '{2024-03-05}', '{null}', '{null}', '{body}', '{}', '{}', '{}', false)
            """,
            {"ids": f"{{{child}}}"},
        )
        assert position.fetchall() == [(1,)]


async def test_whatever_the_role_the_store_works(urls: Urls) -> None:
    append = an_append()
    async with store_of(urls) as store:
        assert isinstance(await store.append(append), Accepted)
        assert await store.append(an_append(append.stream)) == Stale(1)
        assert len(await store.stream(append.stream)) == 1


async def test_ledgers_of_one_database_are_apart(database_url: str) -> None:
    one, other = [await make_ledger(database_url, name) for name in ("province", "prefecture")]
    async with store_of(one, "province") as province, store_of(other, "prefecture") as prefecture:
        await province.append_all([an_append() for _ in range(3)])
        await prefecture.append(an_append())
        assert (await province.head()).position == 3
        assert (await prefecture.head()).position == 1

    with psycopg.connect(one.reader, autocommit=True) as reader:
        for table in ("prefecture.entry", "prefecture_keys.data_key"):
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(f"SELECT FROM {table}".encode())
