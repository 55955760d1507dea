"""Routes of pages: what a browser sends empty is not sent, and a problem is a page."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse

from api.bootstrap import Container
from api.console.addresses import SHOWN, page_asked_for
from api.console.cross_site import from_here
from api.console.drafts import DRAFTS, OF_SENDING, draft_address, draft_ticket
from api.console.page_request import (
    HOME,
    KEPT,
    SECOND_FACTOR,
    SHOWN_TO,
    PageRequest,
    Preferences,
    SecondFactorAskedError,
    page_request,
    secret_of,
    shown_to,
)
from api.console.rendering import lead_to, render_problem
from api.console.sent_form import form_to_keep
from api.contract.problems import Problem, not_found
from api.http.errors import problem_of
from api.http.parameters import NOTHING_UNKNOWN
from api.http.request_body import BODILESS
from api.identity.kept_forms import KeptForm
from api.identity.shown_pages import ShownPage
from api.tenants import Tenants

log = structlog.get_logger()

_REHEARSE: Final = "rehearse"
"""What a form says that asks, while it is typed, what it would change."""
_BY_ITSELF: Final = frozenset({f"do={_REHEARSE}".encode(), b"do=auto"})
"""What a form says that the page sends by itself: whoever fills it in sees no answer."""
_NOT_NOW: Final = 500


class PageRoute(APIRoute):
    """A route of a page: its problems are told as a page, in the frame where somebody is signed in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request: FastAPI's handler, with problems as pages."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            _leave_out_empty(request)
            try:
                answered = await handler(request)
            except Exception as error:
                problem = problem_of(error)
                if problem is None:
                    log.exception("unexpected", exc_info=error)
                    problem = Problem("unexpected")
                elif problem.code == "invalid":
                    problem = await _misaddressed(request, problem)
                answered = await _told(request, problem)
            return await _asked_for_anew(request, answered)

        return answer


def page_router(prefix: str = "/console", *, beside: Sequence[Dependency] = (NOTHING_UNKNOWN,)) -> APIRouter:
    """Return a router of pages, whose forms are sent from here, with what is asked `beside` of each request.

    Pages are no part of the API's description.
    """
    dependencies = [Depends(from_here), *beside]
    return APIRouter(prefix=prefix, route_class=PageRoute, dependencies=dependencies, include_in_schema=False)


async def _asked_for_anew(request: Request, answered: Response) -> Response:
    """Lead a browser to a page that tells what came of a form, which it asks for: it sends the form once.

    What could not be done now, and may be sent again, is answered at once; so is what a form asks while it
    is typed, and whoever is not signed in, for whom nothing is kept.
    """
    page: PageRequest | None = getattr(request.state, "page", None)
    by_itself = not _BY_ITSELF.isdisjoint(getattr(request.state, "form", b"").split(b"&"))
    if page is None or by_itself or request.method in BODILESS:
        return answered
    if not isinstance(answered, HTMLResponse) or answered.status_code >= _NOT_NOW:
        return answered
    once = getattr(request.state, "once", False)
    kept = ShownPage(answered.status_code, bytes(answered.body).decode(), once)
    try:
        ticket = await page.context.container.shown_pages.keep(page.session, kept)
    except Exception as error:
        # What came of the form is told at any rate.
        if problem_of(error) is None:
            log.exception("unexpected", exc_info=error)
        return answered
    return lead_to(f"{SHOWN}{ticket}?{urlencode({'of': page_asked_for(request)})}")


async def _misaddressed(request: Request, problem: Problem) -> Problem:
    """Return the problem of an address that is not understood, for the frame of whoever is signed in.

    Addresses are read before it is known who asks. What cannot be an id is as unknown as one that nothing
    has.
    """
    if getattr(request.state, "page", None) is None:
        try:
            await page_request(request)
        except Problem as kept_out:
            return kept_out
    amiss = problem.more["errors"]
    return not_found() if any(each["pointer"].startswith("/path/") for each in amiss) else problem


async def _told(request: Request, problem: Problem) -> Response:
    if isinstance(problem, SecondFactorAskedError):
        here = request.url.path if request.method in BODILESS else HOME
        return lead_to(f"{SECOND_FACTOR}?{urlencode({'next': here})}")
    if problem.code == "unauthenticated":
        return lead_to(await _door(request))
    return render_problem(getattr(request.state, "page", None), Preferences.of(request), problem)


async def _door(request: Request) -> str:
    """Return the address of the sign-in page, with the page to come back to."""
    asked: dict[str, str] = {"ended": "true"} if secret_of(request) else {}
    query = request.url.query
    here = f"{request.url.path}?{query}" if query else request.url.path
    if request.method in BODILESS:
        asked["next"] = here
    elif (ticket := await _kept(request, here)) is not None:
        asked["next"] = f"{KEPT}{ticket}"
    return f"/console/sign-in?{urlencode(asked)}" if asked else "/console/sign-in"


async def _kept(request: Request, here: str) -> UUID | None:
    """Keep a form that came when its session had ended, and return its ticket; None where there is none."""
    tenants: Tenants = request.app.state.tenants
    secret = secret_of(request)
    for name in tenants.named_by(secret):
        forms = tenants[name].kept_forms
        person = await forms.whose(secret)
        if person is not None and (fields := await form_to_keep(request)):
            said = dict(fields)
            if said.get("do") == _REHEARSE or said.get(SHOWN_TO, whose := shown_to(person)) != whose:
                return None
            if here == DRAFTS and draft_address(said.get("address", "")) is not None:
                # What a page keeps by itself is the draft of its form, as it would be in a session.
                here, fields = said["address"], [each for each in fields if each[0] not in OF_SENDING]
            about, key = await _about(tenants[name], here), said.get("key")
            # A form that is sent again and again is one form: it must not push out the drafts of others.
            ticket = draft_ticket(person, key) if key and draft_address(here) is not None else None
            return await forms.keep(person, KeptForm(here, fields), ticket=ticket, about=about)
    return None


async def _about(container: Container, address: str) -> UUID | None:
    """Return the id of the file that a form at an address is about, if there is such a file."""
    at = draft_address(address)
    if at is None or at.file is None or await container.ledger.file(at.file.file_id) is None:
        return None
    return at.file.file_id


def _leave_out_empty(request: Request) -> None:
    """Leave out of an address what a form's empty fields add to it."""
    query = request.scope["query_string"].decode("latin-1")
    if not query:
        return
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    sent = [(name, value) for name, value in pairs if value.strip()]
    if len(sent) < len(pairs):
        request.scope["query_string"] = urlencode(sent, encoding="latin-1").encode("latin-1")
