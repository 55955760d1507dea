"""The tiles and bundles of a log, as the database keeps them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from psycopg.rows import tuple_row

from ledger.log.tiles import BUNDLES, WIDTH, TilePlace
from ledger.store import arrays, queries
from ledger.store.pools import Pool, fetch

SQL: Final = queries.load("ledger.log", "log.sql")


@dataclass(frozen=True, slots=True)
class TileTable:
    """The tiles of one log: `leaves` is the table of its rows, `epoch` that of the ledger."""

    pool: Pool
    leaves: str
    epoch: int

    async def tiles(self, places: Iterable[TilePlace]) -> dict[TilePlace, bytes]:
        """Return the tiles and bundles at places, as far as there are any."""
        wanted = list(places)
        asked = {
            "leaves": self.leaves,
            "epoch": self.epoch,
            "levels": arrays.integers(place.level for place in wanted),
            "numbers": arrays.integers(place.number for place in wanted),
        }
        rows = await fetch(self.pool, SQL["tiles"], asked, tuple_row)
        return {TilePlace(level, number): content for level, number, content in rows}

    async def bundles(self, start: int, end: int) -> list[tuple[bytes, bytes]]:
        """Return the bundles of the leaves from `start` up to `end`, each with the tile of their hashes.

        `start` is a multiple of WIDTH. What is not there is empty.
        """
        numbers = range(start // WIDTH, -(-end // WIDTH))
        kept = await self.tiles(TilePlace(level, number) for number in numbers for level in (BUNDLES, 0))
        return [
            (kept.get(TilePlace(BUNDLES, number), b""), kept.get(TilePlace(0, number), b""))
            for number in numbers
        ]
