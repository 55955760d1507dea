"""A children's ledger for the library: it can be followed, stays sealed, and is never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import JSONTranscoder, Mapper, Notification, NotSupportedError, StoredEvent

from ledger.canonical import Json
from ledger.codec.mapping import load
from ledger.recorder.inserting import stream_of
from ledger.recorder.recorders import LedgerApplicationRecorder


@dataclass(frozen=True)
class EntryNotification(Notification):
    """An entry of a children's ledger; `topic` is its type, and `state` the whole entry as it is stored."""

    recorded_at: datetime


@dataclass(frozen=True)
class EntryRecorded:
    """An entry of a children's ledger for projections; the personal values of its document stay sealed."""

    originator_id: UUID
    originator_version: int
    position: int
    recorded_at: datetime
    document: Json


class EntryMapper(Mapper[UUID]):
    """Turns notifications of a children's ledger into EntryRecorded."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEventProtocol[UUID]:
        """Return the entry of a notification. Raises NotSupportedError for any other stored event."""
        if not isinstance(stored_event, EntryNotification) or not isinstance(
            stored_event.originator_id, UUID
        ):
            message = "the entries of a children's ledger are folded by the ledger itself: follow them here"
            raise NotSupportedError(message)
        return EntryRecorded(
            stream_of(stored_event.originator_id),
            stored_event.originator_version,
            stored_event.id,
            stored_event.recorded_at,
            load(stored_event.state),
        )

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Raise NotSupportedError: the library does not write to a children's ledger."""
        raise NotSupportedError(READ_ONLY)


READ_ONLY: Final = "a children's ledger is read-only through the eventsourcing library: its own store records"


class ChildrenRecorder(LedgerApplicationRecorder):
    """Reads a children's ledger; inserting raises NotSupportedError."""

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Raise NotSupportedError."""
        raise NotSupportedError(READ_ONLY)

    @staticmethod
    def notification(row: Sequence[Any]) -> EntryNotification:
        """Return an entry with the moment at which it was recorded."""
        return EntryNotification(*row)
