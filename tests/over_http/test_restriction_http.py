"""Restricted files over HTTP: nobody reads one without an approved purpose, by whichever way in."""

from datetime import date
from typing import Final
from uuid import UUID, uuid4

import pytest

from api.identity.permissions import Role
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.events.restriction import (
    ProcessingRestricted,
    RestrictedFileAccessApproved,
    RestrictedFileAccessRequested,
    RestrictionLifted,
)
from tests.support.client import Served
from tests.support.given import given, some
from tests.support.http_given import sent
from tests.support.restricted_files import may_read, recorded
from tests.support.stored import kept

SECRET: Final = "标记体检内容"
READ_WHOLE: Final = (
    "",
    "?as_of=2024-05-01",
    "/findings",
    "/readiness",
    "/diff?from=2024-03-31",
    "/explain/identity.name",
    "/to-hand-over",
)
"""Answers that follow from a file whole."""
LEFT_OPEN: Final = ("/summary", "/obligations", "/restriction", "/entries", "/chronology")
LISTS: Final = (
    "/entries",
    "/findings?limit=500",
    "/exceptions",
    "/late",
    "/own-work",
    "/diff?from=2024-03-31",
)
"""Lists across files that tell what stands in them."""


async def an_adopted_child(served: Served) -> UUID:
    return await kept(
        served,
        given(
            ("2016-03-01", some(ChildReceived)),
            ("2016-03-01", some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 1))),
            ("2024-05-01", some(PhysicalExamined, summary=SECRET)),
            ("2024-05-06", some(AdoptionRegistered, category="5", adopter=uuid4())),
            ("2024-06-06", some(PostAdoptionVisitMade)),
        ),
    )


async def a_restricted_child(served: Served) -> UUID:
    return await kept(
        served,
        given(
            ("2016-03-01", some(ChildReceived)),
            ("2024-05-01", some(PhysicalExamined, summary=SECRET)),
            ("2024-06-06", some(ProcessingRestricted)),
        ),
    )


async def test_what_is_due_of_a_restricted_file_is_told_and_what_started_it_is_not(served: Served) -> None:
    child = await a_restricted_child(served)
    await served.projected()
    client = await served.as_(Role.SUPERVISOR)
    before = (await served.container.ledger.head()).position - 1
    own = f"/children/{child}/obligations"
    for path in ("/obligations", own, f"{own}?known_at={before}"):
        answer = await client.get(path, params={"rule": "D13", "state": ["due", "overdue"]})
        (due,) = answer.json()["items"]
        assert (len(due["started_by"]), due["evidence"]) == (1, []), path
        assert SECRET not in answer.text
    reader = await may_read(served, child, Role.SUPERVISOR)
    (due,) = (await reader.get(own, params={"rule": "D13", "state": ["due", "overdue"]})).json()["items"]
    assert SECRET in due["evidence"][0]["sentence_zh"], "for an approved purpose it is"


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR, Role.AUDITOR])
async def test_nobody_reads_a_restricted_file_without_an_approved_purpose(served: Served, role: Role) -> None:
    adopted, restricted = await an_adopted_child(served), await a_restricted_child(served)
    client = await served.as_(role)
    for child in (adopted, restricted):
        for below in READ_WHOLE:
            answer = await client.get(f"/children/{child}{below}")
            assert (answer.status_code, answer.json()["code"]) == (403, "restricted"), below
            assert "RestrictedFileAccessRequested" in answer.json()["detail"]
            assert "申请查阅受限档案" in answer.json()["detail_zh"]
        for below in LEFT_OPEN:
            answer = await client.get(f"/children/{child}{below}")
            assert answer.status_code == 200, below
            assert SECRET not in answer.text
        for across in LISTS:
            answer = await client.get(across)
            assert answer.status_code == 200, across
            assert SECRET not in answer.text
        (row,) = [
            each for each in (await client.get("/children")).json()["items"] if each["child"] == str(child)
        ]
        assert row["stage"]
    shown = (await client.get(f"/children/{adopted}/entries")).json()
    assert ([each["type"] for each in shown["items"]], shown["restricted"]) == (
        ["AdoptionRegistered", "PostAdoptionVisitMade"],
        True,
    )
    shown = (await client.get(f"/children/{restricted}/entries")).json()["items"]
    assert [each["type"] for each in shown] == ["ProcessingRestricted"]


async def test_what_is_found_from_an_adoption_on_stays_on_the_lists_without_what_came_before(
    served: Served,
) -> None:
    """So who supervises adoptions finds what was wrong with one, and asks to read its file for that."""
    child = await an_adopted_child(served)
    client = await served.as_(Role.SUPERVISOR)
    found = (await client.get("/findings", params={"child": str(child)})).json()["items"]
    assert {each["on"] >= "2024-05-06" for each in found} == {True}
    assert "I12" in {each["rule"] for each in found}
    evidence = {each["type"] for finding in found for each in finding["evidence"]}
    assert evidence <= {"AdoptionRegistered", "PostAdoptionVisitMade"}
    left = {"from": "2024-01-01", "to": "2024-12-31", "by": "stage", "kind": "left"}
    (moved,) = (await client.get("/census/moves", params=left)).json()["items"]
    assert (moved["child"], moved["reason"]["reason"]) == (str(child), "adopted")


async def test_what_is_restricted_is_counted_as_before(served: Served) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    child = await kept(served, given(("2016-03-01", some(ChildReceived))))
    asked = ("/census", "/obligations/counts")
    before = [(await supervisor.get(each)).json() for each in asked]
    await recorded(supervisor, child, some(ProcessingRestricted))
    await served.projected()
    after = [(await supervisor.get(each)).json() for each in asked]
    for was, now in zip(before, after, strict=True):
        assert {**was, "known_position": 0} == {**now, "known_position": 0}


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR, Role.AUDITOR])
async def test_what_lists_do_not_tell_of_a_restricted_file_no_count_tells(served: Served, role: Role) -> None:
    """So a number leads to as many as it says, and what is found is not learnt by counting one file's."""
    adopted, restricted = await an_adopted_child(served), await a_restricted_child(served)
    await kept(
        served,
        given(
            ("2016-03-01", some(ChildReceived)),
            ("2016-03-01", some(IdentityRecorded, birth_on=date(2009, 3, 1))),
            ("2024-06-06", some(ProcessingRestricted)),
        ),
    )
    client = await served.as_(role)
    for child in (adopted, restricted):
        told = (await client.get(f"/findings/counts?by=rule&child={child}")).json()
        found = (await client.get(f"/findings?child={child}")).json()["items"]
        assert told["total"] == len(found)
        assert {each["rule"] for each in told["items"]} == {each["rule"] for each in found}
    counted = [await client.get("/late/counts?by=type"), await client.get("/digest")]
    (late, digest), waiting = (each.json() for each in counted), (await client.get("/counts")).json()
    led = [*late["items"], *digest["lines"], waiting["findings"], waiting["exceptions"]]
    for each in led:
        items = (await client.get(f"{each['list']}&limit=500")).json()["items"]
        assert len(items) == each["count"], each["list"]
    ready = (await client.get("/readiness/counts")).json()
    for status, where in ready["lists"].items():
        assert len((await client.get(where)).json()["items"]) == ready[status], where


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR, Role.AUDITOR])
async def test_with_an_approved_purpose_one_reads_and_the_access_log_says_for_which(
    served: Served, role: Role
) -> None:
    child = await an_adopted_child(served)
    client = await may_read(served, child, role)
    for below in READ_WHOLE:
        answer = await client.get(f"/children/{child}{below}")
        assert answer.status_code == 200, (below, answer.text)
    assert SECRET in (await client.get(f"/children/{child}/entries")).text
    other = await served.another(role)
    assert (await other.get(f"/children/{child}")).status_code == 403
    auditor = await served.as_(Role.AUDITOR)
    lines = (await auditor.get(f"/children/{child}/access")).json()["items"]
    user = str((await served.actor(role)).user)
    reasons = {each["purpose"]: each["reason"] for each in lines if each["user"] == user}
    assert reasons["file"] == reasons["entries"] == reasons["explanation"] == "inspection"
    (request,) = (await client.get(f"/children/{child}/restriction")).json()["requests"]
    assert (request["state"], request["mine"], request["until"]) == ("approved", True, "2026-12-22")


@pytest.mark.parametrize(
    ("approved", "status"), [("2026-10-24", 200), ("2026-10-23", 200), ("2026-10-22", 403)]
)
async def test_an_access_ends_by_itself_after_30_days(served: Served, approved: str, status: int) -> None:
    """It is 22 November 2026."""
    child = await an_adopted_child(served)
    client = await may_read(served, child, Role.AUDITOR, approved)
    assert (await client.get(f"/children/{child}")).status_code == status


async def test_nobody_approves_their_own_access_and_no_staff_anybodys(served: Served) -> None:
    child = await an_adopted_child(served)
    supervisor = await served.as_(Role.SUPERVISOR)
    asked = await recorded(supervisor, child, some(RestrictedFileAccessRequested))
    approval = some(RestrictedFileAccessApproved, request=UUID(asked["entries"][0]["entry_id"]))
    refused = await recorded(supervisor, child, approval, status=422)
    assert [each["rule"] for each in refused["refusals"]] == ["R-LIM-1"]
    await recorded(await served.as_(Role.STAFF), child, approval, status=403)
    assert (await supervisor.get(f"/children/{child}")).status_code == 403


async def test_recording_in_a_restricted_file_tells_nothing_of_it(served: Served) -> None:
    """What is due after an adoption goes on: visits are recorded, and what comes before them stays unread."""
    child = await an_adopted_child(served)
    client, visit = await served.as_(Role.SUPERVISOR), some(PostAdoptionVisitMade)
    rehearsed = await client.post(f"/children/{child}/events?dry_run=true", json=sent("2026-11-01", visit))
    told = rehearsed.json()
    assert (rehearsed.status_code, told["would"], told["findings"]) == (200, "record", [])
    assert not any(told["impact"].values())
    await recorded(client, child, visit, "2026-11-01")
    before = sent("2016-02-01", some(AdoptionRegistered, category="5", adopter=uuid4()))
    answer = await client.post(f"/children/{child}/events?dry_run=true", json=before)
    assert answer.json()["refusals"]
    assert all(not each["evidence"] for each in answer.json()["refusals"])


async def test_what_is_restricted_is_amended_by_nobody_who_may_not_read_it(served: Served) -> None:
    child = await an_adopted_child(served)
    entries = await served.container.ledger.file(child)
    assert entries is not None
    examined = next(each.entry_id for each in entries.entries.values() if each.type == "PhysicalExamined")
    client = await served.as_(Role.SUPERVISOR)
    withdrawn = some(EntryWithdrawn, entry=examined, explanation="误录。")
    refused = await recorded(client, child, withdrawn, status=403)
    assert refused["code"] == "restricted"
    assert (await client.get(f"/children/{child}/entries/{examined}")).json()["code"] == "restricted"
    await may_read(served, child, Role.SUPERVISOR)
    await recorded(client, child, withdrawn)


async def test_a_lifted_restriction_restricts_nothing(served: Served) -> None:
    child = await a_restricted_child(served)
    supervisor = await served.as_(Role.SUPERVISOR)
    await recorded(supervisor, child, some(RestrictionLifted))
    assert (await supervisor.get(f"/children/{child}")).status_code == 200
    told = (await supervisor.get(f"/children/{child}/restriction")).json()
    assert (told["restricts"], told["may_read"], told["requests"]) == (None, True, [])


async def test_what_was_known_before_an_adoption_is_restricted_as_what_is_known_now(served: Served) -> None:
    child = await an_adopted_child(served)
    client = await served.as_(Role.AUDITOR)
    file = await served.container.ledger.file(child)
    assert file is not None
    examined = next(each for each in file.entries.values() if each.type == "PhysicalExamined")
    known = {"known_at": examined.position}
    assert (await client.get(f"/children/{child}", params=known)).status_code == 403
    assert (await client.get(f"/children/{child}/entries", params=known)).json()["items"] == []


async def test_visits_after_an_adoption_are_asked_for_as_ever(served: Served) -> None:
    child = await an_adopted_child(served)
    supervisor = await served.as_(Role.SUPERVISOR)
    listed = (await supervisor.get("/questions/A10", params={"day": "2024-12-01"})).json()["items"]
    assert [each["child"] for each in listed][:1] == [str(child)]
    await recorded(supervisor, child, some(ProcessingRestricted), "2024-12-01")
    await served.projected()
    assert (await supervisor.get("/questions/A10", params={"day": "2024-12-01"})).json()["items"] == []
