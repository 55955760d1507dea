"""Counts of obligations and findings by who is in charge, who must act, rule and kind, each with its list."""

import csv
from collections import Counter
from io import StringIO
from typing import Any

from api.identity.permissions import Role
from domain.events.community.rolls import ChildIdentified, LeftBehindRollEntered
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.events.safety import SafeguardingConcernRaised
from tests.support.client import Served, new_key
from tests.support.console import signed_in
from tests.support.given import some
from tests.support.http_given import a_story, sent

INVALID = 422


async def some_children(served: Served) -> None:
    """Given two children at home, one suspected to be harmed, one elsewhere, and one of a place."""
    await a_story(served).given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-20", some(ChildAdmitted), {"exception": "I01"}),
        ("2024-04-01", some(SafeguardingConcernRaised)),
    )
    await served.a_child()
    await served.a_child(elsewhere=True)
    township = await served.as_(Role.TOWNSHIP)
    events = [sent("2026-03-02", some(ChildIdentified)), sent("2026-03-03", some(LeftBehindRollEntered))]
    body = {"events": events}
    assert (await township.post("/children", json=body, headers=new_key())).status_code == 201
    await served.projected()


async def counted(served: Served, path: str, role: Role, **query: Any) -> dict[str, Any]:
    client = await served.as_(role)
    answer = await client.get(f"{path}/counts", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_each_count_is_that_of_its_list_and_the_largest_is_first(served: Served) -> None:
    await some_children(served)
    for role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.BUREAU):
        client = await served.as_(role)
        for path in ("/obligations", "/findings"):
            every = (await client.get(path, params={"limit": 500})).json()["items"]
            for by in (
                "institution",
                "place",
                "responsible",
                "rule",
                *(["kind"] if path == "/findings" else []),
            ):
                told = await counted(served, path, role, by=by)
                assert told["total"] == len(every), (role, path, by)
                counts = [each["count"] for each in told["items"]]
                assert counts == sorted(counts, reverse=True)
                if by in {"responsible", "rule", "kind"}:
                    assert sum(counts) == told["total"]
                for each in told["items"]:
                    listed = (await client.get(f"{each['list']}&limit=500")).json()["items"]
                    assert len(listed) == each["count"] > 0, each
                    assert each["first_on"] == min(
                        item["on"] if path == "/findings" else item.get("due_on") or item["due_between"][1]
                        for item in listed
                    )
                if (path, by) == ("/obligations", "responsible"):
                    acting = {each["next_to_act"][0]["role"] for each in every}
                    assert {each["responsible"]["role"] for each in told["items"]} == acting


async def test_findings_are_those_that_began_to_speak_since_a_day_counted_by_kind_too(served: Served) -> None:
    await some_children(served)
    client = await served.as_(Role.SUPERVISOR)
    every = (await client.get("/findings", params={"limit": 500})).json()["items"]
    middle = sorted({each["on"] for each in every})[1]
    since = [each for each in every if each["on"] >= middle]
    assert 0 < len(since) < len(every)
    assert (await client.get("/findings", params={"since": middle})).json()["items"] == since
    told = await counted(served, "/findings", Role.SUPERVISOR, by="kind", since=middle)
    assert {each["kind"]: each["count"] for each in told["items"]} == Counter(each["kind"] for each in since)
    for each in told["items"]:
        assert len((await client.get(each["list"])).json()["items"]) == each["count"], each
    child = since[0]["child"]
    own = await client.get(f"/children/{child}/findings", params={"since": middle, "kind": since[0]["kind"]})
    assert {each["rule"] for each in own.json()["items"]} == {
        each["rule"] for each in since if (each["child"], each["kind"]) == (child, since[0]["kind"])
    }
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/findings?since={middle}&kind=&institution=")
    assert page.text.count('<td class="nowrap">') == len(since)
    refused = await client.get("/obligations/counts", params={"by": "kind"})
    assert refused.status_code == INVALID


async def test_institutions_are_ranked_by_what_is_overdue_and_asked_for_those_with_more_than_so_many(
    served: Served,
) -> None:
    await some_children(served)
    overdue = {"state": "overdue", "day": "2026-11-22"}
    home, elsewhere = (await counted(served, "/obligations", Role.ADMINISTRATOR, **overdue))["items"]
    assert (home["institution_name"], elsewhere["institution_name"]) == (
        served.home.name,
        served.elsewhere.name,
    )
    more = await counted(served, "/obligations", Role.ADMINISTRATOR, more_than=elsewhere["count"], **overdue)
    assert more["items"] == [home]
    bureau = await counted(served, "/obligations", Role.BUREAU, more_than=home["count"], **overdue)
    assert bureau["items"] == []
    (place,) = (await counted(served, "/obligations", Role.BUREAU, by="place", place="371099"))["items"]
    assert place["place"].startswith("371099")
    assert "place=371099" in place["list"]
    client = await served.as_(Role.BUREAU)
    table = await client.get("/obligations/counts", params={"format": "csv", "by": "rule", **overdue})
    headings, *rows = csv.reader(StringIO(table.content.decode("utf-8-sig")))
    assert len(rows) == len(
        (await counted(served, "/obligations", Role.BUREAU, by="rule", **overdue))["items"]
    )
    assert headings.index("项数") > 0
    wrong = await client.get("/obligations/counts", params={"rule": "D999"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (INVALID, "/query/rule")
