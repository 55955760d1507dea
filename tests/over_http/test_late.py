"""Entries that were recorded late, across files: by how many days, and nothing of what they say."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from api.identity.permissions import Role
from domain.entry import LATE_DAYS
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import some
from tests.support.http_given import Story, a_story, on_paper
from tests.support.places import ROOT

NAME, NUMBER = "标记甲乙", "标记-0077"
INVALID = 422


async def told_late(served: Served) -> Story:
    """Given a child of whom entries were recorded years late."""
    story = await a_story(served).given(
        ("2016-01-01", some(ChildReceived, file_no=NUMBER)),
        ("2016-03-01", some(IdentityRecorded, name=NAME)),
    )
    await served.projected()
    return story


async def listed(served: Served, role: Role = Role.AUDITOR, **query: Any) -> dict[str, Any]:
    answer = await (await served.as_(role)).get("/late", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def counted(served: Served, **query: Any) -> dict[str, Any]:
    answer = await (await served.as_(Role.AUDITOR)).get("/late/counts", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def lags(served: Served, **query: Any) -> list[int]:
    return [each["lag_days"] for each in (await listed(served, **query))["items"]]


async def test_what_was_recorded_late_is_listed_by_its_delay_without_what_it_says(served: Served) -> None:
    story = await told_late(served)
    first, second = (await listed(served))["items"]
    assert [each["type"] for each in (first, second)] == ["ChildReceived", "IdentityRecorded"]
    assert first["lag_days"] - second["lag_days"] == (date(2016, 3, 1) - date(2016, 1, 1)).days
    assert (first["child"], first["name"], first["file_no"]) == (story.child, NAME, NUMBER)
    assert (first["struck"], second["struck"]) == (None, None)
    assert first["recorded_by"]["name"]
    assert not first.keys() & {"data", "sentence_zh"}


def test_the_index_and_the_question_have_the_days_after_which_an_entry_is_late() -> None:
    table = (ROOT / "ledger/sql/tables/entry.sql").read_text("utf-8")
    question = (ROOT / "projections/late_entries.sql").read_text("utf-8")
    assert all(f"< -{LATE_DAYS}" in text for text in (table, question))


async def test_the_list_is_narrowed_and_turned_page_by_page(served: Served) -> None:
    await told_late(served)
    first, second = (await listed(served))["items"]
    long, short = first["lag_days"], second["lag_days"]
    recorded = date.fromisoformat(second["occurred_until"]) + timedelta(days=short)
    assert await lags(served, lag_days=short) == [long, short]
    assert await lags(served, lag_days=short + 1) == [long] == await lags(served, lag_days=long)
    assert await lags(served, lag_days=long + 1) == []
    assert await lags(served, type="IdentityRecorded") == [short]
    assert await lags(served, since=recorded) == [long, short] == await lags(served, until=recorded)
    assert await lags(served, since=recorded + timedelta(days=1)) == []
    assert await lags(served, until=recorded - timedelta(days=1)) == []
    assert await lags(served, as_of="2016-02-29") == [long]
    page = await listed(served, limit=1)
    rest = await listed(served, limit=1, cursor=page["next"])
    assert [each["lag_days"] for each in rest["items"]] == [short]
    assert rest["next"] is None


async def test_counts_by_type_institution_and_month_are_those_of_their_lists(served: Served) -> None:
    story = await told_late(served)
    await told_late(served)
    await on_paper(served, UUID(str(story.child)), ("2016-05-01", some(IdentityRecorded, name=NAME)))
    await served.projected()
    client = await served.as_(Role.AUDITOR)
    every = (await listed(served))["items"]
    delays = sorted(each["lag_days"] for each in every)
    first, second, *_ = by_type = (await counted(served, by="type"))["items"]
    assert [each["type"] for each in by_type] == ["IdentityRecorded", "ChildReceived"]
    assert (first["count"], second["count"]) == (3, 2)
    (home,) = (await counted(served))["items"]
    assert (home["institution_name"], home["count"]) == (served.home.name, len(every))
    assert (home["longest_days"], home["median_days"]) == (delays[-1], delays[(len(delays) - 1) // 2])
    (month,) = (await counted(served, by="month"))["items"]
    assert month["month"] == every[0]["recorded_at"][:7]
    for query in ({"by": ["type", "month"]}, {"by": "type", "origin": "import"}, {"lag_days": delays[-1]}):
        told = await counted(served, **query)
        assert told["total"] == sum(each["count"] for each in told["items"])
        for each in told["items"]:
            behind = (await client.get(each["list"])).json()["items"]
            assert len(behind) == each["count"] > 0
            assert max(one["lag_days"] for one in behind) == each["longest_days"]
            assert each["type"] is None or {one["type"] for one in behind} == {each["type"]}
    elsewhere = await (await served.as_(Role.AUDITOR, elsewhere=True)).get("/late/counts")
    assert (elsewhere.json()["total"], elsewhere.json()["items"]) == (0, [])
    browser = await signed_in(served, Role.AUDITOR)
    page = await browser.open("/console/late/counts?by=type&imports=false")
    (link,) = re.findall(r'href="(/console/late\?[^"]*type=ChildReceived[^"]*)">2<', page.text)
    assert (await browser.open(link.replace("&amp;", "&"))).text.count('<td class="right">') == 2


async def test_it_answers_as_known_then(served: Served) -> None:
    story = await told_late(served)
    first = (await listed(served))["items"][0]
    withdrawn = some(EntryWithdrawn, entry=UUID(story.entries[0]), explanation="登错了儿童。")
    then = story.position
    await story.given(("2026-11-01", withdrawn))
    struck = {each["type"]: each["struck"] for each in (await listed(served))["items"]}
    assert struck["ChildReceived"] == "withdrawn"
    assert (await listed(served, known_at=then))["items"][0]["struck"] is None
    assert await lags(served, known_at=first["position"]) == [first["lag_days"]]


async def test_outside_its_scope_nothing_is_listed_and_masked_names_are_masked(served: Served) -> None:
    await told_late(served)
    elsewhere = await (await served.as_(Role.AUDITOR, elsewhere=True)).get("/late")
    assert elsewhere.json()["items"] == []
    masked = (await listed(served, Role.ADMINISTRATOR))["items"][0]
    assert masked["name"] == masked["file_no"] == {"restricted": "identity"}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"lag_days": LATE_DAYS}, "/query/lag_days"),
        ({"type": "ChildRecieved"}, "/query/type"),
        ({"institution": str(UUID(int=7))}, "/query/institution"),
    ],
)
async def test_a_filter_that_names_nothing_is_refused(
    served: Served, query: dict[str, Any], pointer: str
) -> None:
    answer = await (await served.as_(Role.AUDITOR)).get("/late", params=query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (INVALID, pointer)


async def test_what_a_register_said_of_the_past_can_be_left_out(served: Served) -> None:
    story = await told_late(served)
    await on_paper(served, UUID(str(story.child)), ("2016-05-01", some(IdentityRecorded, name=NAME)))
    await served.projected()
    assert [each["origin"] for each in (await listed(served))["items"]] == ["api", "api", "import"]
    left = await listed(served, origin=["api", "console"], limit=1)
    following = await listed(served, origin=["console", "api"], limit=1, cursor=left["next"])
    assert [each["origin"] for each in (*left["items"], *following["items"])] == ["api", "api"]
    assert following["next"] is None
    assert [each["origin"] for each in (await listed(served, origin="import"))["items"]] == ["import"]
    strange = await (await served.as_(Role.AUDITOR)).get("/late", params={"origin": "fax"})
    assert strange.status_code == INVALID
    browser = await signed_in(served, Role.AUDITOR)
    for query, rows in (("", 3), ("?imports=false", 2)):
        assert (await browser.open(f"/console/late{query}")).text.count('<td class="right">') == rows
