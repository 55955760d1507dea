"""What came of placements as an adult (D9): the list of them, and how many by route, institution and year."""

from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, PlacedRoute, SortedBy
from api.contract.listing import CountedListing
from api.contract.placement_answers import (
    PLACEMENTS_TABLE,
    OutcomeName,
    PlacedBy,
    PlacementAnswer,
    PlacementCountsAnswer,
    placement_counts_table,
    placement_json,
    placement_value,
)
from api.contract.problems import invalid
from api.http.authentication import callers_router
from api.http.counting import asked_by, counted_scope
from api.http.counting import institution_names as names_counted_by
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import (
    counted_listing,
    institution_names,
    list_page,
    list_view,
    listed_at,
    with_names,
)
from domain.event import Category
from domain.label import Label
from ledger.codec.messages import InvalidValue
from projections.dimensions import NOTHING
from projections.placements import OUTCOMES, SORTS, placement_counts
from projections.placements import placements as placements_on

router = callers_router("across files")

_MODELS: Final = ("register", "placements")
_BACKWARDS: Final = Label("不得早于 since", "must not be before `since`")
OfPlacements: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]
FirstPlaced: TypeAlias = Annotated[date | None, Query(description="The first day of placing.")]
LastPlaced: TypeAlias = Annotated[date | None, Query(description="The last day of placing.")]
PlacedByInstitution: TypeAlias = Annotated[
    UUID | None, Query(description="The institution that was in charge on the day of placing.")
]


@router.get("/placements", responses=listed(CountedListing[PlacementAnswer]))
@in_formats(PLACEMENTS_TABLE)
async def placements(
    request: OfPlacements,
    since: FirstPlaced = None,
    until: LastPlaced = None,
    route: PlacedRoute | None = None,
    outcome: Annotated[
        OutcomeName | None, Query(description="Only those of whom this had come by the day.")
    ] = None,
    institution: PlacedByInstitution = None,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List who was placed as an adult, the earliest first, with what had come of it by a day."""
    await request.check_institution(institution, "/query/institution")
    on = one_day(day, as_of) or request.today
    view = await list_view(request, known_at, cursor, *_MODELS)
    page = await list_page(
        request,
        placements_on,
        view,
        day=on,
        since=since,
        until=until,
        route=route,
        outcome=outcome,
        institution=institution,
        limit=limit,
        sort=sort,
        total=total,
    )
    await request.note({row.child: {Category.IDENTITY} for row in page.rows}, PLACEMENTS_TABLE.name)
    names = await institution_names(request, {row.institution for row in page.rows})
    items = [placement_json(row, on, names) for row in page.rows]
    return counted_listing(await with_names(request, items, view.known), page, view, PLACEMENTS_TABLE)


@router.get("/placements/counts", responses=listed(PlacementCountsAnswer))
@in_formats(placement_counts_table, one_page)
async def counts_of_placements(
    request: OfPlacements,
    since: Annotated[
        date | None, Query(description="The first day of placing; by default that of the year of `until`.")
    ] = None,
    until: Annotated[
        date | None, Query(description="The last day of placing; by default the day of the answer.")
    ] = None,
    by: Annotated[
        list[PlacedBy] | None, Query(description="What is counted by, crossed; by route by default.")
    ] = None,
    institution: PlacedByInstitution = None,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """Count who was placed between two days, and of how many what had come by a day.

    A placement is counted by who was in charge on its day, as known then.
    """
    on, counted_by = one_day(day, as_of) or request.today, asked_by(by or ("route",))
    until = on if until is None else until
    since = date(until.year, 1, 1) if since is None else since
    if until < since:
        raise invalid([InvalidValue("/query/until", _BACKWARDS)])
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, None, *_MODELS)
    async with request.container.projector.reading() as connection:
        cells = await placement_counts(
            connection,
            counted_scope(request),
            counted_by,
            since,
            min(until, on),
            on,
            institution=institution,
            known=view.known,
        )
    names = await names_counted_by(request, counted_by)
    items = []
    for cell in sorted(cells):
        values = dict(zip(counted_by, cell, strict=True))
        narrowed = _narrowed(values, since, until)
        asked = {"institution": institution, **narrowed, "as_of": on, "known_at": known_at}
        labels = {name: placement_value(name, value, names) for name, value in values.items()}
        items.append(
            {
                "values": [
                    {"by": name, "value": values[name], "zh": label.zh, "en": label.en}
                    for name, label in labels.items()
                ],
                **dict(zip(("placed", *OUTCOMES), cells[cell], strict=True)),
                "lists": {} if NOTHING in cell else _lists(asked),
            }
        )
    body = {
        "since": since,
        "until": until,
        "day": on,
        "items": items,
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def _lists(asked: dict[str, Any]) -> dict[str, str]:
    """Return the address of the list of those who were placed, and of those of each outcome."""
    outcomes = {each: listed_at("/placements", **asked, outcome=each) for each in OUTCOMES}
    return {"placed": listed_at("/placements", **asked), **outcomes}


def _narrowed(values: dict[str, str], since: date, until: date) -> dict[str, Any]:
    """Return the filters of the list of a cell; of a year its days within those that are counted."""
    narrowed: dict[str, Any] = {"since": since, "until": until}
    for name, value in values.items():
        if name == "year":
            narrowed["since"] = max(since, date(int(value), 1, 1))
            narrowed["until"] = min(until, date(int(value), 12, 31))
        else:
            narrowed[name] = value
    return narrowed
