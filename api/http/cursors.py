"""Cursors of answers that are read at pinned positions: what was asked, and where the next page begins.

A page that follows is asked by its cursor alone; a parameter that is repeated may not say otherwise.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Protocol, TypeAlias, TypeVar

import orjson
from fastapi import Query
from pydantic import Field, TypeAdapter

from api.contract.problems import invalid
from api.http.dependencies import RequestContext
from domain.label import Label
from ledger.codec.messages import InvalidValue
from projections.paging import MOST

PageLimit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="Items of a page.")]
WithTotal: TypeAlias = Annotated[bool, Query(description="Whether to count the items of all pages, too.")]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=2000, description="`next` of the page before.")]
CursorNumber: TypeAlias = Annotated[int, Field(ge=0, lt=10**18)]
"""A number in a cursor: of an epoch, of a position, or of what came before."""


class PinnedPage(Protocol):
    """A page to come: a dataclass whose members are the parameters asked, and what they were pinned to."""

    @property
    def epoch(self) -> int:
        """The epoch in which the first page was read."""

    @property
    def known(self) -> int:
        """The last position that the pages read."""


T = TypeVar("T", bound=PinnedPage)


def no_cursor(place: str = "/query/cursor") -> InvalidValue:
    """Return the error that a cursor belongs to no page of this list."""
    return InvalidValue(place, _NONE_OF_THIS)


def packed(turn: object) -> str:
    """Return the cursor of a page."""
    return urlsafe_b64encode(orjson.dumps(turn)).decode().rstrip("=")


async def resumed(request: RequestContext, turn: type[T], cursor: str, given: Mapping[str, object]) -> T:
    """Return the page that a cursor stands for; `given` are the parameters that were sent with it, or None.

    Raises the problems `invalid` if it is none of this list or says otherwise than a parameter, and
    `other_epoch` if what it was read from was lost.
    """
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        page: T = _reader(turn).validate_json(text, strict=True, extra="forbid")
    except ValueError:
        raise invalid([no_cursor()]) from None
    if any(value is not None and value != getattr(page, name) for name, value in given.items()):
        raise invalid([no_cursor()])
    await request.check_epoch(page.epoch, page.known, await request.ledger.head())
    return page


@cache
def _reader(turn: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - the class of any page
    return TypeAdapter(turn)


_NONE_OF_THIS: Final = Label("不是此列表的游标", "is none of this list")
