"""What came of a form that was sent, as a page that is asked for: reloading it sends nothing again."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.console.addresses import LONGEST_ADDRESS, here
from api.console.page_request import HOME, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, page_response

router = page_router()


@router.get("/shown/{ticket}")
async def shown(
    page: SignedIn,
    ticket: UUID,
    of: Annotated[
        str | None, Query(max_length=LONGEST_ADDRESS, description="The page on which the form stood.")
    ] = None,
) -> Response:
    """Show what came of a form to the session that sent it; once that is gone, the page of the form."""
    kept = await page.context.container.shown_pages.find(page.session, ticket)
    return lead_to(here(of) or HOME) if kept is None else page_response(kept.html, kept.status)
