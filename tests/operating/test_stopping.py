"""Who stops a service stops it, whatever it is doing and whoever holds a connection of it."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import follower
from api.identity.permissions import Role
from api.settings import Settings
from tests.support.client import Furnished
from tests.support.imports_http import NDJSON
from tests.support.processes import (
    CHILDLEDGER,
    beside,
    clean_environment,
    environment_of,
    free_port,
    words_of,
)

STOPS_WITHIN = 60


def started(settings: Settings, port: int) -> subprocess.Popen[str]:
    """Start to serve."""
    return subprocess.Popen(
        [CHILDLEDGER, "serve"],
        env=environment_of(settings, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def serving(settings: Settings, port: int) -> Iterator[subprocess.Popen[str]]:
    """Give a process that serves."""
    with started(settings, port) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process
        process.kill()


class Line:
    """A connection to the service."""

    def __init__(self, port: int, token: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(STOPS_WITHIN)
        self._token = token

    def send(self, method: str, path: str, body: bytes = b"", *, length: int | None = None) -> None:
        """Send a request, or its beginning where its body is said to be longer."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {self._token}\r\n"
            f"Idempotency-Key: {time.monotonic_ns()}\r\nContent-Type: {NDJSON}\r\n"
            f"Content-Length: {len(body) if length is None else length}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)

    def send_raw(self, sent: bytes) -> None:
        """Send bytes."""
        self._socket.sendall(sent)

    def hears_first(self) -> bytes:
        """Return the beginning of what is answered."""
        return self._socket.recv(100)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def hears(self) -> bytes:
        """Return all that is answered until the other side ends the connection."""
        heard = b""
        try:
            while part := self._socket.recv(65536):
                heard += part
        except ConnectionResetError:
            pass
        return heard


def test_it_stops_with_half_requests_and_idle_ones_and_answers_who_waits(
    serving: subprocess.Popen[str], port: int, furnished: Furnished
) -> None:
    token = furnished.tokens[Role.STAFF]
    lines = [Line(port, token) for _ in range(5)]
    idle, half_head, half_body, waiting, asking = lines
    half_head.send_raw(b"GET /children HTTP/1.1\r\nHost: test\r\n")
    half_body.send("POST", "/imports", b'{"items"', length=1000)
    waiting.send("GET", "/entries?after=1-1000000&wait=25")
    asking.send("GET", "/children")
    assert asking.hears_first().startswith(b"HTTP/1.1 200")
    others = beside(serving.pid, follower.__name__)
    assert len(others) == 1
    serving.send_signal(signal.SIGTERM)
    assert waiting.hears().startswith(b"HTTP/1.1 200")
    assert idle.hears() == half_head.hears() == b""
    assert serving.wait(STOPS_WITHIN) == 0
    assert not any(map(words_of, others))
    for line in lines:
        line.close()


def test_it_stops_in_the_midst_of_an_import(
    serving: subprocess.Popen[str], port: int, furnished: Furnished
) -> None:
    line = Line(port, furnished.tokens[Role.STAFF])
    line.send("POST", "/imports", b"x\n" * 200_000)
    assert line.hears_first().startswith(b"HTTP/1.1 202")
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(STOPS_WITHIN) == 0
    line.close()


def test_it_stops_while_it_starts_and_leaves_nothing_half_made(data: Path, port: int) -> None:
    surroundings = clean_environment(DATA=str(data), PORT=str(port))
    with subprocess.Popen(
        [CHILDLEDGER, "serve"], env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        while not list(data.glob("postgres.new*")):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPS_WITHIN) == 0
    assert not list(data.glob("postgres.new*"))
    assert not (data / "postgres").exists()
