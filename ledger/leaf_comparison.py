"""Comparing rows with their leaves, tile by tile; from plain values alone, so that any process can do it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import orjson

from domain.label import Label
from ledger.log.leaves import Commitment, Fetched, LeafForm
from ledger.log.tiles import WIDTH, bundle_of, first_of, leaves_of
from ledger.log.tree import HASH_BYTES, folded, leaf_hashes
from ledger.verification import Flaw

NO_LEAF: Final = Label("日志中没有它的叶", "the log has no leaf of it")
NO_ROW: Final = Label("日志中有叶，账本中没有该条", "the log has a leaf of it, and the ledger does not")
TWICE: Final = Label("同一位置有两条", "there are two at this position")
OTHER_LEAF: Final = Label("日志中的叶被改动", "its leaf in the log was altered")
OTHER_HASH: Final = Label("日志中的叶与树上的哈希不符", "its leaf is not the one whose hash is in the tree")
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
_position: Final = attrgetter("position")


@dataclass(frozen=True, slots=True)
class LoggedPiece:
    """Rows after `start` and through `end`, and their leaves as the log has them.

    `start` is a multiple of WIDTH; `tiles` are the bundles in order, each with the tile of its hashes.
    """

    start: int
    end: int
    rows: Fetched
    tiles: Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class ComparedTile:
    """What is wrong with the rows and leaves of one tile, and the hashes of its leaves as they stand there.

    `root` is that of a full tile, else None.
    """

    start: int
    end: int
    flaws: Sequence[Flaw]
    hashes: bytes
    root: bytes | None


@dataclass(frozen=True, slots=True)
class _Tile:
    """The rows at the positions after `start` and through `end`, and what the log has of them."""

    form: LeafForm
    start: int
    end: int
    rows: Sequence[Commitment]
    names: Mapping[bytes, bytes]
    bundle: bytes
    hashes: bytes

    def compared(self) -> ComparedTile:
        """Compare what the leaves should be with what they are, whole; one by one only where it is unlike."""
        kept: Sequence[bytes | None]
        flaws: list[Flaw] = []
        try:
            kept = made = self.form.leaves(self.rows, self.names)
        except KeyError:
            made = []  # The salt of one of them was destroyed.
        if len(made) != self.end - self.start or bundle_of(made) != self.bundle:
            kept = _kept(self.bundle, self.end - self.start)
            flaws = [*self._one_by_one(kept)]
        own = leaf_hashes(kept)
        joined = b"".join(own)
        if joined != self.hashes:
            flaws += self._unlike_hashes(kept, own)
        root = folded(joined) if len(own) == WIDTH else None
        return ComparedTile(self.start, self.end, sorted(flaws, key=_position), joined, root)

    def _one_by_one(self, kept: Sequence[bytes | None]) -> Iterator[Flaw]:
        """Yield what is wrong with each row, by the leaf at its position."""
        yield from not_one_each(self.rows, self.start, self.end, NO_ROW)
        for row in {row[0]: row for row in reversed(self.rows)}.values():
            position, _, stream, _, _ = row
            for what in self._unlike(row, self.names.get(stream), kept[position - self.start - 1]):
                yield Flaw(position, what)

    def _unlike(self, row: Commitment, name: bytes | None, kept: bytes | None) -> list[Label]:
        """Return what a leaf says of a row and is not so; whose it is can be told only with the salt."""
        if kept is None:
            return [NO_LEAF]
        made = self.form.leaf(row, name or _claimed(kept))
        if made == kept:
            return []
        said, own = _read(kept), _read(made)
        unlike = [what for part, what in PARTS.items() if said.get(part) != own.get(part)]
        return unlike or [OTHER_LEAF]

    def _unlike_hashes(self, kept: Sequence[bytes | None], own: Sequence[bytes]) -> Iterator[Flaw]:
        for number, (leaf, hashed) in enumerate(zip(kept, own, strict=True)):
            if leaf is not None and self.hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES] != hashed:
                yield Flaw(self.start + number + 1, OTHER_HASH)
        if len(self.hashes) > len(own) * HASH_BYTES:
            yield Flaw(self.end, OTHER_HASH)


def compared(form: LeafForm, piece: LoggedPiece, names: Mapping[bytes, bytes]) -> list[ComparedTile]:
    """Compare the rows of a piece with their leaves, and these with their hashes in the tree.

    `names` has what leaves call their streams, without those whose salt was destroyed.
    """
    rows = piece.rows.commitments()
    found = []
    for start, (bundle, hashes) in zip(range(piece.start, piece.end, WIDTH), piece.tiles, strict=True):
        end = min(piece.end, start + WIDTH)
        first, after = (bisect_left(rows, (each + 1,)) for each in (start, end))
        # The log may have grown since it was asked for its size.
        beginning = bundle if end - start == WIDTH else _beginning(bundle, end - start)
        tile = _Tile(
            *(form, start, end, rows[first:after], names),
            *(beginning, hashes[: (end - start) * HASH_BYTES] if end - start < WIDTH else hashes),
        )
        found.append(tile.compared())
    return found


def not_one_each(rows: Sequence[Commitment], start: int, end: int, missing: Label) -> Iterator[Flaw]:
    """Yield the positions after `start` and through `end` at which there is not exactly one row."""
    counted = Counter(position for position, *_ in rows)
    for position in range(start + 1, end + 1):
        if counted[position] != 1:
            yield Flaw(position, TWICE if counted[position] else missing)


def _beginning(bundle: bytes, width: int) -> bytes:
    try:
        return first_of(bundle, width)
    except ValueError:
        return bundle


def _kept(bundle: bytes, width: int) -> list[bytes | None]:
    """Return the leaves of a bundle; None for what is not there, or if they cannot be told apart."""
    try:
        leaves = leaves_of(bundle)
    except ValueError:
        leaves = []
    return [*leaves, *[None] * (width - len(leaves))] if len(leaves) <= width else [None] * width


def _claimed(leaf: bytes) -> bytes:
    """Return the pseudonym that a leaf gives itself."""
    return str(_read(leaf).get("s")).encode()


def _read(leaf_bytes: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(leaf_bytes)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
