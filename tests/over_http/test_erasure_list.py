"""Requests to erase across files: how far each has come, and what was purged, for who answers for them."""

from typing import Any
from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.event import Category
from domain.events.erasure import ErasureHoldImposed, ErasureHoldLifted, ErasureRejected, ErasureRequested
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.erasures import approved, erased, later, recorded
from tests.support.given import some
from tests.support.waiting import until

ASKED = some(ErasureRequested, ground="unlawful", categories=("contact", "identity"))
WHY = "标记：当事人要求"
ALL_DAYS = {"day": "2100-01-01"}


async def listed(served: Served, role: Role = Role.SUPERVISOR, **query: Any) -> list[dict[str, Any]]:
    await served.projected()
    answer = await (await served.as_(role)).get("/erasures", params=ALL_DAYS | query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def states(served: Served) -> list[str]:
    return [each["state"] for each in await listed(served)]


async def test_a_request_is_listed_with_how_far_it_has_come_until_what_was_purged(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    rejected, child = [await served.a_child() for _ in range(2)]
    refused = await recorded(served, Role.STAFF, rejected, ASKED)
    assert await states(served) == ["waiting"]
    no = some(ErasureRejected, request=refused, ground="no_ground")
    await recorded(served, Role.SUPERVISOR, rejected, no)
    request = await approved(served, child, (Category.IDENTITY,), explanation=WHY)
    hold = await recorded(served, Role.SUPERVISOR, child, some(ErasureHoldImposed, ground="lawsuit"))
    assert await states(served) == ["held", "rejected"]
    await recorded(served, Role.SUPERVISOR, child, some(ErasureHoldLifted, hold=hold))
    (latest, first) = await listed(served, day="2026-11-30")
    assert (latest["entry"], latest["state"], first["state"]) == (str(request), "cooling", "rejected")
    assert (latest["explanation"], latest["categories"]) == (WHY, ["identity"])
    assert len(latest["approvals"]) == 2
    assert (await states(served))[0] == "due"
    async with later(served, child) as container:
        await erased(container, child)
    ledger, pair = served.container.ledger, (child, Category.IDENTITY)
    await until(lambda: not ledger.keys.holds(pair) and child not in ledger.repository.cache)
    (done, _) = await listed(served)
    assert (done["state"], done["erased"]["keys"], done["erased"]["scans"]) == ("completed", 1, 0)
    assert (done["name"], done["explanation"]) == (None, {"erased": "identity"})
    file = await served.container.ledger.file(child)
    assert file is not None
    monkeypatch.setattr("tests.support.client.NOW", file.newest.recorded_at)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = (await browser.open("/console/erasures")).text
    assert "已删除" in page
    assert "密钥1个、影像0份" in page
    assert WHY not in page


async def test_requests_are_told_to_those_who_answer_for_them_alone(served: Served) -> None:
    child = await served.a_child()
    await recorded(served, Role.STAFF, child, ASKED)
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.BUREAU, Role.ADMINISTRATOR):
        (item,) = await listed(served, role)
        assert UUID(item["child"]) == child
        assert (item["name"] == {"restricted": "identity"}) is (role is Role.ADMINISTRATOR)
    elsewhere = await served.as_(Role.SUPERVISOR, elsewhere=True)
    assert (await elsewhere.get("/erasures", params=ALL_DAYS)).json()["items"] == []
    for role in (Role.STAFF, Role.PLACEMENT_OFFICER, Role.TOWNSHIP):
        answer = await (await served.as_(role)).get("/erasures")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    lines = await served.container.access.of(child, limit=20)
    assert ("auditor", "erasures", ["identity"]) in [
        (each.role, each.purpose, each.categories) for each in lines
    ]
