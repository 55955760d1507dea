"""The institutions that somebody oversees, and among which they may choose."""

from api.console.page_request import PageRequest
from api.identity.permissions import oversees


async def all_overseen(page: PageRequest, region: str = "") -> dict[str, str]:
    """Return the names of the institutions that the reader oversees, by id: of a region, if one is named.

    `region` begins their codes; what lies nobody knows where is in none.
    """
    actor = page.context.actor
    known = await page.context.container.identity.institutions()
    return {
        str(each.institution): each.name
        for each in known
        if oversees(actor, each.institution) and (each.region or "").startswith(region)
    }


async def institutions_overseen(page: PageRequest) -> dict[str, str]:
    """Return the institutions that the reader oversees, by id, if there are several to choose from."""
    overseen = await all_overseen(page)
    return overseen if len(overseen) > 1 else {}
