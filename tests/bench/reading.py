"""The row of reading a file as of a day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from time import perf_counter
from typing import Final
from uuid import UUID

from api.bootstrap import Container, open_container
from api.http.dependencies import RequestContext
from api.http.one_file import file as answer_status
from api.identity.permissions import Actor
from ledger.files.cache import FileCache
from tests.bench.bench import NOW, Bench, now
from tests.bench.contest import Duel, Row
from tests.bench.preparing import appends_of, store_all
from tests.bench.workload import Workload

ENTRIES: Final = 1000
READS: Final = 12
DAY: Final = date(2025, 6, 1)


async def status_read(container: Container, actor: Actor, child: UUID, day: date | None = None) -> None:
    """Answer a file's status as `GET /children/{id}` does, from the entries: no folded file is at hand."""
    container.ledger.repository.cache = FileCache()
    answer = await answer_status(RequestContext(actor, NOW, container), child, as_of=day)
    assert answer.status_code == 200


async def reader(container: Container, token: str) -> Actor:
    """Return who reads."""
    actor = await container.identity.authenticate(token)
    assert actor is not None
    return actor


@asynccontextmanager
async def against_decoding(bench: Bench) -> AsyncIterator[Duel]:
    """A file's whole status on a day, as answered by the app, against decoding and unsealing its entries."""
    workload = Workload([bench.of(ENTRIES)], recorder=bench.recorder, institution=bench.home.institution)
    child, reads = workload.stream(0), bench.of(READS)
    async with bench.database() as settings, open_container(settings, now, follow=False) as container:
        await store_all(
            container.ledger.store, await appends_of(list(workload.entries()), container.ledger.keys)
        )
        actor = await reader(container, bench.token)
        stored = await container.ledger.store.stream(child)

        async def our_side() -> float:
            began = perf_counter()
            for _ in range(reads):
                await status_read(container, actor, child, DAY)
            return reads / (perf_counter() - began)

        async def decoding_side() -> float:
            began = perf_counter()
            for _ in range(reads):
                assert len(await container.ledger.repository.decoded(stored)) == len(stored)
            return reads / (perf_counter() - began)

        yield Duel(
            our_side,
            decoding_side,
            f"{reads} reads of a file of {len(stored)}, not at hand, noted in the access log; "
            "status with findings and obligations",
        )


ROWS: Final = (
    Row(
        "as-of",
        "as-of read of a 1,000-entry file",
        "decoding and unsealing the same entries",
        0.6,
        "reads/s",
        against_decoding,
    ),
)
