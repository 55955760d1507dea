"""Waiting for a position, however many wait."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count

from psycopg import Error

from ledger.tasks import cancel_all


class PositionWaiter:
    """A position that only rises, and those who wait for it.

    Whoever raises it in this process says so with `advance`. For the rest one task asks `read`, only while
    somebody waits, every `interval` seconds or when `hint` says that it is worth it: what `read` answers is
    the truth.
    """

    def __init__(self, read: Callable[[], Awaitable[int]], interval: float = 0.2) -> None:
        self._read = read
        self._interval = interval
        self._seen = 0
        self._hint = asyncio.Event()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()
        self._asking: asyncio.Task[None] | None = None

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - answers False, not TimeoutError
        """Wait until the position is reached, at most `timeout` seconds; tell whether it is."""
        if position <= self._seen:
            return True
        reached = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (position, next(self._numbers), reached))
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        try:
            async with asyncio.timeout(timeout):
                await reached
        except TimeoutError:
            return False
        return True

    def advance(self, position: int) -> None:
        """Let everybody go who waits for this position or one before it."""
        self._seen = max(self._seen, position)
        while self._waiting and (self._waiting[0][0] <= self._seen or self._waiting[0][2].done()):
            *_, reached = heapq.heappop(self._waiting)
            if not reached.done():
                reached.set_result(None)

    def hint(self) -> None:
        """Say that the position may have risen."""
        self._hint.set()

    async def close(self) -> None:
        """Stop asking."""
        if self._asking:
            await cancel_all([self._asking])

    async def _ask(self) -> None:
        while self._waiting:
            self._hint.clear()
            # Those who wait for an unreachable database run out of time, or it is back before.
            with suppress(Error):
                self.advance(await self._read())
            if self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hint.wait(), self._interval)
