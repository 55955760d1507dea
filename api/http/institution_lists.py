"""The duties of institutions across all that the caller oversees."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.institution_duties import INSTITUTION_OBLIGATIONS_TABLE, InstitutionDutyAnswer
from api.contract.listing import CountedListing
from api.contract.obligations import entries_of, obligation_json
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.evidence import evidence
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import (
    check_rules,
    check_sort,
    counted_listing,
    institution_names,
    list_page,
    list_view,
    opened_rows,
)
from api.http.lists import several, who_clears
from api.http.next_to_act import ESCALATION_MODELS, NextToAct, with_who_acts
from api.http.one_file import DueSince, DueUntil, DueWithinDays, OverdueDays, RuleFilter
from api.http.responsible import AskedOn, EscalatedTo, ResponsibleFilter, acting, escalated
from api.identity.permissions import families_sql
from domain.obligations import State
from projections.institution_obligations import WITHHELD, institution_obligations
from projections.obligations import SORTS, SORTS_OF_CLOSED, WAITING
from projections.withholding import told_of

router = callers_router("across files")

_MODELS: Final = ("institution_obligations", *ESCALATION_MODELS)
OfInstitutions: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]


@router.get("/institutions/obligations", responses=listed(CountedListing[InstitutionDutyAnswer]))
@in_formats(INSTITUTION_OBLIGATIONS_TABLE)
async def obligations_of_institutions(
    request: OfInstitutions,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: Annotated[list[State] | None, Query(description="`due` and `overdue` by default.")] = None,
    rule: RuleFilter = None,
    due_since: DueSince = None,
    due_until: DueUntil = None,
    due_within_days: DueWithinDays = None,
    overdue_days: OverdueDays = None,
    institution: UUID | None = None,
    responsible: ResponsibleFilter = None,
    escalated_to: EscalatedTo = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List what is due or overdue on a day of the institutions that the caller oversees, by due day.

    Each has the entries that started and met it, in a sentence: the licence that ends, the drill that was
    held.
    """
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *_MODELS)
    await check_rules(request, rule, view)
    if not set(state or WAITING) <= set(WAITING):
        check_sort(sort, SORTS_OF_CLOSED, "/query/sort")
    request = request.of("institution")
    asked = AskedOn(on, view.known, escalates=True)
    page = await list_page(
        request,
        institution_obligations,
        view,
        scope=families_sql(request.actor, "register"),
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
        # Of its own file alone, by its id, and not by reading those of all others in the order of the list.
        institution=institution or request.actor.institution,
        acting=await acting(request, responsible, asked),
        escalated_to=several(escalated_to),
        limit=limit,
        sort=sort,
        total=total,
    )
    rows = await opened_rows(request, WITHHELD, page.rows)
    items = [obligation_json(row, on, kind="institution") for row in rows]
    told = await evidence(request, (entry for item in items for entry in entries_of(item)))
    categories = told_of(rows)
    for file, more in told.categories.items():
        categories[file] = categories.get(file, set()) | more
    await request.note(categories, "institution-obligations")
    names = await institution_names(request, {row.child for row in rows})
    items = [
        {
            **item,
            "institution_name": names.get(row.child),
            "done_on": row.met_on if item["met_by"] else None,
            "evidence": told.of(entries_of(item)),
        }
        for row, item in zip(rows, items, strict=True)
    ]
    who = NextToAct(on, who_clears, escalates=True)
    items = await with_who_acts(request, items, who, view.known)
    return counted_listing(items, page, view, INSTITUTION_OBLIGATIONS_TABLE)
