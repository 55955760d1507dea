"""How many obligations and findings there are by institution, place, who must act, rule, or kind."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, TypeAlias, get_args
from uuid import UUID

from fastapi import Query

from api.contract.acting_answers import acting_json
from api.contract.encoding import JsonResponse
from api.contract.group_count_answers import (
    FINDING_COUNTS_TABLE,
    OBLIGATION_COUNTS_TABLE,
    CountedBy,
    FindingsCountedBy,
    GroupCountAnswer,
    GroupCountsAnswer,
)
from api.contract.listing import titled
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import ListView, check_rules, institution_names, list_view, listed_at
from api.http.lists import FINDING_MODELS, FOUND_TOLD, OBLIGATION_MODELS, OfFindings, OfObligations, several
from api.http.one_file import (
    ChildFilter,
    DueSince,
    DueUntil,
    DueWithinDays,
    FoundSince,
    OverdueDays,
    PlaceFilter,
    RuleFilter,
)
from api.http.responsible import AskedOn, EscalatedTo, ResponsibleFilter, acting, escalated
from api.identity.acting import clearing_roles
from domain.judging import FindingKind
from domain.obligations import State
from projections.findings import WITHHELD as FINDINGS
from projections.findings_list import finding_counts
from projections.grouped import GroupedCount
from projections.obligations import WAITING, obligation_counts
from projections.obligations import WITHHELD as OBLIGATIONS
from projections.withholding import Withholding

router = callers_router("across files")

_MOST: Final = 10**9
By: TypeAlias = Annotated[CountedBy, Query(description="What the counts are told by.")]
FindingsBy: TypeAlias = Annotated[FindingsCountedBy, Query(description="What the counts are told by.")]
MoreThan: TypeAlias = Annotated[
    int, Query(ge=0, le=_MOST, description="Only what there are more of than so many.")
]
Group: TypeAlias = UUID | str | None
"""What is counted together: an institution, a place, a role, a rule or a kind."""


@router.get("/obligations/counts", responses=listed(GroupCountsAnswer))
@in_formats(OBLIGATION_COUNTS_TABLE, one_page)
async def counts_of_obligations(
    request: OfObligations,
    by: By = "institution",
    more_than: MoreThan = 0,
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
) -> JsonResponse:
    """Count the obligations of the list with these filters, what there is most of first."""
    on = one_day(day, as_of) or request.today
    bounds: dict[str, Any] = {
        "due_since": due_since,
        "due_until": due_until,
        "due_within_days": due_within_days,
        "overdue_days": overdue_days,
        "child": child,
        "institution": institution,
        "place": place,
    }
    view = await _view(request, known_at, institution, rule, OBLIGATION_MODELS)
    asked_on = AskedOn(on, view.known, escalates=True)
    who = await acting(request, responsible, asked_on)
    standing = await escalated(request, escalated_to, asked_on)
    async with request.container.projector.reading() as connection:
        counted = await obligation_counts(
            connection,
            request.scope,
            keyed=request.ledger.term,
            sees=request.sees,
            day=on,
            states=tuple(state or WAITING),
            rule=several(rule),
            acting=who,
            standing=standing,
            known=view.known,
            **bounds,
        )
    asked = {
        "day": on,
        "known_at": known_at,
        "state": state,
        "rule": rule,
        "responsible": responsible,
        "escalated_to": escalated_to,
    }
    return await _told(request, view, on, by, more_than, counted, OBLIGATIONS, "/obligations", asked | bounds)


@router.get("/findings/counts", responses=listed(GroupCountsAnswer))
@in_formats(FINDING_COUNTS_TABLE, one_page)
async def counts_of_findings(
    request: OfFindings,
    by: FindingsBy = "institution",
    more_than: MoreThan = 0,
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
) -> JsonResponse:
    """Count the findings of the list with these filters, what there is most of first."""
    on = one_day(day, as_of) or request.today
    bounds: dict[str, Any] = {
        "kind": kind,
        "since": since,
        "child": child,
        "institution": institution,
        "place": place,
    }
    view = await _view(request, known_at, institution, rule, FINDING_MODELS)
    who = await acting(request, responsible, AskedOn(on, view.known))
    async with request.container.projector.reading() as connection:
        counted = await finding_counts(
            connection,
            request.scope,
            rulebook=request.ledger.rulebook,
            keyed=request.ledger.term,
            told=FOUND_TOLD,
            sees=request.sees,
            day=on,
            rule=several(rule),
            acting=who,
            known=view.known,
            **bounds,
        )
    asked = {"day": on, "known_at": known_at, "rule": rule, "responsible": responsible}
    return await _told(request, view, on, by, more_than, counted, FINDINGS, "/findings", asked | bounds)


async def _view(
    request: RequestContext,
    known_at: str | None,
    institution: UUID | None,
    rule: Sequence[str] | None,
    models: Sequence[str],
) -> ListView:
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, None, *models)
    await check_rules(request, rule, view)
    return view


async def _told(
    request: RequestContext,
    view: ListView,
    day: date,
    by: FindingsCountedBy,
    more_than: int,
    counted: Sequence[GroupedCount],
    withheld: Withholding[Any],
    path: str,
    asked: Mapping[str, Any],
) -> JsonResponse:
    group = _grouping(request, by, withheld)
    groups: defaultdict[Group, list[GroupedCount]] = defaultdict(list)
    for each in counted:
        groups[group(each)].append(each)
    names = await institution_names(request, {each for each in groups if isinstance(each, UUID)})
    items = [
        _count(by, whose, rows, names, path, asked)
        for whose, rows in groups.items()
        if whose is not None and sum(row.count for row in rows) > more_than
    ]
    items.sort(key=lambda each: (-each["count"], each["first_on"], each["list"]))
    body: GroupCountsAnswer = {
        "day": day,
        "total": sum(each.count for each in counted),
        "items": items,
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def _grouping(
    request: RequestContext, by: FindingsCountedBy, withheld: Withholding[Any]
) -> Callable[[GroupedCount], Group]:
    rules = request.ledger.rulebook.rules
    named = withheld.by_term(request.ledger.term, "rule", rules)
    kinds = withheld.by_term(request.ledger.term, "kind", get_args(FindingKind))

    def responsible(row: GroupedCount) -> str | None:
        kind = kinds.get(row.kind or "", row.kind or "")
        roles = clearing_roles(named.get(row.rule, row.rule), kind, placed=row.place is not None)
        return roles[0].value if roles else None

    ways: Mapping[FindingsCountedBy, Callable[[GroupedCount], Group]] = {
        "institution": lambda row: row.institution,
        "place": lambda row: row.place,
        "responsible": responsible,
        "rule": lambda row: named.get(row.rule, row.rule),
        "kind": lambda row: None if row.kind is None else kinds.get(row.kind, row.kind),
    }
    return ways[by]


def _count(
    by: FindingsCountedBy,
    whose: UUID | str,
    rows: Sequence[GroupedCount],
    names: Mapping[UUID, str],
    path: str,
    asked: Mapping[str, Any],
) -> GroupCountAnswer:
    title = titled(str(whose)) if by == "rule" else {"title_zh": None, "title_en": None}
    answer: Any = {
        "institution": whose if by == "institution" else None,
        "institution_name": names.get(whose) if isinstance(whose, UUID) else None,
        "place": whose if by == "place" else None,
        "responsible": acting_json(str(whose)) if by == "responsible" else None,
        "rule": whose if by == "rule" else None,
        **title,
        "kind": whose if by == "kind" else None,
        "count": sum(each.count for each in rows),
        "first_on": min(each.first_on for each in rows),
        "list": listed_at(path, **{**asked, by: whose}),
    }
    counted: GroupCountAnswer = answer
    return counted
