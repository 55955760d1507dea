"""What the requests of administrators share: their body, who acts, and how what cannot be done is told."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.administering import Administering, NoSuchError
from api.contract.encoding import JsonResponse
from api.contract.problems import WITHIN, Problem, invalid, not_found, responses
from api.http.dependencies import RequestContext
from api.http.request_body import body
from api.identity.directory import IdentityError
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue

MOST_BYTES: Final = limit(
    512 * 1024,
    Area.REQUESTS,
    Label("管理请求的字节数", "Bytes of a request of an administrator"),
    why=Label("足够一个地区的规则包", "Enough for the rule packs of a region"),
    beyond="too_large",
)
ACTING: Final = WITHIN | responses("malformed", "timed_out", "too_large", "unsupported_media_type", "invalid")
"""What an act of an administrator may answer."""
ActBody: TypeAlias = Annotated[bytes, Depends(body(MOST_BYTES))]
AfterId: TypeAlias = Annotated[UUID | None, Query(description="`next` of the page before.")]


@asynccontextmanager
async def acting(request: RequestContext) -> AsyncIterator[Administering]:
    """Give the caller as an administrator at work; what cannot be done is told as a problem."""
    try:
        yield Administering(request.container, request.actor)
    except NoSuchError:
        raise not_found() from None
    except IdentityError as error:
        errors = invalid([InvalidValue("", error.said)]).more["errors"]
        raise Problem("invalid", error.said, errors=errors) from None


async def directory_page(
    request: RequestContext, items: Sequence[dict[str, Any]], following: UUID | None = None
) -> JsonResponse:
    """Return a page of the directory as it is now, beside the position of the ledger at that time."""
    position = (await request.ledger.head()).position
    body = {"items": items, "next": None if following is None else str(following)}
    return JsonResponse(body, headers={"Ledger-Position": str(position)})
