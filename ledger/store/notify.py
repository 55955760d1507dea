"""Telling other processes that something was committed. Hints may be late or lost: polling is the truth."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from psycopg import AsyncConnection, Error
from psycopg.sql import SQL, Identifier

from ledger.tasks import cancel_all

PAUSE = 0.1
"""Seconds between two announcements: one who notifies takes a lock of the whole cluster at commit."""
RETRY = 1.0


class Notifier:
    """Announces the commits of this process, and calls `heard` at the announcements of any."""

    def __init__(self, url: str, ledger: str, heard: Callable[[], None]) -> None:
        self._url = url
        self._channel = Identifier(ledger)
        self._heard = heard
        self._committed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to speak and to listen."""
        self._tasks = [asyncio.create_task(_again_and_again(doing)) for doing in (self._speak, self._listen)]

    async def close(self) -> None:
        """Fall silent."""
        await cancel_all(self._tasks)

    def announce(self) -> None:
        """Say that something was committed, soon, in a statement of its own."""
        self._committed.set()

    async def _speak(self) -> None:
        async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
            while True:
                await self._committed.wait()
                self._committed.clear()
                await connection.execute(SQL("NOTIFY {}").format(self._channel))
                await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(SQL("LISTEN {}").format(self._channel))
            async for _ in connection.notifies():
                self._heard()


async def _again_and_again(doing: Callable[[], Awaitable[None]]) -> None:
    """Do it anew whenever it fails, as when the connection is lost or leads to a standby."""
    while True:
        with suppress(Error):
            await doing()
        await asyncio.sleep(RETRY)
