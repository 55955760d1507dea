"""Sinks of an import's recordings: the ledger, or its judging only."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID, uuid4

from api.identity.tokens import Still, always
from api.imports.faults import Fault
from domain.file import File
from domain.judging import Judgement
from domain.when import day_of
from ledger.codec.parsing import InvalidError
from ledger.files.cache import KeptAfter
from ledger.ledger import Ledger
from ledger.recording.candidates import Candidate, Check, entry_id, entry_ids, judge_together
from ledger.recording.outcome import Denied, Hindrance, KeyMismatch, Recorded, Refused
from ledger.recording.request import Draft, Recording

TRIES: Final = 3
"""Attempts at recordings whose files other requests have changed."""


class InterruptedImportError(Exception):
    """Other requests keep recording in the same files; the import may be repeated."""


_DENIED: Final[dict[object, Fault]] = {
    Hindrance.SCOPE: Fault.NOT_YOURS,
    Hindrance.ERASED: Fault.ERASED,
    Hindrance.RESTRICTED: Fault.RESTRICTED,
}


@dataclass(frozen=True, slots=True)
class RowResult:
    """The result of one recording: its findings, and whether it was refused or recorded before.

    `denied` is a missing permission, which refuses it too; `unfit` is data that no event can hold. `draft` is
    the number of the first draft that is the reason, None if it is no single one.
    """

    judgements: tuple[Judgement, ...]
    refused: bool
    repeated: bool = False
    denied: object = None
    draft: int | None = None
    unfit: bool = False

    @property
    def code(self) -> str:
        """The code of the refusal: the fault, the rule, or the mismatch of the key."""
        if self.denied is not None:
            return _DENIED.get(self.denied, Fault.NOT_YOUR_CATEGORY).code
        if self.unfit:
            return Fault.NOT_KEPT.code
        refusing = (each.rule.id for each in self.judgements if each.refuses)
        return next(refusing, Fault.RECORDED_ELSEWHERE.code)


class RecordingSink:
    """Records in a ledger what `checked` permits for the file's present state.

    An import continues after its request was answered, so `still` is called before each attempt; it raises an
    error if the token is no longer valid.
    """

    def __init__(self, ledger: Ledger, checked: Check, still: Still = always) -> None:
        self.ledger = ledger
        self._checked = checked
        self.still = still

    def of(self, ledger: Ledger) -> Self:
        """Return the same sink for a process with a ledger of its own, which need not know of tokens."""
        return type(self)(ledger, self._checked)

    async def files(self, streams: Iterable[UUID], *, keep: KeptAfter = "single") -> dict[UUID, File]:
        """Return the files that have entries; the cache keeps them so."""
        return await self.ledger.files(streams, keep=keep)

    def named(self, key: str, owner: UUID) -> UUID:
        """Return the id of the entry that an owner's key names."""
        return entry_id(self.ledger.named, owner, key)

    async def keep(self, recordings: Sequence[Recording], *, now: datetime) -> list[RowResult]:
        """Judge recordings, those of one file together, and record those that are not refused.

        Raises InterruptedImportError and the store's errors.
        """
        kept: dict[int, RowResult] = {}
        for _ in range(TRIES):
            await self.still()
            waiting = [number for number in range(len(recordings)) if number not in kept]
            try:
                outcomes = await self.ledger.record_bulk(
                    [recordings[number] for number in waiting], now=now, checked=self._checked
                )
            except InvalidError:
                kept |= await asyncio.to_thread(_unfit, recordings)
                continue
            for number, outcome in zip(waiting, outcomes, strict=True):
                if isinstance(outcome, Recorded):
                    kept[number] = RowResult(outcome.findings, refused=False, repeated=outcome.repeated)
                elif isinstance(outcome, Refused):
                    kept[number] = RowResult(
                        outcome.refusals, refused=True, draft=_first(outcome.refusals, outcome.entries)
                    )
                elif isinstance(outcome, Denied):
                    kept[number] = RowResult((), refused=True, denied=outcome.why, draft=outcome.draft)
                elif isinstance(outcome, KeyMismatch):
                    kept[number] = RowResult((), refused=True)
            if len(kept) == len(recordings):
                return [kept[number] for number in range(len(recordings))]
        raise InterruptedImportError


class RehearsingSink(RecordingSink):
    """Judges like a ledger, and records nothing."""

    async def keep(self, recordings: Sequence[Recording], *, now: datetime) -> list[RowResult]:
        """Judge what would be recorded."""
        groups: dict[UUID, list[Candidate]] = defaultdict(list)
        await self.still()
        kept = await asyncio.to_thread(_unfit, recordings)
        for number, recording in enumerate(recordings):
            if number in kept:
                continue
            stream = recording.stream or uuid4()
            ids = entry_ids(self.ledger.named, recording)
            groups[stream].append(Candidate(number, recording, stream, ids))
        files = await self.ledger.files(groups)
        for stream, group in groups.items():
            file = files.get(stream) or File(stream)
            rulebook = await self.ledger.rulebook_at(group[0].recording.institution)
            fit = await asyncio.to_thread(judge_together, file, group, rulebook, day_of(now), self._checked)
            for each in group:
                kept[each.number] = _rehearsed(each, refused=each not in fit)
        return [kept[number] for number in range(len(recordings))]


def _rehearsed(candidate: Candidate, *, refused: bool) -> RowResult:
    denied = candidate.denied
    if denied is not None:
        return RowResult((), refused=True, denied=denied.why, draft=denied.draft)
    refusals = [each for each in candidate.judgements if each.refuses]
    return RowResult(candidate.judgements, refused=refused, draft=_first(refusals, candidate.ids))


def _first(refusals: Sequence[Judgement], ids: Sequence[UUID]) -> int | None:
    """Return the number of the draft of which the first refusal speaks."""
    return ids.index(refusals[0].entry.entry_id) if refusals else None


def _unfit(recordings: Sequence[Recording]) -> dict[int, RowResult]:
    """Return the results of recordings with an event that is invalid for its class, by index."""
    return {
        number: RowResult((), refused=True, unfit=True)
        for number, recording in enumerate(recordings)
        if not all(map(_fits, recording.drafts))
    }


def _fits(draft: Draft) -> bool:
    try:
        draft.check()
    except InvalidError:
        return False
    return True
