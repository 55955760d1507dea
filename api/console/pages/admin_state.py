"""How the service runs, for whoever administers the ledger."""

from fastapi import Response

from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.http import running_state as running

router = page_router("/console/admin")


@router.get("/state")
async def state_page(page: SignedIn) -> Response:
    """Show whether all can be answered, the last verified backup of the key, and the last checkpoints."""
    return render(page, "admin-state.html", state=await page.answer(running.running_state))
