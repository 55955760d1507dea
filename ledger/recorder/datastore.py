"""The recorders' access to one ledger: connections, retries, and errors translated to the library's."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

import psycopg
from eventsourcing import persistence
from psycopg import Connection, Cursor
from psycopg.sql import SQL, Composable, Identifier
from psycopg_pool import ConnectionPool

from ledger.recorder.announcer import Announcer
from ledger.store import arrays, queries
from ledger.store.connecting import KEEPING_NOTHING, is_lost

R = TypeVar("R")
RECORDER_SQL: Final = queries.load_composable("ledger.recorder", "recorder.sql")
PATIENCE: Final = 5.0
"""Seconds for which the datastore tries to reconnect."""
_PAUSE: Final = 0.05
_MOST_CONNECTIONS: Final = 10
_ERRORS: Final[dict[type, type[persistence.PersistenceError]]] = {
    psycopg.InterfaceError: persistence.InterfaceError,
    psycopg.OperationalError: persistence.OperationalError,
    psycopg.DataError: persistence.DataError,
    psycopg.IntegrityError: persistence.IntegrityError,
    psycopg.InternalError: persistence.InternalError,
    psycopg.ProgrammingError: persistence.ProgrammingError,
    psycopg.NotSupportedError: persistence.NotSupportedError,
    psycopg.DatabaseError: persistence.DatabaseError,
    psycopg.Error: persistence.PersistenceError,
}


class Datastore:
    """A ledger's schema, used as one role by several threads.

    Statements name the schema, and connections prepare none on the server, so that a pooler may be used.
    """

    def __init__(self, url: str, ledger: str) -> None:
        self.url = url
        self.ledger = ledger
        self.announcer = Announcer(url, ledger)
        self._pool = ConnectionPool(
            url,
            kwargs={"autocommit": True} | KEEPING_NOTHING,
            configure=arrays.register,
            min_size=1,
            max_size=_MOST_CONNECTIONS,
            timeout=PATIENCE,
            num_workers=1,
            open=True,
        )

    def statement(self, text: SQL, **names: Composable) -> bytes:
        """Return a statement with `{ledger}`, the schema, and other names filled in."""
        return text.format(ledger=Identifier(self.ledger), **names).as_bytes()

    def run(self, work: Callable[[Connection], R]) -> R:
        """Do work on a connection; repeat it on another one if the connection is lost.

        The work must recognise what its first attempt did. Raises the library's errors.
        """
        until = time.monotonic() + PATIENCE
        with translated():
            while True:
                connection = self._pool.getconn()
                try:
                    return work(connection)
                except psycopg.Error as error:
                    if not is_lost(connection, error) or time.monotonic() > until:
                        raise
                    connection.close()
                finally:
                    self._pool.putconn(connection)
                time.sleep(_PAUSE)

    def rows(self, statement: bytes, parameters: Any = ()) -> list[Any]:  # noqa: ANN401 - as psycopg takes them
        """Return the rows of a statement; repeat it if the connection is lost."""
        return self.run(lambda connection: connection.execute(statement, parameters, binary=True).fetchall())

    @contextmanager
    def transaction(self, schema: str) -> Iterator[Cursor]:
        """Yield a cursor of one transaction; unqualified names refer to the schema."""
        path = SQL("SET LOCAL search_path = {}, pg_temp").format(Identifier(schema))
        with translated(), self._pool.connection() as connection, connection.transaction():
            cursor = connection.cursor()
            cursor.execute(path)
            yield cursor

    def close(self) -> None:
        """Close all connections."""
        self.announcer.close()
        self._pool.close()

    def __del__(self) -> None:
        # The library does not close the factory of a view.
        with suppress(AttributeError):
            self.close()


@contextmanager
def translated() -> Iterator[None]:
    """Raise psycopg's errors as the library's of the same name."""
    try:
        yield
    except psycopg.Error as error:
        kind = next(_ERRORS[each] for each in type(error).__mro__ if each in _ERRORS)
        raise kind(str(error)) from error
