"""Turns: of those who record in one file at once, one after the other, so that each is judged but once."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary


class StreamLocks:
    """A lock for each stream in which somebody of this process records; others' processes take no turns."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, streams: Iterable[UUID], until: float) -> AsyncIterator[bool]:
        """Have the turn on all these streams; give whether it came by a time of the event loop's clock."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout_at(until):
                    # In one order, so that nobody waits for who waits for them.
                    for stream in sorted(set(streams)):
                        lock = self._locks.setdefault(stream, asyncio.Lock())
                        await held.enter_async_context(lock)
            except TimeoutError:
                yield False
                return
            yield True
