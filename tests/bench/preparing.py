"""Entries prepared to be stored: sealed and encoded, once; and taken again as often as a round needs them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.entry import AnyEntry
from ledger.codec.split import split
from ledger.sealing.cipher import Keyring, Pair
from ledger.sealing.keys import Keys
from ledger.store.append import Accepted, Append, Prepared
from ledger.store.store import Store
from tests.bench.workload import Workload, lengths

FINGERPRINT: Final = bytes(32)
KIND: Final = "child"
FILES_OF_A_SAMPLE: Final = 25
ENTRIES_OF_A_STREAM: Final = 50
AT_ONCE: Final = 1000


def sealed(entries: Iterable[AnyEntry], ring: Keyring) -> Iterator[Prepared]:
    """Yield entries as they are given to the store."""
    for entry in entries:
        yield Prepared(
            entry_id=entry.entry_id,
            version=entry.version,
            type=entry.type,
            schema=entry.event.schema,
            occurred_on=entry.days.first,
            occurred_until=entry.days.last,
            body=split(entry).encode(ring),
        )


async def appends_of(entries: Sequence[AnyEntry], keys: Keys) -> list[Append]:
    """Return entries as appends of one entry each, sealed under the keys of the ledger that reads them."""
    ring = await keys.ring({pair for entry in entries for pair in split(entry).personal}, make=True)
    return [
        Append(entry.stream, KIND, entry.recorded_by.institution, each.version - 1, (each,), FINGERPRINT)
        for entry, each in zip(entries, sealed(entries, ring), strict=True)
    ]


async def store_all(store: Store, appends: Sequence[Append]) -> int:
    """Store appends that none may refuse; return the last position."""
    for start in range(0, len(appends), AT_ONCE):
        for verdict in await store.append_all(appends[start : start + AT_ONCE]):
            assert isinstance(verdict, Accepted), verdict
    return (await store.head()).position


def a_sample(number: int) -> list[Prepared]:
    """Return so many entries of the workload, sealed under keys that nobody keeps: never to be read."""
    entries = list(islice(Workload(lengths(FILES_OF_A_SAMPLE)).entries(), number))
    pairs = {pair for entry in entries for pair in split(entry).personal}
    return list(sealed(entries, throw_away_ring(pairs)))


def throw_away_ring(pairs: Iterable[Pair]) -> Keyring:
    """Return a ring of random keys."""
    return Keyring("bench", {pair: AESGCM(os.urandom(32)) for pair in pairs})


def fresh(
    sample: Sequence[Prepared], number: int, of_a_stream: int = ENTRIES_OF_A_STREAM
) -> Iterator[tuple[UUID, Prepared]]:
    """Yield so many new entries, each with its stream: bodies of the sample, on new streams."""
    bodies = cycle(sample)
    for start in range(0, number, of_a_stream):
        stream = uuid4()
        for version in range(1, min(of_a_stream, number - start) + 1):
            yield stream, replace(next(bodies), entry_id=uuid4(), version=version)


def bundles(sample: Sequence[Prepared], number: int, of_a_stream: int, *, bulk: bool) -> list[Append]:
    """Return so many new entries as one append a stream."""
    own: dict[UUID, list[Prepared]] = {}
    for stream, each in fresh(sample, number, of_a_stream):
        own.setdefault(stream, []).append(each)
    return [
        Append(stream, KIND, None, 0, tuple(line), FINGERPRINT, bulk=bulk) for stream, line in own.items()
    ]
