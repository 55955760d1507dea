"""Today: what is due and overdue across files, and what speaks against them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.console.drafts import drafts
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import lists, own_work
from api.http.cursors import Cursor
from api.identity.permissions import Action, role_may
from domain.when import add, day_before

router = APIRouter(prefix="/console", route_class=PageRoute)

DueGroup: TypeAlias = Literal["overdue", "days_30", "long_overdue"]
"""What one group of the page is about: overdue, due within 30 days, overdue for more than a year."""
SOON_DAYS: Final = 30
_WEEK_DAYS: Final = 7
_A_GROUP: Final = 25
_ROWS: Final = 50
_OWN: Final = 6


@dataclass(frozen=True, slots=True)
class DueRows:
    """Rows under one heading; `more` leads to the rest of its group, if there is more."""

    heading: str
    rows: Sequence[Mapping[str, Any]]
    more: DueGroup | None = None


@router.get("/today")
async def today(
    page: SignedIn,
    group: Annotated[DueGroup | None, Query()] = None,
    cursor: Cursor = None,
) -> Response:
    """Show what is due across files: all of the present day, or one group page by page."""
    if group is not None:
        listed = await _due(page, group, _ROWS, cursor)
        rows = [DueRows(group, listed["items"])]
        return render(
            page,
            "today.html",
            group=group,
            groups=rows,
            listed=listed,
            found=None,
            older=None,
            recordable=await _recordable(page, rows),
            begun=None,
            own=None,
        )
    overdue, soon = await _due(page, "overdue", _A_GROUP), await _due(page, "days_30", _ROWS)
    groups = [
        DueRows("overdue", overdue["items"], "overdue" if overdue["next"] else None),
        *_by_day(soon["items"], "days_30" if soon["next"] else None),
    ]
    records = role_may(page.role, Action.RECORD)
    return render(
        page,
        "today.html",
        group=None,
        groups=[each for each in groups if each.rows],
        listed=soon,
        found=page.counts and page.counts["findings"],
        older=page.counts and page.counts["overdue_over_a_year"],
        recordable=await _recordable(page, groups),
        begun=len(await drafts(page)) if records else None,
        own=await page.answer(own_work.own_work, limit=_OWN),
    )


async def _due(page: PageRequest, group: DueGroup, limit: int, cursor: str | None = None) -> Any:  # noqa: ANN401 - an answer
    day = page.context.today
    a_year_ago = add(day, months=-12)
    asked: dict[str, Any] = {
        "overdue": {"state": ["overdue"], "due_since": a_year_ago},
        "days_30": {"state": ["due"], "due_until": add(day, days=SOON_DAYS)},
        "long_overdue": {"state": ["overdue"], "due_until": day_before(a_year_ago)},
    }[group]
    return await page.answer(lists.obligations, limit=limit, cursor=cursor, **asked)


async def _recordable(page: PageRequest, groups: Sequence[DueRows]) -> set[str]:
    """Return the children, of those in groups, in whose files the reader may record what is due."""
    listed = {UUID(row["child"]) for each in groups for row in each.rows}
    return {str(child) for child in await recordable(page, listed)}


def _by_day(rows: Sequence[Mapping[str, Any]], more: DueGroup | None) -> list[DueRows]:
    """Return what is due today, within a week, and later, as far as there is any; more follows the last."""
    today_only = [row for row in rows if row["days_left"] == 0]
    week = [row for row in rows if 0 < row["days_left"] <= _WEEK_DAYS]
    later = [row for row in rows if row["days_left"] > _WEEK_DAYS]
    named = {"today": today_only, "days_7": week, "days_30": later}
    groups = [DueRows(heading, each) for heading, each in named.items() if each]
    return [*groups[:-1], *(replace(last, more=more) for last in groups[-1:])]
