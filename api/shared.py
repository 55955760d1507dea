"""Looking once for all who ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """What a look finds, shared by all who ask while it is under way or within so many seconds of its end.

    A look that fails is shared likewise.
    """

    def __init__(self, look: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._until = 0.0
        self._looking: asyncio.Task[T] | None = None

    async def found(self) -> T:
        """Return what is found. Raises what the look raises."""
        looking, now = self._looking, asyncio.get_running_loop().time()
        if looking is None or (looking.done() and now >= self._until):
            looking = self._looking = asyncio.create_task(self._looked())
        # Whoever is no longer asked for takes nothing from the others.
        return await asyncio.shield(looking)

    async def _looked(self) -> T:
        try:
            return await self._look()
        finally:
            self._until = asyncio.get_running_loop().time() + self._seconds
