"""UmaDB as it comes: the server of its package beside the benchmark, and its client in threads."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from umadb import AppendCondition, Client, Event, IntegrityError, Query, QueryItem

from tests.bench.bench import Bench
from tests.bench.peers import Appending
from tests.bench.storms import Attempt, in_threads
from tests.support.processes import free_port

SERVER: Final = "from umadb.umadb_server_cli import main; main()"
TRIES: Final = 200
PAUSE_SECONDS: Final = 0.1


@asynccontextmanager
async def opened(bench: Bench, writers: int) -> AsyncIterator[Appending]:
    """Give the client of a new server, whose file stands beside the benchmark's database."""
    with TemporaryDirectory(dir=bench.data) as folder:
        address = f"127.0.0.1:{free_port()}"
        options = ("--listen", address, "--db-path", str(Path(folder) / "uma.db"))
        server = subprocess.Popen([sys.executable, "-c", SERVER, *options], stdout=subprocess.DEVNULL)  # noqa: ASYNC220 - it is awaited nowhere
        try:
            await _answers(server, address)

            async def append(lines: Sequence[Sequence[Attempt]]) -> float:
                return await asyncio.to_thread(in_threads, partial(_write, address), lines)

            yield append
        finally:
            server.terminate()
            await asyncio.to_thread(server.wait)


async def _answers(server: "subprocess.Popen[bytes]", address: str) -> None:
    """Wait until a server answers."""
    for _ in range(TRIES):
        assert server.poll() is None, "the server has ended"
        with suppress(Exception):
            await asyncio.to_thread(Client(f"http://{address}").head)
            return
        await asyncio.sleep(PAUSE_SECONDS)
    raise TimeoutError(address)


def _write(address: str, line: Sequence[Attempt]) -> None:
    """Append one after the other; what is expected is the last event of the stream that the writer knows."""
    client = Client(f"http://{address}")
    stream, before, last = None, None, None
    for attempt in line:
        if not attempt.stale:
            before, stream = (last if attempt.stream == stream else None), attempt.stream
        entry, tag = attempt.entry, str(attempt.stream)
        event = Event(entry.type, entry.body, tags=[tag], uuid=entry.entry_id)
        condition = AppendCondition(Query([QueryItem(tags=[tag])]), before)
        try:
            last = client.append([event], condition)
        except IntegrityError:
            assert attempt.stale
        except Exception:  # noqa: BLE001 - it raises no other
            # A refusal quotes the event that stands there, which may be longer than a header can be.
            assert attempt.stale
            client = Client(f"http://{address}")
        else:
            assert not attempt.stale
