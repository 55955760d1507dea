"""In which of the files that a page names its reader may record."""

from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from api.console.page_request import PageRequest
from api.contract.problems import Problem
from api.identity.permissions import Action, role_may


async def recordable(
    page: PageRequest, children: Collection[UUID], action: Action = Action.RECORD
) -> set[UUID]:
    """Return those of these children in whose files the reader may record, or do something else."""
    if not children or not role_may(page.role, action):
        return set()
    scopes, may = await page.context.scopes(children), set[UUID]()
    for child in children:
        with suppress(Problem):
            page.context.check(scopes, child, action)
            may.add(child)
    return may
