"""First pages of every list, and questions of the census, as the number of children grows."""

from collections.abc import Sequence
from statistics import median
from time import perf_counter
from typing import Final
from urllib.parse import urlencode

from httpx2 import ASGITransport, AsyncClient

from api.identity.permissions import Role
from tests.bench.bench import Bench
from tests.bench.lists import TIMES
from tests.bench.many_files import many_files
from tests.bench.table import say
from tests.support.every_list import ASKED, LISTS, address, sorts_of

SIZES: Final = (10_000, 100_000)
TEN_YEARS: Final = "from=2016-01-01&to=2025-12-31"
COUNTS: Final = (
    "/census?by=institution&by=age_band&as_of=2025-06-01",
    "/census?by=guardianship&by=household",
    f"/census/flows?by=age_band&{TEN_YEARS}",
    f"/census/flows?by=care_mode&by=insurance&{TEN_YEARS}",
    f"/census/series?by=care_mode&every=quarter&{TEN_YEARS}",
)
OF_FILES: Final = ("A5", "A7", "A9", "A11")
"""Questions in which the file that is read in each child's place has a row, on whatever days its own are."""


def first_page(path: str, **query: str) -> str:
    """The address of the first page of a list, with the filters that cannot be left out."""
    asked = {**ASKED.get(path, {}), **query}
    return f"{address(path)}?{urlencode(asked)}" if asked else address(path)


QUESTIONS: Final = (
    *(first_page(path) for path in LISTS),
    *(f"/questions/{question}" for question in OF_FILES),
    *(first_page(path, sort=sort) for path in LISTS for sort in sorts_of(path)),
    *COUNTS,
)


async def measure_questions(bench: Bench, sizes: Sequence[int] = SIZES) -> None:
    """Print the median of each question at each number of children, in milliseconds."""
    found: dict[str, list[str]] = {name: [] for name in QUESTIONS}
    for children in sizes:
        async with (
            many_files(bench, children) as many,
            AsyncClient(transport=ASGITransport(app=many.app), base_url="http://bench.test") as client,
        ):
            # Some lists are for those who answer for others.
            identity, home = many.container.identity, bench.home.institution
            supervisor = await identity.add_member("主管", Role.SUPERVISOR, institution=home)
            token = await identity.issue(supervisor.user, days=1, purpose="bench")
            client.headers["Authorization"] = f"Bearer {token}"
            for asked in QUESTIONS:
                taken = []
                for _ in range(TIMES):
                    began = perf_counter()
                    answer = await client.get(asked)
                    assert answer.status_code == 200, (asked, answer.text)
                    taken.append(perf_counter() - began)
                found[asked].append(f"{1000 * median(taken):>12.1f}")
    say(f"\n{'median in ms':<72}" + "".join(f"{children:>12,}" for children in sizes) + "   children")
    for name, each in found.items():
        say(f"{name:<72}" + "".join(each))
