"""Emergency accesses across files, the latest first, for whoever answers for access to them."""

from fastapi import APIRouter, Response

from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import render
from api.contract.explanation_words import CATEGORIES
from api.http import emergencies
from api.http.cursors import Cursor

router = APIRouter(prefix="/console", route_class=PageRoute)


@router.get("/emergencies")
async def emergency_list(page: SignedIn, cursor: Cursor = None) -> Response:
    """Show a page of the emergency accesses, with who took each and what came of its review."""
    listed = await page.answer(emergencies.emergencies, limit=50, cursor=cursor)
    return render(page, "emergencies.html", listed=listed, categories=CATEGORIES, first=cursor is None)
