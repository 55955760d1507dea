"""How much waits for somebody: what is overdue, what was found and what is to be decided, counted."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends

from api.contract.encoding import JsonResponse
from api.contract.listing import titled
from api.contract.waiting_counts import COUNTS_TABLE, CountAnswer, CountsAnswer, FindingsCountAnswer
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext, list_request
from api.http.exceptions import exceptions_told
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import listed_at
from api.http.lists import FOUND_TOLD
from domain.label import Label
from domain.limit import Area, limit
from domain.when import add, day_before
from projections.exceptions import exceptions
from projections.findings import WITHHELD as FINDINGS
from projections.findings_list import findings
from projections.obligations import obligations
from projections.paging import Condition, Page, PageAsked

router = callers_router("across files")

MOST_COUNTED: Final = limit(
    999,
    Area.ANSWERS,
    Label("计数所数到的项数", "Items to which is counted"),
    why=Label("更多时只需知道还有", "Of more than that it is enough to know that there are more"),
    beyond=Label("注明还有更多（more）", "It says that there are more (`more`)"),
)
_MODELS: Final = ("register", "obligations", "findings", "family_children", "exceptions")
CountedList: TypeAlias = Callable[..., Awaitable[Page[Any]]]
"""The question of a list."""
OfCounts: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]


@router.get("/counts", responses=listed(CountsAnswer))
@in_formats(COUNTS_TABLE, one_page)
async def counts(request: OfCounts) -> JsonResponse:
    """Count what is overdue today, what speaks against files, and what a second person is to decide on."""
    today = request.today
    a_year_ago = add(today, months=-12)
    keyed = {"keyed": request.ledger.term}
    overdue: dict[str, Any] = {**keyed, "states": ("overdue",)}
    answer: CountsAnswer = {
        "day": today,
        "overdue": await _counted(
            request,
            obligations,
            listed_at("/obligations", day=today, state="overdue", due_since=a_year_ago),
            due_since=a_year_ago,
            **overdue,
        ),
        "overdue_over_a_year": await _counted(
            request,
            obligations,
            listed_at("/obligations", day=today, state="overdue", due_until=day_before(a_year_ago)),
            due_until=day_before(a_year_ago),
            **overdue,
        ),
        "findings": await _findings(request),
        "exceptions": await _counted(
            request,
            exceptions,
            listed_at("/exceptions", day=today, state="waiting"),
            state="waiting",
            scope=exceptions_told(request),
            **keyed,
        ),
        "known_position": request.container.projector.position_of(*_MODELS),
    }
    return JsonResponse(answer, headers={"Ledger-Position": str(answer["known_position"])})


async def _counted(
    request: RequestContext,
    question: CountedList,
    where: str,
    *,
    scope: Condition | None = None,
    **asked: object,
) -> CountAnswer:
    """Return how many a question finds, of which `where` is the list."""
    return _count(await first_of(request, question, request.today, scope=scope, **asked), where)


async def _findings(request: RequestContext) -> FindingsCountAnswer:
    rules, keyed, today = request.ledger.rulebook, request.ledger.term, request.today
    page = await first_of(request, findings, today, rulebook=rules, keyed=keyed, told=FOUND_TOLD)
    counted = Counter(row.rule for row in page.rows)
    sealed = counted.keys() - rules.rules.keys()
    named = FINDINGS.by_term(keyed, "rule", rules.rules) if sealed else {}
    return {
        **_count(page, listed_at("/findings", day=today)),
        "by_rule": [
            {
                "rule": rule,
                **titled(rules[rule].on(today)),
                "count": count,
                "list": listed_at("/findings", day=today, rule=rule),
            }
            for rule, count in _by_rule(counted, named)
        ],
    }


def _by_rule(counted: Counter[str], named: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return counts by rule, where some are counted under what stands in its place."""
    found: Counter[str] = Counter()
    for rule, count in counted.items():
        found[named.get(rule, rule)] += count
    return found.most_common()


async def first_of(
    request: RequestContext,
    question: CountedList,
    day: date,
    *,
    scope: Condition | None = None,
    **asked: object,
) -> Page[Any]:
    """Return as many of what a question finds on a day as are counted.

    `scope` is what its list may tell the caller of, by default all files that they may read.
    """
    may = request.scope if scope is None else scope
    async with request.container.projector.reading() as connection:
        return await question(
            connection, may, sees=request.sees, day=day, turn=PageAsked(MOST_COUNTED), **asked
        )


def _count(page: Page[Any], where: str) -> CountAnswer:
    return {"count": len(page.rows), "more": page.next is not None, "list": where}
