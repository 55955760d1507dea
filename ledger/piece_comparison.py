"""Reading the pieces of a log and comparing them, here or in processes with connections of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from ledger.compute import compute
from ledger.leaf_comparison import ComparedTile, LoggedPiece, compared
from ledger.log.leaves import LeafForm, LoggedRows
from ledger.log.tile_table import TileTable
from ledger.log.transparency_log import TransparencyLog
from ledger.processes import forked_process, processors
from ledger.store.pools import Pool

REMEMBERED: Final = 200_000
"""Names of streams that are kept, of some 150 bytes each."""


class PieceComparison(Protocol):
    """Compares the rows after a position and through another with their leaves."""

    async def __call__(self, start: int, end: int) -> Sequence[ComparedTile]:
        """Return what is wrong with each tile of them; `start` is a multiple of WIDTH."""


@asynccontextmanager
async def comparing_processes(log: TransparencyLog) -> AsyncIterator[Sequence[PieceComparison]]:
    """Yield comparisons that go on beside one another, each in a process of its own.

    There is one more than there are processors, since each waits for the database now and then.
    """
    names = _Names(log)
    async with AsyncExitStack() as stack:
        yield [_Beside(log, names, stack.enter_context(forked_process())) for _ in range(processors() + 1)]


class Here:
    """Compares in this process."""

    def __init__(self, log: TransparencyLog) -> None:
        """Read the rows of the log by its own connections."""
        self._log = log

    async def __call__(self, start: int, end: int) -> Sequence[ComparedTile]:
        """Return what is wrong with each tile."""
        piece = await _read(self._log.rows, self._log.kept_tiles, start, end)
        names = await self._log.pseudonyms(piece.rows.streams())
        return await compute(partial(compared, self._log.form, piece, names), end - start)


class _Beside:
    """Compares in another process, which is told only what leaves call streams: that needs their keys."""

    def __init__(self, log: TransparencyLog, names: "_Names", process: Executor) -> None:
        self._form = log.form
        self._names = names
        self._process = process
        tiles = log.kept_tiles
        self._source = _Source(log.rows.pools[1].url, type(log.rows), tiles.leaves, tiles.epoch)

    async def __call__(self, start: int, end: int) -> Sequence[ComparedTile]:
        loop = asyncio.get_running_loop()
        streams = await loop.run_in_executor(self._process, _fetch, self._source, start, end)
        names = await self._names.of(streams)
        return await loop.run_in_executor(self._process, _compare, self._form, names)


class _Names:
    """What leaves call streams; the entries of a life stand far apart, and its key is opened once for all."""

    def __init__(self, log: TransparencyLog) -> None:
        self._log = log
        self._known: dict[bytes, bytes] = {}

    async def of(self, streams: set[bytes]) -> dict[bytes, bytes]:
        """Return the names of streams, without those whose salt was destroyed."""
        known = {stream: self._known[stream] for stream in streams & self._known.keys()}
        found = await self._log.pseudonyms(streams - known.keys())
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known |= found
        return known | found


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a process finds the rows and the tiles of a log."""

    url: str
    rows: Callable[[tuple[Pool, Pool]], LoggedRows]
    leaves: str
    epoch: int


class _Reading:
    """What a process keeps between two works: its event loop, its connection, and the piece that it read."""

    def __init__(self, source: _Source) -> None:
        self._runner: Final = asyncio.Runner()
        pool = Pool(source.url, 1)
        self._runner.run(pool.open())
        self._rows = source.rows((pool, pool))
        self._tiles = TileTable(pool, source.leaves, source.epoch)
        self.piece: LoggedPiece

    def read(self, start: int, end: int) -> set[bytes]:
        self.piece = self._runner.run(_read(self._rows, self._tiles, start, end))
        return self.piece.rows.streams()


_readings: Final[list[_Reading]] = []
"""That of this process, once it has read."""


def _fetch(source: _Source, start: int, end: int) -> set[bytes]:
    """Read a piece, and return the ids of its streams."""
    if not _readings:
        _readings.append(_Reading(source))
    return _readings[0].read(start, end)


def _compare(form: LeafForm, names: dict[bytes, bytes]) -> Sequence[ComparedTile]:
    """Compare the piece that was read last."""
    return compared(form, _readings[0].piece, names)


async def _read(rows: LoggedRows, tiles: TileTable, start: int, end: int) -> LoggedPiece:
    return LoggedPiece(start, end, await rows.fetched(start, end), await tiles.bundles(start, end))
