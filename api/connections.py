"""Connections with limits: of their number, their heads, and the time of each step.

uvicorn's protocol over httptools, chosen for its speed, limits none of these; h11 limits heads only.
"""

import asyncio
from functools import partial
from typing import Any, Final

import httptools
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from api.contract.problems import Problem
from api.http.head import SECURE
from domain.label import Label
from domain.limit import Area, limit

log = structlog.get_logger()

MOST_HEAD: Final = limit(
    16 * 1024,
    Area.CONNECTIONS,
    Label("请求头的字节数", "Bytes of a request's head"),
    why=Label("各类代理的常用上限", "Proxies commonly take as much"),
    beyond="head_too_large",
)
MOST_HEADERS: Final = limit(
    100,
    Area.CONNECTIONS,
    Label("请求头的字段数", "Headers of a request"),
    why=Label("浏览器和代理合计也不足一半", "Browser and proxies together send less than half of it"),
    beyond="head_too_large",
)
MOST_ADDRESS: Final = limit(
    8 * 1024,
    Area.CONNECTIONS,
    Label("请求地址的字节数", "Bytes of a request's path and query"),
    why=Label("最长的游标和筛选条件也只有其一半", "The longest cursor with every filter has half of it"),
    beyond="address_too_long",
)
HEAD_SECONDS: Final = limit(
    10,
    Area.CONNECTIONS,
    Label("送达请求头的秒数", "Seconds for a request's head to arrive"),
    why=Label("半个请求不应一直占用连接", "Half a request is not to hold a connection for ever"),
    beyond="timed_out",
)
IDLE_SECONDS: Final = limit(
    65,
    Area.CONNECTIONS,
    Label("空闲连接保留的秒数", "Seconds that an idle connection is kept"),
    why=Label(
        "比代理的常用值（60）稍长，由代理先关闭",
        "A little more than the usual 60 of proxies, which then close",
    ),
    beyond=Label("连接被关闭", "The connection is closed"),
)
TAKING_SECONDS: Final = limit(
    60,
    Area.CONNECTIONS,
    Label("客户端停止接收应答后等待的秒数", "Seconds that an answer waits for one who takes nothing of it"),
    why=Label("没有人接收的应答占用内存", "An answer that nobody takes holds memory"),
    beyond=Label("连接被关闭", "The connection is closed"),
)
MOST_WAITING: Final = limit(
    16,
    Area.CONNECTIONS,
    Label("一个连接上排队的请求数", "Requests of one connection that wait for the one before them"),
    why=Label("每个请求都占用内存，且一个一个地答复", "They are answered one by one, and each holds memory"),
    beyond="too_many_requests",
)
MOST_UNREAD: Final = limit(
    256 * 1024,
    Area.CONNECTIONS,
    Label("答复之后仍送来的请求内容的字节数", "Bytes of a body that go on arriving after the answer"),
    why=Label("少量余下的内容不值得断开连接", "For a little that is left a connection is not given up"),
    beyond=Label("连接被关闭", "The connection is closed"),
)
REST_SECONDS: Final = limit(
    5,
    Area.CONNECTIONS,
    Label("答复之后等待其余请求内容的秒数", "Seconds for the rest of a body to arrive after the answer"),
    why=Label("没有人会读取它", "Nobody reads it"),
    beyond=Label("连接被关闭", "The connection is closed"),
)
LINGER_SECONDS: Final = 2
"""Seconds for a refused client to read the answer: an immediate close would discard it."""


class Connections:
    """The connections of a service, up to a limit; a new one replaces the one that was idle longest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._all: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # an ordered set

    def entered(self, connection: "Connection") -> bool:
        """Add a connection; return whether there is room for it."""
        if len(self._all) >= self._most:
            longest = next((each for each in self._idle if each.has_been_answered), None)
            if longest is None:
                return False
            longest.give_way()
        self._all.add(connection)
        self.idle(connection)
        return True

    def idle(self, connection: "Connection") -> None:
        """Mark a connection as idle."""
        self._idle.pop(connection, None)
        self._idle[connection] = None

    def busy(self, connection: "Connection") -> None:
        """Mark a connection as being answered."""
        self._idle.pop(connection, None)

    def left(self, connection: "Connection") -> None:
        """Remove a connection."""
        self._all.discard(connection)
        self._idle.pop(connection, None)


class Connection(HttpToolsProtocol):
    """One connection of uvicorn, with limits.

    `_unused` counts the bytes since the last complete part: a head, a piece of a body, its end.
    """

    def __init__(
        self,
        connections: Connections,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._connections = connections
        self._unused = 0
        self._unread = 0
        self._receiving = False
        self._deaf = False
        self._arriving: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Wait for a head, if there is room for the connection."""
        super().connection_made(transport)
        if self._connections.entered(self):
            self._wait_for_head()
        else:
            self._refuse(Problem("unavailable"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection and its timers."""
        self._connections.left(self)
        for timer in (self._arriving, self._taking):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Process received bytes, up to the limits."""
        if self._deaf:
            self._unread += len(data)
            if self._unread > 2 * MOST_UNREAD:
                self.flow.pause_reading()
            return
        self._unset_keepalive_if_required()
        self._unused += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # The upgrade is answered as a plain request, and no further bytes are parsed.
            self._deaf = True
            self.cycle.keep_alive = False
            return
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause if isinstance(cause, Problem) else Problem("malformed"))
            return
        if self._unused > MOST_HEAD:
            self._refuse(Problem("head_too_large"))
        elif self._unused and not self._receiving:
            self._wait_for_head()

    def on_url(self, url: bytes) -> None:
        """Add a part of the address."""
        super().on_url(url)
        if len(self.url) > MOST_ADDRESS:
            raise Problem("address_too_long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; trailers after a body are ignored."""
        if self._receiving:
            return
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            raise Problem("head_too_large")

    def on_headers_complete(self) -> None:
        """Start the answer."""
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > MOST_HEAD:
            raise Problem("head_too_large")
        if len(self.pipeline) >= MOST_WAITING:
            raise Problem("too_many_requests")
        self._unused = self._unread = 0
        self._receiving = True
        self._have_arrived()
        self._connections.busy(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Add a piece of the body; pieces after the answer are discarded."""
        self._unused = 0
        if self.cycle.response_complete:
            self._unread += len(body)
            if self._unread > MOST_UNREAD:
                self._leave()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Mark the body as complete."""
        self._unused = 0
        self._receiving = False
        self._have_arrived()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the rest of a body that is not read."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._connections.idle(self)
            if self._receiving:
                self._arriving = self.loop.call_later(REST_SECONDS, self._leave)

    def pause_writing(self) -> None:
        """Wait for the client to read the answer, for a limited time."""
        super().pause_writing()
        if self._taking is None:
            self._taking = self.loop.call_later(TAKING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Continue the answer."""
        super().resume_writing()
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    @property
    def has_been_answered(self) -> bool:
        """Whether all bytes of the answer are sent."""
        return not self.transport.get_write_buffer_size()

    def give_way(self) -> None:
        """Close the connection in favour of a new one."""
        self._deaf = True
        self._connections.left(self)
        self.transport.abort()

    def _wait_for_head(self) -> None:
        if self._arriving is None:
            self._arriving = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _have_arrived(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()
            self._arriving = None

    def _too_slow(self) -> None:
        self._arriving = None
        if self._answering:
            # The head of a next request, which waits for the present answer in any case.
            self._wait_for_head()
        elif self._unused:
            self._refuse(Problem("timed_out"))
        else:
            self.transport.close()

    @property
    def _answering(self) -> bool:
        # There is no cycle before the first request, despite uvicorn's annotation.
        return self.cycle is not None and not self.cycle.response_complete  # type: ignore[redundant-expr] # so

    def _refuse(self, problem: Problem) -> None:
        """Answer an invalid request with a problem, and read no more."""
        log.info("refused", status=problem.kind.status, code=problem.code)
        if self._answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if self.cycle.response_started or self.pipeline or not self._receiving:
                # The refused request is not the next to be answered.
                self.transport.abort()
                return
        answer = problem.response
        security = (*SECURE, (b"connection", b"close"))
        headers = [*self.server_state.default_headers, *answer.raw_headers, *security]
        head = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[answer.status_code] + head + b"\r\n" + bytes(answer.body))
        self._leave()

    def _leave(self) -> None:
        """Close the connection, after a short time for the client to notice."""
        if self._deaf or self.transport.is_closing():
            return
        self._deaf = True
        self._have_arrived()
        self._unset_keepalive_if_required()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._arriving = self.loop.call_later(LINGER_SECONDS, self.transport.abort)
        self._connections.idle(self)


def bounded(most: int) -> Any:  # noqa: ANN401 - uvicorn declares a class but only makes instances
    """Return the factory of a service's connections, of at most so many at once."""
    return partial(Connection, Connections(most))
