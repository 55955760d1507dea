"""What was recorded late, across files: when it happened and was recorded, by whom, and how much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query
from psycopg.sql import SQL

from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, SortedBy
from api.contract.late_answers import LateEntryAnswer, late_entry_json
from api.contract.late_count_answers import LATE_COUNTS_TABLE, LateCountAnswer, LateCountsAnswer
from api.contract.listing import CountedListing
from api.contract.problems import invalid
from api.contract.tables_across_files import LATE_TABLE
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import (
    counted_listing,
    institution_names,
    list_page,
    list_view,
    listed_at,
    with_names,
)
from api.http.lists import several
from api.http.one_file import PlaceFilter
from api.http.timeline import unknown_types
from api.identity.restricted import unrestricted_sql
from domain.entry import LATE_DAYS, Origin
from domain.event import Category
from domain.when import month_end
from projections.late_entries import SORTS, LateBy, LateCount, late_counts, late_entries
from projections.paging import Condition

router = callers_router("across files")

_REGISTER: Final = "register"
_MOST_LAG: Final = 100_000
"""Days of more than two lives."""
_DEFAULT_BY: Final[tuple[LateBy, ...]] = ("institution",)
OfLateEntries: TypeAlias = Annotated[RequestContext, Depends(list_request(_REGISTER))]
LateSort: TypeAlias = Annotated[str | None, Query(description=SORT), SortedBy(SORTS)]


@dataclass(frozen=True, slots=True)
class LateFilters:
    """Which entries that were recorded late are asked for, to be listed or counted."""

    day: Day = None
    as_of: AsOf = None
    known_at: KnownAt = None
    lag_days: Annotated[
        int, Query(gt=LATE_DAYS, le=_MOST_LAG, description="Recorded at least so many days after its day.")
    ] = LATE_DAYS + 1
    since: Annotated[date | None, Query(description="The first day of recording.")] = None
    until: Annotated[date | None, Query(description="The last day of recording.")] = None
    type: Annotated[str | None, Query(max_length=100, description="One type of event.")] = None
    institution: Annotated[UUID | None, Query()] = None
    place: PlaceFilter = None
    origin: Annotated[
        list[Origin] | None,
        Query(description="How they came in, all of these by default; without `import`, no register's past."),
    ] = None

    def on(self, today: date) -> dict[str, Any]:
        """Return the filters as the read model takes them, with the day asked for, or today."""
        return {
            "day": one_day(self.day, self.as_of) or today,
            "lag_days": self.lag_days,
            "since": self.since,
            "until": self.until,
            "type": self.type,
            "institution": self.institution,
            "place": self.place,
            "origins": several(self.origin),
        }

    async def check(self, request: RequestContext) -> None:
        """Raise the problem `invalid` for an institution or a type of event that there is not."""
        await request.check_institution(self.institution, "/query/institution")
        if faults := list(unknown_types(request, [] if self.type is None else [self.type])):
            raise invalid(faults)


AskedOfLate: TypeAlias = Annotated[LateFilters, Depends()]


@router.get("/late", responses=listed(CountedListing[LateEntryAnswer]))
@in_formats(LATE_TABLE)
async def late(
    request: OfLateEntries,
    filters: AskedOfLate,
    sort: LateSort = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the entries that were recorded late, those with the longest delay first; not what they say."""
    await filters.check(request)
    view = await list_view(request, filters.known_at, cursor, _REGISTER)
    page = await list_page(
        request,
        late_entries,
        view,
        scope=_told(request),
        limit=limit,
        sort=sort,
        total=total,
        **filters.on(request.today),
    )
    ledger, turn = request.ledger, {row.entry_id: number for number, row in enumerate(page.rows)}
    entries = sorted(await ledger.entries(turn), key=lambda each: turn[each.entry_id])
    first = {each.stream: each.version for each in sorted(entries, key=lambda each: -each.version)}
    known = (await ledger.head()).position if view.known is None else view.known
    amendments = await ledger.amendments(first, known)
    acting = [each for file in amendments.values() for each in file.entries.values()]
    causes, recorders = await request.causes(acting), await request.recorders(entries)
    await request.note(dict.fromkeys(first, (Category.IDENTITY,)), "late")
    items = [late_entry_json(each, amendments[each.stream], causes, recorders) for each in entries]
    return counted_listing(await with_names(request, items, view.known), page, view, LATE_TABLE)


@router.get("/late/counts", responses=listed(LateCountsAnswer))
@in_formats(LATE_COUNTS_TABLE, one_page)
async def counts_of_late(
    request: OfLateEntries,
    filters: AskedOfLate,
    by: Annotated[
        list[LateBy] | None,
        Query(description="What the counts are told by, crossed; by institution by default."),
    ] = None,
) -> JsonResponse:
    """Count the entries of the list with these filters, what there is most of first.

    A month is that of recording: the delay is told where the work was done.
    """
    await filters.check(request)
    ways, asked = tuple(by or _DEFAULT_BY), filters.on(request.today)
    view = await list_view(request, filters.known_at, None, _REGISTER)
    async with request.container.projector.reading() as connection:
        counted = await late_counts(
            connection, _told(request), ways, sees=request.sees, known=view.known, **asked
        )
    names = await institution_names(request, {each.institution for each in counted})
    told = [each for each in counted if all(getattr(each, name) is not None for name in ways)]
    at_list = {name: value for name, value in asked.items() if name != "origins"}
    at_list |= {"known_at": filters.known_at, "origin": filters.origin}
    items = [_count(each, ways, names, at_list) for each in told]
    items.sort(key=lambda each: (-each["count"], each["list"]))
    body: LateCountsAnswer = {
        "day": asked["day"],
        "total": sum(each.count for each in counted),
        "items": items,
        "next": None,
        "known_position": view.position,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def _told(request: RequestContext) -> Condition:
    return unrestricted_sql(request.scope, about=SQL("late.occurred_until"))


def _count(
    counted: LateCount, by: Sequence[LateBy], names: dict[UUID, str], asked: dict[str, Any]
) -> LateCountAnswer:
    narrowed: dict[str, Any] = {name: getattr(counted, name) for name in by if name != "month"}
    month = counted.month
    if month is not None:
        last = month_end(month)
        narrowed["since"] = max(asked["since"] or month, month)
        narrowed["until"] = min(asked["until"] or last, last)
    return {
        "type": counted.type,
        "institution": counted.institution,
        "institution_name": None if counted.institution is None else names.get(counted.institution),
        "place": counted.place,
        "month": None if month is None else f"{month:%Y-%m}",
        "count": counted.count,
        "longest_days": counted.longest_days,
        "median_days": counted.median_days,
        "list": listed_at("/late", **(asked | narrowed)),
    }
