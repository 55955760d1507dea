"""Forms that somebody began and keeps on the server, to go on with them: their own, and for a time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from fastapi import Query, Response

from api.console.file_address import FILE_PATH, FileAddress, file_named
from api.console.forms.form_reading import SentFields
from api.console.page_request import SHOWN_TO, PageRequest
from api.console.rendering import lead_to
from api.console.sent_form import MOST_KEPT_BYTES
from api.contract.problems import Problem, not_found
from api.http import one_file
from api.identity.kept_forms import KeptForm

DRAFTS: Final = "/console/drafts"
_ADDRESS: Final = re.compile(
    "/console/(?P<opens>children|families)/new"
    "|/console/record-many/(?P<many>[A-Za-z]+)"
    f"|{FILE_PATH}/(?:record/(?P<type>[A-Za-z]+)"
    "|entries/[0-9a-f-]{36}/(?P<amends>correct|withdraw|restore)(?:/content|/review)?)"
)
_HIDDEN: Final = frozenset({"not_found", "forbidden", "erased"})
OF_SENDING: Final = frozenset({"do", "address", SHOWN_TO})
"""What a form says of where it was sent, by which button, and whose page it stood on."""
FormKey: TypeAlias = Annotated[
    str | None, Query(alias="form", pattern="^[0-9a-z]{32,40}$", description="The key of the form.")
]
"""Under which key a page keeps the form that it shows, so that its address finds what was typed."""
_NAMES: Final = UUID("7d0d3c6a-3b0e-5d0c-8a44-1c6f2b9e7f15")


@dataclass(frozen=True, slots=True)
class DraftAddress:
    """What the form at an address does: it records, opens a file, is for many, corrects or withdraws.

    `path` is where one goes on with it, `kind` the type of event where the address names it, and `file` the
    one that it is about, if it is about one.
    """

    does: str
    path: str
    kind: str = ""
    file: FileAddress | None = None


@dataclass(frozen=True, slots=True)
class BegunForm:
    """A form that somebody began: when it was kept, and what it does."""

    ticket: UUID
    kept_at: datetime
    at: DraftAddress
    kind: str
    children: int

    @property
    def address(self) -> str:
        """Where one goes on with it."""
        return f"{self.at.path}?draft={self.ticket}"


def draft_address(address: str) -> DraftAddress | None:
    """Return what the form at an address does; None if it is none that is kept as a draft."""
    path = address.partition("?")[0]
    found = _ADDRESS.fullmatch(path)
    if found is None:
        return None
    file = file_named(found)
    if found["amends"]:
        whole = path.removesuffix("/content").removesuffix("/review")
        content = f"{whole}/content" if found["amends"] == "correct" else whole
        return DraftAddress(found["amends"], content, file=file)
    if found["type"]:
        return DraftAddress("record", path, found["type"], file)
    if found["many"]:
        return DraftAddress("many", path, found["many"])
    return DraftAddress("open_family" if found["opens"] == "families" else "receive", path)


async def file_if_seen(page: PageRequest, at: FileAddress | None) -> Mapping[str, Any] | None:
    """Return the summary of a file; None for one that the reader may not see now, and for none."""
    if at is None:
        return None
    try:
        file: Mapping[str, Any] = await page.of(at.kind).answer(one_file.summary, at.file_id)
    except Problem as problem:
        if problem.code not in _HIDDEN:
            raise
        return None
    return file


async def keep_form(page: PageRequest, address: str, fields: SentFields, key: str) -> UUID:
    """Keep a form of the reader, in place of the same form as it was kept before, and return its ticket."""
    at = draft_address(address)
    ticket = draft_ticket(page.context.actor.user, key)
    pairs = [(name, value) for name, values in fields.items() if name not in OF_SENDING for value in values]
    await page.context.container.kept_forms.keep(
        page.context.actor.user,
        KeptForm(address, pairs),
        ticket=ticket,
        about=None if at is None or at.file is None else at.file.file_id,
    )
    return ticket


def at_form(address: str, key: str = "", **more: str) -> Response:
    """Lead to the page of a form by its key, a new one without: going back to it finds what was typed.

    Fields in which nothing may be kept by the browser itself are empty when somebody comes back to them.
    """
    return lead_to(f"{address}?{urlencode({**more, 'form': key or uuid4().hex})}")


async def shown_at_form(
    page: PageRequest, address: str, fields: SentFields, key: str, **more: str
) -> Response | None:
    """Keep a form that was sent, and lead to its page; None for one that is too large to be kept.

    What is shown is asked for anew: no browser would show again what came of something that was sent.
    """
    if len(page.http.state.form) > MOST_KEPT_BYTES:
        return None
    await keep_form(page, address, fields, key)
    return at_form(address, key, **more)


async def forget_draft(page: PageRequest, key: str) -> None:
    """Forget the draft of a form that was recorded, if one was kept."""
    await page.context.container.kept_forms.forget(
        page.context.actor.user, draft_ticket(page.context.actor.user, key)
    )


async def draft_fields(page: PageRequest, draft: UUID | None, key: str | None = None) -> SentFields | None:
    """Return what a form of the reader says that was kept; None without one, or once it is gone.

    It is found by its ticket or by its key. Raises the problem `not_found` for a form that another page goes
    on with.
    """
    if draft is None and key is not None:
        draft = draft_ticket(page.context.actor.user, key)
    if draft is None:
        return None
    form = await page.context.container.kept_forms.find(page.context.actor.user, draft)
    if form is None:
        return None
    kept, here = draft_address(form.address), draft_address(page.http.url.path)
    if kept is None or here is None or kept.path != here.path:
        raise not_found()
    return _fields(form)


async def drafts(page: PageRequest) -> list[BegunForm]:
    """Return what the reader began and has not recorded, the latest first."""
    found = []
    for ticket, kept_at, form in await page.context.container.kept_forms.all_of(page.context.actor.user):
        at = draft_address(form.address)
        fields = _fields(form)
        # Of what was recorded for many, nobody is left: it only tells what became of it.
        if at is not None and not ("recorded" in fields and "child" not in fields):
            kind = at.kind or next(iter(fields.get("kind", ())), "")
            found.append(BegunForm(ticket, kept_at, at, kind, len(fields.get("child", ()))))
    return found


def _fields(form: KeptForm) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form.fields:
        if name in OF_SENDING:
            continue
        fields.setdefault(name, []).append(value)
    return fields


def draft_ticket(person: UUID, key: str) -> UUID:
    """Return the ticket of a form by its key, which is somebody's own."""
    return uuid5(_NAMES, f"{person}/{key}")
