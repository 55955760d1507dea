"""How many children there are on a day, by what holds of them, and what changed between two days."""

from collections import defaultdict
from datetime import date
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Query

from api.contract.census_answers import (
    CensusAnswer,
    CensusFlowsAnswer,
    census_table,
    dimensions_json,
    flows_json,
    flows_table,
    in_order,
    values_json,
)
from api.contract.dimension_filters import begins_of, by_dimension
from api.contract.encoding import JsonResponse
from api.contract.problems import invalid
from api.http.counting import (
    COUNTED,
    AgeBandsAsked,
    CensusBy,
    CountedWhere,
    asked_by,
    check_cells,
    check_where,
    counted_scope,
    institution_names,
    list_of,
)
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import list_view
from domain.label import Label
from ledger.codec.messages import InvalidValue
from projections.child_counts import CountedCell, Flow, flows, stock
from projections.counted_children import Population
from projections.dimensions import band_names

router = APIRouter(tags=["across files"])

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
) -> JsonResponse:
    """Count children on a day by what holds of them: whoever was in the caller's charge then, as known then.

    As known at the same position, the same question has the same answer for ever.
    """
    on = one_day(day, as_of) or request.today
    dimensions = asked_by(by)
    check_where(where, bands)
    view = await list_view(request, known_at, None, *COUNTED)
    population = Population(dimensions, by_dimension(where or ()), begins_of(bands), view.known)
    async with request.container.projector.reading() as connection:
        cells = await stock(connection, counted_scope(request), population, on)
    check_cells(cells)
    names = await institution_names(request, dimensions)
    body: CensusAnswer = {
        "day": on,
        "by": dimensions_json(dimensions),
        "items": [
            {
                "values": values_json(dimensions, cell, names),
                "count": cells[cell],
                "list": list_of(dimensions, cell, where, bands, on, known_at),
            }
            for cell in in_order(dimensions, band_names(population.bands), cells)
        ],
        "total": sum(cells.values()),
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
) -> JsonResponse:
    """Count who came and went after a day through another one, by what holds of them; the numbers add up."""
    if to < from_:
        raise invalid([InvalidValue("/query/to", _BACKWARDS)])
    dimensions = asked_by(by)
    check_where(where, bands)
    view = await list_view(request, known_at, None, *COUNTED)
    population = Population(dimensions, by_dimension(where or ()), begins_of(bands), view.known)
    async with request.container.projector.reading() as connection:
        found = await flows(connection, counted_scope(request), population, from_, to)
    cells: defaultdict[CountedCell, list[Flow]] = defaultdict(list)
    for flow in found:
        cells[flow.cell].append(flow)
    check_cells(cells)
    names = await institution_names(request, dimensions)
    body: CensusFlowsAnswer = {
        "from": from_,
        "to": to,
        "by": dimensions_json(dimensions),
        "items": [
            flows_json(dimensions, cell, cells[cell], names)
            for cell in in_order(dimensions, band_names(population.bands), cells)
        ],
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})
