"""What is given to a ledger to record, and what it answers."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Document, Entry, ExceptionClaim, Origin, Reason, Recorder
from domain.event import CATALOGUE, EVERY_CATEGORY, Category, Event, Kind
from domain.judging import Judgement
from domain.obligations import Clock
from domain.readiness import Answer, Gate
from domain.resting import NOTHING, Categories
from domain.when import Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event with what its recorder says about it; the ledger adds the rest of the envelope."""

    event: Event
    days: Days
    estimated: bool = False
    at: datetime | None = None
    documents: tuple[Document, ...] = ()
    note: str | None = None
    noted_on: date | None = None
    noted_by: str | None = None
    corrects: UUID | None = None
    reason: Reason | None = None
    exception: ExceptionClaim | None = None
    cause: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Drafts to be recorded together on one stream, or not at all.

    `stream` None opens a new file. `expected` is the version the recorder saw; without it the recording is
    judged again when the file has moved. `institution` is the one it is recorded for, by default the
    recorder's; `region` is that institution's, None while it is not known. `key` is the recorder's own name
    for this request and `item` its number within it: the same key and item are never recorded twice.
    `keyed_by` is whose name it is where it is not the recorder's own: a register's rows are known by its
    institution's, whoever imports them. `reads` names other streams that it was decided by, with their
    versions. `places` are where the drafts stand in what was sent, as JSON pointers.
    """

    stream: UUID | None
    drafts: tuple[Draft, ...]
    region: str | None
    origin: Origin
    recorder: Recorder
    key: str
    item: int = 0
    kind: Kind = "child"
    institution: UUID | None = None
    keyed_by: UUID | None = None
    expected: int | None = None
    reads: tuple[tuple[UUID, int], ...] = ()
    places: tuple[str, ...] = ()

    @property
    def recorded_by(self) -> Recorder:
        """Who records, for which institution."""
        if self.institution is None or self.institution == self.recorder.institution:
            return self.recorder
        return replace(self.recorder, institution=self.institution)

    def placed(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return where each draft stands in what was sent, by the ids that their entries have."""
        return dict(zip(ids, self.places, strict=False))

    def entry(self, number: int, *, entry_id: UUID, stream: UUID, version: int) -> AnyEntry:
        """Return the draft of that number in its envelope, not yet placed in the ledger."""
        draft = self.drafts[number]
        return Entry(
            entry_id=entry_id,
            stream=stream,
            kind=self.kind,
            version=version,
            event=draft.event,
            days=draft.days,
            recorded_by=self.recorded_by,
            region=self.region,
            origin=self.origin,
            estimated=draft.estimated,
            at=draft.at,
            noted_on=draft.noted_on,
            noted_by=draft.noted_by,
            documents=draft.documents,
            corrects=draft.corrects,
            reason=draft.reason,
            exception=draft.exception,
            note=draft.note,
            cause=draft.cause,
        )


@dataclass(frozen=True, slots=True)
class Recorded:
    """It stands in the ledger, durably; `repeated` when it did already, by an earlier try.

    `findings` is what speaks against it all the same: warnings, breaches as found, exceptions, doubts.
    """

    entries: tuple[AnyEntry, ...]
    findings: tuple[Judgement, ...]
    repeated: bool = False

    @property
    def stream(self) -> UUID:
        """The file it was recorded in."""
        return self.entries[0].stream

    @property
    def version(self) -> int:
        """The version of its last entry."""
        return self.entries[-1].version

    @property
    def position(self) -> int:
        """The position of its last entry."""
        return self.entries[-1].position


@dataclass(frozen=True, slots=True)
class Tried:
    """Every type of event, tried on a file as it is now: by type, what each refusal of it rests on."""

    refused: Mapping[str, tuple[Categories, ...]]

    def possible(self, sees: AbstractSet[Category] = EVERY_CATEGORY) -> tuple[str, ...]:
        """Return what nothing forbids, in the order of life, as far as who sees these categories may be told.

        What is sealed under another category is not theirs to record.
        """
        return tuple(
            kind
            for kind, refusals in self.refused.items()
            if CATALOGUE[kind].seals in sees and not any(on <= sees for on in refusals)
        )

    def told(self, sees: AbstractSet[Category]) -> Categories:
        """Return of which categories it tells who sees these that something is not possible."""
        return NOTHING.union(*(on for refusals in self.refused.values() for on in refusals if on <= sees))


@dataclass(frozen=True, slots=True)
class Refused:
    """Rules forbid it; nothing was recorded.

    `judgements` is all that speaks against it, also what refuses nothing by itself; `tried` says what is
    possible in its place. `entries` are the ids that its drafts would have had.
    """

    judgements: tuple[Judgement, ...]
    tried: Tried
    entries: tuple[UUID, ...] = ()

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """What refuses it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)


@dataclass(frozen=True, slots=True)
class StaleVersion:
    """The file, or one that was read, is at another version than the recorder saw; nothing was recorded."""

    current: int


@dataclass(frozen=True, slots=True)
class KeepsMoving:
    """Others kept recording in the file for longer than was waited; nothing was recorded, yet."""


@dataclass(frozen=True, slots=True)
class KeyMismatch:
    """The recorder has used the key for something else; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """Nothing is wrong with it, but with another one of all or nothing; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The recorder may not record it in the file as it is now; nothing was recorded. `why` is the check's."""

    why: object


Outcome: TypeAlias = Recorded | Refused | StaleVersion | KeepsMoving | KeyMismatch | Withheld | Denied


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An attribute that would change today: all its values before and after, of which there may be none."""

    chapter: str
    attribute: str
    before: tuple[object, ...]
    after: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Something due that would be opened (no `before`), met, moved or dropped (no `after`)."""

    before: Clock | None
    after: Clock | None


@dataclass(frozen=True, slots=True)
class GateChange:
    """A gate of readiness that would be answered otherwise today."""

    gate: Gate
    before: Answer
    after: Answer


@dataclass(frozen=True, slots=True)
class Impact:
    """What would change: today's status, what is due, today's readiness, what speaks against entries."""

    status: tuple[StatusChange, ...]
    obligations: tuple[ClockChange, ...]
    readiness: tuple[GateChange, ...]
    findings: tuple[Judgement, ...]


NO_IMPACT: Final = Impact((), (), (), ())


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a recording: what speaks against it and what it would change.

    What is refused changes nothing: `tried` says what is possible in its place, and is None where it would
    be recorded. `entries` are the ids that its drafts would have.
    """

    judgements: tuple[Judgement, ...]
    tried: Tried | None
    impact: Impact
    entries: tuple[UUID, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether it would be refused."""
        return any(judgement.refuses for judgement in self.judgements)

    @property
    def refusals(self) -> tuple[Judgement, ...]:
        """What would refuse it."""
        return tuple(judgement for judgement in self.judgements if judgement.refuses)

    @property
    def findings(self) -> tuple[Judgement, ...]:
        """What would speak against it once it is recorded."""
        return () if self.refused else self.judgements


Rehearsed: TypeAlias = Rehearsal | StaleVersion | Withheld | Denied
"""What would come of a recording."""
