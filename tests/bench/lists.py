"""The row of the first pages of all lists at 100,000 children: now, and as known at an earlier position."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from itertools import product
from statistics import median
from time import perf_counter
from typing import Final

from api.contract.encoding import JsonResponse
from api.http import lists, readiness_board
from api.http.dependencies import RequestContext
from tests.bench.bench import NOW, Bench
from tests.bench.contest import Duel, Row
from tests.bench.many_files import many_files
from tests.bench.reading import reader

ASKED: Final[Mapping[str, tuple[Callable[..., Awaitable[JsonResponse]], Mapping[str, object]]]] = {
    "register": (lists.register, {}),
    "register on a day": (lists.register, {"as_of": date(2025, 6, 1)}),
    "obligations": (lists.obligations, {}),
    "readiness": (readiness_board.readiness, {}),
    "findings": (lists.findings, {}),
}
TIMES: Final = 7
ALLOWED_SECONDS: Final = 0.05
"""Seconds that the first page of a list or of the console may take at the median, by their designs."""


@asynccontextmanager
async def against_the_time_allowed(bench: Bench) -> AsyncIterator[Duel]:
    """The slowest of the first pages of all lists, now and in the middle of a file's history."""
    async with many_files(bench) as many:
        actor, earlier = await reader(many.container, bench.token), str(many.earlier)
        taken: dict[tuple[str, str | None], float] = {}

        async def page(name: str, known_at: str | None) -> float:
            ask, query = ASKED[name]
            began = perf_counter()
            answer = await ask(RequestContext(actor, NOW, many.container), **query, known_at=known_at)
            assert answer.status_code == 200
            return perf_counter() - began

        async def slowest() -> float:
            for asked in product(ASKED, (None, earlier)):
                taken[asked] = median([await page(*asked) for _ in range(bench.of(TIMES))])
            return 1 / max(taken.values())

        async def allowed() -> float:
            return 1 / ALLOWED_SECONDS

        def told() -> str:
            each = (
                f"{name} {1000 * taken[name, None]:.1f} and {1000 * taken[name, earlier]:.1f}"
                for name in ASKED
            )
            return f"milliseconds now and as known earlier: {', '.join(each)}"

        yield Duel(slowest, allowed, f"{many.children} children", told=told)


ROWS: Final = (
    Row(
        "lists",
        "first page of the slowest list, now or as known earlier",
        "50 ms at the median",
        1,
        "pages/s",
        against_the_time_allowed,
    ),
)
