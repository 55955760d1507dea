"""Adoptions by the same adopters over HTTP: one too many is found, whichever came in first."""

from uuid import UUID, uuid4

import pytest

from api.identity.permissions import Role
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.adoption.dissolving import AdoptionDissolved
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.record import ExceptionApproved
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import kinds_found, on_paper

IN_DIFFICULTY, ORPHAN = "5", "2"


async def a_child(
    served: Served, name: str, adopter: UUID, asked: str = "2024-01-10", children: int = 1
) -> UUID:
    child = await served.a_child(name)
    await on_paper(
        served, child, (asked, some(AdopterApplicationReceived, adopter=adopter, children_count=children))
    )
    return child


def adoption(adopter: UUID, category: str = IN_DIFFICULTY) -> AdoptionRegistered:
    return some(AdoptionRegistered, adopter=adopter, category=category)


async def found(served: Served, on: str, role: Role = Role.SUPERVISOR) -> list[tuple[str, str]]:
    """Return the children who were one too many for their adopters, each with the day of the adoption."""
    await served.projected()
    client = await served.as_(role)
    answer = await client.get("/findings", params={"rule": "I16", "kind": "breach", "day": on, "limit": 500})
    assert answer.status_code == 200, answer.text
    items = [item for item in answer.json()["items"] if "其他档案" in item["zh"]]
    assert all(item["entries"] for item in items)
    return [(item["child"], item["on"]) for item in items]


async def counted(served: Served, child: UUID, role: Role = Role.SUPERVISOR) -> int:
    client = await served.as_(role)
    number: int = (await client.get(f"/children/{child}", params={"as_of": "2024-12-31"})).json()["findings"]
    return number


@pytest.mark.rule("I16")
async def test_one_adopted_too_many_is_found_whichever_came_in_first_and_until_it_is_put_right(
    served: Served,
) -> None:
    adopter = uuid4()
    second, first, orphan = [await a_child(served, f"孙小{number}", adopter) for number in "乙甲丙"]
    await on_paper(served, second, ("2024-03-02", adoption(adopter)))
    assert await found(served, "2024-12-31") == []
    alone = await counted(served, second)
    await on_paper(served, first, ("2024-03-01", adoption(adopter)))
    await on_paper(served, orphan, ("2024-03-03", adoption(adopter, ORPHAN)))
    assert await found(served, "2024-03-01") == []
    assert await found(served, "2024-03-02") == [(str(second), "2024-03-02")]
    assert await counted(served, second) == alone + 1
    # Staff see nothing of adoptions, and are not told that there is something to count.
    staff_before = await counted(served, second, Role.STAFF)
    await on_paper(served, first, ("2024-03-02", some(AdoptionDissolved, form="judgment")))
    assert await found(served, "2024-12-31") == []
    assert await counted(served, second) == alone
    assert await counted(served, second, Role.STAFF) == staff_before


@pytest.mark.rule("I16")
async def test_whom_staff_may_not_hear_of_is_not_listed_to_them(served: Served) -> None:
    adopter = uuid4()
    first, second = [await a_child(served, f"钱小{number}", adopter) for number in "甲乙"]
    for child in (first, second):
        await on_paper(served, child, ("2024-03-01", adoption(adopter)))
    assert {child for child, _ in await found(served, "2024-12-31")} == {str(first), str(second)}
    assert await found(served, "2024-12-31", Role.STAFF) == []


@pytest.mark.rule("I16")
async def test_an_exception_waits_for_a_second_person_and_is_found_no_other_way(served: Served) -> None:
    adopter = uuid4()
    first, second = [await a_child(served, f"吴小{number}", adopter) for number in "甲乙"]
    await on_paper(served, first, ("2024-03-01", adoption(adopter)))
    (claimed,) = await on_paper(
        served, second, ("2024-03-02", adoption(adopter)), excused="I16", by=Role.STAFF
    )

    assert str(second) not in {child for child, _ in await found(served, "2024-12-31")}
    assert await kinds_found(served, second, "I16", "X09") == ["exception_unapproved"]
    await on_paper(served, second, ("2024-06-01", some(ExceptionApproved, entry=claimed)))
    assert await kinds_found(served, second, "I16", "X09") == []
