"""Forms on pages as a browser has them: what it would send of one, and a form rendered without a server."""

import re
from html import unescape
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

from httpx2 import Response

from api.console.forms.asked_form import AskedForm
from api.console.forms.dry_run import ShownFault
from api.console.forms.event_form import NOT_SENT, CheckedForm
from api.console.forms.form_display import FormChoices, field_id
from api.console.rendering import rendered
from api.console.words import Words
from api.contract.sentences import Language
from api.identity.permissions import SEES, Role
from api.identity.reading_reasons import ReadingReason
from domain.event import Event
from tests.support.client import NOW
from tests.support.console import FROM_HERE, Browser

CHILD: Final = UUID(int=7)


def fields_of_form(page: Response) -> dict[str, list[str]]:
    """Return what a browser would send of the form of an event, as it stands on a page."""
    (form,) = re.findall(r"<form [^>]*data-form.*?</form>", page.text, re.DOTALL)
    sent: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        marks = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if marks.get("type") in {"radio", "checkbox"} and " checked" not in tag:
            continue
        sent.setdefault(marks["name"], []).append(unescape(marks["value"]))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        sent.setdefault(name, []).append(unescape(text))
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        assert chosen is not None
        sent.setdefault(name, []).append(unescape(chosen[1]))
    return sent


async def send(browser: Browser, page: Response, do: str, **filled: list[str]) -> Response:
    """Send the form of a page, with more filled in, by one of its buttons."""
    sent = fields_of_form(page) | filled | {"do": [do]}
    (action,) = re.findall(r'<form [^>]*action="([^"]+)" data-form', page.text)
    return await browser.client.post(action, data=sent, headers=FROM_HERE, follow_redirects=True)


def leads_nowhere(page: str) -> set[str]:
    """Return the ids to which links of a page lead, and which no element has that takes the focus."""
    focused = r'<(?:a|button|input|select|textarea)\b[^>]*?\sid="([^"]+)"'
    named = r'<[^>]*?\sid="([^"]+)"[^>]*?\stabindex='
    reached = {*re.findall(focused, page), *re.findall(named, page)}
    (main,) = re.findall(r"<main.*?</main>", page, re.DOTALL)
    return {*re.findall(r'href="#([^"]+)"', main)} - reached


def form_page(kind: type[Event], role: Role, language: Language, *, amiss: bool = False) -> str:
    """Return the page of an empty form of an event, for a role in a language; with a fault in each field."""
    context = SimpleNamespace(sees=SEES[role], records=SEES[role], actor=SimpleNamespace(region="371099"))
    session = SimpleNamespace(reason=ReadingReason.CARE)
    page: Any = SimpleNamespace(
        words=Words(language),
        role=role,
        context=context,
        name="",
        institution="",
        session=session,
        shown_to="",
    )
    asked: Any = SimpleNamespace(page=page, kind="child", records=True, address=f"/console/children/{CHILD}")
    file = {"file_no": None, "identity": {"name": None}, "known_position": 7, "version": 3}
    form = AskedForm(asked, kind, file, FormChoices(), {}, "key")
    checked = NOT_SENT
    if amiss:
        read = form.read()
        named = {each for each in read.places.values() if not each.startswith("exception")}
        checked = CheckedForm(
            read, [ShownFault(field_id(each), each, "!") for each in named], dict.fromkeys(named, "!")
        )
    return rendered(
        "record-form.html",
        language,
        page=page,
        explained="record-form",
        side=[],
        side_tabs=[],
        home="/",
        here="/",
        now=NOW,
        session_left=900,
        session_until=NOW,
        asked=asked,
        file=file,
        name=None,
        file_title="",
        kept=False,
        saved=False,
        **form.shown_as(checked),
    )
