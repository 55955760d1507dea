"""The tracking of a follower: its position, written in one transaction with the results of following."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder
from psycopg import Connection, Cursor
from psycopg.sql import Identifier

from ledger.recorder.datastore import RECORDER_SQL, Datastore


class LedgerTrackingRecorder(TrackingRecorder):
    """Records the last notification that a follower processed of each application; ids only grow.

    It is the base of materialised views. A view writes in a block `with self.tracked(tracking)`, where
    unqualified table names refer to the schema of the tracking: the ledger's, or the view's own for a
    children's ledger.
    """

    def __init__(self, database: Datastore, follower: str = "", schema: str | None = None) -> None:
        self.database = database
        self.follower = follower
        self.schema = schema or database.ledger
        self._track = database.statement(RECORDER_SQL["track"], schema=Identifier(self.schema))
        self._tracked = database.statement(RECORDER_SQL["tracked"], schema=Identifier(self.schema))

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record a tracking. Raises IntegrityError if it is not later than the one before."""
        self.database.run(self.step(tracking))

    @contextmanager
    def tracked(self, tracking: Tracking) -> Iterator[Cursor]:
        """Yield a cursor whose statements are committed with the tracking, or not at all.

        Raises the IntegrityError of insert_tracking.
        """
        with self.transaction() as cursor:
            self.step(tracking)(cursor.connection)
            yield cursor

    def transaction(self) -> AbstractContextManager[Cursor]:
        """Return a transaction's cursor, for which unqualified table names are the view's."""
        return self.database.transaction(self.schema)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return the last notification id processed of an application; None if there is none."""
        parameters = {"follower": self.follower, "application": application_name}
        for (number,) in self.database.rows(self._tracked, parameters):
            return int(number)
        return None

    def step(self, tracking: Tracking) -> Callable[[Connection], None]:
        """Return a step that records a tracking in a transaction; repeating the same step is safe."""
        parameters = {
            "follower": self.follower,
            "application": tracking.application_name,
            "id": tracking.notification_id,
            "try": uuid4(),
        }

        def record(connection: Connection) -> None:
            if not connection.execute(self._track, parameters).rowcount:
                message = (
                    f"{tracking.notification_id} of {tracking.application_name} or later was tracked before"
                )
                raise IntegrityError(message)

        return record
