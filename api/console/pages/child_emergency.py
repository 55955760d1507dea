"""The emergency accesses to a child's file; one is taken, and reviewed, from here."""

from fastapi import APIRouter, Response

from api.console.child_frame import AboutChild
from api.console.page_route import PageRoute
from api.console.recordable import recordable
from api.contract.explanation_words import CATEGORIES
from api.http import emergencies
from api.identity.permissions import Action
from domain.emergency_access import EMERGENCY_HOURS

router = APIRouter(prefix="/console", route_class=PageRoute)


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
