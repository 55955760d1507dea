"""Rows of appending prepared entries from one process: with 32 writers, with one, and in bulk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Final
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder
from psycopg import AsyncConnection, errors, sql
from psycopg.adapt import PyFormat

from ledger.store.append import Accepted, Prepared
from tests.bench import stock
from tests.bench.bench import LEDGER, NOW, Bench
from tests.bench.contest import Duel, Row
from tests.bench.preparing import FINGERPRINT, KIND, a_sample, bundles, fresh
from tests.bench.storms import Attempt, append_all, attempts, in_threads, rate_of

SAMPLE: Final = 4000
WRITERS: Final = 32
OURS, STOCK, PLAIN = 480, 60, 240
"""How much each of 32 writers attempts in a round."""
ALONE, STOCK_ALONE = 2400, 1600
BULK, OF_A_FILE = 40_000, 100
COLUMNS: Final = (
    "recorded_at", "entry_id", "stream", "kind", "version", "type", "schema", "occurred_on", "occurred_until",
    "institution", "fingerprint", "body",
)  # fmt: skip
TYPES: Final = (
    "timestamptz", "uuid", "uuid", "text", "int4", "text", "int4", "date", "date", "uuid", "bytea", "bytea"
)  # fmt: skip
INSERT: Final = sql.SQL("INSERT INTO plain.entry ({}) VALUES ({})").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
    sql.SQL(", ").join(sql.Placeholder(format=PyFormat.BINARY) for _ in COLUMNS),
)
COPY: Final = f"COPY copied.entry (position, {', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)".encode()


def row_of(stream: UUID, entry: Prepared) -> tuple[object, ...]:
    """Return an entry as a row of the ledger's table, but for its position."""
    return (
        NOW, entry.entry_id, stream, KIND, entry.version, entry.type, entry.schema, entry.occurred_on,
        entry.occurred_until, None, FINGERPRINT, entry.body,
    )  # fmt: skip


def like_ours(server: str, schema: str, *, numbered: bool) -> None:
    """Make a table like the ledger's, with all its indexes; `numbered` lets PostgreSQL give the positions."""
    with psycopg.connect(server, autocommit=True) as connection:
        number = f"ALTER TABLE {schema}.entry ALTER position ADD GENERATED ALWAYS AS IDENTITY"
        connection.execute(f"CREATE SCHEMA {schema}".encode())
        connection.execute(f"CREATE TABLE {schema}.entry (LIKE {LEDGER}.entry INCLUDING ALL)".encode())
        if numbered:
            connection.execute(number.encode())


@asynccontextmanager
async def against_stock(bench: Bench, writers: int, ours: int, theirs: int) -> AsyncIterator[Duel]:
    """So many writers of our store against as many threads of the stock recorder."""
    sample, counts = a_sample(bench.of(SAMPLE)), (bench.of(ours), bench.of(theirs))
    async with bench.container() as container:
        environ = stock.environment(container.settings, writers)
        with stock.recorder(environ) as recorder:

            async def our_side() -> float:
                return await append_all(container.ledger.store, attempts(sample, writers, counts[0]))

            async def stock_side() -> float:
                lines = attempts(sample, writers, counts[1])
                return await asyncio.to_thread(in_threads, partial(stock.write, recorder), lines)

            yield Duel(our_side, stock_side, f"{writers} writers, {counts[0]} and {counts[1]} attempts each")


@asynccontextmanager
async def library_against_stock(bench: Bench, writers: int, ours: int, theirs: int) -> AsyncIterator[Duel]:
    """So many threads of our persistence module for the library against as many of the stock one."""
    sample, counts = a_sample(bench.of(SAMPLE)), (bench.of(ours), bench.of(theirs))
    async with bench.database() as settings:
        with (
            stock.our_recorder(bench.url(settings)) as recorder,
            stock.recorder(stock.environment(settings, writers)) as baseline,
        ):

            async def side(writing: ApplicationRecorder, each: int) -> float:
                lines = attempts(sample, writers, each)
                return await asyncio.to_thread(in_threads, partial(stock.write, writing), lines)

            yield Duel(
                partial(side, recorder, counts[0]),
                partial(side, baseline, counts[1]),
                f"{writers} threads, {counts[0]} and {counts[1]} attempts each",
            )


@asynccontextmanager
async def against_inserts(bench: Bench) -> AsyncIterator[Duel]:
    """32 writers of our store against 32 connections that insert into a like table, entry by entry."""
    sample, counts = a_sample(bench.of(SAMPLE)), (bench.of(OURS), bench.of(PLAIN))
    async with bench.container() as container, AsyncExitStack() as stack:
        server = bench.url(container.settings)
        like_ours(server, "plain", numbered=True)
        connections = [
            await stack.enter_async_context(await AsyncConnection.connect(server, autocommit=True))
            for _ in range(WRITERS)
        ]

        async def our_side() -> float:
            return await append_all(container.ledger.store, attempts(sample, WRITERS, counts[0]))

        async def insert(
            connection: AsyncConnection, line: Sequence[Attempt], rows: Sequence[Sequence[object]]
        ) -> None:
            for attempt, row in zip(line, rows, strict=True):
                try:
                    await connection.execute(INSERT, row, prepare=True)
                except errors.UniqueViolation:
                    assert attempt.stale

        async def plain_side() -> float:
            lines = attempts(sample, WRITERS, counts[1])
            rows = [[row_of(attempt.stream, attempt.entry) for attempt in line] for line in lines]
            works = [insert(*own) for own in zip(connections, lines, rows, strict=True)]
            return await rate_of(lines, works)

        yield Duel(our_side, plain_side, f"32 writers, {counts[0]} and {counts[1]} attempts each")


@asynccontextmanager
async def against_copy(bench: Bench) -> AsyncIterator[Duel]:
    """Bulk appends of our store against a binary COPY of the same entries into a like table."""
    sample, number = a_sample(bench.of(SAMPLE)), bench.of(BULK)
    async with bench.container() as container:
        server = bench.url(container.settings)
        like_ours(server, "copied", numbered=False)
        position = 0

        async def our_side() -> float:
            appends = bundles(sample, number, OF_A_FILE, bulk=True)
            began = perf_counter()
            verdicts = await container.ledger.store.append_all(appends)
            taken = perf_counter() - began
            assert all(isinstance(verdict, Accepted) for verdict in verdicts)
            return number / taken

        def copy() -> float:
            nonlocal position
            entries = list(fresh(sample, number, OF_A_FILE))
            with psycopg.connect(server, autocommit=True) as connection:
                began = perf_counter()
                with connection.cursor() as cursor, cursor.copy(COPY) as into:
                    into.set_types(["int8", *TYPES])
                    for own in entries:
                        position += 1
                        into.write_row((position, *row_of(*own)))
                return number / (perf_counter() - began)

        async def copy_side() -> float:
            return await asyncio.to_thread(copy)

        yield Duel(our_side, copy_side, f"{number} entries in appends of {OF_A_FILE} of a file")


ROWS: Final = (
    Row(
        "append-32",
        "append, 32 concurrent writers, 10 % conflicts",
        "stock recorder, 32 threads",
        20,
        "appends/s",
        partial(against_stock, writers=WRITERS, ours=OURS, theirs=STOCK),
    ),
    Row("append-insert", "the same", "one plain INSERT per connection, 32", 3, "appends/s", against_inserts),
    Row(
        "append-1",
        "append, 1 writer",
        "stock recorder, 1 thread",
        1.5,
        "appends/s",
        partial(against_stock, writers=1, ours=ALONE, theirs=STOCK_ALONE),
    ),
    Row(
        "library-32",
        "inserting by the library's recorder, 32 threads, 10 % conflicts",
        "stock recorder, 32 threads",
        5,
        "appends/s",
        partial(library_against_stock, writers=WRITERS, ours=OURS, theirs=STOCK),
    ),
    Row(
        "library-1",
        "inserting by the library's recorder, 1 thread",
        "stock recorder, 1 thread",
        1,
        "appends/s",
        partial(library_against_stock, writers=1, ours=ALONE, theirs=STOCK_ALONE),
    ),
    Row(
        "bulk",
        "storing prepared entries in bulk",
        "binary COPY, same indexes",
        0.5,
        "entries/s",
        against_copy,
    ),
)
