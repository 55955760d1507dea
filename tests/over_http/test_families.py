"""The families: listed, found by the names of those who live in them, and each with its children."""

from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.family.foster_steps import (
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApplied,
    FosterFamilyAssessed,
)
from domain.events.foster.fostering import FosterPlacementEnded, FosterPlacementStarted
from tests.support.client import Served
from tests.support.family_files import a_family
from tests.support.given import some
from tests.support.http_given import on_paper

NOT_SHOWN = {"restricted": "family"}


async def listed(served: Served, role: Role = Role.STAFF, **query: Any) -> list[dict[str, Any]]:
    await served.projected()
    answer = await (await served.as_(role)).get("/families", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def found(served: Served, q: str) -> list[str]:
    await served.projected()
    answer = await (await served.as_(Role.STAFF)).post("/families/search", json={"q": q})
    assert answer.status_code == 200, answer.text
    return [item["family"] for item in answer.json()["items"]]


async def test_families_are_found_by_whoever_lives_in_one_as_children_are_by_their_names(
    served: Served,
) -> None:
    members = some(FamilyMembersRecorded, members=(some(FamilyMember, name="关小满", relation="child"),))
    guans = await a_family(served, "关长山", ("2024-01-11", members))
    lis = await a_family(served, "李长山")
    await a_family(served, "关长山", elsewhere=True)
    for query in ("关长山", "guanchang", "gcs", "关小满", "xiaoman"):
        assert await found(served, query) == [guans]
    assert await found(served, "郑小兰") == [guans, lis]
    assert await found(served, "长山") == [guans, lis]
    assert await found(served, "·") == []


async def test_the_list_has_the_families_in_scope_and_masks_the_name_of_who_is_not_shown_it(
    served: Served,
) -> None:
    before = (await served.container.ledger.head()).position
    family = await a_family(served, "关长山")
    (row,) = await listed(served)
    assert row == {
        "family": family,
        "applicant": "关长山",
        "region": "371002",
        "institution": str(served.home.institution),
        "approved_on": None,
        "trained_on": None,
    }
    assert await listed(served, approved="true") == []
    assert await listed(served, known_at=before) == []
    for role in (Role.BUREAU, Role.ADMINISTRATOR):
        (row,) = await listed(served, role)
        assert row["applicant"] == NOT_SHOWN
        refused = await (await served.as_(role)).post("/families/search", json={"q": "关"})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for role in (Role.TOWNSHIP, Role.PLACEMENT_OFFICER):
        assert await listed(served, role) == []
    for role in Role:
        other = await (await served.as_(role, elsewhere=True)).get("/families")
        assert (other.json()["items"] == []) == (role != Role.ADMINISTRATOR)


async def test_a_family_s_file_says_how_many_live_there_and_how_it_was_assessed(served: Served) -> None:
    members = tuple(some(FamilyMember, relation=each) for each in ("applicant", "child"))
    family = await a_family(
        served,
        "关长山",
        ("2024-01-11", some(FamilyMembersRecorded, members=members)),
        ("2024-01-12", some(FosterFamilyApplied, is_healthy=True, crime_check="clear")),
        ("2024-02-01", some(FosterFamilyAssessed, result="unsuitable")),
        ("2024-03-01", some(FosterFamilyAssessed, result="suitable")),
    )

    async def told(role: Role, day: str) -> Any:
        answer = await (await served.as_(role)).get(f"/families/{family}", params={"as_of": day})
        fostering = answer.json()["fostering"]
        return [
            fostering[name] and (fostering[name]["value"], fostering[name].get("since"))
            for name in ("members", "assessed")
        ]

    assert await told(Role.STAFF, "2024-01-31") == [(2, "2024-01-11"), None]
    assert await told(Role.STAFF, "2024-02-29") == [(2, "2024-01-11"), ("unsuitable", "2024-02-01")]
    assert await told(Role.STAFF, "2024-03-01") == [(2, "2024-01-11"), ("suitable", "2024-03-01")]
    # Who is not shown the family learns neither how many live there nor since when.
    assert await told(Role.BUREAU, "2024-03-01") == [(NOT_SHOWN, None), ("suitable", "2024-03-01")]


async def children(
    served: Served, family: str, role: Role = Role.STAFF, **query: Any
) -> list[tuple[Any, ...]]:
    answer = await (await served.as_(role)).get(f"/families/{family}", params=query)
    assert answer.status_code == 200, answer.text
    return [
        (UUID(each["child"]), each["name"], each["bond"], each["since"], each["until"])
        for each in answer.json()["children"]
    ]


async def test_a_family_s_file_has_the_children_placed_with_it_now_and_earlier_on_both_axes(
    served: Served,
) -> None:
    family = await a_family(served, "关长山")
    placed = some(FosterPlacementStarted, family=UUID(family))
    first, second = await served.a_child("王小甲"), await served.a_child("王小乙")
    assert await children(served, family) == []
    ended = ("2024-05-31", some(FosterPlacementEnded))
    await on_paper(served, first, ("2024-05-01", placed), ended)
    then = (await served.container.ledger.head()).position
    await on_paper(served, second, ("2024-06-01", placed))
    was = (first, "王小甲", "fostered", "2024-05-01", "2024-05-30")
    is_ = (second, "王小乙", "fostered", "2024-06-01", None)
    assert await children(served, family) == [was, is_]
    assert await children(served, family, as_of="2024-05-15") == [(*was[:-1], None)]
    assert await children(served, family, known_at=then) == [was]
    assert await children(served, family, as_of="2024-04-30") == []
    shown = await children(served, family, Role.ADMINISTRATOR)
    assert [each[1] for each in shown] == [{"restricted": "identity"}] * 2


async def test_a_child_that_the_family_adopted_is_told_to_who_is_shown_adoptions_and_that_is_noted(
    served: Served,
) -> None:
    family = await a_family(served, "关长山")
    child = await served.a_child("王小甲")
    await on_paper(served, child, ("2024-06-01", some(AdoptionRegistered, adopter=UUID(family))))
    assert await children(served, family) == []
    assert await children(served, family, Role.SUPERVISOR) == [
        (child, "王小甲", "adopted", "2024-06-01", None)
    ]
    (line, *_) = await served.container.access.of(child, limit=5)
    assert (line.purpose, line.role) == ("family", "supervisor")
    assert set(line.categories) == {"identity", "adoption"}


async def test_a_child_of_another_institution_is_not_told_of(served: Served) -> None:
    family = await a_family(served, "关长山", elsewhere=True)
    child = await served.a_child("王小甲")
    await on_paper(served, child, ("2024-06-01", some(FosterPlacementStarted, family=UUID(family))))
    other = await served.as_(Role.SUPERVISOR, elsewhere=True)
    assert (await other.get(f"/families/{family}")).json()["children"] == []
    administrator = await served.as_(Role.ADMINISTRATOR)
    assert len((await administrator.get(f"/families/{family}")).json()["children"]) == 1
