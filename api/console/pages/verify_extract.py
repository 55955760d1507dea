"""Whether an extract that somebody holds is ours and still holds: a page for anybody, without signing in."""

from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from api.console.page_request import Preferences
from api.console.page_route import page_router
from api.console.rendering import render_door
from api.console.upload import uploaded
from api.contract.extract_answers import VerifiedAnswer
from api.contract.problems import Problem
from api.http.authentication import TenantsDep
from api.http.extract_verification import PAGE, verified, verified_file
from api.issuing.extract_file import MOST_BYTES
from domain.events.archive import PDF

router = page_router()

_LONGEST: Final = 100
_SHOWN_BESIDE: Final = frozenset({"malformed", "too_large", "too_many_requests", "unsupported_media_type"})
"""Problems of a file that are told beside the form."""


@router.get("/verify")
async def verify_extract(
    request: Request,
    tenants: TenantsDep,
    number: Annotated[str, Query(description="As it stands on the paper.")] = "",
    digest: Annotated[str, Query(description="The check code on the paper.")] = "",
) -> Response:
    """Ask for what stands on the paper, and tell which of the answers it is."""
    number, digest = number[:_LONGEST], digest[:_LONGEST]
    told, problem = None, None
    if number and digest:
        try:
            told = await verified(tenants, number, digest)
        except Problem as raised:
            if raised.code != "too_many_requests":
                raise
            problem = raised
    here = f"{PAGE}?{urlencode({'number': number, 'digest': digest})}"
    return _shown(request, here, told, problem, number=number, digest=digest)


@router.post("/verify")
async def verify_extract_file(request: Request, tenants: TenantsDep) -> Response:
    """Tell which of the answers the file of an extract is, or what is wrong with what was sent."""
    try:
        upload = await uploaded(request, "file", MOST_BYTES)
        told = await verified_file(tenants, upload.parts)
    except Problem as problem:
        if problem.code not in _SHOWN_BESIDE:
            raise
        return _shown(request, PAGE, None, problem)
    return _shown(request, PAGE, told, None)


def _shown(
    request: Request,
    here: str,
    told: VerifiedAnswer | None,
    problem: Problem | None,
    *,
    number: str = "",
    digest: str = "",
) -> Response:
    return render_door(
        Preferences.of(request),
        "verify.html",
        status=200 if problem is None else problem.kind.status,
        here=here,
        address=PAGE,
        number=number,
        digest=digest,
        told=told,
        problem=problem,
        waits=problem is not None and problem.code == "too_many_requests",
        missing=bool(number) != bool(digest),
        kind=PDF,
        most=MOST_BYTES // 1024**2,
    )
