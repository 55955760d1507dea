"""The families that foster or adopt, and the search among them, of which no name stands in an address."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.addresses import addressed, sorted_at
from api.console.overseen import institutions_overseen
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import form
from api.console.ticket_search import ROWS, TicketSearch
from api.http import family_lists
from api.http.cursors import Cursor
from domain.event import Category

router = page_router()

_LIST: Final = "/console/families"
_SEARCH: Final = TicketSearch(family_lists.search, _LIST, "family")


@router.get("/families")
async def families(
    page: SignedIn,
    approved: bool | None = None,  # noqa: FBT001 - a filter of the address
    institution: UUID | None = None,
    found: Annotated[UUID | None, Query(description="The ticket of a search.")] = None,
    sort: str | None = None,
    cursor: Cursor = None,
) -> Response:
    """List the families in the reader's scope, or those in which a search has found somebody."""
    query = None
    asked: dict[str, Any] = {
        "approved": approved,
        "institution": institution,
        "found": found,
        "sort": sort,
    }
    if found is None:
        listed = await page.answer(
            family_lists.families,
            approved=approved,
            institution=institution,
            sort=sort,
            limit=ROWS,
            cursor=cursor,
        )
    else:
        query, listed = await _SEARCH.by_ticket(page, found, cursor, sort)
    return render(
        page,
        "families.html",
        listed=listed,
        query=query,
        asked=asked,
        at=_at,
        sorted_at=sorted_at(_LIST, _written(asked)),
        institutions=await institutions_overseen(page),
        searches=Category.FAMILY in page.context.sees,
        opens=page.of("family").context.may_open(),
        first=cursor is None,
    )


@router.get("/families/search")
async def families_searched_for_nothing(page: SignedIn) -> Response:  # noqa: ARG001 - of somebody who is signed in
    """Lead to the list: what was searched for comes with a form alone."""
    return lead_to(_LIST)


@router.post("/families/search")
async def search_families(page: SignedIn, sent: Annotated[Mapping[str, str], Depends(form("q"))]) -> Response:
    """Search the families by whoever lives in one, and lead to the one found, or to the list by a ticket."""
    return await _SEARCH.lead_on(page, sent)


def _at(asked: Mapping[str, object]) -> str:
    return addressed(_LIST, _written(asked))


def _written(asked: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in asked.items()
        if value is not None
    }
