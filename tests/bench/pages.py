"""The row of the console's pages at 100,000 children, with the answers of the API that they show."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from statistics import median
from time import perf_counter
from typing import Final

from httpx2 import ASGITransport, AsyncClient

from domain.when import add
from tests.bench.bench import Bench
from tests.bench.contest import Duel, Row
from tests.bench.lists import ALLOWED_SECONDS
from tests.bench.many_files import many_files
from tests.support.asking_headers import asking
from tests.support.console import FROM_HERE

TIMES: Final = 9
ALL_GROWN_UP: Final = "2035-12-31"
PAGES: Final = {
    "worklist": ("/console/today", "/obligations?state=overdue&state=due&limit=50"),
    "register": ("/console/children", "/children?limit=50"),
    "file": ("/console/children/{child}", "/children/{child}"),
    "history": ("/console/children/{child}/history", "/children/{child}/entries?limit=50"),
    "board": ("/console/readiness?day={day}", "/readiness?day={day}&limit=50"),
}
"""By name, a page and the answer that it shows most of."""


@asynccontextmanager
async def against_the_time_allowed(bench: Bench) -> AsyncIterator[Duel]:
    """The slowest of the first pages of a working day at many children, by somebody signed in."""
    async with many_files(bench) as many:
        transport = ASGITransport(app=many.app)
        async with (
            AsyncClient(transport=transport, base_url="http://childledger.test") as browser,
            AsyncClient(
                transport=transport, base_url="http://childledger.test", headers=asking(bench.token)
            ) as client,
        ):
            signed_in = await browser.post("/console/sign-in", data={"token": bench.token}, headers=FROM_HERE)
            assert signed_in.status_code == 303
            of_all = (await client.get(f"/readiness?day={ALL_GROWN_UP}&limit=1")).json()["items"]
            # On the second day on which somebody is sixteen, some two hundred are.
            day = add(date.fromisoformat(of_all[0]["turns_18_on"]), months=-24, days=1)

            async def opened(one: AsyncClient, address: str) -> float:
                began = perf_counter()
                assert (await one.get(address.format(child=many.long, day=day))).status_code == 200
                return perf_counter() - began

            async def at_the_median(one: AsyncClient, address: str) -> float:
                return median([await opened(one, address) for _ in range(bench.of(TIMES))])

            taken = {name: await at_the_median(client, answer) for name, (_, answer) in PAGES.items()}
            scale = f"{many.children} children; answers shown: {_milliseconds(taken)}"

            async def slowest() -> float:
                for name, (page, _) in PAGES.items():
                    taken[name] = await at_the_median(browser, page)
                return 1 / max(taken.values())

            async def allowed() -> float:
                return 1 / ALLOWED_SECONDS

            yield Duel(slowest, allowed, scale, told=lambda: f"pages: {_milliseconds(taken)}")


def _milliseconds(taken: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {1000 * seconds:.1f} ms" for name, seconds in taken.items())


ROWS: Final = (
    Row(
        "pages",
        "the slowest of the console's first pages",
        "50 ms at the median",
        1,
        "pages/s",
        against_the_time_allowed,
    ),
)
