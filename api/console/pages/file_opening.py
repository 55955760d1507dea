"""Opening a file by the form of its first events, whatever it is of: checked, recorded, or shown again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import uuid4

from fastapi import Response

from api.console.drafts import forget_draft, shown_at_form
from api.console.forms.event_form import first_of
from api.console.forms.form_reading import ReadForm, SentFields
from api.console.forms.opening_form import CheckedOpening, OpeningForm, sent_opening
from api.console.page_request import PageRequest
from api.console.pages.file_record import history_at
from api.console.rendering import lead_to
from api.console.sent_form import SHOWN_AGAIN
from domain.event import Event, Kind

Shown: TypeAlias = Callable[[OpeningForm, CheckedOpening], Response]
Unrecorded: TypeAlias = Callable[[Sequence[ReadForm], OpeningForm, CheckedOpening], Awaitable[Response]]


async def answer_opening(
    page: PageRequest,
    kinds: tuple[type[Event], ...],
    filled: SentFields,
    *,
    kind: Kind,
    address: str,
    shown: Shown,
    unrecorded: Unrecorded,
) -> Response:
    """Check what was filled in, or open the file as it was checked, and lead to its history.

    `address` is that of the form, below that of the files. `shown` shows the form; `unrecorded` shows it
    where what was checked could not be recorded.
    """
    do = first_of(filled, "do")
    form = sent_opening(page, kinds, filled)
    if first_of(filled, "more") == SHOWN_AGAIN or any(each.more for each in form.events):
        return await shown_at_form(page, address, filled, form.key) or shown(form, form.unsent())
    reads = form.read()
    if do == "anew":
        filled = {**filled, "key": [uuid4().hex]}
        form = sent_opening(page, kinds, filled)
    elif do == "record" and form.was_checked(reads):
        became = await form.recorded(reads)
        if isinstance(became, Mapping):
            await forget_draft(page, form.key)
            return lead_to(history_at(f"{address.rpartition('/')[0]}/{became[kind]}", became))
        return await unrecorded(reads, *became)
    if do not in {"rehearse", "record"}:
        there = await shown_at_form(page, address, filled, form.key, checked="true")
        if there is not None:
            return there
    form, checked = await form.checked(form.read())
    if do == "record":
        checked = replace(checked, whole=checked.whole.seen_now())
    return shown(form, checked)
