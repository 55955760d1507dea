"""Who came and went between two days: how many there were of each, and the list behind each number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Query, Response

from api.console.count_asked import AskedCount, DayText, dimensions_offered, narrowing, read_day, told_values
from api.console.list_links import page_of
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.census_counts import CountForm
from api.console.rendering import render
from api.contract.census_answers import FLOW_COUNTS
from api.contract.dimension_filters import MOST_WHERE, DimensionValue
from api.http import census, census_moves
from api.http.cursors import Cursor
from api.http.list_formats import TableAsked
from domain.when import add, day_before

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

FLOWS, MOVES = "/console/census/flows", "/console/census/moves"
_BY: Final = ("institution",)
_MOST_ROWS: Final = 70
"""Cells of a page, each of which has six links or more."""
_ROWS: Final = 50
FirstDay: TypeAlias = Annotated[str | None, Query(alias="from", max_length=40)]
SideAsked: TypeAlias = Annotated[list[DimensionValue] | None, Query(max_length=MOST_WHERE)]


@dataclass(frozen=True, slots=True)
class _Between:
    """Two days: the first of this year by default, and today."""

    first: date
    last: date

    @classmethod
    def of(cls, page: PageRequest, first: str | None, last: str | None) -> "_Between":
        until = read_day(last, "to", page.context.today)
        return cls(read_day(first, "from", day_before(until.replace(month=1, day=1))), until)

    @property
    def asked(self) -> dict[str, date]:
        return {"from_": self.first, "to": self.last}

    @property
    def written(self) -> dict[str, date]:
        return {"from": self.first, "to": self.last}


@router.get("/census/flows")
async def census_flows(
    page: SignedIn, asked: AskedCount, from_: FirstDay = None, to: DayText = None
) -> Response:
    """Show how many children came and went between two days; each number leads to who they are."""
    days, by = _Between.of(page, from_, to), asked.by or _BY
    told = await page.answer(census.census_flows, by=list(by), **days.asked, **asked.answered)
    rows = [_row(each) for each in told["items"][:_MOST_ROWS]]
    return render(
        page,
        "census-flows.html",
        told=told,
        rows=rows,
        totals={name: sum(each[name] for each in told["items"]) for name in FLOW_COUNTS},
        more=len(told["items"]) - len(rows),
        headings=FLOW_COUNTS,
        days=days,
        asked=asked,
        by=list(by),
        bands=asked.bands,
        columns=True,
        path=FLOWS,
        beside=days.written,
        saved=asked.address("", **days.written),
        presets=_presets(page),
        dimensions=dimensions_offered(page),
        **await narrowing(page, asked.where),
    )


@downloads.get("/census/flows.{form}")
async def saved_flows(
    page: SignedIn, form: CountForm, asked: AskedCount, from_: FirstDay = None, to: DayText = None
) -> Response:
    """Save the changes of the page as CSV or as a workbook, as `GET /census/flows` answers them."""
    days, as_table = _Between.of(page, from_, to), TableAsked(form, page.preferences.language)
    return await census.census_flows(
        page.context,
        by=list(asked.by or _BY),
        **days.asked,
        **asked.answered,
        public=False,
        as_table=as_table,
    )


@router.get("/census/moves")
async def moved_children(
    page: SignedIn,
    asked: AskedCount,
    from_: FirstDay = None,
    to: DayText = None,
    kind: census_moves.MovesOfKind = None,
    direction: census_moves.MovesInDirection = None,
    before: SideAsked = None,
    after: SideAsked = None,
    reason: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
) -> Response:
    """List who came, went or moved between two days, in the order of the days."""
    days = _Between.of(page, from_, to)
    of_moves: dict[str, Any] = {
        "kind": kind,
        "direction": direction,
        "before": before,
        "after": after,
        "reason": reason,
    }
    listed = await page.answer(
        census_moves.census_moves,
        by=list(asked.by) or None,
        **days.asked,
        **asked.answered,
        **of_moves,
        limit=_ROWS,
        cursor=cursor,
    )
    here = asked.address(MOVES, **days.written, **of_moves)
    return render(
        page,
        "census-moves.html",
        listed=listed,
        days=days,
        kind=kind,
        told={
            "where": await told_values(page, asked.where),
            "before": await told_values(page, before or ()),
            "after": await told_values(page, after or ()),
        },
        back=asked.address(FLOWS, **days.written),
        here_first=here,
        first=cursor is None,
    )


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of changes: its values, each number with its page, and why those who left did."""
    lists = item["lists"]
    return {
        "values": item["values"],
        "counts": [(item[name], page_of(lists[name])) for name in FLOW_COUNTS],
        "reasons": [(each, page_of(each["list"])) for each in item["left_by"]],
    }


def _presets(page: PageRequest) -> list[tuple[str, date, date]]:
    """Return the periods that are most often wanted, by the names of their words."""
    today = page.context.today
    year = day_before(today.replace(month=1, day=1))
    return [
        ("this_year", year, today),
        ("last_year", add(year, months=-12), year),
        ("a_year", add(today, months=-12), today),
    ]
