"""Opening the file of a family that applies to foster or to adopt."""

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Response

from api.console.drafts import FormKey, at_form, draft_fields
from api.console.forms.form_reading import ReadForm, SentFields
from api.console.forms.opening_form import CheckedOpening, OpeningForm, opening_form, sent_opening
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.file_opening import answer_opening
from api.console.rendering import render
from api.console.sent_form import filled_form
from api.contract.problems import Problem
from domain.event import Label
from domain.events.family.profile import FamilyRegistered

router = page_router()

ADDRESS: Final = "/console/families/new"
_FIRST: Final = (FamilyRegistered,)
_BY_WHOM: Final = Label(
    "家庭的档案由机构的工作人员和负责人（主管）登记。",
    "Staff and supervisors of an institution open the file of a family.",
)


async def _opening_page(page: SignedIn) -> PageRequest:
    """Return the request about families. Raises the problem `forbidden`."""
    about = page.of("family")
    if not about.context.may_open():
        raise Problem("forbidden", _BY_WHOM)
    return about


@router.get("/families/new")
async def open_family(
    page: Annotated[PageRequest, Depends(_opening_page)],
    draft: UUID | None = None,
    key: FormKey = None,
    checked: bool | None = None,  # noqa: FBT001 - of the address
) -> Response:
    """Show the form with which a family's file is opened, as it was typed before or as it was `checked`."""
    kept = await draft_fields(page, draft, key)
    if kept is not None:
        form = sent_opening(page, _FIRST, kept)
        return _shown(*await form.checked(form.read())) if checked else _shown(form, form.unsent())
    if key is None:
        return at_form(ADDRESS)
    form = opening_form(page, _FIRST, {}, key)
    return _shown(form, form.unsent())


@router.post("/families/new")
async def send_family(
    page: Annotated[PageRequest, Depends(_opening_page)],
    filled: Annotated[SentFields, Depends(filled_form)],
) -> Response:
    """Check what was filled in, or open the file as it was checked."""
    return await answer_opening(
        page, _FIRST, filled, kind="family", address=ADDRESS, shown=_shown, unrecorded=_unrecorded
    )


async def _unrecorded(_: Sequence[ReadForm], form: OpeningForm, checked: CheckedOpening) -> Response:
    return _shown(form, checked)


def _shown(form: OpeningForm, checked: CheckedOpening) -> Response:
    return render(form.page, "family-opening.html", status=checked.whole.status, **form.shown_as(checked))
