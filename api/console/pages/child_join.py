"""Joining two files of one child, found and compared before it is recorded in both; and separating them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.forms.compared_files import compared_answers, compared_file
from api.console.forms.event_form import NOT_SENT, OF_PAGE, CheckedForm, first_of, key_of, version_written
from api.console.forms.form_reading import SentFields
from api.console.forms.joining_form import NAMED, JoiningForm, KindOfTwo
from api.console.forms.two_files import FileRehearsed
from api.console.page_route import page_router
from api.console.pages.file_record import history_at
from api.console.rendering import lead_to
from api.console.sent_form import filled_form
from api.console.value_display import child_name, personal
from api.contract.problems import Problem
from api.identity.permissions import Action
from domain.events.filing import FilesJoined, FilesSeparated

router = page_router()

_OF_CHOICE: Final = frozenset({"q", "other", "kept", "other_version", *NAMED})
"""What the page says of which files are meant, beside the fields of the event."""
Filled = Annotated[SentFields, Depends(filled_form)]


@router.get("/children/{child}/join")
async def join_page(asked: AboutChild, other: Annotated[UUID | None, Query()] = None) -> Response:
    """Offer the files that may be of the same child, and compare the one that is named."""
    return await _first(asked, FilesJoined, other)


@router.post("/children/{child}/join")
async def join(asked: AboutChild, filled: Filled) -> Response:
    """Find and compare the other file, show what joining both would change, or join them."""
    return await _sent(asked, FilesJoined, filled)


@router.get("/children/{child}/separate")
async def separate_page(asked: AboutChild, other: Annotated[UUID | None, Query()] = None) -> Response:
    """Offer the files that are joined to this one, and compare what each said before."""
    return await _first(asked, FilesSeparated, other)


@router.post("/children/{child}/separate")
async def separate(asked: AboutChild, filled: Filled) -> Response:
    """Show what separating two files would change in both, or separate them."""
    return await _sent(asked, FilesSeparated, filled)


async def _first(asked: ChildPage, kind: KindOfTwo, other: UUID | None) -> Response:
    form = replace(await _form(asked, kind, {}, uuid4().hex), other=other)
    return await _page(await _with_files(form), NOT_SENT)


async def _sent(asked: ChildPage, kind: KindOfTwo, filled: SentFields) -> Response:
    form, do = await _with_files(await _filled(asked, kind, filled)), first_of(filled, "do")
    if form.more:
        return await _page(form, NOT_SENT)
    if do in {"find", "look"}:
        return await _page(form.looked_for() if do == "find" else form.unchosen(), NOT_SENT)
    read = form.event.read()
    if do == "record" and form.pair is not None and form.was_checked(read):
        became = await form.recorded(read)
        if isinstance(became, Mapping):
            return lead_to(history_at(f"/console/children/{form.kept}", became))
        return await _page(*became)
    form, checked, files = await form.checked(read)
    return await _page(form, checked.seen_now() if do == "record" else checked, files)


async def _form(asked: ChildPage, kind: KindOfTwo, sent: SentFields, key: str) -> JoiningForm:
    """Return the form in a file as it is now. Raises the problems of whoever may not join it."""
    now = asked.of_now()
    await now.page.context.at_hand(now.child, Action.JOIN)
    return JoiningForm(now, kind, sent, key, await compared_file(now))


async def _with_files(form: JoiningForm) -> JoiningForm:
    return await (await form.with_offers()).with_pair()


async def _filled(asked: ChildPage, kind: KindOfTwo, filled: SentFields) -> JoiningForm:
    """Return the form as it was sent. Raises the problem `malformed`."""
    sent = {name: values for name, values in filled.items() if name not in OF_PAGE | _OF_CHOICE}
    return replace(
        await _form(asked, kind, sent, key_of(filled)),
        q=first_of(filled, "q").strip(),
        other=_id(first_of(filled, "other")),
        kept=_id(first_of(filled, "kept")),
        more=first_of(filled, "more"),
        version=version_written(first_of(filled, "version") or "0"),
        other_version=version_written(first_of(filled, "other_version") or "0"),
        said=first_of(filled, "said"),
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Problem("malformed") from None


async def _page(form: JoiningForm, checked: CheckedForm, files: Sequence[FileRehearsed] = ()) -> Response:
    words = form.asked.page.words
    if form.messages and not checked.faults:
        checked = replace(checked, faults=form.faults)
    shown = form.event.shown_as(checked)
    shown |= {"fields": [each for each in shown["fields"] if each.name not in NAMED], "excusable": {}}
    offers = [
        (each.child, child_name(words, each.name), personal(words, each.file_no), each.why)
        for each in form.offered
    ]
    rows = () if form.pair is None else [*compared_answers(words, *form.pair)]
    shown |= {"form": form, "files": files, "offers": offers, "rows": rows}
    return await form.asked.render(
        "child-join.html", "record", form.here.told, status=checked.status, **shown
    )
