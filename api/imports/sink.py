"""Where recordings of an import go: into the ledger, or through its judging only."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid4

from api.identity.tokens import Still, always
from api.imports.faults import Fault
from domain.file import File
from domain.judging import Judgement
from domain.when import day_of
from ledger.codec.parsing import InvalidError
from ledger.ledger import Ledger
from ledger.recording.candidates import Candidate, Check, entry_id, entry_ids, judge_together
from ledger.recording.outcome import Denied, Hindrance, KeyMismatch, Recorded, Refused
from ledger.recording.request import Draft, Recording

TRIES: Final = 3
"""How often recordings are tried whose files were moved by others."""


class InterruptedImportError(Exception):
    """Others keep recording in the same files; the same import may be started again."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came of one recording: what speaks against it, whether it was refused or stood there already.

    `denied` is what keeps who imports from recording it, which refuses it too; `unfit` is what no event can
    hold.
    """

    judgements: tuple[Judgement, ...]
    refused: bool
    repeated: bool = False
    denied: object = None
    unfit: bool = False

    @property
    def code(self) -> str:
        """What keeps it out, the rule that refuses it, or that its key names something else."""
        if self.denied is not None:
            fault = Fault.NOT_YOURS if self.denied is Hindrance.SCOPE else Fault.NOT_YOUR_CATEGORY
            return str(fault.value)
        if self.unfit:
            return Fault.NOT_KEPT.value
        refusing = (each.rule.id for each in self.judgements if each.refuses)
        return next(refusing, Fault.RECORDED_ELSEWHERE.value)


class Sink(Protocol):
    """What an import needs of a ledger."""

    async def files(self, streams: Iterable[UUID]) -> dict[UUID, File]:
        """Return those of the files that have entries."""

    def named(self, key: str, owner: UUID) -> UUID:
        """Return the id of the entry that an owner's key names."""

    async def keep(self, recordings: Sequence[Recording], *, now: datetime) -> list[RowResult]:
        """Judge recordings, those of one file together, and record those that are not refused."""


class RecordingSink:
    """Records in a ledger what may be recorded in its file as it is then: `checked` says so.

    An import goes on after its request was answered, so each time it is asked whether its sender may `still`
    enter, which raises where they may not.
    """

    def __init__(self, ledger: Ledger, checked: Check, still: Still = always) -> None:
        self._ledger = ledger
        self._checked = checked
        self._still = still

    async def files(self, streams: Iterable[UUID]) -> dict[UUID, File]:
        """Return those of the files that have entries."""
        return await self._ledger.files(streams)

    def named(self, key: str, owner: UUID) -> UUID:
        """Return the id of the entry that an owner's key names."""
        return entry_id(self._ledger.named, owner, key)

    async def keep(self, recordings: Sequence[Recording], *, now: datetime) -> list[RowResult]:
        """Record what is not refused. Raises InterruptedImportError and the store's errors."""
        kept: dict[int, RowResult] = {}
        for _ in range(TRIES):
            await self._still()
            waiting = [number for number in range(len(recordings)) if number not in kept]
            try:
                outcomes = await self._ledger.record_bulk(
                    [recordings[number] for number in waiting], now=now, checked=self._checked
                )
            except InvalidError:
                kept |= await asyncio.to_thread(_unfit, recordings)
                continue
            for number, outcome in zip(waiting, outcomes, strict=True):
                if isinstance(outcome, Recorded):
                    kept[number] = RowResult(outcome.findings, refused=False, repeated=outcome.repeated)
                elif isinstance(outcome, Refused):
                    kept[number] = RowResult(outcome.refusals, refused=True)
                elif isinstance(outcome, Denied):
                    kept[number] = RowResult((), refused=True, denied=outcome.why)
                elif isinstance(outcome, KeyMismatch):
                    kept[number] = RowResult((), refused=True)
            if len(kept) == len(recordings):
                return [kept[number] for number in range(len(recordings))]
        raise InterruptedImportError


class RehearsingSink(RecordingSink):
    """Judges as a ledger would, and records nothing."""

    async def keep(self, recordings: Sequence[Recording], *, now: datetime) -> list[RowResult]:
        """Judge what would be recorded."""
        groups: dict[UUID, list[Candidate]] = defaultdict(list)
        await self._still()
        kept = await asyncio.to_thread(_unfit, recordings)
        for number, recording in enumerate(recordings):
            if number in kept:
                continue
            stream = recording.stream or uuid4()
            ids = entry_ids(self._ledger.named, recording)
            groups[stream].append(Candidate(number, recording, stream, ids))
        files = await self._ledger.files(groups)
        for stream, group in groups.items():
            file = files.get(stream) or File(stream)
            rulebook = await self._ledger.rulebook_at(group[0].recording.institution)
            fit = await asyncio.to_thread(judge_together, file, group, rulebook, day_of(now), self._checked)
            for each in group:
                kept[each.number] = RowResult(each.judgements, refused=each not in fit, denied=each.denied)
        return [kept[number] for number in range(len(recordings))]


def _unfit(recordings: Sequence[Recording]) -> dict[int, RowResult]:
    """Return what came of recordings, by their numbers, of which an event does not keep to its own class."""
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
