"""The ledger as the rest of the house sees it: files and entries come out, recordings go in."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import groupby
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Category
from domain.file import AMENDMENTS, File, fold
from domain.rulebook import Rulebook
from domain.scope import scope_of
from domain.when import SHANGHAI
from ledger.codec import mapping
from ledger.codec.split import sealed_wholly
from ledger.compute import FEW, compute
from ledger.files.cache import CAPACITY, FileCache
from ledger.files.rulebooks import Rulebooks
from ledger.postgres.check import OlderLedgerError
from ledger.recording.candidates import Check, allow_all, extended
from ledger.recording.handler import RecordingHandler
from ledger.recording.outcome import Outcome, Rehearsed
from ledger.recording.request import Recording
from ledger.sealing.cipher import Seal
from ledger.sealing.keys import Keys
from ledger.store.store import Store

AT_ONCE: Final = 250
"""Entries decoded before others get their turn."""
ADOPTED_SECONDS: Final = 1.0
"""How long a rulebook counts here after another process has recorded that a new one was adopted."""
EPOCH: Final = date(1970, 1, 1)
_TICK: Final = timedelta(microseconds=1)


class Ledger:
    """One ledger: the only way in and out of its entries.

    `at_hand` is how many entries are kept folded. The files it returns are shared: nobody may add to them.
    """

    def __init__(
        self, store: Store, keys: Keys, rulebook: Rulebook, name: str, *, at_hand: int = CAPACITY
    ) -> None:
        self.store = store
        self.keys = keys
        self.rulebook = rulebook
        self.name = name
        self.cache = FileCache(at_hand)
        self._rulebooks = Rulebooks(rulebook)
        self._adopted: dict[UUID, tuple[float, File | None, Rulebook]] = {}
        self._handler = RecordingHandler(self)
        self._decoding = asyncio.Lock()

    async def check_format(self) -> None:
        """Raise OlderLedgerError where the ledger was begun in an earlier form of entries."""
        for first in await self.store.read(0, 1):
            if mapping.is_older(first.body):
                raise OlderLedgerError(self.name)

    async def file(self, stream: UUID, known: int | None = None) -> File | None:
        """Return a file as known at a position, now when not said; None when it had no entry then."""
        return (await self.files([stream], known)).get(stream)

    async def files(
        self, streams: Iterable[UUID], known: int | None = None, *, keep: bool = True
    ) -> dict[UUID, File]:
        """Return those of the files that have entries, as known at a position.

        They are kept at hand for who asks next, unless all files are read one after the other.
        """
        found = {stream: self.cache.get(stream) or File(stream) for stream in dict.fromkeys(streams)}
        behind = [stream for stream, file in found.items() if known is None or file.position < known]
        versions = {stream: found[stream].version for stream in behind}
        stored = await self.store.streams(behind, after=versions, known=known) if behind else []
        entries = await self.decoded(stored)
        for stream, each in groupby(entries, key=lambda entry: entry.stream):
            own = list(each)
            found[stream] = await compute(partial(extended, found[stream], own), len(own))
            if keep:
                self.cache.put(found[stream])
        if known is not None:
            for stream, file in found.items():
                if file.position > known:
                    earlier = partial(fold, file.entries.values(), known)
                    found[stream] = await compute(earlier, len(file.entries))
        return {stream: file for stream, file in found.items() if file.entries}

    async def entries_after(self, position: int, limit: int, through: int | None = None) -> list[AnyEntry]:
        """Return at most `limit` entries after a position and through another, in order of position."""
        return await self.decoded(await self.store.read(position, limit, through=through))

    async def amendments(self, after: Mapping[UUID, int], known: int) -> dict[UUID, File]:
        """Return what amended an entry after a version of its stream, as files that hold nothing else.

        Much less is decoded for them than for whole files; only `amendments` may be asked of them.
        """
        files = {stream: File(stream) for stream in after}
        for entry in await self.decoded(await self.store.amending(after, sorted(AMENDMENTS), known=known)):
            files[entry.stream].add(entry)
        return files

    async def decoded(self, stored: Sequence[mapping.Body]) -> list[AnyEntry]:
        """Return stored entries, opened with what keys there still are."""
        if len(stored) <= FEW:
            return await self._opened(stored)
        entries: list[AnyEntry] = []
        for start in range(0, len(stored), AT_ONCE):
            # However many long files are read at once, one such piece is decoded between two turns of others.
            async with self._decoding:
                entries += await self._opened(stored[start : start + AT_ONCE])
                await asyncio.sleep(0)
        return entries

    async def _opened(self, stored: Sequence[mapping.Body]) -> list[AnyEntry]:
        documents = [mapping.load(each.body) for each in stored]
        ring = await self.keys.ring(mapping.pairs(documents))
        return [
            mapping.decode(each, ring, document) for each, document in zip(stored, documents, strict=True)
        ]

    async def known(self, at: int | date | datetime | None = None) -> int:
        """Return the position meant by a position, an instant, a day (its end in Asia/Shanghai), or now."""
        if isinstance(at, datetime):
            return await self.store.position_at(at)
        if isinstance(at, date):
            if at < EPOCH:
                return 0
            if at < date.max:
                return await self.store.position_at(
                    datetime.combine(at + timedelta(days=1), time(), SHANGHAI) - _TICK
                )
            at = None
        head = (await self.store.head()).position
        return head if at is None else min(at, head)

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - passed on
        """Wait until the ledger has reached a position, at most so many seconds; tell whether it has."""
        return await self.store.wait_for(position, timeout)

    async def rulebook_of(self, file: File) -> Rulebook:
        """Return the rulebook that counts for a file: the one that the institution in charge has adopted."""
        return await self.rulebook_at(scope_of(file).institution)

    async def rulebook_at(self, institution: UUID | None) -> Rulebook:
        """Return the rulebook that an institution has adopted, else the ledger's own."""
        if institution is None:
            return self.rulebook
        until, seen, rulebook = self._adopted.get(institution, (0.0, None, self.rulebook))
        now = asyncio.get_running_loop().time()
        if now >= until or seen is not self.cache.get(institution):
            file = await self.file(institution)
            rulebook = self._rulebooks.of(file)
            self._adopted[institution] = (now + ADOPTED_SECONDS, file, rulebook)
        return rulebook

    async def rulebook_known(self, institution: UUID | None, known: int | None = None) -> Rulebook:
        """Return the rulebook that an institution had adopted at a position, now when not said."""
        if institution is None:
            return self.rulebook
        return self._rulebooks.of(await self.file(institution, known))

    async def seal_for(
        self,
        subjects: Iterable[UUID],
        categories: Iterable[Category] = tuple(Category),
        *,
        make: bool = False,
    ) -> Seal:
        """Return a seal with the keys of these subjects, for read models to seal and open single values.

        Keys that are not there are made when `make` says so, and else nothing is sealed or opened with them.
        """
        own = tuple(categories)
        pairs = [(subject, category) for subject in subjects for category in own]
        return Seal(await self.keys.ring(pairs, make=make), self.keys.term)

    async def seal_of(self, files: Mapping[UUID, File]) -> Seal:
        """Return a seal with the keys of what the read models of these files seal."""
        pairs = [
            (child, category)
            for child, file in files.items()
            for category in {Category.IDENTITY, *sealed_wholly(file.entries.values())}
        ]
        return Seal(await self.keys.ring(pairs), self.keys.term)

    async def record(self, recording: Recording, *, now: datetime, checked: Check = allow_all) -> Outcome:
        """Judge and record, durably, or say why not.

        `checked` is asked of a recording and its file before each judging, the last time with the file as it
        is when the recording is appended; what it returns denies it. Raises InvalidError for an event that
        does not keep to its class, and StoreError when the database can not be asked for now; to record the
        same again is safe.
        """
        (outcome,) = await self._handler.handle([recording], now=now, checked=checked)
        return outcome

    async def record_all(
        self,
        recordings: Sequence[Recording],
        *,
        now: datetime,
        atomic: bool = False,
        checked: Check = allow_all,
    ) -> list[Outcome]:
        """Record each by itself, or all or nothing when `atomic`; outcomes are in the order given.

        Those of one file are judged in turn, each as if those before it stood; when `atomic`, together. Each
        is `checked` with those before it in the file.
        """
        return await self._handler.handle(recordings, now=now, atomic=atomic, checked=checked)

    async def record_bulk(
        self, recordings: Sequence[Recording], *, now: datetime, checked: Check = allow_all
    ) -> list[Outcome]:
        """Record many, each by itself, letting others go first; those of one file are judged together."""
        return await self._handler.handle(recordings, now=now, bulk=True, checked=checked)

    async def rehearse(
        self,
        recordings: Sequence[Recording],
        *,
        now: datetime,
        atomic: bool = False,
        checked: Check = allow_all,
        sees: AbstractSet[Category] = EVERY_CATEGORY,
    ) -> list[Rehearsed]:
        """Tell what `record_all` would make of these, and record nothing.

        Of what they would change is told what somebody may know who sees these categories.
        """
        return await self._handler.rehearse(recordings, now=now, atomic=atomic, checked=checked, sees=sees)
