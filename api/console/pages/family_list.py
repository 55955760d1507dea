"""The families that foster or adopt, and the search among them, of which no name stands in an address."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Response

from api.console.addresses import addressed, sorted_at
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import lead_to, render
from api.console.sent_form import form
from api.contract.problems import Problem
from api.http import family_lists
from api.http.cursors import Cursor
from domain.event import Category

router = APIRouter(prefix="/console", route_class=PageRoute)

_LIST: Final = "/console/families"
_ROWS: Final = 50


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
            limit=_ROWS,
            cursor=cursor,
        )
    else:
        query = await page.context.container.sessions.query(page.session, found)
        if query is None:
            raise Problem("not_found")
        listed = await _search(page, query, cursor, sort)
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
    query = sent["q"].strip()
    if not query:
        return lead_to(_LIST)
    listed = await _search(page, query, None)
    if len(listed["items"]) == 1:
        return lead_to(f"{_LIST}/{listed['items'][0]['family']}")
    ticket = await page.context.container.sessions.keep_query(page.session, query)
    return lead_to(f"{_LIST}?found={ticket}")


def _at(asked: Mapping[str, object]) -> str:
    return addressed(_LIST, _written(asked))


def _written(asked: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in asked.items()
        if value is not None
    }


async def _search(page: PageRequest, query: str, cursor: str | None, sort: str | None = None) -> Any:  # noqa: ANN401 - an answer
    asked = {"q": query, "limit": _ROWS, "cursor": cursor, "sort": sort}
    return await page.answer(family_lists.search, raw=orjson.dumps(asked))
