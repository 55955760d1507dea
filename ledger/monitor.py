"""Comparing every row with its leaf, and the tree with what was signed, as a monitor of a log does."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson

from domain.label import Label
from ledger.log.checkpoint import Checkpoint, NoteError
from ledger.log.leaves import Commitment, leaf
from ledger.log.tiles import WIDTH
from ledger.log.transparency_log import TransparencyLog
from ledger.log.tree import GrowingRoot, leaf_hash
from ledger.verification import Flaw

AT_ONCE: Final = 16 * WIDTH
NO_LEAF: Final = Label("日志中没有它的叶", "the log has no leaf of it")
NO_ROW: Final = Label("日志中有叶，账本中没有该条", "the log has a leaf of it, and the ledger does not")
TWICE: Final = Label("同一位置有两条", "there are two at this position")
MISSING: Final = Label("缺少该条", "it is missing")
STRAY: Final = Label("该位置从未分配，是另行插入的", "this position was never given out: it was inserted")
OTHER_LEAF: Final = Label("日志中的叶被改动", "its leaf in the log was altered")
OTHER_HASH: Final = Label("日志中的叶与树上的哈希不符", "its leaf is not the one whose hash is in the tree")
NOT_SIGNED: Final = Label(
    "日志的检查点未经日志密钥签署", "the checkpoint of the log is not signed by the log's key"
)
FEWER: Final = Label("日志比已签署的短", "the log is shorter than what was signed")
OTHER_TREE: Final = Label(
    "到此为止的条目与已签署的日志不符", "the entries up to here are not those of the log that was signed"
)
PARTS: Final = {
    "h": Label("内容与日志中的叶不符", "its content is not that of its leaf in the log"),
    "l": Label("叶属于另一个日志", "its leaf is that of another log"),
    "n": Label("叶的位置不符", "its leaf is that of another position"),
    "r": Label("登记时间与日志中的叶不符", "recorded_at is not that of its leaf in the log"),
    "s": Label("所属档案与日志中的叶不符", "its stream is not that of its leaf in the log"),
    "v": Label("版本与日志中的叶不符", "its version is not that of its leaf in the log"),
    "z": Label("叶的格式不符", "its leaf is of another form"),
}
"""What it means that a part of a leaf is not what the entry says."""


async def log_flaws(log: TransparencyLog, progress: Callable[[float], None]) -> AsyncIterator[Flaw]:
    """Yield what differs between the rows and their signed log, in order; `progress` takes 0.0 to 1.0.

    The checkpoint that DATA keeps outside the database is held against the rows as well.
    """
    try:
        signed = sorted(await log.signed(), key=lambda checkpoint: checkpoint.size)
    except NoteError:
        yield Flaw(0, NOT_SIGNED)
        signed = []
    last = await log.rows.last()
    size = await log.size()
    tree = GrowingRoot()
    for start in range(0, size, AT_ONCE):
        end = min(size, start + AT_ONCE)
        async for each in _compared(log, start, end, tree, signed):
            yield each
        progress(end / size)
    for start in range(size, last, AT_ONCE):
        async for each in _unlogged(log, start, min(last, start + AT_ONCE)):
            yield each
    for position in await log.rows.strays():
        yield Flaw(position, STRAY)
    if signed and signed[-1].size > size:
        yield Flaw(signed[-1].size, FEWER)
    progress(1.0)


async def _compared(
    log: TransparencyLog, start: int, end: int, tree: GrowingRoot, signed: Sequence[Checkpoint]
) -> AsyncIterator[Flaw]:
    """Yield what differs between rows and their leaves, and between the tree and what was signed of it."""
    rows, twice = await _rows(log, start, end)
    for position in twice:
        yield Flaw(position, TWICE)
    salts = await log.salts(row.stream for row in rows.values())
    for position, (kept, hashed) in enumerate(await log.leaves(start, end), start + 1):
        for what in _unlike(log, rows.get(position), kept, salts):
            yield Flaw(position, what)
        if kept is not None and leaf_hash(kept) != hashed:
            yield Flaw(position, OTHER_HASH)
        tree.add(leaf_hash(kept or b""))
        if any(each.size == position and each.root != tree.root() for each in signed):
            yield Flaw(position, OTHER_TREE)


async def _unlogged(log: TransparencyLog, start: int, end: int) -> AsyncIterator[Flaw]:
    """Yield what is wrong with rows that have no leaf yet: that one is missing, or stands twice."""
    rows, twice = await _rows(log, start, end)
    for position in twice:
        yield Flaw(position, TWICE)
    for position in range(start + 1, end + 1):
        if position not in rows:
            yield Flaw(position, MISSING)


async def _rows(log: TransparencyLog, start: int, end: int) -> tuple[dict[int, Commitment], list[int]]:
    """Return what the rows after `start` and through `end` commit to, and the positions that stand twice."""
    found: dict[int, Commitment] = {}
    twice: list[int] = []
    after = start
    while after < end:
        piece = await log.rows.commitments(after, end - after)
        for row in piece:
            if row.position in found:
                twice.append(row.position)
            elif row.position <= end:
                found[row.position] = row
        after = piece[-1].position if piece else end
    return found, twice


def _unlike(
    log: TransparencyLog, row: Commitment | None, kept: bytes | None, salts: Mapping[UUID, bytes]
) -> list[Label]:
    """Return what a leaf says of a row and is not so; whose it is can be told only with the salt."""
    if row is None:
        return [NO_ROW]
    if kept is None:
        return [NO_LEAF]
    salt = salts.get(row.stream)
    made = leaf(log.origin, row, log.rows.pseudonyms, salt)
    said, own = _read(kept), _read(made)
    unlike = [
        what for part, what in PARTS.items() if said.get(part) != own.get(part) and (salt or part != "s")
    ]
    return unlike or ([OTHER_LEAF] if salt and kept != made else [])


def _read(leaf_bytes: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(leaf_bytes)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
