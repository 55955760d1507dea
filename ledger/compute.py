"""Long work beside the event loop, so that others are answered meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

T = TypeVar("T")

FEW: Final = 64
"""As many entries are judged in some 10 ms; to go to a thread and back takes less than one."""
AT_ONCE: Final = 2
"""What works at once: all of it shares one processor with whoever is answered."""

_threads: Final = ThreadPoolExecutor(AT_ONCE, "beside")


async def compute(work: Callable[[], T], entries: int) -> T:
    """Do work that takes as long as judging so many entries: a few here, more of them in a thread.

    It must change nothing that others read meanwhile. Once begun it goes on though nobody waits any more.
    """
    if entries <= FEW:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_threads, work)
