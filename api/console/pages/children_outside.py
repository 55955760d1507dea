"""The children outside institutions: how many of which risk, whom to visit next, and what waits."""

from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.console.addresses import addressed
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.pages.receive import FIRST_EVENTS
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import lists
from api.http.census import census
from api.http.cursors import Cursor
from domain.event import CATALOGUE, chapter

router = APIRouter(prefix="/console", route_class=PageRoute)

_PAGE: Final = "/console/outside"
_OUTSIDE: Final = ["stage:outside"]
_COUNTED_BY: Final = ("risk", "community_roll")
"""By what the children are counted, each in a table of its own."""
_OF_THEM: Final = "community"
"""The chapter of events by which a place looks after them."""
_SOON_DAYS: Final = 30
_ROWS: Final = 50


@router.get("/outside")
async def outside(page: SignedIn, cursor: Cursor = None) -> Response:
    """Show the children in the charge of places: by risk and roll, and what is due of visits and grading."""
    counted = [await page.answer(census, by=[by], where=_OUTSIDE) for by in _COUNTED_BY]
    listed = await _due(page, cursor)
    due = {UUID(row["child"]) for row in listed["items"]}
    return render(
        page,
        "outside.html",
        counted=counted,
        listed=listed,
        recordable={str(each) for each in await recordable(page, due)},
        to_approve=page.counts and page.counts["exceptions"],
        opens=page.role in FIRST_EVENTS,
        register=addressed("/console/children", {"stage": "outside"}),
        following=addressed(_PAGE, {"cursor": listed["next"]}),
        first=cursor is None,
    )


async def _due(page: PageRequest, cursor: str | None) -> Any:  # noqa: ANN401 - an answer
    """Return what is overdue or due soon of visits, grading and the like in the files of places."""
    rules = (await page.context.rulebook()).rules
    named = [
        each.id
        for each in rules.values()
        if each.strength == "due" and any(chapter(CATALOGUE[name]) == _OF_THEM for name in each.cured_by)
    ]
    return await page.answer(
        lists.obligations,
        rule=named,
        place=page.context.actor.places,
        due_within_days=_SOON_DAYS,
        limit=_ROWS,
        cursor=cursor,
    )
