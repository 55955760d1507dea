"""The file repository of one ledger: reads, decodes, folds and caches files, and finds their rulebooks."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.events.filing import JOINING
from domain.events.institution.particulars import RulebookAdopted
from domain.file import AMENDMENTS, RULINGS, File
from domain.joined_files import alone, as_known, joins, parts_of, whole
from domain.requested_erasure import erased_by, erases
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.codec import mapping
from ledger.compute import FEW, compute
from ledger.files.cache import FileCache, KeptAfter
from ledger.files.rulebooks import Rulebooks
from ledger.sealing.cipher import Keyring
from ledger.sealing.keys import Keys
from ledger.store.store import Store

AT_ONCE: Final = 250
"""Entries decoded in a thread at a time."""
ADOPTED_SECONDS: Final = 1.0
"""How long a rulebook still counts here after another process recorded the adoption of a new one."""


class FileRepository:
    """Reads the files of one ledger; `rulebook` is the one of this version, `capacity` that of the cache.

    The files it returns are shared and must not be changed.
    """

    def __init__(self, store: Store, keys: Keys, rulebook: Rulebook, capacity: int) -> None:
        self.rulebook = rulebook
        self.cache = FileCache(capacity)
        self._store = store
        self._keys = keys
        self.rulebooks = Rulebooks(rulebook)
        self._adopted: dict[UUID, tuple[float, int, Rulebook]] = {}
        """Until when it counts without another look, as of which version of the institution's file."""
        self._decoding = asyncio.Lock()

    async def file(self, stream: UUID, known: int | None = None) -> File | None:
        """Return a file as known at a position, by default now; None if it had no entry then."""
        return (await self.files([stream], known)).get(stream)

    async def files(
        self, streams: Iterable[UUID], known: int | None = None, *, keep: KeptAfter = "single"
    ) -> dict[UUID, File]:
        """Return those of the files that have entries, as known at a position; the cache keeps them so."""
        files = {stream: self.cache.get(stream) or File(stream) for stream in dict.fromkeys(streams)}
        behind = [stream for stream, file in files.items() if known is None or file.position < known]
        versions = {stream: files[stream].version for stream in behind}
        stored = await self._store.streams(behind, after=versions, known=known) if behind else []
        entries = await self.decoded(stored)
        if self._erased(entries, files):
            files = {stream: File(stream) for stream in files}
            stored = await self._store.streams(files, known=known)
            # A key that was opened again after its erasure started, and before it was destroyed, is not used.
            self._keys.forget(erased_by(await self.decoded(stored)))
            entries = await self.decoded(stored)
        for stream, each in groupby(entries, key=lambda entry: entry.stream):
            added = list(each)
            file = await compute(partial(files[stream].extended, added), len(added))
            if file.parts and any(map(joins, added)):
                # What was joined before may have moved while it stood apart.
                file = await compute(partial(alone, file), len(file.entries))
            files[stream] = file = await self._whole(file, known)
            if keep != "none":
                self.cache.put(file, listed=keep == "listed")
        if known is not None:
            for stream, file in files.items():
                if file.position > known:
                    earlier = await compute(partial(as_known, file, known), len(file.entries))
                    files[stream] = await self._whole(earlier, known)
        return {stream: file for stream, file in files.items() if file.entries}

    def _erased(self, entries: Sequence[AnyEntry], files: Mapping[UUID, File]) -> bool:
        """Return whether entries say that keys were destroyed which were held here, or opened these files.

        Then neither the keys nor any cached file are held any longer.
        """
        erasing = [entry for entry in entries if erases(entry)]
        if not erasing:
            return False
        at_hand = any(files[entry.stream].entries for entry in erasing)
        if not self._keys.forget(erased_by(entries)) and not at_hand:
            return False
        self.cache.clear()
        return True

    async def _whole(self, file: File, known: int | None) -> File:
        """Return a file with the entries of those that are joined to it, as known at a position."""
        parts = parts_of(file)
        if parts == file.parts:
            return file
        others = await self.files(parts - file.parts, known)
        return await compute(partial(whole, file, others), len(file.entries))

    async def extend(self, file: File, entries: Sequence[AnyEntry]) -> None:
        """Cache a file with the entries that were recorded in it, if these are all that it lacks.

        Which rulebook an institution has adopted is read anew once something was recorded in its file.
        """
        self._adopted.pop(entries[0].stream, None)
        if not self.cache.capacity or entries[0].version != file.version + 1:
            return
        # A file that was joined or separated is read with the other one, when it is asked for.
        # So is one of which keys are destroyed.
        if not any(joins(each) or erases(each) for each in entries):
            self.cache.put(await compute(partial(file.extended, entries), len(entries)))

    async def amendments(self, after: Mapping[UUID, int], known: int) -> dict[UUID, File]:
        """Return the amendments of entries after versions of their streams, as files of these alone.

        This decodes much less than whole files. Of such a file only `amendments`, the `ruling` on each, and
        what joins it to another are valid.
        """
        acting = sorted({*AMENDMENTS, *RULINGS, *(kind.__name__ for kind in JOINING)})
        files = {stream: File(stream) for stream in after}
        for entry in await self.decoded(await self._store.amending(after, acting, known=known)):
            files[entry.stream].add(entry)
        return files

    async def decoded(self, stored: Sequence[mapping.Body]) -> list[AnyEntry]:
        """Return stored entries, decrypted with the keys that still exist."""
        if len(stored) <= FEW:
            documents = _loaded(stored)
            return _opened(stored, documents, await self._keys.ring(mapping.pairs(documents)))
        entries: list[AnyEntry] = []
        for start in range(0, len(stored), AT_ONCE):
            # The lock leaves threads to other work, however many files are read at once.
            async with self._decoding:
                piece = stored[start : start + AT_ONCE]
                documents = await asyncio.to_thread(_loaded, piece)
                ring = await self._keys.ring(mapping.pairs(documents))
                entries += await asyncio.to_thread(_opened, piece, documents, ring)
        return entries

    async def rulebook_of(self, file: File, known: int | None = None) -> Rulebook:
        """Return the rulebook that counts for a file: the one that the institution in charge has adopted.

        `known` is the position as known at which the file was read, by default now: the rulebook is the one
        that the institution in charge had adopted then.
        """
        institution = scope_of(file).institution
        return await (
            self.rulebook_at(institution) if known is None else self.rulebook_known(institution, known)
        )

    async def rulebook_at(self, institution: UUID | None) -> Rulebook:
        """Return the rulebook that an institution has adopted, else the ledger's own."""
        if institution is None:
            return self.rulebook
        until, version, rulebook = self._adopted.get(institution, (0.0, 0, self.rulebook))
        now, at_hand = asyncio.get_running_loop().time(), self.cache.get(institution)
        # A file that the cache has no room for is not read again for each file that is judged.
        if now >= until or (at_hand is not None and at_hand.version != version):
            file = await self.file(institution)
            rulebook = self.rulebooks.of(file)
            self._adopted[institution] = (now + ADOPTED_SECONDS, file.version if file else 0, rulebook)
        return rulebook

    async def adopted_on(self, institution: UUID) -> date | None:
        """Return the day on which an institution adopted the rulebook that counts for it; None if never."""
        file = await self.file(institution)
        adopted = [] if file is None else file.of(RulebookAdopted)
        return adopted[-1].days.last if adopted else None

    async def rulebook_known(self, institution: UUID | None, known: int | None = None) -> Rulebook:
        """Return the rulebook that an institution had adopted at a position, by default now."""
        if institution is None:
            return self.rulebook
        return self.rulebooks.of(await self.file(institution, known))


def _loaded(stored: Sequence[mapping.Body]) -> list[dict[str, Any]]:
    return [mapping.load(each.body) for each in stored]


def _opened(
    stored: Sequence[mapping.Body], documents: Sequence[dict[str, Any]], ring: Keyring
) -> list[AnyEntry]:
    return [mapping.decode(each, ring, document) for each, document in zip(stored, documents, strict=True)]
