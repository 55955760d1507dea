"""How a service is, is asked for without a token, and costs the database one look a second at most."""

import asyncio
import threading
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest

from api.shared import Shared
from tests.support.client import Served


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every connection that is made here, and everything that is asked of the database."""
    asked: list[str] = []

    def note(what: str) -> None:
        # What is counted by the library's runner is counted in threads of its own.
        if threading.current_thread() is threading.main_thread():
            asked.append(what)

    connect, execute = psycopg.AsyncConnection.connect, psycopg.AsyncCursor.execute

    async def connected(*rest: Any, **more: Any) -> Any:
        note("connect")
        return await connect(*rest, **more)

    async def executed(self: Any, query: Any, *rest: Any, **more: Any) -> Any:
        note(str(query))
        return await execute(self, query, *rest, **more)

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", connected)
    monkeypatch.setattr(psycopg.AsyncCursor, "execute", executed)
    return asked


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
async def test_however_many_ask_how_it_is_the_database_is_asked_once(
    served: Served, monkeypatch: pytest.MonkeyPatch, asked: list[str], path: str
) -> None:
    monkeypatch.setattr("api.http.probes.REMEMBERED_SECONDS", 3600)
    await served.projected()
    client = await served.client()
    # Given as many connections as those who ask and those who work beside them take at once
    async with AsyncExitStack() as taken:
        for _ in range(3):
            await taken.enter_async_context(served.container.readers.connection())
        await asyncio.gather(*(served.container.ledger.head() for _ in range(20)))
    asked.clear()
    assert (await client.get(path)).status_code == 200
    once = [each for each in asked if "migration" in each or "activity" in each]
    answers = [*await asyncio.gather(*(client.get(path) for _ in range(300))), await client.get(path)]
    assert {answer.status_code for answer in answers} == {200}
    assert [each for each in asked if "migration" in each or "activity" in each] == once
    assert "connect" not in asked


async def test_a_look_that_fails_is_shared_too_and_who_goes_takes_it_from_nobody() -> None:
    looks, go = 0, asyncio.Event()

    async def look() -> int:
        nonlocal looks
        looks += 1
        await go.wait()
        if looks == 1:
            raise OSError
        return looks

    shared = Shared(look, 0)
    first, second = asyncio.create_task(shared.result()), asyncio.create_task(shared.result())
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    (gone, failed) = await asyncio.gather(first, second, return_exceptions=True)
    assert isinstance(gone, asyncio.CancelledError)
    assert isinstance(failed, OSError)
    assert await shared.result() == 2
