"""What a second person decides on, as a list: what waits how long, who may decide, what was decided."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.identity.permissions import Role
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.record import CorrectionApproved, ExceptionApproved, ExceptionRejected
from tests.support.adoptions import APPLIED, CONSENTED, REPORT
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import JsonObject, Story, a_story

RECEIVED = ("2024-03-05", some(ChildReceived, file_no="WH-2024-001"))
NAMED = ("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 5), sex="1"))
ADMITTED = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
TO_DECIDE = "2026-11-20"


async def listed(served: Served, role: Role = Role.SUPERVISOR, client: Any = None, **query: Any) -> Any:
    await served.projected()
    answer = await (client or await served.as_(role)).get("/exceptions", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def claimed(served: Served, by: Role = Role.STAFF) -> Story:
    """Given a child who was admitted by an exception."""
    story = await a_story(served).given(RECEIVED, NAMED)
    (await story.when(ADMITTED, by=by)).recorded("I01")
    return story


async def test_an_exception_waits_with_its_rule_its_reason_and_whom_it_is_about(served: Served) -> None:
    story = await claimed(served)
    (item,) = await listed(served, state="waiting")
    assert (item["child"], item["name"], item["file_no"]) == (story.child, "王小明", "WH-2024-001")
    assert (item["kind"], item["rule"], item["state"], item["decision"]) == (
        "exception",
        "I01",
        "waiting",
        None,
    )
    assert item["title_zh"]
    assert item["zh"]
    assert item["source"]
    assert item["waited_days"] == 0
    entry = item["entry"]
    assert (entry["entry_id"], entry["type"]) == (story.entries[-1], "ChildAdmitted")
    assert entry["exception"] == {"rule": "I01", "reason": "情况特殊，已口头请示。"}
    assert entry["recorded_by"]["name"] == (await member(served, Role.STAFF))
    assert (item["may_decide"], item["why_not"]) == (True, None)
    later = await listed(served, as_of="2026-12-31")
    assert later[0]["waited_days"] > 30
    assert await listed(served, as_of="2024-03-31") == []


async def member(served: Served, role: Role) -> str | None:
    known = await served.container.identity.member((await served.actor(role)).user)
    return None if known is None else known.name


async def test_who_may_not_decide_is_told_why(served: Served) -> None:
    await claimed(served, by=Role.SUPERVISOR)
    for role, why in ((Role.SUPERVISOR, "own"), (Role.STAFF, "role"), (Role.AUDITOR, "role")):
        (item,) = await listed(served, role)
        assert (item["may_decide"], item["why_not"]["code"]) == (False, why), role
        assert item["why_not"]["zh"]
        assert item["why_not"]["en"]
    (item,) = await listed(served, client=await served.another(Role.SUPERVISOR))
    assert item["may_decide"] is True


@pytest.mark.parametrize(
    ("kind", "state"), [(ExceptionApproved, "approved"), (ExceptionRejected, "rejected")]
)
async def test_what_was_decided_stays_in_the_list_with_the_decision(
    served: Served, kind: Any, state: str
) -> None:
    story = await claimed(served)
    before = story.position
    decided = (TO_DECIDE, some(kind, entry=UUID(story.entries[-1]), explanation="已核对接收决定。"))
    (await story.when(decided, client=await served.another(Role.SUPERVISOR))).recorded()
    assert await listed(served, state="waiting") == []
    (item,) = await listed(served, state=state)
    assert item["decision"]["data"]["explanation"] == "已核对接收决定。"
    assert item["decision"]["recorded_by"]["role"] == "supervisor"
    assert item["why_not"]["code"] == "decided"
    # As known before, it waited.
    head = await served.container.ledger.head()
    assert await served.container.projector.known_reached(head.position, 30)
    (then,) = await listed(served, known_at=before)
    assert (then["state"], then["decision"]) == ("waiting", None)


async def test_a_correction_that_waits_stands_beside_the_exceptions(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    wrong = story.entries[-1]
    right = some(IdentityRecorded, name="王小明", birth_on=date(2015, 5, 3), sex="1")
    (await story.when((NAMED[0], right, {"corrects": wrong}), by=Role.STAFF)).recorded("X11")
    (item,) = await listed(served, kind="correction")
    assert (item["rule"], item["state"], item["may_decide"]) == ("X11", "waiting", True)
    assert [each["entry_id"] for each in item["evidence"]] == [wrong]
    assert "2015年3月5日" in item["evidence"][0]["sentence_zh"]
    approved = some(CorrectionApproved, entry=UUID(story.entries[-1]), explanation="已核对出生医学证明。")
    (await story.when((TO_DECIDE, approved), by=Role.SUPERVISOR)).recorded()
    assert await listed(served, kind="correction", state="waiting") == []
    assert len(await listed(served, kind="correction", state="approved")) == 1
    assert await listed(served, kind="exception") == []


async def test_the_list_is_asked_by_rule_institution_and_page_by_page(served: Served) -> None:
    for _ in range(2):
        await claimed(served)
    assert len(await listed(served, rule="I01")) == 2
    assert await listed(served, rule="I03") == []
    home = str(served.home.institution)
    assert len(await listed(served, institution=home)) == 2
    assert await listed(served, institution=str(served.elsewhere.institution)) == []
    client = await served.as_(Role.SUPERVISOR)
    first = (await client.get("/exceptions", params={"limit": 1})).json()
    second = (await client.get("/exceptions", params={"limit": 1, "cursor": first["next"]})).json()
    assert first["items"][0]["child"] != second["items"][0]["child"]
    assert second["next"] is None
    unknown = await client.get("/exceptions", params={"institution": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid")


@pytest.mark.usefixtures("restricting_nothing")
async def test_an_exception_of_an_adoption_is_listed_for_nobody_who_may_not_see_adoptions(
    served: Served,
) -> None:
    story = await a_story(served).given(RECEIVED, NAMED, APPLIED, CONSENTED, REPORT)
    adopted = ("2024-06-01", some(AdoptionRegistered, category="5"), {"exception": "I12"})
    (await story.when(adopted, by=Role.SUPERVISOR)).recorded("I12", "I16")
    told: JsonObject = {role: len(await listed(served, role)) for role in (Role.STAFF, Role.AUDITOR)}
    assert told == {Role.STAFF: 0, Role.AUDITOR: 1}
    async with served.container.projector.reading() as connection:
        cursor = await connection.execute("SELECT rule, kind, state, zh, entry FROM exceptions")
        ((rule, kind, state, zh, entry),) = await cursor.fetchall()
    assert {rule, kind, state}.isdisjoint({"I12", "exception", "waiting"})
    assert (zh, entry) == ("", None)
