"""Who left, over HTTP: what happened stays readable, what held has ended, and every list says so."""

from typing import Any

import pytest

from api.identity.permissions import Role
from domain.event import Event
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.guardianship import GuardianshipTerminated, LongTermGuardianshipConfirmed
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.placement.arrangements import ArchiveHandedOver
from domain.events.placement.placed import AdultPlaced
from domain.events.schooling import SchoolEnrolled
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import Story, a_story

DEATH_PAPERS = ["death_proof", "no_other_guardian_report"]


async def in_care(served: Served) -> Story:
    return await a_story(served).given(
        ("2020-01-10", some(ChildReceived)),
        ("2020-01-10", some(IdentityRecorded)),
        ("2020-02-10", some(ChildAdmitted, intake_category="A2"), {"documents": DEATH_PAPERS}),
        ("2020-02-10", some(LongTermGuardianshipConfirmed, ground="2")),
        ("2020-02-10", some(CareModeAssigned, mode="ward")),
    )


async def rows(served: Served, story: Story, **query: Any) -> list[dict[str, Any]]:
    client = await served.as_(Role.SUPERVISOR)
    answer = await client.get("/children", params={"at_least": story.position, **query})
    assert answer.status_code == 200, answer.text
    return [row for row in answer.json()["items"] if row["child"] == story.child]


@pytest.mark.usefixtures("restricting_nothing")
@pytest.mark.parametrize(
    ("stage", "event", "rule"),
    [
        ("departed", some(DepartureCompleted, reason="05"), None),
        ("placed", some(AdultPlaced, route="social"), "I23"),
        ("adopted", some(AdoptionRegistered, category="4"), None),
        ("died", some(ChildDied), None),
    ],
)
async def test_who_left_in_any_way_is_told_with_the_days_of_the_stay(
    served: Served, stage: str, event: Event, rule: str | None
) -> None:
    story = await in_care(served)
    assert (await rows(served, story, departed=False))[0]["departed_on"] is None
    await story.given(("2022-05-01", event, {} if rule is None else {"exception": rule}))
    (row,) = await rows(served, story, departed=True)
    assert (row["stage"], row["admitted_on"], row["departed_on"]) == (stage, "2020-02-10", "2022-05-01")
    assert await rows(served, story, departed=False) == []
    file = await story.asked()
    for day, kind in (("2020-01-10", "received"), ("2020-02-10", "admitted")):
        told = file["intake"][kind]
        assert (told["value"], told["since"], told["until"]) == (day, day, "2022-04-30")
    assert (file["guardianship"]["type"], file["care"]["mode"]) == (None, None)
    before = (await story.asked(as_of="2022-04-30"))["intake"]["admitted"]
    assert "until" not in before


async def test_what_follows_from_a_death_is_recorded_and_nothing_else(served: Served) -> None:
    story = await in_care(served)
    await story.given(
        ("2022-05-01", some(ChildDied)),
        ("2022-05-02", some(GuardianshipTerminated, reason="death")),
        ("2022-05-10", some(AllowanceStopped, reason="died", last_month="2022-05")),
        ("2022-05-10", some(DepartureCompleted, reason="06")),
        ("2022-06-01", some(ArchiveHandedOver)),
    )
    (await story.when(("2022-06-02", some(SchoolEnrolled)))).refused("E06")
    (await story.when(("2022-06-02", some(ChildDied)))).refused("E06")
    (await story.when(("2022-06-02", some(DepartureCompleted, reason="05")))).refused("E06")
    (row,) = await rows(served, story)
    assert (row["stage"], row["departed_on"]) == ("died", "2022-05-01")
