"""Requests to record: drafts and recordings."""

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
        """Raise InvalidError unless the event conforms to its class, so that the stored entry can be read."""
        check(self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDraft(Draft):
    """A draft whose event was parsed from JSON, and so conforms to its class: it is not checked again."""

    @classmethod
    def of(cls, event: Event, days: Days, envelope: Envelope) -> "ParsedDraft":
        """Return an event of `parse_event` that happened on these days, in an envelope."""
        return cls(event=event, days=days, **{name: getattr(envelope, name) for name in _ENVELOPE})

    def check(self) -> None:
        """Do nothing: `parse_event` has checked the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Drafts to be recorded together on one stream, or not at all.

    `stream` None opens a new file. `expected` is the version that the recorder saw; without it the
    recording is judged again if the file has moved. The recording is for `institution`, by default the
    recorder's; `region` is that institution's, None while it is not known, or else that of the place which a
    file is opened for, None for the one in charge of the file. `key` is the recorder's name for
    the request and `item` the number within it: the same key and item are never recorded twice. `keyed_by`
    owns the key, if not the recorder: the institution owns the keys of its register's rows. `reads` are the
    other streams that the recorder read, with their versions. `places` are the JSON pointers of the drafts
    in the request.
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
        """The recorder, with the institution that the recording is for."""
        if self.institution is None or self.institution == self.recorder.institution:
            return self.recorder
        return replace(self.recorder, institution=self.institution)

    def placed(self, ids: Sequence[UUID]) -> dict[UUID, str]:
        """Return the place of each draft in the request, by the id of its entry."""
        return dict(zip(ids, self.places, strict=False))

    def pointed(self, number: int) -> dict[str, str]:
        """Return the pointer to a draft in the request, as a member of a problem; none if it is all of it."""
        place = self.places[number] if number < len(self.places) else ""
        return {"pointer": place} if place else {}

    def entry(
        self, number: int, *, entry_id: UUID, stream: UUID, version: int, place: str | None = None
    ) -> AnyEntry:
        """Return the entry of the draft of that number, without its position; `place` is in charge of it."""
        draft = self.drafts[number]
        return Entry(
            entry_id=entry_id,
            stream=stream,
            kind=self.kind,
            version=version,
            recorded_by=self.recorded_by,
            region=self.region or place,
            origin=self.origin,
            **{name: getattr(draft, name) for name in _SAID},
        )


_ENVELOPE: Final = tuple(spec.name for spec in fields(Envelope))
_SAID: Final = tuple(spec.name for spec in fields(Draft))
