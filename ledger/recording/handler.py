"""The recording handler: load, authorise, decide, seal, append, and retry if a file has moved.

A cached file may be stale. So the handler refuses nothing before it has read the file from the ledger, and
before it knows that the recording does not repeat an earlier one.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final, TypeVar
from uuid import UUID, uuid4

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Category
from domain.events.erasure import ErasureStarted
from domain.file import File
from domain.judging import judge
from domain.label import Label
from domain.limit import Area, limit
from domain.requested_erasure import erased_by
from domain.when import day_of
from ledger.codec.split import SplitEntry, split
from ledger.compute import AT_ONCE, FEW, compute
from ledger.files.repository import FileRepository
from ledger.recording.attempt import Attempt
from ledger.recording.candidates import (
    Candidate,
    Check,
    allow_all,
    entry_ids,
    ids_named,
    kept_names,
    settled_together,
)
from ledger.recording.outcome import (
    Denied,
    Hindrance,
    KeepsMoving,
    KeyMismatch,
    Outcome,
    Recorded,
    Rehearsed,
    StaleVersion,
)
from ledger.recording.request import Recording
from ledger.recording.stream_locks import StreamLocks
from ledger.sealing.cipher import Keyring, Pair
from ledger.sealing.keys import KeyDestroyedError, Keys
from ledger.store.append import Accepted, Append, Mismatch, OverloadedError, Repeated, Stale, Stored, Verdict
from ledger.store.store import Store

PATIENCE_SECONDS: Final = limit(
    10,
    Area.REQUESTS,
    Label("等待他人记录完同一档案的秒数", "Seconds of waiting for others who record in the same file"),
    why=Label("同一档案逐条审核，先到先记", "Each is judged by what those before have recorded"),
    beyond="unavailable",
)
FILES_AT_ONCE: Final = 16
COPIED: Final = 8
"""Entries that a trial of one type of event copies, in the time in which one entry is judged."""
UNWRITTEN: Final = b"{}"
"""The body passed for an entry that was recorded before."""
R = TypeVar("R")


def nothing() -> None:
    """Do nothing while an append is waited for."""


async def _compute(attempt: Attempt, work: Callable[[], R], entries: int) -> R:
    """Do work of an attempt that costs as much as judging so many entries; bulk work runs in a thread."""
    return await asyncio.to_thread(work) if attempt.bulk else await compute(work, entries)


class RecordingHandler:
    """Records in one ledger."""

    def __init__(self, files: FileRepository, keys: Keys, store: Store) -> None:
        self._files = files
        self._keys = keys
        self._store = store
        self._turns = StreamLocks()
        # Dry runs leave one thread to other work.
        self._rehearsing = asyncio.Semaphore(AT_ONCE - 1)

    async def handle(  # noqa: PLR0913 - each is told apart at some place that records
        self,
        recordings: Sequence[Recording],
        *,
        now: datetime,
        atomic: bool = False,
        bulk: bool = False,
        checked: Check = allow_all,
        appending: Callable[[], None] = nothing,
    ) -> list[Outcome]:
        """Record each by itself, or all or nothing; outcomes are in the order of the recordings.

        A recording that expects no version is judged after whatever others recorded before it; its outcome is
        KeepsMoving only if it waited too long for them. `appending` is called before each wait for an append.
        """
        candidates = await self._candidates(recordings)
        at_once = asyncio.Semaphore(FILES_AT_ONCE)
        clock = asyncio.get_running_loop().time

        async def settled(group: list[Candidate]) -> dict[int, Outcome]:
            attempt = Attempt(group, day_of(now), atomic, bulk, fresh=bulk, checked=checked)
            streams = {candidate.stream for candidate in group}
            streams |= {name for candidate in group for name in candidate.names}
            async with at_once:
                until = clock() + PATIENCE_SECONDS
                async with self._turns.of(streams, until) as turn:
                    if turn:
                        await self._settle(attempt, until, appending)
            for candidate in attempt.pending:
                attempt.outcomes[candidate.number] = KeepsMoving()
            return attempt.outcomes

        parts = [candidates] if atomic else settled_together(candidates, bulk=bulk)
        outcomes: dict[int, Outcome] = {}
        every = [settled(part) for part in parts]
        # One, as most requests have, needs no task of its own.
        for some in [await every[0]] if len(every) == 1 else await asyncio.gather(*every):
            outcomes |= some
        return [outcomes[number] for number in range(len(recordings))]

    async def rehearse(
        self,
        recordings: Sequence[Recording],
        *,
        now: datetime,
        atomic: bool = False,
        checked: Check = allow_all,
        sees: AbstractSet[Category] = EVERY_CATEGORY,
    ) -> list[Rehearsed]:
        """Return the rehearsal of each recording after those before it, or of all or nothing.

        The impact is limited to what the categories `sees` may reveal. Raises OverloadedError.
        """
        attempt = Attempt(
            await self._candidates(recordings), day_of(now), atomic, bulk=False, fresh=True, checked=checked
        )
        await self._load(attempt)
        drafts = sum(len(candidate.ids) for candidate in attempt.pending)
        recordable = set(await self._beside_others(partial(attempt.judge, attempt.pending), drafts))
        sealing = partial(_split, recordable)
        for candidate, why in (
            await self._erased(attempt, await self._beside_others(sealing, drafts))
        ).items():
            candidate.denied = why
            recordable.discard(candidate)
        rehearsed: list[Rehearsed] = []
        for candidate in attempt.pending:
            entries = 2 * len(attempt.files[candidate.stream].entries) + len(candidate.ids)
            work = partial(attempt.rehearsed, candidate, recordable, now, sees)
            rehearsed.append(await self._beside_others(work, entries))
        return rehearsed

    async def _beside_others(self, work: Callable[[], R], entries: int) -> R:
        """Do work of a dry run that costs as much as judging so many entries, when its turn comes."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._rehearsing.acquire()
        except TimeoutError:
            raise OverloadedError from None
        try:
            return await compute(work, entries)
        finally:
            self._rehearsing.release()

    async def _candidates(self, recordings: Sequence[Recording]) -> list[Candidate]:
        drafts = [draft for recording in recordings for draft in recording.drafts]
        for number, draft in enumerate(drafts, 1):
            draft.check()
            if not number % FEW:
                await asyncio.sleep(0)
        ids = [entry_ids(self._keys.named, recording) for recording in recordings]
        opening = [
            each[0] for each, recording in zip(ids, recordings, strict=True) if recording.stream is None
        ]
        opened = await self._streams(opening)
        return [
            Candidate(
                number,
                recording,
                recording.stream or opened.get(each[0]) or uuid4(),
                each,
                named=kept_names(self._keys.named, (draft.event for draft in recording.drafts), each),
            )
            for number, (recording, each) in enumerate(zip(recordings, ids, strict=True))
        ]

    async def _streams(self, entries: Collection[UUID]) -> dict[UUID, UUID]:
        """Return the streams of entries by id; a file is identified by the entry that opened it."""
        stored = await self._store.entries(entries) if entries else []
        return {each.entry_id: each.stream for each in stored}

    async def _settle(self, attempt: Attempt, until: float, appending: Callable[[], None]) -> None:
        """Load, authorise and decide, seal, append, conclude; retry if a file has moved."""
        clock = asyncio.get_running_loop().time
        while attempt.pending and clock() < until:
            await self._load(attempt)
            repeated = await self._repeated(attempt)
            recordable = await self._decide(attempt, repeated)
            if recordable is not None:
                appends = await self._seal(attempt, repeated, recordable)
                appending()
                verdicts = await self._store.append_all(list(appends.values()), atomic=attempt.atomic)
                await self._conclude(attempt, list(zip(appends, verdicts, strict=True)))
            attempt.fresh = True

    async def _load(self, attempt: Attempt) -> None:
        """Load the files for judging, with the rulebooks that count for them."""
        streams = dict.fromkeys(candidate.stream for candidate in attempt.pending)
        held: dict[UUID, File | None] = {}
        if not attempt.fresh:
            new = {each.stream for each in attempt.pending if each.recording.stream is None}
            held = {stream: self._files.cache.get(stream) for stream in streams}
            held |= {stream: File(stream) for stream in new if held[stream] is None}
        behind = [stream for stream in streams if held.get(stream) is None]
        read = await self._files.files(behind) if behind else {}
        for stream in streams:
            attempt.files[stream] = held.get(stream) or read.get(stream) or File(stream)
        await self._load_identified(attempt)
        await self._load_beside(attempt)
        for candidate in attempt.pending:
            file = attempt.files[candidate.stream]
            if candidate.stream not in attempt.rulebooks:
                attempt.rulebooks[candidate.stream] = await (
                    self._files.rulebook_of(file)
                    if file.entries
                    else self._files.rulebook_at(candidate.recording.recorded_by.institution)
                )

    async def _load_identified(self, attempt: Attempt) -> None:
        """Load the files that the ids in the drafts are of."""
        ids = {
            value
            for candidate in attempt.pending
            for draft in candidate.recording.drafts
            for _, value in ids_named(draft.event)
        }
        attempt.identified = await self._files.files(ids) if ids else {}

    async def _load_beside(self, attempt: Attempt) -> None:
        """Load what the candidates name, and the files that name the same, after who names what.

        So whatever is recorded meanwhile moves a version that the append states, and it is judged again.
        """
        names = {name for candidate in attempt.pending for name in candidate.asked}
        attempt.naming = {name: [] for name in names}
        if names:
            for name, stream in await self._store.naming(names):
                attempt.naming[name].append(stream)
            streams = {stream for named in attempt.naming.values() for stream in named}
            attempt.others = await self._files.files(names | streams)

    async def _repeated(self, attempt: Attempt) -> list[Candidate]:
        """Return the candidates whose first entry is in the ledger, by the same request or by another one."""
        repeated = {each for each in attempt.pending if each.ids[0] in attempt.files[each.stream].entries}
        if attempt.fresh:
            others = {each.ids[0]: each for each in attempt.pending if each not in repeated}
            repeated |= {others[entry_id] for entry_id in await self._streams(others)}
        return [each for each in attempt.pending if each in repeated]

    async def _decide(self, attempt: Attempt, repeated: Sequence[Candidate]) -> list[Candidate] | None:
        """Authorise each candidate with those before it in its file, judge it; return the recordable ones.

        The others are rejected, if their files were read from the ledger. Return None if the files must be
        read first, or if one of all or nothing was rejected.
        """
        new = [each for each in attempt.pending if each not in set(repeated)]
        drafts = sum(len(each.ids) for each in new)
        recordable = await _compute(attempt, partial(attempt.judge, new), drafts)
        rejected = set(new) - set(recordable)
        if rejected and not attempt.fresh:
            return None
        for candidate in rejected:
            copied = len(attempt.files[candidate.stream].entries) // COPIED
            await _compute(attempt, partial(attempt.reject, candidate), copied)
        if rejected and attempt.atomic:
            attempt.end()
            return None
        return recordable

    async def _seal(
        self, attempt: Attempt, repeated: Sequence[Candidate], recordable: Sequence[Candidate]
    ) -> dict[Candidate, Append]:
        """Return the appends; of a repeated candidate the store only compares the fingerprint."""
        drafts = sum(len(candidate.ids) for candidate in recordable)
        parts = await _compute(attempt, partial(_split, recordable), drafts)
        pairs = {pair for splits in parts.values() for each in splits for pair in each.personal}
        ring = None
        if pairs.isdisjoint(_being_erased(attempt, parts)):
            with suppress(KeyDestroyedError):
                ring = await self._keys.ring(pairs, make=True)
        if ring is None:
            denied = await self._erased(attempt, parts)
            attempt.outcomes |= {each.number: why for each, why in denied.items()}
            if attempt.atomic:
                attempt.end()
                return {}
            return await self._seal(attempt, repeated, [each for each in recordable if each not in denied])
        for candidate in repeated:
            candidate.place(attempt.files[candidate.stream])
        fingerprint = self._keys.fingerprint

        def sealed(ring: Keyring) -> dict[Candidate, Append]:
            bodies = {each: [UNWRITTEN] * len(each.entries) for each in repeated}
            bodies |= {each: [part.encode(ring) for part in splits] for each, splits in parts.items()}
            return {
                each: each.append(of_entries, fingerprint(each.content), bulk=attempt.bulk)
                for each, of_entries in bodies.items()
            }

        return await _compute(attempt, partial(sealed, ring), drafts)

    async def _erased(
        self, attempt: Attempt, parts: Mapping[Candidate, Sequence[SplitEntry]]
    ) -> dict[Candidate, Denied]:
        """Return the candidates that cannot be sealed, since a key that they need was or is to be destroyed.

        No key is destroyed before its file says so, and what was sealed before that moves is judged again: so
        nothing is sealed with a key that is gone.
        """
        pairs = {pair for splits in parts.values() for each in splits for pair in each.personal}
        destroyed = await self._keys.destroyed(pairs) | _being_erased(attempt, parts)
        found: dict[Candidate, Denied] = {}
        for candidate, splits in parts.items():
            drafts = [number for number, each in enumerate(splits) if not destroyed.isdisjoint(each.personal)]
            if drafts:
                found[candidate] = Denied(Hindrance.ERASED, drafts[0])
        return found

    async def _conclude(self, attempt: Attempt, verdicts: Sequence[tuple[Candidate, Verdict]]) -> None:
        """Turn verdicts into outcomes; a candidate that must be judged again stays pending."""
        attempt.pending = []
        failed = False
        recorded: dict[UUID, list[AnyEntry]] = defaultdict(list)
        for candidate, verdict in verdicts:
            outcome = await self._outcome(attempt, candidate, verdict)
            if outcome is None:
                attempt.pending.append(candidate)
                continue
            attempt.outcomes[candidate.number] = outcome
            failed = failed or not isinstance(outcome, Recorded)
            if isinstance(verdict, Accepted) and isinstance(outcome, Recorded):
                recorded[candidate.stream] += outcome.entries
        if failed and attempt.atomic:
            attempt.end()
        for stream, entries in recorded.items():
            await self._files.extend(attempt.files[stream], entries)

    async def _outcome(self, attempt: Attempt, candidate: Candidate, verdict: Verdict) -> Outcome | None:
        """Return the outcome of a verdict; None if the candidate must be judged again."""
        match verdict:
            case Accepted(first, moments):
                entries = tuple(
                    entry.recorded(first + number, moment)
                    for number, (entry, moment) in enumerate(zip(candidate.entries, moments, strict=True))
                )
                return Recorded(entries, candidate.judgements)
            case Repeated(stored):
                return await self._recorded_before(attempt, stored)
            case Stale(version):
                # If a stream has moved that the recorder has read, judging again would change nothing.
                read = bool(candidate.recording.reads)
                return StaleVersion(version) if read and candidate.judged_at(version) else None
            case Mismatch():
                stream = (await self._streams([candidate.ids[0]])).get(candidate.ids[0])
                if candidate.recording.stream is None and stream not in {None, candidate.stream}:
                    # An earlier attempt of the same request has opened the file.
                    candidate.stream = stream
                    return None
                return KeyMismatch()
            case _:
                return None

    async def _recorded_before(self, attempt: Attempt, stored: Sequence[Stored]) -> Recorded:
        """Return what an earlier attempt recorded, with its judgements; in bulk, with those of now."""
        file = attempt.files[stored[0].stream]
        if not (attempt.bulk and all(each.entry_id in file.entries for each in stored)):
            file = await self._files.file(stored[0].stream, stored[-1].position) or File()
        entries = [file.entries[each.entry_id] for each in stored]
        rulebook = await self._files.rulebook_of(file)
        judgements = [
            judgement
            for entry in entries
            if entry.recorded_at is not None
            for judgement in judge(file, entry, rulebook, day_of(entry.recorded_at))
        ]
        return Recorded(tuple(entries), tuple(judgements), repeated=True)


def _being_erased(attempt: Attempt, candidates: Iterable[Candidate]) -> set[Pair]:
    """Return under which keys nothing is sealed any more, by what the files of candidates say."""
    files = {candidate.stream: attempt.files[candidate.stream] for candidate in candidates}
    return {pair for file in files.values() for pair in erased_by(file.of(ErasureStarted))}


def _split(candidates: Iterable[Candidate]) -> dict[Candidate, list[SplitEntry]]:
    """Return the entries of candidates, each split into what is sealed and what is not."""
    return {each: [split(entry) for entry in each.entries] for each in candidates}
