"""What speaks against files, across all of them: by rule, the longest-standing first."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import render
from api.http import lists
from api.http.cursors import Cursor
from api.http.one_file import RuleId
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
    return render(
        page,
        "findings.html",
        listed=listed,
        rule=rule,
        kind=kind,
        asked_query=urlencode(asked),
        first=cursor is None,
    )
