"""Searching a list by a name or a number: what was typed stands in no address, but under a ticket."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from fastapi import Response

from api.console.page_request import PageRequest
from api.console.rendering import lead_to
from api.contract.problems import Problem
from domain.event import Kind

ROWS: Final = 50
"""Rows of a page of what was found."""


@dataclass(frozen=True, slots=True)
class TicketSearch:
    """The search of one list: the API's function, the address of the list, and of what the files are."""

    function: Callable[..., Awaitable[Any]]
    address: str
    kind: Kind

    async def lead_on(self, page: PageRequest, sent: Mapping[str, str]) -> Response:
        """Search for what was sent, and lead to the one file found, or to the list by a ticket."""
        query = sent["q"].strip()
        if not query:
            return lead_to(self.address)
        listed = await self._found(page, query)
        if len(listed["items"]) == 1:
            return lead_to(f"{self.address}/{listed['items'][0][self.kind]}")
        ticket = await page.context.container.sessions.keep_query(page.session, query)
        return lead_to(f"{self.address}?found={ticket}")

    async def by_ticket(
        self, page: PageRequest, ticket: UUID, cursor: str | None, sort: str | None
    ) -> tuple[str, Any]:
        """Return what was typed and a page of what it finds. Raises the problem `not_found`."""
        query = await page.context.container.sessions.query(page.session, ticket)
        if query is None:
            raise Problem("not_found")
        return query, await self._found(page, query, cursor, sort)

    async def _found(
        self, page: PageRequest, query: str, cursor: str | None = None, sort: str | None = None
    ) -> Any:  # noqa: ANN401 - an answer
        asked = {"q": query, "limit": ROWS, "cursor": cursor, "sort": sort}
        return await page.answer(self.function, raw=orjson.dumps(asked))
