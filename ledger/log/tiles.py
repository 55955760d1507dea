"""Tiles: the hashes of the tree in pieces of 256, as c2sp.org/tlog-tiles publishes them.

A tile of level 0 holds hashes of leaves, a tile of level n + 1 the roots of full tiles of level n. A full
tile never changes. The leaves themselves stand in bundles of 256.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.log.tree import HASH_BYTES, LeafSpan, Node, folded, leaf_hash, nodes

WIDTH: Final = 256
LEVELS: Final = 8
"""Levels of the tree of which the hashes of a full tile make one."""
_LENGTH_BYTES: Final = 2
BUNDLES: Final = -1
"""The level under which the bundles of leaves are kept."""
_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TilePlace(NamedTuple):
    """Where a tile stands: its level, or BUNDLES, and its number within it."""

    level: int
    number: int


class Tile(NamedTuple):
    """A tile as it is asked for: its place, and how many of its hashes or leaves; 256 if it is full."""

    place: TilePlace
    width: int

    @property
    def path(self) -> str:
        """The path of the tile within a log."""
        level = "entries" if self.place.level == BUNDLES else str(self.place.level)
        digits = f"{self.place.number:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        return f"tile/{level}/{number}" + ("" if self.width == WIDTH else f".p/{self.width}")

    @classmethod
    def of_path(cls, path: str) -> "Tile | None":
        """Return the tile of a path; None if it is the path of none, or not the one way to write it."""
        read = _PATH.fullmatch(path)
        if read is None:
            return None
        level = BUNDLES if read["level"] == "entries" else int(read["level"])
        number = int(read["number"].replace("x", "").replace("/", ""))
        tile = cls(TilePlace(level, number), int(read["width"] or WIDTH))
        return tile if tile.path == path else None

    def has_been(self, size: int) -> bool:
        """Return whether a log of `size` leaves has the tile, or had it when it was smaller."""
        level, number = self.place
        return number * WIDTH + self.width <= _held(level, size)


def tiles(size: int) -> Iterator[Tile]:
    """Yield the tiles of a tree of `size` leaves, and its bundles."""
    level = BUNDLES
    while (held := _held(level, size)) > 0:
        for number in range(-(-held // WIDTH)):
            yield Tile(TilePlace(level, number), min(WIDTH, held - number * WIDTH))
        level += 1


def edge(size: int) -> list[TilePlace]:
    """Return the places of the tiles and the bundle at the right edge of a tree that are not full yet."""
    return [tile.place for tile in _not_full(size)]


def grown(kept: Mapping[TilePlace, bytes], size: int, leaves: Sequence[bytes]) -> dict[TilePlace, bytes]:
    """Return the tiles that change when leaves follow the first `size`, each whole; `kept` holds the edge.

    Raises ValueError if a tile of the edge is not as long as the size demands.
    """
    for tile in _not_full(size):
        if tile.place.level != BUNDLES:
            held = len(kept.get(tile.place, b""))
            if held != tile.width * HASH_BYTES:
                message = f"{tile.path} has {held} bytes"
                raise ValueError(message)
    changed: dict[TilePlace, bytearray] = {}

    def put(level: int, index: int, piece: bytes) -> None:
        place = TilePlace(level, index // WIDTH)
        if place not in changed:
            changed[place] = bytearray(kept.get(place, b"") if index % WIDTH else b"")
        changed[place] += piece

    for first, leaf in enumerate(leaves, size):
        put(BUNDLES, first, bundle_of([leaf]))
        level, index, hashed = 0, first, leaf_hash(leaf)
        put(level, index, hashed)
        while (index + 1) % WIDTH == 0:
            hashed = folded(bytes(changed[TilePlace(level, index // WIDTH)]))
            level, index = level + 1, index // WIDTH
            put(level, index, hashed)
    return {place: bytes(content) for place, content in changed.items()}


def holding(spans: Iterable[LeafSpan]) -> set[TilePlace]:
    """Return the places of the tiles by which the hashes of these spans are computed."""
    return {_place(node)[0] for span in spans for node in nodes(span)}


class TileNodes:
    """Reads the nodes of a tree from tiles."""

    def __init__(self, kept: Mapping[TilePlace, bytes]) -> None:
        self._kept = kept

    def __call__(self, node: Node) -> bytes:
        """Return the hash of a complete subtree. Raises KeyError if its tile is not there or is too short."""
        place, first, count = _place(node)
        content = self._kept[place][first * HASH_BYTES : (first + count) * HASH_BYTES]
        if len(content) != count * HASH_BYTES:
            raise KeyError(place)
        return folded(content)


def bundle_of(leaves: Iterable[bytes]) -> bytes:
    """Return leaves as a bundle."""
    return b"".join([len(leaf).to_bytes(_LENGTH_BYTES, "big") + leaf for leaf in leaves])


def leaves_of(bundle: bytes) -> list[bytes]:
    """Return the leaves of a bundle. Raises ValueError if it is cut short."""
    leaves = []
    start = 0
    while start < len(bundle):
        length = int.from_bytes(bundle[start : start + _LENGTH_BYTES], "big")
        start += _LENGTH_BYTES
        leaf = bundle[start : start + length]
        if start > len(bundle) or len(leaf) != length:
            message = "a bundle of leaves is cut short"
            raise ValueError(message)
        leaves.append(leaf)
        start += length
    return leaves


def first_of(bundle: bytes, width: int) -> bytes:
    """Return a bundle of the first leaves of another."""
    return bundle_of(leaves_of(bundle)[:width])


def _held(level: int, size: int) -> int:
    """Return how many hashes, or leaves in bundles, a level of a tree holds."""
    return size >> (LEVELS * max(level, 0))


def _not_full(size: int) -> Iterator[Tile]:
    level = BUNDLES
    while (held := _held(level, size)) > 0:
        if held % WIDTH:
            yield Tile(TilePlace(level, held // WIDTH), held % WIDTH)
        level += 1


def _place(node: Node) -> tuple[TilePlace, int, int]:
    """Return the tile that holds a node, and the first and the number of the hashes that the node covers."""
    level, index = node
    above = level % LEVELS
    first = index << above
    return TilePlace(level // LEVELS, first // WIDTH), first % WIDTH, 1 << above
