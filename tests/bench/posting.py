"""A client of few instructions: ready-made requests over connections that are kept, answers barely read.

A client library would take longer over a request than the server does.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import orjson

from api.settings import Settings
from tests.support.processes import environment_of

CREATED: Final = b"HTTP/1.1 201"
DONE: Final = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: a path, a key of its own and a body; `more` are further headers, a line each."""

    path: str
    key: str
    body: object = None
    method: str = "POST"
    more: str = ""

    def bytes(self, token: str) -> bytes:
        """Return it as it goes over a connection."""
        body = b"" if self.body is None else orjson.dumps(self.body)
        head = (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {self.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n{self.more}\r\n"
        )
        return head.encode() + body


async def answered(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[bytes, bytes]:
    """Send a request; return the head and the body of its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    return head, await reader.readexactly(length)


async def post_all(port: int, token: str, lines: Sequence[Sequence[Request]]) -> float:
    """Post each line over a connection of its own; return how many requests were answered in a second."""
    ready = [[request.bytes(token) for request in line] for line in lines]
    connections = [await asyncio.open_connection("127.0.0.1", port) for _ in lines]

    async def post(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], own: list[bytes]) -> None:
        for request in own:
            head, body = await answered(*connection, request)
            assert head.startswith(CREATED), (head, body)

    began = perf_counter()
    await asyncio.gather(*map(post, connections, ready))
    taken = perf_counter() - began
    for _, writer in connections:
        writer.close()
        await writer.wait_closed()
    return sum(map(len, lines)) / taken


async def caught_up(port: int, token: str, position: int) -> None:
    """Wait until the server's read models have reached a position, so that the next round has the cores.

    What was known then is written last.
    """
    asking = Request(f"/children?limit=1&known_at={position}", "wait", method="GET")
    while not (await _once(port, token, asking))[0].startswith(DONE):
        pass


async def post_one(port: int, token: str, path: str) -> str:
    """Post one request with no body and return what is answered."""
    return (await _once(port, token, Request(path, "once")))[1].decode()


async def _once(port: int, token: str, request: Request) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = await answered(reader, writer, request.bytes(token))
    writer.close()
    await writer.wait_closed()
    return answer


@asynccontextmanager
async def serving(settings: Settings, *, workers: int = 1) -> AsyncIterator[int]:
    """Serve the app in so many processes of its own; give its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.served",
        str(workers),
        env=environment_of(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        if process.returncode is None:
            process.terminate()
        rest = asyncio.create_task(process.stdout.read())
        await process.wait()
        await rest
