"""What came of a form is a page that is asked for: reloading it or going back sends nothing again."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response
from psycopg import OperationalError
from psycopg.sql import SQL, Identifier

from api.console.addresses import SHOWN
from api.identity.permissions import Role
from api.identity.shown_pages import PAGES_EACH, ShownPages
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, is_sound, reader, signed_in
from tests.support.stored import as_owner

TYPED = "标记姓名"
PEOPLE = "/console/admin/people"
LED, REFUSED, SHOWN_AGAIN = 303, 422, 200


async def posted(browser: Browser, address: str, page: str = "", **fields: str) -> Response:
    """Send a form, from a page if one is named, and go nowhere."""
    said = {"Referer": f"{browser.client.base_url}{page}"} if page else {}
    return await browser.client.post(address, data=fields, headers=FROM_HERE | said)


async def refused_person(served: Served, browser: Browser, page: str = PEOPLE) -> str:
    """Given a form of a bureau's officer without a region; return where the browser is led."""
    theirs = await reader(served, Role.ADMINISTRATOR)
    answer = await posted(browser, PEOPLE, page, name=TYPED, role="bureau", shown_to=theirs)
    assert answer.status_code == LED, answer.text
    return str(answer.headers["location"])


async def kept_rows(served: Served) -> int:
    (count,) = await as_owner(served, "SELECT count(*) FROM shown_page")
    return int(count)


@pytest.mark.own_statements
async def test_what_is_refused_is_asked_for_and_has_what_was_typed(served: Served) -> None:
    browser = await signed_in(served, Role.ADMINISTRATOR)
    there = await refused_person(served, browser)
    assert there.startswith(SHOWN)
    first, again = [await browser.open(there) for _ in range(2)]
    assert first.text == again.text
    assert (first.status_code, f'value="{TYPED}"' in first.text) == (REFUSED, True)
    is_sound(first, "zh")
    table = Identifier(served.container.ledger.name, "shown_page")
    (content,) = await as_owner(served, SQL("SELECT content FROM {}").format(table).as_string())
    assert TYPED.encode() not in bytes(content)


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/console/children/{child}/join", {"do": "find", "q": "", "key": "a" * 32}),
        ("/console/children/{child}/entries/{entry}/move", {"do": "find", "q": "", "key": "a" * 32}),
        ("/console/approvals/{entry}", {"do": "approve", "key": "a" * 32, "version": "1"}),
        ("/console/preferences/password", {"old": "x", "new": "y", "again": "z"}),
        ("/console/reports/new", {"of": "no such", "key": "a" * 32}),
    ],
)
async def test_no_form_is_answered_with_a_page_itself(
    served: Served, address: str, fields: Mapping[str, str]
) -> None:
    """Given forms that lack something, or are of nothing there is, then each answer is led to."""
    browser, child = await signed_in(served, Role.SUPERVISOR), await served.a_child()
    entries = (await (await served.as_(Role.SUPERVISOR)).get(f"/children/{child}/entries")).json()
    there = address.format(child=child, entry=entries["items"][0]["entry_id"])
    theirs = {} if "password" in address else {"shown_to": await reader(served, Role.SUPERVISOR)}
    answer = await posted(browser, there, **fields, **theirs)
    assert answer.status_code == LED, answer.text
    assert answer.headers["location"].startswith(SHOWN)
    page = await browser.open(answer.headers["location"])
    assert "<h1" in page.text


async def test_what_a_form_asks_while_it_is_typed_is_not_kept(served: Served) -> None:
    browser, child = await signed_in(served, Role.STAFF), await served.a_child()
    theirs = await reader(served, Role.STAFF)
    sent = {"do": "rehearse", "key": "a" * 32, "shown_to": theirs}
    answer = await posted(browser, f"/console/children/{child}/record/ChildAdmitted", **sent)
    assert answer.status_code in {SHOWN_AGAIN, REFUSED}
    assert await kept_rows(served) == 0


async def test_what_cannot_be_kept_is_told_at_once(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a database that does not take the page, then the refusal stands there with what was typed."""

    async def fails(*_: object) -> None:
        raise OperationalError

    browser = await signed_in(served, Role.ADMINISTRATOR)
    monkeypatch.setattr(ShownPages, "keep", fails)
    theirs = await reader(served, Role.ADMINISTRATOR)
    answer = await posted(browser, PEOPLE, PEOPLE, name=TYPED, role="bureau", shown_to=theirs)
    assert (answer.status_code, f'value="{TYPED}"' in answer.text) == (REFUSED, True)


@pytest.mark.own_statements
async def test_a_token_is_shown_once_and_then_its_holder(served: Served) -> None:
    browser, staff = await signed_in(served, Role.ADMINISTRATOR), (await served.actor(Role.STAFF)).user
    person, theirs = f"{PEOPLE}/{staff}", await reader(served, Role.ADMINISTRATOR)
    asked = {"purpose": "夜间导入", "days": "3", "decides": "no", "shown_to": theirs}
    made = await posted(browser, f"{person}/tokens", person, **asked)
    (secret,) = re.findall(
        r'id="secret" value="(cl_\w+)"', (await browser.open(made.headers["location"])).text
    )
    reloaded = await browser.open(made.headers["location"])
    assert (reloaded.status_code, reloaded.url.path) == (SHOWN_AGAIN, person)
    assert secret not in reloaded.text
    tokens = await served.container.identity.tokens_after(None, 50, member=staff)
    assert [each.purpose for each in tokens].count("夜间导入") == 1


@pytest.mark.own_statements
async def test_such_a_page_is_of_its_session_alone_and_goes_with_it(served: Served) -> None:
    browser, other = [await signed_in(served, Role.ADMINISTRATOR) for _ in range(2)]
    there = await refused_person(served, browser, f"{PEOPLE}?role=bureau")
    elsewhere = await other.open(there)
    assert str(elsewhere.url).endswith(f"{PEOPLE}?role=bureau"), "the page of the form"
    assert TYPED not in elsewhere.text
    assert await kept_rows(served) == 1
    await browser.send("/console/sign-out")
    assert await kept_rows(served) == 0


async def test_the_oldest_pages_are_kept_no_longer_and_none_beyond_an_erasure(
    served: Served,
) -> None:
    browser = await signed_in(served, Role.ADMINISTRATOR)
    places = [await refused_person(served, browser) for _ in range(PAGES_EACH + 1)]
    assert await kept_rows(served) == PAGES_EACH
    opened = [(await browser.open(each)).url.path for each in places]
    assert opened.count(PEOPLE) == 1, "the page of the form"
    await served.container.shown_pages.forget_all()
    assert await kept_rows(served) == 0


@pytest.mark.parametrize("of", ["https://example.com/", "//example.com", "/console/../x", "/children"])
async def test_a_page_that_is_gone_leads_nowhere_else(served: Served, of: str) -> None:
    browser = await signed_in(served, Role.STAFF)
    answer: Any = await browser.client.get(f"{SHOWN}{uuid4()}", params={"of": of})
    assert (answer.status_code, answer.headers["location"]) == (LED, "/console")
