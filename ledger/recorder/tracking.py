"""How far a follower has come: written in one transaction with what it made of what it followed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from uuid import uuid4

from eventsourcing.persistence import IntegrityError, Tracking, TrackingRecorder
from psycopg import Connection, Cursor
from psycopg.sql import Identifier

from ledger.recorder.datastore import RECORDER_SQL, Datastore


class LedgerTrackingRecorder(TrackingRecorder):
    """Records how far a follower has come with each application; ids only grow.

    The base of materialised views: what they write stands in a block `with self.tracked(tracking)`, where
    tables named plainly are those beside the tracking: in the ledger's schema, or over a children's ledger in
    that of the view.
    """

    def __init__(self, database: Datastore, follower: str = "", schema: str | None = None) -> None:
        self.database = database
        self.follower = follower
        self.schema = schema or database.ledger
        self._track = database.statement(RECORDER_SQL["track"], schema=Identifier(self.schema))
        self._tracked = database.statement(RECORDER_SQL["tracked"], schema=Identifier(self.schema))

    def insert_tracking(self, tracking: Tracking) -> None:
        """Record how far. Raises IntegrityError when it is no farther than before."""
        self.database.run(self.step(tracking))

    @contextmanager
    def tracked(self, tracking: Tracking) -> Iterator[Cursor]:
        """Give a cursor whose statements are committed with the tracking, or not at all.

        Raises IntegrityError as insert_tracking does.
        """
        with self.transaction() as cursor:
            self.step(tracking)(cursor.connection)
            yield cursor

    def transaction(self) -> AbstractContextManager[Cursor]:
        """Give a cursor of a transaction, in which tables named plainly are the view's."""
        return self.database.transaction(self.schema)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return how far the follower has come with an application; None where it has not begun."""
        parameters = {"follower": self.follower, "application": application_name}
        for (number,) in self.database.rows(self._tracked, parameters):
            return int(number)
        return None

    def step(self, tracking: Tracking) -> Callable[[Connection], None]:
        """Return what records a tracking in a transaction; made again by the same step, it is the same."""
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
