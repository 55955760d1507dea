"""Entries that were recorded late, across files: those that lag the most days behind first."""

from functools import partial
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Query, Response

from api.console.child_frame import addressed
from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.points_of_time import read_last_day
from api.console.rendering import render
from api.http import lateness
from api.http.cursors import Cursor
from domain.entry import LATE_DAYS, Origin

router = APIRouter(prefix="/console", route_class=PageRoute)

_ROWS: Final = 50
_LAGS: Final = (LATE_DAYS + 1, 31, 91, 366)
"""Days of delay from which on one can ask."""


@router.get("/late")
async def late(
    page: SignedIn,
    lag_days: Annotated[int, Query(gt=LATE_DAYS, le=_LAGS[-1])] = _LAGS[0],
    since: Annotated[str | None, Query(max_length=40)] = None,
    until: Annotated[str | None, Query(max_length=40)] = None,
    imports: bool | None = None,  # noqa: FBT001 - a filter of the address
    cursor: Cursor = None,
) -> Response:
    """Show a page of the entries that were recorded late, with both their days and who recorded them."""
    asked: dict[str, Any] = {
        "lag_days": lag_days,
        "since": read_last_day(since, "since"),
        "until": read_last_day(until, "until"),
    }
    origin = [each for each in get_args(Origin) if each != "import"] if imports is False else None
    listed = await page.answer(lateness.late, limit=_ROWS, cursor=cursor, origin=origin, **asked)
    return render(
        page,
        "late.html",
        listed=listed,
        asked={**asked, "imports": "false" if imports is False else None},
        lags=_LAGS,
        at=partial(addressed, "/console/late"),
        first=cursor is None,
    )
