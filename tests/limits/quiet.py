"""A quiet user, in a process of their own: asks now and then, and tells how long the answers took.

`python -m tests.limits.quiet PORT TOKEN CHILD`; a line on standard input ends a measurement, whose
milliseconds are answered as a line of JSON, and begins the next one.
"""

import asyncio
import sys
from time import perf_counter
from typing import Final

import orjson

from tests.bench.posting import Request, answered

PAUSE_SECONDS: Final = 0.03
"""Between two requests."""


async def main(port: int, token: str, child: str) -> None:
    """Ask until standard input ends."""
    paths = ("/children?limit=5", f"/children/{child}", f"/children/{child}/entries?limit=5")
    requests = [Request(path, "quiet", method="GET").bytes(token) for path in paths]
    taken: list[float] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            for request in requests:
                began = perf_counter()
                try:
                    head, _ = await answered(reader, writer, request)
                    assert head.startswith(b"HTTP/1.1 200"), head
                except (OSError, asyncio.IncompleteReadError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    continue
                taken.append((perf_counter() - began) * 1000)
                await asyncio.sleep(PAUSE_SECONDS)

    asking = asyncio.create_task(ask())
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while await lines.readline():
        if asking.done():
            asking.result()
        sys.stdout.buffer.write(orjson.dumps(taken) + b"\n")
        sys.stdout.flush()
        taken.clear()
    asking.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
