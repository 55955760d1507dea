"""The end of the ledger, looked at once for all who wait there for something new.

However many wait, what is recorded is asked for once; whose it is, is decided for each without the database,
and who is told the same is told by one reading of it.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar
from uuid import UUID

from psycopg import Error
from psycopg_pool import PoolTimeout

from domain.scope import FileScope, scope_of
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool
from ledger.tasks import cancel_all
from projections.projector.projector import NotBuiltError, Projector
from projections.scopes import COLUMNS, scope_of_row

T = TypeVar("T")

BREATH_SECONDS: Final = 0.05
"""Between two looks: what is recorded meanwhile is told together."""
KEPT: Final = 2000
"""Entries that are kept for whoever comes to wait a little behind the others."""
AT_ONCE: Final = 500
"""Entries of one look."""
TOLD_AT_ONCE: Final = 4
"""Of those who wait, how many are dealt with at a time, so that others are answered meanwhile."""
TOLD: Final = 16
"""Answers that are kept for whoever is told the same."""
AGAIN_SECONDS: Final = 1.0

_SQL: Final = queries.load_composable("api", "tail.sql")
_SEEN: Final = _SQL["seen"].format(columns=COLUMNS)
SEEN_ALONE: Final = _SQL["seen_alone"]
"""Asks for the entries between two positions where no register says whose they are."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry before it is decoded, and what decides who may read it."""

    position: int
    entry_id: UUID
    stream: UUID
    occurred_until: date
    scope: FileScope


class Tail:
    """What was recorded last in one ledger, for those who wait for it."""

    def __init__(self, ledger: Ledger, projector: Projector, readers: Pool) -> None:
        self._ledger = ledger
        self._projector = projector
        self._readers = readers
        self._seen: deque[Seen] = deque()
        self._from = self._through = 0
        self._moved = asyncio.Event()
        self.waiting = 0
        """How many wait."""
        self._watching: asyncio.Task[None] | None = None
        self._told: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()
        self.turns = asyncio.Semaphore(TOLD_AT_ONCE)
        """Held by who begins to wait and by who is told, not by who waits."""
        self.left = False
        """Whether nobody is to wait any more."""

    async def after(self, position: int, patience: float) -> tuple[int, list[Seen]] | None:
        """Return how far was looked and what is there after a position, as soon as anything may be.

        Returns None where more was recorded since than is kept, and what there was so far when patience ends
        or nobody is to wait any more.
        """
        until = asyncio.get_running_loop().time() + patience
        self.waiting += 1
        try:
            if self._watching is None or self._watching.done():
                self._begin(position)
            while self._through <= position and not self.left:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(until):
                        await self._moved.wait()
                        continue
                return position, []
        finally:
            self.waiting -= 1
        if position < self._from:
            return None
        return max(position, self._through), [each for each in self._seen if each.position > position]

    async def told(self, what: Hashable, tell: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what is told, once for all who are told the same."""
        telling = self._told.get(what)
        if telling is None:
            telling = self._told[what] = asyncio.create_task(tell())
            while len(self._told) > TOLD:
                self._told.popitem(last=False)
        try:
            found: T = await asyncio.shield(telling)
        except Exception:
            self._told.pop(what, None)
            raise
        return found

    def leave(self) -> None:
        """Let everybody go who waits."""
        self.left = True
        self._say_moved()

    async def close(self) -> None:
        """Look no more."""
        self.leave()
        await cancel_all([each for each in (self._watching, *self._told.values()) if each is not None])

    def _begin(self, position: int) -> None:
        self._seen.clear()
        self._from = self._through = position
        self._watching = asyncio.create_task(self._watch(), name="tail")

    def _say_moved(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

    async def _watch(self) -> None:
        """Look whenever something was recorded, as long as somebody waits."""
        while self.waiting and not self.left:
            try:
                if await self._ledger.wait_for(self._through + 1, AGAIN_SECONDS):
                    await self._look()
                    self._say_moved()
                    await asyncio.sleep(BREATH_SECONDS)
            except (Error, PoolTimeout):
                # Those who wait run out of patience, or the database is back before.
                await asyncio.sleep(AGAIN_SECONDS)

    async def _look(self) -> None:
        head = (await self._ledger.head()).position
        through = min(head, self._through + AT_ONCE)
        for each in await self._between(self._through, through):
            self._seen.append(each)
            if len(self._seen) > KEPT:
                self._from = self._seen.popleft().position
        self._through = through

    async def _between(self, after: int, through: int) -> list[Seen]:
        bounds = {"after": after, "through": through}
        try:
            async with self._projector.reading() as connection:
                rows = await (await connection.execute(_SEEN, bounds)).fetchall()
        except NotBuiltError:
            # There is no register yet; the files themselves decide.
            async with self._readers.connection() as connection:
                rows = await (await connection.execute(SEEN_ALONE, bounds)).fetchall()
        files = await self._ledger.files({stream for _, _, stream, _, settled, *_ in rows if not settled})
        return [
            Seen(
                position,
                entry_id,
                stream,
                occurred_until,
                scope_of_row(*columns) if settled else scope_of(files[stream]),
            )
            for position, entry_id, stream, occurred_until, settled, *columns in rows
        ]
