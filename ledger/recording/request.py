"""What is given to a ledger to record, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry, Entry, Origin, Recorder
from domain.envelope import Envelope
from domain.event import Event, Kind
from domain.when import Days
from ledger.codec.parsing import check


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(Envelope):
    """An event with what its recorder says about it; the ledger adds its place in a stream."""

    event: Event
    days: Days
    cause: UUID | None = None

    def check(self) -> None:
        """Raise InvalidError unless the event keeps to its own class, so that what is stored can be read."""
        check(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDraft(Draft):
    """A draft whose event was read from JSON, and so keeps to its class: it is checked no second time."""

    @classmethod
    def of(cls, event: Event, days: Days, envelope: Envelope) -> "ParsedDraft":
        """Return an event of `parse_event` that happened on these days, in an envelope."""
        return cls(event=event, days=days, **{name: getattr(envelope, name) for name in _ENVELOPE})

    def check(self) -> None:
        """Do nothing: `parse_event` has."""


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
            recorded_by=self.recorded_by,
            region=self.region,
            origin=self.origin,
            **{name: getattr(draft, name) for name in _SAID},
        )


_ENVELOPE: Final = tuple(spec.name for spec in fields(Envelope))
_SAID: Final = tuple(spec.name for spec in fields(Draft))
