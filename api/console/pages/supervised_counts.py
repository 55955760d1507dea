"""What is to be seen to by institution or by place: what is overdue, found, not decided, lacking and late."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias, get_args

from fastapi import Response

from api.console.addresses import addressed
from api.console.list_links import page_of
from api.console.overseen import all_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.late import WITHOUT_IMPORTS
from api.console.rendering import render
from api.console.value_display import region
from api.contract.dimension_filters import nothing_of
from api.http import census, group_counts, lateness
from api.http.lateness import LateFilters
from api.http.one_file import PlaceFilter
from domain.text import COUNTY_DIGITS
from domain.when import add, day_before

router = page_router()

SupervisedBy: TypeAlias = Literal["institution", "place"]
_AT: Final = "/console/supervision"
_MOST_ROWS: Final = 100
"""Rows of a page, each of which has eight links."""


@dataclass(frozen=True, slots=True)
class SupervisedCount:
    """How many there are of something, the page that lists them, and what is said beside the number."""

    count: int = 0
    list: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class SupervisedRow:
    """An institution, or the files in the charge of a place, with its counts in the order of the columns.

    `narrower` is the page of the places within it, if it has any.
    """

    name: str
    counts: tuple[SupervisedCount, ...]
    narrower: str | None = None


_Counts: TypeAlias = Mapping[str, SupervisedCount]
_NOTHING: Final = SupervisedCount()


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is counted for a page: by what, and in the charge of which places alone, if of some."""

    page: PageRequest
    by: SupervisedBy
    place: str | None

    @property
    def by_county(self) -> bool:
        """Whether the places of a county are one row."""
        return self.by == "place" and len(self.place or "") < COUNTY_DIGITS

    @property
    def filters(self) -> dict[str, str]:
        """What the answers are asked for, of places alone."""
        return {} if self.place is None or self.by == "institution" else {"place": self.place}

    def told(self, counted: Mapping[str, Any], path: str, asked: Mapping[str, object]) -> _Counts:
        """Return the counts of an answer by row, each with the page of the list that has as many."""
        rows: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for each in counted["items"]:
            rows[each[self.by][:COUNTY_DIGITS] if self.by_county else each[self.by]].append(each)
        return {
            row: SupervisedCount(
                sum(each["count"] for each in items),
                addressed(path, {**asked, self.by: row}),
                items[0].get("median_days") if len(items) == 1 else None,
            )
            for row, items in rows.items()
        }

    async def overdue(self, group: str) -> _Counts:
        """Return what is overdue, for up to a year or for longer."""
        a_year_ago = add(self.page.context.today, months=-12)
        asked: dict[str, date] = (
            {"due_since": a_year_ago} if group == "overdue" else {"due_until": day_before(a_year_ago)}
        )
        counted = await self.page.answer(
            group_counts.counts_of_obligations, by=self.by, state=["overdue"], **asked, **self.filters
        )
        return self.told(counted, "/console/today", {"group": group})

    async def found(self, asked: Mapping[str, str]) -> _Counts:
        """Return what speaks against files."""
        counted = await self.page.answer(group_counts.counts_of_findings, by=self.by, **asked, **self.filters)
        return self.told(counted, "/console/findings", asked)

    async def lacking(self, dimension: str) -> _Counts:
        """Return how many children who are cared for have nothing recorded of a dimension."""
        counted = await self.page.answer(
            census.census, by=[self.by, dimension], where=[nothing_of(dimension)]
        )
        return {
            each["values"][0]["value"]: SupervisedCount(each["count"], page_of(each["list"]))
            for each in counted["items"]
        }

    async def late(self) -> _Counts:
        """Return how many entries of the last twelve months were recorded late, with the median in days."""
        since = add(self.page.context.today, months=-12)
        filters = LateFilters(since=since, origin=list(WITHOUT_IMPORTS), place=self.filters.get("place"))
        counted = await self.page.answer(lateness.counts_of_late, filters=filters, by=[self.by])
        return self.told(counted, "/console/late", {"since": since, "imports": "false"})


@router.get("/supervision")
async def supervision(
    page: SignedIn, by: SupervisedBy = "institution", place: PlaceFilter = None
) -> Response:
    """Show a row for each institution, or place in charge; each number leads to the list behind it.

    Institutions may be those of a region alone, and places those within a place.
    """
    asking = _Asking(page, by, place)
    columns = {
        "overdue": await asking.overdue("overdue"),
        "long_overdue": await asking.overdue("long_overdue"),
        "findings": await asking.found({}),
        "unapproved": await asking.found({"kind": "exception_unapproved"}),
    }
    if by == "institution" or asking.by_county:
        # By township it is not counted what children lack.
        columns["unregistered"] = await asking.lacking("household")
        columns["uninsured"] = await asking.lacking("insurance")
    columns["late"] = await asking.late()
    rows = await _rows(asking, list(columns.values()))
    return render(
        page,
        "supervision.html",
        rows=rows[:_MOST_ROWS],
        more=max(len(rows) - _MOST_ROWS, 0),
        columns=list(columns),
        worst=[max((row.counts[at].count for row in rows), default=0) for at in range(len(columns))],
        by=by,
        ways=get_args(SupervisedBy),
        place=place,
        position=page.context.container.projector.position_of("register"),
    )


async def _rows(asking: _Asking, columns: Sequence[_Counts]) -> list[SupervisedRow]:
    """Return the rows; where most is to be seen to stands first."""
    within = asking.place or ""
    if asking.by == "institution":
        names = await all_overseen(asking.page, within)
    else:
        places = {row for counts in columns for row in counts if row.isdigit() and row.startswith(within)}
        names = {each: region(asking.page.words, each) for each in places}
    rows = [
        SupervisedRow(
            name,
            tuple(counts.get(each, _NOTHING) for counts in columns),
            addressed(_AT, {"by": "place", "place": each}) if asking.by_county else None,
        )
        for each, name in sorted(names.items())
    ]
    rows.sort(key=lambda each: [-count.count for count in each.counts])
    return rows
