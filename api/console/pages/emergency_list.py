"""Emergency accesses across files, the latest first, for whoever answers for access to them."""

from uuid import UUID

from fastapi import Response

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.recordable import recordable
from api.console.rendering import render
from api.contract.explanation_words import CATEGORIES
from api.http import emergencies
from api.http.cursors import Cursor
from api.identity.permissions import Action

router = page_router()


@router.get("/emergencies")
async def emergency_list(page: SignedIn, cursor: Cursor = None) -> Response:
    """Show a page of the emergency accesses, with who took each and what came of its review."""
    listed = await page.answer(emergencies.emergencies, limit=50, cursor=cursor)
    files = {UUID(each["child"]) for each in listed["items"]}
    return render(
        page,
        "emergencies.html",
        listed=listed,
        categories=CATEGORIES,
        reviews=set(map(str, await recordable(page, files, Action.APPROVE))),
        first=cursor is None,
    )
