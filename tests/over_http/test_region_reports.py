"""Reports of a region, which its bureau issues: of all that lie in it, in a file of its own."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from api.identity.permissions import Role
from domain.events.community.rolls import ChildIdentified
from domain.events.institution.licences import LicenceIssued
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import TOWNSHIP, Served, new_key
from tests.support.given import some
from tests.support.http_given import JsonObject, a_story, sent
from tests.support.issued import known_in_lists

REGION, CALLED = "371000", "山东省威海市"
ON = "2016-03-05"


async def at_home(served: Served, number: int, sex: str) -> None:
    for _ in range(number):
        await a_story(served).given((ON, some(ChildReceived)), (ON, some(IdentityRecorded, sex=sex)))


async def outside(served: Served, number: int, sex: str) -> None:
    """Children outside institutions, in a township of the region."""
    client = await served.as_(Role.TOWNSHIP)
    events = [sent(ON, some(ChildIdentified)), sent(ON, some(IdentityRecorded, sex=sex))]
    for _ in range(number):
        body = {"region": TOWNSHIP, "events": events}
        answer = await client.post("/children", json=body, headers=new_key())
        assert answer.status_code == 201, answer.text


async def issued_by(served: Served, role: Role, **asked: Any) -> JsonObject:
    await known_in_lists(served)
    client = await served.as_(role)
    body = {"report": "progress", "year": 2026, **asked}
    answer = await client.post("/reports", json=body, headers=new_key())
    assert answer.status_code == 201, answer.text
    issued: JsonObject = answer.json()
    return issued


def sexes(issued: JsonObject) -> dict[str, int | None]:
    """How many of each sex a report tells, and of all."""
    (found,) = (each for each in issued["content"]["tables"] if each["table"] == "sexes")
    rows = {row["values"][0]["value"]: row["counts"][0] for row in found["rows"]}
    return {**rows, "": found["totals"][0]}


async def list_of(client: AsyncClient, **query: Any) -> list[tuple[str | None, str]]:
    items = (await client.get("/reports", params=query)).json()["items"]
    return [(each["region"], each["institution_name"]) for each in items]


async def test_a_bureau_issues_a_report_of_its_region_that_stays_as_it_was_issued(served: Served) -> None:
    await at_home(served, 6, "1")
    await outside(served, 7, "2")
    bureau = await served.as_(Role.BUREAU)
    await known_in_lists(served)
    dry = await bureau.post("/reports", json={"report": "progress", "year": 2026}, params={"dry_run": "true"})
    issued = await issued_by(served, Role.BUREAU)
    content = issued["content"]
    assert content == dry.json()["content"]
    assert sexes(issued) == {"1": 6, "2": 7, "": 13}
    assert (issued["issued"]["region"], issued["issued"]["institution"]) == (REGION, None)
    assert issued["issued"]["institution_name"] == content["institution"]["name"] == CALLED
    assert "全区域" in content["definitions"][0]["zh"]
    for report, part in (("half_yearly", 2), ("quarterly", 3), ("placement", None)):
        year = 2025 if report == "placement" else 2026
        await issued_by(served, Role.BUREAU, report=report, part=part, year=year)

    await at_home(served, 3, "1")
    await known_in_lists(served)
    path = f"/reports/{issued['issued']['id']}"
    assert (await bureau.get(path)).json() == content
    assert (await bureau.get(path, params={"format": "xlsx"})).status_code == 200
    compared = (await bureau.get(f"{path}/comparison")).json()
    assert (compared["same"], compared["differences"]) == (True, [])
    (own, *_), total = await list_of(bureau), (await bureau.get("/reports?total=true")).json()["total"]
    assert (own, total) == ((REGION, CALLED), 4)


async def test_a_report_of_a_region_is_its_bureaus_and_its_file_holds_nothing_else(served: Served) -> None:
    await at_home(served, 6, "1")
    issued = await issued_by(served, Role.BUREAU)
    path, file = f"/reports/{issued['issued']['id']}", issued["content"]["institution"]["institution"]
    for role in Role:
        for elsewhere in (False, True):
            client = await served.as_(role, elsewhere=elsewhere)
            sees = role is Role.ADMINISTRATOR or (role is Role.BUREAU and not elsewhere)
            assert ((await client.get(path)).status_code == 200) is sees, role
            assert (await list_of(client) != []) is sees, role
    bureau = await served.as_(Role.BUREAU)
    event = {"events": [sent("2026-03-01", some(LicenceIssued))]}
    refused = await bureau.post(f"/institutions/{file}/events", json=event, headers=new_key())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    township = await served.as_(Role.TOWNSHIP)
    asked = {"report": "progress", "year": 2026}
    forbidden = await township.post("/reports", json=asked, headers=new_key())
    assert forbidden.json()["code"] == "forbidden"
    theirs = await bureau.post(
        f"/institutions/{served.home.institution}/events", json=event, headers=new_key()
    )
    assert theirs.status_code == 403


@pytest.mark.parametrize("first", [Role.SUPERVISOR, Role.BUREAU])
async def test_what_is_left_of_a_region_without_an_institution_is_not_told_where_it_is_small(
    served: Served, first: Role
) -> None:
    """Of boys two are outside, and of girls seven; on that day nothing of it is public."""
    on_day = {"as_of": "2026-10-15"}
    await at_home(served, 9, "1")
    await at_home(served, 8, "2")
    await outside(served, 2, "1")
    await outside(served, 7, "2")
    second = Role.BUREAU if first is Role.SUPERVISOR else Role.SUPERVISOR
    counted = {Role.SUPERVISOR: {"1": 9, "2": 8, "": 17}, Role.BUREAU: {"1": 11, "2": 15, "": 26}}
    assert sexes(await issued_by(served, first, **on_day)) == counted[first]
    told = sexes(await issued_by(served, second, **on_day))
    assert told["1"] is None
    assert None in {told["2"], told[""]}, "else the boys would follow"
    assert {each for each in told.values() if each is not None} <= {*counted[second].values()}
