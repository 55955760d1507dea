"""Waiting for a position: one task polls for any number of waiters."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count

from psycopg import Error

from ledger.tasks import cancel_all


class PositionWaiter:
    """A position that only rises, and its waiters.

    Appends of this process call `advance`. For the appends of others, one task polls `read` while there are
    waiters, every `interval` seconds and at each `hint`; the result of `read` decides.
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
        """Wait until the position is reached, for at most `timeout` seconds; return whether it is."""
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
        """Release the waiters for this position and those before it."""
        self._seen = max(self._seen, position)
        while self._waiting and (self._waiting[0][0] <= self._seen or self._waiting[0][2].done()):
            *_, reached = heapq.heappop(self._waiting)
            if not reached.done():
                reached.set_result(None)

    def hint(self) -> None:
        """Poll soon, since the position may have risen."""
        self._hint.set()

    async def close(self) -> None:
        """Stop polling."""
        if self._asking:
            await cancel_all([self._asking])

    async def _ask(self) -> None:
        while self._waiting:
            self._hint.clear()
            # While the database is unreachable, waiters time out, or it returns before they do.
            with suppress(Error):
                self.advance(await self._read())
            if self._waiting:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._hint.wait(), self._interval)
