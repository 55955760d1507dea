"""Nothing typed is lost when a session has ended: the form comes back to whoever sent it, and nobody else."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

import pytest

from api.console.file_address import file_at
from api.console.sent_form import MOST_KEPT_BYTES
from api.identity.kept_forms import FORMS_EACH, KEPT_DAYS, KeptForm
from api.identity.permissions import Role
from domain.events.intake import ChildReceived
from tests.support import stored
from tests.support.client import NOW, Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form

SEARCH: Final = "/console/search"


async def ended(served: Served, role: Role = Role.STAFF) -> Browser:
    """Given a browser in which a session was begun that has ended since."""
    browser = await signed_in(served, role)
    identity = served.container.identity
    for each in await identity.tokens():
        if each.purpose == "console":
            await identity.revoke(each.token)
    return browser


async def sign_in_again(served: Served, browser: Browser, door: str, role: Role = Role.STAFF) -> str:
    """When somebody signs in at the door that an ended session led to; the page that this leads to."""
    (back,) = re.findall(r'name="next" value="([^"]*)"', door)
    there = await browser.send("/console/sign-in", token=served.tokens[role], next=html.unescape(back))
    assert there.status_code == 200
    return there.text


async def returned(
    served: Served, browser: Browser, address: str, typed: dict[str, list[str]]
) -> dict[str, list[str]]:
    """When a form is sent too late and somebody signs in again; the fields that come back."""
    door = await browser.client.post(address, data=typed, headers=FROM_HERE, follow_redirects=True)
    assert "欧阳" not in door.text
    again = await sign_in_again(served, browser, door.text)
    assert f'action="{address}"' in again
    about = file_at(address)
    assert about is None or f'<a href="{about.path}">' in again.split("<main")[1]
    back: dict[str, list[str]] = {}
    for name, value in fields(again):
        back.setdefault(name, []).append(value)
    return back


def fields(page: str) -> Iterator[tuple[str, str]]:
    """The fields that the form of a page holds, without being seen."""
    for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', page.split("<main")[1]):
        yield html.unescape(name), html.unescape(value)


@pytest.mark.own_statements
async def test_a_search_that_came_too_late_is_sent_on_after_signing_in(served: Served) -> None:
    for _ in range(2):
        await served.a_child("欧阳小明")
    await served.projected()
    browser = await ended(served)
    door = await browser.send(SEARCH, q="欧阳")
    assert "登录后可以接着提交" in door.text
    assert "欧阳" not in door.text
    assert "%E6" not in str(door.url), "no name stands in an address"
    again = await sign_in_again(served, browser, door.text)
    assert dict(fields(again)) == {"q": "欧阳"}
    assert f'action="{SEARCH}"' in again
    found = await browser.send(SEARCH, **dict(fields(again)))
    assert found.text.count("欧阳小明") == 2


async def test_somebody_else_who_signs_in_does_not_see_it(served: Served) -> None:
    browser = await ended(served)
    door = await browser.send(SEARCH, q="欧阳")
    again = await sign_in_again(served, browser, door.text, Role.SUPERVISOR)
    assert "欧阳" not in again
    assert "今天要做的" in again, "their own first page"


async def test_without_a_session_that_was_there_nothing_is_kept(served: Served) -> None:
    for cookie in ("", "cl_nothing", served.tokens[Role.STAFF]):
        browser = await ended(served)
        browser.client.cookies.clear()
        browser.client.cookies.set("childledger", cookie)
        answer = await browser.client.post(SEARCH, data={"q": "欧阳"}, headers=FROM_HERE)
        assert "kept" not in answer.headers["location"]


async def test_of_another_site_and_of_nothing_typed_nothing_is_kept(served: Served) -> None:
    browser = await ended(served)
    foreign = await browser.client.post(SEARCH, data={"q": "欧阳"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    for sent in ({"q": ""}, {"q": "x" * MOST_KEPT_BYTES}):
        answer = await browser.client.post(SEARCH, data=sent, headers=FROM_HERE)
        assert "kept" not in answer.headers["location"]


async def test_a_form_comes_back_with_each_field_in_its_order(served: Served) -> None:
    forms, person = served.container.kept_forms, (await served.actor(Role.STAFF)).user
    sent = KeptForm("/console/somewhere?for=D11", [("a", "1"), ("b", ""), ("a", "“&'<>\"\n第二行")])
    ticket = await forms.keep(person, sent)
    assert await forms.find(person, ticket) == sent
    browser = await signed_in(served, Role.STAFF)
    page = (await browser.open(f"/console/kept/{ticket}")).text
    assert [*fields(page)] == sent.fields
    assert 'action="/console/somewhere?for=D11"' in page


async def test_of_one_person_the_latest_are_kept_and_not_for_ever(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms, person = served.container.kept_forms, (await served.actor(Role.STAFF)).user
    another = (await served.actor(Role.AUDITOR)).user
    now = NOW
    monkeypatch.setattr(forms, "_clock", lambda: now)
    theirs = await forms.keep(another, KeptForm("/console/x", [("q", "1")]))
    tickets = []
    for number in range(FORMS_EACH + 1):
        now = NOW + timedelta(seconds=number)
        tickets.append(await forms.keep(person, KeptForm("/console/x", [("q", str(number))])))
    assert await forms.find(person, tickets[0]) is None
    assert await forms.find(person, tickets[1]) is not None
    assert await forms.find(another, theirs) is not None
    now = NOW + timedelta(days=KEPT_DAYS)
    assert await forms.find(another, theirs) is None


@pytest.mark.own_statements
async def test_what_is_kept_does_not_lie_in_the_database_in_the_clear(served: Served) -> None:
    forms, person = served.container.kept_forms, (await served.actor(Role.STAFF)).user
    await forms.keep(person, KeptForm("/console/x", [("q", "欧阳小明")]))
    async with served.container.readers.connection() as connection:
        kept = repr(await (await connection.execute("SELECT * FROM kept_form")).fetchall())
    assert repr("欧阳小明".encode())[2:-1] not in kept
    assert "console" not in kept


async def test_what_was_typed_comes_back_to_whoever_was_signed_out_elsewhere(served: Served) -> None:
    child = await stored.kept(served, given(("2024-03-05", some(ChildReceived))))
    here, there = await signed_in(served, Role.STAFF), await signed_in(served, Role.STAFF)
    address = f"/console/children/{child}/record/IdentityRecorded"
    typed = fields_of_form(await here.open(address)) | {"data.name": ["欧阳小明"], "do": ["check"]}
    await there.send("/console/preferences/sessions/end")
    assert await returned(served, here, address, typed) == typed
    for _ in ("in another window", "in a third one"):
        await here.send("/console/sign-out")
    assert await returned(served, here, address, typed) == typed


async def test_after_signing_out_nobody_else_sees_what_was_typed(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    await browser.send("/console/sign-out")
    door = await browser.send(SEARCH, q="欧阳")
    assert "登录后可以接着提交" in door.text
    (kept,) = re.findall(r'name="next" value="([^"]*)"', door.text)
    assert (await browser.open(html.unescape(kept))).url.path == "/console/sign-in"
    again = await sign_in_again(served, browser, door.text, Role.SUPERVISOR)
    assert "欧阳" not in again


async def test_a_form_sent_again_after_the_session_ended_is_one_draft_and_what_only_asks_is_none(
    served: Served,
) -> None:
    child = await stored.kept(served, given(("2024-03-05", some(ChildReceived))))
    browser = await signed_in(served, Role.STAFF)
    address = f"/console/children/{child}/record/IdentityRecorded"
    form = fields_of_form(await browser.open(address))
    for each in await served.container.identity.tokens():
        if each.purpose == "console":
            await served.container.identity.revoke(each.token)
    forms, person = served.container.kept_forms, (await served.actor(Role.STAFF)).user
    for there, does, kept in (
        (address, "rehearse", 0),
        ("/console/drafts", "auto", 1),
        (address, "check", 1),
        (address, "check", 1),
        (address, "rehearse", 1),
        ("/console/drafts", "auto", 1),
    ):
        typed = form | {"data.name": ["欧阳小明"], "do": [does]}
        door = await browser.client.post(there, data=typed, headers=FROM_HERE, follow_redirects=True)
        assert len(await forms.all_of(person)) == kept
    gone_on = await sign_in_again(served, browser, door.text)
    assert "欧阳小明" in gone_on
    assert 'name="data.name"' in gone_on.split("<main")[1]
    assert re.search('id="over" role="status" hidden>登录已结束', gone_on), (
        "shown by the script once it is so"
    )
