"""`make bench-scale`: latencies as the ledger grows, memory as registers grow, and lists as children do."""

from collections.abc import Awaitable, Sequence
from shutil import disk_usage
from statistics import quantiles
from time import perf_counter
from typing import Final

import psycopg

from api.bootstrap import Container, open_container
from ledger.store.append import Accepted, Append
from tests.bench.bench import Bench, furnished, now
from tests.bench.growth import LENGTH, fill, readable
from tests.bench.many_children import measure_questions
from tests.bench.memory import measured
from tests.bench.preparing import a_sample
from tests.bench.reading import reader, status_read
from tests.bench.storms import attempts, rate_of
from tests.bench.table import facts, progress, say

SIZES: Final = (10_000, 1_000_000, 10_000_000)
BYTES_OF_AN_ENTRY: Final = 1500
"""On disk, with its place in each index."""
BESIDES: Final = 3_000_000_000
"""Bytes of the cluster itself and its write-ahead log."""
APPENDS: Final = {1: 2000, 32: 100}
"""Appends that each writer makes, by how many writers there are."""
READS: Final = 400


async def measure(sizes: Sequence[int], memory: Sequence[int], children: Sequence[int]) -> int:
    """Measure and print everything, size by size; what the disk cannot hold is said and left out."""
    async with furnished(1) as bench:
        say(", ".join(f"{name} {fact}" for name, fact in facts(bench).items()) + "\n")
        say(
            "entries       append, 1 writer: p50  p99 ms   32 writers: p50  p99 ms   status read: p50  p99 ms"
        )
        for entries in sizes:
            lacking = _lacking(bench, entries)
            say(f"{entries:>11,}   {lacking or await _latencies(bench, entries)}")
        say("\nentries       import: seconds  peak MB  largest MB   rebuild: seconds  peak MB")
        for entries in memory:
            lacking = _lacking(bench, entries)
            say(f"{entries:>11,}   {lacking or await measured(bench, entries)}")
        await measure_questions(bench, children)
    return 0


def _lacking(bench: Bench, entries: int) -> str | None:
    """Say that the disk is too small for so many entries, where it is."""
    with psycopg.connect(bench.server) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    free, needed = disk_usage(row[0]).free, entries * BYTES_OF_AN_ENTRY + BESIDES
    if free >= needed:
        return None
    return f"not measured: needs {needed / 1e9:.0f} GB of disk, {free / 1e9:.0f} GB are free"


async def _latencies(bench: Bench, entries: int) -> str:
    async with bench.database() as settings:
        began = perf_counter()
        await fill(bench, settings, entries, lambda position: progress(f"{position:,} entries"))
        progress(f"{entries:,} entries in {perf_counter() - began:.0f} s")
        async with open_container(settings, now, follow=False) as container:
            found = [await _appends(container, writers, each) for writers, each in APPENDS.items()]
            return "   ".join([*found, await _reads(bench, container)])


async def _appends(container: Container, writers: int, each: int) -> str:
    """Return the latency of so many writers' appends, none of which conflicts."""
    lines = [
        [attempt.append for attempt in line if not attempt.stale]
        for line in attempts(a_sample(1000), writers, each)
    ]
    taken: list[float] = []

    async def write(line: Sequence[Append]) -> None:
        for append in line:
            verdict = await _timed(container.ledger.store.append(append), taken)
            assert isinstance(verdict, Accepted)

    await rate_of(lines, [write(line) for line in lines])
    return _spread(taken)


async def _reads(bench: Bench, container: Container) -> str:
    """Return the latency of status reads, file after file, none of them at hand."""
    files, workload = bench.of(len(readable(bench).lengths)), readable(bench)
    actor = await reader(container, bench.token)
    taken: list[float] = []
    for number in range(READS):
        child = workload.stream(number % files)
        await _timed(status_read(container, actor, child), taken)
    return f"{_spread(taken)}   (files of {LENGTH})"


async def _timed(work: Awaitable[object], taken: list[float]) -> object:
    began = perf_counter()
    answer = await work
    taken.append(perf_counter() - began)
    return answer


def _spread(seconds: Sequence[float]) -> str:
    """Return the median and the 99th percentile in milliseconds, as the table shows them."""
    cuts = quantiles(seconds, n=100)
    return f"{1000 * cuts[49]:>21.2f} {1000 * cuts[98]:>8.2f}"
