"""What somebody began: forms kept as drafts, to go on with or to discard."""

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Depends, Response

from api.console.drafts import DRAFTS, draft_address, drafts, file_if_seen, keep_form
from api.console.forms.event_form import first_of, key_of
from api.console.forms.form_reading import SentFields
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import MOST_KEPT_BYTES, filled_form
from api.contract.problems import Problem
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.kept_forms import FORMS_EACH, KEPT_DAYS
from api.identity.permissions import Action

router = page_router()

_KEPT: Final = 204


@router.get("/drafts")
async def list_drafts(page: SignedIn, done: Literal["kept", "discarded"] | None = None) -> Response:
    """List what the reader began, the latest first."""
    _may_record(page)
    rows = [(each, await file_if_seen(page, each.at.file)) for each in await drafts(page)]
    return render(page, "drafts.html", rows=rows, done=done, days=KEPT_DAYS, most=FORMS_EACH)


@router.post("/drafts")
async def keep_draft(page: SignedIn, filled: Annotated[SentFields, Depends(filled_form)]) -> Response:
    """Keep a form as it is; what a page keeps by itself is answered with nothing."""
    _may_record(page)
    address = first_of(filled, "address")
    at = draft_address(address)
    if at is None:
        raise Problem("malformed")
    if len(page.http.state.form) > MOST_KEPT_BYTES:
        raise Problem("too_large")
    if at.file is not None:
        await page.of(at.file.kind).context.at_hand(at.file.file_id, Action.RECORD)
    await keep_form(page, address, filled, key_of(filled))
    if first_of(filled, "do") == "auto":
        return Response(status_code=_KEPT)
    return lead_to(f"{DRAFTS}?done=kept")


@router.post("/drafts/{draft}/discard")
async def discard(page: SignedIn, draft: UUID) -> Response:
    """Forget a draft of the reader."""
    await page.context.container.kept_forms.forget(page.context.actor.user, draft)
    return lead_to(f"{DRAFTS}?done=discarded")


def _may_record(page: PageRequest) -> None:
    if not page.context.may_open():
        raise forbidden(page.role, roles_that_may(Action.RECORD))
