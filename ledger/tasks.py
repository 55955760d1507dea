"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_SECONDS: Final = 0.5


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until each has ended, whatever came of it.

    Again and again, for what a task awaits may swallow a cancellation or answer it by an error, and then the
    task goes on.
    """
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        over, going = await asyncio.wait(going, timeout=_AGAIN_SECONDS)
        await asyncio.gather(*over, return_exceptions=True)
