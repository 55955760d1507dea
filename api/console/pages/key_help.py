"""The keys by which every page is used, and where its words are explained."""

from fastapi import Response

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render

router = page_router()


@router.get("/keys")
async def keys(page: SignedIn) -> Response:
    """List the keys, and how a page is gone through without a mouse."""
    return render(page, "keys.html")
