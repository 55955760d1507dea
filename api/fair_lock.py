"""A lock with turns between groups: a waiting group's first precedes another group's second."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class FairLock:
    """A lock held by one at a time; waiting groups take turns."""

    def __init__(self) -> None:
        self.taken = False
        """Whether the lock is held."""
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}
        self._had: dict[Hashable, int] = {}
        """The number of each group's last turn."""

    @asynccontextmanager
    async def of(self, group: Hashable) -> AsyncIterator[None]:
        """Hold the lock within the block, as a member of a group."""
        if self.taken:
            await self._wait(group)
        self.taken = True
        self._had[group] = max(self._had.values(), default=0) + 1
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, group: Hashable) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(group, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Pass the lock to the group whose last turn is the longest ago."""
        for group in sorted(self._waiting, key=lambda group: self._had.get(group, 0)):
            queue = self._waiting[group]
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
            del self._waiting[group]
        self.taken = False
