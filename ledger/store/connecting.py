"""Connections to PostgreSQL that keep nothing there, so that a pooler may stand between.

A pooler in transaction mode lends a session for one transaction: what is prepared, set or listened to in it
is gone with the next statement, or somebody else's.
"""

from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, Connection, Error
from psycopg.errors import AdminShutdown, CannotConnectNow, CrashShutdown

KEEPING_NOTHING: Final[dict[str, Any]] = {"prepare_threshold": None}
"""Parameters of psycopg for every connection: by itself it prepares what is asked for the sixth time."""
_ENDED: Final = (AdminShutdown, CannotConnectNow, CrashShutdown)


async def connect(url: str, *, autocommit: bool = False) -> AsyncConnection:
    """Connect. Raises OperationalError."""
    return await AsyncConnection.connect(url, autocommit=autocommit, **KEEPING_NOTHING)


def connect_in_thread(url: str, *, autocommit: bool = False) -> Connection:
    """Connect in a thread that may wait. Raises OperationalError."""
    return psycopg.connect(url, autocommit=autocommit, **KEEPING_NOTHING)


def is_lost(connection: AsyncConnection | Connection, error: BaseException) -> bool:
    """Return whether an error says that the session is lost, and a new one may be asked.

    A pooler tells that the server ended the session, and closes its own end later or not at all.
    """
    return isinstance(error, _ENDED) or (connection.closed and isinstance(error, Error))


async def is_direct(connection: AsyncConnection) -> bool:
    """Return whether a connection is direct: a pooler names a process that is not `pg_backend_pid()`."""
    cursor = await connection.execute("SELECT pg_backend_pid()")
    return await cursor.fetchone() == (connection.info.backend_pid,)


def is_direct_in_thread(connection: Connection) -> bool:
    """Return the same of a connection of a thread."""
    return connection.execute("SELECT pg_backend_pid()").fetchone() == (connection.info.backend_pid,)
