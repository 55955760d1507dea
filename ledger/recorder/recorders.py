"""The library's recorders of aggregates, snapshots and applications, over a ledger of its own."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    Notification,
    ProcessRecorder,
    StoredEvent,
    Tracking,
)
from psycopg import Connection, errors
from psycopg.sql import SQL, Identifier

from ledger.recorder.announcer import Notified
from ledger.recorder.datastore import RECORDER_SQL, Datastore
from ledger.recorder.inserting import Inserter, runs, stream_of
from ledger.recorder.tracking import LedgerTrackingRecorder
from ledger.store import arrays

_FIRST: Final = -(2**31)
_LAST: Final = 2**63 - 1


class LedgerAggregateRecorder(AggregateRecorder):
    """Records the events of aggregates, without returning their positions."""

    table: ClassVar = "entry"

    def __init__(self, database: Datastore) -> None:
        self.database = database
        self._inserter = Inserter(database)
        self._events = {
            desc: database.statement(RECORDER_SQL["events"], table=Identifier(self.table), order=SQL(order))
            for desc, order in ((False, "ASC"), (True, "DESC"))
        }

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Insert events, all or none.

        Raises IntegrityError unless the events of each aggregate continue its versions without gaps, from its
        last or as its first; DataError for events that cannot be stored.
        """
        self._insert(stored_events)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return an aggregate's events after a version and through another, in order of version."""
        parameters = {
            "stream": stream_of(originator_id),
            "after": _FIRST if gt is None else gt,
            "through": _LAST if lte is None else lte,
            "limit": limit,
        }
        return [StoredEvent(*row) for row in self.database.rows(self._events[desc], parameters)]

    def _insert(self, stored_events: Sequence[StoredEvent]) -> list[int] | None:
        match runs(stored_events):
            case []:
                return None
            case [run]:
                return self._inserter.insert(run)
            case several:
                return self._inserter.insert_all(several)


class LedgerSnapshotRecorder(LedgerAggregateRecorder):
    """Records snapshots, of any version and in any order."""

    table: ClassVar = "snapshot"

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Insert snapshots, all or none. Raises IntegrityError if a snapshot of that version exists."""
        events = [event for run in runs(stored_events) for event in run.events]
        parameters = {
            "streams": arrays.uuids(stream_of(event.originator_id) for event in events),
            "versions": arrays.integers(event.originator_version for event in events),
            "types": arrays.texts(event.topic for event in events),
            "bodies": arrays.blobs(event.state for event in events),
            "try": uuid4(),
        }
        insert, taken = (
            self.database.statement(text)
            for text in (RECORDER_SQL["take_snapshots"], RECORDER_SQL["snapshots_taken"])
        )

        def work(connection: Connection) -> None:
            try:
                connection.execute(insert, parameters)
            except errors.UniqueViolation:
                if connection.execute(taken, parameters).fetchall() != [(len(events),)]:
                    raise

        self.database.run(work)
        return None


class LedgerApplicationRecorder(LedgerAggregateRecorder, ApplicationRecorder):
    """Records the events of an application; positions, 1..n in order of commit, are the notification ids."""

    def __init__(self, database: Datastore) -> None:
        super().__init__(database)
        self._notifications = database.statement(RECORDER_SQL["notifications"])
        self._position = database.statement(RECORDER_SQL["position"])

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Insert events as an aggregate recorder does; return their notification ids."""
        return self._insert(stored_events)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return at most so many notifications, from or after one id through another, of some topics."""
        first = 0 if start is None else start
        parameters = {
            "after": first - 1 if inclusive_of_start else first,
            "through": _LAST if stop is None else stop,
            "every": not topics,
            "topics": arrays.texts(topics),
            "limit": limit,
        }
        return [self.notification(row) for row in self.database.rows(self._notifications, parameters)]

    @staticmethod
    def notification(row: Sequence[Any]) -> Notification:
        """Return a row as the library's notification, which has no moment of recording."""
        return Notification(*row[:-1])

    def max_notification_id(self) -> int | None:
        """Return the last notification's id."""
        ((position,),) = self.database.rows(self._position)
        return None if position is None else int(position)

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Notified:
        """Follow what is recorded after a notification."""
        return Notified(self, self.database.url, self.database.ledger, gt, topics)


class LedgerProcessRecorder(LedgerApplicationRecorder, LedgerTrackingRecorder, ProcessRecorder):
    """Records events in one transaction with their application's tracking of the events it follows."""

    def __init__(self, database: Datastore, follower: str = "") -> None:
        LedgerApplicationRecorder.__init__(self, database)
        LedgerTrackingRecorder.__init__(self, database, follower)

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Insert events and their tracking, if there is any, all or nothing."""
        tracking = kwargs.get("tracking")
        if not isinstance(tracking, Tracking):
            return self._insert(stored_events)
        return self._inserter.insert_all(runs(stored_events), self.step(tracking)) or None
