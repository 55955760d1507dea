"""The questions of users that have columns of their own, each as a list."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Path, Query
from psycopg.sql import Literal

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, Route, SortedBy
from api.contract.listing import CountedListing
from api.contract.problems import invalid, not_found
from api.contract.question_rows import QuestionRowAnswer, coded_columns, table_of
from api.http.answered_rows import ListedChild, answered, new_entries
from api.http.authentication import callers_router
from api.http.column_filters import ColumnWhere, WantedValues, has_values, wanted_values
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import ListView, counted_listing, list_page, list_view, with_names
from api.http.listed_files import listed_files
from api.http.lists import several
from api.http.next_to_act import PEOPLE_MODELS, NextToAct
from api.http.one_file import DueWithinDays, OverdueDays, PlaceFilter
from api.http.readiness_board import StuckAt
from api.http.responsible import AskedOn, ResponsibleFilter, acting
from api.identity.acting import ToAct, roles_that_see, to_clear, to_record, to_record_any, together
from api.identity.forbidden import forbidden
from api.identity.restricted import Tells, unrestricted, unrestricted_sql
from api.questions import LISTED_AT, user_questions
from domain.asked_lists import QUESTION_LISTS
from domain.event import Category
from domain.label import Label
from domain.obligations import State
from domain.when import LAST_DAY
from ledger.codec.messages import InvalidValue
from ledger.compute import compute
from projections.acting_rules import ActingRules
from projections.asked_children import acts_by_rule, asked_children
from projections.asked_rows import RowsAsked
from projections.obligations import WAITING
from projections.paging import Condition
from projections.reasons import SORTS

router = callers_router("across files")

_MODELS: Final = ("register", "obligations", "findings", "spans", "readiness", *PEOPLE_MODELS)
OfQuestions: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]
ActsOn: TypeAlias = Callable[[QuestionRowAnswer], bool]
_NOT_OF_THIS: Final = Label("此问题没有该筛选条件", "is no filter of this question")
_NOT_COUNTED: Final = Label(
    "按列值或者须办理的人筛选时，读完各档案才知总数",
    "is not known with `where`, or by who must act, before all files are read",
)
_LEAVE_OUT: Final = Label("请不写此项", "leave it out")


_TABLES: Final = {
    each.name: table_of(QUESTION_LISTS[each.name], each.label)
    for each in user_questions()
    if each.name in QUESTION_LISTS
}


@router.get(LISTED_AT, responses=listed(CountedListing[QuestionRowAnswer], "forbidden", "not_found"))
@in_formats(lambda asked: _TABLES[asked["question"]])
async def answers(
    request: OfQuestions,
    question: Annotated[str, Path(pattern="^[A-D][0-9]{1,2}$")],
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: Annotated[list[State] | None, Query(description="Only what has such an obligation.")] = None,
    due_within_days: DueWithinDays = None,
    overdue_days: OverdueDays = None,
    route: Route | None = None,
    stuck_at: StuckAt = None,
    where: ColumnWhere = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the children whom a question is about, with its columns, those first who wait the longest.

    `limit` and `total` count children: the rows of one child stand on one page, and a page may have fewer.
    """
    asked = QUESTION_LISTS.get(question)
    if asked is None:
        raise not_found()
    if not asked.hides <= request.sees:
        raise forbidden(request.actor.role, roles_that_see(*asked.hides))
    of_due: dict[str, object] = {
        "state": state,
        "due_within_days": due_within_days,
        "overdue_days": overdue_days,
    }
    of_young: dict[str, object] = {"route": route, "stuck_at": stuck_at}
    given = ({} if asked.obligations else of_due) | ({} if asked.readiness is not None else of_young)
    refused = [f"/query/{name}" for name, value in given.items() if value is not None]
    if refused:
        raise invalid(InvalidValue(each, _NOT_OF_THIS, _LEAVE_OUT) for each in refused)
    if total and (where is not None or (responsible is not None and not acts_by_rule(asked))):
        raise invalid([InvalidValue("/query/total", _NOT_COUNTED, _LEAVE_OUT)])
    await request.check_institution(institution, "/query/institution")
    wanted = wanted_values(where, coded_columns(asked))
    states = None if state is None else tuple(state)
    rows = RowsAsked(
        asked, one_day(day, as_of) or request.today, request.sees, states, due_within_days, overdue_days
    )
    view = await list_view(request, known_at, cursor, *_MODELS)
    who = await acting(request, responsible, AskedOn(rows.day, view.known))
    page = await list_page(
        request,
        asked_children,
        view,
        # What is due goes on, also of a restricted file.
        scope=_what_is_due(request) if asked.each_clock else request.readable,
        tools={"keyed": request.ledger.term},
        day=rows.day,
        of=question,
        states=states,
        due_within_days=due_within_days,
        overdue_days=overdue_days,
        route=route,
        stuck_at=stuck_at,
        cells=several(where),
        institution=institution,
        place=place,
        acting=who,
        limit=limit,
        sort=sort,
        total=total,
    )
    listed_by = {each.child: each.first_on for each in page.rows}
    acts = await _acting_first(request, who, listed_by)
    items = await _answered(request, rows, wanted, acts, listed_by, view)
    named = await with_names(request, items, view.known, NextToAct(rows.day, _who_acts))
    return counted_listing(named, page, view, _TABLES[question])


def _what_is_due(request: RequestContext) -> Condition:
    # What an adoption restricts is sifted entry by entry.
    return unrestricted_sql(request.scope, about=Literal(LAST_DAY))


async def _answered(
    request: RequestContext,
    rows: RowsAsked,
    wanted: WantedValues,
    acts: ActsOn,
    children: Mapping[UUID, date],
    view: ListView,
) -> list[dict[str, Any]]:
    """Return the rows of children in their order, still without names, and note that they are told.

    `children` has the day by which each is listed.
    """
    items: list[dict[str, Any]] = []
    told: dict[UUID, set[Category]] = {}
    # Other lists leave restricted files out.
    restricted_scopes = await request.restricted(children) if rows.asked.each_clock else {}
    tells: Tells = "entries" if rows.asked.each_clock else "file"
    async for files in listed_files(request, [*children], view.known, tells):
        piece = [ListedChild(*each, children[each[0]]) for each in files]
        found = await compute(partial(answered, piece, rows), new_entries(piece, rows))
        for listed_child, each in found:
            told_entry = unrestricted(listed_child.file, restricted_scopes.get(listed_child.child))
            named = [entry for cell in each.row.cells for entry in cell.entries]
            named += [entry for gap in each.row.gaps for entry in gap.entries]
            if not all(map(told_entry, named)):
                continue
            values = {name: cell["value"] for name, cell in each.answer["columns"].items()}
            if has_values(values, wanted) and acts(each.answer):
                told.setdefault(listed_child.child, {Category.IDENTITY}).update(each.told)
                items.append(each.answer)
    await request.note(told, "question")
    return items


def _who_acts(item: QuestionRowAnswer, placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    return together(each for is_waiting, each in _acting(item, placed=placed) if is_waiting)


async def _acting_first(
    request: RequestContext, who: ActingRules | None, children: Collection[UUID]
) -> ActsOn:
    """Return what tells of rows of children whether somebody must act on something; of None always.

    That is a role that must act first, or a person who answers for it.
    """
    scopes = {} if who is None else await request.scopes(children)
    charges = {child: each.scope for child, each in scopes.items() if each.scope is not None}
    placed = {child for child, each in charges.items() if each.institution is None and each.place is not None}

    def acts(item: QuestionRowAnswer) -> bool:
        each = _acting(item, placed=item["child"] in placed)
        if who is None:
            return True
        if who.parts is not None:
            return any(not to_act.parts.isdisjoint(who.parts) for _, to_act in each)
        return any(to_act.roles[:1] == (who.role,) for _, to_act in each)

    return acts


def _acting(item: QuestionRowAnswer, *, placed: bool) -> Iterator[tuple[bool, ToAct]]:
    """Yield whether each thing for which a row is listed waits, and who acts on it."""
    for due in item["obligations"]:
        yield due["state"] in WAITING, to_record(due["rule"], placed=placed)
    for found in item["findings"]:
        yield True, to_clear(found["rule"], found["kind"], placed=placed)
    for gap in item["gaps"]:
        yield True, to_record_any(gap["cured_by"], placed=placed)
