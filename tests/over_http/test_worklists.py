"""Worklists: what is due within days or overdue for days, and whose institution it is for."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from httpx2 import AsyncClient

from api.identity.permissions import Role
from tests.support.client import Served

A_WEEK = 7
INVALID = 422


async def rules(client: AsyncClient, path: str, day: date, **query: Any) -> set[str]:
    """The rules of what a list has on a day."""
    paged = {"limit": 500} if path == "/obligations" else {}
    answer = await client.get(path, params={"day": day.isoformat(), **paged, **query})
    assert answer.status_code == 200, answer.text
    return {each["rule"] for each in answer.json()["items"]}


async def test_what_is_due_within_days_or_overdue_for_days_takes_no_arithmetic(served: Served) -> None:
    child = await served.a_child()
    await served.projected()
    client = await served.as_(Role.STAFF)
    items = (await client.get("/obligations", params={"limit": 500})).json()["items"]
    each = next(
        each
        for each in items
        if "due_on" in each
        and date.fromisoformat(each["opened_on"]) <= date.fromisoformat(each["due_on"]) - timedelta(days=8)
    )
    rule, due_on = each["rule"], date.fromisoformat(each["due_on"])
    before, after = due_on - timedelta(days=A_WEEK), due_on + timedelta(days=A_WEEK)
    for path in ("/obligations", f"/children/{child}/obligations"):
        for days, listed in ((A_WEEK - 1, False), (A_WEEK, True), (A_WEEK + 1, True)):
            found = await rules(client, path, before, rule=rule, due_within_days=days)
            assert (rule in found) is listed, (path, days)
        for days, listed in ((A_WEEK - 1, True), (A_WEEK, True), (A_WEEK + 1, False)):
            found = await rules(client, path, after, rule=rule, overdue_days=days)
            assert (rule in found) is listed, (path, days)
        today = await rules(client, path, due_on, rule=rule, state="due", due_within_days=0)
        assert today == {rule}
        narrower = await rules(
            client, path, before, rule=rule, due_within_days=A_WEEK, due_until=due_on - timedelta(days=1)
        )
        assert narrower == set()
        assert (await client.get(path, params={"due_within_days": -1})).status_code == INVALID


async def test_a_list_is_asked_for_the_files_in_an_institution_s_charge(served: Served) -> None:
    await served.a_child()
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    for path in ("/obligations", "/findings"):
        every = (await client.get(path)).json()["items"]
        own = await client.get(path, params={"institution": str(served.home.institution)})
        assert own.json()["items"] == every, path
        assert every or path == "/findings"
        other = await client.get(path, params={"institution": str(served.elsewhere.institution)})
        assert other.json()["items"] == []
        nobody = await client.get(path, params={"institution": str(uuid4())})
        assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (INVALID, "/query/institution")


async def test_several_rules_are_asked_for_at_once_and_a_page_goes_on_whatever_their_order(
    served: Served,
) -> None:
    child = await served.a_child()
    await served.projected()
    client = await served.as_(Role.STAFF)
    every = (await client.get("/obligations", params={"limit": 500})).json()["items"]
    one, other, *_ = sorted({each["rule"] for each in every})
    for path in ("/obligations", f"/children/{child}/obligations"):
        both = (await client.get(path, params={"rule": [one, other]})).json()["items"]
        assert {each["rule"] for each in both} == {one, other}
        strange = await client.get(path, params={"rule": [one, "D999"]})
        assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (INVALID, "/query/rule")
    first = (await client.get("/obligations", params={"rule": [one, other], "limit": 1})).json()
    rest = await client.get("/obligations", params={"rule": [other, one], "cursor": first["next"]})
    assert rest.status_code == 200
    assert first["items"][0] not in rest.json()["items"]
    found = (await client.get("/findings", params={"rule": ["S02", "I04"]})).json()["items"]
    assert {each["rule"] for each in found} <= {"S02", "I04"}
