"""Whether the entries of a stream stand in the log: each as its leaf, which leads to the signed root."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import orjson

from domain.label import Label
from ledger.log import tree
from ledger.log.checkpoint import Checkpoint, NoteError
from ledger.log.leaves import Commitment, moment_of
from ledger.log.transparency_log import ProvedLeaf, TransparencyLog
from ledger.store.append import StoredRow

UNSIGNED: Final = Label("日志的签名无效", "the log's own signature is not valid")
OTHER_LEAF: Final = Label(
    "与日志中签过名的不一致：条目或者日志被改动",
    "it is not what the log signed: the entry or the log was altered",
)
NO_LEAF: Final = Label("日志中应有的这一条缺失", "the log lacks it, though it was signed")
NO_PROOF: Final = Label(
    "不能由日志推算到签名的根：日志被改动", "it does not lead to the signed root: the log was altered"
)
_AT_ONCE: Final = 50
"""Entries of which leaves and proofs are read at once; the tiles of each may have 50 kB."""


@dataclass(frozen=True, slots=True)
class LoggedStream:
    """How many entries of a stream stand in the log, how long that is, and what is wrong by version."""

    in_log: int
    log_size: int
    flaws: Mapping[int, Label]


async def logged_stream(log: TransparencyLog, rows: Sequence[StoredRow]) -> LoggedStream:
    """Verify that entries stand in the signed log, as far as it reaches: the last may follow in a second."""
    try:
        note = await log.published()
    except NoteError:
        return LoggedStream(0, 0, {row.version: UNSIGNED for row in rows[:1]})
    signed = None if note is None else Checkpoint.read(note.text)
    if note is None or signed is None:
        return LoggedStream(0, 0, {})
    reached = [row for row in rows if row.position <= signed.size]
    found: dict[int, Label] = {}
    for start in range(0, len(reached), _AT_ONCE):
        piece = reached[start : start + _AT_ONCE]
        commitments = [_commitment(row) for row in piece]
        names = await log.pseudonyms({row.stream.bytes for row in piece})
        proved = await log.proved([row.position for row in piece], note)
        for row, commitment in zip(piece, commitments, strict=True):
            what = _wrong(log, signed, commitment, names.get(commitment[2]), proved.get(row.position))
            if what is not None:
                found[row.version] = what
    return LoggedStream(len(reached) - len(found), signed.size, found)


def _commitment(row: StoredRow) -> Commitment:
    digest = sha256(row.body).digest()
    return row.position, moment_of(row.recorded_at), row.stream.bytes, row.version, digest


def _wrong(
    log: TransparencyLog,
    signed: Checkpoint,
    commitment: Commitment,
    pseudonym: bytes | None,
    proved: ProvedLeaf | None,
) -> Label | None:
    if proved is None:
        return NO_LEAF
    # Of a stream whose salt was destroyed the leaf alone says what it calls it.
    named = pseudonym or orjson.loads(proved.leaf)["s"].encode()
    if log.form.leaf(commitment, named) != proved.leaf:
        return OTHER_LEAF
    hashed = tree.leaf_hash(proved.leaf)
    root = tree.root_of_inclusion(hashed, commitment[0] - 1, signed.size, proved.hashes)
    return None if root == signed.root else NO_PROOF
