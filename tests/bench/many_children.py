"""First pages of all lists, and four questions of the census, as the number of children grows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any, Final

from api.contract.encoding import JsonResponse
from api.http import census, difference_list, exceptions
from api.http.dependencies import RequestContext
from tests.bench.bench import NOW, Bench
from tests.bench.lists import ASKED, TIMES
from tests.bench.many_files import many_files
from tests.bench.reading import reader
from tests.bench.table import say

SIZES: Final = (10_000, 100_000)
DAY: Final = date(2025, 6, 1)
TEN_YEARS: Final = {"from_": date(2016, 1, 1), "to": date(2025, 12, 31)}
Question = tuple[Callable[..., Awaitable[JsonResponse]], Mapping[str, Any]]
QUESTIONS: Final[Mapping[str, Question]] = {
    **{f"list: {name}": asked for name, asked in ASKED.items()},
    "list: exceptions": (exceptions.exceptions, {}),
    "list: differences": (difference_list.differences, {}),
    "census by institution and age band": (census.census, {"by": ["institution", "age_band"], "as_of": DAY}),
    "census by guardianship and household": (census.census, {"by": ["guardianship", "household"]}),
    "flows of ten years by age band": (census.census_flows, {"by": ["age_band"], **TEN_YEARS}),
    "flows of ten years by care and insurance": (
        census.census_flows,
        {"by": ["care_mode", "insurance"], **TEN_YEARS},
    ),
}


async def measure_questions(bench: Bench, sizes: Sequence[int] = SIZES) -> None:
    """Print the median of each question at each number of children, in milliseconds."""
    found: dict[str, list[str]] = {name: [] for name in QUESTIONS}
    for children in sizes:
        async with many_files(bench, children=children) as many:
            actor = await reader(many.container, bench.token)
            for name, (ask, query) in QUESTIONS.items():
                taken = []
                for _ in range(TIMES):
                    began = perf_counter()
                    answer = await ask(RequestContext(actor, NOW, many.container), **query)
                    assert answer.status_code == 200, name
                    taken.append(perf_counter() - began)
                found[name].append(f"{1000 * median(taken):>12.1f}")
    say(f"\n{'median in ms':<38}" + "".join(f"{children:>12,}" for children in sizes) + "   children")
    for name, each in found.items():
        say(f"{name:<38}" + "".join(each))
