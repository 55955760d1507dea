"""Who is ready for adult life and what is stuck: fourteen gates of each young person, who turns 18 first."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response

from api.console.board_workbook import board_workbook
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import render
from api.http import readiness_board
from api.http.cursors import Cursor
from api.http.dependencies import Day
from api.http.import_starting import XLSX
from api.http.readiness_board import StuckAt, WithinMonths
from domain.label import Label
from domain.limit import Area, limit
from domain.readiness import GATES, Status

router = APIRouter(prefix="/console", route_class=PageRoute)
downloads = APIRouter(prefix="/console", route_class=PageRoute)
"""What is saved, and no page."""

MONTHS: Final = (0, 3, 6, 12, 24)
"""Months ahead that are offered."""
_ROWS: Final = 50
_AT_ONCE: Final = 500
MOST_SAVED: Final = limit(
    10_000,
    Area.ANSWERS,
    Label("成年安置准备表（.xlsx）的人数", "People of the workbook of the readiness board"),
    why=Label("工作簿在内存中生成", "It is made in memory"),
    beyond=Label("说明页注明还有更多", "Its second sheet says that there are more"),
)


@router.get("/readiness")
async def board(
    page: SignedIn,
    day: Day = None,
    within_months: WithinMonths = None,
    status: Status | None = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
    cursor: Cursor = None,
) -> Response:
    """Show those who turn 18 within some months, their gates, and where most are stuck."""
    asked = _asked(page, day, within_months, stuck_at, institution)
    listed = await page.answer(
        readiness_board.readiness,
        **asked,
        status=None if status is None else [status],
        limit=_ROWS,
        cursor=cursor,
    )
    following = None
    if not listed["items"] and cursor is None:
        everybody = asked | {"within_months": None, "stuck_at": None}
        following = await page.answer(readiness_board.readiness, **everybody, limit=1)
    return render(
        page,
        "board.html",
        listed=listed,
        counts=await page.answer(readiness_board.counts, **asked),
        following=next(iter(following["items"]), None) if following else None,
        asked={**asked, "status": status},
        day=day or page.context.today,
        months=MONTHS,
        gates=GATES,
        institutions=await institutions_overseen(page),
        query=_query({**asked, "status": status}),
        elsewhere=_query({**asked, "status": status, "stuck_at": None}),
        first=cursor is None,
    )


@downloads.get("/readiness.xlsx")
async def saved_board(
    page: SignedIn,
    day: Day = None,
    within_months: WithinMonths = None,
    status: Status | None = None,
    stuck_at: StuckAt = None,
    institution: UUID | None = None,
) -> Response:
    """Save those whom the board lists by the same filters as a workbook, with what each gate lacks."""
    asked = _asked(page, day, within_months, stuck_at, institution)
    statuses = None if status is None else [status]
    rows: list[Mapping[str, Any]] = []
    cursor, position = None, 0
    while len(rows) < MOST_SAVED:
        listed = await page.answer(
            readiness_board.readiness, **asked, status=statuses, limit=_AT_ONCE, cursor=cursor
        )
        rows += listed["items"]
        cursor, position = listed["next"], listed["known_position"]
        if cursor is None:
            break
    words, on = page.words, day or page.context.today
    named = {} if institution is None else await page.institution_names([str(institution)])
    about = [
        (words("board.day"), on.isoformat()),
        (words("board.turns_18"), _months(page, within_months)),
        (
            words("board.status"),
            words("children.any") if status is None else words.of("readiness_status", status),
        ),
        (words("board.stuck_at"), _gate(page, stuck_at)),
        (words("children.institution"), named.get(str(institution)) or words("children.any")),
        (words("board.saved"), str(len(rows)) if cursor is None else words("board.more", count=len(rows))),
        (words("board.position"), str(position)),
        (words("readiness.title"), words("readiness.advice")),
    ]
    content = await asyncio.to_thread(board_workbook, words, rows, about)
    disposition = {"Content-Disposition": f'attachment; filename="readiness-{on}.xlsx"'}
    return Response(content, media_type=XLSX, headers=disposition)


def _months(page: PageRequest, months: int | None) -> str:
    if months is None:
        return page.words("children.any")
    return page.words("board.within", months=months) if months else page.words("board.already")


def _gate(page: PageRequest, number: int | None) -> str:
    return (
        page.words("board.any_gate")
        if number is None
        else f"{number} {page.words.label(GATES[number].label)}"
    )


def _asked(
    page: PageRequest,
    day: date | None,
    within_months: int | None,
    stuck_at: int | None,
    institution: UUID | None,
) -> dict[str, Any]:
    """Return what the answer is asked for: today is the day unless another is."""
    return {
        "day": None if day == page.context.today else day,
        "within_months": within_months,
        "stuck_at": stuck_at,
        "institution": institution,
    }


def _query(asked: Mapping[str, date | int | UUID | str | None]) -> str:
    return urlencode({name: value for name, value in asked.items() if value is not None})
