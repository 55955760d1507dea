"""Nobody holds a connection for ever, or makes the service keep what it has not asked for, token or none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from api import connections
from api.http import errors
from api.http.request_body import parts
from api.serving import listen, serve

HEAD = b"GET /read HTTP/1.1\r\nHost: test\r\n"
GET = HEAD + b"\r\n"


class Asker:
    """Somebody with a connection, who sends bytes and hears what is answered."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, sent: bytes) -> None:
        """Send bytes; who is not heard any more has sent enough."""
        self._writer.write(sent)
        await self._writer.drain()

    async def hears(self) -> tuple[int, Any]:
        """Return the status and the body of the next answer."""
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        return int(head.split()[1]), orjson.loads(await self._reader.readexactly(length))

    async def is_left(self) -> bool:
        """Wait until the other side has ended the connection."""
        try:
            return await self._reader.read() == b""
        except ConnectionError:
            return True


class Service:
    """An app of few routes, as it is served."""

    def __init__(self) -> None:
        self.app = FastAPI()
        errors.install(self.app)
        self.reading, self.go = asyncio.Event(), asyncio.Event()
        self.left = asyncio.Event()
        self.port = 0
        self._writers: list[asyncio.StreamWriter] = []

        @self.app.get("/read")
        async def read() -> dict[str, str]:
            return {}

        @self.app.get("/headers")
        async def headers(request: Request) -> list[str]:
            return list(request.headers)

        @self.app.get("/wait")
        async def wait() -> dict[str, str]:
            self.reading.set()
            await self.go.wait()
            return {}

        @self.app.get("/long")
        async def long() -> StreamingResponse:
            async def parts() -> AsyncIterator[bytes]:
                try:
                    while True:
                        yield b"x" * 100_000
                        await asyncio.sleep(0)
                finally:
                    self.left.set()

            return StreamingResponse(parts())

        @self.app.post("/unread")
        async def unread() -> dict[str, str]:
            return {}

        @self.app.post("/take")
        async def take(request: Request) -> int:
            self.reading.set()
            return sum([len(part) async for part in parts(request, 1_000_000)])

    async def asker(self) -> Asker:
        """Return somebody who has just connected."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._writers.append(writer)
        return Asker(reader, writer)

    @asynccontextmanager
    async def served(self, most: int) -> AsyncIterator[None]:
        """Serve, so many connections at once."""
        listener = listen("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        serving = asyncio.create_task(serve(self.app, listener, connections=most))
        try:
            yield
        finally:
            for writer in self._writers:
                writer.close()
            self.go.set()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no patience with anybody."""
    for name in ("HEAD_SECONDS", "REST_SECONDS", "TAKING_SECONDS"):
        monkeypatch.setattr(connections, name, 0.05)
    monkeypatch.setattr("api.http.request_body.BODY_SECONDS", 0.05)


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    """Give a service that takes three connections at once."""
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.2)
    service = Service()
    async with service.served(3):
        yield service


async def test_a_request_within_the_bounds_is_answered_and_the_next_one_after_it(service: Service) -> None:
    asker = await service.asker()
    await asker.send(GET[:10])
    await asker.send(GET[10:])
    assert await asker.hears() == (200, {})
    await asker.send(GET + GET)
    assert await asker.hears() == (200, {})
    assert await asker.hears() == (200, {})


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /" + b"x" * 100_000_000, 414, "address_too_long"),
        (b"GET /read?" + b"x" * connections.MOST_ADDRESS + b" HTTP/1.1\r\n\r\n", 414, "address_too_long"),
        (HEAD + b"X-Long: " + b"x" * 100_000_000, 431, "head_too_large"),
        (HEAD + b"X-Long: " + b"x" * connections.MOST_HEAD + b"\r\n\r\n", 431, "head_too_large"),
        (HEAD + b"X: y\r\n" * connections.MOST_HEADERS + b"\r\n", 431, "head_too_large"),
        (b"\r\n" * 10_000_000, 431, "head_too_large"),
        (b"no request at all\r\n\r\n", 400, "malformed"),
    ],
    ids=["endless path", "long query", "endless header", "long header", "many headers", "blank", "nonsense"],
)
async def test_what_is_no_request_is_refused_as_soon_as_that_shows(
    service: Service, sent: bytes, status: int, code: str
) -> None:
    asker = await service.asker()
    sending = asyncio.create_task(asker.send(sent))
    answered, problem = await asker.hears()
    assert (answered, problem["code"]) == (status, code)
    assert problem["detail_zh"]
    await asyncio.gather(sending, return_exceptions=True)
    assert await asker.is_left()


async def test_an_address_and_a_head_just_within_their_bounds_are_taken(service: Service) -> None:
    asker = await service.asker()
    query = b"x" * (connections.MOST_ADDRESS - len("/read?"))
    rest = connections.MOST_HEAD - connections.MOST_ADDRESS - len("hosttest") - len("x-long")
    await asker.send(b"GET /read?" + query + b" HTTP/1.1\r\nHost: test\r\n")
    await asker.send(b"X-Long: " + b"x" * rest + b"\r\n\r\n")
    assert await asker.hears() == (200, {})


async def test_headers_that_follow_a_body_are_not_kept(service: Service) -> None:
    asker = await service.asker()
    head = b"GET /headers HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
    await asker.send(head + b"1\r\nx\r\n0\r\nX-Later: x\r\n\r\n" + GET)
    assert await asker.hears() == (200, ["host", "transfer-encoding"])
    assert await asker.hears() == (200, {})


@pytest.mark.usefixtures("hurried")
async def test_half_a_head_is_not_waited_for_for_ever(service: Service) -> None:
    asker = await service.asker()
    await asker.send(HEAD)
    assert (await asker.hears())[0] == 408
    assert await asker.is_left()


@pytest.mark.usefixtures("hurried")
async def test_half_a_head_after_a_whole_one_is_not_waited_for_for_ever(service: Service) -> None:
    asker = await service.asker()
    await asker.send(GET)
    assert await asker.hears() == (200, {})
    await asker.send(HEAD)
    assert (await asker.hears())[0] == 408
    assert await asker.is_left()


@pytest.mark.usefixtures("hurried")
async def test_who_connects_and_says_nothing_is_not_waited_for_for_ever(service: Service) -> None:
    asker = await service.asker()
    assert await asker.is_left()


@pytest.mark.usefixtures("hurried")
async def test_half_a_body_is_not_waited_for_for_ever(service: Service) -> None:
    asker = await service.asker()
    await asker.send(
        b"POST /take HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n123"
    )
    status, problem = await asker.hears()
    assert (status, problem["code"]) == (408, "timed_out")
    assert await asker.is_left()


@pytest.mark.usefixtures("hurried")
async def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for_for_ever(service: Service) -> None:
    asker = await service.asker()
    await asker.send(b"POST /unread HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n123")
    assert await asker.hears() == (200, {})
    assert await asker.is_left()


async def test_a_little_body_that_nobody_reads_costs_nobody_the_connection(service: Service) -> None:
    asker = await service.asker()
    await asker.send(b"POST /unread HTTP/1.1\r\nHost: test\r\nContent-Length: 9\r\n\r\n123")
    assert await asker.hears() == (200, {})
    await asker.send(b"456789" + GET)
    assert await asker.hears() == (200, {})


async def test_a_long_body_that_nobody_reads_is_not_taken_in(service: Service) -> None:
    asker = await service.asker()
    await asker.send(b"POST /unread HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000000\r\n\r\n")
    assert await asker.hears() == (200, {})
    with pytest.raises(ConnectionError):
        await asker.send(b"x" * 100_000_000)


async def test_a_connection_idle_for_longest_gives_way_to_a_new_one(service: Service) -> None:
    first, second, third = [await service.asker() for _ in range(3)]
    await first.send(GET)
    assert await first.hears() == (200, {})
    fourth = await service.asker()
    await fourth.send(GET)
    assert await fourth.hears() == (200, {})
    assert await second.is_left()
    for asker in (first, third):
        await asker.send(GET)
        assert await asker.hears() == (200, {})


async def test_where_all_connections_are_being_answered_one_more_is_told_to_come_later(
    service: Service,
) -> None:
    busy = [await service.asker() for _ in range(3)]
    for asker in busy:
        await asker.send(GET.replace(b"/read", b"/wait"))
        await service.reading.wait()
        service.reading.clear()
    late = await service.asker()
    status, problem = await late.hears()
    assert (status, problem["code"]) == (503, "unavailable")
    assert await late.is_left()
    service.go.set()
    for asker in busy:
        assert await asker.hears() == (200, {})


async def test_of_one_connection_only_some_requests_wait(service: Service) -> None:
    asker = await service.asker()
    await asker.send(GET.replace(b"/read", b"/wait") + GET * (connections.MOST_WAITING + 2))
    assert await asker.is_left()


async def test_a_websocket_is_answered_as_any_request(service: Service) -> None:
    asker = await service.asker()
    await asker.send(HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n")
    assert await asker.hears() == (200, {})
    assert await asker.is_left()


@pytest.mark.usefixtures("hurried")
async def test_an_answer_that_nobody_takes_is_not_kept_for_ever(service: Service) -> None:
    asker = await service.asker()
    await asker.send(GET.replace(b"/read", b"/long"))
    await service.left.wait()
