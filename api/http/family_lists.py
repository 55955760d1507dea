"""Lists across families: all of them, and those in which somebody of a name lives."""

from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.file_status import FamilyRow
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.masking import restricted
from api.contract.requests import FamilyListRequest
from api.contract.tables_across_files import FAMILIES_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import KnownAt, RequestContext, list_request
from api.http.list_formats import body_page, in_formats, listed
from api.http.list_pages import counted_listing, list_page, list_view
from api.http.lists import MOST_BYTES
from api.http.recording_requests import takes
from api.http.request_body import body
from api.identity.acting import roles_that_see
from api.identity.forbidden import forbidden
from api.identity.permissions import families_sql
from domain.event import Category
from projections.families import SEALED_APPLICANT, SORTS, ListedFamily
from projections.families import families as families_listed
from projections.name_search import terms_of_query
from projections.paging import Page

router = callers_router("across files")

_FAMILIES: Final = "families"
OfFamilies: TypeAlias = Annotated[RequestContext, Depends(list_request(_FAMILIES))]


@router.get("/families", responses=listed(CountedListing[FamilyRow], "forbidden"))
@in_formats(FAMILIES_TABLE)
async def families(
    request: OfFamilies,
    institution: UUID | None = None,
    approved: bool | None = None,  # noqa: FBT001 - a filter of the query string
    known_at: KnownAt = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the families, in the order in which their files were opened.

    With `approved`, those that are approved to foster as recorded latest, or those that are not.
    """
    sent = FamilyListRequest(
        institution=institution,
        approved=approved,
        known_at=known_at,
        sort=sort,
        total=total,
        limit=limit,
        cursor=cursor,
    )
    return await _families(request, sent, at="/query")


@router.post(
    "/families/search",
    responses=listed(CountedListing[FamilyRow], "forbidden", "too_large", "unsupported_media_type"),
    openapi_extra=takes("FamilySearchRequest"),
)
@in_formats(FAMILIES_TABLE, body_page)
async def search(request: OfFamilies, raw: Annotated[bytes, Depends(body(MOST_BYTES))]) -> JsonResponse:
    """Search the families by the name of whoever lives in one, so that no name stands in an address."""
    sent = bodies.family_search(raw)
    return await _families(request, sent, sent.q)


async def _families(
    request: RequestContext, sent: FamilyListRequest, query: str | None = None, *, at: str = ""
) -> JsonResponse:
    if query and Category.FAMILY not in request.sees:
        raise forbidden(request.actor.role, roles_that_see(Category.FAMILY))
    await request.check_institution(sent.institution, f"{at}/institution")
    view = await list_view(request, sent.known_at, sent.cursor, _FAMILIES, at=at)
    terms = [request.ledger.term(each) for each in sorted(terms_of_query(query or ""))]
    page: Page[ListedFamily] = Page([], None)
    # A query without a searchable character matches no row.
    if query is None or terms:
        page = await list_page(
            request,
            families_listed,
            view,
            scope=families_sql(request.actor),
            day=request.today,
            equal={} if sent.institution is None else {"institution": sent.institution},
            approved=sent.approved,
            terms=terms,
            limit=sent.limit,
            sort=sent.sort,
            total=sent.total,
        )
    items = await _named(request, page.rows)
    await request.note({row.family: (Category.FAMILY,) for row in page.rows}, "families")
    return counted_listing(items, page, view, FAMILIES_TABLE)


async def _named(request: RequestContext, rows: list[ListedFamily]) -> list[dict[str, Any]]:
    seal = await request.ledger.seal_for({row.family for row in rows}, (Category.FAMILY,))

    def applicant(row: ListedFamily) -> Any:  # noqa: ANN401 - a text, or what stands for it
        if Category.FAMILY not in request.sees:
            return restricted(Category.FAMILY)
        return row.applicant and seal.open(row.family, Category.FAMILY, row.applicant, SEALED_APPLICANT)

    return [
        {name: getattr(row, name) for name in FamilyRow.__annotations__} | {"applicant": applicant(row)}
        for row in rows
    ]
