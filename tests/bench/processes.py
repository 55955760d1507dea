"""The row of four processes with eight writers each, on one ledger."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

import orjson

from tests.bench import stock
from tests.bench.bench import LEDGER, Bench
from tests.bench.contest import Duel, Row
from tests.bench.writers import Task

PROCESSES: Final = 4
WRITERS: Final = 8
OURS, STOCK = 400, 60
"""How much each writer attempts in a round."""
SAMPLE: Final = 1000


class Writer:
    """A process of `tests.bench.writers`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def started(cls, task: Task) -> AsyncIterator["Writer"]:
        """Start a writer; end it in the end."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.writers",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        writer = cls(process)
        try:
            writer.say(orjson.dumps(task).decode())
            yield writer
        finally:
            assert process.stdin is not None
            process.stdin.close()  # at the end of what is said, it ends
            await process.wait()

    def say(self, word: str) -> None:
        """Say a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def heard(self) -> dict[str, Any]:
        """Return the answer to what was said last."""
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "a writing process failed"
        said: dict[str, Any] = orjson.loads(line)
        return said


async def together(writers: Sequence[Writer], attempts: int, word: str = "go") -> tuple[float, str]:
    """Let all writers run a round at once; return all their attempts a second, and the profile of one."""
    await _all(writers, "ready")
    answers = await _all(writers, word)
    began, ended = min(each["began"] for each in answers), max(each["ended"] for each in answers)
    return attempts / (ended - began), answers[0]["profile"]


async def _all(writers: Sequence[Writer], word: str) -> list[dict[str, Any]]:
    for writer in writers:
        writer.say(word)
    return await asyncio.gather(*(writer.heard() for writer in writers))


@asynccontextmanager
async def against_stock(bench: Bench) -> AsyncIterator[Duel]:
    """Four processes with eight writers each of our store, against as many threads of the stock recorder."""
    task = partial(Task, ledger=LEDGER, writers=WRITERS, sample=bench.of(SAMPLE))
    processes = bench.of(PROCESSES)
    every = processes * WRITERS
    async with bench.container() as container, AsyncExitStack() as stack:
        environ = stock.environment(container.settings, WRITERS)
        with stock.recorder(environ):
            pass  # so that its tables are there
        found = container.addresses
        ours = task(each=bench.of(OURS), writer=found.writer, reader=found.reader)
        theirs = task(each=bench.of(STOCK), environ=environ | {"CREATE_TABLE": "no"})
        sides = [
            [await stack.enter_async_context(Writer.started(task)) for _ in range(processes)]
            for task in (ours, theirs)
        ]

        async def our_side() -> float:
            return (await together(sides[0], every * ours.each))[0]

        async def stock_side() -> float:
            return (await together(sides[1], every * theirs.each))[0]

        async def profile() -> str:
            return (await together(sides[0], every * ours.each, "profile"))[1]

        scale = f"{processes} × {WRITERS} writers, {ours.each} and {theirs.each} attempts each"
        yield Duel(our_side, stock_side, scale, profile)


ROWS: Final = (
    Row(
        "append-processes",
        "append, 4 processes × 8 writers",
        "stock recorder, same",
        12,
        "appends/s",
        against_stock,
    ),
)
