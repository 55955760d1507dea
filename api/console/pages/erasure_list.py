"""What was asked to be erased across files, the latest first, and how far each request has come."""

from fastapi import Response

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.contract.explanation_words import CATEGORIES
from api.http import erasures
from api.http.cursors import Cursor

router = page_router()


@router.get("/erasures")
async def erasure_list(page: SignedIn, cursor: Cursor = None) -> Response:
    """Show a page of the requests, with who approved each and what was purged."""
    listed = await page.answer(erasures.erasures, limit=50, cursor=cursor)
    return render(page, "erasures.html", listed=listed, categories=CATEGORIES, first=cursor is None)
