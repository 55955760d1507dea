"""The papers that a file's entries cite, and their scans.

A paper has an id that follows from the entry that first cited it, its kind and its number among the papers of
that kind there: a correction, which is whole, cites the same papers under the same ids. Bytes of a paper may
be held or not; of several scans of one paper the one recorded last holds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from domain.entry import AnyEntry
from domain.envelope import REGISTER_ROW, Document
from domain.event import Category
from domain.events.archive import SCANS
from domain.file import TURN, File

SCAN_OF: Final[Mapping[Category, type[Any]]] = {kind.seals: kind for kind in SCANS}
"""The event by which bytes are stored, by the category of the entry that cites the paper."""


@dataclass(frozen=True, slots=True)
class CitedPaper:
    """A paper as an entry cites it, with its id."""

    document: UUID
    entry: AnyEntry
    paper: Document

    @property
    def category(self) -> Category:
        """The category under which its number, its hash and its bytes are sealed."""
        category: Category = self.entry.event.seals
        return category


def papers_of(entry: AnyEntry) -> Iterator[CitedPaper]:
    """Yield the papers that an entry cites, in its order."""
    before: Counter[str] = Counter()
    for paper in entry.documents:
        before[paper.kind] += 1
        yield CitedPaper(uuid5(entry.original, f"{paper.kind} {before[paper.kind]}"), entry, paper)


def cited_papers(file: File) -> dict[UUID, CitedPaper]:
    """Return the papers that a file's entries cite, by id, in the order of recording.

    Each is told of as its entry stands, or as it last stood if it was withdrawn.
    """
    found: dict[UUID, CitedPaper] = {}
    for entry in sorted(file.entries.values(), key=TURN):
        standing = file.effective(entry.original) or entry
        if entry.documents:
            found |= {each.document: each for each in papers_of(standing)}
    return found


def is_of_workbook(kind: object, sha256: object) -> bool:
    """Return whether a paper is a row of a workbook that was imported: no paper, of which there is no scan.

    Its hash is the workbook's, which the rows share; a row of a register on paper has none.
    """
    return kind == REGISTER_ROW and isinstance(sha256, str)


def scans_of(file: File) -> dict[UUID, AnyEntry]:
    """Return the scans that hold in a file, by the id of the paper."""
    scans: list[AnyEntry] = [scan for kind in SCANS for scan in file.of(kind)]
    # What was erased is of no paper any more.
    return {
        scan.event.document: scan for scan in sorted(scans, key=TURN) if isinstance(scan.event.document, UUID)
    }
