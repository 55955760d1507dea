"""Notifications of commits between processes. They are hints, which may be late or lost; polling decides."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from psycopg import Error
from psycopg.sql import SQL, Identifier

from ledger.store.connecting import connect, is_direct
from ledger.tasks import cancel_all

PAUSE = 0.1
"""Seconds between two notifications: NOTIFY takes a lock of the whole cluster at commit."""
RETRY = 1.0


class Notifier:
    """Notifies other processes of this one's commits, and calls `heard` at each notification."""

    def __init__(self, url: str, ledger: str, heard: Callable[[], None]) -> None:
        self._url = url
        self._channel = Identifier(ledger)
        self._heard = heard
        self._committed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start notifying and listening."""
        self._tasks = [asyncio.create_task(_again_and_again(doing)) for doing in (self._speak, self._listen)]

    async def close(self) -> None:
        """Stop notifying and listening."""
        await cancel_all(self._tasks)

    def announce(self) -> None:
        """Schedule a notification of a commit, sent soon in its own statement."""
        self._committed.set()

    async def _speak(self) -> None:
        async with await connect(self._url, autocommit=True) as connection:
            while True:
                await self._committed.wait()
                self._committed.clear()
                await connection.execute(SQL("NOTIFY {}").format(self._channel))
                await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        async with await connect(self._url, autocommit=True) as connection:
            direct = await is_direct(connection)
            if direct:
                await connection.execute(SQL("LISTEN {}").format(self._channel))
                async for _ in connection.notifies():
                    self._heard()
        if not direct:
            # Through a pooler another one's session would listen: polling goes on alone.
            await asyncio.get_running_loop().create_future()


async def _again_and_again(doing: Callable[[], Awaitable[None]]) -> None:
    """Restart the coroutine whenever it fails, as when the connection is lost or leads to a standby."""
    while True:
        with suppress(Error):
            await doing()
        await asyncio.sleep(RETRY)
