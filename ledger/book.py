"""The ledger as the rest of the house sees it: files and entries come out, recordings go in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from domain.rulebook import Rulebook
from ledger.keys import Keys
from ledger.recording import Outcome, Recording, Rehearsal
from ledger.sealing import Seal
from ledger.store import Store


class Ledger:
    """One ledger: the only way in and out of its entries.

    The files it returns are shared: nobody may add to them.
    """

    def __init__(self, store: Store, keys: Keys, rulebook: Rulebook, name: str) -> None:
        self.store = store
        self.keys = keys
        self.rulebook = rulebook
        self.name = name

    async def file(self, stream: UUID, known: int | None = None) -> File | None:
        """Return a file as known at a position, now when not said; None when it had no entry then."""
        raise NotImplementedError

    async def files(self, streams: Iterable[UUID], known: int | None = None) -> dict[UUID, File]:
        """Return those of the files that have entries, as known at a position."""
        raise NotImplementedError

    async def entries_after(self, position: int, limit: int, through: int | None = None) -> list[AnyEntry]:
        """Return at most `limit` entries after a position (and through another), in order of position."""
        raise NotImplementedError

    async def known(self, at: int | date | datetime | None = None) -> int:
        """Return the position meant by a position, an instant, a day (its end in Asia/Shanghai) or None (now)."""
        raise NotImplementedError

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - passed on
        """Wait until the ledger has reached a position, at most so many seconds; tell whether it has."""
        return await self.store.wait_for(position, timeout)

    async def rulebook_of(self, file: File) -> Rulebook:
        """Return the rulebook that counts for a file: the one its institution has adopted."""
        return self.rulebook

    async def seal_for(
        self, subjects: Iterable[UUID], categories: Iterable[Category] = tuple(Category)
    ) -> Seal:
        """Return a seal with the keys of these subjects, for read models to seal and open single values."""
        raise NotImplementedError

    async def record(self, recording: Recording, *, now: datetime) -> Outcome:
        """Judge and record, durably, or say why not."""
        (outcome,) = await self.record_all([recording], now=now)
        return outcome

    async def record_all(
        self, recordings: Sequence[Recording], *, now: datetime, atomic: bool = False
    ) -> list[Outcome]:
        """Record each by itself, or all or nothing when `atomic`; outcomes are in the order given."""
        raise NotImplementedError

    async def record_bulk(self, recordings: Sequence[Recording], *, now: datetime) -> list[Outcome]:
        """Record many, each by itself, letting others go first; those of one stream are judged together."""
        raise NotImplementedError

    async def rehearse(self, recording: Recording, *, now: datetime) -> Rehearsal:
        """Tell what would come of recording it, and record nothing."""
        raise NotImplementedError
