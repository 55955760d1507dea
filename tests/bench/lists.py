"""The row of the first pages of all lists at 100,000 children: as known at an earlier position, and now."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
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


@asynccontextmanager
async def as_known_earlier(bench: Bench) -> AsyncIterator[Duel]:
    """The first pages of all lists in the middle of a file's history, against the same now."""
    async with many_files(bench) as many:
        actor = await reader(many.container, bench.token)

        async def page(name: str, known_at: str | None) -> float:
            ask, query = ASKED[name]
            began = perf_counter()
            answer = await ask(RequestContext(actor, NOW, many.container), **query, known_at=known_at)
            assert answer.status_code == 200
            return perf_counter() - began

        async def side(known_at: str | None) -> float:
            return len(ASKED) / sum([await page(name, known_at) for name in ASKED])

        earlier, told = str(many.head // 2), []
        for name in ASKED:
            today, then = [
                1000 * median([await page(name, known_at) for _ in range(bench.of(TIMES))])
                for known_at in (None, earlier)
            ]
            told.append(f"{name} {then:.1f} and {today:.1f} ms")
        scale = f"{many.children} children; then and now: {', '.join(told)}"
        yield Duel(lambda: side(earlier), lambda: side(None), scale)


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
