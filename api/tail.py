"""The tail of the ledger: new entries, queried once for all waiting requests.

One query serves any number of waiting requests; the permission of each is decided without the database, and
equal answers are read once.
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
"""Pause between two queries; entries recorded meanwhile are answered together."""
KEPT: Final = 2000
"""Entries kept for requests that start slightly behind the others."""
AT_ONCE: Final = 500
"""Entries of one query."""
TOLD_AT_ONCE: Final = 4
"""Waiting requests processed at a time, so that others are served meanwhile."""
TOLD: Final = 16
"""Answers kept for requests with the same answer."""
AGAIN_SECONDS: Final = 1.0

_SQL: Final = queries.load_composable("api", "tail.sql")
_SEEN: Final = _SQL["seen"].format(columns=COLUMNS)
SEEN_ALONE: Final = _SQL["seen_alone"]
"""Selects the entries between two positions, without scopes, if there is no register."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry before it is decoded, with the scope that decides who may read it."""

    position: int
    entry_id: UUID
    stream: UUID
    occurred_until: date
    scope: FileScope


class Tail:
    """The latest entries of one ledger, for waiting requests."""

    def __init__(self, ledger: Ledger, projector: Projector, readers: Pool) -> None:
        self._ledger = ledger
        self._projector = projector
        self._readers = readers
        self._seen: deque[Seen] = deque()
        self._from = self._through = 0
        self._moved = asyncio.Event()
        self.waiting = 0
        """The number of waiting requests."""
        self._watching: asyncio.Task[None] | None = None
        self._told: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()
        self.turns = asyncio.Semaphore(TOLD_AT_ONCE)
        """Held at the beginning of a wait and during an answer, but not during the wait."""
        self.left = False
        """Whether waiting has ended."""

    async def after(self, position: int, patience: float) -> tuple[int, list[Seen]] | None:
        """Return the position reached, and the entries after a position, once there may be any.

        Returns None if more entries were recorded since than are kept, and no entries if `patience` or
        waiting ends.
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

    async def shared(self, what: Hashable, tell: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return an answer, made once for all requests with the same answer."""
        telling = self._told.get(what)
        if telling is None:
            telling = self._told[what] = asyncio.create_task(tell())
            while len(self._told) > TOLD:
                self._told.popitem(last=False)
        try:
            answer: T = await asyncio.shield(telling)
        except Exception:
            self._told.pop(what, None)
            raise
        return answer

    def leave(self) -> None:
        """End all waits."""
        self.left = True
        self._say_moved()

    async def close(self) -> None:
        """Stop querying."""
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
        """Query whenever an entry was recorded, while a request waits."""
        while self.waiting and not self.left:
            try:
                if await self._ledger.wait_for(self._through + 1, AGAIN_SECONDS):
                    await self._look()
                    self._say_moved()
                    await asyncio.sleep(BREATH_SECONDS)
            except (Error, PoolTimeout):
                # Either the waits end first, or the database returns.
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
            # Without a register, the files decide.
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
