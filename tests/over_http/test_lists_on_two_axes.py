"""Every list on both axes: on a day as it happened, and as it was known at a position."""

from datetime import date
from typing import Any

import pytest

from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.masking import NAMED as NAMED_MEMBERS
from api.identity.permissions import Role
from domain.event import Event
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import JsonObject, a_story
from tests.support.waiting import PATIENCE

RECEIVED = ("2026-07-01", some(ChildReceived, file_no="WH-2026-001"))
NAMED = ("2026-07-01", some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 5), sex="1"))
CHECKED = ("2026-07-01", some(InsuranceStatusChecked, is_insured=True, is_identity_verified=True))
ENROLLED = ("2026-08-03", some(InsuranceEnrolled, scheme="resident"))
NAMES = {*NAMED_MEMBERS, *ACTED, *ESCALATED}
LISTS = ("/children", "/obligations", "/readiness", "/findings", "/exceptions")


async def listed(served: Served, path: str, role: Role = Role.SUPERVISOR, **query: Any) -> list[JsonObject]:
    """The items of a list, as far as it is known at the head."""
    head = await served.container.ledger.head()
    await served.projected()
    assert await served.container.projector.known_reached(head.position, PATIENCE)
    answer = await (await served.as_(role)).get(path, params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    items: list[JsonObject] = answer.json()["items"]
    return items


async def test_an_insurance_entered_two_months_late_is_overdue_as_known_before_and_met_as_known_now(
    served: Served,
) -> None:
    """It was checked on the day of entry and enrolled in August; both were entered in October."""
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(CHECKED, ENROLLED)
    after = story.position
    for day, known_at, states in (
        ("2026-06-30", before, []),
        ("2026-06-30", after, []),
        ("2026-07-01", before, ["due"]),
        ("2026-07-01", after, ["met"]),
        ("2026-07-02", before, ["overdue"]),
        ("2026-07-02", after, ["met"]),
        ("2026-09-01", before, ["overdue"]),
        ("2026-09-01", after, ["met"]),
    ):
        query: dict[str, Any] = {"as_of": day, "known_at": known_at, "rule": "D10"}
        every: dict[str, Any] = {"state": ["due", "overdue", "met", "met_late", "void"]}
        items = await listed(served, "/obligations", **query, **every)
        assert [each["state"] for each in items] == states, query
        own = (await story.asked("/obligations", **query, **every))["items"]
        assert [{name: value for name, value in each.items() if name not in NAMES} for each in items] == own
        waiting = [each for each in items if each["state"] in {"due", "overdue"}]
        assert await listed(served, "/obligations", **query) == waiting


async def test_what_an_enrolment_entered_late_mends_speaks_against_the_file_as_known_before(
    served: Served,
) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(ENROLLED)
    then, now = [
        {each["rule"] for each in await listed(served, "/findings", as_of="2026-09-01", known_at=position)}
        for position in (before, story.position)
    ]
    assert then - now == {"S02"}
    assert {each["rule"] for each in await listed(served, "/findings", as_of="2026-09-01")} == now


async def test_a_transfer_dated_back_across_a_months_end_moves_the_child_in_the_register_of_that_day(
    served: Served, handing_over: Event
) -> None:
    """Who counted the month's end before counted the child here; who counts it now, there."""
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(("2026-08-30", handing_over))
    home, elsewhere = str(served.home.institution), str(served.elsewhere.institution)
    for day, known_at, whose in (
        ("2026-08-31", before, home),
        ("2026-08-31", story.position, elsewhere),
        ("2026-08-31", None, elsewhere),
        ("2026-08-30", story.position, elsewhere),
        ("2026-08-29", story.position, home),
        ("2026-08-29", None, home),
        (None, before, home),
        (None, story.position, elsewhere),
    ):
        query: dict[str, Any] = {
            name: each for name, each in (("as_of", day), ("known_at", known_at)) if each is not None
        }
        (row,) = await listed(served, "/children", Role.ADMINISTRATOR, **query)
        assert row["institution"] == whose, query
        for institution in (home, elsewhere):
            of_it = {**query, "institution": institution}
            rows = await listed(served, "/children", Role.ADMINISTRATOR, **of_it)
            assert bool(rows) == (institution == whose), of_it
    assert await listed(served, "/children", Role.ADMINISTRATOR, as_of="2026-06-30") == []


async def test_who_may_see_a_file_is_decided_as_of_now(served: Served, handing_over: Event) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    await story.given(("2026-08-30", handing_over))
    head = await served.container.ledger.head()
    assert await served.container.projector.known_reached(head.position, PATIENCE)
    for path in LISTS:
        answer = await (await served.as_(Role.SUPERVISOR)).get(path, params={"known_at": before})
        assert answer.json()["items"] == [], path
    receiver = await served.as_(Role.SUPERVISOR, elsewhere=True)
    (row,) = (await receiver.get("/children", params={"known_at": before})).json()["items"]
    assert (row["child"], row["name"]) == (story.child, "王小明")


@pytest.mark.parametrize("path", LISTS)
async def test_what_is_no_moment_or_two_days_is_refused(served: Served, path: str) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for query, pointer in (
        ({"known_at": "yesterday"}, "/query/known_at"),
        ({"as_of": "2026-08-01", "day": "2026-08-02"}, "/query/as_of"),
    ):
        answer = await client.get(path, params=query)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_the_body_of_a_search_says_where_it_is_wrong(served: Served) -> None:
    client = await served.as_(Role.SUPERVISOR)
    for body, pointer in (
        ({"q": "王", "known_at": "yesterday"}, "/known_at"),
        ({"q": "王", "as_of": "2026-08-01", "day": "2026-08-02"}, "/as_of"),
    ):
        answer = await client.post("/children/search", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
