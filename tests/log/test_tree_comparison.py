"""The hashes above the leaves are held against those that the log keeps, tile by tile."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, Final

import pytest

from ledger.leaf_comparison import ComparedTile
from ledger.log.tiles import WIDTH, TilePlace
from ledger.log.tree import HASH_BYTES, folded
from ledger.tree_comparison import OTHER_HASH_ABOVE, KeptHashes

TILES: Final = WIDTH + 44
ROOTS: Final = [sha256(b"%d" % number).digest() for number in range(TILES)]
FIRST, SECOND = b"".join(ROOTS[:WIDTH]), b"".join(ROOTS[WIDTH:])
KEPT: Final = {TilePlace(1, 0): FIRST, TilePlace(1, 1): SECOND, TilePlace(2, 0): folded(FIRST)}
"""What a log of 300 full tiles of leaves keeps above them."""


class Kept:
    """The tiles that a log keeps, in memory."""

    def __init__(self, kept: dict[TilePlace, bytes]) -> None:
        self.kept = kept

    async def tiles(self, places: Iterable[TilePlace]) -> dict[TilePlace, bytes]:
        """Return those of the tiles that there are."""
        return {place: self.kept[place] for place in places if place in self.kept}


async def flaws(kept: dict[TilePlace, bytes], at_once: int = 16) -> list[int]:
    """Return the positions from which on a hash is not that of the leaves beneath it."""
    table: Any = Kept(kept)
    above = KeptHashes(table)
    tiles = [
        ComparedTile(number * WIDTH, (number + 1) * WIDTH, (), b"", root) for number, root in enumerate(ROOTS)
    ]
    found = [
        flaw
        for start in range(0, TILES, at_once)
        for flaw in await above.flaws(tiles[start : start + at_once])
    ]
    found += await above.last_flaws()
    assert {flaw.what for flaw in found} <= {OTHER_HASH_ABOVE}
    return [flaw.position for flaw in found]


@pytest.mark.parametrize("at_once", [1, 16, TILES])
async def test_the_tiles_of_an_honest_log_are_those_that_its_leaves_make(at_once: int) -> None:
    assert await flaws(KEPT, at_once) == []


@pytest.mark.parametrize(
    ("place", "number", "position"),
    [
        (TilePlace(1, 0), 0, 1),
        (TilePlace(1, 0), 5, 5 * WIDTH + 1),
        (TilePlace(1, 0), WIDTH - 1, (WIDTH - 1) * WIDTH + 1),
        (TilePlace(1, 1), 0, WIDTH * WIDTH + 1),
        (TilePlace(1, 1), 43, (WIDTH + 43) * WIDTH + 1),
        (TilePlace(2, 0), 0, 1),
    ],
)
async def test_an_altered_hash_is_named_by_the_first_leaf_beneath_it(
    place: TilePlace, number: int, position: int
) -> None:
    altered = bytearray(KEPT[place])
    altered[(number + 1) * HASH_BYTES - 1] ^= 1
    assert await flaws({**KEPT, place: bytes(altered)}) == [position]


@pytest.mark.parametrize("place", KEPT)
async def test_each_hash_of_a_missing_tile_is_missing(place: TilePlace) -> None:
    kept = {each: content for each, content in KEPT.items() if each != place}
    assert len(await flaws(kept)) == len(KEPT[place]) // HASH_BYTES
