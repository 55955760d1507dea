"""A Citus cluster for the tests: `CHILDLEDGER_TEST_CITUS` is the conninfo of its coordinator as superuser.

Who enters there makes databases on every server, the servers let one another in, and schemas are distributed
(`citus.enable_schema_based_sharding`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

CITUS: Final = os.environ.get("CHILDLEDGER_TEST_CITUS")
"""The coordinator on which the tests run, if they do."""
needs_triggers: Final = pytest.mark.skipif(CITUS is not None, reason="Citus lets no trigger stand on a table")
"""Of a test that makes a fault by a trigger."""
needs_one_server: Final = pytest.mark.skipif(CITUS is not None, reason="a cluster has no such thing to show")
"""Of a test of what does not work there (docs/scale.md), or of what Citus shows otherwise."""
on_citus: Final = pytest.mark.skipif(CITUS is None, reason="no cluster: CHILDLEDGER_TEST_CITUS names none")


def skip_where_nothing_is_copied() -> None:
    """Skip a test that copies a database, which a cluster cannot."""
    if CITUS:
        pytest.skip("a database of several servers cannot be copied")


@contextmanager
def a_distributed_database(coordinator: str) -> Iterator[str]:
    """Give the conninfo of an empty database of every server of a cluster, and drop it in the end."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(coordinator) as connection:
        own = (connection.info.host, connection.info.port)
        others = connection.execute(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' AND groupid > 0"
        ).fetchall()
    everywhere = [make_conninfo(coordinator, host=host, port=port) for host, port in (own, *others)]
    try:
        for server in everywhere:
            _say(server, "CREATE DATABASE {} TEMPLATE template0", name)
            _say(make_conninfo(server, dbname=name), "CREATE EXTENSION citus")
        with psycopg.connect(make_conninfo(coordinator, dbname=name), autocommit=True) as connection:
            connection.execute("SELECT citus_set_coordinator_host(%s, %s)", own)
            for other in others:
                connection.execute("SELECT citus_add_node(%s, %s)", other)
            _acquaint(connection)
        yield make_conninfo(coordinator, dbname=name)
    finally:
        for server in everywhere:
            _say(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _acquaint(connection: psycopg.Connection) -> None:
    """Let a new database know the roles that earlier ones made in the cluster: who owns a table is known."""
    roles = connection.execute("SELECT rolname FROM pg_roles WHERE NOT rolsuper AND rolname !~ '^pg_'")
    connection.execute("CREATE SCHEMA acquainted")
    for number, (role,) in enumerate(roles.fetchall()):
        table = sql.Identifier("acquainted", f"table_{number}")
        connection.execute(sql.SQL("CREATE TABLE {} ()").format(table))
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(table, sql.Identifier(role)))
    connection.execute("DROP SCHEMA acquainted CASCADE")


def _say(server: str, statement: LiteralString, name: str = "") -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)) if name else statement)
