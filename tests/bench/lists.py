"""The row of the first pages of all lists at 100,000 children: as known at an earlier position, and now."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from statistics import median
from time import perf_counter
from typing import Final

import psycopg

from api.bootstrap import open_container
from api.contract.encoding import JsonResponse
from api.http import lists, readiness_board
from api.http.dependencies import RequestContext
from projections import READ_MODELS
from tests.bench.bench import NOW, Bench, now
from tests.bench.contest import Duel, Row
from tests.bench.preparing import appends_of, store_all
from tests.bench.reading import reader
from tests.bench.workload import Workload
from tests.support.many_children import multiply

CHILDREN: Final = 100_000
LENGTH: Final = 100
"""Entries of the file whose rows all children have, on other days."""
PATIENCE_SECONDS: Final = 600.0
ASKED: Final[Mapping[str, tuple[Callable[..., Awaitable[JsonResponse]], Mapping[str, object]]]] = {
    "register": (lists.register, {}),
    "register on a day": (lists.register, {"as_of": date(2025, 6, 1)}),
    "obligations": (lists.obligations, {}),
    "readiness": (readiness_board.readiness, {}),
    "findings": (lists.findings, {}),
}
TIMES: Final = 7


@asynccontextmanager
async def as_known_earlier(bench: Bench) -> AsyncIterator[Duel]:
    """The first pages of all lists in the middle of a file's history, against the same now."""
    children = bench.of(CHILDREN)
    workload = Workload([LENGTH], recorder=bench.recorder, institution=bench.home.institution)
    async with bench.database() as settings, open_container(settings, now) as container:
        entries = await appends_of(list(workload.entries()), container.ledger.keys)
        head = await store_all(container.ledger.store, entries)
        assert await container.projector.reached(head, PATIENCE_SECONDS)
        assert await container.projector.known_reached(head, PATIENCE_SECONDS)
        async with await psycopg.AsyncConnection.connect(bench.url(settings), autocommit=True) as owner:
            schema = container.projector.read_from.schema
            await multiply(owner, schema, workload.stream(0), children)
            for model in READ_MODELS:
                for table in (model.name, model.known_table):
                    await owner.execute(f"VACUUM (ANALYZE) {schema}.{table}".encode())
        actor = await reader(container, bench.token)

        async def page(name: str, known_at: str | None) -> float:
            ask, query = ASKED[name]
            began = perf_counter()
            answer = await ask(RequestContext(actor, NOW, container), **query, known_at=known_at)
            assert answer.status_code == 200
            return perf_counter() - began

        async def side(known_at: str | None) -> float:
            return len(ASKED) / sum([await page(name, known_at) for name in ASKED])

        earlier, told = str(head // 2), []
        for name in ASKED:
            today, then = [
                1000 * median([await page(name, known_at) for _ in range(TIMES)])
                for known_at in (None, earlier)
            ]
            told.append(f"{name} {then:.1f} and {today:.1f} ms")
        yield Duel(
            lambda: side(earlier), lambda: side(None), f"{children} children; then and now: {', '.join(told)}"
        )


ROWS: Final = (
    Row(
        "lists-known",
        "first pages of all lists, as known earlier",
        "the same, as known now",
        1 / 3,
        "pages/s",
        as_known_earlier,
    ),
)
