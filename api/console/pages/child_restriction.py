"""Whether a file is restricted, who asked to read it, and what became of that; one asks and decides here."""

from fastapi import Response

from api.console.child_frame import AboutChild
from api.console.page_route import page_router
from api.console.recordable import recordable
from api.http import file_restriction
from api.identity.permissions import Action

router = page_router()


@router.get("/children/{child}/restriction")
async def child_restriction(asked: AboutChild) -> Response:
    """Show the restriction as it is now, and the requests to read the file."""
    now = asked.of_now()
    told = await now.page.answer(file_restriction.restriction, now.child)
    return await now.render(
        "child-restriction.html",
        "restriction",
        await now.summary(),
        path="/restriction",
        told=told,
        asks=bool(await recordable(now.page, [now.child], Action.ASK)),
        decides=bool(await recordable(now.page, [now.child], Action.APPROVE)),
    )
