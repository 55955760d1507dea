"""What is to be seen to by institution: what is overdue, found, not decided, lacking and late."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from api.console.list_links import page_of
from api.console.overseen import all_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.pages.late import WITHOUT_IMPORTS
from api.console.rendering import render
from api.contract.dimension_filters import nothing_of
from api.http import census, group_counts, lateness
from api.http.lateness import LateFilters
from domain.when import add, day_before

router = APIRouter(prefix="/console", route_class=PageRoute)

_MOST_ROWS: Final = 100
"""Institutions of a page, each of which has eight links."""


@dataclass(frozen=True, slots=True)
class SupervisedCount:
    """How many there are of something, the page that lists them, and what is said beside the number."""

    count: int = 0
    list: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class SupervisedInstitution:
    """An institution with its counts, in the order of the columns."""

    name: str
    counts: tuple[SupervisedCount, ...]


@router.get("/supervision")
async def supervision(page: SignedIn) -> Response:
    """Show a row for each institution that the reader oversees; each number leads to the list behind it."""
    overseen = await all_overseen(page)
    columns = [
        await _overdue(page, "overdue"),
        await _overdue(page, "long_overdue"),
        await _found(page, {}),
        await _found(page, {"kind": "exception_unapproved"}),
        await _lacking(page, "household"),
        await _lacking(page, "insurance"),
        await _late(page),
    ]
    nothing = SupervisedCount()
    rows = [
        SupervisedInstitution(name, tuple(counts.get(each, nothing) for counts in columns))
        for each, name in overseen.items()
    ]
    # Where most is to be seen to stands first.
    rows.sort(key=lambda each: [-count.count for count in each.counts])
    return render(
        page,
        "supervision.html",
        rows=rows[:_MOST_ROWS],
        more=max(len(rows) - _MOST_ROWS, 0),
        worst=[max((row.counts[place].count for row in rows), default=0) for place in range(len(columns))],
        position=page.context.container.projector.position_of("register"),
    )


async def _overdue(page: PageRequest, group: str) -> dict[str, SupervisedCount]:
    """Return what is overdue, for up to a year or for longer."""
    a_year_ago = add(page.context.today, months=-12)
    asked: dict[str, date] = (
        {"due_since": a_year_ago} if group == "overdue" else {"due_until": day_before(a_year_ago)}
    )
    counted = await page.answer(
        group_counts.counts_of_obligations, by="institution", state=["overdue"], **asked
    )
    return _by_institution(counted, "/console/today", {"group": group})


async def _found(page: PageRequest, asked: Mapping[str, str]) -> dict[str, SupervisedCount]:
    """Return what speaks against files."""
    counted = await page.answer(group_counts.counts_of_findings, by="institution", **asked)
    return _by_institution(counted, "/console/findings", asked)


def _by_institution(
    counted: Mapping[str, Any], path: str, asked: Mapping[str, str]
) -> dict[str, SupervisedCount]:
    return {
        each["institution"]: SupervisedCount(
            each["count"], f"{path}?{urlencode({**asked, 'institution': each['institution']})}"
        )
        for each in counted["items"]
    }


async def _lacking(page: PageRequest, dimension: str) -> dict[str, SupervisedCount]:
    """Return how many children who are cared for have nothing recorded of a dimension."""
    counted = await page.answer(census.census, by=["institution", dimension], where=[nothing_of(dimension)])
    return {
        each["values"][0]["value"]: SupervisedCount(each["count"], page_of(each["list"]))
        for each in counted["items"]
    }


async def _late(page: PageRequest) -> dict[str, SupervisedCount]:
    """Return how many entries of the last twelve months were recorded late, with the median delay in days."""
    since = add(page.context.today, months=-12)
    counted = await page.answer(
        lateness.counts_of_late,
        filters=LateFilters(since=since, origin=list(WITHOUT_IMPORTS)),
        by=["institution"],
    )
    return {
        each["institution"]: SupervisedCount(
            each["count"],
            "/console/late?"
            + urlencode({"since": since, "imports": "false", "institution": each["institution"]}),
            each["median_days"],
        )
        for each in counted["items"]
    }
