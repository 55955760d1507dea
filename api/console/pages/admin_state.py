"""How the service runs, for whoever administers the ledger."""

from fastapi import APIRouter, Response

from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import render
from api.http import running_state as running

router = APIRouter(prefix="/console/admin", route_class=PageRoute)


@router.get("/state")
async def state_page(page: SignedIn) -> Response:
    """Show whether all can be answered, the last verified backup of the key, and the last checkpoints."""
    return render(page, "admin-state.html", state=await page.answer(running.running_state))
