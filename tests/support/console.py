"""Somebody in a browser without a script: a session of a role, and forms as a browser sends them."""

import re
from dataclasses import dataclass
from typing import Final

from fastapi.routing import APIRoute
from httpx2 import AsyncClient, Response

from api.console.installation import PAGES
from api.console.page_request import shown_to
from api.console.rendering import POLICY
from api.identity.permissions import Role
from tests.support.client import Served

FROM_HERE: Final = {"Sec-Fetch-Site": "same-origin"}
"""What browsers say of a form that they send from a page to its own service."""
NAME, NUMBER = "标记甲乙", "标记-0077"
"""Of a child, in no page's title or address."""
MOST_HTML: Final = 100_000
"""Bytes of a page at most."""
TOLD: Final = {"zh": "zh-CN", "en": "en"}
ADDRESSES: Final = sorted(
    route.path
    for module in PAGES
    for route in module.router.routes
    if isinstance(route, APIRoute) and "GET" in (route.methods or ())
)
"""The addresses of all pages, as their routes have them."""


@dataclass(frozen=True)
class Browser:
    """A browser in which somebody is signed in, or nobody yet."""

    client: AsyncClient

    async def open(self, address: str) -> Response:
        """Open a page, and go where it leads."""
        return await self.client.get(address, follow_redirects=True)

    async def send(self, address: str, **fields: str) -> Response:
        """Send a form of a page, and go where it leads."""
        return await self.client.post(address, data=fields, headers=FROM_HERE, follow_redirects=True)

    async def upload(self, address: str, name: str, content: bytes) -> Response:
        """Send a file by the form of a page, and go where it leads."""
        return await self.send_file(await self.open(address), name, content)

    async def send_file(self, page: Response, name: str, content: bytes, theirs: str = "") -> Response:
        """Send a file by the form of a page that was opened, or by one of `theirs`, and go where it leads."""
        file = {"file": (name, content, "application/octet-stream")}
        address, said = str(page.url), re.findall(r'name="shown_to" value="([0-9a-f]+)"', page.text)
        sent = {"shown_to": theirs or said[0]}
        return await self.client.post(
            address, data=sent, files=file, headers=FROM_HERE, follow_redirects=True
        )

    async def prefer(self, **chosen: str) -> Response:
        """Choose a language or the size of the text."""
        return await self.send("/console/preferences", **chosen)


async def a_browser(served: Served) -> Browser:
    """Return a browser in which nobody is signed in."""
    return Browser(await served.client())


async def signed_in(
    served: Served, role: Role | str, *, elsewhere: bool = False, reason: str = ""
) -> Browser:
    """Return a browser in which somebody of a role has signed in with their token."""
    tokens = served.tokens_elsewhere if elsewhere else served.tokens
    browser = await a_browser(served)
    opened = await browser.send("/console/sign-in", token=tokens[Role(role)], reason=reason)
    assert opened.status_code == 200, opened.text
    return browser


async def with_password(served: Served, role: Role | str, login: str, password: str) -> None:
    """Given somebody of a role who has a user name and a password."""
    member = (await served.actor(role)).user
    await served.container.logins.give(member, login)
    await served.container.logins.set_password(member, password)


async def by_password(served: Served, login: str, password: str, *, reason: str = "") -> Browser:
    """Return a browser in which somebody has signed in by user name and password."""
    browser = await a_browser(served)
    opened = await browser.send("/console/sign-in", user=login, password=password, reason=reason)
    assert opened.status_code == 200, opened.text
    return browser


async def reader(served: Served, role: Role | str) -> str:
    """Return what the forms of somebody of a role say of whose page they stand on."""
    return shown_to((await served.actor(role)).user)


def title_of(page: Response) -> str:
    """Return the title of a page."""
    (title,) = re.findall(r"<title[^>]*>(.*?)</title>", page.text)
    return str(title)


def is_sound(page: Response, language: str) -> None:
    """A page is in its language, within its bounds, with nothing inline and nothing personal in its title."""
    assert f'<html lang="{TOLD[language]}"' in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert len(page.content) < MOST_HTML
    assert not re.search(r"<script>|<script [^>]*>[^<]|<style|\sstyle=|\son\w+=|javascript:", page.text)
    assert page.text.count("<h1") == 1
    ids = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    for told in (NAME, NUMBER):
        assert told not in title_of(page)
        assert told not in str(page.url)
