"""The week's digest: numbers of what is due, waits and became worse, each with its list; nobody's name."""

from api.identity.permissions import Role
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

RECEIVED = ("2026-09-05", some(ChildReceived))
NAMED = ("2026-09-05", some(IdentityRecorded, name="黎明"))


async def test_each_line_counts_what_its_list_has_and_says_what_became_more(served: Served) -> None:
    await a_story(served).given(RECEIVED, NAMED)
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get("/digest")
    told = answer.json()
    assert (told["day"], told["before"]) == ("2026-11-22", "2026-11-15")
    for line in told["lines"]:
        listed = (await client.get(f"{line['list']}&limit=500")).json()["items"]
        assert len(listed) == line["count"], line["line"]
    lines = {line["line"]: line for line in told["lines"]}
    assert lines["overdue"]["count"] > 0
    assert lines["overdue"]["before"] == {"count": 0, "more": False}, "nothing was known a week ago"
    assert lines["overdue"]["worse"]
    assert lines["due"]["before"] is None
    assert not lines["waiting"]["worse"], "it was none and is none"
    assert "黎明" not in answer.text


async def test_it_counts_what_the_caller_may_see_alone(served: Served) -> None:
    await a_story(served).given(RECEIVED, NAMED)
    await served.projected()
    elsewhere = (await (await served.as_(Role.SUPERVISOR, elsewhere=True)).get("/digest")).json()
    assert [line["count"] for line in elsewhere["lines"]] == [0] * len(elsewhere["lines"])
