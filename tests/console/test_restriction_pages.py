"""Restricted files on pages: refused in plain words, with what is left open, asked for and decided."""

import re
from html import unescape
from uuid import UUID

from httpx2 import Response

from api.identity.permissions import Role
from domain.events.intake import ChildReceived
from domain.events.restriction import ProcessingRestricted, RestrictedFileAccessRequested
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import given, some
from tests.support.restricted_files import TODAY, recorded
from tests.support.stored import kept


async def a_restricted_child(served: Served) -> UUID:
    received = ("2024-03-05", some(ChildReceived))
    child = await kept(served, given(received, ("2025-03-05", some(ProcessingRestricted))))
    await served.projected()
    return child


def links_of(page: Response, address: str) -> list[str]:
    """Where a page that opened leads, below an address."""
    assert page.status_code == 200, page.url
    return [unescape(link) for link in re.findall(rf'href="({address}[^"#]*)"', page.text)]


async def test_a_restricted_file_is_refused_in_plain_words_and_its_tabs_lead_to_what_is_open(
    served: Served,
) -> None:
    child = await a_restricted_child(served)
    address = f"/console/children/{child}"
    for role in (Role.STAFF, Role.SUPERVISOR):
        browser = await signed_in(served, role)
        refused = await browser.open(address)
        assert refused.status_code == 403
        assert "依法限制处理" in refused.text
        assert RestrictedFileAccessRequested.__name__ not in refused.text
        assert f'href="{address}/restriction"' in refused.text
        page = await browser.open(f"{address}/restriction")
        tabs = re.search('<ul class="tabs".*?</ul>', page.text, re.DOTALL)
        assert tabs is not None
        leads_to = re.findall('href="([^"]+)"', tabs[0])
        assert f"{address}/due" in leads_to
        assert address not in leads_to
        pages = [await browser.open(each) for each in leads_to]
        entries = set(re.findall(rf'href="({address}/entries/[^"/]+)"', pages[0].text))
        assert entries
        pages += [await browser.open(each) for each in entries]
        for each in {link for page in pages for link in links_of(page, address)}:
            assert (await browser.open(each)).status_code == 200, each


async def test_who_asks_and_who_decides_find_today_and_the_request_filled_in(served: Served) -> None:
    child = await a_restricted_child(served)
    address = f"/console/children/{child}"
    staff = await signed_in(served, Role.STAFF)
    asking = await staff.open(f"{address}/record/RestrictedFileAccessRequested")
    assert f'value="{TODAY}"' in asking.text
    client = await served.as_(Role.STAFF)
    requested = some(RestrictedFileAccessRequested, purpose="inspection")
    first, second = [(await recorded(client, child, requested))["entries"][0]["entry_id"] for _ in range(2)]
    supervisor = await signed_in(served, Role.SUPERVISOR)
    page = await supervisor.open(f"{address}/restriction")
    for event in ("RestrictedFileAccessApproved", "RestrictedFileAccessRejected"):
        for request, other in ((first, second), (second, first)):
            link = f"{address}/record/{event}?about={request}"
            assert f'href="{link}"' in page.text
            form = await supervisor.open(link)
            assert f'value="{TODAY}"' in form.text
            assert re.search(f'value="{request}"[^>]* (selected|checked)', form.text)
            assert not re.search(f'value="{other}"[^>]* (selected|checked)', form.text)
