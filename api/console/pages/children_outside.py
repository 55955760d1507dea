"""The children outside institutions: how many of which risk, whom to visit next, who came and went."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import Response

from api.console.addresses import addressed
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.receive import FIRST_EVENTS
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import census_moves, lists
from api.http.census import census
from api.http.cursors import Cursor
from domain.event import CATALOGUE, chapter
from domain.when import add

router = page_router()

_PAGE: Final = "/console/outside"
_OUTSIDE: Final = ["stage:outside"]
_COUNTED_BY: Final = ("risk", "community_roll")
"""By what the children are counted, each in a table of its own."""
_OF_THEM: Final = "community"
"""The chapter of events by which a place looks after them."""
_SOON_DAYS: Final = 30
_ROWS: Final = 50
_MOVES: Final = 10
"""Children who came and went that are shown at first, the latest."""


@router.get("/outside")
async def outside(page: SignedIn, cursor: Cursor = None) -> Response:
    """Show the children in the charge of places: by risk and roll, and what is due of visits and grading."""
    counted = [await page.answer(census, by=[by], where=_OUTSIDE) for by in _COUNTED_BY]
    listed = await _due(page, cursor)
    due = {UUID(row["child"]) for row in listed["items"]}
    moves = _in_a_year(page)
    moved = await page.answer(census_moves.census_moves, **moves, sort="-on", limit=_ROWS)
    of_places = [each for each in moved["items"] if _is_of_place(each)]
    return render(
        page,
        "outside.html",
        counted=counted,
        listed=listed,
        moved=of_places[:_MOVES],
        more_moves=moved["next"] is not None or len(of_places) > _MOVES,
        all_moves=addressed(
            "/console/census/moves",
            {"from": moves["from_"], "to": moves["to"], "by": moves["by"], "where": moves["where"]},
        ),
        recordable={str(each) for each in await recordable(page, due)},
        to_approve=page.counts and page.counts["exceptions"],
        opens=page.role in FIRST_EVENTS,
        register=addressed("/console/children", {"stage": "outside"}),
        following=addressed(_PAGE, {"cursor": listed["next"]}),
        first=cursor is None,
    )


def _in_a_year(page: PageRequest) -> dict[str, Any]:
    """Return how it is asked who came into the charge of places, passed to another one, or went from it.

    Whom an institution received went from their place, with the stage that they are at now.
    """
    today = page.context.today
    return {"from_": add(today, months=-12), "to": today, "by": ["place"], "where": _OUTSIDE}


def _is_of_place(move: Mapping[str, Any]) -> bool:
    """Return whether a child was in the charge of a place, which has a code, before a move or is after it."""
    return any(each["value"].isdigit() for side in ("before", "after") for each in move[side] or ())


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
        evidence=False,
        limit=_ROWS,
        cursor=cursor,
    )
