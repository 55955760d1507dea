"""The interface of the ledger to all layers above: it returns files and entries, and takes recordings."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Category
from domain.file import File
from domain.rulebook import Rulebook
from domain.when import end_of
from ledger.codec import mapping
from ledger.codec.split import sealed_wholly
from ledger.files.cache import CAPACITY, KeptAfter
from ledger.files.repository import FileRepository
from ledger.postgres.check import OlderLedgerError
from ledger.recording.candidates import Check, allow_all, hashed_name
from ledger.recording.handler import RecordingHandler, nothing
from ledger.recording.outcome import Outcome, Rehearsed
from ledger.recording.request import Recording
from ledger.sealing.cipher import Seal
from ledger.sealing.keys import Keys
from ledger.store.append import Head, Moved, StreamVersion
from ledger.store.epochs import Epoch
from ledger.store.store import Store

NOTICE_SECONDS: Final = 1.0
"""After so long at most it is noticed that another process has destroyed a key."""
EPOCH: Final = date(1970, 1, 1)
_NAMED: Final[Mapping[str, Category]] = MappingProxyType(
    {"child": Category.IDENTITY, "family": Category.FAMILY, "institution": Category.IDENTITY}
)
"""The category of the names by which lists show files of a kind."""


def sealed_in_rows(kind: str, entries: Iterable[AnyEntry]) -> set[Category]:
    """Return the categories under which rows of a file of a kind are sealed, which has these entries."""
    return {_NAMED[kind], *sealed_wholly(entries)}


class Ledger:
    """One ledger: the only way in and out of its entries.

    `at_hand` is the capacity of the cache, in entries. The files returned are shared and must not be changed.
    """

    def __init__(
        self, store: Store, keys: Keys, rulebook: Rulebook, name: str, *, at_hand: int = CAPACITY
    ) -> None:
        self.store = store
        self.keys = keys
        self.rulebook = rulebook
        self.name = name
        self.repository = FileRepository(store, keys, rulebook, at_hand)
        self._handler = RecordingHandler(self.repository, keys, store)

    @asynccontextmanager
    async def again(self) -> AsyncIterator["Ledger"]:
        """Open the same ledger by other connections and with an empty cache, as another process needs it."""
        async with self.store.again() as store:
            yield Ledger(store, self.keys.again(store), self.rulebook, self.name, at_hand=0)

    async def notice_destroyed_keys(self) -> None:
        """Hold no key, and no file that was opened with it, once somebody has destroyed the key; for ever."""
        while True:
            if await self.keys.notice_destroyed():
                self.repository.cache.clear()
            await asyncio.sleep(NOTICE_SECONDS)

    async def check_format(self) -> None:
        """Raise OlderLedgerError if the ledger was begun in an earlier form of entries."""
        for first in await self.store.read(0, 1):
            if mapping.is_older(first.body):
                raise OlderLedgerError(self.name)

    async def file(self, stream: UUID, known: int | None = None) -> File | None:
        """Return a file as known at a position, by default now; None if it had no entry then."""
        return await self.repository.file(stream, known)

    async def files(
        self, streams: Iterable[UUID], known: int | None = None, *, keep: KeptAfter = "single"
    ) -> dict[UUID, File]:
        """Return the files that have entries, as known at a position; the cache keeps them so."""
        return await self.repository.files(streams, known, keep=keep)

    def cached(self, stream: UUID) -> File | None:
        """Return the cached state of a file, which may be stale; None if it is not cached."""
        return self.repository.cache.get(stream)

    async def amendments(self, after: Mapping[UUID, int], known: int) -> dict[UUID, File]:
        """Return the amendments of entries after versions of their streams, as files of these alone."""
        return await self.repository.amendments(after, known)

    async def later(self, after: Mapping[UUID, int], known: int) -> list[AnyEntry]:
        """Return the entries of streams after these versions of theirs, through a position, file by file."""
        return await self.repository.decoded(await self.store.streams(after, after=after, known=known))

    async def entries(self, ids: Iterable[UUID]) -> list[AnyEntry]:
        """Return the recorded entries among these ids, in order of position."""
        return await self.repository.decoded(await self.store.entries(ids))

    @property
    def waiting(self) -> tuple[int, int]:
        """The number of this process's appends that wait for a batch, and their bytes."""
        return self.store.waiting

    async def head(self) -> Head:
        """Return the head of the ledger."""
        return await self.store.head()

    async def epochs(self) -> list[Epoch]:
        """Return the epochs after the first, in order."""
        return await self.store.epochs()

    async def moved(self, after: int, through: int) -> list[Moved]:
        """Return the streams that have entries after a position and through another, in order of id."""
        return await self.store.moved(after, through)

    async def streams(self, kinds: Iterable[str], after: UUID, limit: int) -> list[StreamVersion]:
        """Return at most `limit` streams of some kinds after an id, in order of id, with their versions."""
        return await self.store.files(kinds, after, limit)

    async def naming(self, name: UUID) -> list[UUID]:
        """Return the streams whose entries name this id, sealed or not, each once."""
        kept = (name, hashed_name(self.named, name))
        return list(dict.fromkeys(stream for _, stream in await self.store.naming(kept)))

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash of 16 bytes, which reveals only whether terms are equal."""
        return self.keys.term(text)

    def named(self, *name: object) -> UUID:
        """Return an id derived from a name: always the same, and not guessable from the name."""
        return self.keys.named(*name)

    async def known(self, at: int | date | datetime | None = None) -> int:
        """Return the position of an instant, a day (its end in Asia/Shanghai), a position, or now."""
        if isinstance(at, datetime):
            return await self.store.position_at(at)
        if isinstance(at, date):
            if at < EPOCH:
                return 0
            if at < date.max:
                return await self.store.position_at(end_of(at))
            at = None
        head = (await self.head()).position
        return head if at is None else min(at, head)

    async def at(self, position: int) -> AnyEntry | None:
        """Return the entry at a position; None if there is none."""
        stored = await self.store.read(position - 1, 1, through=position)
        return next(iter(await self.repository.decoded(stored)), None)

    async def together(self, position: int) -> list[int]:
        """Return the positions of the entries that were appended together with one, its own among them."""
        return await self.store.together(position)

    async def recorded_at(self, position: int) -> datetime | None:
        """Return the instant of the recording of a position; None if nothing is recorded there."""
        return next(
            (each.recorded_at for each in await self.store.read(position - 1, 1, through=position)), None
        )

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - passed on
        """Wait until the ledger reaches a position, for at most `timeout` seconds; return whether it did."""
        return await self.store.wait_for(position, timeout)

    async def rulebook_of(self, file: File, known: int | None = None) -> Rulebook:
        """Return the rulebook that counts for a file as known at a position, by default now.

        It is the one that the institution in charge of the file had adopted then.
        """
        return await self.repository.rulebook_of(file, known)

    async def rulebook_at(self, institution: UUID | None) -> Rulebook:
        """Return the rulebook that an institution has adopted, else the ledger's own."""
        return await self.repository.rulebook_at(institution)

    async def adopted_on(self, institution: UUID) -> date | None:
        """Return the day on which an institution adopted the rulebook that counts for it; None if never."""
        return await self.repository.adopted_on(institution)

    def behind(self, rulebook: Rulebook) -> tuple[str, ...]:
        """Return the ids of the rules whose shipped text or numbers an adopted rulebook lacks."""
        return self.repository.rulebooks.behind(rulebook)

    async def rulebook_known(self, institution: UUID | None, known: int | None = None) -> Rulebook:
        """Return the rulebook that an institution had adopted at a position, by default now."""
        return await self.repository.rulebook_known(institution, known)

    async def seal_for(
        self,
        subjects: Iterable[UUID],
        categories: Iterable[Category] = tuple(Category),
        *,
        make: bool = False,
    ) -> Seal:
        """Return a seal with the keys of these subjects, with which read models seal and open single values.

        With `make`, missing keys are made; otherwise the seal works without them.
        """
        listed = tuple(categories)
        pairs = [(subject, category) for subject in subjects for category in listed]
        return Seal(await self.keys.ring(pairs, make=make), self.keys.term)

    async def seal_of(self, files: Mapping[UUID, File]) -> Seal:
        """Return a seal with the keys that the read models of these files need."""
        return await self.seal_under(
            {
                stream: sealed_in_rows(file.opened.kind, file.entries.values())
                for stream, file in files.items()
            }
        )

    async def seal_under(self, categories: Mapping[UUID, Iterable[Category]]) -> Seal:
        """Return a seal with the keys of these subjects, each of its own categories."""
        pairs = [(subject, category) for subject, own in categories.items() for category in own]
        return Seal(await self.keys.ring(pairs), self.keys.term)

    async def record(self, recording: Recording, *, now: datetime, checked: Check = allow_all) -> Outcome:
        """Judge and record durably, and return the outcome.

        The handler calls `checked` with a recording and its file before each judging, the last time with the
        file as it is when the recording is appended; a hindrance that it returns denies the recording. Raises
        InvalidError for an event that does not conform to its class, and StoreError if the database cannot be
        used now; repeating the recording is safe.
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
        appending: Callable[[], None] = nothing,
    ) -> list[Outcome]:
        """Record each by itself, or all or nothing if `atomic`; outcomes are in the order given.

        The recordings of one file are judged in turn, each as if those before it had been recorded; if
        `atomic`, together. Each is `checked` with those before it in the file. `appending` is called when
        nothing is left to do but to wait for the database.
        """
        return await self._handler.handle(
            recordings, now=now, atomic=atomic, checked=checked, appending=appending
        )

    async def record_bulk(
        self, recordings: Sequence[Recording], *, now: datetime, checked: Check = allow_all
    ) -> list[Outcome]:
        """Record many, each by itself, after other recordings; those of one file are judged together."""
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
        """Return what `record_all` would do with these, and record nothing.

        The impact is limited to what the categories `sees` may reveal.
        """
        return await self._handler.rehearse(recordings, now=now, atomic=atomic, checked=checked, sees=sees)
