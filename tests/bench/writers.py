"""One of several processes that write to one ledger at once, told by its standard input what to do when.

The first line is a `Task`. Then `ready` makes it prepare a round, `go` run it, and `profile` run it under the
profiler; each is answered by a line of JSON.
"""

import asyncio
import sys
from collections.abc import Sequence
from cProfile import Profile
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import orjson
import uvloop

from ledger.store.append import Prepared
from ledger.store.store import Store
from tests.bench import stock
from tests.bench.preparing import a_sample
from tests.bench.profiling import told
from tests.bench.storms import Attempt, append_all, attempts, in_threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to write with, our store or (with an environment) the stock recorder; and how much."""

    ledger: str
    writers: int
    each: int
    sample: int
    writer: str = ""
    reader: str = ""
    environ: dict[str, str] | None = None


def answer(**said: Any) -> None:
    """Answer one line."""
    sys.stdout.write(orjson.dumps(said).decode() + "\n")
    sys.stdout.flush()


async def work(task: Task) -> None:
    """Do what the following lines say, until there are none."""
    sample = a_sample(task.sample)
    if task.environ is None:
        async with Store(task.writer, task.reader, task.ledger) as store:
            await _rounds(task, sample, store)
    else:
        with stock.recorder(task.environ) as recorder:
            await _rounds(task, sample, partial(in_threads, partial(stock.write, recorder)))


async def _rounds(task: Task, sample: Sequence[Prepared], side: Any) -> None:
    """Do what is said, by a store of ours or by a function that writes in threads."""
    lines: list[list[Attempt]] = []
    for word in iter(sys.stdin.readline, ""):
        if word.strip() == "ready":
            lines = attempts(sample, task.writers, task.each)
            answer()
            continue
        profiler = Profile()
        began = monotonic()
        wanted = word.strip() == "profile"
        if wanted:
            profiler.enable()
        if isinstance(side, Store):
            await append_all(side, lines)
        else:
            await asyncio.to_thread(side, lines)
        profiler.disable()
        answer(began=began, ended=monotonic(), profile=told(profiler) if wanted else "")


if __name__ == "__main__":
    uvloop.run(work(Task(**orjson.loads(sys.stdin.readline()))))
