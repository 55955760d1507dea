"""Cancelling tasks reliably."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

_AGAIN_SECONDS: Final = 0.5


async def cancel_all(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until each has ended, with whatever result.

    The cancellation is repeated: a task may swallow it, or turn it into an error that it handles, and run on.
    """
    going = set(tasks)
    while going:
        for task in going:
            task.cancel()
        over, going = await asyncio.wait(going, timeout=_AGAIN_SECONDS)
        await asyncio.gather(*over, return_exceptions=True)
