"""The store: appending with group commit, reading, waiting, and the wrapped data keys."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self
from uuid import UUID

from psycopg.rows import TupleRow, args_row, tuple_row

from ledger.store import arrays
from ledger.store.append import (
    Accepted,
    Append,
    AppendFailedError,
    Head,
    HeldBack,
    Mismatch,
    Moved,
    Placed,
    Repeated,
    Stale,
    Stored,
    StoredRow,
    StoreError,
    StreamVersion,
    Verdict,
)
from ledger.store.append_batch import SQL, TICK, AppendAnswer
from ledger.store.append_queue import QueueLimits
from ledger.store.epochs import Epoch
from ledger.store.group_commit import GroupCommit
from ledger.store.notify import Notifier
from ledger.store.pools import PATIENCE, Pool, StatementParameters, fetch
from ledger.store.position import PositionWaiter

READERS_BESIDE = 4
"""Connections that read at once in a process which only records."""
END = 2**63 - 1
"""A position after every other."""


class Store:
    """One ledger in PostgreSQL, entered as its writer and as its reader.

    An async context manager. Reading sees everything committed before the call. A pooler may be used: the
    store prepares only `append` on the server, and only over a direct connection. `observed` is called with
    the entries and the seconds of each appended batch.
    """

    def __init__(  # noqa: PLR0913 - what differs from ledger to ledger, by name
        self,
        writer_url: str,
        reader_url: str,
        ledger: str,
        *,
        readers: int = 8,
        limits: QueueLimits | None = None,
        observed: Callable[[int, float], None] | None = None,
    ) -> None:
        self._writers = Pool(writer_url, 2)
        self._readers = Pool(reader_url, readers)
        self._positions = PositionWaiter(self._position)
        self._notifier = Notifier(reader_url, ledger, self._positions.hint)
        self._commits = GroupCommit(writer_url, self._committed, limits or QueueLimits(), observed)
        self._where = (writer_url, reader_url, ledger)

    def again(self) -> Self:
        """Return a store of the same ledger with connections of its own, as another process needs it."""
        store = type(self)(*self._where, readers=READERS_BESIDE)
        store.expect(self._commits.expected)
        return store

    async def __aenter__(self) -> Self:
        await self._writers.open()
        await self._readers.open()
        self._notifier.start()
        self._commits.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._commits.close()
        await self._notifier.close()
        await self._positions.close()
        await self._writers.close()
        await self._readers.close()

    @property
    def waiting(self) -> tuple[int, int]:
        """The number of this process's appends that wait for a batch, and their bytes."""
        return self._commits.waiting

    def expect(self, position: int, *, of_new_epoch: bool = False) -> None:
        """Append to no ledger that ends before a position: AppendFailedError is raised until it does not."""
        self._commits.expect(position, of_new_epoch=of_new_epoch)

    async def append(self, append: Append) -> Verdict:
        """Append entries to a stream durably, and return the verdict.

        Raises OverloadedError if the queue is full (bulk appends wait instead), and AppendFailedError if the
        database cannot be reached or fails.
        """
        (verdict,) = await self.append_all([append])
        return verdict

    async def append_all(self, appends: Sequence[Append], *, atomic: bool = False) -> list[Verdict]:
        """Append each by itself, or all or nothing if `atomic`; verdicts are in the order of the appends.

        Raises the errors of `append`; some of the appends may be stored then, unless `atomic`.
        """
        if not appends:
            return []
        judgements = await self._commits.submit(appends, atomic=atomic)
        stored = await self._repeated(appends, judgements)
        return [
            _verdict(append, judgement, stored) for append, judgement in zip(appends, judgements, strict=True)
        ]

    async def stream(self, stream: UUID, *, after: int = 0, known: int | None = None) -> list[Stored]:
        """Return a stream's entries after a version, as known at a position, in order of version."""
        known = END if known is None else known
        return await self._stored(SQL["stream"], {"stream": stream, "after": after, "known": known})

    async def streams(
        self, ids: Iterable[UUID], *, after: Mapping[UUID, int] | None = None, known: int | None = None
    ) -> list[Placed]:
        """Return the entries of several streams, one stream after the other, each in order of version.

        `after` gives a version of a stream, after which its entries begin; `known` the last position known.
        """
        wanted, versions = list(ids), after or {}
        parameters = {
            "streams": arrays.uuids(wanted),
            "after": arrays.integers(versions.get(stream, 0) for stream in wanted),
            "known": END if known is None else known,
        }
        return await fetch(self._readers, SQL["streams"], parameters, args_row(Placed))

    async def read(self, after: int, limit: int, *, through: int | None = None) -> list[Stored]:
        """Return at most `limit` entries after a position and through another, in order, without gaps."""
        through = END if through is None else through
        return await self._stored(SQL["read"], {"after": after, "limit": limit, "through": through})

    async def rows(self, after: int, limit: int, through: int) -> list[StoredRow]:
        """Return at most `limit` entries after a position and through another, with all their columns."""
        parameters = {"after": after, "limit": limit, "through": through}
        return await fetch(self._readers, SQL["rows"], parameters, args_row(StoredRow))

    async def of_types(self, types: Iterable[str], after: int, limit: int, through: int) -> list[Stored]:
        """Return at most `limit` entries of some types, after a position and through another, in order."""
        wanted = {"types": arrays.texts(types), "after": after, "limit": limit, "through": through}
        return await self._stored(SQL["of_types"], wanted)

    async def stream_rows(self, stream: UUID) -> list[StoredRow]:
        """Return a stream's entries with all their columns, in order of version."""
        return await fetch(self._readers, SQL["stream_rows"], {"stream": stream}, args_row(StoredRow))

    async def together(self, position: int) -> list[int]:
        """Return the positions of the entries that were appended together with one, its own among them."""
        rows = await self._rows(self._readers, SQL["together"], {"position": position})
        return [each for (each,) in rows]

    async def amending(
        self, after: Mapping[UUID, int], types: Iterable[str], *, known: int | None = None
    ) -> list[Stored]:
        """Return the entries of several streams that amend another one, after a version, in order of version.

        These are of one of the types or name the entry that they correct, as known at a position.
        """
        parameters = {
            "streams": arrays.uuids(after),
            "after": arrays.integers(after.values()),
            "types": arrays.texts(types),
            "known": END if known is None else known,
        }
        return await self._stored(SQL["amending"], parameters)

    async def moved(self, after: int, through: int) -> list[Moved]:
        """Return the streams that have entries after a position and through another, in order of id."""
        return await fetch(self._readers, SQL["moved"], {"after": after, "through": through}, args_row(Moved))

    async def files(self, kinds: Iterable[str], after: UUID, limit: int) -> list[StreamVersion]:
        """Return at most `limit` streams of some kinds after an id, in order of id, with their versions."""
        wanted = {"kinds": arrays.texts(kinds), "after": after, "limit": limit}
        return await fetch(self._readers, SQL["files"], wanted, args_row(StreamVersion))

    async def entries(self, ids: Iterable[UUID]) -> list[Stored]:
        """Return the stored entries among these ids, in order of position."""
        return await self._stored(SQL["entries"], [arrays.uuids(ids)])

    async def naming(self, names: Iterable[UUID]) -> list[tuple[UUID, UUID]]:
        """Return each name with the stream of each append that names it, in the order in which they did."""
        rows = await self._rows(self._readers, SQL["naming"], [arrays.uuids(names)])
        return [(name, stream) for name, stream in rows]

    async def head(self) -> Head:
        """Return the head of the ledger."""
        (row,) = await self._rows(self._readers, SQL["head"])
        return Head(*row)

    async def epochs(self) -> list[Epoch]:
        """Return the epochs after the first, in order; a ledger that never lost an entry has none."""
        return await fetch(self._readers, SQL["epochs"], (), args_row(Epoch))

    async def position_at(self, instant: datetime) -> int:
        """Return the last position recorded at or before an instant.

        The position is final: no later entry gets a moment at or before the instant. For an instant in the
        future, only the past up to now is final. Raises StoreError while the head is unavailable.
        """
        settled = (await self.head()).recorded_at
        if settled is None or settled < instant:
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._rows(self._writers, SQL["settle"], [instant])
            except TimeoutError:
                message = "somebody keeps the head"
                raise StoreError(message) from None
        ((position,),) = await self._rows(self._readers, SQL["position_at"], [instant])
        return int(position)

    async def wait_for(self, position: int, timeout: float) -> bool:  # noqa: ASYNC109 - passed on
        """Wait until the ledger reaches a position, for at most `timeout` seconds; return whether it did."""
        return await self._positions.wait_for(position, timeout)

    async def keys(self, wanted: Iterable[tuple[UUID, str]]) -> dict[tuple[UUID, str], bytes]:
        """Return the stored wrapped data keys, by subject and category."""
        rows = await self._rows(self._readers, SQL["keys"], _columns(wanted))
        return {(subject, category): wrapped for subject, category, wrapped in rows}

    async def destroyed_keys(self, asked: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
        """Return of which of these subjects and categories the data key was destroyed."""
        rows = await self._rows(self._readers, SQL["destroyed_keys"], _columns(asked))
        return {(subject, category) for subject, category in rows}

    async def destroyed_count(self) -> int:
        """Return how many data keys were destroyed."""
        ((count,),) = await self._rows(self._readers, SQL["destroyed_keys_count"])
        return int(count)

    async def every_destroyed_key(self) -> set[tuple[UUID, str]]:
        """Return the subjects and categories of all data keys that were destroyed."""
        rows = await self._rows(self._readers, SQL["every_destroyed_key"])
        return {(subject, category) for subject, category in rows}

    async def add_keys(self, new: Mapping[tuple[UUID, str], bytes]) -> dict[tuple[UUID, str], bytes]:
        """Store wrapped data keys where there are none yet; return the stored ones."""
        # One order for all transactions, so that those that add the same keys cannot deadlock.
        pairs = sorted(new)
        columns = [*_columns(pairs), arrays.blobs(new[pair] for pair in pairs)]
        await self._rows(self._writers, SQL["add_keys"], columns)
        return await self.keys(pairs)

    async def key_backup(self, wrapping_key: bytes) -> datetime | None:
        """Return when a backup of a wrapping key was last verified; None if never."""
        rows = await self._rows(self._readers, SQL["key_backup"], [wrapping_key])
        return next((verified_at for (verified_at,) in rows), None)

    async def _repeated(
        self, appends: Sequence[Append], judgements: Sequence[AppendAnswer]
    ) -> dict[UUID, Stored]:
        """Return the entries, by id, of the appends that were stored before."""
        repeated = [
            entry.entry_id
            for append, judgement in zip(appends, judgements, strict=True)
            if judgement.verdict == "repeated"
            for entry in append.entries
        ]
        if not repeated:
            return {}
        stored = {entry.entry_id: entry for entry in await self.entries(repeated)}
        if not stored.keys() >= set(repeated):
            message = "stored already, and not yet where it is read"
            raise AppendFailedError(message)
        return stored

    def _committed(self, position: int) -> None:
        self._positions.advance(position)
        self._notifier.announce()

    async def _position(self) -> int:
        return (await self.head()).position

    async def _stored(self, statement: bytes, parameters: StatementParameters) -> list[Stored]:
        return await fetch(self._readers, statement, parameters, args_row(Stored))

    async def _rows(
        self, pool: Pool, statement: bytes, parameters: StatementParameters = ()
    ) -> list[TupleRow]:
        return await fetch(pool, statement, parameters, tuple_row)


def _columns(pairs: Iterable[tuple[UUID, str]]) -> list[bytes]:
    subjects_and_categories = list(pairs)
    return [
        arrays.uuids(subject for subject, _ in subjects_and_categories),
        arrays.texts(category for _, category in subjects_and_categories),
    ]


def _verdict(append: Append, judgement: AppendAnswer, stored: Mapping[UUID, Stored]) -> Verdict:
    match judgement.verdict:
        case "accepted":
            moments = tuple([judgement.moment + number * TICK for number in range(len(append.entries))])
            return Accepted(judgement.first, moments)
        case "repeated":
            return Repeated(tuple(stored[entry.entry_id] for entry in append.entries))
        case "stale":
            return Stale(judgement.version)
        case "withheld":
            return HeldBack()
        case _:
            return Mismatch()
