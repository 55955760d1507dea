"""Ledgers of a size: a few files that can be read among all the others; and rows at two sizes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from random import Random
from time import perf_counter
from typing import Final

import psycopg

from api.bootstrap import Container, open_container
from api.settings import Settings
from tests.bench.appends import COLUMNS as OF_A_ROW
from tests.bench.appends import SAMPLE, TYPES, WRITERS, row_of
from tests.bench.bench import LEDGER, Bench, now
from tests.bench.contest import Duel, Row, Side
from tests.bench.preparing import a_sample, appends_of, fresh, store_all
from tests.bench.reading import reader, status_read
from tests.bench.storms import append_all, attempts
from tests.bench.workload import Workload

FILES, LENGTH = 40, 100
"""Files that can be read, and the entries of each."""
SMALL, LARGE = 10_000, 1_000_000
EACH: Final = 240
READS: Final = 60
SHOWN_EVERY: Final = 100_000
INTO: Final = f"COPY {LEDGER}.entry (position, {', '.join(OF_A_ROW)}) FROM STDIN (FORMAT BINARY)".encode()
MOVE: Final = f"UPDATE {LEDGER}.head SET position = %s, recorded_at = %s".encode()  # noqa: S608 - our own words
TIDY: Final = f"VACUUM (ANALYZE) {LEDGER}.entry".encode()

Progress = Callable[[int], None]


def readable(bench: Bench) -> Workload:
    """Return the files that can be read."""
    lengths = [LENGTH] * bench.of(FILES)
    return Workload(lengths, recorder=bench.recorder, institution=bench.home.institution)


async def fill(bench: Bench, settings: Settings, entries: int, progress: Progress = lambda _: None) -> None:
    """Fill an empty ledger: the files that can be read through its store, all else by its owner, in bulk."""
    async with open_container(settings, now, follow=False) as container:
        await store_all(
            container.ledger.store, await appends_of(list(readable(bench).entries()), container.ledger.keys)
        )
    await asyncio.to_thread(_pad, bench.url(settings), entries, progress)


def _pad(server: str, entries: int, progress: Progress) -> None:
    """Add entries of real sizes, 100 a stream, behind those that are there, up to so many in all."""
    sample = a_sample(SAMPLE)
    with psycopg.connect(server, autocommit=True) as connection:
        row = connection.execute(f"SELECT position, recorded_at FROM {LEDGER}.head".encode()).fetchone()  # noqa: S608 - our own words
        assert row is not None
        position, moment = row
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy(INTO) as into:
                into.set_types(["int8", *TYPES])
                for stream, entry in fresh(sample, max(0, entries - position), LENGTH):
                    position += 1
                    moment += timedelta(microseconds=1)
                    into.write_row((position, moment, *row_of(stream, entry)[1:]))
                    if position % SHOWN_EVERY == 0:
                        progress(position)
            cursor.execute(MOVE, [position, moment])
        connection.execute(TIDY)
        connection.execute(b"CHECKPOINT")


@asynccontextmanager
async def at_both_sizes(
    bench: Bench, side: Callable[[Bench, Container], Side], scale: str
) -> AsyncIterator[Duel]:
    """The same work on a large ledger and on a small one."""
    small, large = bench.of(SMALL), bench.of(LARGE)
    async with AsyncExitStack() as stack:
        tenants = []
        for entries in (large, small):
            settings = await stack.enter_async_context(bench.database())
            await fill(bench, settings, entries)
            tenants.append(await stack.enter_async_context(open_container(settings, now, follow=False)))
        ours, baseline = (side(bench, container) for container in tenants)
        yield Duel(ours, baseline, f"{large} and {small} entries, {LENGTH} a file; {scale}")


def appending(bench: Bench, container: Container) -> Side:
    """Return a round of 32 writers."""
    sample, each = a_sample(bench.of(SAMPLE)), bench.of(EACH)

    async def append() -> float:
        return await append_all(container.ledger.store, attempts(sample, WRITERS, each))

    return append


def status_reading(bench: Bench, container: Container) -> Side:
    """Return a round of status reads of files that are not at hand."""
    files = _files(bench)

    async def read() -> float:
        actor = await reader(container, bench.token)
        chosen = [next(files) for _ in range(bench.of(READS))]
        began = perf_counter()
        for child in chosen:
            await status_read(container, actor, readable(bench).stream(child))
        return len(chosen) / (perf_counter() - began)

    return read


def _files(bench: Bench) -> Iterator[int]:
    random, files = Random(LENGTH), bench.of(FILES)  # noqa: S311 - nothing here is a secret
    while True:
        yield random.randrange(files)


ROWS: Final = (
    Row(
        "million-append",
        "append at 1,000,000 entries",
        "append at 10,000",
        0.8,
        "appends/s",
        partial(at_both_sizes, side=appending, scale=f"{WRITERS} writers"),
    ),
    Row(
        "million-read",
        "status read at 1,000,000 entries",
        "status read at 10,000",
        0.8,
        "reads/s",
        partial(at_both_sizes, side=status_reading, scale="files not at hand, noted in the access log"),
    ),
)
