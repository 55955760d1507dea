"""Files that are followed entry by entry, kept at hand with what was computed of them.

What changed in the rows of a file is computed once, for the rows of now and for those of what was known when.
A file at hand has only its new entries read; one that is not is read and computed as of the position before.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.events.erasure import ErasureCompleted
from domain.file import File
from domain.joined_files import JOINED, joins
from domain.requested_erasure import erases
from ledger.ledger import Ledger, sealed_in_rows
from ledger.sealing.cipher import Seal
from ledger.store.append import StreamVersion
from projections.model import ReadModel
from projections.projector.adopted_rulebooks import AdoptedRulebooks, Adoptions, ever_in_charge
from projections.projector.known_rows import KnownChanges, KnownRows
from projections.projector.writer import PASSING, LeftError, bisected, of_kind

AT_HAND: Final = 30_000
"""Entries of the files that are kept at hand with what was computed of them; a thousand take some 5 MB.

A file that is not at hand is computed anew, at a hundred times the cost of an entry.
"""


@dataclass(slots=True)
class FollowedChanges:
    """What changed in files, with the version of each; which could not be read, and which not be computed."""

    of: dict[UUID, KnownChanges] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    unread: dict[UUID, Exception] = field(default_factory=dict)
    failing: set[UUID] = field(default_factory=set)


@dataclass(slots=True)
class _Task:
    """A file to be followed: its rows where they stand, its entries from there on, and its states if joined.

    Rows at position 0 begin with the entries up to `begins`.
    """

    rows: KnownRows
    entries: Sequence[AnyEntry]
    begins: int
    states: Mapping[int, File]


_Tasks: TypeAlias = dict[UUID, _Task]


class FollowedFiles:
    """The files of one ledger that are followed. `leaving` makes whoever follows stop at the next entry."""

    def __init__(self, ledger: Ledger, models: Sequence[ReadModel[Any]]) -> None:
        self._ledger = ledger
        self._models = models
        self._adopted = AdoptedRulebooks(ledger)
        self._at_hand: OrderedDict[UUID, KnownRows] = OrderedDict()
        self._entries = 0
        self.leaving = False

    def clear(self) -> None:
        """Keep no file at hand."""
        self._at_hand.clear()
        self._entries = 0

    def drop(self, stream: UUID) -> KnownRows | None:
        """Keep a file at hand no longer, and return it as it was."""
        rows = self._at_hand.pop(stream, None)
        self._entries -= 0 if rows is None else len(rows)
        return rows

    async def follow(
        self,
        streams: Sequence[StreamVersion],
        before: int,
        through: int,
        *,
        anew: AbstractSet[UUID] = frozenset(),
        keep: bool = True,
    ) -> FollowedChanges:
        """Return what changed in files after a position and through another; `anew` begin at the first."""
        kinds, found = {each.stream: each.kind for each in streams}, FollowedChanges()
        tasks = await self._tasks_at_hand(kinds, before, through, anew)
        rest = [each for each in streams if each.stream not in tasks]
        tasks |= await self._tasks_read(rest, before, through, anew, found)
        institutions = {whose for task in tasks.values() for whose in task.rows.institutions}
        adoptions = await self._adopted.of(institutions, through)
        seals = await self._seals(tasks, found)
        # In a thread, so that the event loop serves requests meanwhile.
        await asyncio.to_thread(self._follow, tasks, before, through, adoptions, seals, found, anew)
        if keep:
            for stream, task in tasks.items():
                self._keep(stream, task.rows)
        return found

    async def _seals(self, tasks: _Tasks, found: FollowedChanges) -> dict[UUID, Seal]:
        """Return the seal of each file, and leave out those of which keys cannot be unwrapped."""
        seals: dict[UUID, Seal] = {}

        async def with_keys(streams: Sequence[UUID]) -> None:
            seal = await self._ledger.seal_under({stream: tasks[stream].rows.sealed for stream in streams})
            seals.update(dict.fromkeys(streams, seal))

        await bisected(with_keys, [*tasks], found.unread.__setitem__)
        for stream in tasks.keys() & found.unread.keys():
            del tasks[stream]
        return seals

    async def _tasks_at_hand(
        self, kinds: Mapping[UUID, str], before: int, through: int, anew: AbstractSet[UUID]
    ) -> _Tasks:
        """Return what there is to do for files at hand of which nothing but their new entries is needed."""
        held = {}
        for stream in kinds:
            rows = self._at_hand.get(stream)
            if rows is not None and stream not in anew and 0 < rows.position <= before and rows.by_itself:
                held[stream] = rows
        later: dict[UUID, list[AnyEntry]] = {stream: [] for stream in held}
        try:
            versions = {stream: rows.version for stream, rows in held.items()}
            entries = await self._ledger.later(versions, through) if held else []
        except PASSING:
            raise
        except Exception:  # noqa: BLE001 - it is found out file by file whose entries cannot be read
            return {}
        for entry in entries:
            later[entry.stream].append(entry)
        tasks = {}
        for stream, own in later.items():
            rows = held[stream]
            # Of what was at hand nothing holds any more if others join it, or keys are destroyed.
            if self._at_hand.get(stream) is rows and not any(joins(each) or erases(each) for each in own):
                self._needs(rows, kinds[stream], own)
                tasks[stream] = _Task(rows, own, rows.position, {})
                self.drop(stream)
        return tasks

    async def _tasks_read(
        self,
        streams: Sequence[StreamVersion],
        before: int,
        through: int,
        anew: AbstractSet[UUID],
        found: FollowedChanges,
    ) -> _Tasks:
        """Return what there is to do for files that are read whole."""
        read: dict[UUID, File] = {}

        async def readable(pieces: Sequence[StreamVersion]) -> None:
            read.update(await self._ledger.files([each.stream for each in pieces], keep="none"))

        def unreadable(each: StreamVersion, error: Exception) -> None:
            found.unread[each.stream] = error

        await bisected(readable, streams, unreadable)
        kinds = {each.stream: each.kind for each in streams}
        tasks = {}
        for stream, file in read.items():
            rows = self._at_hand.get(stream)
            begins = 0 if stream in anew else before
            erased = max((each.position for each in file.of(ErasureCompleted)), default=0)
            if rows is not None and erased <= rows.position <= begins:
                self.drop(stream)
                begins = rows.position
            else:
                rows = KnownRows(stream, list(of_kind(kinds[stream], self._models)))
            self._needs(rows, kinds[stream], file.entries.values())
            entries = _between(file, rows.position, through)
            tasks[stream] = _Task(rows, entries, begins, await self._states(file, through))
        return tasks

    @staticmethod
    def _needs(rows: KnownRows, kind: str, entries: Iterable[AnyEntry]) -> None:
        rows.sealed |= sealed_in_rows(kind, entries)
        rows.institutions |= ever_in_charge(entries)

    async def _states(self, file: File, through: int) -> dict[int, File]:
        """Return the states of a file to which others are or were joined, at each of its own entries."""
        states: dict[int, File] = {}
        if file.facts(JOINED):
            for entry in _between(file, 0, through):
                state = await self._ledger.file(entry.stream, entry.position)
                assert state is not None  # noqa: S101 - it has this entry
                states[entry.position] = state
        return states

    def _follow(  # noqa: PLR0917 - the files, the range to follow, and what they are read with
        self,
        tasks: _Tasks,
        before: int,
        through: int,
        adoptions: Adoptions,
        seals: Mapping[UUID, Seal],
        found: FollowedChanges,
        anew: AbstractSet[UUID],
    ) -> None:
        for stream, task in tasks.items():
            rows, seal, start = task.rows, seals[stream], 0 if stream in anew else before
            if not rows.position:
                begun = [entry for entry in task.entries if entry.position <= task.begins]
                rows.begin(begun, task.begins, adoptions, seal, task.states)
            between = partial(self._after, task.entries)
            if rows.position < start:
                # What changed meanwhile was written otherwise.
                rows.follow(between(rows.position, start), start, adoptions, seal, task.states)
            entries = between(start, through)
            found.of[stream] = rows.follow(entries, through, adoptions, seal, task.states)
            found.versions[stream] = rows.version
            if rows.failing:
                found.failing.add(stream)

    def _after(self, entries: Iterable[AnyEntry], after: int, through: int) -> Iterator[AnyEntry]:
        """Yield entries while the process serves: whoever stops it does not wait for a long file."""
        for entry in entries:
            if after < entry.position <= through:
                if self.leaving:
                    raise LeftError
                yield entry

    def _keep(self, stream: UUID, rows: KnownRows) -> None:
        """Keep a file at hand, unless it is there as of a later position."""
        held = self._at_hand.get(stream)
        if held is not None and held.position > rows.position:
            return
        self.drop(stream)
        self._at_hand[stream] = rows
        self._entries += len(rows)
        while self._entries > AT_HAND:
            self.drop(next(iter(self._at_hand)))


def _between(file: File, after: int, through: int) -> list[AnyEntry]:
    """Return the own entries of a file after a position and through another, in the order of recording."""
    found = []
    for entry in reversed(file.entries.values()):
        if entry.position <= after:
            break
        if entry.position <= through and entry.stream == file.stream:
            found.append(entry)
    return found[::-1]
