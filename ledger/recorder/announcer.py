"""Notifications of commits to followers. They are hints, which may be late or lost; polling decides."""

from collections.abc import Sequence
from selectors import EVENT_READ, DefaultSelector
from socket import socketpair
from threading import Event, Lock, Thread, current_thread
from typing import Final

import psycopg
from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription
from psycopg.sql import SQL, Identifier

from ledger.store.connecting import connect_in_thread, is_direct_in_thread
from ledger.store.notify import PAUSE, RETRY

_POLL: Final = 1.0
"""Seconds after which a follower polls."""
_POLL_ALONE: Final = 0.2
"""The same where it hears of nothing."""


class Announcer:
    """Notifies followers of this process's commits, in a thread that the first notification starts."""

    def __init__(self, url: str, ledger: str) -> None:
        self._url = url
        self._notify = SQL("NOTIFY {}").format(Identifier(ledger))
        self._committed = Event()
        self._ended = Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    def announce(self) -> None:
        """Schedule a notification of a commit, sent soon in its own statement."""
        self._committed.set()
        with self._lock:
            if self._thread is None and not self._ended.is_set():
                self._thread = Thread(target=self._speak, name="announcer", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop notifying."""
        self._ended.set()
        self._committed.set()
        with self._lock:
            if self._thread is not None and self._thread is not current_thread():
                self._thread.join()

    def _speak(self) -> None:
        while not self._ended.is_set():
            try:
                with connect_in_thread(self._url, autocommit=True) as connection:
                    while self._committed.wait() and not self._ended.is_set():
                        self._committed.clear()
                        connection.execute(self._notify)
                        self._ended.wait(PAUSE)
            except psycopg.OperationalError:
                self._ended.wait(RETRY)


class Notified(ListenNotifySubscription[ApplicationRecorder]):
    """A subscription that looks at every hint, and by itself now and then."""

    def __init__(
        self,
        recorder: ApplicationRecorder,
        url: str,
        ledger: str,
        gt: int | None = None,
        topics: Sequence[str] = (),
    ) -> None:
        self._url, self._ledger = url, ledger
        self._stopped, self._stopper = socketpair()
        super().__init__(recorder, gt, topics)
        self._listener = Thread(target=self._listen, name="listener", daemon=True)
        self._listener.start()

    def __exit__(self, *args: object, **kwargs: object) -> None:
        super().__exit__(*args, **kwargs)
        self._listener.join()

    def stop(self) -> None:
        """Stop following."""
        super().stop()
        self._stopper.close()

    def _listen(self) -> None:
        listen = SQL("LISTEN {}").format(Identifier(self._ledger))
        with self._stopped:
            while not self._has_been_stopped:
                try:
                    with connect_in_thread(self._url, autocommit=True) as connection:
                        # Through a pooler another one's session would listen.
                        direct = is_direct_in_thread(connection)
                        if direct:
                            connection.execute(listen)
                        self._hear(connection, _POLL if direct else _POLL_ALONE)
                except psycopg.OperationalError:
                    self._await(RETRY)
                    self._has_been_notified.set()

    def _hear(self, connection: psycopg.Connection, poll: float) -> None:
        while not self._has_been_stopped:
            self._has_been_notified.set()
            self._await(poll, connection.fileno())
            for _ in connection.notifies(timeout=0):
                pass

    def _await(self, seconds: float, *files: int) -> None:
        """Wait until a file is readable or the subscription is stopped, for at most so many seconds."""
        with DefaultSelector() as waiting:
            for file in (self._stopped.fileno(), *files):
                waiting.register(file, EVENT_READ)
            waiting.select(seconds)
