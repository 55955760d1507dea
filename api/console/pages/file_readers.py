"""Who read a file, when, what of it, and why."""

from typing import Annotated

from fastapi import Query, Response

from api.console.file_frame import AboutFile, of_files
from api.console.page_route import page_router
from api.contract.explanation_words import CATEGORIES
from api.http import access
from api.identity.access_log import NEWEST
from api.identity.reading_reasons import REASONS
from domain.codes import tables

router = page_router()


@of_files(router.get, "/readers")
async def file_readers(asked: AboutFile, cursor: Annotated[int, Query(ge=0, le=NEWEST)] = NEWEST) -> Response:
    """Show a page of the accesses to the file, the latest first."""
    listed = await asked.page.answer(access.access_of, asked.file_id, **asked.point, limit=50, cursor=cursor)
    file = await asked.summary()
    return await asked.render(
        "file-readers.html",
        "readers",
        file,
        listed=listed,
        categories=CATEGORIES,
        reasons={**REASONS, **tables()["access_purpose"].codes},
        grounds=tables()["emergency_ground"].codes,
        first=cursor == NEWEST,
    )
