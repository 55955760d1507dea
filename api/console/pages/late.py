"""Entries that were recorded late, across files: those that lag the most days behind first, and counted."""

from functools import partial
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.addresses import addressed, sorted_at
from api.console.list_links import narrowed_by
from api.console.overseen import institutions_overseen
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.points_of_time import read_last_day
from api.console.rendering import render
from api.http import lateness
from api.http.cursors import Cursor
from api.http.lateness import LateFilters
from api.http.one_file import PlaceFilter
from domain.entry import LATE_DAYS, Origin

router = page_router()

_ROWS: Final = 50
_LAGS: Final = (LATE_DAYS + 1, 31, 91, 366)
"""Days of delay from which on one can ask."""
_AT: Final = "/console/late"
_COUNTS_AT: Final = "/console/late/counts"
_SAME_ON_BOTH: Final = ("lag_days", "since", "until", "type", "institution", "place")
"""The filters that the list and the counts name alike in answers and on pages."""
WITHOUT_IMPORTS: Final = tuple(each for each in get_args(Origin) if each != "import")
"""The ways in of what people record."""
LagAsked: TypeAlias = Annotated[int, Query(gt=LATE_DAYS, le=_LAGS[-1])]
DayAsked: TypeAlias = Annotated[str | None, Query(max_length=40)]
TypeAsked: TypeAlias = Annotated[str | None, Query(max_length=100)]
CountedOnPage: TypeAlias = Literal["type", "institution", "month"]


def _asked(
    lag_days: LagAsked = _LAGS[0],
    since: DayAsked = None,
    until: DayAsked = None,
    imports: bool | None = None,  # noqa: FBT001 - a filter of the address
    type: TypeAsked = None,  # noqa: A002 - as entries name it
    institution: UUID | None = None,
    place: PlaceFilter = None,
) -> LateFilters:
    """Return the filters of both pages as the answers take them."""
    return LateFilters(
        lag_days=lag_days,
        since=read_last_day(since, "since"),
        until=read_last_day(until, "until"),
        type=type or None,
        institution=institution,
        place=place,
        origin=list(WITHOUT_IMPORTS) if imports is False else None,
    )


AskedLate: TypeAlias = Annotated[LateFilters, Depends(_asked)]


@router.get("/late")
async def late(
    page: SignedIn, asked: AskedLate, sort: lateness.LateSort = None, cursor: Cursor = None
) -> Response:
    """Show a page of the entries that were recorded late, with both their days and who recorded them."""
    listed = await page.answer(lateness.late, sort=sort, limit=_ROWS, cursor=cursor, filters=asked)
    shown = await _filter(page, asked)
    return render(
        page,
        "late.html",
        listed=listed,
        **{**shown, "asked": {**shown["asked"], "sort": sort}},
        sorted_at=sorted_at(_AT, shown["asked"]),
        first=cursor is None,
    )


@router.get("/late/counts")
async def late_counts(page: SignedIn, asked: AskedLate, by: CountedOnPage = "type") -> Response:
    """Show how many entries were recorded late, by type, institution or month, each leading to its list."""
    counted = await page.answer(lateness.counts_of_late, by=[by], filters=asked)
    shown = await _filter(page, asked)
    lists = [{**shown["asked"], **narrowed_by(each["list"], _SAME_ON_BOTH)} for each in counted["items"]]
    return render(
        page,
        "late-counts.html",
        counted=counted,
        rows=list(zip(counted["items"], lists, strict=True)),
        by=by,
        ways=get_args(CountedOnPage),
        **shown,
    )


async def _filter(page: SignedIn, asked: LateFilters) -> dict[str, Any]:
    """Return what the filter of both pages shows, and where each of them is."""
    shown = {name: getattr(asked, name) for name in _SAME_ON_BOTH}
    return {
        "asked": shown | {"imports": "false" if asked.origin else None},
        "lags": _LAGS,
        "institutions": await institutions_overseen(page),
        "at": partial(addressed, _AT),
        "counts_at": lambda asked: addressed(_COUNTS_AT, {**asked, "sort": None}),
    }
