"""Worklists: what is due within days or overdue for days, and whose institution it is for."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient

from api.identity.acting import deciding_roles, recording_roles
from api.identity.permissions import Role
from domain.asked_lists import QUESTION_LISTS
from domain.events.institution.licences import LicenceIssued
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.reconciliation.differing import difference_found
from domain.events.record import ExceptionApproved
from tests.support.client import Served, new_key
from tests.support.every_list import ASKED, LISTS, has
from tests.support.given import some
from tests.support.http_given import a_story, sent
from tests.support.waiting import PATIENCE

A_WEEK = 7
CREATED, INVALID = 201, 422


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


async def test_each_count_of_a_child_leads_to_what_it_counts(served: Served) -> None:
    admitted = [
        ("2026-03-05", some(ChildReceived)),
        ("2026-03-20", some(ChildAdmitted), {"exception": "I01"}),
    ]
    child, other = [(await a_story(served).given(*admitted)).child for _ in range(2)]
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    position = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(position, PATIENCE)
    for then in ({}, {"as_of": "2026-05-05"}, {"as_of": "2026-05-05", "known_at": str(position)}):
        file = (await client.get(f"/children/{child}", params=then)).json()
        summed = (await client.get(f"/children/{child}/summary", params=then)).json()
        counted = {"findings": file["findings"], **file["obligations"]}
        assert summed["lists"] == file["lists"]
        assert counted["findings"] > 0 < counted["overdue"]
        for name, address in file["lists"].items():
            listed = (await client.get(address)).json()["items"]
            assert len(listed) == counted[name], (address, then)
        rows = (await client.get("/children", params=then)).json()["items"]
        assert {each["child"] for each in rows} == {child, other}
        for row in rows:
            overdue = (await client.get(f"{row['list']}&limit=500")).json()["items"]
            assert [each["child"] for each in overdue] == [row["child"]] * row["overdue"]


async def test_findings_and_obligations_are_asked_for_one_child_and_counted(served: Served) -> None:
    child, other = [str(await served.a_child()) for _ in range(2)]
    await served.projected()
    client, elsewhere = await served.as_(Role.SUPERVISOR), await served.as_(Role.SUPERVISOR, elsewhere=True)
    for path in ("/obligations", "/findings"):
        every = (await client.get(path, params={"limit": 500})).json()["items"]
        own = (await client.get(path, params={"child": child, "limit": 500})).json()["items"]
        assert own == [each for each in every if each["child"] == child]
        counted = (await client.get(f"{path}/counts", params={"child": child, "by": "rule"})).json()
        assert counted["total"] == len(own)
        assert all(f"child={child}" in each["list"] for each in counted["items"])
        assert (await elsewhere.get(path, params={"child": other})).json()["items"] == []


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


async def test_an_item_says_who_is_in_charge_and_which_role_must_act_next(served: Served) -> None:
    received = ("2024-03-05", some(ChildReceived))
    story = await a_story(served).given(received, ("2024-04-01", some(ChildAdmitted), {"exception": "I01"}))
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    for path, roles in (("/obligations", None), ("/findings", None), ("/exceptions", ["supervisor"])):
        items = (await client.get(path)).json()["items"]
        assert items, path
        for each in items:
            charge = (each["institution"], each["institution_name"], each["place"])
            assert charge == (str(served.home.institution), served.home.name, None)
            acting = [role["role"] for role in each["next_to_act"]]
            assert acting == roles or (roles is None and {*acting} <= {"staff", "supervisor"} and acting)
            assert all(role["zh"] and role["en"] for role in each["next_to_act"])
    labels = (await client.get("/obligations")).json()["labels"]
    assert labels["state"]["overdue"] == {"zh": "已逾期", "en": "Overdue"}
    unapproved = (await client.get("/findings", params={"kind": "exception_unapproved"})).json()["items"]
    assert [[role["role"] for role in each["next_to_act"]] for each in unapproved] == [["supervisor"]]
    other = await served.another(Role.SUPERVISOR)
    (waiting,) = (await other.get("/exceptions")).json()["items"]
    approved = some(ExceptionApproved, entry=UUID(waiting["entry"]["entry_id"]))
    sent_on = {"events": [sent("2026-11-22", approved)]}
    answer = await other.post(f"/children/{story.child}/events", json=sent_on, headers=new_key())
    assert answer.status_code == 201, answer.text
    await served.projected()
    assert [each["next_to_act"] for each in (await client.get("/exceptions")).json()["items"]] == [[]]
    table = await client.get("/exceptions", params={"format": "csv"})
    assert served.home.name in table.content.decode("utf-8-sig")


async def test_every_list_of_what_waits_is_asked_by_who_must_act_next_a_role_or_a_person(
    served: Served, subtests: pytest.Subtests
) -> None:
    """Whoever asks by role or by person is told of what they are the first to act on, and of no more."""
    received = ("2024-03-05", some(ChildReceived))
    named = ("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5), sex="1"))
    admitted = ("2024-04-01", some(ChildAdmitted), {"exception": "I01"})
    differs = ("2026-05-31", difference_found("household", "name", date(2026, 5, 1), "王小明明"))
    await a_story(served).given(received, named, admitted, differs)
    client, home = await served.as_(Role.SUPERVISOR), served.home.institution
    licence = sent("2024-03-01", some(LicenceIssued, valid_to=date(2026, 12, 15)))
    answer = await client.post(f"/institutions/{home}/events", json=licence, headers=new_key())
    assert answer.status_code == CREATED, answer.text
    await served.projected()
    who = {role: str((await served.actor(role)).user) for role in (Role.STAFF, Role.SUPERVISOR)}
    for path in (path for path in LISTS if has(path, "responsible")):
        for question in QUESTION_LISTS if "{" in path else ("",):
            asked_at = path.format(question=question)
            with subtests.test(asked_at):
                every = await items(client, asked_at)
                told = {role: await items(client, asked_at, responsible=role.value) for role in Role}
                for role, own in told.items():
                    assert all(role in acting(each) for each in own)
                    if role in who:
                        assert await items(client, asked_at, responsible=who[role]) == own
                    if not question:
                        assert own == [each for each in every if acting(each)[:1] == [role]]
                waiting = [each for each in every if acting(each)]
                assert {str(each) for own in told.values() for each in own} == {*map(str, waiting)}
                assert waiting or question or not every
    stranger = (await served.actor(Role.STAFF, elsewhere=True)).user
    for nobody in (stranger, uuid4(), "nobody"):
        refused = await client.get("/obligations", params={"responsible": str(nobody)})
        assert refused.status_code == INVALID
        assert refused.json()["errors"][0]["pointer"] == "/query/responsible"
    counted = await client.get("/questions/A3", params={"responsible": "staff", "total": True})
    assert counted.json()["total"] == len(counted.json()["items"])


async def items(client: AsyncClient, path: str, **query: str) -> list[dict[str, Any]]:
    """The items of a list."""
    answer = await client.get(path, params={**ASKED.get(path, {}), "limit": "500", **query})
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["items"]
    return listed


def acting(item: dict[str, Any]) -> list[str]:
    """The roles that must act next on an item, the first one first."""
    return [role["role"] for role in item["next_to_act"]]


def test_who_must_act_records_what_clears_the_rule_and_is_in_charge() -> None:
    assert recording_roles("D12", placed=False) == (Role.STAFF, Role.SUPERVISOR)
    assert recording_roles("D12", placed=True) == (Role.TOWNSHIP, Role.BUREAU)
    assert recording_roles("D32", placed=False) == (Role.SUPERVISOR,), "adoptions are sealed from staff"
    assert recording_roles("E02", placed=False) == (Role.STAFF, Role.SUPERVISOR)
    assert (deciding_roles(placed=False), deciding_roles(placed=True)) == ((Role.SUPERVISOR,), (Role.BUREAU,))
