"""What a second person decides on, across files: exceptions and corrections, waiting and decided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query
from psycopg.sql import SQL

from api.contract.encoding import JsonResponse
from api.contract.entries import target_of
from api.contract.exceptions import ExceptionAnswer, NotForCaller, exception_json, recorded_json, said_json
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.problems import WITHIN, not_found
from api.contract.tables_across_files import EXCEPTIONS_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, RequestContext, categories_of, list_request
from api.http.file_points import file_point, one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import (
    check_rules,
    counted_listing,
    list_page,
    list_view,
    note_rows,
    opened_rows,
    with_names,
)
from api.http.lists import several
from api.http.next_to_act import PEOPLE_MODELS, NextToAct
from api.http.one_file import PlaceFilter, RuleFilter
from api.http.responsible import AskedOn, ResponsibleFilter, acting
from api.identity.acting import NOBODY_ACTS, ToAct, to_decide
from api.identity.permissions import Action
from api.identity.restricted import unrestricted_sql
from domain.entry import AnyEntry
from domain.event import Category
from domain.file import amended
from domain.scope import FileScope
from domain.second_person import ApprovalKind, ApprovalState, for_approval_of
from ledger.codec.split import sealed
from ledger.compute import compute
from projections.exceptions import SORTS, WITHHELD, ExceptionRow, row_of
from projections.exceptions import exceptions as exceptions_on
from projections.paging import Condition
from projections.scopes import StreamScope

router = callers_router("across files")

_MODELS: Final = ("register", "exceptions", *PEOPLE_MODELS)
OfExceptions: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]


@router.get("/exceptions", responses=listed(CountedListing[ExceptionAnswer]))
@in_formats(EXCEPTIONS_TABLE)
async def exceptions(
    request: OfExceptions,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: Annotated[ApprovalState | None, Query(description="All of them by default.")] = None,
    kind: ApprovalKind | None = None,
    rule: RuleFilter = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List what a second person decides on, of all that had happened by a day, the longest-waiting first."""
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *_MODELS)
    await check_rules(request, rule, view)
    page = await list_page(
        request,
        exceptions_on,
        view,
        scope=exceptions_told(request),
        tools={"keyed": request.ledger.term},
        day=on,
        state=state,
        kind=kind,
        rule=several(rule),
        institution=institution,
        place=place,
        acting=await acting(request, responsible, AskedOn(on, view.known)),
        limit=limit,
        sort=sort,
        total=total,
    )
    rows = await opened_rows(request, WITHHELD, page.rows)
    return counted_listing(
        await _items(request, page.rows, rows, on, view.known), page, view, EXCEPTIONS_TABLE
    )


def exceptions_told(request: RequestContext) -> Condition:
    """Return the condition of the exceptions that the caller may be told of."""
    return unrestricted_sql(request.scope, about=SQL("e.occurred_on"))


@router.get("/exceptions/{entry}", responses=WITHIN | {200: {"model": ExceptionAnswer}})
async def exception(request: FileRequest, entry: UUID) -> JsonResponse:
    """Return what a second person decides on, or has decided, by the entry that claims or corrects."""
    found = next(iter(await request.ledger.entries([entry])), None)
    if found is None:
        raise not_found()
    point = await file_point(request, found.stream, None, None)
    original = amended(found) or found.entry_id

    def asked() -> list[ExceptionRow]:
        decided = for_approval_of(point.file, original, point.rulebook)
        return [row_of(each, found.stream) for each in decided if each.entry.entry_id == entry]

    rows = request.visible(await compute(asked, len(point.file.entries)))
    if not rows:
        raise not_found()
    (item,) = await _items(request, rows, rows, request.today, None)
    return JsonResponse(
        item | {"version": point.file.version}, headers={"Ledger-Position": str(point.file.position)}
    )


async def _items(
    request: RequestContext,
    read: Sequence[ExceptionRow],
    rows: Sequence[ExceptionRow],
    day: date,
    known: int | None,
) -> list[ExceptionAnswer]:
    """Return rows with the entries that they name, after noting the access to all that was `read`."""
    entries = await _entries(request, [each for row in rows for each in _named(row)])
    # Whoever is told of entries is told of more than what the rows rest on.
    told: dict[UUID, set[Category]] = {}
    for row in rows:
        told.setdefault(row.child, set()).update(categories_of(entries[each] for each in _named(row)))
    await note_rows(request, WITHHELD, read, told)
    names = await request.recorders(entries.values())
    scopes = await request.scopes({row.child for row in rows})
    items = [_item(request, row, day, entries, names, scopes[row.child]) for row in rows]
    return await with_names(request, items, known, NextToAct(day, _who_decides))


def _who_decides(item: ExceptionAnswer, placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    return to_decide(placed=placed) if item["state"] == "waiting" else NOBODY_ACTS


def _item(
    request: RequestContext,
    row: ExceptionRow,
    day: date,
    entries: Mapping[UUID, AnyEntry],
    names: Mapping[UUID, str],
    whose: StreamScope,
) -> ExceptionAnswer:
    entry, decision = (None if each is None else entries[each] for each in (row.entry, row.decision))
    assert entry is not None  # noqa: S101 - a row that is opened names its entry
    return exception_json(
        row,
        day,
        whose.entries,
        recorded_json(entry, request.sees, entries, names),
        None if decision is None else recorded_json(decision, request.sees, entries, names),
        [said_json(entries[each], request.sees, entries) for each in row.evidence],
        _why_not(request, row, entry, entries, whose.scope),
    )


def _why_not(
    request: RequestContext,
    row: ExceptionRow,
    entry: AnyEntry,
    entries: Mapping[UUID, AnyEntry],
    scope: FileScope | None,
) -> NotForCaller | None:
    """Return why the caller may not decide, by the same rules as recording the decision; None if they may."""
    if row.state != "waiting":
        return "not_needed" if row.state == "not_needed" else "decided"
    if scope is None or not request.may(Action.APPROVE, scope):
        return "role"
    if entry.recorded_by.user == request.actor.user:
        return "own"
    original = entries.get(amended(entry) or entry.entry_id) if row.kind == "correction" else None
    hidden = original is not None and not sealed(type(original.event)) <= request.sees
    return "category" if hidden else None


def _named(row: ExceptionRow) -> Iterator[UUID]:
    """Yield the entries that a row names."""
    yield from (each for each in (row.entry, row.decision, *row.evidence) if each is not None)


async def _entries(request: RequestContext, named: Iterable[UUID]) -> dict[UUID, AnyEntry]:
    """Return entries by id, with those that they withdraw, restore or decide on, and so on."""
    found: dict[UUID, AnyEntry] = {}
    asked, wanted = set[UUID](), set(named)
    while wanted:
        asked |= wanted
        further = await request.ledger.entries(wanted)
        found |= {each.entry_id: each for each in further}
        wanted = {target for each in further if (target := target_of(each)) is not None} - asked
    return found
