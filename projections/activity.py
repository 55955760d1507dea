"""Counts of recorded entries and of their delay, from the envelopes, by the library's ProjectionRunner.

Several processes may count one ledger at once; each entry is counted once.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import date
from threading import Event, Thread
from time import monotonic, sleep
from typing import Final
from uuid import UUID, uuid4

import structlog
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg import errors
from psycopg.rows import class_row
from psycopg.sql import Identifier

from domain.when import day_of
from ledger.recorder import EntryRecorded, LedgerTrackingRecorder, make_view
from ledger.recorder.views import schema_of
from ledger.store import queries
from ledger.store.pools import Pool, fetch

log = structlog.get_logger()
NAME: Final = "activity"
_SQL: Final = queries.load_composable("projections", "activity.sql")
BATCH: Final = 500
"""Entries counted in one transaction during catch-up."""
REST_SECONDS: Final = 0.5
"""Pause between two transactions after catch-up."""
RESTED: Final = 9
"""Pause between two transactions during catch-up, as a multiple of how long one took: nobody waits."""
_AGAIN_SECONDS: Final = 1.0
_LEAVING_SECONDS: Final = 10.0
"""Time limit for ending the counter; if the database hangs, the counter is abandoned."""
_AT_MOST_SECONDS: Final = 60.0
"""Longest delay before a restart; delays grow, since the owner may not have made the table yet."""


@dataclass(frozen=True, slots=True)
class RecordedCount:
    """The number of recorded entries of a type and an origin, and the sum of their days of delay."""

    type: str
    origin: str
    entries: int
    days_late: int


@dataclass(frozen=True, slots=True)
class _Counted:
    position: int
    day: date
    type: str
    origin: str
    days_late: int


class Children(Application[UUID]):
    """The application of a children's ledger, for the runner to follow."""

    name = "children"


class Activity(LedgerTrackingRecorder):
    """The table of counts, with the position up to which entries are counted."""

    def head(self) -> int:
        """Return the last position of the ledger."""
        ((position,),) = self.database.rows(self.database.statement(_SQL["head"]))
        return int(position)

    def count(self, tracking: Tracking, entries: Sequence[_Counted]) -> None:
        """Count consecutive entries up to a tracked one, except those that are counted.

        Raises IntegrityError if entries before them are not counted.
        """
        sums: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0])
        step = {"follower": self.follower, "application": tracking.application_name, "try": uuid4()}
        with self.transaction() as cursor:
            # Counts lost in a server crash are counted again: their tracking is lost too.
            cursor.execute("SET LOCAL synchronous_commit = off")
            cursor.execute(_SQL["begin"], step)
            cursor.execute(_SQL["counted"], step)
            ((before,),) = cursor.fetchall()
            if before < entries[0].position - 1:
                message = "the table was made anew meanwhile"
                raise IntegrityError(message)
            for entry in entries:
                if entry.position > before:
                    both = sums[entry.day, entry.type, entry.origin]
                    both[0] += 1
                    both[1] += entry.days_late
            if sums:
                cursor.executemany(_SQL["count"], [(*key, *both) for key, both in sums.items()])
                self.step(tracking)(cursor.connection)


class CountActivity(Projection[Activity]):
    """Counts each entry as it arrives, and in batches during catch-up."""

    name = NAME

    def __init__(self, view: Activity) -> None:
        super().__init__(view)
        self._waiting: list[_Counted] = []
        self._head = 0
        self._began = monotonic()

    def process_event(self, domain_event: EntryRecorded, tracking: Tracking) -> None:
        """Count an entry, at once or in a batch with the entries that follow it."""
        self._waiting.append(_counted(domain_event))
        if domain_event.position >= self._head:
            self._head = self.view.head()
        if domain_event.position >= self._head or len(self._waiting) >= BATCH:
            self.view.count(tracking, self._waiting)
            self._waiting = []
            # Yield to other work.
            caught_up, worked = domain_event.position >= self._head, monotonic() - self._began
            sleep(REST_SECONDS if caught_up else min(RESTED * worked, REST_SECONDS))
            self._began = monotonic()


def _counted(entry: EntryRecorded) -> _Counted:
    day = day_of(entry.recorded_at)
    late = (day - date.fromisoformat(entry.document["occurred_until"])).days
    return _Counted(entry.position, day, entry.document["type"], entry.document["origin"], max(0, late))


def runner(reader_url: str, ledger: str) -> ProjectionRunner[Children, Activity]:
    """Start counting a ledger, with its reader role."""
    env = {
        "PERSISTENCE_MODULE": "ledger.recorder",
        "CHILDLEDGER_LEDGER": ledger,
        "CHILDLEDGER_READER_URL": reader_url,
    }
    return ProjectionRunner(
        application_class=Children, projection_class=CountActivity, view_class=Activity, env=env
    )


class _Counter(Thread):
    """A thread that counts a ledger until it is stopped."""

    def __init__(self, reader_url: str, ledger: str) -> None:
        super().__init__(name=NAME, daemon=True)
        self._ledger = (reader_url, ledger)
        self._ending = Event()
        self._running: ProjectionRunner[Children, Activity] | None = None

    def run(self) -> None:
        pause = _AGAIN_SECONDS / 2
        while not self._ending.is_set():
            began = monotonic()
            try:
                self._running = running = runner(*self._ledger)
                with closing(running.view.database), running:
                    if not self._ending.is_set():
                        running.run_forever()
            except Exception as error:  # noqa: BLE001 - logged and retried
                log.warning("begun again", work=NAME, error=type(error).__name__)
                lasted = monotonic() - began > _AT_MOST_SECONDS
                pause = _AGAIN_SECONDS if lasted else min(2 * pause, _AT_MOST_SECONDS)
                self._ending.wait(pause)

    def end(self) -> None:
        self._ending.set()
        if self._running is not None:
            self._running.stop()


@asynccontextmanager
async def counting(reader_url: str, ledger: str) -> AsyncIterator[None]:
    """Count a ledger in a thread while the block runs; restart after a failure, such as a lost database."""
    counter = _Counter(reader_url, ledger)
    counter.start()
    try:
        yield
    finally:
        counter.end()
        await asyncio.to_thread(counter.join, _LEAVING_SECONDS)


async def make_table(owner_url: str, ledger: str) -> None:
    """Make the table empty, if there is none or a different one. Requires the owner role."""
    await make_view(owner_url, ledger, NAME, _SQL["table"].as_string())


async def recorded(readers: Pool, ledger: str) -> list[RecordedCount]:
    """Return the counts by type and origin; none if the owner has not made the table."""
    statement = _SQL["recorded"].format(activity=Identifier(schema_of(ledger, NAME), "activity"))
    try:
        return await fetch(readers, statement.as_bytes(), (), class_row(RecordedCount))
    except errors.UndefinedTable:
        return []
