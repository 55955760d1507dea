"""Opening the file of a family that applies to foster or to adopt."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from api.console.drafts import FormKey, at_form, draft_fields, forget_draft, shown_at_form
from api.console.forms.event_form import first_of
from api.console.forms.form_reading import SentFields
from api.console.forms.opening_form import CheckedOpening, OpeningForm, opening_form, sent_opening
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import PageRoute
from api.console.pages.child_record import history_at
from api.console.rendering import lead_to, render
from api.console.sent_form import SHOWN_AGAIN, filled_form
from api.contract.problems import Problem
from domain.event import Label
from domain.events.family.profile import FamilyRegistered

router = APIRouter(prefix="/console", route_class=PageRoute)

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
    do = first_of(filled, "do")
    form = sent_opening(page, _FIRST, filled)
    if first_of(filled, "more") == SHOWN_AGAIN or any(each.more for each in form.events):
        return await shown_at_form(page, ADDRESS, filled, form.key) or _shown(form, form.unsent())
    reads = form.read()
    if do == "anew":
        filled = {**filled, "key": [uuid4().hex]}
        form = sent_opening(page, _FIRST, filled)
    elif do == "record" and form.was_checked(reads):
        became = await form.recorded(reads)
        if isinstance(became, Mapping):
            await forget_draft(page, form.key)
            return lead_to(history_at(f"/console/families/{became['family']}", became))
        return _shown(*became)
    if do not in {"rehearse", "record"}:
        there = await shown_at_form(page, ADDRESS, filled, form.key, checked="true")
        if there is not None:
            return there
    form, checked = await form.checked(form.read())
    if do == "record":
        checked = replace(checked, whole=checked.whole.seen_now())
    return _shown(form, checked)


def _shown(form: OpeningForm, checked: CheckedOpening) -> Response:
    return render(form.page, "family-opening.html", status=checked.whole.status, **form.shown_as(checked))
