"""The door: signing in by password or by token, the first password, and signing out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response

from api.bootstrap import Container
from api.clock import SHANGHAI
from api.console.addresses import LONGEST_ADDRESS, here
from api.console.navigation import home_of
from api.console.page_request import (
    HOME,
    KEPT,
    LEDGER_COOKIE,
    Preferences,
    cookie_name,
    found_session,
    secret_of,
)
from api.console.page_route import page_router
from api.console.rendering import lead_to, render_door
from api.console.sent_form import form
from api.console.words import Words
from api.identity.passwords import SHORTEST, fault_of
from api.identity.permissions import Actor
from api.identity.reading_reasons import REASONS, ReadingReason
from api.tenants import Tenants

router = page_router()

DOOR: Final = f"{HOME}/sign-in"
FIRST_PASSWORD: Final = f"{DOOR}/password"
A_YEAR: Final = 365 * 24 * 3600
_FORBIDDEN, _UNUSABLE = 403, 422
_FIELDS: Final = ("user", "password", "ledger", "token", "reason", "next")


@dataclass(frozen=True, slots=True)
class ShownDoor:
    """What the door shows: where one goes on to, what one had typed, and what was wrong with it."""

    back: str | None = None
    ended: bool = False
    user: str = ""
    ledger: str = ""
    reason: str = ""
    fault: str | None = None
    wait_until: datetime | None = None


@router.get("")
async def front(request: Request) -> Response:
    """Lead to the home of whoever is signed in, or to the door."""
    found = await found_session(request)
    return lead_to(DOOR if found is None else home_of(found[2].actor.role))


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    next: Annotated[str | None, Query(max_length=LONGEST_ADDRESS)] = None,  # noqa: A002 - a word of the address
    ended: bool | None = None,  # noqa: FBT001 - says that a session has ended
) -> Response:
    """Ask who one is, and say why one is here."""
    return door(request, ShownDoor(here(next), ended or False, ledger=request.cookies.get(LEDGER_COOKIE, "")))


@router.post("/sign-in")
async def sign_in(request: Request, sent: Annotated[Mapping[str, str], Depends(form(*_FIELDS))]) -> Response:
    """Begin a session by password or by token, and lead to where one wanted to go."""
    back, token = here(sent["next"]), sent["token"].strip()
    shown = ShownDoor(back, user=sent["user"], ledger=sent["ledger"], reason=sent["reason"])
    if token:
        return await _by_token(request, shown, token)
    return await _by_password(request, shown, sent["password"])


@router.get("/sign-in/password")
async def first_password_page(
    request: Request,
    next: Annotated[str | None, Query(max_length=LONGEST_ADDRESS)] = None,  # noqa: A002 - a word of the address
    reason: ReadingReason | None = None,
) -> Response:
    """Ask somebody for their first password who has come by a token for that."""
    found = await _first(request)
    if found is None:
        return lead_to(DOOR)
    return await _first_door(request, *found, back=here(next), reason=reason, faults=())


@router.post("/sign-in/password")
async def first_password(
    request: Request, sent: Annotated[Mapping[str, str], Depends(form("new", "again", "next", "reason"))]
) -> Response:
    """Set somebody's first password, and begin their session."""
    found = await _first(request)
    if found is None:
        return lead_to(f"{DOOR}?ended=true")
    container, actor = found
    back, reason = here(sent["next"]), _reason(sent["reason"])
    faults = await password_faults(request, container, actor, sent["new"], sent["again"])
    if faults:
        return await _first_door(request, container, actor, back=back, reason=reason, faults=faults)
    secret = await container.sessions.begin_first(secret_of(request), sent["new"], reason)
    if secret is None:
        return lead_to(f"{DOOR}?ended=true")
    return await entered(request, back, secret, container.ledger.name)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session, if there is one, and lead to the door.

    The browser keeps the secret of the ended session, which opens nothing: a form that is still open in
    another of its windows is kept by it for whoever filled it in.
    """
    answer = lead_to(DOOR)
    if not await _end_session(request):
        # It may be a token for a first sign-in, which still is good.
        answer.delete_cookie(cookie_name(tls=request.app.state.settings.tls_handled), path="/")
    return answer


async def password_faults(
    request: Request, container: Container, actor: Actor, new: str, again: str
) -> Sequence[str]:
    """Return what is wrong with a password that somebody chose, in the words of the page."""
    words = Words(Preferences.of(request).language)
    state = (await container.logins.states(actor.user)).get(actor.user)
    if state is None:
        return (words("password.no_login"),)
    fault = fault_of(new, state.name or "")
    if fault is not None:
        return (words.label(fault),)
    return () if new == again else (words("password.not_the_same"),)


async def _by_token(request: Request, shown: ShownDoor, token: str) -> Response:
    tenants: Tenants = request.app.state.tenants
    reason = _reason(shown.reason)
    for ledger in tenants.named_by(token):
        sessions = tenants[ledger].sessions
        if await sessions.first(token) is not None:
            asked = {"next": shown.back, "reason": reason}
            query = urlencode({name: each for name, each in asked.items() if each is not None})
            return _holding(request, f"{FIRST_PASSWORD}?{query}" if query else FIRST_PASSWORD, token)
        secret = await sessions.begin(token, reason)
        if secret is not None:
            return await entered(request, shown.back, secret, ledger)
    return door(request, replace(shown, fault="token"), status=_FORBIDDEN)


async def _by_password(request: Request, shown: ShownDoor, password: str) -> Response:
    tenants: Tenants = request.app.state.tenants
    ledger = tenants.names[0] if len(tenants.names) == 1 else shown.ledger
    if ledger not in tenants.names:
        return door(request, replace(shown, fault="ledger"), status=_UNUSABLE)
    if not shown.user.strip() or not password:
        return door(request, replace(shown, fault="missing"), status=_UNUSABLE)
    signed_in = await tenants[ledger].sessions.begin_by_password(shown.user, password, _reason(shown.reason))
    if signed_in.secret is None:
        wrong = replace(shown, fault="password", wait_until=signed_in.wait_until)
        return door(request, wrong, status=_FORBIDDEN)
    return await entered(request, shown.back, signed_in.secret, ledger)


async def _first(request: Request) -> tuple[Container, Actor] | None:
    """Return who has come by a token for a first sign-in, which the cookie holds until a password is set."""
    tenants: Tenants = request.app.state.tenants
    token = secret_of(request)
    for ledger in tenants.named_by(token):
        actor = await tenants[ledger].sessions.first(token)
        if actor is not None:
            return tenants[ledger], actor
    return None


async def entered(request: Request, back: str | None, secret: str, ledger: str) -> Response:
    """Lead somebody on who has signed in; the session that this browser had before ends."""
    await _end_session(request)
    answer = _holding(request, back or HOME, secret)
    tls = request.app.state.settings.tls_handled
    answer.set_cookie(
        LEDGER_COOKIE, ledger, max_age=A_YEAR, path=HOME, secure=tls, httponly=True, samesite="lax"
    )
    return answer


async def _end_session(request: Request) -> bool:
    """End the session of this browser, and return whether its cookie was that of one."""
    tenants: Tenants = request.app.state.tenants
    secret = secret_of(request)
    return any([await tenants[ledger].sessions.end(secret) for ledger in tenants.named_by(secret)])


def _holding(request: Request, address: str, secret: str) -> Response:
    tls = request.app.state.settings.tls_handled
    answer = lead_to(address)
    answer.set_cookie(cookie_name(tls=tls), secret, path="/", secure=tls, httponly=True, samesite="lax")
    return answer


def _reason(sent: str) -> ReadingReason | None:
    return ReadingReason(sent) if sent in set(ReadingReason) else None


def door(request: Request, shown: ShownDoor, *, status: int = 200) -> Response:
    """Return the page that asks who one is."""
    names = request.app.state.tenants.names
    return render_door(
        Preferences.of(request),
        "sign-in.html",
        status=status,
        shown=shown,
        kept=shown.back is not None and shown.back.startswith(KEPT),
        ledgers=names if len(names) > 1 else (),
        reasons=REASONS,
        single=request.app.state.settings.oidc_issuer is not None,
        idle=request.app.state.settings.session_idle_minutes,
        wait_until=None if shown.wait_until is None else shown.wait_until.astimezone(SHANGHAI),
    )


async def _first_door(
    request: Request,
    container: Container,
    actor: Actor,
    *,
    back: str | None,
    reason: ReadingReason | None,
    faults: Sequence[str],
) -> Response:
    state = (await container.logins.states(actor.user)).get(actor.user)
    return render_door(
        Preferences.of(request),
        "first-password.html",
        status=_UNUSABLE if faults else 200,
        here=FIRST_PASSWORD,
        back=back or "",
        reason=reason.value if reason else "",
        login=(state.name if state else None) or "",
        faults=faults,
        shortest=SHORTEST,
    )
