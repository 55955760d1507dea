"""How many children there are on a day, by what holds of them, and what changed between two days."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Query

from api.contract.census_answers import (
    CensusAnswer,
    CensusFlowsAnswer,
    census_table,
    dimensions_json,
    flows_json,
    flows_table,
    in_order,
    told_flows,
    values_json,
)
from api.contract.encoding import JsonResponse
from api.contract.problems import invalid
from api.http.authentication import callers_router
from api.http.counting import (
    COUNTED,
    AgeBandsAsked,
    CensusBy,
    CountedWhere,
    asked_by,
    check_cells,
    check_seen,
    check_where,
    counted_scope,
    flow_lists,
    institution_names,
    list_of,
    population,
)
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import list_view
from api.http.public_counting import (
    Public,
    check_public,
    last_public_day,
    not_by,
    not_public_by,
    not_public_day,
    not_public_year,
    public_changes,
    public_stock,
)
from domain.label import Label
from ledger.codec.messages import InvalidValue
from projections.child_counts import CountedCell, Flow, flows, stock
from projections.counted_children import BANDS
from projections.dimensions import band_names

router = callers_router("across files")

_BACKWARDS: Final = Label("不得早于 from", "must not be before `from`")
OfCensus: TypeAlias = Annotated[RequestContext, Depends(list_request(*COUNTED))]


@router.get("/census", responses=listed(CensusAnswer))
@in_formats(census_table, one_page)
async def census(
    request: OfCensus,
    by: CensusBy = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    public: Public = False,  # noqa: FBT002 - a parameter of the query
) -> JsonResponse:
    """Count children on a day by what holds of them: whoever was in the caller's charge then, as known then.

    As known at the same position, the same question has the same answer for ever. What is `public` is of the
    end of a month, of the last one by default.
    """
    on = one_day(day, as_of) or (last_public_day(request.today) if public else request.today)
    dimensions = asked_by(by)
    if public:
        asked = {"where": where, "bands": bands, "known_at": known_at}
        check_public(asked, not_public_by(dimensions), not_public_day(on, request.today))
        return await _public_census(request, dimensions, on)
    check_where(where, bands)
    check_seen(request, dimensions, where)
    view = await list_view(request, known_at, None, *COUNTED)
    asked_for = population(request, dimensions, where, bands, view.known)
    async with request.container.projector.reading() as connection:
        cells = await stock(connection, counted_scope(request), asked_for, on)
    check_cells(cells)
    names = await institution_names(request, dimensions)
    body: CensusAnswer = {
        "day": on,
        "public": False,
        "by": dimensions_json(dimensions),
        "items": [
            {
                "values": values_json(dimensions, cell, names),
                "count": cells[cell],
                "list": list_of(dimensions, cell, where, bands, on, known_at),
            }
            for cell in in_order(dimensions, band_names(asked_for.bands), cells)
        ],
        "total": sum(cells.values()),
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


async def _public_census(request: RequestContext, by: Sequence[str], on: date) -> JsonResponse:
    view = await list_view(request, None, None, *COUNTED)
    cells, total = await public_stock(request, by, on)
    names = await institution_names(request, by)
    body: CensusAnswer = {
        "day": on,
        "public": True,
        "by": dimensions_json(by),
        "items": [
            {"values": values_json(by, cell, names), "count": cells[cell], "list": None}
            for cell in in_order(by, band_names(BANDS), cells)
        ],
        "total": total,
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


@router.get("/census/flows", responses=listed(CensusFlowsAnswer))
@in_formats(flows_table, one_page)
async def census_flows(
    request: OfCensus,
    from_: Annotated[date, Query(alias="from", description="The day whose numbers are the first.")],
    to: Annotated[date, Query(description="The day whose numbers are the last.")],
    by: CensusBy = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    known_at: KnownAt = None,
    public: Public = False,  # noqa: FBT002 - a parameter of the query
) -> JsonResponse:
    """Count who came and went after a day through another one, by what holds of them; the numbers add up.

    What is `public` is of a whole year, in total.
    """
    between(from_, to)
    if public:
        asked = {"where": where, "bands": bands, "known_at": known_at}
        check_public(asked, not_by(by), not_public_year(from_, to, request.today))
        return await _public_flows(request, from_, to)
    dimensions = asked_by(by)
    check_where(where, bands)
    check_seen(request, dimensions, where)
    view = await list_view(request, known_at, None, *COUNTED)
    asked_for = population(request, dimensions, where, bands, view.known)
    async with request.container.projector.reading() as connection:
        found = await flows(connection, counted_scope(request), asked_for, from_, to)
    cells: defaultdict[CountedCell, list[Flow]] = defaultdict(list)
    for flow in found:
        cells[flow.cell].append(flow)
    check_cells(cells)
    names = await institution_names(request, dimensions)
    body: CensusFlowsAnswer = {
        "from": from_,
        "to": to,
        "public": False,
        "by": dimensions_json(dimensions),
        "items": [
            flows_json(
                dimensions,
                cell,
                cells[cell],
                names,
                flow_lists(dimensions, cell, where, bands, (from_, to), known_at),
            )
            for cell in in_order(dimensions, band_names(asked_for.bands), cells)
        ],
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


async def _public_flows(request: RequestContext, since: date, until: date) -> JsonResponse:
    view = await list_view(request, None, None, *COUNTED)
    counts, left = await public_changes(request, since, until)
    body: CensusFlowsAnswer = {
        "from": since,
        "to": until,
        "public": True,
        "by": [],
        "items": [told_flows([], counts, left)],
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def between(first: date, last: date) -> None:
    """Raise the problem `invalid` if a last day lies before the first."""
    if last < first:
        raise invalid([InvalidValue("/query/to", _BACKWARDS)])
