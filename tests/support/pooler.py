"""A real PgBouncer before a test's PostgreSQL, which lends a session for one transaction and no longer."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.postgres.cluster import unprivileged
from tests.support.folders import a_folder
from tests.support.waiting import until_now

PROGRAM: Final = "/usr/sbin/pgbouncer"
POOLED: Final = "CHILDLEDGER_TEST_POOLER" in os.environ
"""Whether the tests' PostgreSQL is behind it."""
needs_sessions: Final = pytest.mark.skipif(POOLED, reason="what one session keeps, no pooler passes on")
PORT: Final = 6432
"""The port that names the socket in its folder."""
SETTINGS: Final = """
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {own_port}
pool_mode = transaction
auth_type = scram-sha-256
auth_file = {folder}/users
auth_user = {user}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
default_pool_size = 10
max_client_conn = 2000
max_db_connections = 40
server_idle_timeout = 5
"""
_BEHIND: Final[dict[str, dict[str, str | int]]] = {}
"""The server of each pooler, by the folder of its socket."""


def direct(url: str) -> str:
    """Return the conninfo of a server without its pooler, if there is one: for a session of one's own."""
    return make_conninfo(url, **_BEHIND.get(str(conninfo_to_dict(url).get("host")), {}))


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """Give the conninfo of a server through a pooler; `url` enters it as superuser, without one."""
    entered = conninfo_to_dict(url)
    with psycopg.connect(url) as connection:
        user, password = connection.info.user, connection.info.password
        server: dict[str, str | int] = {"host": connection.info.host, "port": connection.info.port}
    with a_folder("childledger-pooler-") as folder:
        (folder / "users").write_text(f'"{user}" "{password}"\n', "utf-8")
        settings = folder / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(**server, folder=folder, own_port=PORT, user=user), "utf-8")
        account = unprivileged()
        if account is not None:
            for path in (folder, folder / "users", settings):
                shutil.chown(path, account.pw_uid)
        with (
            (folder / "log").open("wb") as log,
            subprocess.Popen(
                [PROGRAM, str(settings)],
                stdout=log,
                stderr=log,
                user=None if account is None else account.pw_uid,
                group=None if account is None else account.pw_gid,
            ) as pooler,
        ):
            try:
                through = make_conninfo("", **(entered | {"host": str(folder), "port": PORT}))
                until_now(lambda: _accepts(through))
                _BEHIND[str(folder)] = server
                yield through
            finally:
                _BEHIND.pop(str(folder), None)
                pooler.terminate()


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
