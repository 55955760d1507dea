"""Taking turns: one at a time, and no group's second before another group's first."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager


class Turns:
    """Whoever waits gets a turn when nobody has one; groups that wait take turns with one another."""

    def __init__(self) -> None:
        self.taken = False
        """Whether somebody has the turn."""
        self._waiting: dict[Hashable, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, group: Hashable) -> AsyncIterator[None]:
        """Have the turn within the block, as one of a group."""
        if self.taken:
            await self._wait(group)
        self.taken = True
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
        """Give the turn to the group that has waited longest since its last one."""
        while self._waiting:
            group = next(iter(self._waiting))
            queue = self._waiting.pop(group)
            while queue:
                turn = queue.popleft()
                if turn.done():
                    continue
                if queue:
                    self._waiting[group] = queue
                turn.set_result(None)
                return
        self.taken = False
