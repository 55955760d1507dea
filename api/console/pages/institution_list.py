"""The institutions that somebody oversees: the file of each, and what is due of all of them."""

from functools import partial
from typing import Final
from uuid import UUID

from fastapi import Response

from api.console.addresses import addressed
from api.console.overseen import all_overseen
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import institution_lists
from api.http.cursors import Cursor

router = page_router()

_LIST: Final = "/console/institutions"
_ROWS: Final = 50


@router.get("/institutions")
async def institutions(page: SignedIn, cursor: Cursor = None) -> Response:
    """List the institutions that the reader oversees, and what is due or overdue of them, by due day."""
    listed = await page.answer(institution_lists.obligations_of_institutions, limit=_ROWS, cursor=cursor)
    due: set[UUID] = {UUID(row["institution"]) for row in listed["items"]}
    at: partial[str] = partial(addressed, _LIST)
    return render(
        page,
        "institutions.html",
        listed=listed,
        files=await all_overseen(page),
        recordable={str(each) for each in await recordable(page.of("institution"), due)},
        at=at,
        first=cursor is None,
    )
