"""The papers of one entry with their scans: a scan is attached, seen in small, and opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.entry_display import entry_line
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to
from api.console.upload import uploaded
from api.console.value_display import Displayed, personal
from api.contract.problems import Problem
from api.http import one_entry, paper_bytes
from api.http.paper_bytes import FORMATS
from domain.cited_papers import is_of_workbook
from domain.codes import tables

router = page_router()
downloads = page_router()
"""What is saved or shown within a page, and no page."""


@dataclass(frozen=True, slots=True)
class ScannedPaper:
    """A paper that the entry cites: whether a scan is held, None where that is not told, and where it is.

    Of one `of_workbook`, which is a row of it, there is no scan; with `hashed`, only the file whose hash the
    entry states is taken.
    """

    kind: str
    number: Displayed
    held: bool | None
    of_workbook: bool
    hashed: bool
    address: str
    upload: str


@router.get("/children/{child}/entries/{entry}/papers")
async def entry_papers(asked: AboutChild, entry: UUID) -> Response:
    """Show the papers of an entry, and whether a scan of each is held."""
    return await _shown(asked, entry, None)


@router.post("/children/{child}/entries/{entry}/papers/{document}")
async def attach_scan(asked: AboutChild, entry: UUID, document: UUID) -> Response:
    """Store a scan of a paper, and record that it is held."""
    page = asked.page
    try:
        upload = await uploaded(page.http, "file", page.context.container.settings.paper_bytes)
        page.take_from_reader(upload.shown_to)
        await page.answer(paper_bytes.store_paper, asked.child, document, upload.parts)
    except Problem as problem:
        if problem.code in {"unauthenticated", "timed_out", "other_person", "not_found"}:
            raise
        return await _shown(asked, entry, problem)
    return lead_to(f"{asked.address}/entries/{entry}/papers")


@downloads.get("/children/{child}/documents/{document}")
async def saved_scan(page: SignedIn, child: UUID, document: UUID) -> Response:
    """Save the scan of a paper."""
    return await paper_bytes.paper(page.context, child, document)


@downloads.get("/children/{child}/documents/{document}/thumbnail")
async def small_scan(page: SignedIn, child: UUID, document: UUID) -> Response:
    """Show the scan of a paper in small."""
    return await paper_bytes.paper_thumbnail(page.context, child, document)


async def _shown(asked: ChildPage, entry: UUID, problem: Problem | None) -> Response:
    now = asked.of_now()
    told = (await now.page.answer(one_entry.one_entry, now.child, entry))["entry"]
    return await now.render(
        "entry-papers.html",
        "papers",
        await now.summary(),
        status=200 if problem is None else problem.kind.status,
        path=f"/entries/{entry}/papers",
        line=entry_line(now.page.words, told),
        papers=_papers(now, entry, told),
        kinds=", ".join(FORMATS),
        problem=problem,
    )


def _papers(asked: ChildPage, entry: UUID, told: Mapping[str, Any]) -> list[ScannedPaper]:
    """Return the papers of an entry; none where the reader is told of none."""
    words, kinds = asked.page.words, tables()["document_kind"].codes
    if isinstance(told["documents"], Mapping):
        return []
    found = []
    for cited, paper in zip(told["documents"], told["papers"], strict=True):
        code, held = cited["kind"], paper.get("held")
        known = isinstance(code, str) and code in kinds
        found.append(
            ScannedPaper(
                words.label(kinds[code]) if known else personal(words, code).text,
                personal(words, cited["number"]),
                held if isinstance(held, bool) else None,
                is_of_workbook(code, cited["sha256"]),
                isinstance(cited["sha256"], str),
                f"{asked.address}/documents/{paper['document']}",
                f"{asked.address}/entries/{entry}/papers/{paper['document']}",
            )
        )
    return found
