"""Putting the record right over HTTP: what is told before and after, and to whom."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from orjson import loads

from api.identity.permissions import Role
from domain.event import Event
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied
from domain.events.household import HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import CorrectionApproved, CorrectionRejected, EntryWithdrawn, ExceptionApproved
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import Story, a_story, sent, written

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


# By two persons


def identified(born: str, on: str = "2024-03-05", **said: Any) -> tuple[str, IdentityRecorded]:
    return on, some(IdentityRecorded, birth_on=date.fromisoformat(born), name="王小明", **said)


def decided(kind: type[CorrectionApproved | CorrectionRejected], entry: str) -> tuple[str, Any]:
    return "2024-06-02", some(kind, entry=UUID(entry), explanation="已与出生医学证明核对")


async def lines(story: Story, by: Role = Role.STAFF) -> dict[str, dict[str, Any]]:
    return {each["entry_id"]: each for each in (await story.asked("/entries", by=by))["items"]}


async def born(story: Story) -> Any:
    return (await story.asked())["identity"]["birth"]["value"]


async def test_a_correction_waits_and_is_struck_through_once_another_supervisor_rejects_it(
    served: Served,
) -> None:
    story = await a_story(served).given(identified("2010-03-05"))
    (wrong,) = story.entries
    right = (*identified("2010-05-03"), {"corrects": wrong})
    (correction,) = (await story.when(right, by=Role.SUPERVISOR)).recorded("X11").entries
    assert await born(story) == "2010-05-03"
    assert ("X11", "correction_unapproved") in await story.findings(kind="correction_unapproved")
    assert (await lines(story))[wrong]["struck"] == "corrected"
    # Not by who recorded it, and not by staff.
    rejected = decided(CorrectionRejected, correction)
    (await story.when(rejected, by=Role.SUPERVISOR)).refused("X01")
    (await story.when(rejected, by=Role.STAFF)).problem(403, "forbidden")
    other = await served.another(Role.SUPERVISOR)
    (decision,) = (await story.when(rejected, client=other)).recorded().entries
    assert await born(story) == "2010-03-05"
    assert await story.findings(kind="correction_unapproved") == set()
    told = await lines(story)
    assert (told[wrong]["struck"], told[wrong]["corrected_by"]) == (None, None)
    assert (told[correction]["struck"], told[correction]["rejected_by"]) == ("rejected", decision)
    # The feed says the same, and so does the explanation of the birth.
    feed = await (await served.as_(Role.STAFF)).get("/entries")
    by_feed = {each["entry_id"]: each for each in map(loads, feed.text.splitlines())}
    assert {key: by_feed[key]["struck"] for key in told} == {key: told[key]["struck"] for key in told}
    explained = await story.asked("/explain/identity.birth")
    assert ("rejected", decision) in {(each["fate"], each["by"]) for each in explained["asides"]}


# In the wrong child's file


async def moved(story: Story, entry: str, to: str | None, by: Any, **query: Any) -> Any:
    body = {"to": to, "explanation": "误记入他人档案"}
    return await by.post(
        f"/children/{story.child}/entries/{entry}/move", json=body, headers=new_key(), params=query
    )


async def test_an_entry_of_the_wrong_child_is_moved_in_one_act(served: Served) -> None:
    wrong, right = await a_story(served).given(RECEIVED), await a_story(served).given(RECEIVED)
    (entry,) = (await wrong.when((*WARD, {"note": "由护理员告知"}))).recorded().entries
    staff = await served.as_(Role.STAFF)
    would = await moved(wrong, entry, right.child, staff, dry_run=True)
    assert [each["would"] for each in would.json()["items"]] == ["record", "record"]
    assert (await lines(wrong))[entry]["struck"] is None
    key, path = new_key(), f"/children/{wrong.child}/entries/{entry}/move"
    body = {"to": right.child, "explanation": "误记入他人档案"}
    came = await staff.post(path, json=body, headers=key)
    assert came.status_code == 201, came.text
    (left,), (arrived,) = (each["entries"] for each in came.json()["items"])
    assert (left["cause"], left["cause_file"]) == (arrived["entry_id"], right.child)
    assert (arrived["cause"], arrived["cause_file"]) == (entry, wrong.child)
    there, here = await lines(wrong), await lines(right)
    assert (there[entry]["struck"], there[entry]["withdrawn_by"]) == ("moved", left["entry_id"])
    shown = here[arrived["entry_id"]]
    assert [shown[name] for name in ("type", "occurred_on", "data", "note")] == [
        there[entry][name] for name in ("type", "occurred_on", "data", "note")
    ]
    assert (await wrong.asked())["care"]["mode"] is None
    assert (await right.asked())["care"]["mode"]["value"] == "ward"
    # Each explanation says where it went, and where it came from.
    (aside,) = (await wrong.asked("/explain/care.mode"))["asides"]
    assert (aside["fate"], aside["other_file"], aside["by"]) == ("moved", right.child, left["entry_id"])
    assert "已移至另一份档案" in aside["zh"]
    (began,) = (await right.asked("/explain/care.mode"))["entries"]
    assert (began["did"], began["other_file"]) == ("began", wrong.child)
    assert "moved here from another file" in began["en"]
    # Sent again it is answered as it was, and nothing is recorded twice.
    again = await staff.post(path, json=body, headers=key)
    assert (again.status_code, again.json()["items"][1]["entries"][0]["entry_id"]) == (
        200,
        arrived["entry_id"],
    )
    assert len(await lines(right)) == len(here)


async def test_what_is_moved_is_the_entry_as_it_was_put_right_last(served: Served) -> None:
    # Others record as well: an entry's place in the ledger is not its number in its file.
    wrong, right = await a_story(served).given(RECEIVED), await a_story(served).given(RECEIVED)
    (entry,) = (await wrong.when(WARD)).recorded().entries
    corrected = ("2024-03-06", some(CareModeAssigned, mode="ward", unit="一号楼"), {"corrects": entry})
    (correction,) = (await wrong.when(corrected)).recorded().entries
    staff = await served.as_(Role.STAFF)
    path = f"/children/{wrong.child}/entries/{correction}/move"
    body, key = {"to": right.child, "explanation": "误记入他人档案"}, new_key()
    came = await staff.post(path, json=body, headers=key)
    (arrived,) = came.json()["items"][1]["entries"]
    assert (arrived["data"]["unit"], arrived["cause"]) == ("一号楼", correction)
    again = await staff.post(path, json=body, headers=key)
    assert (again.status_code, again.json()["items"][1]["entries"]) == (200, [arrived])


async def test_what_either_file_forbids_moves_nothing(served: Served) -> None:
    wrong, late = await a_story(served).given(RECEIVED), await a_story(served).given(RECEIVED)
    (entry,) = (await wrong.when(WARD)).recorded().entries
    await late.given(("2024-03-05", some(ChildDied)))
    staff = await served.as_(Role.STAFF)
    for query in ({}, {"dry_run": True}):
        refused = (await moved(wrong, entry, late.child, staff, **query)).json()
        told = refused["items"][1]["refusals"] if query else refused["refusals"]
        assert {("E06", "/to")} <= {(each["rule"], each["pointer"]) for each in told}
    assert (await lines(wrong))[entry]["struck"] is None
    await wrong.given(("2024-06-01", some(EntryWithdrawn, entry=UUID(entry))))
    refused = (await moved(wrong, entry, (await a_story(served).given(RECEIVED)).child, staff)).json()
    assert [(each["rule"], each["pointer"]) for each in refused["refusals"]] == [("E12", "/path/entry_id")]


async def test_an_entry_is_moved_by_who_records_in_both_files_and_into_another_one(served: Served) -> None:
    wrong, right = await a_story(served).given(RECEIVED), await a_story(served).given(RECEIVED)
    (entry,) = (await wrong.when(WARD)).recorded().entries
    foreign = str(await served.a_child(elsewhere=True))
    staff = await served.as_(Role.STAFF)
    assert (await moved(wrong, entry, foreign, staff)).status_code == 404
    assert (await moved(wrong, str(uuid4()), right.child, staff)).status_code == 404
    assert (await moved(right, entry, wrong.child, staff)).status_code == 404
    assert (await moved(wrong, entry, right.child, await served.as_(Role.AUDITOR))).status_code == 403
    itself = await moved(wrong, entry, wrong.child, staff)
    assert (itself.status_code, itself.json()["errors"][0]["pointer"]) == (422, "/to")
    stale = await staff.post(
        f"/children/{wrong.child}/entries/{entry}/move",
        json={"to": right.child, "explanation": "误记"},
        headers=new_key() | {"If-Match": '"1"'},
    )
    assert (stale.status_code, stale.json()["version"]) == (412, 2)


async def test_who_may_not_read_the_other_file_is_told_that_the_entry_was_withdrawn(
    served: Served, handing_over: Event
) -> None:
    wrong, right = await a_story(served).given(RECEIVED), await a_story(served).given(RECEIVED)
    (entry,) = (await wrong.when(WARD)).recorded().entries
    staff = await served.as_(Role.STAFF)
    assert (await moved(wrong, entry, right.child, staff)).status_code == 201
    (await right.when(("2024-03-06", handing_over), by=Role.SUPERVISOR)).recorded()
    told = await lines(wrong, by=Role.STAFF)
    assert told[entry]["struck"] == "withdrawn"
    (aside,) = (await wrong.asked("/explain/care.mode", by=Role.STAFF))["asides"]
    assert (aside["fate"], aside["other_file"]) == ("withdrawn", None)
    assert all(each["cause"] is None and each["cause_file"] is None for each in told.values())


# What it would change


async def would(story: Story, *happened: tuple[Any, ...], by: Role = Role.SUPERVISOR) -> Any:
    client = await story.served.as_(by)
    answer = await client.post(
        f"/children/{story.child}/events",
        json={"events": [written(each) for each in happened]},
        params={"dry_run": True},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_dry_run_says_what_would_change_in_words_of_both_languages(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, identified("2009-03-05", "2024-06-01"), WARD)
    identity = story.entries[1]
    told = await would(story, (*identified("2024-04-01", "2024-06-01"), {"corrects": identity}))
    impact = told["impact"]
    (birth,) = [each for each in impact["status"] if each["attribute"] == "birth"]
    assert birth["zh"] == "出生日期：由“2009年3月5日”变为“2024年4月1日”。"
    assert birth["en"].endswith('"2024-04-01", not "2009-03-05".')
    assert all(each["zh"] and each["en"] for name in impact for each in impact[name])
    assert impact["obligations"]
    assert impact["readiness"]
    later = {(each["entry"], each["rule"]) for each in impact["refused_later"]}
    assert (story.entries[2], "E07") in later
    assert "X11" in {each["rule"] for each in told["findings"]}
    # Put right again, nothing is left of it.
    await story.given((*identified("2024-04-01", "2024-06-01"), {"corrects": identity}))
    back = await would(story, (*identified("2009-03-05", "2024-06-01"), {"corrects": identity}))
    gone = {(each["rule"], each["kind"]) for each in back["impact"]["findings_gone"]}
    assert {("E07", "breach"), ("X11", "correction_unapproved")} <= gone
    assert back["impact"]["refused_later"] == []


async def test_what_is_to_hold_every_day_is_found_or_found_no_more(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, identified("2015-03-05"))
    registered = ("2024-09-01", some(HouseholdRegistered))
    told = (await would(story, registered))["impact"]
    gone = [(each["rule"], each["child"]) for each in told["findings_gone"]]
    assert ("S01", story.child) in gone
    assert "S01" not in {each["rule"] for each in told["findings"]}
    await story.given(registered)
    assert "S01" not in {rule for rule, _ in await story.findings()}
    undone = ("2024-10-01", some(EntryWithdrawn, entry=UUID(story.entries[-1])))
    assert "S01" in {each["rule"] for each in (await would(story, undone))["impact"]["findings"]}
