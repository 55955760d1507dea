"""How far children are on the way to an adoption, counted: by those who see adoptions, and by nobody else."""

from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER
from domain.event import Category
from domain.events.adoption.assessment import (
    AdoptabilityAssessed,
    AdoptionAssessmentNoticeGiven,
    IntegrationStarted,
    RegistrarNoticePublished,
)
from domain.events.departure import ChildDied
from projections.dimensions import DIMENSIONS
from tests.support.client import Served
from tests.support.erasures import approved, erased, later
from tests.support.given import some
from tests.support.http_given import JsonObject
from tests.support.question_lists import FOUND, came
from tests.support.stored import kept, noted
from tests.support.waiting import PATIENCE

DAYS: dict[str, Any] = {"from": "2026-09-30", "to": "2026-11-22"}
MAY = ("2026-09-01", some(AdoptabilityAssessed, basis="not_found", decision="adoptable"))
TOLD = ("2026-10-10", some(AdoptionAssessmentNoticeGiven))
NOTICE = ("2026-10-20", some(RegistrarNoticePublished))
TOGETHER = ("2026-11-01", some(IntegrationStarted))
DEAD = ("2026-11-10", some(ChildDied))


async def four(served: Served) -> dict[str, str]:
    """Give one that is integrated, one that may be adopted, one that died since, and one who is not."""
    ways = {"integration": (MAY, TOLD, TOGETHER), "adoptable": (MAY,), "dead": (MAY, DEAD), "nothing": ()}
    children = {name: str(await kept(served, came(FOUND, "2022-06-01", *way))) for name, way in ways.items()}
    await served.projected()
    return children


async def asked(served: Served, path: str, role: Role = Role.SUPERVISOR, **query: Any) -> JsonObject:
    answer = await (await served.as_(role)).get(path, params={"by": "adoption_stage"} | query)
    assert answer.status_code == 200, answer.text
    said: JsonObject = answer.json()
    return said


def numbers(answer: JsonObject, *names: str) -> dict[str, list[int]]:
    return {each["values"][0]["value"]: [each[name] for name in names] for each in answer["items"]}


async def test_who_sees_adoptions_counts_how_far_each_child_is_and_is_led_to_the_list(served: Served) -> None:
    children = await four(served)
    now = await asked(served, "/census")
    assert numbers(now, "count") == {"adoptable": [1], "integration": [1], "nothing": [1]}
    said = [each["values"][0]["zh"] for each in now["items"]]
    assert said == ["符合送养条件", "融合中", "不在收养流程中"]
    client = await served.as_(Role.AUDITOR)
    for item in now["items"]:
        (listed,) = (await client.get(item["list"])).json()["items"]
        assert listed["child"] == children[item["values"][0]["value"]]
    then = await asked(served, "/census", as_of="2026-10-15")
    assert numbers(then, "count") == {"adoptable": [2], "assessment": [1], "nothing": [1]}
    # A notice stands in clear, in files of which nothing is sealed, too.
    await kept(served, came(FOUND, "2022-06-01", NOTICE))
    await served.projected()
    listed = (await client.get("/questions/A6", params={"where": "stage:notice"})).json()["items"]
    assert numbers(await asked(served, "/census"), "count")["notice"] == [len(listed)] == [1]
    crossed = await asked(served, "/census", by=["adoption_stage", "sex"], where="adoption_stage:integration")
    assert numbers(crossed, "count") == {"integration": [1]}


async def test_what_came_and_went_between_stages_adds_up_and_is_listed(served: Served) -> None:
    children = await four(served)
    kinds = ("stock_from", "entered", "moved_in", "left", "moved_out", "stock_to")
    flows = await asked(served, "/census/flows", **DAYS)
    assert numbers(flows, *kinds) == {
        "adoptable": [3, 0, 0, 1, 1, 1],
        "assessment": [0, 0, 1, 0, 1, 0],
        "integration": [0, 0, 1, 0, 0, 1],
        "nothing": [1, 0, 0, 0, 0, 1],
    }
    moves = await asked(served, "/census/moves", **DAYS, before="adoption_stage:assessment")
    (move,) = moves["items"]
    assert (move["child"], move["after"][0]["value"]) == (children["integration"], "integration")
    series = await asked(served, "/census/series", **DAYS, every="month", where="adoption_stage:adoptable")
    assert [each["count"] for each in series["totals"]] == [3, 2, 1]


async def test_nobody_else_counts_or_lists_by_it_nor_without_a_reason(served: Served) -> None:
    await four(served)
    calls = (
        ("/census", {"by": "adoption_stage"}),
        ("/census", {"where": "adoption_stage:matched"}),
        ("/census/flows", {**DAYS, "by": ["sex", "adoption_stage"]}),
        ("/census/moves", {**DAYS, "by": "adoption_stage"}),
        ("/census/series", {**DAYS, "by": "adoption_stage"}),
        ("/children", {"where": "adoption_stage:nothing"}),
    )
    for role in Role:
        client = await served.as_(role)
        for path, query in calls:
            answer = await client.get(path, params=query)
            sees = role in {Role.SUPERVISOR, Role.AUDITOR}
            assert answer.status_code == (200 if sees else 403), (role, path)
    refused = await (await served.as_(Role.BUREAU)).get("/census", params={"by": "adoption_stage"})
    assert [each["role"] for each in refused.json()["roles"]] == ["supervisor", "auditor"]
    supervisor = await served.as_(Role.SUPERVISOR)
    del supervisor.headers[HEADER]
    for path, query in calls:
        answer = await supervisor.get(path, params=query)
        assert answer.json()["code"] == "reason_missing", path
    public = await (await served.as_(Role.BUREAU)).get(
        "/census", params={"by": "adoption_stage", "public": True}
    )
    assert public.status_code == 422


async def test_of_whom_it_was_erased_nobody_counts_how_far_they_came_not_even_as_known_before(
    served: Served,
) -> None:
    children = await four(served)
    before = (await served.container.ledger.head()).position
    child = UUID(children["integration"])
    await approved(served, child, (Category.ADOPTION,))
    async with later(served, child) as container:
        await erased(container, child)
    head = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(head, PATIENCE)
    await served.projected()
    for known in (None, before):
        asked_then: dict[str, Any] = {} if known is None else {"known_at": known}
        told = await asked(served, "/census", Role.SUPERVISOR, **asked_then)
        assert numbers(told, "count") == {"adoptable": [1], "nothing": [2]}, known


async def test_the_table_of_what_is_counted_tells_nobody_of_it(served: Served) -> None:
    await four(served)
    rows = await noted(served, "SELECT dimension, value, before FROM counted_values")
    sealed = [row for row in rows if row[0] not in {*DIMENSIONS, "departed"}]
    assert len({dimension for dimension, _, _ in sealed}) == 1
    assert len(sealed) == 3 + 1 + 2, "three stages of one, one of another, and one that is over"
    words = [text for row in rows for text in row if text is not None]
    assert not any(told in text for text in words for told in ("adopt", "assess", "integrat"))
