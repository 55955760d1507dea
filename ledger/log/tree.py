"""The hash tree of RFC 6962, section 2.1: its root, and proofs that a leaf or an earlier tree stands in it.

A proof is a list of spans of leaves, each of which contributes one hash. So what a proof needs is known
before a single hash is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
_PAIR: Final = 2 * HASH_BYTES
EMPTY_ROOT: Final = sha256(b"").digest()

Node = tuple[int, int]
"""A complete subtree: its level, 0 for a leaf, and its index among those of the level."""
ReadNode = Callable[[Node], bytes]


class LeafSpan(NamedTuple):
    """The leaves from `start` up to `end`, `end` left out."""

    start: int
    end: int


class GrowingRoot:
    """The root of a tree that is read leaf by leaf, from at most 64 hashes in memory."""

    def __init__(self) -> None:
        self.size = 0
        self._right: list[tuple[int, bytes]] = []

    def add(self, hashed: bytes, level: int = 0) -> None:
        """Append the hash of a leaf, or of a complete subtree where one of its level begins."""
        self.size += 1 << level
        while self._right and self._right[-1][0] == level:
            hashed = node_hash(self._right.pop()[1], hashed)
            level += 1
        self._right.append((level, hashed))

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        hashed = EMPTY_ROOT
        for number, (_, left) in enumerate(reversed(self._right)):
            hashed = node_hash(left, hashed) if number else left
        return hashed


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes | None]) -> list[bytes]:
    """Return the hash of each leaf; one that is not there counts as empty."""
    return [sha256(b"\x00" + (leaf or b"")).digest() for leaf in leaves]


def folded(hashes: bytes) -> bytes:
    """Return the hash of a complete subtree, from the hashes of its leaves one behind the other."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[at : at + _PAIR]).digest() for at in range(0, len(hashes), _PAIR)]
        )
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def nodes(span: LeafSpan) -> Iterator[Node]:
    """Yield the complete subtrees of which a span of a tree consists, from left to right."""
    start = span.start
    while start < span.end:
        level = (span.end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def span_hash(span: LeafSpan, read: ReadNode) -> bytes:
    """Return the hash of a span that is a subtree of a tree; its complete subtrees are read."""
    hashes = [read(node) for node in nodes(span)]
    if not hashes:
        return EMPTY_ROOT
    root = hashes.pop()
    while hashes:
        root = node_hash(hashes.pop(), root)
    return root


def root(size: int, read: ReadNode) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return span_hash(LeafSpan(0, size), read)


def inclusion(index: int, size: int) -> list[LeafSpan]:
    """Return the spans whose hashes prove that a leaf stands in a tree of `size`, from the leaf up."""
    if not 0 <= index < size:
        message = f"no leaf {index} in a tree of {size}"
        raise ValueError(message)
    start, end = 0, size
    path: list[LeafSpan] = []
    while end - start > 1:
        middle = start + _left(end - start)
        if index < middle:
            path.append(LeafSpan(middle, end))
            end = middle
        else:
            path.append(LeafSpan(start, middle))
            start = middle
    return path[::-1]


def consistency(old: int, size: int) -> list[LeafSpan]:
    """Return the spans whose hashes prove that a tree of `old` is the beginning of one of `size`."""
    if not 0 <= old <= size:
        message = f"a tree of {size} has no beginning of {old}"
        raise ValueError(message)
    if old in {0, size}:
        return []
    start, end, whole = 0, size, True
    path: list[LeafSpan] = []
    while end != old:
        middle = start + _left(end - start)
        if old <= middle:
            path.append(LeafSpan(middle, end))
            end = middle
        else:
            path.append(LeafSpan(start, middle))
            start, whole = middle, False
    return ([] if whole else [LeafSpan(start, end)]) + path[::-1]


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof yields for the hash of a leaf; None if none is proved by it."""
    if not 0 <= index < size:
        return None
    spans = inclusion(index, size)
    if len(spans) != len(proof):
        return None
    hashed = leaf
    for span, other in zip(spans, proof, strict=True):
        hashed = node_hash(other, hashed) if span.start < index else node_hash(hashed, other)
    return hashed


def is_consistent(old: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether a proof shows that the tree of `old` leaves is the beginning of the other."""
    if not 0 <= old <= size:
        return False
    if old in {0, size}:
        return not proof and old_root == (EMPTY_ROOT if old == 0 else new_root)
    spans = consistency(old, size)
    if len(spans) != len(proof):
        return False
    # The first hash is the last subtree of the old tree; where that is the whole old tree, it is known.
    begun = spans[0].end == old
    before = after = proof[0] if begun else old_root
    for span, other in zip(spans[begun:], proof[begun:], strict=True):
        after = node_hash(other, after) if span.end <= old else node_hash(after, other)
        if span.end <= old:
            before = node_hash(other, before)
    return before == old_root and after == new_root


def _left(size: int) -> int:
    """Return how many leaves the left subtree of a tree has: the largest power of two below its size."""
    return 1 << ((size - 1).bit_length() - 1)
