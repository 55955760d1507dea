"""Verifying the entries: each has the bytes that the ledger wrote, the place and the columns it names."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.label import Label
from ledger.canonical import Json
from ledger.codec import mapping
from ledger.codec.split import check_voucher
from ledger.files.repository import AT_ONCE
from ledger.ledger import Ledger
from ledger.sealing.cipher import Keyring, SealBrokenError
from ledger.sealing.wrapping import UnwrapError
from ledger.store.append import StoredRow

ALTERED: Final = Label("内容被改动", "it was altered")
UNWRAPPED: Final = Label(
    "其数据密钥不是由现有密钥文件密封的", "its data key was not wrapped by the key file at hand"
)
EARLIER: Final = Label("登记时间不晚于前一条", "it was recorded no later than the one before it")
COLUMNS: Final = (
    "entry_id",
    "stream",
    "kind",
    "version",
    "type",
    "schema",
    "occurred_on",
    "occurred_until",
    "institution",
)
"""The columns that repeat parts of an entry to query by."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A fault at a position, without the recorded content."""

    position: int
    what: Label


@dataclass(frozen=True, slots=True)
class StreamFlaw:
    """A fault at a version of a stream, without the recorded content; what is missing has no position."""

    version: int
    position: int | None
    what: Label


@dataclass(frozen=True, slots=True)
class StreamVerified:
    """A stream as it was verified: how many entries it has, those that stand as written, and its flaws."""

    entries: int
    sound: list[AnyEntry]
    flaws: list[StreamFlaw]


async def stream_verified(ledger: Ledger, stream: UUID, kept: int = 0) -> StreamVerified:
    """Verify the entries of one stream, which costs as much as reading its file.

    `kept` is the version through which the stream was seen before, of which none may be missing.
    """
    rows = await ledger.store.stream_rows(stream)
    sound: list[AnyEntry] = []
    found: list[StreamFlaw] = []
    before: StoredRow | None = None
    for start in range(0, len(rows), AT_ONCE):
        piece = rows[start : start + AT_ONCE]
        for row, entry, whats in await _pieces(ledger, piece):
            version = 1 if before is None else before.version + 1
            if row.version > version:
                found.append(StreamFlaw(version, None, _missing(version, row.version - 1)))
            if before is not None and (
                row.recorded_at <= before.recorded_at or row.position < before.position
            ):
                whats.append(EARLIER)
            found += [StreamFlaw(row.version, row.position, what) for what in whats]
            if entry is not None and not whats:
                sound.append(entry)
            before = row
        await asyncio.sleep(0)
    last = 0 if before is None else before.version
    if last < kept:
        found.append(StreamFlaw(last + 1, None, _missing(last + 1, kept)))
    return StreamVerified(len(rows), sound, found)


async def _pieces(
    ledger: Ledger, rows: Sequence[StoredRow], *, reading: bool = True
) -> list[tuple[StoredRow, AnyEntry | None, list[Label]]]:
    """Return rows, each with its entry if it can be read, and what is wrong with it by itself.

    Without `reading`, what is sealed is opened, which proves it, and no entry is made of it.
    """
    ring = await ledger.keys.ring([])
    documents = {row.position: mapping.load(row.body) for row in rows if _vouched(row, ring)}
    opening = await _ring(ledger, documents.values())
    pieces = []
    for row in rows:
        document = documents.get(row.position)
        own = opening or await _ring(ledger, [document] if document else [])
        read: list[AnyEntry] = []
        whats = list(_wrong(row, document, own, read.append if reading else None))
        pieces.append((row, read[0] if read else None, whats))
    return pieces


async def flaws(ledger: Ledger, progress: Callable[[float], None]) -> AsyncIterator[Flaw]:
    """Yield the flaws of the entries in order; `progress` is called with the part done, 0.0 to 1.0."""
    head = (await ledger.head()).position
    before: StoredRow | None = None
    position = 0
    while position < head:
        rows = await ledger.store.rows(position, AT_ONCE, head)
        if not rows:
            break
        for row, _, whats in await _pieces(ledger, rows, reading=False):
            if row.position != position + 1:
                yield Flaw(position + 1, _missing(position + 1, row.position - 1))
            if before is not None and row.recorded_at <= before.recorded_at:
                yield Flaw(row.position, EARLIER)
            for what in whats:
                yield Flaw(row.position, what)
            before, position = row, row.position
        progress(position / head)
    if position < head:
        yield Flaw(position + 1, _missing(position + 1, head))
    progress(1.0)


def _vouched(row: StoredRow, ring: Keyring) -> bool:
    try:
        check_voucher(row.body, ring)
    except SealBrokenError:
        return False
    return True


async def _ring(ledger: Ledger, documents: Iterable[Json]) -> Keyring | None:
    """Return the keys of documents; None if one of them cannot be unwrapped."""
    try:
        return await ledger.keys.ring(mapping.pairs(documents))
    except UnwrapError:
        return None


def _wrong(
    row: StoredRow, document: Json | None, ring: Keyring | None, read: Callable[[AnyEntry], None] | None
) -> Iterator[Label]:
    """Yield the flaws of one entry, and the columns that differ from it; `read` takes it if it is sound."""
    if document is None:
        yield ALTERED
        return
    for column in COLUMNS:
        recorded = document["recorded_by"]["institution"] if column == "institution" else document[column]
        here = getattr(row, column)
        if recorded != (here if here is None or isinstance(here, str | int) else str(here)):
            yield Label(f"{column} 列与记录不符", f"the column {column} does not say what was recorded")
    if ring is None:
        yield UNWRAPPED
        return
    try:
        if read is None:
            deque(mapping.opened(document, ring), maxlen=0)
        else:
            read(mapping.decode(row, ring, document))
    except SealBrokenError:
        yield ALTERED


def _missing(first: int, last: int) -> Label:
    return Label(f"缺少第 {first} 至 {last} 条", f"the entries {first} to {last} are missing")
