"""What was recorded late, across files: when it happened and was recorded, and by whom."""

from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.late_answers import LateEntryAnswer, late_entry_json
from api.contract.list_tables import LATE_TABLE
from api.contract.listing import KnownListing
from api.contract.problems import invalid
from api.http.cursors import Cursor, PageLimit
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import list_page, list_view, listing, with_names
from api.http.lists import several
from api.http.timeline import unknown_types
from domain.entry import LATE_DAYS, Origin
from domain.event import Category
from projections.late_entries import late_entries

router = APIRouter(tags=["across files"])

_REGISTER: Final = "register"
_MOST_LAG: Final = 100_000
"""Days of more than two lives."""
OfLateEntries: TypeAlias = Annotated[RequestContext, Depends(list_request(_REGISTER))]


@router.get("/late", responses=listed(KnownListing[LateEntryAnswer]))
@in_formats(LATE_TABLE)
async def late(
    request: OfLateEntries,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    lag_days: Annotated[
        int, Query(gt=LATE_DAYS, le=_MOST_LAG, description="Recorded at least so many days after its day.")
    ] = LATE_DAYS + 1,
    since: Annotated[date | None, Query(description="The first day of recording.")] = None,
    until: Annotated[date | None, Query(description="The last day of recording.")] = None,
    type: Annotated[str | None, Query(max_length=100, description="One type of event.")] = None,  # noqa: A002 - as entries name it
    institution: UUID | None = None,
    origin: Annotated[
        list[Origin] | None,
        Query(description="How they came in, all of these by default; without `import`, no register's past."),
    ] = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the entries that were recorded late, those with the longest delay first; not what they say."""
    await request.check_institution(institution, "/query/institution")
    if faults := list(unknown_types(request, [] if type is None else [type])):
        raise invalid(faults)
    view = await list_view(request, known_at, cursor, _REGISTER)
    page = await list_page(
        request,
        late_entries,
        view,
        day=one_day(day, as_of) or request.today,
        lag_days=lag_days,
        since=since,
        until=until,
        type=type,
        institution=institution,
        origins=several(origin),
        limit=limit,
    )
    ledger, turn = request.ledger, {row.entry_id: number for number, row in enumerate(page.rows)}
    entries = sorted(await ledger.entries(turn), key=lambda each: turn[each.entry_id])
    first = {each.stream: each.version for each in sorted(entries, key=lambda each: -each.version)}
    known = (await ledger.head()).position if view.known is None else view.known
    amendments = await ledger.amendments(first, known)
    acting = [each for file in amendments.values() for each in file.entries.values()]
    causes, recorders = await request.causes(acting), await request.recorders(entries)
    await request.note(dict.fromkeys(first, (Category.IDENTITY,)), "late")
    items = [late_entry_json(each, amendments[each.stream], causes, recorders) for each in entries]
    return listing(await with_names(request, items, view.known), page.next, view)
