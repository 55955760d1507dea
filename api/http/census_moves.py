"""Who came, went or moved between two days: the lists behind the counts of changes."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, TypeAlias

from fastapi import Query
from psycopg.sql import SQL

from api.contract.dimension_filters import MOST_WHERE, DimensionValue, begins_of, by_dimension
from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.listing import CountedListing
from api.contract.move_answers import MOVES_TABLE, ChildMoveAnswer, move_json
from api.contract.problems import invalid
from api.http.authentication import callers_router
from api.http.census import OfCensus, between
from api.http.counting import (
    COUNTED,
    AgeBandsAsked,
    CensusBy,
    CountedWhere,
    asked_by,
    check_seen,
    check_where,
    counted_scope,
    institution_names,
)
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import KnownAt
from api.http.list_formats import in_formats, listed
from api.http.list_pages import counted_listing, list_page, list_view, with_names
from api.identity.restricted import unrestricted_sql
from domain.event import Category
from domain.label import Label
from ledger.codec.messages import InvalidValue
from projections.child_moves import SORTS, MoveDirection, MoveKind, child_moves, graded

router = callers_router("across files")

MovesOfKind: TypeAlias = Annotated[MoveKind | None, Query(description="All of them by default.")]
MovesInDirection: TypeAlias = Annotated[
    MoveDirection | None, Query(description="Whose grade rose or fell, where it alone is counted by.")
]

_NOT_COUNTED_BY: Final = Label("不是 by 所列的统计项", "is not counted by")
_NO_GRADE: Final = Label(
    "只按风险等级或者管理颜色统计时才有升降级", "only grades alone are raised or lowered: `by=risk`"
)


@router.get("/census/moves", responses=listed(CountedListing[ChildMoveAnswer]))
@in_formats(MOVES_TABLE)
async def census_moves(
    request: OfCensus,
    from_: Annotated[date, Query(alias="from", description="The day before the first on which they moved.")],
    to: Annotated[date, Query(description="The last day on which they moved.")],
    by: CensusBy = None,
    where: CountedWhere = None,
    bands: AgeBandsAsked = None,
    kind: MovesOfKind = None,
    direction: MovesInDirection = None,
    before: Annotated[
        list[DimensionValue] | None,
        Query(max_length=MOST_WHERE, description="Of whom this held before, as `risk:low`."),
    ] = None,
    after: Annotated[
        list[DimensionValue] | None,
        Query(max_length=MOST_WHERE, description="Of whom this held after it, as `risk:high`."),
    ] = None,
    reason: Annotated[
        str | None, Query(max_length=40, description="A code of `departure_reason`, or of a stage.")
    ] = None,
    known_at: KnownAt = None,
    sort: Annotated[str | None, Query(description=SORT), SortedBy(SORTS)] = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List who came, went or moved after a day through another one, in the order of the days.

    They are those whom `/census/flows` counts, as far as the caller may read their files now.
    """
    between(from_, to)
    dimensions = asked_by(by)
    for place, values in (("where", where), ("before", before), ("after", after)):
        check_where(values, bands, place=place)
    _check_cells(dimensions, before=before, after=after)
    told = check_seen(request, dimensions, where)
    if direction is not None and graded(dimensions) is None:
        raise invalid([InvalidValue("/query/direction", _NO_GRADE)])
    view = await list_view(request, known_at, cursor, *COUNTED)
    page = await list_page(
        request,
        child_moves,
        view,
        scope=unrestricted_sql(request.scope, about=SQL("moved.day")),
        tools={"counted": counted_scope(request), "keyed": request.ledger.term},
        day=to,
        since=from_,
        by=dimensions,
        where=by_dimension(where or ()),
        bands=begins_of(bands),
        kind=kind,
        direction=direction,
        before=by_dimension(before or ()),
        after=by_dimension(after or ()),
        reason=reason,
        limit=limit,
        sort=sort,
        total=total,
    )
    await request.note({row.child: (Category.IDENTITY, *told) for row in page.rows}, "census")
    names = await institution_names(request, dimensions)
    items = [move_json(dimensions, each, names) for each in page.rows]
    return counted_listing(await with_names(request, items, view.known), page, view, MOVES_TABLE)


def _check_cells(by: Sequence[str], **sides: Sequence[str] | None) -> None:
    """Raise the problem `invalid` for a value of something that is not counted by."""
    faults = [
        InvalidValue(f"/query/{side}", _NOT_COUNTED_BY)
        for side, values in sides.items()
        if not by_dimension(values or ()).keys() <= {*by}
    ]
    if faults:
        raise invalid(faults)
