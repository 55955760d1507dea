"""A rule is named by its title wherever it is answered, and its title is masked with the rest of its row."""

from datetime import date

from api.identity.permissions import Role
from domain.events.adoption.assessment import AdopterApplicationReceived
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.rulebook import title_of
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

RECEIVED = ("2020-03-05", some(ChildReceived))
NAMED = ("2020-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5), sex="1"))
APPLIED = ("2024-03-05", some(AdopterApplicationReceived))
ADOPTED = ("2024-03-05", some(AdoptionRegistered))


def named(item: dict[str, str]) -> bool:
    title = title_of(item["rule"])
    return (item["title_zh"], item["title_en"]) == (title.zh, title.en)


async def test_a_rule_is_named_by_its_title_wherever_it_is_answered(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    client = await served.as_(Role.SUPERVISOR)

    (card,) = (await story.asked("/obligations", rule="D11"))["items"]
    assert named(card)
    assert (card["title_zh"], card["zh"]) == (
        "申领居民身份证",
        "自年满十六周岁之日起三个月内申请领取居民身份证。",
    )
    assert named((await story.asked("/readiness"))["next"])
    across = [
        item
        for path in ("/obligations", "/findings", "/rules")
        for item in (
            await client.get(path, params={} if path == "/rules" else {"at_least": story.position})
        ).json()["items"]
    ]
    assert {item["rule"] for item in across} >= {"D11", "S01", "E15"}
    assert [item["rule"] for item in across if not named(item)] == []
    (explained,) = (await story.asked("/explain/obligations.D11"))["rules"]
    assert named(explained)


async def test_a_refusal_names_the_rule_by_its_title(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    refusals = (await story.when(ADOPTED)).body["refusals"]
    assert "I12" in {each["rule"] for each in refusals}
    assert [each["rule"] for each in refusals if not named(each)] == []


async def test_the_title_of_a_sealed_row_is_not_told(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED, APPLIED)
    seen = {
        role: str((await story.asked("/obligations", by=role, day="2024-03-06"))["items"])
        for role in (Role.SUPERVISOR, Role.STAFF)
    }
    title = title_of("D08")
    assert (title.zh in seen[Role.SUPERVISOR], title.en in seen[Role.SUPERVISOR]) == (True, True)
    assert (title.zh in seen[Role.STAFF], title.en in seen[Role.STAFF]) == (False, False)
