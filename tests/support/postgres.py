"""A real PostgreSQL for every test process, and an empty database for every test that asks for one."""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.postgres.embedded import Server, embedded
from tests.support.citus import CITUS, a_distributed_database, skip_where_nothing_is_copied
from tests.support.folders import a_folder
from tests.support.pooler import POOLED, direct, pooled

DEBIAN_PROGRAMS = "/usr/lib/postgresql/{major}/bin"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - what is made there has a name of its own and no other reader
ROOM: Final = 6 * 2**30
"""Bytes that must be free in memory, for a cluster of each test process with its log."""
EMPTY: Final = "template0"
"""The database whose copy is empty."""
SCRAM_ITERATIONS_SINCE = 160_000
"""The version of PostgreSQL, as a number, from which a password may be quick to check."""
_MAKING: Final[dict[str, psycopg.Connection]] = {}
"""The session of each server in which this process makes databases and drops them: one, not one a test."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the conninfo of a server where a superuser may make databases and roles, one a test process.

    `CHILDLEDGER_DATABASE_URL` or `CHILDLEDGER_TEST_CITUS` when set; else a throw-away cluster of the system's
    PostgreSQL when `CHILDLEDGER_TEST_POSTGRES` names its major version; else one of the embedded PostgreSQL.
    With `CHILDLEDGER_TEST_POOLER`, a pooler stands before a throw-away cluster.
    """
    with _a_server() as url:
        yield url
        for connection in _MAKING.values():
            connection.close()
        _MAKING.clear()


@contextmanager
def _a_server() -> Iterator[str]:
    given = os.environ.get("CHILDLEDGER_DATABASE_URL") or CITUS
    if given:
        yield given
        return
    major = os.environ.get("CHILDLEDGER_TEST_POSTGRES")
    with thrown_away(Path(DEBIAN_PROGRAMS.format(major=major)) if major else None) as server:
        if not POOLED:
            yield server.url
            return
        with pooled(server.url) as url:
            yield url


def fastest_folder() -> Path | None:
    """Return the folder in memory, if there is room; None leaves the choice to the system."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM else None


@contextmanager
def thrown_away(programs: Path | None = None) -> Iterator[Server]:
    """Serve a cluster that is thrown away, in a folder of its own: in memory, where there is room.

    A database has some thousand files, which a disk's file system makes and removes at ten times the cost.
    """
    with (
        a_folder(parent=fastest_folder()) as folder,
        embedded(folder, programs=programs, durable=False) as server,
    ):
        _let_in_quickly(server)
        yield server


def _let_in_quickly(server: Server) -> None:
    """Let a connection cost less, where PostgreSQL can: a test makes dozens.

    Whoever began to come in and goes on to nothing is put out: until then no database can be dropped.
    """
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET authentication_timeout = '15s'")
        if connection.info.server_version >= SCRAM_ITERATIONS_SINCE:
            connection.execute("ALTER SYSTEM SET scram_iterations = 1")
        connection.execute("SELECT pg_reload_conf()")


def _making(postgres: str) -> psycopg.Connection:
    """Return this process's session in which databases are made and dropped: a superuser's, not pooled."""
    connection = _MAKING.get(postgres)
    if connection is None or connection.closed:
        connection = _MAKING[postgres] = psycopg.connect(direct(postgres), autocommit=True)
    return connection


def _drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a test's database, whoever is still in it.

    The server waits for who is still coming in. So does a connection of this process whose opening was
    cancelled, until it is collected.
    """
    statement = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
    try:
        connection.execute("SET statement_timeout = '1s'")
        connection.execute(statement)
        connection.execute("SET statement_timeout = 0")
    except psycopg.errors.QueryCanceled:
        gc.collect()
        connection.execute("SET statement_timeout = 0")
        connection.execute(statement)


@contextmanager
def copied(postgres: str, template: str) -> Iterator[str]:
    """Give the conninfo of a copy of a database, entered as superuser, and drop it in the end.

    Its files are copied as they are, which is quicker than to write each page anew and into the log.
    """
    if CITUS:
        if template != EMPTY:
            skip_where_nothing_is_copied()
        with a_distributed_database(postgres) as url:
            yield url
        return
    name = f"test_{uuid4().hex}"
    copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
    # A pooler keeps sessions that nobody uses.
    _making(postgres).execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [template]
    )
    _making(postgres).execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
    yield make_conninfo(postgres, dbname=name)
    _drop(_making(postgres), name)


@pytest.fixture
def database_url(postgres: str) -> Iterator[str]:
    """Give the conninfo of an empty database of the test's own, entered as superuser."""
    with copied(postgres, EMPTY) as url:
        yield url
