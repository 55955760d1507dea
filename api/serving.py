"""Serving an app whose house is open, until somebody says stop."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
import uvloop
from fastapi import FastAPI

from domain.label import Label
from domain.limit import Area, limit

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
GRACE_SECONDS: Final = limit(
    5,
    Area.PROCESS,
    Label(
        "停止服务时，已开始的应答的宽限秒数",
        "Seconds to end the answers that have begun when it is to stop",
    ),
    why=Label("停止命令必须有效", "It is to stop when it is told to"),
    beyond=Label("连接被关闭", "The connection is closed"),
)

SWITCH_SECONDS: Final = 0.0005
"""How long a thread that computes keeps others waiting: rows of read models are computed beside answers."""

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


class PortTakenError(Exception):
    """Somebody else listens on the port."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; who connects now is answered once it is served. Raises PortTakenError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        message = f"PORT {port} of {host} is taken or not ours: choose another"
        raise PortTakenError(message) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address that a browser takes."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(app: FastAPI, listener: socket.socket) -> None:
    """Answer on a listening socket until cancelled; what has begun is ended first."""
    config = uvicorn.Config(
        app,
        lifespan="off",  # the house is open already
        log_config=None,
        access_log=False,  # its lines hold paths and queries
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `run`."""
        yield


def leave_when_told() -> None:
    """Exit with 0 on SIGINT and SIGTERM, before there is anything to end in order."""
    for each in _STOPS:
        signal.signal(each, lambda *_: sys.exit(0))


def run(work: Coroutine[Any, Any, int], *, stopped_with: int = 0) -> int:
    """Run a command and return its exit code; SIGINT and SIGTERM end it in order, with `stopped_with`."""
    _collect_seldom()

    async def stoppable() -> int:
        task = asyncio.create_task(work)
        stopped = False

        def stop() -> None:
            nonlocal stopped
            # Once: to be cancelled again while closing would leave things open.
            if not stopped:
                stopped = task.cancel()

        for each in _STOPS:
            asyncio.get_running_loop().add_signal_handler(each, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return stopped_with

    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(stoppable())


def _collect_seldom() -> None:
    """Let the collector of cycles leave alone what was loaded by now, and come less often.

    An entry is many objects without a cycle among them. Measured on entries that are kept: 45 µs of processor
    time to decode one with Python's own settings, 25 with these, 23 without a collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
