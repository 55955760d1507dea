"""Requests to erase personal data across files, with how far each has come, for whoever answers for them."""

from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.erasure_answers import ListedErasureAnswer, erasure_json
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.tables_across_files import ERASURES_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import counted_listing, list_page, list_view, with_names
from api.identity.forbidden import ANSWER_FOR_ACCESS, check_may_any
from domain.event import Category
from domain.events.erasure import ErasureRequested
from domain.requested_erasure import RequestedErasure, requested_erasures
from projections.listed_entries import RECORDED, listed_entries

router = callers_router("across files")

_REGISTER: Final = "register"
OfErasures: TypeAlias = Annotated[RequestContext, Depends(list_request(_REGISTER))]


@router.get("/erasures", responses=listed(CountedListing[ListedErasureAnswer], "forbidden"))
@in_formats(ERASURES_TABLE)
async def erasures(
    request: OfErasures,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    since: Annotated[date | None, Query(description="The first day on which it was recorded.")] = None,
    institution: UUID | None = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(RECORDED)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List what was asked to be erased by a day, the latest first, with what came of each.

    For those who see accesses to files, or approve.
    """
    check_may_any(request.actor.role, ANSWER_FOR_ACCESS)
    await request.check_institution(institution, "/query/institution")
    on = one_day(day, as_of) or request.today
    view = await list_view(request, known_at, cursor, _REGISTER)
    page = await list_page(
        request,
        listed_entries,
        view,
        scope=request.scope,
        tools={"sorts": RECORDED},
        of=ErasureRequested,
        day=on,
        since=since,
        institution=institution,
        limit=limit,
        sort=sort,
        total=total,
    )
    asked: dict[UUID, RequestedErasure] = {}
    for child in dict.fromkeys(row.child for row in page.rows):
        file = await request.ledger.file(child, view.known)
        if file is not None:
            rulebook = await request.ledger.rulebook_of(file, view.known)
            asked |= {each.entry.entry_id: each for each in requested_erasures(file, rulebook)}
    rows = [row for row in page.rows if row.entry_id in asked]
    decided = [
        entry
        for each in asked.values()
        for entry in (*each.approvals, *([each.rejection] if each.rejection else []))
    ]
    recorders = await request.recorders(decided)
    items: list[dict[str, Any]] = [
        {"child": row.child, **erasure_json(asked[row.entry_id], on, request.records, recorders)}
        for row in rows
    ]
    await request.note(dict.fromkeys([row.child for row in rows], (Category.IDENTITY,)), "erasures")
    return counted_listing(await with_names(request, items, view.known), page, view, ERASURES_TABLE)
