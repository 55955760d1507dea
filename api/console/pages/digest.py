"""The week's digest: what is due, what waits and what became worse, each leading to its page."""

from fastapi import Response

from api.console.digest_links import LINKS
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.http import weekly_digest

router = page_router()


@router.get("/digest")
async def digest(page: SignedIn) -> Response:
    """Show how much is due, waits and became more, with a week before beside it."""
    return render(page, "digest.html", told=await page.answer(weekly_digest.digest), links=LINKS)
