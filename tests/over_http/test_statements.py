"""Statements: what files say line by line to auditors and supervisors, of one file and across files."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.events.entitlement.allowance import AllowanceGranted, AllowancePaid
from domain.events.intake import ChildReceived
from domain.events.medical.aid import MedicalAidApplied, MedicalAidDecided, MedicalAidUploaded
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred
from domain.events.medical.illness import IllnessDiagnosed
from tests.support.client import Served
from tests.support.given import NOT_ASKED, some
from tests.support.http_given import Story, a_story

RECEIVED = ("2024-01-20", some(ChildReceived))
DISEASE = "标记室间隔缺损"


async def across(served: Served, path: str, role: Role = Role.AUDITOR, **query: Any) -> list[dict[str, Any]]:
    """The lines of all pages of a list."""
    client, items, following = await served.as_(role), [], None
    while True:
        asked = query | ({} if following is None else {"cursor": following})
        answer = await client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        following = answer.json()["next"]
        if following is None:
            return items


# What illnesses cost (A8)


async def an_illness(served: Served) -> Story:
    """Given an illness of which two layers paid a part, and a payment for an illness that is not known."""
    story = await a_story(served).given(RECEIVED, ("2024-03-01", some(IllnessDiagnosed, disease=DISEASE)))
    episode = UUID(story.entries[1])

    def paid(layer: str, amount: int, of: Any = episode) -> MedicalCostCovered:
        return some(MedicalCostCovered, episode=of, layer=layer, amount_yuan=Decimal(amount))

    return await story.given(
        ("2024-04-01", some(MedicalCostIncurred, episode=episode, amount_yuan=Decimal(100_000))),
        ("2024-05-01", paid("basic_insurance", 56_000)),
        ("2024-05-02", paid("tomorrow_plan", 30_000)),
        ("2024-05-03", paid("charity", 500, NOT_ASKED)),
    )


async def test_an_illness_tells_what_each_layer_paid_and_what_nobody_has(served: Served) -> None:
    story = await an_illness(served)
    account, unknown = (await story.asked("/illness-costs"))["items"]
    assert (account["disease"], account["cost_yuan"], account["rest_yuan"]) == (DISEASE, "100000", "14000")
    paid = {each["layer"]: each["paid_yuan"] for each in account["layers"] if each["paid_yuan"] != "0"}
    assert paid == {"basic_insurance": "56000", "tomorrow_plan": "30000"}
    assert account["entries"] == story.entries[2:5]
    assert (unknown["episode"], unknown["cost_yuan"], unknown["entries"]) == (None, None, story.entries[5:])
    (then, _) = (await story.asked("/illness-costs", as_of="2024-05-01"))["items"] + [None]
    assert then["rest_yuan"] == "44000"
    before = await story.asked("/illness-costs", known_at=story.position - 2)
    assert [each["rest_yuan"] for each in before["items"]] == ["44000"]


async def test_a_statement_across_files_pages_by_files_and_is_a_table(served: Served) -> None:
    """Who does not see illnesses is told the money without the name, which is noted of nobody."""
    stories = [await an_illness(served) for _ in range(2)]
    await a_story(served).given(RECEIVED)
    await served.projected()
    listed = await across(served, "/illness-costs", limit=1)
    assert [each["child"] for each in listed] == [str(story.child) for story in stories for _ in range(2)]
    assert {each["institution_name"] for each in listed} == {served.home.name}
    assert await across(served, "/illness-costs", since="2024-03-02", limit=1) == listed[1::2]
    assert await across(served, "/illness-costs", institution=served.elsewhere.institution) == []
    known = stories[1].position - 5
    assert len(await across(served, "/illness-costs", known_at=known, limit=1)) == 2

    bureau = await served.as_(Role.BUREAU)
    masked = (await bureau.get("/illness-costs")).json()["items"]
    assert [each["rest_yuan"] for each in masked] == ["14000", None, "14000", None]
    assert DISEASE not in str(masked)
    assert masked[0]["disease"] == {"restricted": "health"}
    table = await bureau.get("/illness-costs", params={"format": "csv"})
    headings, *rows = csv.reader(StringIO(table.content.decode("utf-8-sig")))
    assert [row[headings.index("明天计划（元）")] for row in rows] == ["30000", "0", "30000", "0"]
    lines = await served.container.access.of(UUID(stories[0].child or ""), limit=10)
    assert ("auditor", "illness-costs", ["health", "identity"]) in [
        (each.role, each.purpose, each.categories) for each in lines
    ]
    assert [each.categories for each in lines if each.role == "bureau"] == [["identity"], ["identity"]]


# Aid with illnesses (B5)


async def test_an_application_for_aid_tells_what_was_applied_for_granted_paid_and_uploaded(
    served: Served,
) -> None:
    story = await an_illness(served)
    episode = UUID(story.entries[1])
    applied = some(MedicalAidApplied, episode=episode, layer="charity", amount_yuan=Decimal(20_000))
    await story.given(("2024-06-01", applied))
    application = UUID(story.entries[-1])
    await story.given(
        (
            "2024-06-20",
            some(
                MedicalAidDecided,
                application=application,
                decision="approved",
                amount_yuan=Decimal(9_000),
            ),
        ),
        (
            "2024-07-01",
            some(
                MedicalCostCovered,
                episode=episode,
                layer="charity",
                amount_yuan=Decimal(8_500),
                application=application,
            ),
        ),
        ("2024-07-03", some(MedicalAidUploaded, application=application)),
    )
    (case,) = (await story.asked("/aid-cases"))["items"]
    await served.projected()
    (listed,) = await across(served, "/aid-cases", Role.BUREAU)
    assert (listed["paid_yuan"], listed["applied_to"]) == (case["paid_yuan"], {"restricted": "health"})
    supervisor = await served.as_(Role.SUPERVISOR)
    for value, lines in (("layer:charity", 1), ("layer:tomorrow_plan", 0), ("eligible_as:nothing", 1)):
        told = (await supervisor.get("/aid-cases", params={"where": value})).json()["items"]
        own = (await story.asked("/aid-cases", where=value))["items"]
        assert (len(told), len(own)) == (lines, lines), value
    money = [case[f"{name}_yuan"] for name in ("applied", "approved", "self_pay", "paid")]
    # What basic insurance left; the Tomorrow Plan pays after charity.
    assert money == ["20000", "9000", "44000", "8500"]
    assert (case["decision"], case["decided_on"]) == ("approved", "2024-06-20")
    assert (case["settled_on"], case["uploaded_on"]) == ("2024-07-01", "2024-07-03")
    (then,) = (await story.asked("/aid-cases", as_of="2024-06-19"))["items"]
    assert (then["decision"], then["paid_yuan"], then["settled_on"], then["uploaded_on"]) == (
        None,
        "0",
        None,
        None,
    )


# The allowance month by month (B4)


async def test_the_allowance_of_each_month_is_told_with_its_difference_and_who_must_act(
    served: Served,
) -> None:
    granted = some(AllowanceGranted, line="202", first_month="2024-01", standard_yuan=Decimal(1800))
    payment = some(
        AllowancePaid, line="202", first_month="2024-01", last_month="2024-01", amount_yuan=Decimal(1700)
    )
    story = await a_story(served).given(RECEIVED, ("2024-01-21", granted), ("2024-02-01", payment))
    await served.projected()
    asked: dict[str, Any] = {"since": "2024-01-01", "until": "2024-02-29"}
    first, second = (await story.asked("/allowance-months", **asked))["items"]
    assert [first[f"{name}_yuan"] for name in ("due", "paid", "difference")] == ["1800", "1700", "-100"]
    assert (first["month"], first["reason"], first["entries"]) == ("2024-01", "not_known", story.entries[1:])
    assert (second["month"], second["paid_yuan"], second["reason"]) == ("2024-02", "0", "no_payment")
    listed = await across(served, "/allowance-months", institution=served.home.institution, **asked)
    assert [each["month"] for each in listed] == ["2024-01", "2024-02"]
    assert [role["role"] for role in listed[1]["next_to_act"]] == ["staff", "supervisor"]
    assert await across(served, "/allowance-months", institution=served.elsewhere.institution) == []
    bureau = await served.as_(Role.BUREAU)
    table = await bureau.get("/allowance-months", params={"format": "csv", **asked})
    headings, row, _ = csv.reader(StringIO(table.content.decode("utf-8-sig")))
    cells = dict(zip(headings, row, strict=True))
    assert (cells["差额（元）"], cells["原因"], cells["生活费类别"]) == ("-100", "原因不详", "机构孤弃儿童")
    assert (await bureau.get("/allowance-months", params={"months": "3"})).status_code == 422


async def test_what_allowances_come_to_is_summed_by_institution_and_month_with_the_list_behind(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is due and paid is summed where both are known, so that they differ by the difference."""
    granted = some(AllowanceGranted, line="202", first_month="2024-01", standard_yuan=Decimal(1800))
    not_known = some(AllowanceGranted, line="202", first_month="2024-01", standard_yuan=NOT_ASKED)
    for standard, amount in ((granted, 1700), (granted, 1900), (not_known, 1000)):
        payment = some(
            AllowancePaid,
            line="202",
            first_month="2024-01",
            last_month="2024-01",
            amount_yuan=Decimal(amount),
        )
        await a_story(served).given(RECEIVED, ("2024-01-21", standard), ("2024-02-01", payment))
    await served.projected()
    client = await served.as_(Role.AUDITOR)
    asked = {"since": "2024-01-01", "until": "2024-02-29"}
    summed = (await client.get("/allowance-months/sums", params=asked)).json()
    told = ("month", "months", "due_yuan", "paid_yuan", "difference_yuan", "not_known")
    assert [tuple(each[name] for name in told) for each in summed["items"]] == [
        ("2024-01", 3, "3600", "3600", "0", 1),
        ("2024-02", 3, "3600", "0", "-3600", 1),
    ]
    assert {each["institution_name"] for each in summed["items"]} == {served.home.name}
    assert (summed["total"]["months"], summed["total"]["difference_yuan"]) == (6, "-3600")
    for by in ("month", "line", "reason", "institution"):
        cells = (await client.get("/allowance-months/sums", params={**asked, "by": by})).json()
        assert sum(each["months"] for each in cells["items"]) == cells["total"]["months"] == 6
        for each in cells["items"]:
            path, _, query = each["list"].partition("?")
            lines = (await client.get(f"{path}?{query}&limit=500")).json()["items"]
            assert len(lines) == each["months"]
            assert {line[by] for line in lines} == {each[by]}
    elsewhere = await served.as_(Role.AUDITOR, elsewhere=True)
    assert (await elsewhere.get("/allowance-months/sums", params=asked)).json()["items"] == []
    monkeypatch.setattr("api.http.statement_lists.MOST_SUMMED", 2)
    too_many = (await client.get("/allowance-months/sums", params=asked)).json()
    assert too_many["errors"][0]["pointer"] == "/query/institution"
