"""Who is ready for adult life and what is stuck: fourteen gates of each young person, who turns 18 first."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Query, Response

from api.console.addresses import sorted_at
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.points_of_time import read_last_day
from api.console.rendering import render
from api.http import readiness_board
from api.http.cursors import Cursor
from api.http.dependencies import Day
from api.http.list_formats import TableAsked
from api.http.readiness_board import StuckAt, WithinMonths
from domain.readiness import GATES, Status

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

MONTHS: Final = (0, 3, 6, 12, 24)
"""Months ahead that are offered."""
_ROWS: Final = 25
"""People of a page: each has a link for every gate."""
_LOOKED_THROUGH: Final = 100
"""People, the first to turn 18 before others, among whom the next is looked for."""


@router.get("/readiness")
async def board(
    page: SignedIn,
    day: Annotated[str | None, Query(max_length=40)] = None,
    within_months: WithinMonths = None,
    status: Status | None = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
    sort: readiness_board.ReadinessSort = None,
    cursor: Cursor = None,
) -> Response:
    """Show those who turn 18 within some months, their gates, and where most are stuck."""
    on = read_last_day(day, "day")
    asked = _asked(page, on, within_months, stuck_at, institution)
    listed = await page.answer(
        readiness_board.readiness,
        **asked,
        status=None if status is None else [status],
        sort=sort,
        limit=_ROWS,
        cursor=cursor,
    )
    following = None
    if not listed["items"] and cursor is None:
        everybody = asked | {"within_months": None, "stuck_at": None}
        following = await page.answer(readiness_board.readiness, **everybody, limit=_LOOKED_THROUGH)
    return render(
        page,
        "board.html",
        listed=listed,
        counts=await page.answer(readiness_board.counts, **asked),
        following=_next_to_turn_18(following["items"] if following else (), on or page.context.today),
        asked={**asked, "status": status},
        day=on or page.context.today,
        months=MONTHS,
        gates=GATES,
        institutions=await institutions_overseen(page),
        query=_query({**asked, "status": status, "sort": sort}),
        saved=_query({**asked, "status": status}),
        sort=sort,
        sorted_at=sorted_at("/console/readiness", {**asked, "status": status}),
        elsewhere=_query({**asked, "status": status, "stuck_at": None}),
        first=cursor is None,
    )


@downloads.get("/readiness.xlsx")
async def saved_board(
    page: SignedIn,
    day: Day = None,
    within_months: WithinMonths = None,
    status: Status | None = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
) -> Response:
    """Save those whom the board lists by the same filters as a workbook, as `GET /readiness` answers it."""
    asked = _asked(page, day, within_months, stuck_at, institution)
    as_table = TableAsked("xlsx", page.preferences.language)
    return await readiness_board.readiness(
        page.context, **asked, status=None if status is None else [status], as_table=as_table
    )


def _next_to_turn_18(items: Sequence[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """Return who turns 18 first after a day, of people in the order in which they do."""
    return next((each for each in items if date.fromisoformat(each["turns_18_on"]) > day), None)


def _asked(
    page: PageRequest,
    day: date | None,
    within_months: int | None,
    stuck_at: int | None,
    institution: UUID | None,
) -> dict[str, Any]:
    """Return what the answer is asked for: today is the day unless another is."""
    return {
        "day": None if day == page.context.today else day,
        "within_months": within_months,
        "stuck_at": stuck_at,
        "institution": institution,
    }


def _query(asked: Mapping[str, date | int | UUID | str | None]) -> str:
    return urlencode({name: value for name, value in asked.items() if value is not None})
