"""Long computations in threads, so that the event loop can answer other requests meanwhile."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

FEW: Final = 64
"""Judging so many entries takes some 10 ms; a switch to a thread and back takes less than 1 ms."""
AT_ONCE: Final = 2
"""Threads that compute at once; they share one processor with the event loop."""

_threads = ThreadPoolExecutor(AT_ONCE, "beside")


def _anew() -> None:
    """Compute in threads of this process: those of the one that it was forked from do not exist here."""
    global _threads  # noqa: PLW0603 - once in a process
    _threads = ThreadPoolExecutor(AT_ONCE, "beside")


os.register_at_fork(after_in_child=_anew)


async def compute(work: Callable[[], T], entries: int) -> T:
    """Do work that costs as much as judging so many entries: here for a few, in a thread for more.

    The work must not change what others read meanwhile. It continues even if its caller is cancelled.
    """
    if entries <= FEW:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
