"""Another process that writes files of a generation while this one does, by connections of its own."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from signal import SIGKILL
from typing import Any, Final

import structlog

from ledger.ledger import Ledger
from ledger.processes import forked_processes, processors
from ledger.store.pools import Pool
from projections.model import ReadModel
from projections.projector.catch_up import CatchUp
from projections.projector.followed_files import FollowedFiles
from projections.projector.generations import EVERYWHERE, generations
from projections.projector.known_range import KnownRange
from projections.projector.rebuild import Rebuild
from projections.projector.walking import IN_PARTS
from projections.projector.writer import RowWriter

log = structlog.get_logger()
PAUSE_SECONDS: Final = 0.1
"""Seconds before it looks again whether there is a part that nobody writes."""
CONNECTIONS: Final = 2


async def build_beside(ledger: Ledger, pool: Pool, models: Sequence[ReadModel[Any]], number: int) -> None:
    """Let another process write files of a generation too, until all are written for now and for then.

    There is none of a small ledger, nor where there is one processor. If it dies, this process goes on alone.
    Whoever leaves does not wait for the file that it is at: what is not committed is written by another.
    """
    if processors() == 1 or (await ledger.head()).position < IN_PARTS:
        return
    begin = partial(_here.append, _Beside(ledger, pool.url, models))
    run = asyncio.get_running_loop().run_in_executor
    beside: int | None = None
    with forked_processes(1, begin) as process:
        try:
            beside = await run(process, os.getpid)
            while await run(process, _step, number):
                pass
        except Exception as error:  # noqa: BLE001 - this process goes on alone, and fails itself if that is why
            log.warning("process ended", process=__name__, error=type(error).__name__)
        finally:
            if beside is not None:
                with suppress(ProcessLookupError):
                    os.kill(beside, SIGKILL)


class _Beside:
    """What the process keeps between two steps: its event loop, its connections, and who writes by these."""

    def __init__(self, ledger: Ledger, url: str, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._url = url
        self._models = models
        self._runner: asyncio.Runner | None = None
        self._open = AsyncExitStack()
        self._pool: Pool
        self._rebuild: Rebuild
        self._known: KnownRange

    def step(self, number: int) -> bool:
        """Write some files; return whether there may be more."""
        if self._runner is None:
            self._runner = asyncio.Runner()
            self._runner.run(self._begin())
        return self._runner.run(self._step(number))

    async def _begin(self) -> None:
        self._ledger = ledger = await self._open.enter_async_context(self._ledger.again())
        self._pool = await self._open.enter_async_context(Pool(self._url, CONNECTIONS))
        writer, files = RowWriter(ledger, self._models), FollowedFiles(ledger, self._models)
        self._known = KnownRange(ledger, self._pool, self._models, files)
        catch_up = CatchUp(ledger, self._pool, writer, files, self._known.offer)
        self._rebuild = Rebuild(ledger, self._pool, writer, catch_up)

    async def _step(self, number: int) -> bool:
        async with self._pool.connection() as connection:
            every = await generations(connection, self._ledger.name)
        generation = next((each for each in every if each.number == number), None)
        if generation is None or generation.known_walked == EVERYWHERE:
            return False
        await self._ledger.keys.notice_destroyed()
        work = self._known if generation.walked == EVERYWHERE else self._rebuild
        if not await work.step(generation):
            await asyncio.sleep(PAUSE_SECONDS)
        return True


_here: Final[list[_Beside]] = []
"""That of this process, if it is one."""


def _step(number: int) -> bool:
    return _here[-1].step(number)
