"""Emergency access over HTTP: had at once, to one file, for some hours, noted at every read, and reviewed."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from api.clock import day_of
from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER
from domain.emergency_access import EMERGENCY_HOURS
from domain.events.emergency import EmergencyAccessReviewed, EmergencyAccessTaken
from domain.events.intake import ChildReceived
from domain.events.record import EntryWithdrawn
from domain.events.restriction import ProcessingRestricted
from domain.events.search import DnaSampleCollected
from tests.support.client import NOW, Served, new_key
from tests.support.given import given, some
from tests.support.http_given import sent
from tests.support.stored import kept

TODAY: Final = day_of(NOW).isoformat()
SAMPLE: Final = "标记-DNA-0001"
REASON: Final = "标记：夜间高热惊厥"
TAKEN: Final = some(EmergencyAccessTaken, ground="medical", sets=("restricted_health",), explanation=REASON)


async def a_child(served: Served, *further: Any) -> UUID:
    sampled = ("2024-03-06", some(DnaSampleCollected, sample_no=SAMPLE))
    return await kept(served, given(("2024-03-05", some(ChildReceived)), sampled, *further))


async def recorded(client: AsyncClient, child: UUID, event: Any, status: int = 201) -> Any:
    answer = await client.post(f"/children/{child}/events", json=sent(TODAY, event), headers=new_key())
    assert answer.status_code == status, answer.text
    return answer.json()


async def taken(served: Served, client: AsyncClient, child: UUID, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Somebody takes an emergency access; from then on it is a minute later."""
    answer = await recorded(client, child, TAKEN)
    await served.projected()
    (entry,) = answer["entries"]
    at(datetime.fromisoformat(entry["recorded_at"]) + timedelta(minutes=1), monkeypatch)
    return UUID(entry["entry_id"])


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is that moment for the service, whose clock is that of all tests."""
    monkeypatch.setattr("tests.support.client.NOW", moment)


async def shows(client: AsyncClient, child: UUID, path: str = "/entries") -> bool:
    answer = await client.get(f"/children/{child}{path}")
    assert answer.status_code == 200, answer.text
    return SAMPLE in answer.text


async def test_who_takes_an_emergency_access_reads_that_file_at_once_and_no_other(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, another = await a_child(served), await a_child(served)
    staff = await served.as_(Role.STAFF)
    assert not await shows(staff, child)
    await taken(served, staff, child, monkeypatch)
    assert await shows(staff, child)
    assert not await shows(staff, another)
    assert not await shows(await served.another(Role.STAFF), child)
    for across in ("/entries", "/entries?limit=50", "/diff?from=2024-03-01"):
        assert SAMPLE not in (await staff.get(across)).text, across


async def test_an_emergency_access_ends_by_itself(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    child, staff = await a_child(served), await served.as_(Role.STAFF)
    await taken(served, staff, child, monkeypatch)
    (access,) = (await staff.get(f"/children/{child}/emergency-accesses")).json()["items"]
    since, until = (datetime.fromisoformat(access[each]) for each in ("since", "until"))
    assert (until - since, access["state"], access["mine"]) == (
        timedelta(hours=EMERGENCY_HOURS),
        "open",
        True,
    )
    at(until - timedelta(seconds=1), monkeypatch)
    assert await shows(staff, child)
    at(until, monkeypatch)
    assert not await shows(staff, child)
    (access,) = (await staff.get(f"/children/{child}/emergency-accesses")).json()["items"]
    assert access["state"] == "ended"


async def test_the_access_log_marks_each_read_under_it_with_its_entry_and_ground(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, staff = await a_child(served), await served.as_(Role.STAFF)
    await staff.get(f"/children/{child}/entries?limit=1", headers={HEADER: "care"})
    entry = await taken(served, staff, child, monkeypatch)
    await staff.get(f"/children/{child}/entries", headers={HEADER: "care"})
    auditor = await served.as_(Role.AUDITOR)
    lines = (await auditor.get(f"/children/{child}/access")).json()["items"]
    marked = [(each["emergency"], each["reason"]) for each in lines if each["purpose"] == "entries"]
    assert marked == [(str(entry), "medical"), (None, "care")]
    assert "restricted-health" in lines[0]["categories"]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
async def test_who_answers_for_it_sees_it_in_a_list_with_who_whose_what_and_why(
    served: Served, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, staff = await a_child(served), await served.as_(Role.STAFF)
    entry = await taken(served, staff, child, monkeypatch)
    client = await served.as_(role)
    (access,) = (await client.get("/emergency-accesses")).json()["items"]
    assert (access["child"], access["entry"]) == (str(child), str(entry))
    assert (access["taken_by"]["user"], access["taken_by"]["role"]) == (
        str((await served.actor(Role.STAFF)).user),
        "staff",
    )
    assert (access["categories"], access["explanation"]) == (["restricted-health"], REASON)
    assert (access["state"], access["mine"], access["review"]) == ("open", False, None)
    table = await client.get("/emergency-accesses?format=csv")
    assert "危重救治" in table.text
    elsewhere = await served.as_(role, elsewhere=True)
    assert (await elsewhere.get("/emergency-accesses")).json()["items"] == []


async def test_who_does_not_answer_for_it_is_told_who_does(served: Served) -> None:
    refused = await (await served.as_(Role.STAFF)).get("/emergency-accesses")
    assert refused.status_code == 403
    roles = [each["role"] for each in refused.json()["roles"]]
    assert {"supervisor", "auditor", "bureau"} <= set(roles)


async def test_a_supervisor_reviews_it_and_whoever_took_it_does_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, supervisor = await a_child(served), await served.as_(Role.SUPERVISOR)
    entry = await taken(served, await served.as_(Role.STAFF), child, monkeypatch)
    (due,) = (await supervisor.get("/obligations?rule=R-EMG-1")).json()["items"]
    assert (due["child"], due["started_by"]) == (str(child), [str(entry)])
    assert [each["role"] for each in due["next_to_act"]] == ["supervisor"]
    review = some(EmergencyAccessReviewed, access=entry, outcome="too_much")
    await recorded(await served.as_(Role.STAFF), child, review, 403)
    await recorded(supervisor, child, review)
    (access,) = (await supervisor.get(f"/children/{child}/emergency-accesses")).json()["items"]
    assert access["review"]["outcome"] == "too_much"
    own = (await recorded(supervisor, child, TAKEN))["entries"][0]["entry_id"]
    refused = await recorded(supervisor, child, some(EmergencyAccessReviewed, access=UUID(own)), 422)
    assert [each["rule"] for each in refused["refusals"]] == ["R-EMG-2"]


async def test_nobody_hides_that_they_took_one(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    child, staff = await a_child(served), await served.as_(Role.STAFF)
    entry = await taken(served, staff, child, monkeypatch)
    withdrawn = some(EntryWithdrawn, entry=entry, explanation="误点。")
    await recorded(staff, child, withdrawn, 403)
    supervisor = await served.as_(Role.SUPERVISOR)
    await recorded(supervisor, child, withdrawn)
    assert not await shows(staff, child)
    (access,) = (await supervisor.get("/emergency-accesses")).json()["items"]
    assert (access["entry"], access["state"]) == (str(entry), "withdrawn")


async def test_what_is_read_in_an_emergency_may_not_be_recorded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, staff = await a_child(served), await served.as_(Role.STAFF)
    await taken(served, staff, child, monkeypatch)
    await recorded(staff, child, some(DnaSampleCollected), 403)


@pytest.mark.parametrize(("role", "status"), [(Role.ADMINISTRATOR, 403), (Role.STAFF, 404)])
async def test_who_may_not_read_a_file_takes_no_emergency_access_to_it(
    served: Served, role: Role, status: int
) -> None:
    child = await a_child(served)
    await recorded(await served.as_(role, elsewhere=role is Role.STAFF), child, TAKEN, status)


async def test_in_an_emergency_nobody_waits_for_an_approval_to_read_a_restricted_file(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = await a_child(served, ("2024-06-06", some(ProcessingRestricted)))
    supervisor = await served.as_(Role.SUPERVISOR)
    assert (await supervisor.get(f"/children/{child}")).json()["code"] == "restricted"
    entry = await taken(served, supervisor, child, monkeypatch)
    assert await shows(supervisor, child)
    lines = await served.container.access.of(child, limit=10)
    assert lines[0].emergency == entry
