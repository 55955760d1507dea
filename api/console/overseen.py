"""The institutions among which somebody who oversees several may choose."""

from api.console.page_request import PageRequest
from api.identity.permissions import oversees


async def institutions_overseen(page: PageRequest) -> dict[str, str]:
    """Return the institutions that the reader oversees, by id, if there are several to choose from."""
    actor = page.context.actor
    known = await page.context.container.identity.institutions()
    overseen = {str(each.institution): each.name for each in known if oversees(actor, each.institution)}
    return overseen if len(overseen) > 1 else {}
