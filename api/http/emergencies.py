"""Emergency accesses: those to one file, and those to all files, for whoever answers for access to them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.emergency_answers import EmergencyAccessesAnswer, ListedEmergencyAnswer, emergency_json
from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.problems import OF_FILE
from api.contract.tables_across_files import EMERGENCIES_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import counted_listing, list_page, list_view, with_names
from api.identity.forbidden import ANSWER_FOR_ACCESS, check_may_any
from api.identity.permissions import Action
from domain.emergency_access import EmergencyAccess, emergency_accesses
from domain.event import Category
from domain.events.emergency import EmergencyAccessTaken
from domain.scope import scope_of
from projections.listed_entries import SORTS, listed_entries

router = callers_router("access")

_REGISTER: Final = "register"
OfEmergencies: TypeAlias = Annotated[RequestContext, Depends(list_request(_REGISTER))]


@router.get(
    "/children/{child}/emergency-accesses", responses=OF_FILE | {200: {"model": EmergencyAccessesAnswer}}
)
async def emergencies_of_file(request: FileRequest, child: UUID) -> JsonResponse:
    """List the emergency accesses to a file, the latest first, with what came of their reviews."""
    file = await request.file(child, tells="row")
    taken = [*emergency_accesses(file)][::-1]
    await request.note({child: {Category.IDENTITY} if taken else set()}, "emergency accesses")
    body: EmergencyAccessesAnswer = {
        "child": child,
        "version": file.version,
        "may_take": request.may(Action.ASK, scope_of(file)),
        "items": await _told(request, taken),
    }
    return JsonResponse(body, headers={"Ledger-Position": str(file.position)})


@router.get("/emergency-accesses", responses=listed(CountedListing[ListedEmergencyAnswer], "forbidden"))
@in_formats(EMERGENCIES_TABLE)
async def emergencies(
    request: OfEmergencies,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    since: Annotated[date | None, Query(description="The first day on which it was taken.")] = None,
    institution: UUID | None = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the emergency accesses that were taken by a day, the latest first, with their reviews.

    For those who see accesses to files, or approve.
    """
    check_may_any(request.actor.role, ANSWER_FOR_ACCESS)
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, _REGISTER)
    page = await list_page(
        request,
        listed_entries,
        view,
        scope=request.scope,
        of=EmergencyAccessTaken,
        day=one_day(day, as_of) or request.today,
        since=since,
        institution=institution,
        limit=limit,
        sort=sort,
        total=total,
    )
    children = list(dict.fromkeys(row.child for row in page.rows))
    files = {child: await request.ledger.file(child, view.known) for child in children}
    accesses = {
        each.first.entry_id: each
        for file in files.values()
        if file is not None
        for each in emergency_accesses(file)
    }
    listed_here = [row for row in page.rows if row.entry_id in accesses]
    told = await _told(request, [accesses[row.entry_id] for row in listed_here])
    items = [{"child": row.child, **each} for row, each in zip(listed_here, told, strict=True)]
    await request.note(dict.fromkeys(children, (Category.IDENTITY,)), "emergency accesses")
    return counted_listing(await with_names(request, items, view.known), page, view, EMERGENCIES_TABLE)


async def _told(request: RequestContext, taken: Iterable[EmergencyAccess]) -> list[dict[str, Any]]:
    taken = list(taken)
    reviews = [each.review for each in taken if each.review is not None]
    recorders = await request.recorders([*(each.first for each in taken), *reviews])
    sees, person = request.records, request.actor.user
    return [emergency_json(each, request.now, person, sees, recorders) for each in taken]
