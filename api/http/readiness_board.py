"""Who is ready for adult life and what is stuck, across files: the list and its counts."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.readiness import (
    READINESS_COUNTS_TABLE,
    ListedReadinessAnswer,
    ReadinessCountsAnswer,
    readiness_counts_json,
    readiness_json,
)
from api.contract.tables_across_files import READINESS_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import counted_listing, list_page, list_view, listed_at, with_names
from api.http.next_to_act import PEOPLE_MODELS, NextToAct
from api.http.one_file import PlaceFilter
from api.http.responsible import AskedOn, ResponsibleFilter, acting
from api.identity.acting import NOBODY_ACTS, ToAct, to_record
from domain.event import Category
from domain.readiness import GATES, Status
from projections.readiness import MOST_MONTHS, SORTS, ReadyOnDay, readiness_counts
from projections.readiness import readiness as readiness_on

router = callers_router("across files")

_MODELS: Final = ("register", "obligations", "readiness", *PEOPLE_MODELS)
OfReadiness: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]
WithinMonths: TypeAlias = Annotated[
    int | None,
    Query(ge=0, le=MOST_MONTHS, description="Only those who may be 18 so many months after the day."),
]
ReadinessSort: TypeAlias = Annotated[str | None, Query(description=SORT), SortedBy(SORTS)]
StuckAt: TypeAlias = Annotated[
    int | None,
    Query(ge=1, le=len(GATES), description="Only those whom this gate keeps from being ready."),
]


@router.get("/readiness", responses=listed(CountedListing[ListedReadinessAnswer]))
@in_formats(READINESS_TABLE)
async def readiness(
    request: OfReadiness,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    within_months: WithinMonths = None,
    status: Annotated[list[Status] | None, Query(description="All of them by default.")] = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    sort: ReadinessSort = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the readiness of those in care who may be sixteen on a day, in the order in which they turn 18."""
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *_MODELS)
    page = await list_page(
        request,
        readiness_on,
        view,
        day=on,
        within_months=within_months,
        statuses=tuple(status or ()),
        gate=stuck_at,
        institution=institution,
        place=place,
        acting=await acting(request, responsible, AskedOn(on, view.known)),
        limit=limit,
        sort=sort,
        total=total,
    )
    told = {row.child: row.revealed(request.sees) | {Category.IDENTITY} for row in page.rows}
    await request.note(told, "readiness")
    items: list[dict[str, Any]] = [{**readiness_json(row, on, request.sees)} for row in page.rows]
    stops = {row.child: _first_stop(row, request.sees) for row in page.rows if row.status == "not_ready"}

    def who_clears(item: Mapping[str, Any], placed: bool) -> ToAct:  # noqa: FBT001 - of a file
        gate = stops.get(item["child"])
        return NOBODY_ACTS if gate is None else to_record(GATES[gate].rule, placed=placed)

    who = NextToAct(on, who_clears)
    return counted_listing(await with_names(request, items, view.known, who), page, view, READINESS_TABLE)


def _first_stop(row: ReadyOnDay, sees: AbstractSet[Category]) -> int | None:
    """Return the first gate that keeps somebody from being ready, as far as the caller may know."""
    stops = zip(row.stuck_at, row.not_ready_by, strict=True)
    return min((gate for gate, on in stops if set(map(Category, on.split())) <= sees), default=None)


@router.get("/readiness/counts", responses=listed(ReadinessCountsAnswer))
@in_formats(READINESS_COUNTS_TABLE, one_page)
async def counts(
    request: OfReadiness,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    within_months: WithinMonths = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
) -> JsonResponse:
    """Count those in care who may be sixteen on a day: how many are ready, and where most are stuck."""
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, None, *_MODELS)
    async with request.container.projector.reading() as connection:
        counted = await readiness_counts(
            connection,
            request.readable,
            sees=request.sees,
            day=on,
            within_months=within_months,
            gate=stuck_at,
            institution=institution,
            known=view.known,
        )
    headers = {"Ledger-Position": str(view.position)}
    asked = {
        "day": on,
        "within_months": within_months,
        "stuck_at": stuck_at,
        "institution": institution,
        "known_at": known_at,
    }
    body = readiness_counts_json(
        counted, on, view.position, lambda **further: listed_at("/readiness", **{**asked, **further})
    )
    return JsonResponse(body, headers=headers)
