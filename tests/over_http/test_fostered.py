"""Foster families over HTTP: a third child is refused, and found where old papers brought it in."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.identity.permissions import Role
from domain.events.family.foster_steps import (
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApplied,
    FosterFamilyApproved,
    FosterFamilyAssessed,
    FosterFamilyClosed,
    FosterFamilyTrained,
)
from domain.events.family.profile import FamilyRegistered
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementEnded, FosterPlacementStarted
from domain.events.record import ExceptionApproved
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import kinds_found, on_paper, written

REFUSED, CREATED = 422, 201


def placed(family: UUID) -> FosterPlacementStarted:
    return some(FosterPlacementStarted, family=family, child_consent="agree")


async def crowded(served: Served, on: str) -> list[tuple[str, str]]:
    """Return the children whose family had no room for them, each with the day since which."""
    await served.projected()
    supervisor = await served.as_(Role.SUPERVISOR)
    answer = await supervisor.get("/findings", params={"rule": "I10", "kind": "breach", "day": on})
    assert answer.status_code == 200, answer.text
    return [(item["child"], item["on"]) for item in answer.json()["items"]]


@pytest.mark.rule("I10")
async def test_a_third_child_that_old_papers_tell_of_is_found_whichever_came_in_first(served: Served) -> None:
    family = uuid4()
    third, first, second = [await served.a_child(f"王小{number}") for number in "丙甲乙"]
    ended = ("2024-05-31", some(FosterPlacementEnded))
    await on_paper(served, third, ("2024-05-03", placed(family)))
    await on_paper(served, first, ("2024-05-01", placed(family)), ended)
    await on_paper(served, second, ("2024-05-02", placed(family)))
    fourth = await served.a_child("王小丁")
    await on_paper(served, fourth, ("2024-05-30", placed(family)))

    assert await crowded(served, "2024-05-02") == []
    assert await crowded(served, "2024-05-03") == [(str(third), "2024-05-03")]
    both = [(str(third), "2024-05-03"), (str(fourth), "2024-05-30")]
    assert await crowded(served, "2024-06-01") == both
    fifth = await served.a_child("王小戊")
    await on_paper(served, second, ended)
    await on_paper(served, third, ended)
    await on_paper(served, fifth, ("2024-05-31", placed(family)))
    assert await crowded(served, "2024-06-01") == both
    supervisor = await served.as_(Role.SUPERVISOR)
    file = (await supervisor.get(f"/children/{third}", params={"as_of": "2024-05-03"})).json()
    before = (await supervisor.get(f"/children/{third}", params={"as_of": "2024-05-02"})).json()
    listed = (await supervisor.get("/findings", params={"day": "2024-05-03", "limit": 500})).json()["items"]
    assert file["findings"] == len([item for item in listed if item["child"] == str(third)])
    assert file["findings"] > before["findings"]


@pytest.mark.rule("I11", "R-FOS-4")
async def test_a_child_is_placed_once_the_family_has_its_steps_and_the_refusal_names_what_is_missing(
    served: Served,
) -> None:
    staff = await served.as_(Role.STAFF)

    async def recorded(path: str, *happened: tuple[Any, ...]) -> Any:
        body = {"events": [written(each) for each in happened]}
        return await staff.post(path, json=body, headers=new_key())

    opened = await recorded("/families", ("2024-01-10", some(FamilyRegistered)))
    assert opened.status_code == CREATED, opened.text
    family = UUID(opened.json()["family"])
    child = await served.a_child(born="2019-03-05")
    agreement = some(FosterAgreementSigned, family=family, caregiver_birth_on=date(1980, 1, 1))
    happened = (("2024-04-01", agreement), ("2024-04-01", placed(family)))

    refused = await recorded(f"/children/{child}/events", *happened)
    assert refused.status_code == REFUSED
    told = [each for each in refused.json()["refusals"] if each["rule"] == "I11"]
    assert [each["zh"][each["zh"].rindex("（") :] for each in told] == [
        "（缺少寄养家庭申请）",
        "（缺少寄养家庭评估）",
        "（缺少寄养家庭审核）",
        "（缺少寄养家庭培训）",
    ]
    steps = await recorded(
        f"/families/{family}/events",
        ("2024-01-10", some(FamilyMembersRecorded, members=(some(FamilyMember, relation="applicant"),))),
        ("2024-01-11", some(FosterFamilyApplied, is_healthy=True, crime_check="clear")),
        ("2024-02-01", some(FosterFamilyAssessed, result="suitable")),
        ("2024-02-10", some(FosterFamilyApproved)),
        ("2024-03-01", some(FosterFamilyTrained)),
    )
    assert steps.status_code == CREATED, steps.text
    accepted = await recorded(f"/children/{child}/events", *happened)
    assert accepted.status_code == CREATED, accepted.text
    status = (await staff.get(f"/families/{family}")).json()
    assert status["fostering"]["approved"]["value"] == "2024-02-10"
    await _closes(served, child, family)


async def _closes(served: Served, child: UUID, family: UUID) -> None:
    """A family that fosters a child is closed: that is said at once, and found from that day on (R-FOS-4)."""
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)

    async def closed(on: str, *, rehearsed: bool) -> tuple[int, list[str]]:
        body = {"events": [written((on, some(FosterFamilyClosed)))]}
        path = f"/families/{family}/events" + ("?dry_run=true" if rehearsed else "")
        answer = await staff.post(path, json=body, headers=new_key())
        return answer.status_code, [each["rule"] for each in answer.json()["findings"]]

    async def found(day: str) -> list[tuple[str, str]]:
        await served.projected()
        answer = await supervisor.get("/findings", params={"rule": "R-FOS-4", "day": day})
        return [(each["child"], each["on"]) for each in answer.json()["items"]]

    assert await closed("2024-03-31", rehearsed=True) == (200, [])
    assert await closed("2024-06-01", rehearsed=False) == (CREATED, ["R-FOS-4"])
    assert await found("2024-05-31") == []
    assert await found("2024-06-01") == [(str(child), "2024-06-01")]
    whole = [
        (await supervisor.get(f"/children/{child}", params={"as_of": day})).json()
        for day in ("2024-05-31", "2024-06-01")
    ]
    assert whole[1]["findings"] == whole[0]["findings"] + 1
    body = {"events": [written(("2024-06-01", some(FosterPlacementEnded)))]}
    ended = await staff.post(f"/children/{child}/events", json=body, headers=new_key())
    assert ended.status_code == CREATED, ended.text
    assert await found("2024-06-01") == []


@pytest.mark.rule("I10")
async def test_an_exception_from_what_other_files_say_waits_for_a_second_person(served: Served) -> None:
    family = uuid4()
    for name in ("周小甲", "周小乙"):
        await on_paper(served, await served.a_child(name), ("2024-05-01", placed(family)))
    third = await served.a_child("周小丙")
    (claimed,) = await on_paper(served, third, ("2024-05-02", placed(family)), excused="I10", by=Role.STAFF)

    assert await kinds_found(served, third, "I10", "X09") == ["exception_unapproved"]
    await on_paper(served, third, ("2024-06-01", some(ExceptionApproved, entry=claimed)))
    assert await kinds_found(served, third, "I10", "X09") == []
