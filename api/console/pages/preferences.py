"""How somebody reads, their password, and where else they are signed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from starlette.responses import RedirectResponse

from api.clock import SHANGHAI
from api.console.addresses import here
from api.console.page_request import HOME, LANGUAGE_COOKIE, TEXT_COOKIE, PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.sign_in import A_YEAR, password_faults
from api.console.rendering import lead_to, render
from api.console.sent_form import all_fields, form
from api.identity.passwords import SHORTEST

router = page_router()

Done: TypeAlias = Literal["password", "sessions"]
"""What was done just now."""
_ADDRESS: Final = f"{HOME}/preferences"
_UNUSABLE: Final = 422
_THE_SAME_AGAIN: Final = 307
"""Has a browser send the same form to another address."""


@router.get("/preferences")
async def preferences_page(page: SignedIn, done: Annotated[Done | None, Query()] = None) -> Response:
    """Show how somebody reads, whether they have a password, and where else they are signed in."""
    container, person = page.context.container, page.context.actor.user
    return render(
        page,
        "preferences.html",
        done=done,
        login=(await container.logins.states(person)).get(person),
        others=await container.sessions.others(page.session),
    )


@router.post("/preferences")
async def preferences(
    request: Request, sent: Annotated[Mapping[str, str], Depends(form("language", "text", "back"))]
) -> Response:
    """Remember in which language and in what size somebody reads, and lead back."""
    return _remembered(request, lead_to(here(sent["back"]) or HOME), sent)


@router.get("/preferences/keeping")
async def nothing_to_keep(to: Annotated[str | None, Query(max_length=300)] = None) -> Response:
    """Lead to where a form would be shown again: what was filled in comes with the form alone."""
    return lead_to(here(to) or HOME)


@router.post("/preferences/keeping")
async def preferences_keeping(
    request: Request,
    to: Annotated[str, Query(max_length=300)],
    filled: Annotated[Mapping[str, Sequence[str]], Depends(all_fields)],
) -> Response:
    """Remember how somebody reads, and send on the form that they were filling in, to be shown again."""
    there = here(to)
    sent = {name: next(iter(filled.get(name, ())), "") for name in ("language", "text")}
    answer = RedirectResponse(there, _THE_SAME_AGAIN) if there else lead_to(HOME)
    return _remembered(request, answer, sent)


@router.post("/preferences/stay")
async def stay(page: SignedIn) -> Response:
    """Go on with a session, and tell the seconds after which it ends without use."""
    left = int((page.session.idle_until - page.context.now).total_seconds())
    return Response(str(left), media_type="text/plain")


def _remembered(request: Request, answer: Response, sent: Mapping[str, str]) -> Response:
    tls = request.app.state.settings.tls_handled
    for cookie, value, known in (
        (LANGUAGE_COOKIE, sent["language"], {"zh", "en"}),
        (TEXT_COOKIE, sent["text"], {"usual", "large"}),
    ):
        if value in known:
            answer.set_cookie(
                cookie, value, max_age=A_YEAR, path=HOME, secure=tls, httponly=True, samesite="lax"
            )
    return answer


@router.get("/preferences/password")
async def password_page(page: SignedIn) -> Response:
    """Ask for the password of now and for another one."""
    return await _password(page, ())


@router.post("/preferences/password")
async def change_password(
    page: SignedIn, sent: Annotated[Mapping[str, str], Depends(form("old", "new", "again"))]
) -> Response:
    """Change somebody's password, which ends their other sessions."""
    container, actor = page.context.container, page.context.actor
    faults = await password_faults(page.http, container, actor, sent["new"], sent["again"])
    if faults:
        return await _password(page, faults)
    checked = await container.logins.checked_of(actor.user, sent["old"])
    changed = await container.logins.change_password(checked, sent["new"], keep=page.session.session)
    if not changed:
        wrong = [page.words("password.wrong_old")]
        if checked.wait_until is not None:
            wrong.append(page.words("sign_in.wait", at=_clock_time(checked.wait_until)))
        return await _password(page, wrong)
    return lead_to(f"{_ADDRESS}?done=password")


@router.post("/preferences/sessions/end")
async def end_other_sessions(page: SignedIn) -> Response:
    """End all sessions of somebody but this one."""
    await page.context.container.sessions.end_others(page.session)
    return lead_to(f"{_ADDRESS}?done=sessions")


@router.post("/preferences/sessions/{session}/end")
async def end_session(page: SignedIn, session: UUID) -> Response:
    """End one session of somebody, which may have ended already."""
    await page.context.container.sessions.end_one(page.context.actor.user, session)
    return lead_to(f"{_ADDRESS}?done=sessions")


def _clock_time(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%H:%M:%S}"


async def _password(page: PageRequest, faults: Sequence[str]) -> Response:
    person = page.context.actor.user
    state = (await page.context.container.logins.states(person)).get(person)
    return render(
        page,
        "password.html",
        status=_UNUSABLE if faults else 200,
        login=state,
        faults=faults,
        shortest=SHORTEST,
    )
