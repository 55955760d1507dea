"""The papers of a bundle: the bytes that are held of those that its entries cite, and which are not."""

from collections.abc import AsyncIterator, Collection
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from api.contract.bundle_page import PaperLine
from api.http.dependencies import categories_of
from api.http.paper_bytes import ENDINGS
from domain.cited_papers import CitedPaper, cited_papers, scans_of
from domain.entry import AnyEntry
from domain.event import Category, Erased
from domain.file import File
from domain.label import Label
from ledger.papers.kept_papers import KeptPapers, PaperErasedError, PaperPlace
from ledger.papers.paper_store import PaperMissingError
from ledger.sealing.cipher import SealBrokenError

FOLDER: Final = "papers"
NOT_HELD: Final = Label("未存入影像", "no bytes of it are held")
ERASED: Final = Label("影像已依法删除", "its bytes were erased by law")
NOT_SHOWN: Final = Label("影像未随包提供", "its bytes are not in the bundle")


@dataclass(frozen=True, slots=True)
class BundlePaper:
    """A paper that an entry cites, with the entry that stored its bytes, if they are held and given."""

    cited: CitedPaper
    scan: AnyEntry | None
    why_not: Label | None

    @property
    def name(self) -> str | None:
        """The path of its bytes in the bundle; None if they are not in it."""
        if self.scan is None:
            return None
        return f"{FOLDER}/{self.cited.document}.{ENDINGS[self.scan.event.media_type]}"

    def told(self) -> dict[str, Any]:
        """Return what the manifest says of it."""
        said = {"document": self.cited.document, "position": self.cited.entry.position, "path": self.name}
        return said if self.why_not is None else said | {"zh": self.why_not.zh, "en": self.why_not.en}

    def line(self) -> PaperLine:
        """Return what the page says of it."""
        return PaperLine(self.cited.paper.kind, self.name, self.why_not)


def bundle_papers(file: File, shown: Collection[AnyEntry], sees: AbstractSet[Category]) -> list[BundlePaper]:
    """Return the papers that the shown entries cite, as far as all that these say is opened.

    The bytes of a paper are given where the entry that stored them is shown, too: it proves them.
    """
    positions, scans = {entry.position for entry in shown}, scans_of(file)
    papers = []
    for cited in cited_papers(file).values():
        if cited.entry.position in positions and categories_of([cited.entry]) <= sees:
            scan = scans.get(cited.document)
            proved = scan is not None and scan.position in positions
            why_not = NOT_HELD if scan is None else None if proved else NOT_SHOWN
            if scan is not None and isinstance(scan.event.sha256, Erased):
                proved, why_not = False, ERASED
            papers.append(BundlePaper(cited, scan if proved else None, why_not))
    return papers


async def opened_paper(papers: KeptPapers, scan: AnyEntry) -> AsyncIterator[bytes] | None:
    """Return the bytes of a scan, part by part; None if they are not where they were stored.

    Bytes that are not as they were stored end before that place: whoever verifies finds them altered.
    """
    place = PaperPlace(scan.stream, scan.event.seals, scan.event.document)
    parts = papers.opened(place, scan.event.address)
    try:
        first = await anext(parts)
    except (PaperErasedError, PaperMissingError):
        return None
    except SealBrokenError:
        first = b""
    return _sound(first, parts)


async def _sound(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    with suppress(SealBrokenError):
        async for part in parts:
            yield part
