"""Lists across files: the register, obligations and findings."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query
from psycopg.sql import SQL

from api.contract import bodies
from api.contract.dimension_filters import begins_of, by_dimension
from api.contract.encoding import JsonResponse
from api.contract.file_status import RegisterRow
from api.contract.filters import SORT, SortedBy, Stage
from api.contract.findings import ListedFindingAnswer, finding_json
from api.contract.listing import CountedListing
from api.contract.obligations import ListedObligationAnswer, ObligationAnswer, entries_of, obligation_json
from api.contract.requests import ListRequest
from api.contract.tables_across_files import FINDINGS_TABLE, OBLIGATIONS_TABLE, REGISTER_TABLE
from api.http.authentication import callers_router
from api.http.counting import AgeBandsAsked, CountedWhere, check_seen, check_where
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.duplicates import others_alike
from api.http.evidence import evidence as entries_told
from api.http.file_points import one_day
from api.http.list_formats import body_page, in_formats, listed
from api.http.list_pages import (
    check_rules,
    check_sort,
    counted_listing,
    list_page,
    list_view,
    listed_at,
    note_rows,
    opened_rows,
    opener,
    with_names,
)
from api.http.next_to_act import ESCALATION_MODELS, PEOPLE_MODELS, NextToAct
from api.http.one_file import (
    ChildFilter,
    DueSince,
    DueUntil,
    DueWithinDays,
    FoundSince,
    OverdueDays,
    PlaceFilter,
    RuleFilter,
    WithEvidence,
)
from api.http.recording_requests import takes
from api.http.request_body import body
from api.http.responsible import AskedOn, EscalatedTo, ResponsibleFilter, acting, escalated
from api.identity.acting import NOBODY_ACTS, ToAct, roles_that_see, to_clear, to_record
from api.identity.forbidden import forbidden
from api.identity.restricted import told_sql
from domain.event import Category, Number
from domain.judging import FindingKind
from domain.label import Label
from domain.limit import Area, limit
from domain.obligations import State
from projections import likeness
from projections.findings import WITHHELD as FINDINGS
from projections.findings_list import SORTS as FINDING_SORTS
from projections.findings_list import findings as findings_on
from projections.name_search import terms_of_query, whole_number
from projections.obligations import SORTS as OBLIGATION_SORTS
from projections.obligations import SORTS_OF_CLOSED, WAITING
from projections.obligations import WITHHELD as OBLIGATIONS
from projections.obligations import obligations as obligations_on
from projections.paging import Page
from projections.register import SEALED_FILE_NO, SEALED_NAME, SORTS_ON_A_DAY, ListedOnDay
from projections.register import SORTS as REGISTER_SORTS
from projections.register import register as register_on

router = callers_router("across files")

MOST_BYTES: Final = limit(
    16 * 1024,
    Area.REQUESTS,
    Label("检索请求的字节数", "Bytes of the body of a search"),
    why=Label("检索条件没有更长的", "Nothing that is searched for is longer"),
    beyond="too_large",
)

# The read models of each list; all need the register, which decides the scope.
_REGISTER: Final = ("register", "situations", "counted_values", "obligations")
OBLIGATION_MODELS: Final = ("register", "obligations", *ESCALATION_MODELS)
FINDING_MODELS: Final = ("register", "findings", "family_children", "likeness_terms", *PEOPLE_MODELS)
OfRegister: TypeAlias = Annotated[RequestContext, Depends(list_request(*_REGISTER))]
OfObligations: TypeAlias = Annotated[RequestContext, Depends(list_request(*OBLIGATION_MODELS))]
RegisterSort: TypeAlias = Annotated[str | None, Query(description=SORT), SortedBy(REGISTER_SORTS)]
FindingSort: TypeAlias = Annotated[str | None, Query(description=SORT), SortedBy(FINDING_SORTS)]
OfFindings: TypeAlias = Annotated[RequestContext, Depends(list_request(*FINDING_MODELS))]
FOUND_TOLD: Final = told_sql(about=SQL("f.found_on"))
"""The condition of the findings that lists and counts tell of."""


def several(values: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the values of a filter in one order, each once."""
    return None if values is None else tuple(sorted(set(values)))


@router.get("/children", responses=listed(CountedListing[RegisterRow], "forbidden"))
@in_formats(REGISTER_TABLE)
async def register(
    request: OfRegister,
    file_no: Annotated[Number | None, Query()] = None,
    stage: Stage | None = None,
    institution: UUID | None = None,
    departed: bool | None = None,  # noqa: FBT001 - a filter of the query string
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    sort: RegisterSort = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
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
        where=where,
        bands=bands,
        day=day,
        as_of=as_of,
        known_at=known_at,
        sort=sort,
        total=total,
        limit=limit,
        cursor=cursor,
    )
    return await _register(request, sent, at="/query")


@router.post(
    "/children/search",
    responses=listed(CountedListing[RegisterRow], "forbidden", "too_large", "unsupported_media_type"),
    openapi_extra=takes("SearchRequest"),
)
@in_formats(REGISTER_TABLE, body_page)
async def search(request: OfRegister, raw: Annotated[bytes, Depends(body(MOST_BYTES))]) -> JsonResponse:
    """Search the register by name, so that no name stands in an address."""
    sent = bodies.search(raw)
    return await _register(request, sent, sent.q)


async def _register(
    request: RequestContext, sent: ListRequest, query: str | None = None, *, at: str = ""
) -> JsonResponse:
    if (query or sent.file_no) and Category.IDENTITY not in request.sees:
        raise forbidden(request.actor.role, roles_that_see(Category.IDENTITY))
    await request.check_institution(sent.institution, f"{at}/institution")
    check_where(sent.where, sent.bands, at)
    told = check_seen(request, (), sent.where)
    term = request.ledger.term
    equal: dict[str, object] = {
        "stage": sent.stage,
        "institution": sent.institution,
    }
    terms = [term(each) for each in sorted(terms_of_query(query or ""))]
    numbers = [] if sent.file_no is None else [term(whole_number(sent.file_no))]
    on = one_day(sent.day, sent.as_of, at)
    if on is not None:
        check_sort(sent.sort, SORTS_ON_A_DAY, f"{at}/sort")
    view = await list_view(request, sent.known_at, sent.cursor, *_REGISTER, at=at)
    page: Page[ListedOnDay] = Page([], None)
    # A query without a searchable character matches no row.
    if query is None or terms:
        page = await list_page(
            request,
            register_on,
            view,
            # By what is sealed nobody is listed of whose file nothing is read.
            scope=request.readable if told else request.scope,
            tools={"keyed": term},
            day=on or request.today,
            on_day=on is not None,
            equal={name: value for name, value in equal.items() if value is not None},
            departed=sent.departed,
            counted=None if sent.where is None else by_dimension(sent.where),
            bands=begins_of(sent.bands),
            holding={"terms": terms, "file_no_terms": numbers},
            limit=sent.limit,
            sort=sent.sort,
            total=sent.total,
        )
    shown, known_at = on or request.today, sent.known_at
    items = [
        each
        | {
            "list": listed_at(
                "/obligations", child=each["child"], state="overdue", day=shown, known_at=known_at
            )
        }
        for each in await _named(request, page.rows)
    ]
    await request.note({row.child: (Category.IDENTITY, *told) for row in page.rows}, "register")
    return counted_listing(items, page, view, REGISTER_TABLE)


async def _named(request: RequestContext, rows: Sequence[ListedOnDay]) -> list[dict[str, Any]]:
    opened = await opener(request, {row.child for row in rows})
    return [
        {name: getattr(row, name) for name in RegisterRow.__annotations__ if name != "list"}
        | {
            "file_no": opened(row.child, row.file_no, SEALED_FILE_NO),
            "name": opened(row.child, row.name, SEALED_NAME),
        }
        for row in rows
    ]


@router.get("/obligations", responses=listed(CountedListing[ListedObligationAnswer]))
@in_formats(OBLIGATIONS_TABLE)
async def obligations(
    request: OfObligations,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: Annotated[list[State] | None, Query(description="`due` and `overdue` by default.")] = None,
    rule: RuleFilter = None,
    due_since: DueSince = None,
    due_until: DueUntil = None,
    due_within_days: DueWithinDays = None,
    overdue_days: OverdueDays = None,
    child: ChildFilter = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    escalated_to: EscalatedTo = None,
    evidence: WithEvidence = True,  # noqa: FBT002 - of the query string
    sort: Annotated[str | None, Query(description=SORT), SortedBy(OBLIGATION_SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the obligations that are due or overdue on a day across files, in the order of their due days.

    Each has the entries that started and met it, in a sentence.
    """
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *OBLIGATION_MODELS)
    await check_rules(request, rule, view)
    if not set(state or WAITING) <= set(WAITING):
        check_sort(sort, SORTS_OF_CLOSED, "/query/sort")
    asked = AskedOn(on, view.known, escalates=True)
    page = await list_page(
        request,
        obligations_on,
        view,
        scope=request.scope,
        tools={
            "keyed": request.ledger.term,
            "standing": await escalated(request, escalated_to, asked),
        },
        day=on,
        states=tuple(state or WAITING),
        rule=several(rule),
        due_since=due_since,
        due_until=due_until,
        due_within_days=due_within_days,
        overdue_days=overdue_days,
        child=child,
        institution=institution,
        place=place,
        acting=await acting(request, responsible, asked),
        escalated_to=several(escalated_to),
        limit=limit,
        sort=sort,
        total=total,
    )
    rows = await opened_rows(request, OBLIGATIONS, page.rows)
    items = [obligation_json(row, on) for row in rows]
    told = await entries_told(request, (entry for item in items if evidence for entry in entries_of(item)))
    await note_rows(request, OBLIGATIONS, page.rows, told.categories)
    items = [{**item, "evidence": told.of(entries_of(item))} for item in items]
    who = NextToAct(on, who_clears, escalates=True)
    named = await with_names(request, items, view.known, who, told.scopes)
    return counted_listing(named, page, view, OBLIGATIONS_TABLE)


def who_clears(item: ObligationAnswer, placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    """Return who must record what is due, of a file in the charge of a place or of an institution."""
    return to_record(item["rule"], placed=placed) if item["state"] in WAITING else NOBODY_ACTS


@router.get("/findings", responses=listed(CountedListing[ListedFindingAnswer]))
@in_formats(FINDINGS_TABLE)
async def findings(
    request: OfFindings,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    rule: RuleFilter = None,
    kind: FindingKind | None = None,
    since: FoundSince = None,
    child: ChildFilter = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    sort: FindingSort = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the findings about files on a day: breaches, gaps, exceptions without approval, doubts.

    Each has the entries that it rests on, in a sentence.
    """
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *FINDING_MODELS)
    await check_rules(request, rule, view)
    page = await list_page(
        request,
        findings_on,
        view,
        scope=request.scope,
        tools={
            "rulebook": request.ledger.rulebook,
            "keyed": request.ledger.term,
            "told": FOUND_TOLD,
        },
        day=on,
        rule=several(rule),
        kind=kind,
        since=since,
        child=child,
        institution=institution,
        place=place,
        acting=await acting(request, responsible, AskedOn(on, view.known)),
        limit=limit,
        sort=sort,
        total=total,
    )
    rows = await opened_rows(request, FINDINGS, page.rows)
    alike = [(row.child, row.rule) for row in rows if row.kind == likeness.KIND]
    others = await others_alike(request, alike, view.known)
    told = await entries_told(request, (each for row in rows for each in row.entries))
    await note_rows(request, FINDINGS, page.rows, told.categories)
    items = [
        {
            **finding_json(row, others.get((row.child, row.rule), ())),
            "evidence": told.of(row.entries),
        }
        for row in rows
    ]
    who = NextToAct(on, _who_mends)
    named = await with_names(request, items, view.known, who, told.scopes)
    return counted_listing(named, page, view, FINDINGS_TABLE)


def _who_mends(item: ListedFindingAnswer, placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    return to_clear(item["rule"], item["kind"], placed=placed)
