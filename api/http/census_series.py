"""How many children there were at the ends of months, quarters or years: one question for many censuses."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count, islice, takewhile
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

from fastapi import Query

from api.contract.census_answers import (
    CensusSeriesAnswer,
    dimensions_json,
    in_order,
    series_table,
    values_json,
)
from api.contract.encoding import JsonResponse
from api.contract.problems import invalid
from api.http.authentication import callers_router
from api.http.census import OfCensus, between
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
    institution_names,
    list_of,
    list_of_all,
    population,
)
from api.http.dependencies import KnownAt
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import list_view
from domain.label import Label
from domain.limit import Area, limit
from domain.when import add, month_end
from ledger.codec.messages import InvalidValue
from projections.child_counts import series
from projections.dimensions import band_names

router = callers_router("across files")

Period: TypeAlias = Literal["month", "quarter", "half_year", "year"]
"""At the end of what children are counted."""
_MONTHS: Final[Mapping[Period, int]] = MappingProxyType(
    {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
)
MOST_DAYS: Final = limit(
    122,
    Area.REQUESTS,
    Label("历次人数统计的日数", "Days of a series of counts"),
    why=Label("十年的每个月末，再多就看不出变化", "Ten years by the month: of more nobody sees what changed"),
    beyond="invalid",
)
_TOO_LONG: Final = Label("日数过多", "has too many days")
_LONGER: Final = Label("请缩短期间，或者加大间隔", "ask for fewer years, or for longer periods")


@router.get("/census/series", responses=listed(CensusSeriesAnswer))
@in_formats(series_table, one_page)
async def census_series(
    request: OfCensus,
    from_: Annotated[
        date, Query(alias="from", description="The day from which ends of periods are counted.")
    ],
    to: Annotated[date, Query(description="The last day, which is counted, too.")],
    every: Annotated[Period, Query(description="At the end of what is counted.")] = "quarter",
    by: CensusBy = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """Count children at the end of each period and on the last day, each as `/census` counts it."""
    between(from_, to)
    dimensions, days = asked_by(by), ends(every, from_, to)
    check_where(where, bands)
    check_seen(request, dimensions, where)
    view = await list_view(request, known_at, None, *COUNTED)
    asked_for = population(request, dimensions, where, bands, view.known)
    async with request.container.projector.reading() as connection:
        counted = await series(connection, counted_scope(request), asked_for, days)
    found = [*zip(days, counted, strict=True)]
    check_cells([cell for _, cells in found for cell in cells])
    names = await institution_names(request, dimensions)
    body: CensusSeriesAnswer = {
        "days": days,
        "by": dimensions_json(dimensions),
        "items": [
            {
                "day": day,
                "values": values_json(dimensions, cell, names),
                "count": cells[cell],
                "list": list_of(dimensions, cell, where, bands, day, known_at),
            }
            for day, cells in found
            for cell in in_order(dimensions, band_names(asked_for.bands), cells)
        ],
        "totals": [
            {"day": day, "count": sum(cells.values()), "list": list_of_all(where, bands, day, known_at)}
            for day, cells in found
        ],
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def ends(every: Period, first: date, last: date) -> list[date]:
    """Return the last day of each period from a day through another one, and that one; the earliest first.

    Raises the problem `invalid` for more days than are counted at once.
    """
    before = [*islice(takewhile(lambda end: end < last, _ends_from(every, first)), MOST_DAYS)]
    if len(before) == MOST_DAYS:
        raise invalid([InvalidValue("/query/from", _TOO_LONG, _LONGER)])
    return [*before, last]


def _ends_from(every: Period, first: date) -> Iterator[date]:
    """Yield the last day of each period from that of a day on."""
    months = _MONTHS[every]
    rest = months - 1 - (first.month - 1) % months
    for further in count(rest, months):
        yield month_end(add(first, months=further))
