"""Beside each page stands where one can go and how much waits there, as far as it can be told."""

import re
from typing import Any

import pytest
from httpx2 import Response

from api.console import side_counts
from api.console.navigation import SIDE
from api.contract.encoding import JsonResponse
from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived
from projections.projector.projector import NotBuiltError
from tests.support.client import Served
from tests.support.console import FROM_HERE, reader, signed_in
from tests.support.given import some
from tests.support.http_given import a_story

RECEIVED = ("2026-09-05", some(ChildReceived))
MOST = 10
"""Links of a side at most."""
CLAIMED = ("2026-10-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})


def counted(page: Response) -> dict[str, str]:
    """What stands beside the pages of the side."""
    found = re.findall(r'<a href="/console/(\w+)"[^>]*>[^<]* <span class="n[^"]*">(\d+\+?)</span>', page.text)
    return dict(found)


@pytest.mark.parametrize("role", Role)
async def test_the_side_is_short_and_what_goes_together_is_one_link_away(served: Served, role: Role) -> None:
    assert len(SIDE[role]) <= MOST
    browser = await signed_in(served, role)
    for group in SIDE[role]:
        for each in group.pages:
            page = await browser.open(each.address)
            assert page.status_code == 200, each.address
            side, _, main = page.text.partition("<main")
            assert re.search(f'href="{group.address}" aria-current', side), each.address
            tabs = re.findall('<li><a href="([^"]+)"', main.partition("</ul>")[0])
            assert tabs == [beside.address for beside in group.pages], each.address


async def test_what_lies_below_a_page_of_the_side_stands_under_it(served: Served) -> None:
    browser = await signed_in(served, Role.SUPERVISOR)
    for address, above in (
        ("/console/children/new", "/console/children/new"),
        ("/console/families/new", "/console/children"),
        ("/console/rules/D11", "/console/rules"),
        ("/console/approvals?state=approved", "/console/approvals"),
        ("/console/census/moves?from=2025-12-31", "/console/census"),
        ("/console/nowhere", None),
    ):
        side, _, _ = (await browser.open(address)).text.partition("<main")
        assert re.findall('href="([^"]+)" aria-current', side) == ([above] if above else []), address


async def test_what_waits_for_somebody_stands_in_the_side(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    await story.given(CLAIMED)
    await served.projected()
    told = (await (await served.as_(Role.SUPERVISOR)).get("/counts")).json()
    page = await (await signed_in(served, Role.SUPERVISOR)).open("/console/rules")
    assert counted(page) == {
        "today": str(told["overdue"]["count"]),
        "approvals": "1",
        "findings": str(told["findings"]["count"]),
    }
    administrator = await (await signed_in(served, Role.ADMINISTRATOR)).open("/console/rules")
    assert counted(administrator) == {}


async def test_they_stand_beside_a_form_that_was_sent_too_and_are_asked_again_after_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    async def told(context: Any) -> JsonResponse:
        asked.append(context)
        few = {"count": len(asked), "more": False, "by_rule": []}
        names = ("overdue", "overdue_over_a_year", "findings", "exceptions")
        return JsonResponse(dict.fromkeys(names, few))

    monkeypatch.setattr(side_counts, "counts", told)
    browser = await signed_in(served, Role.STAFF)
    assert counted(await browser.open("/console/rules"))["today"] == "1"
    look = {"do": "look", "shown_to": await reader(served, Role.STAFF)}
    for at_hand in ("1", "2"):
        form = await browser.send("/console/children/new", **look)
        assert (form.status_code, counted(form)["today"]) == (422, at_hand)
    # What was recorded just now may not be in the lists yet: each page counts anew for a moment.
    for count in ("4", "5"):
        assert counted(await browser.open("/console/rules"))["today"] == count
    monkeypatch.setattr(side_counts, "SETTLED_SECONDS", 0)
    await browser.client.post("/console/children/new", data=look, headers=FROM_HERE)
    for _ in range(2):
        assert counted(await browser.open("/console/rules"))["today"] == "6"


async def test_a_page_stands_while_nothing_can_be_counted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_built(_: object) -> None:
        raise NotBuiltError(0.5)

    monkeypatch.setattr(side_counts, "counts", not_built)
    page = await (await signed_in(served, Role.STAFF)).open("/console/rules")
    assert (page.status_code, counted(page)) == (200, {})
