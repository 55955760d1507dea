"""Serving an app whose container is open, until it is stopped."""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from starlette.applications import Starlette

from api import logs
from api.connections import IDLE_SECONDS, bounded
from api.supervised import ended_with_starter
from domain.label import Label
from domain.limit import Area, limit

log = structlog.get_logger()
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
STOP_SECONDS: Final = limit(
    120,
    Area.PROCESS,
    Label("停止服务的总秒数", "Seconds to stop in all"),
    why=Label(
        "数据库须写完；但停滞的部分不应阻止停止",
        "The database is given time to write; what hangs is not",
    ),
    beyond=Label("进程立即退出，退出码 1", "The process exits at once, with code 1"),
)
MOST_CONNECTIONS: Final = limit(
    1000,
    Area.CONNECTIONS,
    Label("同时打开的连接", "Connections at once"),
    why=Label("每个连接占用内存和一个文件", "Each holds memory and a file of the process"),
    beyond=Label(
        "空闲最久的连接让位；都在应答中时为 503",
        "The connection that has been idle for longest gives way; where all are being answered, 503",
    ),
)
OWN_FILES: Final = 200
"""Files that the process needs besides connections: for the database, logs, a workbook."""

SWITCH_SECONDS: Final = 0.00005
"""The thread switch interval in seconds: what takes long is computed in threads beside light answers.

A light answer gives the interpreter up some ten times, whenever it sends or receives, and gets it back from a
computing thread after so long each time.
"""

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


class PortTakenError(Exception):
    """Another process listens on the port."""


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; its connections wait until the app is served. Raises PortTakenError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        message = (
            f"{host} 的端口 {port} 已被占用或无权使用：请另选。"
            f" PORT {port} of {host} is taken or not ours: choose another."
        )
        raise PortTakenError(message) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """Return the address for a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def serve(app: Starlette, listener: socket.socket, *, connections: int = MOST_CONNECTIONS) -> None:
    """Serve a listening socket until cancelled; requests in progress are finished first."""
    config = uvicorn.Config(
        app,
        http=bounded(min(connections, max(files_allowed() - OWN_FILES, 1))),
        ws="none",
        timeout_keep_alive=IDLE_SECONDS,
        lifespan="off",  # the container is open already
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
        if (tenants := getattr(app.state, "tenants", None)) is not None:
            tenants.leave()
        server.should_exit = True
        await serving
        raise


def files_allowed() -> int:
    """Return how many files this process may open, after raising the limit as far as permitted."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        allowed = most
    return sys.maxsize if allowed == resource.RLIM_INFINITY else allowed


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to `run`."""
        yield


def leave_when_told() -> None:
    """Exit with 0 on SIGINT and SIGTERM, before there is anything to close in order."""
    for each in _STOPS:
        signal.signal(each, lambda *_: sys.exit(0))


def run(work: Coroutine[Any, Any, int], *, stopped_with: int = 0) -> int:
    """Run a command and return its exit code; SIGINT and SIGTERM cancel it, with `stopped_with`."""
    _collect_seldom()

    async def stoppable() -> int:
        task = asyncio.create_task(work)
        stopped = False

        def stop() -> None:
            nonlocal stopped
            # Cancel only once: a second cancellation during closing would leave resources open.
            if not stopped:
                stopped = task.cancel()
                _leave_for_certain()

        for each in _STOPS:
            asyncio.get_running_loop().add_signal_handler(each, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return stopped_with

    sys.setswitchinterval(SWITCH_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(stoppable())


def run_beside(starter: int, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Run a process of a service, which another one has started, and return its exit code.

    It ends with its starter. What fails is logged, by its class alone, and the starter tries again.
    """
    leave_when_told()
    logs.configure()
    ended_with_starter(starter)
    try:
        return run(work())
    except Exception as error:
        log.exception("unexpected", exc_info=error)
        return 1


def _leave_for_certain() -> None:
    """Exit when the time for an orderly stop is over: acknowledged recordings are on disk."""
    leaving = threading.Timer(STOP_SECONDS, os._exit, [1])
    leaving.daemon = True
    leaving.start()


def _collect_seldom() -> None:
    """Exclude loaded objects from the garbage collector, and run it less often.

    An entry is many objects without a cycle among them. Measured CPU time to decode a kept entry: 45 µs with
    Python's default settings, 25 with these, 23 without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
