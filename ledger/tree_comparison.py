"""Holding the tree that compared leaves make against what was signed of it and what the log keeps of it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from domain.label import Label
from ledger.leaf_comparison import ComparedTile
from ledger.log.checkpoint import Checkpoint
from ledger.log.tile_table import TileTable
from ledger.log.tiles import LEVELS, WIDTH, TilePlace
from ledger.log.tree import HASH_BYTES, GrowingRoot, folded
from ledger.verification import Flaw

OTHER_TREE: Final = Label(
    "到此为止的条目与已签署的日志不符", "the entries up to here are not those of the log that was signed"
)
OTHER_HASH_ABOVE: Final = Label(
    "从此处起的叶，其上层哈希与叶不符", "a hash above the leaves from here on is not that of theirs"
)


class SignedTree:
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


class KeptHashes:
    """Holds the hashes above the leaves against the tiles of the levels that the log keeps.

    Of each level it remembers at most one tile.
    """

    def __init__(self, kept: TileTable) -> None:
        """Read the tiles from a table, a few at a time."""
        self._kept = kept
        self._whole = defaultdict[int, int](int)
        self._begun = defaultdict[int, bytes](bytes)

    async def flaws(self, tiles: Sequence[ComparedTile]) -> Sequence[Flaw]:
        """Let the tree grow by tiles, and return where a tile that became full is unlike."""
        full: dict[TilePlace, bytes] = {}
        for tile in tiles:
            if tile.root is not None:
                self._add(1, tile.root, full)
        return await self._unlike(full)

    async def last_flaws(self) -> Sequence[Flaw]:
        """Return where a tile at the right edge of the tree is unlike."""
        return await self._unlike(
            {TilePlace(level, self._whole[level]): begun for level, begun in self._begun.items() if begun}
        )

    def _add(self, level: int, hashed: bytes, full: dict[TilePlace, bytes]) -> None:
        content = self._begun[level] + hashed
        if len(content) < WIDTH * HASH_BYTES:
            self._begun[level] = content
            return
        full[TilePlace(level, self._whole[level])] = content
        self._whole[level] += 1
        self._begun[level] = b""
        self._add(level + 1, folded(content), full)

    async def _unlike(self, made: dict[TilePlace, bytes]) -> Sequence[Flaw]:
        kept = await self._kept.tiles(made) if made else {}
        return [
            Flaw(((place.number * WIDTH + at // HASH_BYTES) << LEVELS * place.level) + 1, OTHER_HASH_ABOVE)
            for place, content in made.items()
            for at in range(0, len(content), HASH_BYTES)
            if kept.get(place, b"")[at : at + HASH_BYTES] != content[at : at + HASH_BYTES]
        ]
