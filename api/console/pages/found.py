"""What speaks against files, across all of them: by rule, the longest-standing first."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.console.addresses import sorted_at
from api.console.overseen import institutions_overseen
from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.points_of_time import read_last_day
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import lists
from api.http.cursors import Cursor
from api.http.one_file import PlaceFilter, RuleId
from api.identity.permissions import Action
from domain.judging import FindingKind

router = APIRouter(prefix="/console", route_class=PageRoute)

_ROWS: Final = 50


@router.get("/findings")
async def findings(
    page: SignedIn,
    rule: Annotated[RuleId | None, Query()] = None,
    kind: Annotated[FindingKind | None, Query()] = None,
    since: Annotated[str | None, Query(max_length=40)] = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    sort: lists.FindingSort = None,
    cursor: Cursor = None,
) -> Response:
    """Show a page of the findings of one rule or kind, since a day, of one institution or place, or all."""
    first_day = read_last_day(since, "since")
    filters = {"kind": kind, "since": first_day, "institution": institution, "place": place, "sort": sort}
    listed: Any = await page.answer(
        lists.findings, rule=rule and [rule], **filters, limit=_ROWS, cursor=cursor
    )
    asked = {name: value for name, value in ({"rule": rule} | filters).items() if value is not None}
    alike = {UUID(row["child"]) for row in listed["items"] if row["others"]}
    return render(
        page,
        "findings.html",
        listed=listed,
        rule=rule,
        kind=kind,
        since=first_day,
        institution=institution,
        place=place,
        institutions=await institutions_overseen(page),
        asked_query=urlencode(asked),
        sort=sort,
        sorted_at=sorted_at("/console/findings", asked),
        first=cursor is None,
        joinable={str(child) for child in await recordable(page, alike, Action.JOIN)},
    )
