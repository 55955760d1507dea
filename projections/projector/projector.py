"""The projector: keeps the read models of this version up with the ledger and selects the generation to read.

The projector changes to another generation only once that one shows at least as much. While a version of the
code has no built tables, it reads those of another version of the same shape.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from time import monotonic
from typing import Any, Final

from psycopg import AsyncConnection, errors
from psycopg.sql import SQL, Identifier

from ledger.ledger import Ledger
from ledger.store.pools import Pool
from projections.model import ReadModel
from projections.projector.building_beside import build_beside
from projections.projector.catch_up import BATCH, CatchUp
from projections.projector.followed_files import FollowedFiles
from projections.projector.generations import (
    EVERYWHERE,
    Generation,
    generations,
    shape_of,
    to_read,
    to_write,
    version_of,
)
from projections.projector.known_range import KnownRange
from projections.projector.rebuild import Rebuild
from projections.projector.writer import RowWriter

PAUSE_SECONDS: Final = 1.0
"""Longest delay, in seconds, before changes by other processes are seen."""
AWAITED_SECONDS: Final = 0.02
"""Longest delay, in seconds, before they are seen while a request waits for them."""
GATHERED_SECONDS: Final = 0.5
"""Delay before what was known when is written, of all entries of that time at once, unless waited for."""
RESTED: Final = 9
"""Pause after a step, as a multiple of the step's duration, beside requests of the same process."""
RESTED_APART: Final = 0.2
"""The same in a process of its own: requests have the processor first, and wait in other processes."""


class NotBuiltError(Exception):
    """There are no read models to read from yet; `progress` is the written share, from 0 to 1."""

    def __init__(self, progress: float) -> None:
        self.progress = progress
        super().__init__(
            f"列表正在建立（{progress:.0%}）：请稍后再试。"
            f" The read models are being built ({progress:.0%}): try again."
        )


class _Awaited:
    """Whether requests wait for something."""

    def __init__(self) -> None:
        self._requests = 0
        self._any = asyncio.Event()

    @property
    def now(self) -> bool:
        """Whether any waits now."""
        return self._any.is_set()

    @contextmanager
    def once_more(self) -> Iterator[None]:
        """Let one wait for the block."""
        self._requests += 1
        self._any.set()
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._any.clear()

    async def within(self, seconds: float) -> None:
        """Return once any waits, and after so many seconds at the latest."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._any.wait(), seconds)


class Projector:
    """Keeps all read models up with the ledger, and provides connections to read them."""

    def __init__(
        self,
        ledger: Ledger,
        pool: Pool,
        models: Sequence[ReadModel[Any]],
        *,
        version: str | None = None,
        rested: float = RESTED,
    ) -> None:
        self._ledger = ledger
        self._rested = rested
        self._pool = pool
        self._models = models
        self.version = version or version_of(ledger.rulebook.digest, models)
        self._shape = shape_of(models)
        writer = RowWriter(ledger, models)
        self._files = FollowedFiles(ledger, models)
        self._known_range = KnownRange(ledger, pool, models, self._files)
        self._catch_up = CatchUp(ledger, pool, writer, self._files, self._known_range.offer)
        self._rebuild = Rebuild(ledger, pool, writer, self._catch_up)
        self._read_from: Generation | None = None
        self._written: Generation | None = None
        self._progress = 0.0
        self._moved = asyncio.Condition()
        self._awaited = _Awaited()
        self._known_awaited = _Awaited()

    @property
    def models(self) -> list[str]:
        """The names of the read models."""
        return [model.name for model in self._models]

    @property
    def position(self) -> int:
        """The position up to which read models are written, but for files that stopped one."""
        return self.position_of()

    @property
    def stopped(self) -> dict[str, str]:
        """The stopped read models, with the class of the error that stopped each."""
        stopped = {} if self._read_from is None else self._read_from.stopped
        return {model: each.error for model, each in stopped.items()}

    @property
    def progress(self) -> float:
        """The built share of this version's newest read models, from 0 to 1, by any process."""
        return self._progress

    @property
    def ready(self) -> bool:
        """Whether there are read models to read from."""
        return self._read_from is not None

    @property
    def read_from(self) -> Generation:
        """The generation to read from, as last seen. Raises NotBuiltError."""
        if self._read_from is None:
            raise NotBuiltError(self.progress)
        return self._read_from

    def position_of(self, *models: str) -> int:
        """Return the position up to which these read models show all that could be recorded."""
        return 0 if self._read_from is None else self._read_from.position_of(*models)

    async def start(self) -> None:
        """Resume from the state of the tables."""
        self._catch_up.leaving = self._files.leaving = False
        await self._look()

    async def run(self) -> None:
        """Build and follow until cancelled."""
        async with self._helped():
            while True:
                began = monotonic()
                if await self._finished(self.step()):
                    await self._rest(monotonic() - began)
                else:
                    await self._idle()

    async def watch(self) -> None:
        """See how far another process keeps the read models up, until cancelled."""
        while True:
            await self._look()
            if self._awaited.now:
                await asyncio.sleep(AWAITED_SECONDS)
            else:
                await self._awaited.within(PAUSE_SECONDS)

    async def run_known(self) -> None:
        """Write what was known when, behind what is known now, until cancelled."""
        while True:
            began = monotonic()
            if await self._finished(self.step_known()):
                await self._rest(monotonic() - began)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE_SECONDS), self._moved:
                        await self._moved.wait()
                await self._known_awaited.within(GATHERED_SECONDS)

    async def step_known(self) -> int:
        """Write more of what was known when; return 0 if there is nothing more."""
        generation = self._written
        built = generation is not None and generation.built
        done = await self._known_range.step(generation) if built and generation else 0
        if done:
            await self._look()
        return done

    async def step(self, limit: int = BATCH) -> int:
        """Process at most `limit` entries, or continue building; return 0 if idle."""
        generation = await self._look()
        if generation is None:
            return 0
        done = await (
            self._catch_up.step(generation, limit) if generation.built else self._rebuild.step(generation)
        )
        if done:
            await self._look()
        return int(done)

    async def build(self, number: int, progress: Callable[[float], None]) -> Generation:
        """Build until complete, together with other processes; `progress` is told the part done, 0 to 1.

        What was known when is written before the generation is switched to.
        """
        async with self._helped(number):
            while True:
                generation = await self.generation(number)
                progress(1.0 if generation.built else (generation.progress + generation.known_progress) / 2)
                if generation.built:
                    return generation
                written = generation.walked == EVERYWHERE and generation.known_through is None
                work = self._known_range if written else self._rebuild
                if not await work.step(generation):
                    # Another process is building.
                    await asyncio.sleep(PAUSE_SECONDS / 10)

    @asynccontextmanager
    async def _helped(self, number: int | None = None) -> AsyncIterator[None]:
        """Let another process help to build a generation, by default the one that is followed."""

        async def help_to_build() -> None:
            written = self._written if number is None else await self.generation(number)
            if written is not None and written.known_walked != EVERYWHERE:
                await build_beside(self._ledger, self._pool, self._models, written.number)

        helping = asyncio.create_task(help_to_build())
        try:
            yield
        finally:
            helping.cancel()
            await asyncio.wait([helping])

    async def generation(self, number: int) -> Generation:
        """Return the present state of a generation."""
        return next(each for each in await self._every() if each.number == number)

    @property
    def known_through(self) -> int | None:
        """The last position as known at which the read models answer; None while that is being built."""
        return None if self._read_from is None else self._read_from.known_through

    async def known_reached(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - the caller's patience
        """Return whether a position can be asked for as known at within `timeout` seconds.

        Raises NotBuiltError if none can by then.
        """

        def reached() -> bool:
            return self.known_through is not None and self.known_through >= position

        if not reached():
            with self._known_awaited.once_more():
                await self._awaits(reached, timeout)
        if self.known_through is None:
            raise NotBuiltError(self.read_from.known_progress)
        return reached()

    async def reached(self, position: int, timeout: float, *models: str) -> bool:  # noqa: ASYNC109 - the caller's patience
        """Return whether these read models reach a position within `timeout` seconds; see `position_of`."""
        if self.position_of(*models) < position:
            await self._awaits(lambda: self.position_of(*models) >= position, timeout)
        return self.position_of(*models) >= position

    async def _awaits(self, reached: Callable[[], bool], timeout: float) -> None:  # noqa: ASYNC109 - passed on
        """Wait until it is reached, for at most `timeout` seconds, and let nobody rest meanwhile."""
        with self._awaited.once_more(), suppress(TimeoutError):
            async with asyncio.timeout(timeout), self._moved:
                await self._moved.wait_for(reached)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction whose search path has the tables to read. Raises NotBuiltError.

        The path is the transaction's, since a pooler gives the next one another session.
        """
        generation = self.read_from
        schemas = (generation.schema, self._ledger.name, f"{self._ledger.name}_keys")
        path = SQL(", ").join(map(Identifier, schemas))
        async with self._pool.connection() as connection:
            await connection.execute(SQL("BEGIN READ ONLY; SET LOCAL search_path = {}").format(path))
            try:
                yield connection
            except errors.UndefinedTable as error:
                # The generation was dropped since there are two newer ones; the next look selects another.
                raise NotBuiltError(self.progress) from error

    async def _look(self) -> Generation | None:
        """Load the generations, select the one to read from, and return the one to write."""
        every = await self._every()
        self._written = to_write(every, self.version)
        self._progress = next((each.progress for each in every if each.version == self.version), 0.0)
        best, held = to_read(every, self.version, self._shape), self._read_from
        # The held generation is not updated, so that the position to reach stays the same.
        shown = held.position if held and any(each.number == held.number for each in every) else 0
        if best is not None and best.position < shown:
            return self._written
        async with self._moved:
            self._read_from = best
            self._moved.notify_all()
        return self._written

    async def _every(self) -> list[Generation]:
        async with self._pool.connection() as connection:
            return await generations(connection, self._ledger.name)

    async def _finished(self, step: Coroutine[Any, Any, int]) -> int:
        """Await a step to its end even if cancelled, so that no connection is left within a statement."""
        task = asyncio.ensure_future(step)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            self._catch_up.leaving = self._files.leaving = True
            await asyncio.wait([task])
            # Retrieve the exception: nothing awaits the task any more.
            task.exception()
            raise

    async def _rest(self, worked: float) -> None:
        """Yield the CPU to requests after a step, unless a request waits for a position.

        The next step then takes more entries, and writes a file that changes often less often.
        """
        if self._written is not None and self._written.built:
            await self._awaited.within(min(self._rested * worked, PAUSE_SECONDS))

    async def _idle(self) -> None:
        generation = self._written
        if generation is not None and generation.built:
            await self._ledger.wait_for(generation.position + 1, PAUSE_SECONDS)
        else:
            # Another process may be building.
            await asyncio.sleep(PAUSE_SECONDS if generation is None else PAUSE_SECONDS / 10)
