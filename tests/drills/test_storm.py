"""The conflict storm: many count on in one stream at once, and nobody's step is lost."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from itertools import pairwise
from typing import Final
from uuid import UUID, uuid4

import pytest

from ledger.store.append import Accepted, Append, Stale
from ledger.store.store import Store
from tests.support.drills import INCREMENTS
from tests.support.ledgers import an_append, make_ledger, store_of

pytestmark = pytest.mark.drill

WRITERS: Final = 32


def step(stream: UUID, version: int, writer: int, count: int) -> Append:
    """Return one step: who makes it, and what is counted up to."""
    append = an_append(stream, version)
    (entry,) = append.entries
    return replace(append, entries=(replace(entry, body=f"{writer} {count}".encode()),))


async def count_on(store: Store, stream: UUID, writer: int) -> int:
    """Add one to what was counted last, so many times; return how often somebody else was faster."""
    refused = seen = count = 0
    for _ in range(INCREMENTS):
        while True:
            for entry in await store.stream(stream, after=seen):
                seen, count = entry.version, int(entry.body.split()[1])
            match await store.append(step(stream, seen, writer, count + 1)):
                case Accepted():
                    break
                case Stale(version):
                    assert version > seen
                    refused += 1
                case other:
                    pytest.fail(f"{other} is no answer here")
    return refused


async def test_in_a_storm_of_conflicts_no_step_is_lost(
    database_url: str, tell: Callable[[str], None]
) -> None:
    # Given many who each read how far one stream has counted and add one to it
    urls, stream = await make_ledger(database_url), uuid4()
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(store_of(urls)) for _ in range(4)]
        writing = [count_on(stores[writer % 4], stream, writer) for writer in range(WRITERS)]
        refused = sum(await asyncio.gather(*writing))
        entries = await stores[0].read(0, WRITERS * INCREMENTS + 1)
    tell(f"{len(entries)} entries by {WRITERS} writers in one stream, {refused} conflicts")

    # Then it has counted every step, without a gap, and as many of each
    steps = [entry.body.decode().split() for entry in entries]
    numbers = list(range(1, WRITERS * INCREMENTS + 1))
    assert [int(count) for _, count in steps] == numbers
    assert [entry.position for entry in entries] == [entry.version for entry in entries] == numbers
    assert all(one.recorded_at < other.recorded_at for one, other in pairwise(entries))
    assert Counter(writer for writer, _ in steps) == {str(writer): INCREMENTS for writer in range(WRITERS)}
    assert refused > 0
