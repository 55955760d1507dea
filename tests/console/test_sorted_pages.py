"""Lists on pages in another order: a heading leads to it, and says which way it is sorted."""

import re
from datetime import date
from html import unescape

import pytest

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import given, some
from tests.support.stored import kept

HEADING = re.compile(r'<th scope="col"[^>]*?(?: aria-sort="(\w+)")?><a href="([^"]+)">([^<]+)</a>')
PAGES = ("/console/children", "/console/findings", "/console/late", "/console/readiness")


async def children(served: Served) -> list[str]:
    """Given two children, the younger of whom was received first."""
    return [
        str(
            await kept(
                served,
                given(
                    (day, some(ChildReceived)),
                    (day, some(IdentityRecorded, birth_on=born, sex="1")),
                    (day, some(ChildAdmitted)),
                ),
            )
        )
        for day, born in (("2024-03-05", date(2010, 3, 5)), ("2024-05-05", date(2009, 3, 5)))
    ]


@pytest.mark.own_statements
@pytest.mark.parametrize("page", PAGES)
async def test_a_heading_leads_to_its_order_and_back_to_the_other_way(served: Served, page: str) -> None:
    await children(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    headings = HEADING.findall((await browser.open(page)).text)
    assert headings
    for _, address, label in headings:
        upwards = (await browser.open(unescape(address))).text
        (told,) = [each for each in HEADING.findall(upwards) if each[2] == label]
        downwards = (await browser.open(unescape(told[1]))).text
        (back,) = [each for each in HEADING.findall(downwards) if each[2] == label]
        assert {told[0], back[0]} == {"ascending", "descending"}, label
        assert upwards.count("aria-sort") == downwards.count("aria-sort") == 1
        for link in set(re.findall(rf'href="({page}[^"#]*)"', upwards)):
            assert (await browser.open(unescape(link))).status_code == 200, link


@pytest.mark.own_statements
async def test_the_eldest_are_listed_first_or_last(served: Served) -> None:
    younger, elder = await children(served)
    browser = await signed_in(served, Role.SUPERVISOR)

    async def listed(address: str) -> list[str]:
        page = (await browser.open(address)).text
        return re.findall(r'<th scope="row"><a href="/console/children/([^"]+)', page)

    assert await listed("/console/children") == [younger, elder]
    assert await listed("/console/children?sort=-birth_on") == [younger, elder]
    assert await listed("/console/children?sort=birth_on") == [elder, younger]
    assert await listed("/console/children?departed=false&sort=birth_on") == [elder, younger]
    assert (await browser.open("/console/children?sort=name")).status_code == 422
