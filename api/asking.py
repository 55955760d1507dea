"""What every route may ask of its request: the house that answers, who asks, and the body."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.house import House
from api.permissions import Actor
from api.problems import Problem
from ledger.appends import MAX_BODY

JSON: Final = ("application/json",)

_bearer = HTTPBearer(auto_error=False, description="A token of `childledger token new`")


async def house(request: Request) -> House:
    """Return the house that answers."""
    found: House = request.app.state.house
    return found


TheHouse: TypeAlias = Annotated[House, Depends(house)]


async def actor(
    request: Request,
    house: TheHouse,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Actor:
    """Return who asks. Raises the problem `unauthenticated`."""
    found = None if credentials is None else await house.identity.authenticate(credentials.credentials)
    if found is None:
        raise Problem("unauthenticated")
    request.state.actor = found
    return found


TheActor: TypeAlias = Annotated[Actor, Depends(actor)]


def body(limit: int = 2 * MAX_BODY, types: tuple[str, ...] = JSON) -> Callable[[Request], Awaitable[bytes]]:
    """Return a dependency that answers the raw body, of these media types and at most `limit` bytes."""

    async def read(request: Request) -> bytes:
        return b"".join([part async for part in parts(request, limit, types)])

    return read


async def parts(request: Request, limit: int, types: tuple[str, ...] = JSON) -> AsyncIterator[bytes]:
    """Yield the body as it arrives. Raises the problems `unsupported_media_type` and `too_large`."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in types:
        raise Problem("unsupported_media_type")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise Problem("too_large")
    received = 0
    async for part in request.stream():
        received += len(part)
        if received > limit:
            raise Problem("too_large")
        yield part
