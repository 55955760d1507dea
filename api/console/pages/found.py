"""What speaks against files, across all of them: by rule, the longest-standing first."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response

from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.recordable import recordable
from api.console.rendering import render
from api.http import lists
from api.http.cursors import Cursor
from api.http.one_file import RuleId
from api.identity.permissions import Action
from domain.judging import FindingKind

router = APIRouter(prefix="/console", route_class=PageRoute)

_ROWS: Final = 50


@router.get("/findings")
async def findings(
    page: SignedIn,
    rule: Annotated[RuleId | None, Query()] = None,
    kind: Annotated[FindingKind | None, Query()] = None,
    cursor: Cursor = None,
) -> Response:
    """Show a page of the findings of one rule or kind, or of all."""
    listed: Any = await page.answer(
        lists.findings, rule=rule and [rule], kind=kind, limit=_ROWS, cursor=cursor
    )
    asked = {name: value for name, value in {"rule": rule, "kind": kind}.items() if value is not None}
    alike = {UUID(row["child"]) for row in listed["items"] if row["others"]}
    return render(
        page,
        "findings.html",
        listed=listed,
        rule=rule,
        kind=kind,
        asked_query=urlencode(asked),
        first=cursor is None,
        joinable={str(child) for child in await recordable(page, alike, Action.JOIN)},
    )
