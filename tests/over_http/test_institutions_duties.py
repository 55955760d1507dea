"""What is due of institutions, across all that somebody oversees: what, by when, and which entry did it."""

from datetime import date
from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.event import Event
from domain.events.institution.hazards import MajorHazardFound, MajorHazardRectified
from domain.events.institution.licences import LicenceIssued
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent

RULES = ["R-LIC-1", "R-HAZ-1"]
INVALID = 422


async def recorded(served: Served, *happened: tuple[str, Event], elsewhere: bool = False) -> list[UUID]:
    """Record these of the institution; return their ids."""
    entries = []
    institution = served.elsewhere if elsewhere else served.home
    client = await served.as_(Role.SUPERVISOR, elsewhere=elsewhere)
    for on, event in happened:
        path = f"/institutions/{institution.institution}/events"
        answer = await client.post(path, json=sent(on, event), headers=new_key())
        assert answer.status_code == 201, answer.text
        entries += [UUID(each["entry_id"]) for each in answer.json()["entries"]]
    return entries


async def asked(served: Served, role: Role, **query: Any) -> list[dict[str, Any]]:
    client = await served.as_(role)
    answer = await client.get("/institutions/obligations", params={"rule": RULES, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_licences_and_hazards_of_all_institutions_are_one_list_by_due_day(served: Served) -> None:
    licence = some(LicenceIssued, valid_to=date(2026, 12, 15))
    hazard_found = some(MajorHazardFound, rectify_by=date(2026, 11, 20))
    await recorded(served, ("2024-01-01", licence), ("2026-11-01", hazard_found))
    await recorded(served, ("2024-02-01", some(LicenceIssued, valid_to=date(2026, 12, 1))), elsewhere=True)
    await served.projected()
    home, elsewhere = str(served.home.institution), str(served.elsewhere.institution)
    every = await asked(served, Role.ADMINISTRATOR)
    assert [(each["institution"], each["rule"], each["state"], each["due_on"]) for each in every] == [
        (home, "R-HAZ-1", "overdue", "2026-11-20"),
        (elsewhere, "R-LIC-1", "due", "2026-12-01"),
        (home, "R-LIC-1", "due", "2026-12-15"),
    ]
    hazard, _, own = every
    assert (own["institution_name"], own["days_left"], own["done_on"]) == (served.home.name, 23, None)
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.BUREAU):
        seen = await asked(served, role)
        assert [each["rule"] for each in seen] == ["R-HAZ-1", "R-LIC-1"], role
        assert [each["type"] for each in seen[1]["evidence"]] == ["LicenceIssued"]
        assert seen[1]["next_to_act"]
    assert await asked(served, Role.TOWNSHIP) == await asked(served, Role.PLACEMENT_OFFICER) == []

    assert await asked(served, Role.ADMINISTRATOR, due_within_days=9) == every[:2]
    assert await asked(served, Role.ADMINISTRATOR, overdue_days=2) == [hazard]
    assert await asked(served, Role.ADMINISTRATOR, overdue_days=3) == []
    assert await asked(served, Role.ADMINISTRATOR, state="due", institution=home) == [own]
    assert await asked(served, Role.ADMINISTRATOR, known_at=0) == []
    one = await (await served.as_(Role.ADMINISTRATOR)).get(
        f"/institutions/{home}/obligations", params={"rule": RULES}
    )
    assert {each["number"] for each in one.json()["items"] if "number" in each} == set()
    assert [each["due_on"] for each in one.json()["items"]] == ["2026-11-20", "2026-12-15"]


async def test_what_was_done_says_when_and_by_which_entry_and_is_a_table(served: Served) -> None:
    (hazard,) = await recorded(served, ("2026-11-01", some(MajorHazardFound, rectify_by=date(2026, 11, 20))))
    await recorded(served, ("2026-11-10", some(MajorHazardRectified, hazard=hazard)))
    await served.projected()
    client = await served.as_(Role.BUREAU)
    done = {"state": "met", "rule": "R-HAZ-1"}
    (item,) = (await client.get("/institutions/obligations", params=done)).json()["items"]
    assert (item["done_on"], item["next_to_act"]) == ("2026-11-10", [])
    assert [each["type"] for each in item["evidence"]] == ["MajorHazardFound", "MajorHazardRectified"]
    table = await client.get("/institutions/obligations", params={**done, "format": "csv"})
    assert len(table.text.split("\r\n")) == 2 + 1
    assert served.home.name in table.text
    wrong = await client.get("/institutions/obligations", params={"rule": "D999"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (INVALID, "/query/rule")
