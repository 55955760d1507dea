"""The emergency accesses to a child's file; one is taken, and reviewed, from here."""

from fastapi import Response

from api.console.child_frame import AboutChild
from api.console.page_route import page_router
from api.console.recordable import recordable
from api.contract.explanation_words import CATEGORIES
from api.http import emergencies
from api.identity.permissions import Action
from domain.emergency_access import EMERGENCY_HOURS

router = page_router()


@router.get("/children/{child}/emergency")
async def child_emergency(asked: AboutChild) -> Response:
    """Show the emergency accesses to the file, the latest first, and how each was reviewed."""
    now = asked.of_now()
    told = await now.page.answer(emergencies.emergencies_of_file, now.child)
    return await now.render(
        "child-emergency.html",
        "emergency",
        await now.summary(),
        path="/emergency",
        told=told,
        categories=CATEGORIES,
        hours=EMERGENCY_HOURS,
        reviews=set(map(str, await recordable(now.page, [now.child], Action.APPROVE))),
    )
