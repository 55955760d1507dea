"""People and tokens, for whoever administers the ledger."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response

from api.console.admin_form import ADMIN, UNUSABLE, SavedForm, as_saved, attempted, institution_choices
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import readers_form
from api.http import administered_users, issued_tokens
from api.identity.permissions import Role

router = page_router("/console/admin")
downloads = page_router("/console/admin")
"""What is saved, and no page."""

PersonActDone: TypeAlias = Literal[
    "added", "login", "role", "ended", "sessions", "factor", "account", "revoked"
]
"""What was done just now."""
_ROLE: Final = ("role", "institution", "region")
_PERSON: Final = ("name", *_ROLE, "login", "mail")
_DAYS: Final = re.compile("[0-9]{1,9}")
_SENT: TypeAlias = Mapping[str, str]


@router.get("/people")
async def people(
    page: SignedIn, role: Role | None = None, institution: UUID | None = None, after: UUID | None = None
) -> Response:
    """List the people of the directory, and offer to add one."""
    return await _people(page, role=role, institution=institution, after=after)


@downloads.get("/people.{form}")
async def saved_people(
    page: SignedIn, form: SavedForm, role: Role | None = None, institution: UUID | None = None
) -> Response:
    """Save the people whom the page lists by the same filters, as `GET /users` answers them."""
    return await administered_users.users(
        page.context, role=role, institution=institution, as_table=as_saved(page, form)
    )


@router.post("/people")
async def add_person(
    page: SignedIn, sent: Annotated[_SENT, Depends(readers_form(*_PERSON, "key"))]
) -> Response:
    """Add somebody to the directory."""
    wanted = {name: sent[name] for name in _PERSON}
    added, faults = await attempted(
        page, administered_users.add_user, sent=wanted, idempotency_key=sent["key"] or None
    )
    if faults:
        return await _people(page, filled=sent, faults=faults)
    return lead_to(f"{ADMIN}/people/{added['user']}?done=added")


@router.get("/people/{user}")
async def person(
    page: SignedIn, user: UUID, done: Annotated[PersonActDone | None, Query()] = None
) -> Response:
    """Show one person, and what may be done about them."""
    return await _person(page, user, done=done)


@router.post("/people/{user}/role")
async def change_role(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form(*_ROLE, "named"))]
) -> Response:
    """Make somebody something else."""
    return await _act(page, user, administered_users.change_role, sent, "role")


@router.post("/people/{user}/login")
async def give_login(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form("login"))]
) -> Response:
    """Give somebody a user name."""
    return await _act(page, user, administered_users.give_login, sent, "login")


@router.post("/people/{user}/end")
async def end_person(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form("named"))]
) -> Response:
    """End all by which somebody enters."""
    return await _act(page, user, administered_users.end_user, sent, "ended")


@router.post("/people/{user}/account")
async def bind_account(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form("subject"))]
) -> Response:
    """Bind the account by which somebody signs in at the identity provider, or none."""
    return await _act(page, user, administered_users.bind_account, sent, "account")


@router.post("/people/{user}/second-factor/end")
async def end_factor(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form("named"))]
) -> Response:
    """End somebody's second factor."""
    return await _act(page, user, administered_users.end_factor, sent, "factor")


@router.post("/people/{user}/sessions/end")
async def end_sessions(
    page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form("named"))]
) -> Response:
    """End all sessions of somebody."""
    return await _act(page, user, administered_users.end_sessions, sent, "sessions")


@router.post("/people/{user}/first-sign-in")
async def let_in(page: SignedIn, user: UUID, sent: Annotated[_SENT, Depends(readers_form())]) -> Response:
    """Show a token for somebody's first sign-in, this once."""
    made, faults = await attempted(page, administered_users.let_in, user, sent=sent)
    return await _person(page, user, faults=faults, secret=made, made_by="let_in")


@router.post("/people/{user}/tokens")
async def make_token(
    page: SignedIn,
    user: UUID,
    sent: Annotated[_SENT, Depends(readers_form("purpose", "days", "decides"))],
) -> Response:
    """Show a token that was made for somebody, this once."""
    days = int(sent["days"]) if _DAYS.fullmatch(sent["days"]) else 0
    wanted = {
        "user": str(user),
        "purpose": sent["purpose"],
        "days": days,
        "may_approve": sent["decides"] == "yes",
    }
    made, faults = await attempted(page, issued_tokens.make_token, sent=wanted)
    return await _person(page, user, faults=faults, secret=made, made_by="make_token", filled=sent)


@router.get("/tokens")
async def tokens(
    page: SignedIn, after: UUID | None = None, done: Annotated[PersonActDone | None, Query()] = None
) -> Response:
    """List the tokens that enter now."""
    return await _tokens(page, after=after, done=done)


@downloads.get("/tokens.{form}")
async def saved_tokens(page: SignedIn, form: SavedForm) -> Response:
    """Save the tokens that enter now, as `GET /tokens` answers them."""
    return await issued_tokens.tokens(page.context, as_table=as_saved(page, form))


@router.post("/tokens/{token}/revoke")
async def revoke_token(
    page: SignedIn, token: UUID, sent: Annotated[_SENT, Depends(readers_form("named"))]
) -> Response:
    """Revoke a token."""
    _, faults = await attempted(page, issued_tokens.revoke_token, token, sent=sent)
    return await _tokens(page, faults=faults) if faults else lead_to(f"{ADMIN}/tokens?done=revoked")


async def _act(page: PageRequest, user: UUID, question: Any, sent: _SENT, done: PersonActDone) -> Response:  # noqa: ANN401 - a function of the API
    _, faults = await attempted(page, question, user, sent=sent)
    if faults:
        return await _person(page, user, faults=faults, filled=sent)
    return lead_to(f"{ADMIN}/people/{user}?done={done}")


async def _people(
    page: PageRequest,
    *,
    role: Role | None = None,
    institution: UUID | None = None,
    after: UUID | None = None,
    filled: _SENT | None = None,
    faults: Sequence[str] = (),
) -> Response:
    listed = await page.answer(
        administered_users.users, role=role, institution=institution, limit=50, after=after
    )
    return render(
        page,
        "admin-people.html",
        status=UNUSABLE if faults else 200,
        listed=listed,
        asked={"role": role or "", "institution": str(institution or "")},
        first=after is None,
        institutions=await institution_choices(page),
        roles=[each.value for each in Role],
        filled=filled or {},
        faults=faults,
        key=(filled or {}).get("key") or uuid4().hex,
    )


async def _person(
    page: PageRequest,
    user: UUID,
    *,
    done: PersonActDone | None = None,
    faults: Sequence[str] = (),
    secret: Any = None,  # noqa: ANN401 - an answer
    made_by: str = "",
    filled: _SENT | None = None,
) -> Response:
    told = await page.answer(administered_users.user, user)
    page.http.state.once = secret is not None
    return render(
        page,
        "admin-person.html",
        status=UNUSABLE if faults else 200,
        person=told,
        acts={each["act"]: each["refused"] for each in told["acts"]},
        institutions=await institution_choices(page),
        roles=[each.value for each in Role],
        done=done,
        faults=faults,
        secret=secret,
        made_by=made_by,
        single=page.context.container.settings.oidc_issuer is not None,
        filled=filled or {},
    )


async def _tokens(
    page: PageRequest,
    *,
    after: UUID | None = None,
    done: PersonActDone | None = None,
    faults: Sequence[str] = (),
) -> Response:
    listed = await page.answer(issued_tokens.tokens, limit=50, after=after)
    return render(
        page,
        "admin-tokens.html",
        status=UNUSABLE if faults else 200,
        listed=listed,
        first=after is None,
        done=done,
        faults=faults,
    )
