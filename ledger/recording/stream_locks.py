"""Stream locks: concurrent recordings in one file take turns, so that each is judged only once."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary


class StreamLocks:
    """A lock for each stream in which this process records; it does not lock out other processes."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, streams: Iterable[UUID], until: float) -> AsyncIterator[bool]:
        """Hold the locks of these streams; yield whether they were acquired by a time of the loop's clock."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout_at(until):
                    # One order for all, which excludes deadlocks.
                    for stream in sorted(set(streams)):
                        lock = self._locks.setdefault(stream, asyncio.Lock())
                        await held.enter_async_context(lock)
            except TimeoutError:
                yield False
                return
            yield True
