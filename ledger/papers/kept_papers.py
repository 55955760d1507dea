"""The papers of a ledger: taken in, given out, and purged; sealed wherever they lie.

The bytes of a paper are sealed under the key of its subject and its category, whose destruction erases the
entry's values too. What is taken in waits in a folder beside, sealed as it arrives, until all of it is
there. Bytes that no entry names are nobody's: they lie there until they are swept.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from domain.event import Category
from ledger.papers.paper_store import PaperStore, StoredPaper
from ledger.papers.sealed_paper import PaperOpening, PaperSealing
from ledger.sealing.keys import Keys

_OLD_SECONDS: Final = 24 * 3600
"""After so long nothing arrives any more."""
_PRIVATE: Final = 0o600
_BEGINNING: Final = 16


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """Whose and which paper: the stream of its file, the category, and its id (`domain.cited_papers`)."""

    stream: UUID
    category: Category
    document: UUID


class PaperErasedError(Exception):
    """The key of a paper was destroyed."""


class ArrivingPaper:
    """The bytes of one paper as they arrive, sealed, in a file of their own.

    `size`, `sha256` and `beginning` are those of the bytes, `address` that of the sealed ones; hashes are in
    hexadecimal. All are complete after `end`.
    """

    def __init__(self, place: PaperPlace, sealing: PaperSealing, path: Path) -> None:
        self.place = place
        self.path = path
        self.size = 0
        self.beginning = b""
        self._sealing = sealing
        self._clear, self._sealed = hashlib.sha256(), hashlib.sha256()
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb")
        self._write(sealing.head)

    def write(self, piece: bytes) -> None:
        """Take the next piece. Raises OSError, as when the disk is full."""
        self.size += len(piece)
        self.beginning += piece[: _BEGINNING - len(self.beginning)]
        self._clear.update(piece)
        for part in self._sealing.seal(piece):
            self._write(part)

    def end(self) -> None:
        """Take it that all has arrived. Raises OSError."""
        self._write(self._sealing.end())
        self._file.close()

    def close(self) -> None:
        """Close the file and remove it."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """The hash of the bytes."""
        return self._clear.hexdigest()

    @property
    def address(self) -> str:
        """The hash of the sealed bytes."""
        return self._sealed.hexdigest()

    def _write(self, sealed: bytes) -> None:
        self._sealed.update(sealed)
        self._file.write(sealed)


class KeptPapers:
    """The papers of one ledger in their store; those that arrive wait in a folder."""

    def __init__(self, store: PaperStore, keys: Keys, ledger: str, arriving: Path) -> None:
        self.store = store
        self._keys = keys
        self._ledger = ledger
        self._arriving = arriving

    async def arriving(self, place: PaperPlace) -> ArrivingPaper:
        """Begin to take in a paper; `close` ends it in any case.

        Raises KeyDestroyedError if nothing of its category is sealed for its subject any more.
        """
        pair = (place.stream, place.category)
        ring = await self._keys.ring([pair], make=True)
        return await asyncio.to_thread(self._begun, place, PaperSealing(ring, pair, place.document))

    async def keep(self, paper: ArrivingPaper) -> None:
        """Store a paper that has arrived. Until an entry names its address, it is nobody's."""
        await self.store.put(self.name(paper.place, paper.address), paper.path)

    async def discard(self, paper: ArrivingPaper) -> None:
        """Remove a paper that no entry has come to name."""
        await self.store.remove([self.name(paper.place, paper.address)])

    async def opened(self, place: PaperPlace, address: str) -> AsyncIterator[bytes]:
        """Yield the bytes of a paper, part by part, each as it was sealed.

        Raises PaperErasedError, PaperMissingError and PaperStoreError, and SealBrokenError where they are not
        as they were sealed.
        """
        pair = (place.stream, place.category)
        ring = await self._keys.ring([pair])
        if pair not in ring:
            raise PaperErasedError
        opening = PaperOpening(ring, pair, place.document)
        async for piece in self.store.pieces(self.name(place, address)):
            for part in opening.open(piece):
                yield part
        yield opening.end()

    async def stored(self) -> AsyncIterator[StoredPaper]:
        """Yield everything of the ledger that lies in the store."""
        async for each in self.store.stored(self._ledger):
            yield each

    async def purge(self, stream: UUID, categories: Iterable[Category] = tuple(Category)) -> int:
        """Remove all papers of a file's subject in these categories, and return how many there were.

        They are found by name, also once their keys are destroyed.
        """
        found = [
            each.name
            for category in categories
            async for each in self.store.stored(f"{self._ledger}/{self._owner(stream, category)}")
        ]
        await self.store.remove(found)
        return len(found)

    def name(self, place: PaperPlace, address: str) -> str:
        """Return the name of a paper in the store."""
        return f"{self._ledger}/{self._owner(place.stream, place.category)}/{address}"

    def forget_arrivals(self) -> None:
        """Remove what a process that ended has left of papers on their way."""
        for path in self._arriving.glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _OLD_SECONDS:
                    path.unlink()

    def _owner(self, stream: UUID, category: Category) -> str:
        return self._keys.named("papers", stream, str(category)).hex

    def _begun(self, place: PaperPlace, sealing: PaperSealing) -> ArrivingPaper:
        self._arriving.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ArrivingPaper(place, sealing, self._arriving / uuid4().hex)
