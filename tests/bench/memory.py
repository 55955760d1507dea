"""The peak memory of an import and of read models written from empty, each by processes of its own.

Memory that processes share, such as what a forked one has of the one that it was forked from, counts once.
"""

import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from api.bootstrap import open_container
from api.settings import Settings
from tests.bench.bench import Bench, now
from tests.bench.preparing import FILES_OF_A_SAMPLE, appends_of, store_all
from tests.bench.table import progress
from tests.bench.workload import Workload, lengths
from tests.support.processes import environment_of
from tests.support.registers.crowd import crowd
from tests.support.registers.paper import workbook

ENTRIES_OF_A_CHILD: Final = 36
"""What the rows of one child of the crowd become."""
CHILDREN_OF_A_REGISTER: Final = 2_000
"""With more, a workbook would have more cells than one may have."""
LOOK_SECONDS: Final = 0.1
TEN_MILLION: Final = 10_000_000
IMPORT: Final = """
import sys
from pathlib import Path
from api.cli.import_command import import_file
from api.serving import run
sys.exit(run(import_file(Path(sys.argv[1]), json=True)))
"""
REBUILD: Final = """
import asyncio
from time import perf_counter
from api.bootstrap import open_container
from api.serving import run
from api.settings import Settings
from projections import READ_MODELS
from projections.projector.generations import make

async def rebuild():
    async with open_container(Settings(), follow=False) as container:
        owner, ledger, projector = container.addresses.owner, container.ledger, container.projector
        number = await make(owner, ledger.name, READ_MODELS, projector.version, anew=True)
        began, listed = perf_counter(), []
        def told(done):
            if done >= 0.5 and not listed:
                listed.append(perf_counter())
        await projector.build(number, told)
        print((await ledger.head()).position, listed[0] - began, perf_counter() - began)
    return 0

run(rebuild())
"""


async def measured(bench: Bench, entries: int) -> str:
    """Import registers of about so many entries; rebuild the read models of as many in lives of any length.

    Return lines of the table.
    """
    async with bench.database() as settings:
        children, seconds, peak, largest = max(1, entries // ENTRIES_OF_A_CHILD), 0.0, 0.0, 0
        for first in range(0, children, CHILDREN_OF_A_REGISTER):
            with TemporaryDirectory() as folder:
                register = Path(folder) / "register.xlsx"
                some = min(CHILDREN_OF_A_REGISTER, children - first)
                register.write_bytes(workbook(*crowd(some, first=first)))
                largest = max(largest, register.stat().st_size)
                progress(f"importing {some:,} children, {first:,} of {children:,} are there")
                imported = await _alone(settings, IMPORT, str(register))
            seconds, peak = seconds + imported.seconds, max(peak, imported.peak)
    async with bench.database() as settings:
        await _fill(bench, settings, entries)
        progress(f"rebuilding the read models of {entries:,} entries")
        rebuilt = await _alone(settings, REBUILD)
    number, listed, whole = rebuilt.said[-3:]
    rates = [float(number) / float(seconds) for seconds in (listed, whole)]
    return "".join(
        (
            f"{seconds:>15.0f} {peak:>8.0f} {largest / 1e6:>12.1f}   ",
            f"{rebuilt.seconds:>16.0f} {rebuilt.peak:>8.0f}",
            "\n             rebuild: ",
            f"{rates[0]:,.0f} entries/s until all is listed, {rates[1]:,.0f} with what was known when; ",
            f"ten million, extrapolated: {_minutes(rates[0])} and {_minutes(rates[1])} min",
        )
    )


async def _fill(bench: Bench, settings: Settings, entries: int) -> None:
    """Store lives of about so many entries, some files at a time."""
    recorder, institution, first, stored = bench.recorder, bench.home.institution, 0, 0
    some = lengths(FILES_OF_A_SAMPLE)
    async with open_container(settings, now, follow=False) as container:
        while stored < entries:
            workload = Workload(some, recorder=recorder, institution=institution, first=first)
            first += len(some)
            appends = await appends_of(list(workload.entries()), container.ledger.keys)
            stored = await store_all(container.ledger.store, appends)
            progress(f"{stored:,} of {entries:,} entries are stored")


def _minutes(rate: float) -> str:
    return f"{TEN_MILLION / rate / 60:.0f}"


@dataclass(frozen=True, slots=True)
class _Run:
    """What a process said last, how long it took, and the peak in MB of it and of those that it started."""

    said: Sequence[bytes]
    seconds: float
    peak: float


async def _alone(settings: Settings, script: str, *arguments: str) -> _Run:
    """Run a script in a process of its own."""
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        *arguments,
        env=environment_of(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    seen = [0]
    watching = asyncio.create_task(_watch(process.pid, seen))
    try:
        said, errors = await process.communicate()
    finally:
        watching.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, errors.decode()
    return _Run(said.split(), perf_counter() - began, max(seen) * 1024 / 1e6)


async def _watch(process: int, seen: list[int]) -> None:
    """Note again and again how many kB a process has together with those that it started, until cancelled."""
    while True:
        seen.append(sum(map(_share, _with_children(process))))
        await asyncio.sleep(LOOK_SECONDS)


def _share(process: int) -> int:
    """Return the kB of a process, with its part of what it shares (PSS); none once it has ended."""
    with suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
        return int(found[1]) if found else 0
    return 0


def _with_children(process: int) -> Iterator[int]:
    yield process
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _with_children(int(child))
