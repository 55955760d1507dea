"""A hand-over within the ledger: the receiver is in charge from that day, by every way and in every list."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient

from api.identity.permissions import Role
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.entrusted import EntrustedCareAgreementSigned
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.leave import TemporaryLeaveStarted
from domain.events.record import EntryWithdrawn
from domain.events.transfer.handing_over import ChildTransferred, TransferApproved
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import JsonObject, Story, a_story, sent
from tests.support.imports_http import told_of

BEFORE, ON, AFTER = "2024-05-31", "2024-06-01", "2024-06-02"
NAMED = ("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2008, 3, 5)))
RECEIVED = ("2024-03-05", some(ChildReceived, file_no="甲-7"))
LEAVE = some(TemporaryLeaveStarted, return_due_on=date(2024, 5, 20))
WARD = some(CareModeAssigned, mode="ward")


def approved(to: UUID) -> Event:
    return some(TransferApproved, to_institution=to, decision="approved")


def over(to: UUID) -> Event:
    return some(ChildTransferred, to_institution=to)


async def handed_over(served: Served) -> Story:
    """A child in care at home went to the institution elsewhere on 1 June 2024."""
    to = served.elsewhere.institution
    story = await a_story(served).given(RECEIVED, NAMED, ("2024-05-10", LEAVE), ("2024-05-20", approved(to)))
    await story.given((ON, over(to)))
    return story


async def status(client: AsyncClient, story: Story, **query: Any) -> int:
    answer = await client.get(f"/children/{story.child}", params=query)
    return answer.status_code


async def listed(client: AsyncClient, path: str, story: Story, **query: Any) -> list[JsonObject]:
    """Return what a list has of the child."""
    answer = await client.get(path, params={"at_least": story.position, "limit": 500, **query})
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if item["child"] == story.child]


async def posted(client: AsyncClient, story: Story, *events: JsonObject) -> tuple[int, JsonObject]:
    answer = await client.post(
        f"/children/{story.child}/events", json={"events": list(events)}, headers=new_key()
    )
    body: JsonObject = answer.json()
    return answer.status_code, body


async def test_after_it_the_receiver_reads_all_and_the_sender_what_was_before(served: Served) -> None:
    story = await handed_over(served)
    days = [{"as_of": BEFORE}, {"as_of": ON}, {"as_of": AFTER}, {}]
    for role in (Role.STAFF, Role.SUPERVISOR, Role.AUDITOR):
        home, elsewhere = await served.as_(role), await served.as_(role, elsewhere=True)
        assert [await status(home, story, **day) for day in days] == [200, 404, 404, 404]
        assert [await status(elsewhere, story, **day) for day in days] == [200, 200, 200, 200]
        file = (await elsewhere.get(f"/children/{story.child}")).json()
        assert file["institution"] == str(served.elsewhere.institution)
        told = (await home.get(f"/children/{story.child}/entries")).json()["items"]
        kinds = ["ChildReceived", "IdentityRecorded", "TemporaryLeaveStarted", "TransferApproved"]
        assert [each["type"] for each in told] == kinds
    for client, code in ((Role.BUREAU, 404), (Role.ADMINISTRATOR, 200)):
        assert await status(await served.as_(client), story) == code
    assert await status(await served.as_(Role.BUREAU, elsewhere=True), story) == 200


async def test_before_it_the_sender_records_and_after_it_the_receiver_and_entries_keep_their_institution(
    served: Served,
) -> None:
    to = served.elsewhere.institution
    story = await a_story(served).given(RECEIVED, NAMED, ("2024-05-20", approved(to)))
    home, elsewhere = await served.as_(Role.STAFF), await served.as_(Role.STAFF, elsewhere=True)
    assert [await status(home, story), await status(elsewhere, story)] == [200, 404]
    assert (await posted(elsewhere, story, sent(BEFORE, WARD)))[0] == 404
    assert (await posted(home, story, sent(BEFORE, WARD)))[0] == 201
    await story.given((ON, over(to)))
    for day in (BEFORE, ON, AFTER):
        assert (await posted(home, story, sent(day, some(IdentityRecorded, name="王小明"))))[0] == 404
    code, body = await posted(elsewhere, story, sent(ON, WARD))
    assert code == 201, body
    entries = (await elsewhere.get(f"/children/{story.child}/entries", params={"order": "recorded"})).json()
    institutions = [each["recorded_by"]["institution"] for each in entries["items"]]
    home_id, elsewhere_id = str(served.home.institution), str(served.elsewhere.institution)
    assert institutions == [home_id] * 5 + [elsewhere_id]
    regions = {each["recorded_by"]["institution"]: each["region"] for each in entries["items"]}
    assert regions == {home_id: served.home.region, elsewhere_id: served.elsewhere.region}


async def test_every_list_has_the_child_at_the_institution_in_charge(served: Served) -> None:
    story = await handed_over(served)
    agreed = some(EntrustedCareAgreementSigned, agreed_until=date(2024, 8, 1))
    elsewhere = await served.as_(Role.SUPERVISOR, elsewhere=True)
    code, body = await posted(elsewhere, story, sent("2024-07-01", agreed))
    assert code == 201, body
    story.position = body["position"]
    home = await served.as_(Role.SUPERVISOR)
    lists: list[tuple[str, JsonObject]] = [
        ("/children", {}),
        ("/obligations", {"state": "overdue"}),
        ("/findings", {}),
        ("/readiness", {"day": "2026-01-01", "within_months": 12}),
    ]
    for path, query in lists:
        assert await listed(home, path, story, **query) == [], path
        assert await listed(elsewhere, path, story, **query) != [], path
    (row,) = await listed(elsewhere, "/children", story)
    assert (row["institution"], row["file_no"], row["stage"]) == (
        str(served.elsewhere.institution),
        None,
        "received",
    )
    overdue = await listed(elsewhere, "/obligations", story, state="overdue")
    rules = {each["rule"] for each in overdue}
    assert "R-ENT-1" in rules
    assert "R-LEA-1" not in rules
    assert "R-MOV-1" in {each["rule"] for each in await listed(elsewhere, "/findings", story)}
    for client, found in ((home, 0), (elsewhere, 1)):
        answer = await client.post("/children/search", json={"q": "王小明"})
        assert len(answer.json()["items"]) == found
    # The receiver admits the child anew, and gives its own number.
    anew = sent("2024-07-02", some(ChildAdmitted, intake_category="C", file_no="乙-1"), exception="I01")
    code, body = await posted(elsewhere, story, anew)
    assert code == 201, body
    story.position = body["position"]
    (row,) = await listed(elsewhere, "/children", story)
    assert (row["file_no"], row["stage"]) == ("乙-1", "in_care")
    code, body = await posted(elsewhere, story, anew)
    assert "I03" in {each["rule"] for each in body["refusals"]}


async def test_the_receiver_corrects_the_hand_over_or_withdraws_what_did_not_happen(served: Served) -> None:
    story = await handed_over(served)
    withdrawal = sent(
        "2024-06-12", some(EntryWithdrawn, entry=UUID(story.entries[-1]), explanation="未接收。")
    )
    home, elsewhere = await served.as_(Role.STAFF), await served.as_(Role.STAFF, elsewhere=True)
    # A correction moves the day until which the sender reads.
    later = sent("2024-06-11", over(served.elsewhere.institution), corrects=story.entries[-1])
    assert (await posted(home, story, later))[0] == 404
    assert (await posted(elsewhere, story, later))[0] == 201
    days = ["2024-06-10", "2024-06-11"]
    assert [await status(home, story, as_of=day) for day in days] == [200, 404]
    # After a withdrawal the sender is in charge again.
    assert (await posted(home, story, withdrawal))[0] == 404
    assert (await posted(elsewhere, story, withdrawal))[0] == 201
    assert [await status(home, story), await status(elsewhere, story)] == [200, 404]
    assert await status(elsewhere, story, as_of=BEFORE) == 404
    assert (await posted(home, story, sent(AFTER, WARD)))[0] == 201


async def test_a_child_that_comes_back_is_read_whole_and_the_other_reads_its_time_and_what_was_before(
    served: Served,
) -> None:
    story = await handed_over(served)
    home, elsewhere = await served.as_(Role.STAFF), await served.as_(Role.STAFF, elsewhere=True)
    back = served.home.institution
    code, body = await posted(
        elsewhere, story, sent("2024-07-01", approved(back)), sent("2024-07-10", over(back))
    )
    assert code == 201, body
    assert [await status(home, story), await status(elsewhere, story)] == [200, 404]
    assert [await status(elsewhere, story, as_of=day) for day in ("2024-07-09", "2024-07-10")] == [200, 404]


# What is refused


@pytest.mark.rule("E15")
async def test_nothing_is_handed_over_to_what_no_institution_of_the_ledger_is(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    staff = await served.as_(Role.STAFF)
    for nobody in (uuid4(), UUID(story.child)):
        events = [sent("2024-05-20", approved(nobody)), sent(ON, over(nobody))]
        code, body = await posted(staff, story, *events)
        assert code == 422, body
        refusals = [(each["rule"], each["pointer"]) for each in body["refusals"]]
        assert refusals == [("E15", f"/events/{place}/data/to_institution") for place in (0, 1)]
        dry = await staff.post(
            f"/children/{story.child}/events", params={"dry_run": "true"}, json={"events": events}
        )
        assert dry.json()["would"] == "refuse"
        many = {"items": [{"child": story.child, "events": events}]}
        (item,) = (await staff.post("/entries", json=many, headers=new_key())).json()["items"]
        assert item["status"] == 422
        told = await told_of(staff, orjson.dumps({"child": story.child, "events": events}))
        assert told["rejected"] == 1
    assert await status(staff, story) == 200


async def test_only_to_who_was_approved_and_outside_of_the_ledger_the_file_stays_with_the_sender(
    served: Served,
) -> None:
    story = await a_story(served).given(RECEIVED, ("2024-05-20", some(TransferApproved, decision="approved")))
    (await story.when((ON, over(served.elsewhere.institution)))).refused("R-MOV-2")
    await story.given((ON, some(ChildTransferred, receiver="邻省儿童福利院")))
    file = await story.asked()
    assert (file["stage"], file["institution"]) == ("departed", str(served.home.institution))


# Both at once


async def test_of_two_institutions_that_record_at_once_each_is_judged_by_who_is_in_charge_then(
    served: Served,
) -> None:
    to = served.elsewhere.institution
    story = await a_story(served).given(RECEIVED, NAMED, ("2024-05-20", approved(to)))
    home, elsewhere = await served.as_(Role.STAFF), await served.as_(Role.STAFF, elsewhere=True)
    seen = sent(BEFORE, some(IdentityRecorded, name="王小明"))
    answers = await asyncio.gather(
        *(posted(home, story, seen) for _ in range(4)),
        posted(home, story, sent(ON, over(to))),
        *(posted(client, story, seen) for _ in range(6) for client in (home, elsewhere)),
    )
    assert {code for code, _ in answers} <= {201, 404}
    file = await served.container.ledger.file(UUID(story.child))
    assert file is not None
    recorded = [entry.recorded_by.institution for entry in file.entries.values()]
    (handed,) = (
        place for place, entry in enumerate(file.entries.values()) if entry.type == "ChildTransferred"
    )
    assert set(recorded[: handed + 1]) == {served.home.institution}
    assert set(recorded[handed + 1 :]) <= {to}
    assert len(recorded) == 3 + sum(code == 201 for code, _ in answers)
