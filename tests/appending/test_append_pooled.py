"""A pooler between the store and the database: it lends backends, on which nothing may be left prepared."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.store.append import Accepted
from tests.support.ledgers import Urls, an_append, make_ledger, store_of
from tests.support.pooler import direct

SOCKET, PORT = ".s.PGSQL", 5432
KEY = b"K\0\0\0\x0c"
"""What comes before the number of the backend, as it is told to whoever enters."""
NAMED = b"_pg3_"
"""How psycopg begins the names of what is kept prepared."""


@asynccontextmanager
async def between(url: str, said: bytearray, *, pooler: bool) -> AsyncIterator[str]:
    """Stand between, keeping what is said to the database; a `pooler` names a backend of its own."""
    where = conninfo_to_dict(direct(url))
    host, port = Path(str(where["host"])), int(where.get("port") or PORT)

    async def pass_on(client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        server, ask = await (
            asyncio.open_unix_connection(host / f"{SOCKET}.{port}")
            if host.is_absolute()
            else asyncio.open_connection(str(host), port)
        )

        async def there() -> None:
            while asked := await client.read(65536):
                said.extend(asked)
                ask.write(asked)
            ask.close()

        async def back() -> None:
            while answered := await server.read(65536):
                before, key, after = answered.partition(KEY)
                if pooler and key:
                    answered = before + key + b"\0\0\0\7" + after[4:]
                answer.write(answered)
            answer.close()

        await asyncio.gather(there(), back())

    with TemporaryDirectory() as folder:
        async with await asyncio.start_unix_server(pass_on, Path(folder) / f"{SOCKET}.{PORT}"):
            yield make_conninfo(url, host=folder, port=PORT)


@pytest.mark.parametrize("pooler", [False, True])
async def test_append_is_kept_prepared_only_where_no_pooler_stands_between(
    database_url: str, *, pooler: bool
) -> None:
    # Given a ledger, and somebody between who passes everything on
    urls, said = await make_ledger(database_url), bytearray()
    async with (
        between(urls.writer, said, pooler=pooler) as writer,
        store_of(Urls(urls.superuser, writer, urls.reader)) as store,
    ):
        # When appends come one after the other
        verdicts = [await store.append(an_append()) for _ in range(3)]
    # Then they are stored, and the server was asked to keep the statement unless by a pooler
    assert all(isinstance(verdict, Accepted) for verdict in verdicts)
    assert b"append(" in said
    assert (NAMED in said) is not pooler
