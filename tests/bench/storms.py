"""Many writers at once: what each of them attempts, a tenth of it in vain."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import perf_counter
from uuid import UUID, uuid4

from ledger.store.append import Accepted, Append, Prepared, Stale
from ledger.store.store import Store
from tests.bench.preparing import FINGERPRINT, KIND, fresh

ONE_IN: int = 10
"""Of so many attempts one expects a version that has passed."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One entry to append to a stream; `stale` when its version is taken already."""

    stream: UUID
    entry: Prepared
    stale: bool = False

    @property
    def append(self) -> Append:
        """The attempt as our store takes it."""
        return Append(self.stream, KIND, None, self.entry.version - 1, (self.entry,), FINGERPRINT)


def attempts(sample: Sequence[Prepared], writers: int, each: int) -> list[list[Attempt]]:
    """Return what each writer attempts, one after the other: new streams of its own, a tenth conflicts."""
    return [_attempts(sample, each) for _ in range(writers)]


def _attempts(sample: Sequence[Prepared], number: int) -> list[Attempt]:
    line: list[Attempt] = []
    for stream, entry in fresh(sample, number):
        if len(line) % ONE_IN == ONE_IN - 1:
            before = line[-1]
            line.append(Attempt(before.stream, replace(before.entry, entry_id=uuid4()), stale=True))
        line.append(Attempt(stream, entry))
    return line[:number]


async def append_all(store: Store, lines: Sequence[Sequence[Attempt]]) -> float:
    """Let a task a line append to our store; return the attempts answered in a second."""
    ready = [[attempt.append for attempt in line] for line in lines]

    async def write(appends: Sequence[Append], line: Sequence[Attempt]) -> None:
        for append, attempt in zip(appends, line, strict=True):
            verdict = await store.append(append)
            assert isinstance(verdict, Stale if attempt.stale else Accepted), verdict

    return await rate_of(lines, [write(*own) for own in zip(ready, lines, strict=True)])


async def rate_of(lines: Sequence[Sequence[object]], works: Sequence[Awaitable[None]]) -> float:
    """Await works beside each other; return how many things of all lines were done in a second."""
    began = perf_counter()
    await asyncio.gather(*works)
    return sum(map(len, lines)) / (perf_counter() - began)


def in_threads(write: Callable[[Sequence[Attempt]], None], lines: Sequence[Sequence[Attempt]]) -> float:
    """Let a thread a line write, all beginning at once; return the attempts answered in a second."""
    start = threading.Barrier(len(lines) + 1)

    def work(line: Sequence[Attempt]) -> None:
        start.wait()
        write(line)

    with ThreadPoolExecutor(len(lines)) as pool:
        works = [pool.submit(work, line) for line in lines]
        start.wait()
        began = perf_counter()
        for each in works:
            each.result()
        return sum(map(len, lines)) / (perf_counter() - began)
