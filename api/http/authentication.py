"""Authentication: the token decides the container and the actor."""

from functools import partial
from typing import Annotated, Final, NamedTuple, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.bootstrap import Container
from api.budgets import Turn
from api.contract.described_later import DescribedLater
from api.contract.problems import Problem, invalid
from api.http.parameters import NOTHING_UNKNOWN, TWICE
from api.http.request_body import BODILESS, MOST_UNASKED, content_length
from api.identity.permissions import Actor
from api.identity.reading_reasons import HEADER, REASONS, ReadingReason
from api.identity.tokens import Still
from api.tenants import Tenants
from domain.label import Label
from ledger.codec.messages import InvalidValue

_NO_REASON: Final = Label("没有这一查阅事由", "no such reason for reading")
_bearer = HTTPBearer(auto_error=False, description="A token of `childledger token new`")


class Authenticated(NamedTuple):
    """The actor of a request, and the container; nothing but the token chooses it.

    `turn` is the request's turn among the actor's requests. `still` checks whether the token is still valid.
    `reason` is why the actor reads, as the request states it, None where it does not.
    """

    container: Container
    actor: Actor
    turn: Turn
    still: Still
    reason: ReadingReason | None = None


async def tenants(request: Request) -> Tenants:
    """Return all containers of this service."""
    tenants: Tenants = request.app.state.tenants
    return tenants


TenantsDep: TypeAlias = Annotated[Tenants, Depends(tenants)]


async def authenticated(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    reason: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Why the caller reads; the access log keeps it. Sealed sets (adoption, abuse,"
            " restricted health) are answered to those alone who state it.",
            json_schema_extra={"enum": [*ReadingReason]},
        ),
    ] = None,
) -> Authenticated:
    """Return the actor and the container, once it is the request's turn; `RequestLog` ends the turn.

    A dependency of every router whose requests are somebody's. Raises the problems `unauthenticated`,
    `unavailable`, `too_many_requests`, `too_large` for a body of a method without one, and `invalid`.
    """
    tenants: Tenants = request.app.state.tenants
    token = "" if credentials is None else credentials.credentials
    for name in tenants.named_by(token):
        container = tenants[name]
        actor = await container.identity.authenticate(token)
        if actor is not None:
            who = await admitted(request, name, actor, partial(_still, container, token))
            request.state.entered = who._replace(reason=_stated(request, reason))
            return request.state.entered  # type: ignore[no-any-return]  # a request's state has no types
    raise Problem("unauthenticated")


async def admitted(request: Request, ledger: str, actor: Actor, still: Still) -> Authenticated:
    """Return an actor of a ledger, once it is the request's turn, with what checks who they are again.

    Raises the problems of `authenticated`.
    """
    tenants: Tenants = request.app.state.tenants
    if request.method in BODILESS and content_length(request) > MOST_UNASKED:
        raise Problem("too_large", headers={"Connection": "close"})
    tenants.under_way.take(actor.user)
    turn = tenants.turns.of(actor.user)
    request.state.ended = partial(_ended, tenants, actor.user, turn)
    request.state.ledger, request.state.actor, request.state.still = ledger, actor, still
    await turn.take()
    await still()
    return Authenticated(tenants[ledger], actor, turn, still)


def _stated(request: Request, reason: str | None) -> ReadingReason | None:
    """Return the reason of a header, known once it is known who asks. Raises the problem `invalid`."""
    if len(request.headers.getlist(HEADER)) > 1:
        raise invalid([InvalidValue(f"/header/{HEADER}", TWICE)])
    if reason is None or reason in REASONS:
        return None if reason is None else ReadingReason(reason)
    raise invalid([InvalidValue(f"/header/{HEADER}", _NO_REASON, known=tuple(REASONS))])


async def _still(container: Container, token: str) -> None:
    if await container.identity.authenticate(token) is None:
        raise Problem("unauthenticated")


def _ended(tenants: Tenants, person: UUID, turn: Turn) -> None:
    turn.give_back()
    tenants.under_way.give_back(person)


async def entered(request: Request) -> Authenticated:
    """Return what `authenticated` returned, on which the router depends.

    FastAPI walks every path to a dependency and works out its parameters on each, so that there is one to it.
    """
    return request.state.entered  # type: ignore[no-any-return]  # as above


AuthenticatedDep: TypeAlias = Annotated[Authenticated, Depends(entered)]
"""The caller and the container, where the router depends on `authenticated`."""


def callers_router(*tags: str) -> APIRouter:
    """Return a router of requests that are somebody's: each is authenticated, and holds nothing unknown.

    It has its dependencies from the start: FastAPI works out anew each route of a router that is included.
    """
    return DescribedLater(tags=[*tags], dependencies=[Depends(authenticated), NOTHING_UNKNOWN])
