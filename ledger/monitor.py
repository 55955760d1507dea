"""Comparing every row with its leaf, and the tree with what was signed, as a monitor of a log does."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from typing import Final

from domain.label import Label
from ledger.leaf_comparison import ComparedTile, not_one_each
from ledger.log.checkpoint import NoteError
from ledger.log.tiles import WIDTH
from ledger.log.transparency_log import TransparencyLog
from ledger.piece_comparison import Here, PieceComparison, comparing_processes
from ledger.tree_comparison import KeptHashes, SignedTree
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


async def log_flaws(
    log: TransparencyLog, progress: Callable[[float], None], few: int = FEW
) -> AsyncIterator[Flaw]:
    """Yield what differs between the rows and their signed log, as it is found; `progress` takes 0.0 to 1.0.

    Every tile that the log serves is compared: leaves, their hashes, and those above. The checkpoint that
    DATA keeps outside the database is held against the rows as well. Costs one pass over the rows and their
    leaves, a few megabytes at a time for each processor; more than `few` rows are compared by processes of
    their own.
    """
    try:
        signed = await log.signed()
    except NoteError:
        yield Flaw(0, NOT_SIGNED)
        signed = []
    last = await log.rows.last()
    size = await log.size()
    tree = SignedTree(signed)
    above = KeptHashes(log.kept_tiles)
    async with _comparisons(log, size, few) as comparisons:
        async for tiles in _compared(size, comparisons):
            for tile in tiles:
                for each in (*tile.flaws, *tree.flaws(tile)):
                    yield each
            for each in await above.flaws(tiles):
                yield each
            progress(tiles[-1].end / size)
    for each in await above.last_flaws():
        yield each
    async for each in _missing(log, size, last):
        yield each
    for position in await log.rows.strays():
        yield Flaw(position, STRAY)
    longest = max((each.size for each in signed), default=0)
    if longest > size:
        yield Flaw(longest, FEWER)
    progress(1.0)


async def _missing(log: TransparencyLog, size: int, last: int) -> AsyncIterator[Flaw]:
    """Yield the positions behind the tree at which there is not exactly one row."""
    for start in range(size, last, AT_ONCE):
        end = min(last, start + AT_ONCE)
        rows = (await log.rows.fetched(start, end)).commitments()
        for each in not_one_each(rows, start, end, MISSING):
            yield each


@asynccontextmanager
async def _comparisons(log: TransparencyLog, size: int, few: int) -> AsyncIterator[Sequence[PieceComparison]]:
    if size <= few:
        yield [Here(log)]
        return
    async with comparing_processes(log) as beside:
        yield beside


async def _compared(
    size: int, comparisons: Sequence[PieceComparison]
) -> AsyncIterator[Sequence[ComparedTile]]:
    """Yield the tiles of a log in order; each comparison does the next piece meanwhile."""
    ahead: deque[asyncio.Task[Sequence[ComparedTile]]] = deque()
    turns = cycle([(each, asyncio.Lock()) for each in comparisons])
    try:
        for start in range(0, size, AT_ONCE):
            comparison, its_turn = next(turns)
            piece = _in_turn(comparison, its_turn, start, min(size, start + AT_ONCE))
            ahead.append(asyncio.create_task(piece))
            if len(ahead) > 2 * len(comparisons):
                yield await ahead.popleft()
        while ahead:
            yield await ahead.popleft()
    finally:
        for each in ahead:
            each.cancel()


async def _in_turn(
    comparison: PieceComparison, its_turn: asyncio.Lock, start: int, end: int
) -> Sequence[ComparedTile]:
    async with its_turn:
        return await comparison(start, end)
