"""The institutions that somebody oversees, and among which they may choose."""

from api.console.page_request import PageRequest
from api.identity.permissions import oversees


async def all_overseen(page: PageRequest) -> dict[str, str]:
    """Return the names of the institutions that the reader oversees, by id."""
    actor = page.context.actor
    known = await page.context.container.identity.institutions()
    return {str(each.institution): each.name for each in known if oversees(actor, each.institution)}


async def institutions_overseen(page: PageRequest) -> dict[str, str]:
    """Return the institutions that the reader oversees, by id, if there are several to choose from."""
    overseen = await all_overseen(page)
    return overseen if len(overseen) > 1 else {}
