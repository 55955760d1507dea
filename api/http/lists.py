"""Lists across files: the register, obligations, readiness and findings."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.file_status import RegisterRow
from api.contract.filters import Stage
from api.contract.findings import ListedFindingAnswer, finding_json
from api.contract.listing import KnownListing
from api.contract.masking import restricted
from api.contract.obligations import ListedObligationAnswer, obligation_json
from api.contract.problems import ANYWHERE, Problem, invalid, responses
from api.contract.readiness import ReadinessAnswer, readiness_json
from api.contract.requests import ListRequest
from api.http.cursors import Cursor, PageLimit, no_cursor
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.one_file import DueSince, DueUntil, RuleFilter
from api.http.recording_requests import takes
from api.http.request_body import body
from domain.event import WHOLLY_SEALED, Category, Number
from domain.judging import FindingKind
from domain.label import Label
from domain.limit import Area, limit
from domain.obligations import State
from domain.readiness import Status
from projections import likeness
from projections.findings import WITHHELD as FINDINGS
from projections.findings_list import findings as findings_on
from projections.name_search import terms_of_query, whole_number
from projections.obligations import WAITING
from projections.obligations import WITHHELD as OBLIGATIONS
from projections.obligations import obligations as obligations_on
from projections.paging import CursorError, Page
from projections.readiness import MOST_MONTHS
from projections.readiness import readiness as readiness_on
from projections.register import SEALED_FILE_NO, SEALED_NAME, ListedOnDay
from projections.register import names as names_in_register
from projections.register import register as register_on
from projections.withholding import Resting, Withholding, told_of

router = APIRouter(tags=["across files"])

R = TypeVar("R")
W = TypeVar("W", bound=Resting)

MOST_BYTES: Final = limit(
    16 * 1024,
    Area.REQUESTS,
    Label("检索请求的字节数", "Bytes of the body of a search"),
    why=Label("检索条件没有更长的", "Nothing that is searched for is longer"),
    beyond="too_large",
)

# The read models of each list; all need the register, which decides the scope.
_REGISTER: Final = ("register", "situations", "obligations")
_OBLIGATIONS: Final = ("register", "obligations")
_READINESS: Final = ("register", "obligations", "readiness")
_FINDINGS: Final = ("register", "findings", "family_children")
OfRegister: TypeAlias = Annotated[RequestContext, Depends(list_request(*_REGISTER))]
OfObligations: TypeAlias = Annotated[RequestContext, Depends(list_request(*_OBLIGATIONS))]
OfReadiness: TypeAlias = Annotated[RequestContext, Depends(list_request(*_READINESS))]
OfFindings: TypeAlias = Annotated[RequestContext, Depends(list_request(*_FINDINGS))]


@router.get(
    "/children", responses=ANYWHERE | responses("forbidden") | {200: {"model": KnownListing[RegisterRow]}}
)
async def register(
    request: OfRegister,
    file_no: Annotated[Number | None, Query()] = None,
    stage: Stage | None = None,
    institution: UUID | None = None,
    departed: bool | None = None,  # noqa: FBT001 - a filter of the query string
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the register, in the order in which the files were opened.

    With `as_of`, in whose charge and at which stage a child is, is answered for that day, and those are
    listed of whom something had happened by then.
    """
    sent = ListRequest(
        file_no=file_no,
        stage=stage,
        institution=institution,
        departed=departed,
        day=day,
        as_of=as_of,
        known_at=known_at,
        limit=limit,
        cursor=cursor,
    )
    return await _register(request, sent, at="/query")


@router.post(
    "/children/search",
    responses=ANYWHERE
    | responses("forbidden", "too_large", "unsupported_media_type")
    | {200: {"model": KnownListing[RegisterRow]}},
    openapi_extra=takes("SearchRequest"),
)
async def search(request: OfRegister, raw: Annotated[bytes, Depends(body(MOST_BYTES))]) -> JsonResponse:
    """Search the register by name, so that no name stands in an address."""
    sent = bodies.search(raw)
    return await _register(request, sent, sent.q)


async def _register(
    request: RequestContext, sent: ListRequest, query: str | None = None, *, at: str = ""
) -> JsonResponse:
    if (query or sent.file_no) and Category.IDENTITY not in request.sees:
        raise Problem("forbidden")
    await request.check_institution(sent.institution, f"{at}/institution")
    term = request.ledger.term
    equal: dict[str, object] = {
        "stage": sent.stage,
        "institution": sent.institution,
    }
    terms = [term(each) for each in sorted(terms_of_query(query or ""))]
    numbers = [] if sent.file_no is None else [term(whole_number(sent.file_no))]
    on = one_day(sent.day, sent.as_of, at)
    view = await _view(request, sent.known_at, sent.cursor, *_REGISTER, at=at)
    page: Page[ListedOnDay] = Page([], None)
    # A query without a searchable character matches no row.
    if query is None or terms:
        page = await _page(
            request,
            register_on,
            view,
            day=on or request.today,
            on_day=on is not None,
            equal={name: value for name, value in equal.items() if value is not None},
            departed=sent.departed,
            holding={"terms": terms, "file_no_terms": numbers},
            limit=sent.limit,
        )
    items = await _named(request, page.rows)
    await request.note({row.child: (Category.IDENTITY,) for row in page.rows}, "register")
    return _listing(items, page.next, view)


async def _named(request: RequestContext, rows: Sequence[ListedOnDay]) -> list[dict[str, Any]]:
    opened = await _opener(request, {row.child for row in rows})
    return [
        {name: getattr(row, name) for name in RegisterRow.__annotations__}
        | {
            "file_no": opened(row.child, row.file_no, SEALED_FILE_NO),
            "name": opened(row.child, row.name, SEALED_NAME),
        }
        for row in rows
    ]


async def _opener(request: RequestContext, children: Collection[UUID]) -> Callable[..., Any]:
    """Return what opens the sealed names and numbers of children, or masks them."""
    seal = await request.ledger.seal_for(children, (Category.IDENTITY,))

    def opened(child: UUID, value: bytes | None, context: str) -> Any:  # noqa: ANN401 - a text, or what stands for it
        if Category.IDENTITY not in request.sees:
            return restricted(Category.IDENTITY)
        return value and seal.open(child, Category.IDENTITY, value, context)

    return opened


@router.get("/obligations", responses=ANYWHERE | {200: {"model": KnownListing[ListedObligationAnswer]}})
async def obligations(
    request: OfObligations,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: Annotated[list[State] | None, Query(description="`due` and `overdue` by default.")] = None,
    rule: RuleFilter = None,
    due_since: DueSince = None,
    due_until: DueUntil = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the obligations that are due or overdue on a day across files, in the order of their due days."""
    on = one_day(day, as_of) or request.today
    view = await _view(request, known_at, cursor, *_OBLIGATIONS)
    await _check_rule(request, rule, view)
    page = await _page(
        request,
        obligations_on,
        view,
        tools={"keyed": request.ledger.term},
        day=on,
        states=tuple(state or WAITING),
        rule=rule,
        due_since=due_since,
        due_until=due_until,
        limit=limit,
    )
    rows = await _opened(request, OBLIGATIONS, page.rows)
    return _listing(
        await _with_names(request, [obligation_json(row, on) for row in rows], view.known), page.next, view
    )


@router.get("/readiness", responses=ANYWHERE | {200: {"model": KnownListing[ReadinessAnswer]}})
async def readiness(
    request: OfReadiness,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    within_months: Annotated[
        int | None,
        Query(ge=0, le=MOST_MONTHS, description="Only those who may be 18 so many months after the day."),
    ] = None,
    status: Annotated[list[Status] | None, Query(description="All of them by default.")] = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the readiness of those in care who may be sixteen on a day, in the order in which they turn 18."""
    on = one_day(day, as_of) or request.today
    view = await _view(request, known_at, cursor, *_READINESS)
    page = await _page(
        request,
        readiness_on,
        view,
        day=on,
        within_months=within_months,
        statuses=tuple(status or ()),
        limit=limit,
    )
    await request.note({row.child: row.revealed(request.sees) for row in page.rows}, "readiness")
    return _listing([readiness_json(row, on, request.sees) for row in page.rows], page.next, view)


@router.get("/findings", responses=ANYWHERE | {200: {"model": KnownListing[ListedFindingAnswer]}})
async def findings(
    request: OfFindings,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    rule: RuleFilter = None,
    kind: FindingKind | None = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the findings about files on a day: breaches, gaps, exceptions without approval, doubts."""
    on = one_day(day, as_of) or request.today
    view = await _view(request, known_at, cursor, *_FINDINGS)
    await _check_rule(request, rule, view)
    page = await _page(
        request,
        findings_on,
        view,
        tools={"rulebook": request.ledger.rulebook, "keyed": request.ledger.term},
        day=on,
        rule=rule,
        kind=kind,
        limit=limit,
    )
    rows = await _opened(request, FINDINGS, page.rows)
    alike = [(row.child, row.rule) for row in rows if row.kind == likeness.KIND]
    others = await _others(request, alike, view.known)
    items = [finding_json(row, others.get((row.child, row.rule), ())) for row in rows]
    return _listing(await _with_names(request, items, view.known), page.next, view)


async def _with_names(
    request: RequestContext, items: Sequence[dict[str, Any]], known: int | None
) -> list[dict[str, Any]]:
    """Return items about children with the name and the file number of each; `_opened` noted that."""
    children = {item["child"] for item in items}
    async with request.container.projector.reading() as connection:
        names = await names_in_register(connection, children, known)
    opened = await _opener(request, children)
    nothing = (None, None)
    return [
        item
        | {
            "name": opened(item["child"], names.get(item["child"], nothing)[0], SEALED_NAME),
            "file_no": opened(item["child"], names.get(item["child"], nothing)[1], SEALED_FILE_NO),
        }
        for item in items
    ]


async def _others(
    request: RequestContext, findings: Sequence[tuple[UUID, str]], known: int | None
) -> dict[tuple[UUID, str], list[UUID]]:
    if not findings:
        return {}
    async with request.container.projector.reading() as connection:
        others = await likeness.others(connection, request.scope, findings, known)
    named = {other for each in others.values() for other in each}
    await request.note(dict.fromkeys(named, (likeness.RESTS_ON,)), "duplicates")
    return others


async def _opened(request: RequestContext, withheld: Withholding[W], rows: Sequence[W]) -> list[W]:
    """Return rows with their sealed values opened, after noting the access, that to their names too."""
    await request.note(
        {child: told | {Category.IDENTITY} for child, told in told_of(rows).items()}, withheld.table
    )
    sealed = {row.child for row in rows if row.sealed is not None}
    seal = await request.ledger.seal_for(sealed, WHOLLY_SEALED)
    return [row for each in rows if (row := withheld.opened(each, seal)) is not None]


@dataclass(frozen=True, slots=True)
class _View:
    """What a page shows: the position that it answers, and that as known at which it is asked, None for now.

    `known_at` is how that was asked for, `place` where the parameters stand, `epoch` that of the position,
    `cursor` what is asked to go on from.
    """

    position: int
    known: int | None
    known_at: str | None
    epoch: int
    cursor: str | None
    place: str

    @property
    def no_cursor(self) -> Problem:
        """The problem that the cursor belongs to no page of this list."""
        return invalid([no_cursor(f"{self.place}/cursor")])


async def _view(
    request: RequestContext, known_at: str | None, cursor: str | None, *models: str, at: str = "/query"
) -> _View:
    """Return what a page shows. Pages that follow are as known at the position of the first.

    Raises the problems `invalid`, `other_epoch` and `unavailable`.
    """
    if known_at is None:
        return _View(request.container.projector.position_of(*models), None, None, 0, cursor, at)
    if cursor is None:
        head = await request.ledger.head()
        known = await request.known_in_lists(known_at, f"{at}/known_at")
        return _View(known or 0, known, known_at, head.epoch, None, at)
    await request.known(known_at, f"{at}/known_at")
    pinned = _PINNED.fullmatch(cursor)
    if pinned is None:
        raise invalid([no_cursor(f"{at}/cursor")])
    epoch, known = int(pinned["epoch"]), int(pinned["known"])
    await request.check_epoch(epoch, known, await request.ledger.head())
    return _View(known, await request.until_known(known), known_at, epoch, pinned["rest"], at)


async def _check_rule(request: RequestContext, rule: str | None, view: _View) -> None:
    if rule is not None:
        books = [await request.rulebook()]
        if view.known is not None:
            books.append(await request.ledger.rulebook_known(request.actor.institution, view.known))
        request.check_rule(rule, *books)


async def _page(
    request: RequestContext,
    question: Callable[..., Awaitable[Page[R]]],
    view: _View,
    *,
    limit: int,
    tools: Mapping[str, object] = MappingProxyType({}),
    **filters: object,
) -> Page[R]:
    """Return a page of the list for the parameters `filters`; `tools` are the query's other arguments.

    A cursor begins with what it is pinned to, if anything, and with a digest of the parameters of its page,
    so that it does not fit another query.
    """
    asked = {**filters, "known_at": view.known_at}
    mark = _mark(question.__name__, asked if filters["day"] != request.today else {**asked, "day": None})
    cursor = view.cursor
    if cursor is not None and not cursor.startswith(mark):
        raise view.no_cursor
    after = None if cursor is None else cursor.removeprefix(mark)
    try:
        async with request.container.projector.reading() as connection:
            page = await question(
                connection,
                request.scope,
                sees=request.sees,
                known=view.known,
                limit=limit,
                cursor=after,
                **tools,
                **filters,
            )
    except CursorError:
        raise view.no_cursor from None
    pinned = "" if view.known is None else f"{view.epoch}.{view.known}."
    return replace(page, next=None if page.next is None else f"{pinned}{mark}{page.next}")


_PINNED: Final = re.compile(r"(?P<epoch>\d{1,18})\.(?P<known>\d{1,18})\.(?P<rest>.*)", re.ASCII)
"""A cursor of a list as known at a position."""


def _mark(question: str, filters: Mapping[str, object]) -> str:
    # Today is not part of the query: a list begun on one day may be continued on the next.
    return sha256(repr((question, sorted(filters.items()))).encode()).hexdigest()[:12]


def _listing(items: Sequence[Any], following: str | None, view: _View) -> JsonResponse:
    body = {"items": items, "next": following, "known_position": view.position}
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})
