"""What somebody did last: recorded today, claimed as an exception, opened; and nobody else's."""

from datetime import UTC, datetime

from psycopg.sql import SQL

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.when import day_of, end_of
from projections.paging import Condition
from projections.recent_work import recorded_by
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

RECEIVED = ("2026-09-05", some(ChildReceived))
NAMED = ("2026-09-05", some(IdentityRecorded, name="黎明"))


async def test_what_one_recorded_today_is_listed_with_the_latest_first(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    await served.projected()
    own = (await (await served.as_(Role.STAFF)).get("/own-work")).json()
    assert [(each["child"], each["type"], each["name"]) for each in own["recorded"]] == [
        (story.child, "IdentityRecorded", "黎明"),
        (story.child, "ChildReceived", "黎明"),
    ]
    assert own["claimed"] == []
    (await story.when(("2026-09-06", some(ChildAdmitted), {"exception": "I01"}))).recorded("I01")
    await served.projected()
    claimed = (await (await served.as_(Role.STAFF)).get("/own-work")).json()["claimed"]
    assert [(each["child"], each["rule"], each["name"], each["waited_days"]) for each in claimed] == [
        (story.child, "I01", "黎明", 0)
    ]
    others = (await (await served.as_(Role.SUPERVISOR)).get("/own-work")).json()
    assert (others["recorded"], others["claimed"]) == ([], []), "somebody else recorded it"
    assert len((await (await served.as_(Role.STAFF)).get("/own-work?limit=1")).json()["recorded"]) == 1
    async with served.container.projector.reading() as connection:
        later = await recorded_by(
            connection,
            Condition(SQL("true"), {}),
            (await served.actor(Role.STAFF)).user,
            since=end_of(day_of(datetime.now(UTC))),
            most=10,
        )
    assert later == [], "a day later"


async def test_the_files_that_one_opened_are_listed_once_each_with_the_latest_first(served: Served) -> None:
    first, second = [await a_story(served).given(RECEIVED, NAMED) for _ in range(2)]
    await served.projected()
    supervisor = await served.as_(Role.SUPERVISOR)
    await supervisor.get("/children")
    assert (await supervisor.get("/own-work")).json()["opened"] == [], "a list opens no file"
    for story in (first, second, first):
        await supervisor.get(f"/children/{story.child}")
    opened = (await supervisor.get("/own-work")).json()["opened"]
    assert [each["child"] for each in opened] == [first.child, second.child]
    elsewhere = await served.as_(Role.ADMINISTRATOR)
    assert (await elsewhere.get("/own-work")).json()["opened"] == []
