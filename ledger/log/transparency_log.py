"""A transparency log of a ledger: each row is a leaf of its tree, and what it has signed is never unsaid.

It grows behind the appends, which neither hash nor wait. Several processes may let it grow: the size of the
tree is advanced by comparison, so that one of them wins. The last checkpoint that was signed is kept outside
the database, too: a tree that does not begin with it is not signed.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, zip_longest
from pathlib import Path
from time import monotonic
from typing import Final, Self, cast
from uuid import UUID

from psycopg.rows import tuple_row

from ledger.data_folder import held, replace
from ledger.log import tree
from ledger.log.checkpoint import (
    SIGNATURE,
    Checkpoint,
    InclusionProof,
    Note,
    NoteError,
    Signature,
    SigningKey,
)
from ledger.log.leaves import PSEUDONYM_BYTES, SALT, EntryRows, LeafForm, LoggedRows, encoded
from ledger.log.tile_table import TileTable
from ledger.log.tiles import (
    BUNDLES,
    WIDTH,
    Tile,
    TileNodes,
    TilePlace,
    edge,
    first_of,
    grown,
    holding,
    leaves_of,
)
from ledger.log.tree import HASH_BYTES, LeafSpan
from ledger.sealing.cipher import Pair
from ledger.sealing.keys import Keys
from ledger.store import arrays, queries
from ledger.store.pools import fetch
from ledger.store.store import Store

SQL: Final = queries.load("ledger.log", "log.sql")
FOLDER: Final = "last_signed"
AT_ONCE: Final = 4096
"""Leaves by which the tree grows in one transaction."""
EVERY_SECONDS: Final = 1.0
RESTED: Final = 9
"""Pause before it grows further, as a multiple of how long that took: requests and lists come first."""

Cosign = Callable[[Note], Awaitable[Sequence[Signature]]]
"""Asks the witnesses that have not cosigned a note, and returns what they give."""


def signing(rows: LoggedRows) -> Pair:
    """Return the place of the signing key of a log in the key table."""
    return UUID(int=0), "log" if rows.table == EntryRows.table else f"{rows.table} log"


class ForkError(Exception):
    """The tree does not begin with the one that was signed last: leaves were altered or removed."""


@dataclass(frozen=True, slots=True)
class ProvedLeaf:
    """The leaf of an entry, and the hashes that prove that it stands in a signed tree."""

    leaf: bytes
    hashes: Sequence[bytes]


class TransparencyLog:
    """The log of some rows of one ledger in its present epoch."""

    def __init__(self, rows: LoggedRows, keys: Keys, key: SigningKey, epoch: int, kept: Path) -> None:
        """`kept` is the file of the last checkpoint."""
        self.rows = rows
        self.cosign: Cosign | None = None
        """Asks the witnesses, if there are any."""
        self._keys = keys
        self._writers, self._readers = rows.pools
        self._key = key
        self.form = LeafForm(self.origin, rows.pseudonyms)
        self._which = {"leaves": rows.table, "epoch": epoch}
        self.kept_tiles = TileTable(self._readers, rows.table, epoch)
        self._kept = kept
        self.refused_by: set[str] = set()
        """The witnesses that say that the log does not begin with what they cosigned."""
        self.forked = False
        """Whether the tree was found not to begin with what was signed; nothing is signed since."""

    @classmethod
    async def opened(cls, rows: LoggedRows, store: Store, keys: Keys, ledger: str, data: Path) -> Self:
        """Return a log of a ledger, begun if it is new; its last signed checkpoint is kept in `data`.

        Its origin names the ledger, its key, so that no two logs have one, and from the second on the epoch.
        """
        place = signing(rows)
        secret = (await keys.secrets([place]))[place]
        epoch = (await store.head()).epoch
        public = SigningKey(ledger, SIGNATURE, secret).verifier.public
        origin = f"childledger/{ledger}/{public.hex()[:16]}" + (f"/{epoch}" if epoch > 1 else "")
        async with rows.pools[0].connection() as connection:
            await connection.execute(SQL["begin"], {"leaves": rows.table, "epoch": epoch, "origin": origin})
        key = SigningKey(origin, SIGNATURE, secret)
        name = f"{ledger}.{epoch}" if rows.table == EntryRows.table else f"{ledger}.{rows.table}.{epoch}"
        return cls(rows, keys, key, epoch, data / FOLDER / name)

    @property
    def origin(self) -> str:
        """The name of the log."""
        return self._key.verifier.name

    @property
    def verifier(self) -> str:
        """The public key of the log, as it is published."""
        return str(self._key.verifier)

    async def follow(self) -> None:
        """Let the tree grow about once a second and sign it, until cancelled. Raises ForkError."""
        while True:
            began = monotonic()
            try:
                more = await self.grow()
                if not more:
                    await self.sign()
            except (ForkError, NoteError):
                self.forked = True
                raise
            worked = monotonic() - began
            await asyncio.sleep(min(RESTED * worked, EVERY_SECONDS) if more else EVERY_SECONDS)

    async def catch_up(self) -> None:
        """Let the tree grow to its last entry, and sign it. Raises ForkError."""
        while await self.grow():
            pass
        await self.sign()

    async def grow(self) -> bool:
        """Append the next leaves to the tree; return whether there may be more. Raises ForkError."""
        size, _ = await self._grown()
        after = min(size + AT_ONCE, await self.rows.last())
        if after <= size:
            return False
        fetched = await self.rows.fetched(size, after)
        rows = fetched.commitments()
        for position, row in zip_longest(range(size + 1, after + 1), rows):
            if row is None or row[0] != position:
                name = self.rows.name
                message = f"第 {position} 条{name.zh}缺失。 The {name.en} {position} is missing."
                raise ForkError(message)
        names = await self.pseudonyms(fetched.streams())
        leaves = [self.form.leaf(row, names.get(row[2]) or _nobodys()) for row in rows]
        changed = grown(await self._edge(size), size, leaves)
        growth = {
            **self._which,
            "before": size,
            "after": after,
            "levels": arrays.integers(place.level for place in changed),
            "numbers": arrays.integers(place.number for place in changed),
            "contents": arrays.blobs(changed.values()),
        }
        async with self._writers.connection() as connection:
            await connection.execute(SQL["grow"], growth)
        return len(rows) == AT_ONCE

    async def sign(self) -> None:
        """Sign the tree as far as it has grown, unless it is signed. Raises ForkError."""
        while True:
            size, note = await self._grown()
            if note is not None and Checkpoint.read(note.text).size == size:
                await self._publish(note, size)
                return
            before = await asyncio.to_thread(self._last_signed) or note
            checkpoint = await self._checked(size, None if before is None else Checkpoint.read(before.text))
            if checkpoint is None:
                continue
            signed = Note(checkpoint.text, (self._key.sign(checkpoint.text),))
            await asyncio.to_thread(self._keep, signed)
            await self._publish(signed, size, anew=True)
            return

    async def published(self) -> Note | None:
        """Return the last signed checkpoint; None if nothing is signed yet."""
        _, note = await self._grown()
        return note

    async def signed_at(self) -> datetime | None:
        """Return when the last checkpoint was signed; None if nothing is signed yet."""
        ((at,),) = await fetch(self._readers, SQL["signed_at"], self._which, tuple_row)
        return cast("datetime | None", at)

    async def consistency(self, old: int, size: int) -> list[bytes]:
        """Return the proof that the tree of `old` leaves is the beginning of the tree of `size`."""
        spans = tree.consistency(old, size)
        nodes = TileNodes(await self.kept_tiles.tiles(holding(spans)))
        return [tree.span_hash(span, nodes) for span in spans]

    async def tile(self, tile: Tile) -> bytes | None:
        """Return a tile or a bundle of the signed tree, as wide as asked; None if it has none such."""
        note = await self.published()
        if note is None or not tile.has_been(Checkpoint.read(note.text).size):
            return None
        content = (await self.kept_tiles.tiles([tile.place]))[tile.place]
        if tile.place.level == BUNDLES:
            return first_of(content, tile.width)
        return content[: tile.width * HASH_BYTES]

    async def proof(self, position: int) -> InclusionProof | None:
        """Return the proof that an entry stands in the signed tree; None if that does not reach it yet."""
        note = await self.published()
        if note is None or not 0 < position <= (size := Checkpoint.read(note.text).size):
            return None
        spans = tree.inclusion(position - 1, size)
        nodes = TileNodes(await self.kept_tiles.tiles(holding(spans)))
        return InclusionProof(position - 1, [tree.span_hash(span, nodes) for span in spans], note)

    async def proved(self, positions: Iterable[int], note: Note) -> dict[int, ProvedLeaf]:
        """Return the leaves of entries with their proofs in the tree of a signed note.

        Left out is what the tree does not reach, and what was removed from it since.
        """
        size = Checkpoint.read(note.text).size
        spans = {each: tree.inclusion(each - 1, size) for each in positions if 0 < each <= size}
        bundles = {each: TilePlace(BUNDLES, (each - 1) // WIDTH) for each in spans}
        kept = await self.kept_tiles.tiles({*bundles.values(), *holding(chain.from_iterable(spans.values()))})
        nodes = TileNodes(kept)
        found = {}
        for position, place in bundles.items():
            with suppress(KeyError, ValueError, IndexError):
                own = leaves_of(kept[place])[(position - 1) % WIDTH]
                found[position] = ProvedLeaf(own, [tree.span_hash(span, nodes) for span in spans[position]])
        return found

    async def leaf_at(self, position: int) -> bytes | None:
        """Return the leaf of an entry in the signed tree; None if that does not reach it yet."""
        number, index = divmod(position - 1, WIDTH)
        bundle = await self.tile(Tile(TilePlace(BUNDLES, number), index + 1)) if position > 0 else None
        return None if bundle is None else leaves_of(bundle)[index]

    async def size(self) -> int:
        """Return how many leaves the tree has, signed or not."""
        ((size, _),) = await fetch(self._readers, SQL["grown"], self._which, tuple_row)
        return int(size)

    async def pseudonyms(self, streams: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return what leaves call streams, by their ids, without those whose salt was destroyed."""
        salts = await self.salts(UUID(bytes=stream) for stream in streams)
        return {each.bytes: self.form.pseudonym(each.bytes, salt) for each, salt in salts.items()}

    async def salts(self, streams: Iterable[UUID]) -> dict[UUID, bytes]:
        """Return the salts by which leaves name streams; those that were destroyed are left out."""
        kept = await self._keys.secrets((stream, SALT) for stream in streams)
        return {stream: salt for (stream, _), salt in kept.items()}

    async def signed(self) -> list[Checkpoint]:
        """Return the checkpoints that were signed last, as the database and as DATA keeps them."""
        notes = [await self.published(), await asyncio.to_thread(self._last_signed)]
        return [Checkpoint.read(note.text) for note in notes if note is not None]

    async def _grown(self) -> tuple[int, Note | None]:
        ((size, note),) = await fetch(self._readers, SQL["grown"], self._which, tuple_row)
        return size, None if note is None else self._own(note)

    async def _publish(self, note: Note, size: int, *, anew: bool = False) -> None:
        """Publish a note with the cosignatures that it lacks, as far as witnesses give them now."""
        more = [] if self.cosign is None else await self.cosign(note)
        if more or anew:
            publish = {**self._which, "note": str(note.with_signatures(more)), "size": size}
            async with self._writers.connection() as connection:
                await connection.execute(SQL["publish"], publish)

    async def _edge(self, size: int) -> dict[TilePlace, bytes]:
        """Return the tiles that are not full at a size, without what another process has put since."""
        kept = await self.kept_tiles.tiles(edge(size))
        for place in kept:
            held = (size >> (8 * max(place.level, 0))) % WIDTH
            whole = kept[place]
            kept[place] = first_of(whole, held) if place.level == BUNDLES else whole[: held * HASH_BYTES]
        return kept

    async def _checked(self, size: int, before: Checkpoint | None) -> Checkpoint | None:
        """Return the checkpoint of a size to sign; None if another process has signed a larger one."""
        spans = [LeafSpan(0, size), *([] if before is None else [LeafSpan(0, min(before.size, size))])]
        nodes = TileNodes(await self.kept_tiles.tiles(holding(spans)))
        if before is not None and before.size > size:
            if (await self._grown())[0] >= before.size:
                return None
            message = (
                f"日志只有 {size} 条，而已签署过 {before.size} 条。"
                f" The log has {size} leaves, and {before.size} were signed before."
            )
            raise ForkError(message)
        if before is not None and tree.root(before.size, nodes) != before.root:
            message = (
                f"日志前 {before.size} 条与已签署的不同。"
                f" The first {before.size} leaves of the log are not those that were signed."
            )
            raise ForkError(message)
        return Checkpoint(self.origin, size, tree.root(size, nodes))

    def _last_signed(self) -> Note | None:
        try:
            return self._own(self._kept.read_text("utf-8"))
        except FileNotFoundError:
            return None

    def _keep(self, note: Note) -> None:
        with held(self._kept):
            before = self._last_signed()
            if before is None or Checkpoint.read(before.text).size < Checkpoint.read(note.text).size:
                replace(self._kept, str(note).encode())

    def _own(self, text: str) -> Note:
        """Read a note that this log signed. Raises NoteError."""
        note = Note.read(text)
        if self._key.verifier.verified(note) is None:
            message = f"not signed by {self.origin}"
            raise NoteError(message)
        return note


def _nobodys() -> bytes:
    """Return a pseudonym that links its leaf to no other one."""
    return encoded(secrets.token_bytes(PSEUDONYM_BYTES))
