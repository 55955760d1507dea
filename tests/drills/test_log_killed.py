"""A process that lets the log of accesses grow may be killed at any moment: the next goes on with it."""

import asyncio
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.log.checkpoint import Checkpoint
from ledger.log.tree import is_consistent
from tests.support.drills import KILLS
from tests.support.ledgers import make_ledger
from tests.support.noted_accesses import opened_accesses

KEEPER = """
import asyncio, sys
from pathlib import Path
from ledger.log.checkpoint import Checkpoint
from tests.support.ledgers import Urls
from tests.support.noted_accesses import opened_accesses

async def reading(noted):
    while True:
        await noted.read()

async def growing(noted):
    while True:
        await noted.log.catch_up()
        note = await noted.log.published()
        print(*Checkpoint.read(note.text).text.split(), flush=True)

async def main():
    async with opened_accesses(Urls(*sys.argv[2:]), Path(sys.argv[1])) as noted:
        await noted.read()
        await asyncio.gather(growing(noted), *(reading(noted) for _ in range(4)))

asyncio.run(main())
"""


@pytest.mark.drill
async def test_the_log_of_accesses_goes_on_from_what_a_killed_process_had_signed(
    database_url: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    urls = await make_ledger(database_url)
    moments = random.Random(7)  # noqa: S311 - when it is killed is no secret
    published: list[Checkpoint] = []
    for _ in range(KILLS):
        # Given a process that notes accesses and lets their log grow without pause
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            KEEPER,
            str(tmp_path),
            urls.superuser,
            urls.writer,
            urls.reader,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        lines = [await process.stdout.readline()]
        # When it is killed in the middle of it
        await asyncio.sleep(moments.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        lines += (await process.stdout.read()).splitlines(keepends=True)
        await process.wait()
        whole = [line.decode().replace(" ", "\n") for line in lines if line.endswith(b"\n")]
        assert whole
        published += map(Checkpoint.read, whole)

    # Then the next one goes on: its tree begins with each that was published, and each access is a leaf of it
    async with opened_accesses(urls, tmp_path) as noted:
        await noted.log.catch_up()
        assert await noted.found() == []
        note = await noted.log.published()
        assert note is not None
        last = Checkpoint.read(note.text)
        assert last.size == await noted.rows.last()
        assert [each.size for each in published] == sorted(each.size for each in published)
        for each in published:
            proof = await noted.log.consistency(each.size, last.size)
            assert is_consistent(each.size, each.root, last.size, last.root, proof)
    tell(f"{KILLS} kills, {len(published)} checkpoints published, {last.size} accesses, one tree")
