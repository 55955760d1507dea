"""A process that records may be killed at any moment: what it had acknowledged is there, once and whole."""

import asyncio
import random
import signal
import sys
from collections.abc import Callable
from uuid import UUID

import pytest

from tests.support.drills import KILLS
from tests.support.ledgers import a_superuser, make_ledger, rows, store_of

TOGETHER = 3
"""Entries of each append, which stand together or not at all."""
RECORDER = """
import asyncio, sys
from ledger.store.store import Store
from tests.support.ledgers import an_append

async def one(store):
    while True:
        append = an_append(entries=int(sys.argv[3]))
        await store.append(append)
        print(" ".join(str(entry.entry_id) for entry in append.entries), flush=True)

async def main():
    async with Store(sys.argv[1], sys.argv[2], "childledger") as store:
        await asyncio.gather(*(one(store) for _ in range(8)))

asyncio.run(main())
"""


@pytest.mark.drill
async def test_what_a_killed_process_had_acknowledged_is_there_once(
    database_url: str, tell: Callable[[str], None]
) -> None:
    urls = await make_ledger(database_url)
    moments = random.Random(7)  # noqa: S311 - when it is killed is no secret
    acknowledged: list[UUID] = []
    for _ in range(KILLS):
        # Given a process that records without pause
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            RECORDER,
            urls.writer,
            urls.reader,
            str(TOGETHER),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        lines = [await process.stdout.readline()]
        # When it is killed in the middle of it
        await asyncio.sleep(moments.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        lines += (await process.stdout.read()).splitlines(keepends=True)
        await process.wait()
        whole = [line for line in lines if line.endswith(b"\n")]
        assert whole
        acknowledged += [UUID(each) for line in whole for each in line.decode().split()]

    # Then all that it had acknowledged is there, each append whole, and the positions have no gap
    async with store_of(urls) as store:
        head = await store.head()
        stored = await store.entries(acknowledged)
        everything = await store.read(0, head.position)
    assert sorted(entry.entry_id for entry in stored) == sorted(acknowledged)
    assert [entry.position for entry in everything] == list(range(1, head.position + 1))
    async with a_superuser(database_url) as superuser:
        parts = await rows(superuser, "SELECT DISTINCT count(*) FROM childledger.entry GROUP BY stream")
    assert parts == [(TOGETHER,)]
    tell(f"{KILLS} kills, {len(acknowledged)} entries acknowledged, {len(everything)} stored, none lost")
