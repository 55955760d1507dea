"""Least privilege: whoever serves requests can add to the ledger and read it, and do nothing else to it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import AsyncConnection, errors, sql

from api.bootstrap import open_container
from api.settings import Settings
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.roles import Roles
from ledger.store.append import Accepted, Stale
from tests.support.citus import CITUS
from tests.support.ledgers import Urls, an_append, make_ledger, store_of
from tests.support.pooler import direct

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
                " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)"
            )
        assert reader.execute("SELECT position FROM head").fetchall() == [(0,)]
        assert reader.execute("SELECT count(*) FROM entry").fetchall() == [(0,)]


def test_what_is_kept_of_passwords_only_who_checks_them_reads(urls: Urls) -> None:
    with psycopg.connect(urls.reader, autocommit=True) as reader:
        reader.execute("SELECT login, member, name, password_set_at FROM login")
        for statement in ("SELECT password FROM login", "SELECT * FROM login", "SELECT * FROM sign_in_try"):
            with pytest.raises(errors.InsufficientPrivilege):
                reader.execute(statement.encode())


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


def test_the_owner_cannot_log_in_and_is_no_superuser(urls: Urls) -> None:
    """But for the servers of a cluster, which enter one another as the owner."""
    with psycopg.connect(urls.superuser) as superuser:
        owner = superuser.execute(
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s",
            [Roles.of(DEFAULT_LEDGER).owner],
        )
        assert owner.fetchall() == [(CITUS is not None, False, False, False)]


async def test_tables_of_the_writers_own_do_not_mislead_append(urls: Urls) -> None:
    """Temporary tables come first in a search path that does not say otherwise."""
    async with await AsyncConnection.connect(direct(urls.writer), autocommit=True) as writer:
        await writer.execute(
            "CREATE TEMPORARY TABLE head (one boolean, position bigint, recorded_at timestamptz)"
        )
        await writer.execute("INSERT INTO head VALUES (true, 41, now())")
        await writer.execute("SET search_path = pg_temp, childledger")
        child = "00000000-0000-4000-8000-000000000001"
        position = await writer.execute(
            """
            SELECT first_position FROM childledger.append(
                '{1}', %(ids)s, %(ids)s, '{child}', '{1}', '{ChildReceived}', '{1}', '{2024-03-05}',
                '{2024-03-05}', '{null}', '{null}', '{body}', '{}', '{}', '{}', '{}', '{}',
                false)
            """,
            {"ids": f"{{{child}}}"},
        )
        assert await position.fetchall() == [(1,)]


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

    async with await AsyncConnection.connect(one.reader, autocommit=True) as reader:
        for table in ("prefecture.entry", "prefecture_keys.data_key"):
            with pytest.raises(errors.InsufficientPrivilege):
                await reader.execute(f"SELECT FROM {table}".encode())


# Everything there is

SUBSTANCE = {
    "entry",
    "head",
    "migration",
    "data_key",
    "institution",
    "member",
    "token",
    "login",
    "access",
    "access_head",
    "epoch",
    "log",
    "log_tile",
}
"""Tables that hold what was recorded and who may enter; what else there is can be made anew."""
WRITES = {
    "writer": {
        ("INSERT", "data_key"),
        ("INSERT", "institution"),
        ("INSERT", "member"),
        ("INSERT", "token"),
        ("INSERT", "login"),
        ("INSERT", "identity_link"),
        ("DELETE", "identity_link"),
        ("LOCK", "identity_link"),
        ("INSERT", "second_factor"),
        ("DELETE", "second_factor"),
        ("LOCK", "second_factor"),
        ("INSERT", "sign_in_try"),
        ("DELETE", "sign_in_try"),
        ("LOCK", "sign_in_try"),
        ("INSERT", "mail_address"),
        ("DELETE", "mail_address"),
        ("LOCK", "mail_address"),
        ("INSERT", "sent_digest"),
        ("DELETE", "sent_digest"),
        ("LOCK", "sent_digest"),
        ("INSERT", "search_ticket"),
        ("DELETE", "search_ticket"),
        ("LOCK", "search_ticket"),
        ("INSERT", "kept_form"),
        ("DELETE", "kept_form"),
        ("LOCK", "kept_form"),
        ("INSERT", "shown_page"),
        ("DELETE", "shown_page"),
        ("LOCK", "shown_page"),
        ("INSERT", "recorded_type"),
        ("INSERT", "issued_report"),
        ("INSERT", "import_job"),
        ("DELETE", "import_job"),
        ("LOCK", "import_job"),
    },
    "reader": {
        ("INSERT", "walked_part"),
        ("INSERT", "stopped_file"),
        ("DELETE", "stopped_file"),
        ("LOCK", "stopped_file"),
    },
}
"""What each may do beside reading; columns that end a token or set a password are a grant of their own.

What somebody searched for, sent too late or imported, is forgotten again. The reader writes the read models,
in schemas of their own, and in the ledger's how far they are built and which files stopped one.
"""


def tables_of(superuser: psycopg.Connection, ledger: str) -> list[tuple[str, str]]:
    """Every table of a ledger's schemas, read models apart, so that a new one is tried by itself."""
    found = superuser.execute(
        """
        SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p')
        """,
        [[ledger, f"{ledger}_keys"]],
    ).fetchall()
    assert {name for _, name in found} >= SUBSTANCE
    return found


def attempts(schema: str, table: str) -> Iterator[tuple[str, sql.Composed]]:
    """Every way to change a table."""
    for kind, statement in (
        ("UPDATE", "UPDATE {table} SET {column} = NULL WHERE false"),
        ("DELETE", "DELETE FROM {table} WHERE false"),
        ("TRUNCATE", "TRUNCATE {table}"),
        ("DROP", "DROP TABLE {table}"),
        ("ALTER", "ALTER TABLE {table} ADD COLUMN forged text"),
        ("OWNER", "ALTER TABLE {table} OWNER TO CURRENT_USER"),
        (
            "TRIGGER",
            "CREATE TRIGGER forged BEFORE INSERT ON {table} EXECUTE FUNCTION tsvector_update_trigger()",
        ),
        ("RULE", "CREATE RULE forged AS ON INSERT TO {table} DO INSTEAD NOTHING"),
        ("POLICY", "CREATE POLICY forged ON {table}"),
        ("INDEX", "CREATE INDEX ON {table} (({column} IS NULL))"),
        ("INSERT", "INSERT INTO {table} ({column}) SELECT NULL WHERE false"),
        ("LOCK", "DO $$ BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; END $$"),
    ):
        own = sql.Identifier(schema, table)
        yield kind, sql.SQL(statement).format(table=own, column=sql.SQL("{column}"))


def refused(connection: psycopg.Connection, statement: str) -> bool:
    """Tell whether a statement is refused for want of a privilege; another error fails the test."""
    try:
        connection.execute(statement.encode())
    except errors.InsufficientPrivilege:
        return True
    return False


def tamper(connection: psycopg.Connection, superuser: psycopg.Connection, ledger: str, role: str) -> None:
    """Try everything on every table; whatever is not said to be allowed must be refused."""
    done = set()
    for schema, table in tables_of(superuser, ledger):
        columns = superuser.execute(
            """
            SELECT attname FROM pg_attribute
             WHERE attrelid = format('%%I.%%I', %s::text, %s::text)::regclass AND attnum > 0
               AND attidentity = '' ORDER BY attnum
            """,
            [schema, table],
        ).fetchall()
        for kind, attempt in attempts(schema, table):
            statement = attempt.as_string(connection).replace("{column}", f'"{columns[0][0]}"')
            if not refused(connection, statement):
                done.add((kind, table))
    assert done == WRITES[role]


TRICKS = [
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "GRANT {owner} TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "CREATE SCHEMA mine",
    "CREATE TABLE {ledger}.mine ()",
    "CREATE TABLE {keys}.mine ()",
    "CREATE TABLE public.mine ()",
    "CREATE FUNCTION {ledger}.clock_timestamp() RETURNS timestamptz AS 'SELECT now()' LANGUAGE sql",
    "CREATE OR REPLACE FUNCTION {ledger}.settle(timestamptz) RETURNS void AS '' LANGUAGE sql",
    "CREATE FUNCTION public.mine() RETURNS void AS '' LANGUAGE sql",
    "CREATE OPERATOR {ledger}.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = uuid_ne)",
    "ALTER FUNCTION {ledger}.settle SET search_path = pg_temp",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT ALL ON TABLES TO PUBLIC",
    "CREATE EXTENSION dblink",
    "CREATE EVENT TRIGGER forged ON ddl_command_end EXECUTE FUNCTION tsvector_update_trigger()",
    "CREATE PUBLICATION forged FOR ALL TABLES",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT rolpassword FROM pg_authid",
    "ALTER SYSTEM SET fsync = off",
    "SELECT pg_reload_conf()",
    "SET session_replication_role = replica",
]


def trick(connection: psycopg.Connection, ledger: str) -> None:
    """Try to become somebody else, to make something, to mislead what runs as the owner, to read files."""
    names = {"owner": f"{ledger}_owner", "ledger": ledger, "keys": f"{ledger}_keys"}
    tried = [
        sql.SQL(each).format(**{key: sql.Identifier(name) for key, name in names.items()}) for each in TRICKS
    ]
    done = [
        each.as_string(connection) for each in tried if not refused(connection, each.as_string(connection))
    ]
    assert done == []


@pytest.mark.parametrize("role", ["writer", "reader"])
def test_whatever_table_there_is_neither_writer_nor_reader_can_tamper_with_it(urls: Urls, role: str) -> None:
    with (
        psycopg.connect(urls.superuser, autocommit=True) as superuser,
        psycopg.connect(getattr(urls, role), autocommit=True) as connection,
    ):
        tamper(connection, superuser, DEFAULT_LEDGER, role)
        trick(connection, DEFAULT_LEDGER)


async def test_in_embedded_mode_the_credentials_of_a_served_ledger_cannot_tamper(data: Path) -> None:
    """With the addresses by which it works itself, and the passwords that it keeps in DATA."""

    def tampered(owner: str, address: str, role: str) -> None:
        with (
            psycopg.connect(owner, autocommit=True) as superuser,
            psycopg.connect(address, autocommit=True) as connection,
        ):
            tamper(connection, superuser, DEFAULT_LEDGER, role)
            trick(connection, DEFAULT_LEDGER)

    async with open_container(Settings(data=data), follow=False) as container:
        for role in ("writer", "reader"):
            owner, address = container.addresses.owner or "", container.addresses.of(role) or ""
            await asyncio.to_thread(tampered, owner, address, role)


def test_what_runs_as_the_owner_looks_nowhere_but_in_its_own_schema(urls: Urls) -> None:
    """Nobody but the owner can put anything there, and temporary things come last or not at all."""
    with psycopg.connect(urls.superuser) as superuser:
        definers = superuser.execute("""
            SELECT p.proname, p.proconfig FROM pg_proc p
             WHERE p.prosecdef AND p.pronamespace = 'childledger'::regnamespace
        """).fetchall()
    assert {name for name, _ in definers} >= {"append", "settle"}
    for name, settings in definers:
        (path,) = [each for each in settings if each.startswith("search_path=")]
        assert path == "search_path=childledger, pg_temp", name
