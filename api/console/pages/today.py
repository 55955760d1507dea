"""Today: what is due and overdue across files, what waits for the reader, and what speaks against files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Query, Response

from api.console.drafts import drafts
from api.console.navigation import DECISIONS, SIDE
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.import_pages import MAY_HAND_IN
from api.console.recordable import recordable
from api.console.rendering import render
from api.contract.filters import RECIPIENTS
from api.http import import_jobs, lists, own_work
from api.http.cursors import Cursor
from api.http.one_file import PlaceFilter
from api.identity.permissions import Action, role_may
from domain.when import add, day_before

router = page_router()

DueGroup: TypeAlias = Literal["overdue", "escalated", "today", "days_7", "days_30", "long_overdue"]
"""What one group of the page is about: overdue, escalated of that, due today, after that within a week or
within 30 days, and overdue for more than a year.
"""
SOON_DAYS: Final = 30
_WEEK_DAYS: Final = 7
_AT_FIRST: Final = 4
_ROWS: Final = 50
_OWN: Final = 6


@dataclass(frozen=True, slots=True)
class DueRows:
    """The first rows of a group, and how many it has as far as they are counted; `more` if there are more."""

    heading: DueGroup
    rows: Sequence[Mapping[str, Any]]
    count: int
    more: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether there are rows that are not shown."""
        return self.more or self.count > len(self.rows)


@dataclass(frozen=True, slots=True)
class WaitingImport:
    """An import that somebody began: going on, not done, or read on trial and to be looked over.

    `rejected` are the rows that were not taken on trial.
    """

    job: str
    file: str
    standing: Literal["going_on", "not_done", "to_look_over"]
    rejected: int


@router.get("/today")
async def today(
    page: SignedIn,
    group: Annotated[DueGroup | None, Query()] = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    mine: bool = False,  # noqa: FBT001, FBT002 - of the query string
    cursor: Cursor = None,
) -> Response:
    """Show what is due across files: all of the present day, or one group page by page.

    With `mine`, a group has what the reader must act on first.
    """
    records = role_may(page.role, Action.RECORD)
    group = group or (None if institution is None and place is None else "overdue")
    if group is not None:
        listed = await _due(page, group, _ROWS, cursor, institution=institution, place=place, mine=mine)
        rows = [DueRows(group, listed["items"], len(listed["items"]))]
        return render(
            page,
            "today.html",
            group=group,
            groups=rows,
            listed=listed,
            institution=institution,
            place=place,
            mine=mine,
            records=records,
            institutions=await institutions_overseen(page),
            older=None,
            recordable=await _recordable(page, rows),
        )
    overdue = await _due(page, "overdue", _AT_FIRST)
    soon = await _due(page, "days_30", _ROWS, since=page.context.today)
    groups = [_overdue(page, overdue), *_by_day(soon["items"], more=soon["next"] is not None)]
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
        to_approve=page.counts and DECISIONS in SIDE[page.role] and page.counts[DECISIONS.counted],
        most=_OWN,
        imports=await _imports(page) if page.role in MAY_HAND_IN else [],
    )


async def _due(
    page: PageRequest,
    group: DueGroup,
    limit: int,
    cursor: str | None = None,
    since: date | None = None,
    institution: UUID | None = None,
    place: str | None = None,
    *,
    mine: bool = False,
) -> Any:  # noqa: ANN401 - an answer
    """Return what is due of a group; of one that begins later, from the day `since` on."""
    day = page.context.today
    a_year_ago, week = add(day, months=-12), add(day, days=_WEEK_DAYS)
    asked: dict[str, Any] = {
        "overdue": {"state": ["overdue"], "due_since": a_year_ago},
        "escalated": {"state": ["overdue"], "due_since": a_year_ago, "escalated_to": [*RECIPIENTS]},
        "today": {"state": ["due"], "due_until": day},
        "days_7": {"state": ["due"], "due_since": add(day, days=1), "due_until": week},
        "days_30": {
            "state": ["due"],
            "due_since": since or add(week, days=1),
            "due_until": add(day, days=SOON_DAYS),
        },
        "long_overdue": {"state": ["overdue"], "due_until": day_before(a_year_ago)},
    }[group]
    asked |= {"institution": institution, "place": place}
    if mine:
        asked["responsible"] = str(page.context.actor.user)
    return await page.answer(lists.obligations, limit=limit, cursor=cursor, evidence=False, **asked)


async def _recordable(page: PageRequest, groups: Sequence[DueRows]) -> set[str]:
    """Return the children, of those in groups, in whose files the reader may record what is due."""
    listed = {UUID(row["child"]) for each in groups for row in each.rows}
    return {str(child) for child in await recordable(page, listed)}


def _overdue(page: PageRequest, listed: Mapping[str, Any]) -> DueRows:
    counted: Any = page.counts["overdue"] if page.counts else {"count": 0, "more": listed["next"] is not None}
    rows = listed["items"]
    return DueRows("overdue", rows, max(counted["count"], len(rows)), counted["more"])


def _by_day(rows: Sequence[Mapping[str, Any]], *, more: bool) -> list[DueRows]:
    """Return what is due today, within a week, and later, as far as there is any; more follows the last."""
    today_only = [row for row in rows if row["days_left"] <= 0]
    week = [row for row in rows if 0 < row["days_left"] <= _WEEK_DAYS]
    later = [row for row in rows if row["days_left"] > _WEEK_DAYS]
    named: dict[DueGroup, list[Mapping[str, Any]]] = {"today": today_only, "days_7": week, "days_30": later}
    last = [heading for heading, each in named.items() if each][-1:]
    return [
        DueRows(heading, each[:_AT_FIRST], len(each), more and heading in last)
        for heading, each in named.items()
    ]


async def _imports(page: PageRequest) -> list[WaitingImport]:
    """Return the imports that the reader began and that are not recorded, the latest first."""
    listed = (await page.answer(import_jobs.imports))["items"]
    recorded = {each["sha256"] for each in listed if not each["dry_run"] and each["state"] != "failed"}
    waiting, seen = [], set[str]()
    for each in listed:
        going_on = each["state"] in {"queued", "running"}
        settled = not going_on and each["sha256"] in recorded | seen
        if each["begun_by"]["user"] == str(page.context.actor.user) and not settled:
            seen.add(each["sha256"])
            failed = each["state"] == "failed"
            standing: Any = "going_on" if going_on else "not_done" if failed else "to_look_over"
            waiting.append(WaitingImport(each["job"], each["file"], standing, each.get("rejected", 0)))
    return waiting
