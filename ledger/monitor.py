"""Comparing every row with its leaf, and the tree with what was signed, as a monitor of a log does."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext
from functools import partial
from typing import Final

from domain.label import Label
from ledger.compute import compute
from ledger.leaf_comparison import ComparedTile, LoggedPiece, compared, not_one_each
from ledger.log.checkpoint import Checkpoint, NoteError
from ledger.log.tiles import LEVELS, WIDTH
from ledger.log.transparency_log import TransparencyLog
from ledger.log.tree import HASH_BYTES, GrowingRoot
from ledger.processes import forked_processes, processors
from ledger.verification import Flaw

AT_ONCE: Final = 16 * WIDTH
FEW: Final = 4 * AT_ONCE
"""Up to so many rows are compared here: other processes would cost more than they save."""
MISSING: Final = Label("缺少该条", "it is missing")
STRAY: Final = Label("该位置从未分配，是另行插入的", "this position was never given out: it was inserted")
NOT_SIGNED: Final = Label(
    "日志的检查点未经日志密钥签署", "the checkpoint of the log is not signed by the log's key"
)
FEWER: Final = Label("日志比已签署的短", "the log is shorter than what was signed")
OTHER_TREE: Final = Label(
    "到此为止的条目与已签署的日志不符", "the entries up to here are not those of the log that was signed"
)


async def log_flaws(
    log: TransparencyLog, progress: Callable[[float], None], few: int = FEW
) -> AsyncIterator[Flaw]:
    """Yield what differs between the rows and their signed log, in order; `progress` takes 0.0 to 1.0.

    The checkpoint that DATA keeps outside the database is held against the rows as well. Costs one pass over
    the rows and their leaves, a few megabytes at a time for each processor; more than `few` rows are compared
    by processes of their own.
    """
    try:
        signed = await log.signed()
    except NoteError:
        yield Flaw(0, NOT_SIGNED)
        signed = []
    last = await log.rows.last()
    size = await log.size()
    tree = _SignedTree(signed)
    with forked_processes() if size > few else nullcontext() as pool:
        async for tiles in _compared(log, size, pool):
            for tile in tiles:
                for each in (*tile.flaws, *tree.flaws(tile)):
                    yield each
            progress(tiles[-1].end / size)
    for start in range(size, last, AT_ONCE):
        end = min(last, start + AT_ONCE)
        rows = (await log.rows.fetched(start, end)).commitments()
        for each in not_one_each(rows, start, end, MISSING):
            yield each
    for position in await log.rows.strays():
        yield Flaw(position, STRAY)
    longest = max((each.size for each in signed), default=0)
    if longest > size:
        yield Flaw(longest, FEWER)
    progress(1.0)


async def _compared(
    log: TransparencyLog, size: int, pool: Executor | None
) -> AsyncIterator[Sequence[ComparedTile]]:
    """Yield the tiles of a log in order; the next pieces are fetched and compared meanwhile."""
    ahead: deque[asyncio.Task[Sequence[ComparedTile]]] = deque()
    try:
        for start in range(0, size, AT_ONCE):
            ahead.append(asyncio.create_task(_piece(log, start, min(size, start + AT_ONCE), pool)))
            if len(ahead) > 2 * processors():
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    finally:
        for each in ahead:
            each.cancel()


async def _piece(log: TransparencyLog, start: int, end: int, pool: Executor | None) -> Sequence[ComparedTile]:
    rows = await log.rows.fetched(start, end)
    names = await log.pseudonyms(rows.streams())
    piece = LoggedPiece(start, end, rows, names, await log.bundles(start, end))
    if pool is None:
        return await compute(partial(compared, log.form, piece), end - start)
    return await asyncio.get_running_loop().run_in_executor(pool, compared, log.form, piece)


class _SignedTree:
    """Lets a tree grow by tiles, and holds it against what was signed of it."""

    def __init__(self, signed: Sequence[Checkpoint]) -> None:
        self._signed = signed
        self._tree = GrowingRoot()

    def flaws(self, tile: ComparedTile) -> Iterator[Flaw]:
        """Let the tree grow by a tile, and yield where it is not the one that was signed."""
        if tile.root is not None and not any(tile.start < each.size < tile.end for each in self._signed):
            self._tree.add(tile.root, LEVELS)
            yield from self._unlike_signed()
            return
        for at in range(0, len(tile.hashes), HASH_BYTES):
            self._tree.add(tile.hashes[at : at + HASH_BYTES])
            yield from self._unlike_signed()

    def _unlike_signed(self) -> Iterator[Flaw]:
        size = self._tree.size
        if any(each.size == size and each.root != self._tree.root() for each in self._signed):
            yield Flaw(size, OTHER_TREE)
