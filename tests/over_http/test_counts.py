"""How much waits for somebody, of what they may see: counted to a bound, what is older apart."""

from datetime import date

import pytest

from api.http import counts
from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

LONG_AGO = ("2019-03-05", some(ChildReceived))
LATELY = ("2026-09-05", some(ChildReceived))
BORN = some(IdentityRecorded, birth_on=date(2015, 3, 5), sex="1")
CLAIMED = ("2026-10-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
COUNTED = ("overdue", "overdue_over_a_year", "findings", "exceptions")


async def test_what_waits_is_counted_as_the_lists_have_it(served: Served) -> None:
    for received in (LONG_AGO, LATELY):
        story = await a_story(served).given(received, (received[0], BORN))
    await story.given(CLAIMED)
    await served.projected()
    for role in (Role.STAFF, Role.SUPERVISOR, Role.BUREAU, Role.ADMINISTRATOR):
        client = await served.as_(role)
        told = (await client.get("/counts")).json()
        lists = [
            ("/obligations", {"state": "overdue", "due_since": "2025-11-22"}),
            ("/obligations", {"state": "overdue", "due_until": "2025-11-21"}),
            ("/findings", {}),
            ("/exceptions", {"state": "waiting"}),
        ]
        found = [
            len((await client.get(path, params={**query, "limit": 500})).json()["items"])
            for path, query in lists
        ]
        assert [told[name]["count"] for name in COUNTED] == found, role
        led = [(await client.get(f"{told[name]['list']}&limit=500")).json() for name in COUNTED]
        assert [len(each["items"]) for each in led] == found, role
        for rule in told["findings"]["by_rule"]:
            led_to = (await client.get(f"{rule['list']}&limit=500")).json()["items"]
            assert [each["rule"] for each in led_to] == [rule["rule"]] * rule["count"], role
        assert sum(each["count"] for each in told["findings"]["by_rule"]) == told["findings"]["count"], role
    assert min(found) > 0, "each of them is there to be counted"


async def test_it_is_counted_to_a_bound_and_said_that_there_are_more(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "MOST_COUNTED", 1)
    await a_story(served).given(LONG_AGO, (LONG_AGO[0], BORN))
    await served.projected()
    told = (await (await served.as_(Role.STAFF)).get("/counts")).json()
    assert (told["overdue_over_a_year"]["count"], told["overdue_over_a_year"]["more"]) == (1, True)
    assert (told["exceptions"]["count"], told["exceptions"]["more"]) == (0, False)
