"""Putting the record right over HTTP: what is told before and after, and to whom."""

from typing import Any
from uuid import uuid4

import pytest

from api.identity.permissions import Role
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.intake import ChildReceived
from domain.events.record import ExceptionApproved
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import a_story, sent

RECEIVED = ("2024-03-05", some(ChildReceived))
WARD = ("2024-03-06", some(CareModeAssigned, mode="ward"))


# Which event of several it is


@pytest.mark.parametrize(
    "event",
    [
        sent("2024-04-02", some(ExceptionApproved, entry=uuid4(), explanation="同意")),
        sent("2024-04-02", some(AdoptionRegistered)),
    ],
    ids=["a supervisor's decision", "of a sealed category"],
)
async def test_what_is_not_for_a_role_names_the_event_that_is_not(served: Served, event: Any) -> None:
    story = await a_story(served).given(RECEIVED)
    staff = await served.as_(Role.STAFF)
    path = f"/children/{story.child}/events"
    for query in ("", "?dry_run=true"):
        batch = {"events": [sent(*WARD), event, event]}
        answer = await staff.post(f"{path}{query}", json=batch, headers=new_key())
        assert (answer.status_code, answer.json()["pointer"]) == (403, "/events/1")
        items = {"items": [{"child": story.child, "events": [event]}]}
        (item,) = (await staff.post(f"/entries{query}", json=items, headers=new_key())).json()["items"]
        assert (item["status"], item["problem"]["pointer"]) == (403, "/items/0/events/0")
    alone = await staff.post(path, json=event, headers=new_key())
    assert (alone.status_code, "pointer" in alone.json()) == (403, False)
