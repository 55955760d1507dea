"""The rows of the log: verifying every entry against its leaf, and appending while the tree is built."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from itertools import cycle, islice
from time import perf_counter
from typing import Final

from ledger.log.tiles import leaves_of
from ledger.log.tree import HASH_BYTES
from ledger.monitor import log_flaws
from tests.bench.appends import OURS, SAMPLE, WRITERS
from tests.bench.bench import Bench
from tests.bench.contest import Duel, Row
from tests.bench.preparing import AT_ONCE, ENTRIES_OF_A_STREAM, a_sample, bundles, store_all
from tests.bench.storms import append_all, attempts

ENTRIES: Final = 1_000_000
_PIECE: Final = AT_ONCE * ENTRIES_OF_A_STREAM


@asynccontextmanager
async def against_hashing(bench: Bench) -> AsyncIterator[Duel]:
    """Comparing entries with their leaves and the tree with its checkpoint, against hashing the same bytes.

    Both sides hash each entry, its leaf and, for each leaf, a node of the tree, one by one; ours also fetches
    the entries and makes anew what each leaf has to say, in processes of its own where there are processors
    for them.
    """
    sample, number = a_sample(bench.of(SAMPLE)), bench.of(ENTRIES)
    async with bench.container() as container:
        store, log = container.ledger.store, container.transparency_log
        for start in range(0, number, _PIECE):
            piece = min(_PIECE, number - start)
            await store_all(store, bundles(sample, piece, ENTRIES_OF_A_STREAM, bulk=True))
        await log.catch_up()
        entries = await log.size()
        leaves = [
            leaf
            for bundle, _ in await log.kept_tiles.bundles(0, min(entries, len(sample)))
            for leaf in leaves_of(bundle)
        ]

        node = bytes(1 + 2 * HASH_BYTES)

        async def our_side() -> float:
            began = perf_counter()
            assert [each async for each in log_flaws(log, lambda _: None)] == []
            return entries / (perf_counter() - began)

        async def hashing_side() -> float:
            began = perf_counter()
            for each, leaf in islice(zip(cycle(sample), cycle(leaves), strict=False), entries):
                sha256(each.body).digest()
                sha256(leaf).digest()
                sha256(node).digest()
            return entries / (perf_counter() - began)

        yield Duel(our_side, hashing_side, f"{entries:,} entries, read from the database, with their leaves")


@asynccontextmanager
async def while_the_tree_is_built(bench: Bench) -> AsyncIterator[Duel]:
    """32 writers while the same process lets the tree grow and signs it, against the same writers alone."""
    sample, each = a_sample(bench.of(SAMPLE)), bench.of(OURS)
    async with bench.container() as container:
        store, log = container.ledger.store, container.transparency_log

        async def alone() -> float:
            await log.catch_up()
            return await append_all(store, attempts(sample, WRITERS, each))

        async def our_side() -> float:
            await log.catch_up()
            growing = asyncio.create_task(log.follow())
            try:
                return await append_all(store, attempts(sample, WRITERS, each))
            finally:
                growing.cancel()
                with suppress(asyncio.CancelledError):
                    await growing

        yield Duel(our_side, alone, f"{WRITERS} writers, {each} attempts each")


ROWS: Final = (
    Row(
        "verify",
        "verifying entries against the log",
        "SHA-256 over the same bytes (entries, leaves, nodes) in Python",
        0.3,
        "entries/s",
        against_hashing,
        rounds=3,
    ),
    Row(
        "append-logged",
        "appends while the tree is built",
        "the same without it",
        0.9,
        "entries/s",
        while_the_tree_is_built,
    ),
)
