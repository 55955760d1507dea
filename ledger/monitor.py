"""Comparing every row with its leaf, and the tree with what was signed, as a monitor of a log does."""

import asyncio
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import orjson

from domain.label import Label
from ledger.log.checkpoint import Checkpoint, NoteError
from ledger.log.leaves import Commitment
from ledger.log.tiles import LEVELS, WIDTH, bundle_of, first_of, leaves_of
from ledger.log.transparency_log import TransparencyLog
from ledger.log.tree import HASH_BYTES, GrowingRoot, folded, leaf_hash
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
_position: Final = attrgetter("position")


async def log_flaws(log: TransparencyLog, progress: Callable[[float], None]) -> AsyncIterator[Flaw]:
    """Yield what differs between the rows and their signed log, in order; `progress` takes 0.0 to 1.0.

    The checkpoint that DATA keeps outside the database is held against the rows as well. Costs one pass over
    the rows and their leaves, a few megabytes at a time.
    """
    try:
        signed = await log.signed()
    except NoteError:
        yield Flaw(0, NOT_SIGNED)
        signed = []
    last = await log.rows.last()
    size = await log.size()
    comparison = _Comparison(log, signed)
    async for piece in _ahead(log, size):
        for start, bundle, hashes in piece.tiles:
            for each in sorted(comparison.flaws(piece, start, bundle, hashes), key=_position):
                yield each
            # Other tasks run, among them the one that fetches the next piece.
            await asyncio.sleep(0)
        progress(piece.end / size)
    for start in range(size, last, AT_ONCE):
        end = min(last, start + AT_ONCE)
        for each in _stray(await log.rows.commitments(start, end), start, end, MISSING):
            yield each
    for position in await log.rows.strays():
        yield Flaw(position, STRAY)
    longest = max((each.size for each in signed), default=0)
    if longest > size:
        yield Flaw(longest, FEWER)
    progress(1.0)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows through `end` and their leaves: the tiles with the index of their first leaf."""

    end: int
    rows: Sequence[Commitment]
    names: Mapping[bytes, bytes]
    tiles: Sequence[tuple[int, bytes, bytes]]


async def _fetched(log: TransparencyLog, start: int, end: int) -> _Piece:
    rows = await log.rows.commitments(start, end)
    names = await log.pseudonyms(rows)
    tiles = await log.bundles(start, end)
    return _Piece(
        end,
        rows,
        names,
        [(first, *tile) for first, tile in zip(range(start, end, WIDTH), tiles, strict=True)],
    )


async def _ahead(log: TransparencyLog, size: int) -> AsyncIterator[_Piece]:
    """Yield the pieces of a log in order, each fetched while the one before is compared."""
    fetching: deque[asyncio.Task[_Piece]] = deque()
    try:
        for start in range(0, size, AT_ONCE):
            fetching.append(asyncio.create_task(_fetched(log, start, min(size, start + AT_ONCE))))
            if len(fetching) > 1:
                yield await fetching.popleft()
        while fetching:
            yield await fetching.popleft()
    finally:
        for each in fetching:
            each.cancel()


class _Comparison:
    """Compares rows with the leaves of a log, and its tree with what was signed of it, tile by tile.

    What the leaves of a tile should be is made first, and compared whole: where it is equal, every row, its
    leaf and their order are as they were logged. Only where it is not, they are looked at one by one.
    """

    def __init__(self, log: TransparencyLog, signed: Sequence[Checkpoint]) -> None:
        self._form = log.form
        self._signed = signed
        self._tree = GrowingRoot()

    def flaws(self, piece: _Piece, start: int, bundle: bytes, hashes: bytes) -> Iterator[Flaw]:
        """Yield what is wrong with the rows and leaves of one tile, of which the first index is `start`."""
        end = min(piece.end, start + WIDTH)
        first, after = (bisect_left(piece.rows, (each + 1,)) for each in (start, end))
        rows = piece.rows[first:after]
        if end - start < WIDTH:
            # The log may have grown since it was asked for its size.
            bundle, hashes = _beginning(bundle, end - start), hashes[: (end - start) * HASH_BYTES]
        kept: Sequence[bytes | None]
        try:
            kept = made = self._form.leaves(rows, piece.names)
        except KeyError:
            made = []  # The salt of one of them was destroyed.
        if len(made) != end - start or bundle_of(made) != bundle:
            kept = _kept(bundle, end - start)
            yield from self._one_by_one(piece, rows, start, kept)
        own = [leaf_hash(each or b"") for each in kept]
        if b"".join(own) != hashes:
            yield from _unlike_hashes(kept, own, start, hashes)
        yield from self._grown(start, end, own)

    def _grown(self, start: int, end: int, hashes: Sequence[bytes]) -> Iterator[Flaw]:
        """Let the tree grow by these leaves, and yield where it is not the one that was signed."""
        if end - start == WIDTH and not any(start < each.size < end for each in self._signed):
            self._tree.add(folded(b"".join(hashes)), LEVELS)
            yield from self._unlike_signed()
            return
        for hashed in hashes:
            self._tree.add(hashed)
            yield from self._unlike_signed()

    def _unlike_signed(self) -> Iterator[Flaw]:
        size = self._tree.size
        if any(each.size == size and each.root != self._tree.root() for each in self._signed):
            yield Flaw(size, OTHER_TREE)

    def _one_by_one(
        self, piece: _Piece, rows: Sequence[Commitment], start: int, kept: Sequence[bytes | None]
    ) -> Iterator[Flaw]:
        """Yield what is wrong with each row of a tile, by the leaf at its position."""
        yield from _stray(rows, start, start + len(kept), NO_ROW)
        for row in {row[0]: row for row in reversed(rows)}.values():
            position, _, stream, _, _ = row
            for what in self._unlike(row, piece.names.get(stream), kept[position - start - 1]):
                yield Flaw(position, what)

    def _unlike(self, row: Commitment, name: bytes | None, kept: bytes | None) -> list[Label]:
        """Return what a leaf says of a row and is not so; whose it is can be told only with the salt."""
        if kept is None:
            return [NO_LEAF]
        made = self._form.leaf(row, name or _claimed(kept))
        if made == kept:
            return []
        said, own = _read(kept), _read(made)
        unlike = [what for part, what in PARTS.items() if said.get(part) != own.get(part)]
        return unlike or [OTHER_LEAF]


def _stray(rows: Sequence[Commitment], start: int, end: int, missing: Label) -> Iterator[Flaw]:
    """Yield the positions after `start` and through `end` at which there is not exactly one row."""
    counted = Counter(position for position, *_ in rows)
    for position in range(start + 1, end + 1):
        if counted[position] != 1:
            yield Flaw(position, TWICE if counted[position] else missing)


def _unlike_hashes(
    kept: Sequence[bytes | None], own: Sequence[bytes], start: int, hashes: bytes
) -> Iterator[Flaw]:
    for number, (leaf, hashed) in enumerate(zip(kept, own, strict=True)):
        if leaf is not None and hashes[number * HASH_BYTES : (number + 1) * HASH_BYTES] != hashed:
            yield Flaw(start + number + 1, OTHER_HASH)
    if len(hashes) > len(own) * HASH_BYTES:
        yield Flaw(start + len(own), OTHER_HASH)


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
