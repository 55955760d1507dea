"""The dossier of a child, printed for a stated purpose."""

from typing import Annotated

from fastapi import Query, Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.page_route import page_router
from api.contract.problems import Problem
from api.contract.sentences import Language
from api.http import dossiers
from domain.codes import tables

router = page_router()
downloads = page_router()
"""What is saved, and no page."""


@router.get("/children/{child}/dossier")
async def child_dossier(asked: AboutChild) -> Response:
    """Ask what the dossier is printed for."""
    return await _shown(asked, None, 1, asked.page.words.language, None)


@downloads.get("/children/{child}/dossier.pdf")
async def saved_dossier(
    asked: AboutChild,
    purpose: Annotated[str, Query(max_length=40)],
    volume: Annotated[int, Query(ge=1, le=dossiers.MOST_VOLUMES)] = 1,
    blanks: Annotated[bool, Query()] = False,  # noqa: FBT002 - of the query string
    lang: Annotated[Language, Query()] = "zh",
) -> Response:
    """Save the dossier, or name the characters for which it was not printed."""
    try:
        return await dossiers.dossier(
            asked.page.context,
            asked.child,
            purpose=purpose,
            volume=volume,
            blanks=blanks,
            lang=lang,
            **asked.point,
        )
    except Problem as problem:
        if not problem.more.get("missing"):
            raise
        return await _shown(asked, purpose, volume, lang, problem)


async def _shown(
    asked: ChildPage, purpose: str | None, volume: int, language: Language, problem: Problem | None
) -> Response:
    file = await asked.summary()
    return await asked.render(
        "child-dossier.html",
        "dossier",
        file,
        status=200 if problem is None else problem.kind.status,
        path="/dossier",
        purposes=tables()["access_purpose"].codes,
        purpose=purpose,
        volume=volume,
        printed_in=language,
        most=dossiers.MOST_ENTRIES,
        missing=[] if problem is None else problem.more["missing"],
    )
