"""The papers that entries of one file name, by their kinds, each with the entry that it supports."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any, Final

from fastapi import Query, Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.entry_display import EntryLine, entry_line
from api.console.page_route import page_router
from api.console.value_display import Displayed, personal
from api.console.words import Words
from api.http import timeline
from domain.codes import tables

router = page_router()

_AT_ONCE: Final = 500
_ROWS: Final = 100
_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A paper as an entry names it; `sha256` is that of its file, if one was named.

    `held` says that a scan of it is held, as far as the reader is told.
    """

    kind: str
    number: Displayed
    issuer: Displayed
    issued_on: Displayed
    sha256: Displayed | None
    held: bool
    line: EntryLine


@router.get("/children/{child}/papers")
async def child_papers(
    asked: AboutChild, after: Annotated[int, Query(ge=0, le=_MOST, description="Papers before.")] = 0
) -> Response:
    """Show the papers of a file by kind, the latest entry first, and of how many entries none is shown."""
    words = asked.page.words
    papers: list[NamedPaper] = []
    hidden = 0
    async for entry in _entries(asked):
        if isinstance(entry["documents"], Mapping):
            hidden += 1
        else:
            line = entry_line(words, entry)
            cited = zip(entry["documents"], entry["papers"], strict=True)
            papers += [_paper(words, each, paper["held"] is True, line) for each, paper in cited]
    papers.sort(key=lambda each: each.kind)
    shown = papers[after : after + _ROWS]
    return await asked.render(
        "child-papers.html",
        "papers",
        await asked.summary(),
        kinds=[(kind, list(each)) for kind, each in groupby(shown, key=lambda paper: paper.kind)],
        count=len(papers),
        hidden=hidden,
        after=after,
        following=after + _ROWS if after + _ROWS < len(papers) else None,
    )


async def _entries(asked: ChildPage) -> AsyncIterator[Mapping[str, Any]]:
    """Yield the entries of the file, the latest first."""
    cursor = None
    while True:
        listed = await asked.page.answer(
            timeline.entries,
            asked.child,
            latest_first=True,
            limit=_AT_ONCE,
            cursor=cursor,
            **asked.point,
        )
        for each in listed["items"]:
            yield each
        cursor = listed["next"]
        if cursor is None:
            return


def _paper(words: Words, document: Mapping[str, Any], held: bool, line: EntryLine) -> NamedPaper:  # noqa: FBT001 - of the paper
    kinds, kind = tables()["document_kind"].codes, document["kind"]
    code = kind if isinstance(kind, str) else ""
    sha256 = document["sha256"]
    return NamedPaper(
        words.label(kinds[code]) if code in kinds else personal(words, kind).text,
        personal(words, document["number"]),
        personal(words, document["issuer"]),
        personal(words, document["issued_on"]),
        None if sha256 is None else personal(words, sha256),
        held,
        line,
    )
