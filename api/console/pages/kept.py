"""What somebody sent when their session had ended, to be sent once more after signing in."""

from uuid import UUID

from fastapi import Response

from api.console.drafts import draft_address, file_if_seen
from api.console.file_address import file_at
from api.console.page_request import HOME, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render

router = page_router()


@router.get("/kept/{ticket}")
async def kept(page: SignedIn, ticket: UUID) -> Response:
    """Offer a kept form to whoever sent it, to send it on; lead anybody else to their first page.

    A draft is led to, to go on with it. Whose file the form is about is told to whoever may see it now.
    """
    form = await page.context.container.kept_forms.find(page.context.actor.user, ticket)
    if form is None:
        return lead_to(HOME)
    at = draft_address(form.address)
    if at is not None and all(name != "do" for name, _ in form.fields):
        return lead_to(f"{at.path}?draft={ticket}")
    about = file_at(form.address)
    return render(page, "kept.html", form=form, about=about, file=await file_if_seen(page, about))
