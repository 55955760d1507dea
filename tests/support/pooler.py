"""A real PgBouncer before a test's PostgreSQL, which lends a session for one transaction and no longer."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.postgres.cluster import unprivileged
from tests.support.folders import a_folder
from tests.support.waiting import until_now

PROGRAM: Final = "/usr/sbin/pgbouncer"
PORT: Final = 6432
"""The port that names the socket in its folder."""
SETTINGS: Final = """
[databases]
* = host={host}
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
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


@contextmanager
def pooled(url: str) -> Iterator[str]:
    """Give the conninfo of a server through a pooler; `url` enters it as superuser, without one."""
    entered = conninfo_to_dict(url)
    with psycopg.connect(url) as connection:
        user, password = connection.info.user, connection.info.password
        host = f"{connection.info.host} port={connection.info.port}"
    with a_folder("childledger-pooler-") as folder:
        (folder / "users").write_text(f'"{user}" "{password}"\n', "utf-8")
        settings = folder / "pgbouncer.ini"
        settings.write_text(SETTINGS.format(host=host, folder=folder, port=PORT, user=user), "utf-8")
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
                yield through
            finally:
                pooler.terminate()


def _accepts(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
