"""Whether an extract that somebody holds is ours and still holds: a page for anybody, without signing in."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.console.page_request import Preferences
from api.console.page_route import PageRoute
from api.console.rendering import render_door
from api.contract.problems import Problem
from api.http.authentication import TenantsDep
from api.http.extract_verification import PAGE, verified

router = APIRouter(prefix="/console", route_class=PageRoute)

_LONGEST: Final = 100
_TOO_MANY: Final = 429


@router.get("/verify")
async def verify_extract(
    request: Request,
    tenants: TenantsDep,
    number: Annotated[str, Query(description="As it stands on the paper.")] = "",
    digest: Annotated[str, Query(description="The check code on the paper.")] = "",
) -> Response:
    """Ask for what stands on the paper, and tell which of three answers it is."""
    number, digest, told, status = number[:_LONGEST], digest[:_LONGEST], None, 200
    if number and digest:
        try:
            told = await verified(tenants, number, digest)
        except Problem as problem:
            if problem.kind.status != _TOO_MANY:
                raise
            status = _TOO_MANY
    return render_door(
        Preferences.of(request),
        "verify.html",
        status=status,
        here=f"{PAGE}?{urlencode({'number': number, 'digest': digest})}",
        address=PAGE,
        number=number,
        digest=digest,
        told=told,
        waits=status == _TOO_MANY,
        missing=bool(number) != bool(digest),
    )
