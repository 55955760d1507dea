"""The row of the console's pages at 100,000 children, against the answers of the API that they show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from statistics import median
from time import perf_counter
from typing import Final

from httpx2 import ASGITransport, AsyncClient

from domain.when import add
from tests.bench.bench import Bench
from tests.bench.contest import Duel, Row
from tests.bench.many_files import many_files
from tests.support.asking_headers import asking
from tests.support.console import FROM_HERE

LONG: Final = 1000
"""Entries of the file whose pages are opened."""
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
async def against_their_answers(bench: Bench) -> AsyncIterator[Duel]:
    """The first pages of a working day at many children, by somebody signed in, against the answers shown."""
    async with many_files(bench, bench.of(LONG)) as many:
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

            async def milliseconds(name: str, *, page: bool) -> float:
                shown, answer = (address.format(child=many.files[1], day=day) for address in PAGES[name])
                began = perf_counter()
                got = await (browser.get(shown) if page else client.get(answer))
                assert got.status_code == 200
                return 1000 * (perf_counter() - began)

            async def side(*, page: bool) -> float:
                return 1000 * len(PAGES) / sum([await milliseconds(name, page=page) for name in PAGES])

            told = []
            for name in PAGES:
                at_the_median = median([await milliseconds(name, page=True) for _ in range(bench.of(TIMES))])
                told.append(f"{name} {at_the_median:.1f} ms")
            scale = f"{many.children} children, a file of {bench.of(LONG)} entries: {', '.join(told)}"
            yield Duel(lambda: side(page=True), lambda: side(page=False), scale)


ROWS: Final = (
    Row(
        "pages",
        "first pages of the console",
        "the answers of the API that they show",
        1 / 2,
        "pages/s",
        against_their_answers,
    ),
)
