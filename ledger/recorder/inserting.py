"""Inserting the library's events by the SQL function `append`: one call inserts those of several threads."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from threading import Condition, Lock
from typing import Final
from uuid import UUID, uuid4

from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    OperationalError,
    PersistenceError,
    StoredEvent,
)
from psycopg import Connection

from ledger.recorder.datastore import RECORDER_SQL, Datastore
from ledger.store import arrays
from ledger.store.append_batch import SQL as STORE

BATCH_BYTES: Final = 1024 * 1024
"""The most bytes appended in one call, which has at least one insert."""
GATHERING_SECONDS: Final = 0.001
"""The longest wait of a call for as many inserts as the last call had; there is none for a single one."""
_MOST_BYTES: Final = 256 * 1024 * 1024
_VERSIONS: Final = range(1 - 2**31, 2**31)
_KIND: Final = "aggregate"
_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Run:
    """Events of one stream whose versions follow one another, each under a random id.

    The ids make a retry recognisable after the connection was lost before the answer.
    """

    events: Sequence[StoredEvent]
    ids: Sequence[UUID]


def runs(events: Sequence[StoredEvent]) -> list[Run]:
    """Split events into runs. Raises DataError for events that cannot be stored."""
    for event in events:
        _check(event)
    if sum(len(event.state) for event in events) > _MOST_BYTES:
        message = f"events inserted together have at most {_MOST_BYTES} bytes"
        raise DataError(message)
    numbered = enumerate(events)
    # Within a run the stream is constant, and the version grows with the index.
    grouped = groupby(numbered, lambda each: (each[1].originator_id, each[1].originator_version - each[0]))
    together = [[event for _, event in group] for _, group in grouped]
    return [Run(following, [uuid4() for _ in following]) for following in together]


@dataclass(slots=True, eq=False)
class _Waiting:
    """A run and its result: its positions, None if it was refused, or the failure."""

    run: Run
    size: int = field(init=False)
    done: bool = False
    positions: list[int] | None = None
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self.size = sum(len(event.state) for event in self.run.events)


class Inserter:
    """Inserts runs. One thread at a time inserts, in one call, the runs of all waiting threads."""

    def __init__(self, database: Datastore) -> None:
        self._database = database
        self._append = STORE["append"].replace(b"FROM append", f'FROM "{database.ledger}".append'.encode())
        self._positions = database.statement(RECORDER_SQL["positions"])
        lock = Lock()
        self._arrived, self._ended = Condition(lock), Condition(lock)
        self._queue: deque[_Waiting] = deque()
        self._busy = False
        self._together = 1

    def insert(self, run: Run) -> list[int]:
        """Insert a run, together with those of other threads; return the positions of its events.

        Raises IntegrityError if it does not follow the recorded events.
        """
        waiting = _Waiting(run)
        with self._arrived:
            self._queue.append(waiting)
            self._arrived.notify()
        while self._turn(waiting):
            try:
                self._insert(self._batch())
            finally:
                with self._ended:
                    self._busy = False
                    self._ended.notify_all()
        if waiting.failure is not None:
            # Each thread raises an exception of its own.
            kind = (
                type(waiting.failure) if isinstance(waiting.failure, PersistenceError) else OperationalError
            )
            raise kind(*waiting.failure.args) from waiting.failure
        if waiting.positions is None:
            raise IntegrityError(_CONFLICT)
        return waiting.positions

    def insert_all(
        self, together: Sequence[Run], first: Callable[[Connection], None] | None = None
    ) -> list[int]:
        """Insert all runs or none, after the step `first` if given; return the positions of the events.

        Raises IntegrityError if a run does not follow the recorded events, and the errors of the step.
        """

        def work(connection: Connection) -> list[int]:
            with connection.transaction():
                if first is not None:
                    first(connection)
                positions: list[int] = []
                for appended in self._call(connection, together, atomic=True) if together else ():
                    if appended is None:
                        raise IntegrityError(_CONFLICT)
                    positions += appended
                return positions

        positions = self._database.run(work)
        self._database.announcer.announce()
        return positions

    def _turn(self, waiting: _Waiting) -> bool:
        """Wait for the run's insertion by another thread; return True if it is this thread's turn."""
        with self._ended:
            self._ended.wait_for(lambda: waiting.done or not self._busy)
            if waiting.done:
                return False
            self._busy = True
            return True

    def _batch(self) -> list[_Waiting]:
        """Take the waiting runs after a short wait: threads answered together insert again together."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self._queue) >= self._together, GATHERING_SECONDS)
            batch = list(self._gather())
            self._together = len(batch)
            return batch

    def _gather(self) -> Iterator[_Waiting]:
        """Take the waiting runs in order of arrival, up to the size of a batch."""
        size = 0
        while self._queue and (size == 0 or size + self._queue[0].size <= BATCH_BYTES):
            following = self._queue.popleft()
            size += following.size + 1
            yield following

    def _insert(self, batch: Sequence[_Waiting]) -> None:
        together = [each.run for each in batch]
        try:
            answers = self._database.run(lambda connection: self._call(connection, together, atomic=False))
            for each, positions in zip(batch, answers, strict=True):
                each.positions = positions
        except BaseException as error:
            failure = error if isinstance(error, Exception) else OperationalError("interrupted")
            for each in batch:
                each.failure = failure
            if failure is not error:
                raise
        finally:
            for each in batch:
                each.done = True
        self._database.announcer.announce()

    def _call(
        self, connection: Connection, together: Sequence[Run], *, atomic: bool
    ) -> list[list[int] | None]:
        """Append each run by itself, or all or nothing if `atomic`; return the positions of each."""
        cursor = connection.execute(self._append, _parameters(together, atomic=atomic), binary=True)
        ((position, _, verdicts, _),) = cursor.fetchall()
        answers: list[list[int] | None] = []
        for run, verdict in zip(together, verdicts, strict=True):
            match verdict:
                case "accepted":
                    answers.append(list(range(position, position + len(run.events))))
                    position += len(run.events)
                case "repeated":
                    stored = connection.execute(self._positions, [arrays.uuids(run.ids)], binary=True)
                    answers.append([number for (number,) in stored.fetchall()])
                case _:
                    answers.append(None)
        return answers


_CONFLICT: Final = "the events do not follow what is recorded of their aggregates"


def _parameters(together: Sequence[Run], *, atomic: bool) -> Sequence[object]:
    """Return the parameters of the SQL function `append`: the events as entries of a plain kind, of today."""
    events = [event for run in together for event in run.events]
    nothing = [None] * len(events)
    return (
        arrays.integers(number for number, run in enumerate(together, 1) for _ in run.events),
        arrays.uuids(entry_id for run in together for entry_id in run.ids),
        arrays.uuids(stream_of(event.originator_id) for event in events),
        arrays.texts(_KIND for _ in events),
        arrays.integers(event.originator_version for event in events),
        arrays.texts(event.topic for event in events),
        arrays.integers(_SCHEMA for _ in events),
        arrays.dates(nothing),
        arrays.dates([datetime.now(UTC).date()] * len(events)),
        arrays.uuids(nothing),
        arrays.blobs(nothing),
        arrays.blobs(event.state for event in events),
        arrays.integers(()),
        arrays.uuids(()),
        arrays.integers(()),
        arrays.integers(()),
        arrays.uuids(()),
        atomic,
    )


def stream_of(originator_id: UUID | str) -> UUID:
    """Return an aggregate's id. Raises DataError for a text, though the library allows one."""
    if not isinstance(originator_id, UUID):
        message = "an aggregate's id is a UUID here"
        raise DataError(message)
    return originator_id


def _check(event: StoredEvent) -> None:
    """Raise DataError for an event that would fail the whole batch."""
    stream_of(event.originator_id)
    if event.originator_version not in _VERSIONS:
        message = f"a version lies between {_VERSIONS[0]} and {_VERSIONS[-1]}"
        raise DataError(message)
    if not event.topic.isprintable():
        message = "a topic is printable"
        raise DataError(message)
