"""The door: signing in with a token, signing out, and how somebody reads."""

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.responses import RedirectResponse

from api.console.navigation import home_of
from api.console.page_request import (
    HOME,
    KEPT,
    LANGUAGE_COOKIE,
    TEXT_COOKIE,
    Preferences,
    cookie_name,
    found_session,
)
from api.console.page_route import PageRoute
from api.console.rendering import render_door
from api.console.sent_form import form
from api.identity.sessions import REASONS, ReadingReason
from api.tenants import Tenants

router = APIRouter(prefix="/console", route_class=PageRoute)

SEE_OTHER: Final = 303
_A_YEAR: Final = 365 * 24 * 3600
_LONGEST: Final = 4000


@router.get("")
async def front(request: Request) -> Response:
    """Lead to the home of whoever is signed in, or to the door."""
    found = await found_session(request)
    return RedirectResponse("/console/sign-in" if found is None else home_of(found[2].actor.role), SEE_OTHER)


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    next: Annotated[str | None, Query(max_length=_LONGEST)] = None,  # noqa: A002 - a word of the address
    ended: bool | None = None,  # noqa: FBT001 - says that a session has ended
) -> Response:
    """Ask for a token, and say why one is here."""
    return _door(request, status=200, back=_here(next), ended=ended or False, wrong=False)


@router.post("/sign-in")
async def sign_in(
    request: Request, sent: Annotated[Mapping[str, str], Depends(form("token", "reason", "next"))]
) -> Response:
    """Begin a session with a token, and lead to where one wanted to go."""
    tenants: Tenants = request.app.state.tenants
    token, back = sent["token"].strip(), _here(sent["next"])
    reason = ReadingReason(sent["reason"]) if sent["reason"] in set(ReadingReason) else None
    for ledger in tenants.named_by(token):
        secret = await tenants[ledger].sessions.begin(token, reason)
        if secret is not None:
            settings = request.app.state.settings
            answer = RedirectResponse(back or HOME, SEE_OTHER)
            answer.set_cookie(
                cookie_name(tls=settings.tls_handled),
                secret,
                path="/",
                secure=settings.tls_handled,
                httponly=True,
                samesite="lax",
            )
            return answer
    return _door(request, status=403, back=back, ended=False, wrong=True)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, if there is one, and lead to the door."""
    found = await found_session(request)
    if found is not None:
        _, container, session = found
        await container.sessions.end(session)
    answer = RedirectResponse("/console/sign-in", SEE_OTHER)
    answer.delete_cookie(cookie_name(tls=request.app.state.settings.tls_handled), path="/")
    return answer


@router.post("/preferences")
async def preferences(
    request: Request, sent: Annotated[Mapping[str, str], Depends(form("language", "text", "back"))]
) -> Response:
    """Remember in which language and in what size somebody reads, and lead back."""
    answer = RedirectResponse(_here(sent["back"]) or HOME, SEE_OTHER)
    tls = request.app.state.settings.tls_handled
    for cookie, value, known in (
        (LANGUAGE_COOKIE, sent["language"], {"zh", "en"}),
        (TEXT_COOKIE, sent["text"], {"usual", "large"}),
    ):
        if value in known:
            answer.set_cookie(
                cookie, value, max_age=_A_YEAR, path="/console", secure=tls, httponly=True, samesite="lax"
            )
    return answer


def _door(request: Request, *, status: int, back: str | None, ended: bool, wrong: bool) -> Response:
    return render_door(
        Preferences.of(request),
        "sign-in.html",
        status=status,
        back=back or "",
        ended=ended,
        wrong=wrong,
        kept=back is not None and back.startswith(KEPT),
        reasons=REASONS,
        idle=request.app.state.settings.session_idle_minutes,
    )


def _here(address: str | None) -> str | None:
    """Return an address if it is one of a page here."""
    if address is None or len(address) > _LONGEST or not address.isascii() or not address.isprintable():
        return None
    below = address == HOME or address.startswith((f"{HOME}/", f"{HOME}?"))
    return address if below and "\\" not in address and "//" not in address else None
