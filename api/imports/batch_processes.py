"""Where the batches of a register are imported: here, or in processes beside this one.

Such a process is as this one was when the first batch was given to it: it has read the register already. It
reads and records by connections of its own, as any other process of the service does, and ends with this one.
"""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.imports.batch import BatchImporter, BatchResult
from api.imports.report.import_report import Report
from api.imports.sink import InterruptedImportError
from ledger.ledger import Ledger
from ledger.processes import forked_processes

Take: TypeAlias = Callable[[dict[str, UUID]], Coroutine[Any, Any, BatchResult]]
"""Imports the children of a batch, whose files are given by file number."""

GARBAGE_OBJECTS: Final = 200_000
"""More than a batch leaves for good: none of it is garbage that reference counts do not find, so that looking
for such after each batch was time lost."""


@contextmanager
def batches_taken(importer: BatchImporter, report: Report, processes: int) -> Iterator[Take]:
    """Yield what imports batches of the register of a report; in this process, if it is to be one.

    Otherwise it raises InterruptedImportError if a process ends before its work.
    """
    if processes == 1:
        yield partial(importer.take, report, importer.missing(report.register))
        return
    with forked_processes(processes, partial(_begin, importer, report)) as executor:

        async def take(streams: dict[str, UUID]) -> BatchResult:
            await importer.keeper.still()
            try:
                return await asyncio.get_running_loop().run_in_executor(executor, _take, streams)
            except BrokenProcessPool:
                raise InterruptedImportError from None

        yield take


class _Beside:
    """What such a process keeps between two batches: its event loop, its ledger, and the register."""

    def __init__(self, importer: BatchImporter, report: Report) -> None:
        self._runner: Final = asyncio.Runner()
        self._open: Final = AsyncExitStack()
        self._importer = importer
        self._report = report
        self._missing = importer.missing(report.register)
        self._ledger: Ledger | None = None

    def take(self, streams: dict[str, UUID]) -> BatchResult:
        return self._runner.run(self._take(streams))

    async def _take(self, streams: dict[str, UUID]) -> BatchResult:
        if self._ledger is None:
            self._ledger = await self._open.enter_async_context(self._importer.keeper.ledger.again())
            self._importer = replace(self._importer, keeper=self._importer.keeper.of(self._ledger))
        await self._ledger.keys.notice_destroyed()
        result = await self._importer.take(self._report, self._missing, streams)
        rows = [row for number in streams for row in self._report.register.children[number]]
        return replace(result, settled=self._report.account.settled(rows))


_here: Final[list[_Beside]] = []
"""That of this process, if it is one."""


def _begin(importer: BatchImporter, report: Report) -> None:
    gc.set_threshold(GARBAGE_OBJECTS)
    _here.append(_Beside(importer, report))


def _take(streams: dict[str, UUID]) -> BatchResult:
    return _here[-1].take(streams)
