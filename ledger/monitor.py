"""Comparing every entry with its leaf, and the tree with what was signed, as a monitor of a log does."""

from collections.abc import AsyncIterator, Callable, Mapping
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from domain.label import Label
from ledger.log.checkpoint import NoteError
from ledger.log.tiles import WIDTH
from ledger.log.transparency_log import LoggedEntry, TransparencyLog, leaf
from ledger.log.tree import GrowingRoot, leaf_hash
from ledger.store.append import StoredRow
from ledger.store.store import Store
from ledger.verification import Flaw

AT_ONCE: Final = 16 * WIDTH
NO_LEAF: Final = Label("日志中没有它的叶", "the log has no leaf of it")
NO_ENTRY: Final = Label("日志中有叶，账本中没有条目", "the log has a leaf of it, and the ledger no entry")
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


async def log_flaws(
    store: Store, log: TransparencyLog, progress: Callable[[float], None]
) -> AsyncIterator[Flaw]:
    """Yield what differs between the entries and the signed log, in order; `progress` takes 0.0 to 1.0.

    The checkpoint that DATA keeps outside the database is held against the entries as well.
    """
    try:
        signed = sorted(await log.signed(), key=lambda checkpoint: checkpoint.size)
    except NoteError:
        yield Flaw(0, NOT_SIGNED)
        signed = []
    size = await log.size()
    tree = GrowingRoot()
    for start in range(0, size, AT_ONCE):
        end = min(size, start + AT_ONCE)
        rows = {row.position: row for row in await store.rows(start, end - start, end)}
        salts = await log.salts(row.stream for row in rows.values())
        for position, (kept, hashed) in enumerate(await log.leaves(start, end), start + 1):
            for what in _unlike(rows.get(position), kept, log.origin, salts):
                yield Flaw(position, what)
            if kept is not None and leaf_hash(kept) != hashed:
                yield Flaw(position, OTHER_HASH)
            tree.add(leaf_hash(kept or b""))
            if any(each.size == position and each.root != tree.root() for each in signed):
                yield Flaw(position, OTHER_TREE)
        progress(end / size)
    if signed and signed[-1].size > size:
        yield Flaw(signed[-1].size, FEWER)
    progress(1.0)


def _unlike(
    row: StoredRow | None, kept: bytes | None, origin: str, salts: Mapping[UUID, bytes]
) -> list[Label]:
    """Return what a leaf says of an entry and is not so; whose it is can be told only with the salt."""
    if row is None:
        return [NO_ENTRY]
    if kept is None:
        return [NO_LEAF]
    entry = LoggedEntry(row.position, row.recorded_at, row.stream, row.version, sha256(row.body).digest())
    salt = salts.get(entry.stream)
    made = leaf(origin, entry, salt)
    said, own = _read(kept), _read(made)
    unlike = [what for part, what in PARTS.items() if said.get(part) != own[part] and (salt or part != "s")]
    return unlike or ([OTHER_LEAF] if salt and kept != made else [])


def _read(leaf_bytes: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(leaf_bytes)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
