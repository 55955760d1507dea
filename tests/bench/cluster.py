"""`make bench-cluster`: a ledger on a Citus cluster against the same on one PostgreSQL, in turns."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

import psycopg
from psycopg import AsyncCursor
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api.bootstrap import Container, open_container
from api.demo.members import tokens_for_every_role
from api.http.dependencies import RequestContext
from api.identity.permissions import Actor, Role
from api.institutions import open_institution
from api.settings import Settings
from ledger.postgres.embedded import embedded
from ledger.store import arrays
from ledger.store.append import Prepared
from ledger.store.append_batch import append_batch
from ledger.store.connecting import connect
from tests.bench.bench import NOW, now
from tests.bench.lists import ASKED
from tests.bench.preparing import a_sample, appends_of, bundles, store_all
from tests.bench.reading import reader, status_read
from tests.bench.table import say
from tests.bench.workload import Workload, lengths
from tests.support.citus import a_distributed_database
from tests.support.client import HOME
from tests.support.folders import a_folder
from tests.support.given import REGION

BATCHES: Final = (1, 100, 500)
TURNS: Final = 9
FILES: Final = 10
LONG: Final = 1000
PATIENCE_SECONDS: Final = 600.0
Work = Callable[[], Awaitable[float]]
"""Does something once, and returns the seconds that it took."""


@dataclass(frozen=True, slots=True)
class Side:
    """A ledger with a filled register somewhere; `projected` is how many entries a second became rows."""

    container: Container
    cursor: AsyncCursor
    actor: Actor
    long_file: UUID
    projected: float


async def compare(coordinator: str, against: str | None) -> int:
    """Print both sides' medians of batches of appends, reads and pages, and the rates of the read models."""
    async with AsyncExitStack() as stack:
        distributed = stack.enter_context(a_distributed_database(coordinator))
        if against is None:
            folder = stack.enter_context(a_folder("childledger-bench-"))
            against = stack.enter_context(embedded(folder)).url
        alone = stack.enter_context(_a_database(against))
        sides = [
            await stack.enter_async_context(_filled(url, stack.enter_context(a_folder("childledger-bench-"))))
            for url in (distributed, alone)
        ]
        say(f"{'work':<44}{'Citus':>12}{'PostgreSQL':>14}{'ratio':>8}")
        rates = [side.projected for side in sides]
        _told("read models from empty, entries/s", rates, rates[1] / rates[0])
        for name, works in _works(sides):
            seconds: list[list[float]] = [[] for _ in sides]
            for turn in range(TURNS + 1):
                for work, own in zip(works, seconds, strict=True):
                    taken = await work()
                    if turn:
                        own.append(1000 * taken)
            medians = [median(own) for own in seconds]
            _told(f"{name}, ms", medians, medians[0] / medians[1])
    return 0


def _told(name: str, values: Sequence[float], ratio: float) -> None:
    say(f"{name:<44}{values[0]:>12.1f}{values[1]:>14.1f}{ratio:>8.1f}")


def _works(sides: Sequence[Side]) -> list[tuple[str, list[Work]]]:
    """Each piece of work with its name, as it is done on each side."""
    sample = a_sample(1000)
    works: list[tuple[str, list[Work]]] = []
    for named in (False, True):
        for size in BATCHES:
            what = "that read and name" if named else "apart"
            own: list[Work] = [partial(_append, side, sample, size, named=named) for side in sides]
            works.append((f"append, {size} {what}", own))
    works.append((f"a file of {LONG} entries, read and folded", [partial(_read, side) for side in sides]))
    for name in ASKED:
        pages: list[Work] = [partial(_page, side, name) for side in sides]
        works.append((f"first page of {name}", pages))
    return works


async def _append(side: Side, sample: Sequence[Prepared], size: int, *, named: bool) -> float:
    appends = bundles(sample, size, 1, bulk=False)
    if named:
        appends = [replace(each, reads=((each.stream, 0),), names=(uuid4(),)) for each in appends]
    began = perf_counter()
    answers = await append_batch(side.cursor, appends, atomic=False)
    taken = perf_counter() - began
    assert {answer.verdict for answer in answers} == {"accepted"}
    return taken


async def _read(side: Side) -> float:
    began = perf_counter()
    await status_read(side.container, side.actor, side.long_file)
    return perf_counter() - began


async def _page(side: Side, name: str) -> float:
    ask, query = ASKED[name]
    began = perf_counter()
    answer = await ask(RequestContext(side.actor, NOW, side.container), **query)
    assert answer.status_code == 200
    return perf_counter() - began


@contextmanager
def _a_database(server: str) -> Iterator[str]:
    """Give the conninfo of an empty database of one server, and drop it in the end."""
    name = f"bench_{uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
        yield make_conninfo(server, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@asynccontextmanager
async def _filled(url: str, data: Path) -> AsyncIterator[Side]:
    """Give a ledger with files whose read models are written, and a writer of its own."""
    ledger = f"bench_{uuid4().hex[:8]}"
    settings = Settings(database_url=SecretStr(url), data=data, ledger=ledger)
    async with open_container(settings, now, follow=False) as container:
        home = await open_institution(container, HOME, region=REGION)
        tokens = await tokens_for_every_role(container.identity, home, purpose="bench", days=30)
        actor = await reader(container, tokens[Role.STAFF])
        workload = Workload([LONG, *lengths(FILES)], recorder=actor.recorder, institution=home.institution)
        appends = await appends_of(list(workload.entries()), container.ledger.keys)
        head = await store_all(container.ledger.store, appends)
    began = perf_counter()
    async with open_container(settings, now) as container:
        assert await container.projector.reached(head, PATIENCE_SECONDS)
        projected = head / (perf_counter() - began)
    async with (
        open_container(settings, now, follow=False) as container,
        await connect(container.addresses.writer, autocommit=True) as connection,
    ):
        arrays.register(connection)
        connection.prepare_threshold = 0
        actor = await reader(container, tokens[Role.STAFF])
        yield Side(container, connection.cursor(), actor, workload.stream(0), projected)
