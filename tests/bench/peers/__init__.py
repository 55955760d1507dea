"""Rows against other event stores, where their packages are installed (`make bench ROWS=peers`)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Final, Protocol

from tests.bench.appends import ALONE, OURS, SAMPLE, WRITERS
from tests.bench.bench import Bench
from tests.bench.contest import Duel, Row
from tests.bench.preparing import a_sample
from tests.bench.storms import Attempt, append_all, attempts

NAME: Final = "peers"
THEIRS: Final = 240
"""How much each of 32 writers of a peer attempts in a round."""


class Appending(Protocol):
    """A peer that is ready to append."""

    async def __call__(self, lines: Sequence[Sequence[Attempt]]) -> float:
        """Let a writer a line append; return the attempts answered in a second."""


class Peer(Protocol):
    """Opens a peer beside the benchmark's database."""

    def __call__(self, bench: Bench, writers: int) -> AbstractAsyncContextManager[Appending]:
        """Give the peer for so many writers."""


@asynccontextmanager
async def _against(bench: Bench, module: str, writers: int, ours: int, theirs: int) -> AsyncIterator[Duel]:
    """So many writers of our store against as many of a peer, which stores the same bodies."""
    opened: Peer = import_module(module).opened
    sample, counts = a_sample(bench.of(SAMPLE)), (bench.of(ours), bench.of(theirs))
    async with bench.container() as container, opened(bench, writers) as append:

        async def our_side() -> float:
            return await append_all(container.ledger.store, attempts(sample, writers, counts[0]))

        async def their_side() -> float:
            return await append(attempts(sample, writers, counts[1]))

        yield Duel(our_side, their_side, f"{writers} writers, {counts[0]} and {counts[1]} attempts each")


def _rows(name: str, package: str, against: str) -> tuple[Row, ...]:
    """Return the rows against a peer; they say so where its package is not installed."""
    installed = find_spec(package) is not None
    lacking = "" if installed else "not installed: pip install -r requirements/peers.txt"
    return tuple(
        Row(
            f"{NAME}-{name}-{writers}",
            f"append, {many}, 10 % conflicts",
            against,
            1,
            "appends/s",
            partial(_against, module=f"{__name__}.{name}", writers=writers, ours=ours, theirs=theirs)
            if installed
            else None,
            scale=lacking,
        )
        for writers, many, ours, theirs in (
            (WRITERS, "32 concurrent writers", OURS, THEIRS),
            (1, "1 writer", ALONE, ALONE),
        )
    )


ROWS: Final = (
    *_rows("eventsource_py", "eventsource", "eventsource-py, its PostgreSQL store, as many tasks"),
    *_rows("uma_db", "umadb", "UmaDB, its server beside, as many threads"),
)
