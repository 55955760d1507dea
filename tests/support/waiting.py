"""Waiting for what is about to happen: on the condition, with an end that only what is broken comes to."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Final

PATIENCE: Final = 120.0
"""Seconds: longer than anything takes on a busy machine, and shorter than a test may take."""


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something holds that others bring about: tasks, the database, processes."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = holds()
            if await found if isawaitable(found) else found:
                return
            await asyncio.sleep(0.01)


def until_now(holds: Callable[[], bool]) -> None:
    """Wait until something holds that other processes bring about, where there is no event loop."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)
