"""The register of children, and the search in it, of which no name stands in an address."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.addresses import sorted_at
from api.console.count_asked import DayText, told_values
from api.console.overseen import institutions_overseen
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.pages.receive import FIRST_EVENTS
from api.console.points_of_time import read_known_at, read_last_day
from api.console.rendering import lead_to, render
from api.console.sent_form import form
from api.console.ticket_search import ROWS, TicketSearch
from api.contract.filters import Stage
from api.http import lists
from api.http.counting import AgeBandsAsked, CountedWhere
from api.http.cursors import Cursor
from domain.codes import tables

router = page_router()

_LIST: Final = "/console/children"
_SEARCH: Final = TicketSearch(lists.search, _LIST, "child")


@router.get("/children")
async def children(
    page: SignedIn,
    stage: Stage | None = None,
    departed: bool | None = None,  # noqa: FBT001 - a filter of the address
    institution: UUID | None = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    as_of: DayText = None,
    known_at: DayText = None,
    found: Annotated[UUID | None, Query(description="The ticket of a search.")] = None,
    sort: lists.RegisterSort = None,
    cursor: Cursor = None,
) -> Response:
    """List the register, or what a search has found in it."""
    query = None
    day = read_last_day(as_of, "as_of")
    point = {"as_of": day, "known_at": read_known_at(known_at, "known_at")}
    asked = {"stage": stage, "departed": departed, "institution": institution, "found": found, "sort": sort}
    counted = {"where": where, "bands": bands, **point}
    written = {name: _written(value) for name, value in (asked | counted).items() if value is not None}
    if found is None:
        listed = await page.answer(
            lists.register,
            stage=stage,
            departed=departed,
            institution=institution,
            **counted,
            sort=sort,
            limit=ROWS,
            cursor=cursor,
        )
    else:
        query, listed = await _SEARCH.by_ticket(page, found, cursor, sort)
    return render(
        page,
        "children.html",
        listed=listed,
        query=query,
        asked=asked,
        counted=counted,
        told=await told_values(page, where or ()),
        asked_query=urlencode(written, doseq=True),
        sorted_at=sorted_at(_LIST, written),
        stages=tables()["stage"].codes,
        institutions=await institutions_overseen(page),
        first=cursor is None,
        receives=page.role in FIRST_EVENTS,
    )


@router.get("/search")
async def searched_for_nothing(page: SignedIn) -> Response:  # noqa: ARG001 - of somebody who is signed in
    """Lead to the register: what was searched for comes with a form alone."""
    return lead_to(_LIST)


@router.post("/search")
async def search(page: SignedIn, sent: Annotated[Mapping[str, str], Depends(form("q"))]) -> Response:
    """Search the register, and lead to the one file found, or to the list by a ticket."""
    return await _SEARCH.lead_on(page, sent)


def _written(value: object) -> str | list[str]:
    if isinstance(value, list):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
