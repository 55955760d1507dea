"""Verifying the papers: of every scan on record the bytes lie there as they were stored, and no others do."""

import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.events.archive import SCANS
from domain.label import Label
from ledger.files.repository import AT_ONCE
from ledger.ledger import Ledger
from ledger.papers.kept_papers import KeptPapers, PaperErasedError, PaperPlace
from ledger.papers.paper_store import PaperMissingError
from ledger.sealing.cipher import SealBrokenError

MISSING_PAPER: Final = Label("所登记的材料影像缺失", "the bytes of the paper are missing")
ALTERED_PAPER: Final = Label("所登记的材料影像被改动", "the bytes of the paper were altered")
OTHER_PAPER: Final = Label(
    "材料影像与登记的校验值不符", "the bytes of the paper are not those whose hash was recorded"
)
NOBODYS: Final = Label("没有条目引用的材料影像", "bytes of a paper that no entry names")
ON_THEIR_WAY: Final = timedelta(hours=1)
"""Within so long the entry that names new bytes may still be recorded."""


@dataclass(frozen=True, slots=True)
class PaperFlaw:
    """What is wrong with a paper: at which position it was recorded, or by what name it lies there."""

    position: int | None
    name: str
    what: Label


async def scans(ledger: Ledger, progress: Callable[[float], None]) -> AsyncIterator[AnyEntry]:
    """Yield every scan that was ever recorded, in order; `progress` takes 0.0 to 1.0."""
    head, position = (await ledger.head()).position, 0
    types = [kind.__name__ for kind in SCANS]
    while found := await ledger.store.of_types(types, position, AT_ONCE, head):
        for entry in await ledger.repository.decoded(found):
            position = entry.position
            yield entry
            progress(position / head)
    progress(1.0)


async def paper_flaws(
    ledger: Ledger, papers: KeptPapers, now: datetime, progress: Callable[[float], None]
) -> AsyncIterator[PaperFlaw]:
    """Yield what is wrong with the papers of a ledger. Raises PaperStoreError if their store is away."""
    named = set()
    async for scan in scans(ledger, progress):
        place = place_of(scan)
        if place is None:
            continue
        named.add(papers.name(place, scan.event.address))
        try:
            what = await _wrong(papers, place, scan)
        except PaperErasedError:
            named.discard(papers.name(place, scan.event.address))
            continue
        if what is not None:
            yield PaperFlaw(scan.position, papers.name(place, scan.event.address), what)
    async for name in _others(papers, named, now):
        yield PaperFlaw(None, name, NOBODYS)


async def nobodys(ledger: Ledger, papers: KeptPapers, now: datetime) -> list[str]:
    """Return the names of the bytes that no entry names, and none will."""
    places = [(place_of(each), each) async for each in scans(ledger, lambda _: None)]
    named = {papers.name(place, scan.event.address) for place, scan in places if place is not None}
    return [name async for name in _others(papers, named, now)]


def place_of(scan: AnyEntry) -> PaperPlace | None:
    """Return where the bytes of a scan lie; None once what tells that was erased."""
    event = scan.event
    known = isinstance(event.document, UUID) and isinstance(event.address, str)
    return PaperPlace(scan.stream, event.seals, event.document) if known else None


async def _wrong(papers: KeptPapers, place: PaperPlace, scan: AnyEntry) -> Label | None:
    digest, size = hashlib.sha256(), 0
    try:
        async for part in papers.opened(place, scan.event.address):
            digest.update(part)
            size += len(part)
    except PaperMissingError:
        return MISSING_PAPER
    except SealBrokenError:
        return ALTERED_PAPER
    return None if (digest.hexdigest(), size) == (scan.event.sha256, scan.event.size) else OTHER_PAPER


async def _others(papers: KeptPapers, named: set[str], now: datetime) -> AsyncIterator[str]:
    async for each in papers.stored():
        if each.name not in named and now - each.since > ON_THEIR_WAY:
            yield each.name
