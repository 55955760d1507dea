"""Sharing of one query between concurrent callers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """The result of a query, shared by all callers during it and for `seconds` after its end.

    Its failure is shared as well.
    """

    def __init__(self, look: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._until = 0.0
        self._looking: asyncio.Task[T] | None = None

    async def result(self) -> T:
        """Return the result. Raises the query's errors."""
        looking, now = self._looking, asyncio.get_running_loop().time()
        if looking is None or (looking.done() and now >= self._until):
            looking = self._looking = asyncio.create_task(self._looked())
        # Shielded, so that a cancelled caller does not cancel the query for the others.
        return await asyncio.shield(looking)

    async def _looked(self) -> T:
        try:
            return await self._look()
        finally:
            self._until = asyncio.get_running_loop().time() + self._seconds
