"""The row of recording over HTTP, by a served app and a client that ask for the same two cores."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import uuid4

from api.bootstrap import open_container
from tests.bench.bench import Bench, now
from tests.bench.contest import ROUNDS, Duel, Row
from tests.bench.lives import Told
from tests.bench.posting import Request, caught_up, post_all, post_one, serving
from tests.bench.preparing import appends_of, store_all
from tests.bench.workload import Workload, lengths
from tests.support.http_given import sent

FILES: Final = 40
CONNECTIONS: Final = 24
"""The longest of the files, each posted to over a connection of its own."""
EACH: Final = 32
"""Requests of a connection in a round."""
TIMES: Final = ROUNDS + 2
"""Rounds, the one that warms up and the one that is profiled."""


@asynccontextmanager
async def against_doing_nothing(bench: Bench) -> AsyncIterator[Duel]:
    """Recording one event a request, against a route that authenticates, validates and answers only."""
    each, connections = bench.of(EACH), bench.of(CONNECTIONS)
    some = lengths(bench.of(FILES))[-connections:]
    workload = Workload(some, recorder=bench.recorder, institution=bench.home.institution)
    first, last = workload.split(each * TIMES)
    async with bench.database() as settings:
        async with open_container(settings, now, follow=False) as container:
            appends = await appends_of(list(workload.entries(first)), container.ledger.keys)
            await store_all(container.ledger.store, appends)
        lines = _requests(workload, last)
        turn = 0

        async with serving(settings) as port:
            await caught_up(port, bench.token, len(appends))

            async def our_side() -> float:
                nonlocal turn
                own = [line[turn * each : (turn + 1) * each] for line in lines]
                turn += 1
                rate = await post_all(port, bench.token, own)
                await caught_up(port, bench.token, len(appends) + turn * each * len(lines))
                return rate

            async def idle_side() -> float:
                own = [
                    [Request(f"/bench{one.path}", uuid4().hex, one.body) for one in line[:each]]
                    for line in lines
                ]
                return await post_all(port, bench.token, own)

            async def profile() -> str:
                await post_one(port, bench.token, "/bench/profile/begun")
                await our_side()
                return await post_one(port, bench.token, "/bench/profile/ended")

            files = f"to files of {min(some)} to {max(some)} entries"
            shared = "server, its read models, client and PostgreSQL share the cores"
            scale = f"{len(lines)} connections of {each} requests, {files}; {shared}"
            yield Duel(our_side, idle_side, scale, profile)


def _requests(workload: Workload, told: Sequence[Told]) -> list[list[Request]]:
    """What is told, as requests by file."""
    lines: dict[int, list[Request]] = {}
    for one in told:
        draft = one.happening.draft
        path = f"/children/{workload.stream(one.file)}/events"
        own = lines.setdefault(one.file, [])
        own.append(Request(path, f"{one.file}-{one.number}", sent(draft.days, draft.event)))
    return list(lines.values())


ROWS: Final = (
    Row(
        "http",
        "recording over HTTP",
        "the app's validated, authenticated no-op POST",
        0.6,
        "requests/s",
        against_doing_nothing,
    ),
)
