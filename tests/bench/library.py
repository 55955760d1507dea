"""The eventsourcing library's own projection: an application, one trivial view of it, and its runner."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL, Identifier

from tests.support.waiting import until_now

BODY: Final = "x" * 500
"""About what a sealed entry holds."""


class Child(Aggregate):
    """A file as the library's documentation would write one."""

    entries: int

    @event("Opened")
    def __init__(self) -> None:
        self.entries = 0

    @event("Recorded")
    def record(self, body: str) -> None:
        """Take in one more entry."""
        self.entries += 1


class Children(Application[UUID]):
    """The application that is followed."""


class Counted(PostgresTrackingRecorder):
    """The view: how many entries there are."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        table = Identifier(self.datastore.schema, "counted")
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS {} (one integer PRIMARY KEY, entries bigint)").format(table)
        )
        self._count = SQL(
            "INSERT INTO {0} AS c VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET entries = c.entries + 1"
        ).format(table)

    def count(self, tracking: Tracking) -> None:
        """Count one entry, exactly once."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(self._count, prepare=True)


class Counting(Projection[Counted]):
    """The projection: it counts."""

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Count an entry."""
        self.view.count(tracking)


def fill(app: Children, files: int, each: int) -> int:
    """Record so many files of so many entries, a file in one go; return the id of the last entry."""
    for _ in range(files):
        child = Child()
        for _ in range(each - 1):
            child.record(BODY)
        app.save(child)
    return app.recorder.max_notification_id() or 0


def record_each(app: Children, writers: int, each: int) -> int:
    """Let so many threads record entries one by one in files of their own; return the id of the last."""
    start = threading.Barrier(writers)

    def write() -> None:
        child = Child()
        start.wait()
        for _ in range(each - 1):
            app.save(child)
            child.record(BODY)
        app.save(child)

    with ThreadPoolExecutor(writers) as pool:
        for work in [pool.submit(write) for _ in range(writers)]:
            work.result()
    return app.recorder.max_notification_id() or 0


@contextmanager
def running(environ: dict[str, str]) -> Iterator[Callable[[int], None]]:
    """Run the projection; give what waits until it has reached an id."""
    runner: ProjectionRunner[Children, Counted] = ProjectionRunner(
        application_class=Children, projection_class=Counting, view_class=Counted, env=environ
    )

    def reached(last: int) -> None:
        # The library's own `wait` doubles its pauses: what took 0.8 s would be seen after 1.5.
        until_now(lambda: runner.view.has_tracking_id(runner.app_name, last))

    with runner:
        try:
            yield reached
        finally:
            runner.view.datastore.close()
