"""The people of the ledger for whoever administers it: who they are, as what, and by what they enter."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Header

from api.administering import NewRole
from api.contract import bodies
from api.contract.administration_answers import (
    AddedAnswer,
    EndedAnswer,
    SecretAnswer,
    UserAnswer,
    WholeUserAnswer,
)
from api.contract.administration_tables import USERS_TABLE
from api.contract.encoding import JsonResponse
from api.contract.listing import Listing
from api.contract.problems import WITHIN, not_found
from api.contract.requests import (
    AccountRequest,
    LoginRequest,
    NamedRequest,
    NothingRequest,
    RoleChangeRequest,
    RoleRequest,
    UserRequest,
)
from api.http.administering_requests import ACTING, ActBody, AfterId, acting, directory_page
from api.http.authentication import callers_router
from api.http.cursors import PageLimit
from api.http.dependencies import FileRequest, RequestContext
from api.http.issued_tokens import token_answers
from api.http.list_formats import in_formats, listed, page_after
from api.http.recording_requests import KEY, RecordingRequest, takes
from api.identity.administration import ON_ONESELF, Act, check_act, why_not
from api.identity.directory import Member
from api.identity.permissions import Role

router = callers_router("administration")

_ABOUT_ONE: Final = (
    Act.CHANGE_ROLE,
    Act.LET_IN,
    Act.END,
    Act.END_SESSIONS,
    Act.END_FACTOR,
    Act.BIND,
    Act.MAKE_TOKEN,
    Act.REVOKE_TOKEN,
)
"""What an administrator does about somebody."""
_NOTED: Final = 20
"""Acts about somebody that are told, the latest first."""


@router.get("/users", responses=listed(Listing[UserAnswer]))
@in_formats(USERS_TABLE, pages=page_after)
async def users(
    request: FileRequest,
    role: Role | None = None,
    institution: UUID | None = None,
    limit: PageLimit = 50,
    after: AfterId = None,
) -> JsonResponse:
    """List the people of the directory by role; `next` is the last one of the page, to go on `after`."""
    check_act(request.actor, Act.LOOK)
    await request.check_institution(institution, "/query/institution")
    found = await request.container.identity.members_after(
        after, limit + 1, role=role, institution=institution
    )
    page = found[:limit]
    items = await _answers(request, page)
    return await directory_page(request, items, page[-1].member if len(found) > limit else None)


@router.post(
    "/users",
    status_code=201,
    response_model=AddedAnswer,
    responses=ACTING,
    openapi_extra=takes("UserRequest"),
)
async def add_user(
    request: RecordingRequest,
    raw: ActBody,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", json_schema_extra={"pattern": KEY})
    ] = None,
) -> JsonResponse:
    """Add somebody to the directory; the same `Idempotency-Key` adds them once.

    They enter once another administrator has let them in.
    """
    check_act(request.actor, Act.ADD)
    sent = bodies.valid(UserRequest, raw)
    key = idempotency_key and request.ledger.named("user", f"{request.actor.user} {idempotency_key}")
    async with acting(request) as administering:
        user = await administering.add(
            sent.name, _role(sent), login=sent.login, mail=sent.mail, member=key or None
        )
    return JsonResponse({"user": user}, 201, {"Location": f"/users/{user}"})


@router.get("/users/{user}", responses=WITHIN | {200: {"model": WholeUserAnswer}})
async def user(request: FileRequest, user: UUID) -> JsonResponse:
    """Tell of one person: their tokens, their sessions, what may be done about them and what was done."""
    check_act(request.actor, Act.LOOK)
    container = request.container
    member = await container.identity.member(user)
    if member is None:
        raise not_found()
    (told,) = await _answers(request, [member])
    tokens = await container.identity.tokens_after(None, 500, member=user)
    refused = {act: why_not(request.actor, act, member) for act in _ABOUT_ONE}
    body = {
        **told,
        "granted_by": member.granted_by,
        "let_in_by": member.let_in_by,
        "tokens": await token_answers(request, tokens),
        "sessions": len(await container.identity.sessions_of(user)),
        "acts": [
            {"act": act.name.lower(), "refused": why and {"zh": why.zh, "en": why.en}}
            for act, why in refused.items()
        ],
        "noted": await _noted(request, user),
    }
    return JsonResponse(body)


@router.post(
    "/users/{user}/role",
    response_model=UserAnswer,
    responses=ACTING,
    openapi_extra=takes("RoleChangeRequest"),
)
async def change_role(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """Make somebody something else, which ends all they enter with; another administrator lets them in."""
    check_act(request.actor, Act.CHANGE_ROLE)
    sent = bodies.valid(RoleChangeRequest, raw)
    async with acting(request) as administering:
        await administering.change_role(user, _role(sent), named=sent.named)
    return JsonResponse((await _answers(request, await request.container.identity.members_of([user])))[0])


@router.post(
    "/users/{user}/login", response_model=AddedAnswer, responses=ACTING, openapi_extra=takes("LoginRequest")
)
async def give_login(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """Give somebody a user name for the console, who has none."""
    check_act(request.actor, Act.ADD)
    sent = bodies.valid(LoginRequest, raw)
    async with acting(request) as administering:
        await administering.give_login(user, sent.login)
    return JsonResponse({"user": user})


@router.post(
    "/users/{user}/first-sign-in",
    response_model=SecretAnswer,
    responses=ACTING,
    openapi_extra=takes("NothingRequest"),
)
async def let_in(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """Return a token with which somebody sets a password; their password and sessions end. Shown once."""
    check_act(request.actor, Act.LET_IN)
    bodies.valid(NothingRequest, raw)
    async with acting(request) as administering:
        token = await administering.let_in(user)
    return JsonResponse({"token": token, "expires_in_days": request.container.settings.first_sign_in_days})


@router.post(
    "/users/{user}/end", response_model=AddedAnswer, responses=ACTING, openapi_extra=takes("NamedRequest")
)
async def end_user(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """End all sessions and tokens of somebody at once, and the password."""
    check_act(request.actor, Act.END)
    sent = bodies.valid(NamedRequest, raw)
    async with acting(request) as administering:
        await administering.end(user, named=sent.named)
    return JsonResponse({"user": user})


@router.post(
    "/users/{user}/sessions/end",
    response_model=EndedAnswer,
    responses=ACTING,
    openapi_extra=takes("NamedRequest"),
)
async def end_sessions(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """End all sessions of somebody in the console at once."""
    check_act(request.actor, Act.END_SESSIONS)
    sent = bodies.valid(NamedRequest, raw)
    async with acting(request) as administering:
        ended = await administering.end_sessions(user, named=sent.named)
    return JsonResponse({"ended": ended})


@router.post(
    "/users/{user}/account",
    response_model=AddedAnswer,
    responses=ACTING,
    openapi_extra=takes("AccountRequest"),
)
async def bind_account(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """Bind the account by which somebody signs in at the identity provider, kept by a digest alone."""
    check_act(request.actor, Act.BIND)
    sent = bodies.valid(AccountRequest, raw)
    async with acting(request) as administering:
        await administering.bind(user, sent.subject)
    return JsonResponse({"user": user})


@router.post(
    "/users/{user}/second-factor/end",
    response_model=AddedAnswer,
    responses=ACTING,
    openapi_extra=takes("NamedRequest"),
)
async def end_factor(request: RecordingRequest, user: UUID, raw: ActBody) -> JsonResponse:
    """End somebody's second factor, which they lost; they enrol another one when they sign in."""
    check_act(request.actor, Act.END_FACTOR)
    sent = bodies.valid(NamedRequest, raw)
    async with acting(request) as administering:
        await administering.end_factor(user, named=sent.named)
    return JsonResponse({"user": user})


def _role(sent: RoleRequest) -> NewRole:
    return NewRole(Role(sent.role), sent.institution, sent.region)


async def _answers(request: RequestContext, members: Sequence[Member]) -> list[dict[str, Any]]:
    names = {each.institution: each.name for each in await request.container.identity.institutions()}
    logins = await request.container.logins.states(members[0].member if len(members) == 1 else None)
    accounts = await request.container.identity_links.since(each.member for each in members)
    factors = await request.container.second_factors.since(each.member for each in members)
    return [
        {
            "user": each.member,
            "name": each.name,
            "role": each.role,
            "institution": each.institution,
            "institution_name": names.get(each.institution) if each.institution else None,
            "region": each.prefix,
            "login": login.name if (login := logins.get(each.member)) else None,
            "password_since": login.password_set_at if login else None,
            "second_factor_since": factors.get(each.member),
            "account_since": accounts.get(each.member),
        }
        for each in members
    ]


async def _noted(request: RequestContext, user: UUID) -> list[dict[str, Any]]:
    """Return what was done about somebody: of their lines in the access log those of acts."""
    acts = {act.value: act for act in Act if act not in ON_ONESELF}
    accesses = [each for each in await request.container.access.of(user, limit=500) if each.purpose in acts][
        :_NOTED
    ]
    names = await request.container.identity.names({each.user for each in accesses})
    return [
        {
            "at": each.at,
            "user": each.user,
            "name": names.get(each.user),
            "role": each.role,
            "act": acts[each.purpose].name.lower(),
        }
        for each in accesses
    ]
