"""Findings and obligations in lists across files say what they rest on, masked as entries themselves are."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from api.identity.permissions import Role
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

NAME: Final = "标记甲乙"
RECEIVED: Final = ("2026-03-05", some(ChildReceived))
BORN: Final = ("2026-03-05", some(IdentityRecorded, name=NAME, birth_on=date(2015, 3, 5), sex="1"))
ADMITTED: Final = some(ChildAdmitted, intake_category="A1")
CLAIMED: Final = ("2026-10-01", ADMITTED, {"exception": "I01"})
MEMBERS: Final = ("entry_id", "stream", "kind", "type", "occurred_on", "sentence_zh", "sentence_en")


def told(items: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The evidence of each finding as far as both answers tell it, by its rule."""
    return {
        each["rule"]: [{name: entry[name] for name in MEMBERS} for entry in each["evidence"]]
        for each in items
    }


async def test_a_finding_names_its_entries_as_the_file_does_and_masks_them_the_same(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, BORN, CLAIMED)
    await served.projected()
    for role in (Role.STAFF, Role.SUPERVISOR, Role.BUREAU, Role.AUDITOR):
        across = (await (await served.as_(role)).get("/findings", params={"limit": 500})).json()["items"]
        of_file = (await story.asked("/findings", by=role))["items"]
        assert {"I01"} <= {*told(of_file)} <= {*told(across)}, role
        assert {rule: told(across)[rule] for rule in told(of_file)} == told(of_file), role
    (claim,) = next(each["evidence"] for each in across if each["rule"] == "I01")
    label = ChildAdmitted.label
    assert (claim["title_zh"], claim["title_en"]) == (label.zh, label.en)
    assert (claim["occurred_on"], claim["occurred_until"]) == ("2026-10-01", "2026-10-01")
    assert claim["sentence_zh"].startswith(label.zh)
    assert claim["sentence_en"] != claim["sentence_zh"]


async def test_an_obligation_names_what_started_and_met_it_as_the_file_does_and_masks_it_the_same(
    served: Served,
) -> None:
    examined = ("2026-04-01", some(PhysicalExamined, height_cm=Decimal(120), summary=NAME))
    story = await a_story(served).given(RECEIVED, BORN, examined)
    await served.projected()
    query = {"rule": "D13", "state": ["due", "met", "overdue"], "as_of": "2026-11-22"}
    for role in (Role.STAFF, Role.SUPERVISOR, Role.BUREAU, Role.AUDITOR):
        client = await served.as_(role)
        across = (await client.get("/obligations", params=query)).json()["items"]
        of_file = (await client.get(f"/children/{story.child}/obligations", params=query)).json()["items"]
        by_day = {each["opened_on"]: each["evidence"] for each in across}
        assert by_day == {each["opened_on"]: each["evidence"] for each in of_file}, role
        types = {day: [each["type"] for each in evidence] for day, evidence in by_day.items()}
        assert types == {
            "2026-03-05": ["ChildReceived", "PhysicalExamined"],
            "2026-04-01": ["PhysicalExamined"],
        }
        (exam,) = by_day["2026-04-01"]
        assert (NAME in exam["sentence_zh"]) is (role is not Role.BUREAU), role


async def test_an_obligation_does_not_name_what_met_it_later(served: Served) -> None:
    examined = ("2026-04-01", some(PhysicalExamined))
    story = await a_story(served).given(RECEIVED, BORN, examined)
    await served.projected()
    for path in ("/obligations", f"/children/{story.child}/obligations"):
        query = {"rule": "D13", "as_of": "2026-03-20", "state": ["due", "overdue"]}
        (due,) = (await (await served.as_(Role.SUPERVISOR)).get(path, params=query)).json()["items"]
        assert [each["type"] for each in due["evidence"]] == ["ChildReceived"]


async def test_reading_what_started_an_obligation_is_noted_with_what_it_holds(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, BORN, ("2026-04-01", some(PhysicalExamined)))
    await served.projected()
    await (await served.as_(Role.SUPERVISOR)).get("/obligations", params={"rule": "D13"})
    noted = (await story.asked("/access", by=Role.AUDITOR))["items"]
    told = {each for row in noted if row["purpose"] == "obligations" for each in row["categories"]}
    assert {"identity", "health"} <= told


async def test_reading_evidence_is_noted_with_what_it_holds(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, BORN, CLAIMED)
    await served.projected()
    await (await served.as_(Role.SUPERVISOR)).get("/findings", params={"rule": "I01"})
    noted = (await story.asked("/access", by=Role.AUDITOR))["items"]
    assert "identity" in {each for row in noted if row["purpose"] == "findings" for each in row["categories"]}
