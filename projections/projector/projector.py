"""Keeping the read models of this version up with the ledger, and knowing which generation to read from.

What is read from changes only to a generation that shows at least as much. A version of the code whose own
tables are not built yet reads from those of another version, where they are alike.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, Final
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection, errors
from psycopg.sql import SQL, Identifier

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.model import ReadModel
from projections.projector.catch_up import BATCH, CatchUp
from projections.projector.generations import Generation, generations, shape_of, to_read, to_write, version_of
from projections.projector.rebuild import Rebuild

PAUSE_SECONDS: Final = 1.0
"""How long it takes at most to see what other processes have done."""
RESTED: Final = 9
"""How many times as long as it took to follow it is rested after."""


class NotBuiltError(Exception):
    """There are no read models to read from yet; `progress` is how much of them is written, from 0 to 1."""

    def __init__(self, progress: float) -> None:
        self.progress = progress
        super().__init__(
            f"列表正在建立（{progress:.0%}）：请稍后再试。"
            f" The read models are being built ({progress:.0%}): try again."
        )


class Projector:
    """Keeps all read models up with the ledger, and gives connections to read them on."""

    def __init__(
        self, ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]], *, version: str | None = None
    ) -> None:
        self._ledger = ledger
        self._pool = pool
        self._models = models
        self.version = version or version_of(ledger.rulebook.digest, models)
        self._shape = shape_of(models)
        self._catch_up = CatchUp(ledger, pool, models)
        self._rebuild = Rebuild(ledger, pool, models, self._catch_up)
        self._read_from: Generation | None = None
        self._written: Generation | None = None
        self._progress = 0.0
        self._paths: WeakKeyDictionary[AsyncConnection, str] = WeakKeyDictionary()
        self._moved = asyncio.Condition()
        self._waiting = 0
        self._awaited = asyncio.Event()

    @property
    def models(self) -> list[str]:
        """The names of the read models."""
        return [model.name for model in self._models]

    @property
    def position(self) -> int:
        """How far the read models are written that go on."""
        return self.position_of()

    @property
    def stopped(self) -> dict[str, str]:
        """The read models that cannot go on, with the class of the error that keeps them."""
        return {} if self._read_from is None else self._read_from.stopped

    @property
    def progress(self) -> float:
        """How much of the newest read models of this version is built, from 0 to 1, by whomever."""
        return self._progress

    @property
    def ready(self) -> bool:
        """Whether there are read models to read from."""
        return self._read_from is not None

    @property
    def read_from(self) -> Generation:
        """The generation that is read from, as last seen. Raises NotBuiltError."""
        if self._read_from is None:
            raise NotBuiltError(self.progress)
        return self._read_from

    def position_of(self, *models: str) -> int:
        """Return how far all of these read models are written, those that go on when not said."""
        return 0 if self._read_from is None else self._read_from.position(*models)

    async def start(self) -> None:
        """Take up where the tables stand; what was stopped is tried again."""
        self._catch_up.leaving = False
        self._catch_up.try_again()
        await self._look()

    async def run(self) -> None:
        """Build and follow until cancelled."""
        while True:
            began = monotonic()
            if await self._finished(self.step()):
                await self._rest(monotonic() - began)
            else:
                await self._idle()

    async def step(self, limit: int = BATCH) -> int:
        """Take in at most so many more entries, or build on; return 0 where nothing could be done."""
        own = await self._look()
        if own is None:
            return 0
        done = await (self._catch_up.step(own, limit) if own.built else self._rebuild.step(own))
        if done:
            await self._look()
        return int(done)

    async def build(self, number: int, told: Callable[[float], None]) -> Generation:
        """Build a generation of this version to its end, whoever else does; `told` is told how far it is."""
        while True:
            own = await self.generation(number)
            told(own.progress)
            if own.built:
                return own
            if not await self._rebuild.step(own):
                # Somebody else is at it.
                await asyncio.sleep(PAUSE_SECONDS / 10)

    async def generation(self, number: int) -> Generation:
        """Return a generation as it stands now."""
        return next(each for each in await self._every() if each.number == number)

    async def reached(self, position: int, timeout: float, *models: str) -> bool:  # noqa: ASYNC109 - the caller's patience
        """Tell whether these read models reach a position within so many seconds; see `position_of`."""
        if self.position_of(*models) >= position:
            return True
        self._waiting += 1
        self._awaited.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout), self._moved:
                    await self._moved.wait_for(lambda: self.position_of(*models) >= position)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._awaited.clear()
        return self.position_of(*models) >= position

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection on which the tables to read from stand. Raises NotBuiltError."""
        own = self.read_from
        async with self._pool.connection() as connection:
            if self._paths.get(connection) != own.schema:
                path = [
                    Identifier(each) for each in (own.schema, self._ledger.name, f"{self._ledger.name}_keys")
                ]
                await connection.execute(SQL("SET search_path = {}").format(SQL(", ").join(path)))
                self._paths[connection] = own.schema
            try:
                yield connection
            except errors.UndefinedTable as error:
                # Dropped meanwhile, for there were two newer ones: the next look finds another.
                raise NotBuiltError(self.progress) from error

    async def _look(self) -> Generation | None:
        """See what there is, turn to what is to be read from, and return what is to be written."""
        every = await self._every()
        self._written = to_write(every, self.version)
        self._progress = next((each.progress for each in every if each.version == self.version), 0.0)
        now = {each.number: each for each in every}
        found, held = to_read(every, self.version, self._shape), self._read_from
        if found is not None and held is not None and found.number != held.number and held.number in now:
            # Not updated, so that what it must reach stays.
            going = [name for name in held.models if name not in found.stopped]
            if any(found.models[name].position < held.models[name].position for name in going):
                return self._written
        async with self._moved:
            self._read_from = found
            self._moved.notify_all()
        return self._written

    async def _every(self) -> list[Generation]:
        async with self._pool.connection() as connection:
            return await generations(connection, self._ledger.name)

    async def _finished(self, step: Coroutine[Any, Any, int]) -> int:
        """Await a step, and its end also when cancelled, so that no connection is left amid a statement."""
        task = asyncio.ensure_future(step)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._catch_up.leaving = True
            await asyncio.wait([task])
            # Whatever came of it, nobody waits for it any more.
            task.exception()
            raise

    async def _rest(self, worked: float) -> None:
        """Leave the processor to whoever is answered here for a while, unless somebody waits.

        What is recorded meanwhile is taken in together, and a file that moves often is written less often.
        """
        if self._written is not None and self._written.built:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awaited.wait(), min(RESTED * worked, PAUSE_SECONDS))

    async def _idle(self) -> None:
        own = self._written
        if own is not None and own.built and len(own.stopped) < len(own.models):
            await self._ledger.wait_for(own.position() + 1, PAUSE_SECONDS)
        else:
            await asyncio.sleep(PAUSE_SECONDS)
