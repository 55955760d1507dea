"""Pools of connections, and queries through them."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from psycopg import AsyncConnection, Error, InternalError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.rows import BaseRowFactory, Row
from psycopg_pool import AsyncConnectionPool

from domain.label import Label
from domain.limit import Area, limit
from ledger.store import arrays
from ledger.store.connecting import KEEPING_NOTHING, is_lost

PATIENCE: Final = limit(
    5,
    Area.DATABASE,
    Label("等待空闲连接的秒数", "Seconds that one who asks waits for a connection"),
    why=Label("更久则应稍后再问", "Where it takes longer, ask again later"),
    beyond="unavailable",
)
AT_ONCE = 500
"""Rows fetched before the event loop runs other tasks."""
StatementParameters: TypeAlias = Sequence[object] | Mapping[str, object]


class Pool(AsyncConnectionPool[AsyncConnection]):
    """A pool that discards a connection whose session is lost or leads to a read-only standby."""

    def __init__(self, url: str, size: int) -> None:
        """Make a closed pool of at most `size` autocommitting connections with `arrays` registered.

        Connections prepare no statements on the server, so that a pooler may be used.
        """
        super().__init__(
            url,
            kwargs={"autocommit": True} | KEEPING_NOTHING,
            configure=_configure,
            min_size=1,
            max_size=size,
            timeout=PATIENCE,
            # A later request reconnects; otherwise a pause could outlast the outage.
            reconnect_timeout=PATIENCE,
            open=False,
        )
        self.url = url

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[AsyncConnection]:  # noqa: ASYNC109 - the library's
        """Lend a connection for the block; wait for it at most `timeout` seconds."""
        lent: AsyncConnection | None = None
        try:
            async with super().connection(timeout) as lent:
                try:
                    yield lent
                except Error as error:
                    if isinstance(error, ReadOnlySqlTransaction) or is_lost(lent, error):
                        await lent.close()
                    raise
        except InternalError as error:
            # A pooler tells of a lost session twice, which psycopg expects of nobody: no SQLSTATE is named.
            if error.sqlstate is not None or lent is None or not lent.closed:
                raise
            raise OperationalError(*error.args) from error


async def _configure(connection: AsyncConnection) -> None:
    arrays.register(connection)


async def fetch(
    pool: Pool, statement: bytes, parameters: StatementParameters, row_factory: BaseRowFactory[Row]
) -> list[Row]:
    """Return the rows of a statement that is safe to repeat; repeat it once if the connection is lost."""
    async with pool.connection() as connection:
        try:
            return await _ask(connection, statement, parameters, row_factory)
        except Error as error:
            if not (isinstance(error, ReadOnlySqlTransaction) or is_lost(connection, error)):
                raise
            await connection.close()
    await pool.check()
    async with pool.connection() as connection:
        return await _ask(connection, statement, parameters, row_factory)


async def _ask(
    connection: AsyncConnection,
    statement: bytes,
    parameters: StatementParameters,
    row_factory: BaseRowFactory[Row],
) -> list[Row]:
    async with connection.cursor(binary=True, row_factory=row_factory) as cursor:
        await cursor.execute(statement, parameters)
        if not cursor.description:
            return []
        rows = await cursor.fetchmany(AT_ONCE)
        while len(rows) < cursor.rowcount:
            # Other tasks run while a long result is fetched.
            await asyncio.sleep(0)
            rows += await cursor.fetchmany(AT_ONCE)
        return rows
