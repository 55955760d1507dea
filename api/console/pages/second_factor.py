"""The second factor at the door: enrolled at the first sign-in, and shown at each."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode

import segno
from fastapi import Depends, Query, Request, Response

from api.bootstrap import Container
from api.clock import SHANGHAI
from api.console.addresses import LONGEST_ADDRESS, here
from api.console.page_request import HOME, SECOND_FACTOR, Preferences, found_session
from api.console.page_route import page_router
from api.console.pages.sign_in import DOOR
from api.console.rendering import lead_to, render_door
from api.console.sent_form import form
from api.identity.second_factors import CheckedCode
from api.identity.sessions import Session

router = page_router()

_FORBIDDEN: Final = 403


@router.get("/sign-in/second-factor")
async def second_factor_page(
    request: Request,
    next: Annotated[str | None, Query(max_length=LONGEST_ADDRESS)] = None,  # noqa: A002 - a word of the address
) -> Response:
    """Ask for a code, and show what to enter into an app where none is enrolled yet."""
    found = await _lacking(request)
    if isinstance(found, Response):
        return found
    return await _page(request, *found, back=here(next))


@router.post("/sign-in/second-factor")
async def show_second_factor(
    request: Request, sent: Annotated[Mapping[str, str], Depends(form("code", "next"))]
) -> Response:
    """Check a code, and lead to where one wanted to go."""
    found = await _lacking(request)
    if isinstance(found, Response):
        return found
    container, session = found
    back = here(sent["next"])
    checked = await container.second_factors.show(session, sent["code"])
    if checked.right:
        return lead_to(back or HOME)
    return await _page(request, container, session, back=back, checked=checked)


async def _lacking(request: Request) -> tuple[Container, Session] | Response:
    """Return whose session lacks a second factor, or where to go without one that does."""
    found = await found_session(request)
    if found is None:
        return lead_to(DOOR)
    _, container, session = found
    return (container, session) if container.second_factors.lacking(session) else lead_to(HOME)


async def _page(
    request: Request,
    container: Container,
    session: Session,
    *,
    back: str | None,
    checked: CheckedCode | None = None,
) -> Response:
    person = session.actor.user
    login = (await container.logins.states(person)).get(person)
    enrolment = await container.second_factors.enrolment(person, (login.name if login else None) or "–")
    wait_until = None if checked is None else checked.wait_until
    return render_door(
        Preferences.of(request),
        "second-factor.html",
        status=200 if checked is None else _FORBIDDEN,
        here=f"{SECOND_FACTOR}?{urlencode({'next': back})}" if back else SECOND_FACTOR,
        back=back or "",
        enrolment=enrolment,
        # Drawn in the page: pages load no pictures but the service's own files.
        drawn=None if enrolment is None else _drawn(enrolment.address),
        wrong=checked is not None,
        wait_until=None if wait_until is None else wait_until.astimezone(SHANGHAI),
    )


def _drawn(address: str) -> str:
    """Return a QR code as SVG without any style."""
    return segno.make(address, error="m").svg_inline(
        scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=False
    )
