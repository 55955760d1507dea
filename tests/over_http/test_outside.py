"""Children outside institutions: in the charge of their place until an institution takes them in."""

from typing import Any
from uuid import UUID, uuid4

from httpx2 import AsyncClient

from api.identity.permissions import Role
from domain.events.departure import DepartureCompleted
from tests.support.client import TOWNSHIP, Served, new_key
from tests.support.given import some
from tests.support.http_given import sent

UNKNOWN = {"unknown": "not_asked"}
FOUND = {
    "type": "ChildIdentified",
    "occurred_on": "2026-03-02",
    "data": {"identified_by": "director", "identified_as": "left_behind"},
}
ON_ROLL = {
    "type": "LeftBehindRollEntered",
    "occurred_on": "2026-03-02",
    "data": {"parents_away": "both", "is_rural": True, "away_since": "2026-01-05"},
}
VISIT = {
    "type": "CommunityVisitMade",
    "occurred_on": "2026-04-01",
    "data": {
        "visitor": "director",
        "mode": "home",
        "guardianship": "由祖母照料",
        "is_risk_found": False,
        "next_on": UNKNOWN,
    },
}
MEASURED = ("height_cm", "weight_kg", "posture", "hair", "hair_colour", "clothing", "marks")
RECEIVED = {"type": "ChildReceived", "occurred_on": "2026-06-01", "data": dict.fromkeys(MEASURED, UNKNOWN)}


async def opened(client: AsyncClient, *events: dict[str, Any], **said: Any) -> UUID:
    answer = await client.post("/children", json={"events": events or (FOUND,), **said}, headers=new_key())
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["child"])


async def recorded(client: AsyncClient, child: UUID, *events: dict[str, Any]) -> int:
    answer = await client.post(f"/children/{child}/events", json={"events": events}, headers=new_key())
    return int(answer.status_code)


async def member(served: Served, role: Role, region: str) -> AsyncClient:
    """Return a client of somebody new who is bound to a region or a township."""
    identity = served.container.identity
    actor = await identity.add_member("另一人", role, region=region)
    return await served.client(await identity.issue(actor.user, days=1, purpose="another"), role)


async def everybody(served: Served) -> dict[str, AsyncClient]:
    return {
        "township": await served.as_(Role.TOWNSHIP),
        "another township": await member(served, Role.TOWNSHIP, "371099002"),
        "bureau above": await served.as_(Role.BUREAU),
        "bureau elsewhere": await served.as_(Role.BUREAU, elsewhere=True),
        "staff": await served.as_(Role.STAFF),
        "auditor": await served.as_(Role.AUDITOR),
        "placement officer": await served.as_(Role.PLACEMENT_OFFICER),
    }


async def test_a_township_opens_a_file_for_its_own_place(served: Served) -> None:
    township = await served.as_(Role.TOWNSHIP)
    child = await opened(township, FOUND, ON_ROLL)
    file = (await township.get(f"/children/{child}")).json()
    assert (file["institution"], file["place"], file["stage"]) == (None, TOWNSHIP, "outside")
    assert file["community"]["on_roll"][0]["value"] == "left_behind"
    (first, _) = (await township.get(f"/children/{child}/entries")).json()["items"]
    assert (first["region"], first["recorded_by"]["role"], first["recorded_by"]["institution"]) == (
        TOWNSHIP,
        "township",
        None,
    )


async def test_a_file_is_opened_for_a_place_that_one_looks_after(served: Served) -> None:
    for role, said, status, code in (
        (Role.TOWNSHIP, {"region": TOWNSHIP}, 201, None),
        (Role.TOWNSHIP, {"region": "371099002"}, 409, "institution_mismatch"),
        (Role.TOWNSHIP, {"region": "371099"}, 409, "institution_mismatch"),
        (Role.TOWNSHIP, {"institution": str(UUID(int=1))}, 409, "institution_mismatch"),
        (Role.TOWNSHIP, {"region": "37109900"}, 422, "invalid"),
        (Role.BUREAU, {"region": "371099002"}, 201, None),
        (Role.BUREAU, {"region": "371099"}, 201, None),
        (Role.BUREAU, {"region": "370999001"}, 409, "institution_mismatch"),
        (Role.BUREAU, {}, 422, "invalid"),
        (Role.STAFF, {"region": TOWNSHIP}, 409, "institution_mismatch"),
        (Role.AUDITOR, {"region": TOWNSHIP}, 403, "forbidden"),
        (Role.PLACEMENT_OFFICER, {"region": TOWNSHIP}, 403, "forbidden"),
    ):
        client = await served.as_(role)
        answer = await client.post("/children", json={"events": [FOUND], **said}, headers=new_key())
        assert (answer.status_code, answer.json().get("code")) == (status, code), (role, said)


async def test_only_its_place_and_the_bureau_above_see_the_file_by_any_path(served: Served) -> None:
    clients = await everybody(served)
    child = await opened(clients["township"], FOUND, ON_ROLL)
    await served.projected()
    within = {"township", "bureau above"}
    for name, client in clients.items():
        for path in ("", "/entries", "/obligations", "/readiness"):
            answer = await client.get(f"/children/{child}{path}")
            assert answer.status_code == (200 if name in within else 404), (name, path)
        for path in ("/children", "/obligations?state=overdue&state=due", "/findings"):
            items = (await client.get(path)).json()["items"]
            assert bool(items) is (name in within), (name, path)
        feed = (await client.get("/entries")).text
        assert (str(child) in feed) is (name in within), name


async def test_only_its_place_and_the_bureau_above_record_in_the_file(served: Served) -> None:
    clients = await everybody(served)
    child = await opened(clients["township"], FOUND, ON_ROLL)
    data: Any = VISIT["data"]
    plain = VISIT | {"data": data | {"guardianship": UNKNOWN}}
    expected = {"township": 201, "bureau above": 201}
    for name, client in clients.items():
        assert await recorded(client, child, plain) == expected.get(name, 404), name
        dry = await client.post(f"/children/{child}/events", params={"dry_run": True}, json=plain)
        assert dry.status_code == (200 if name in expected else 404), name
        many = await client.post(
            "/entries", json={"items": [{"child": str(child), "events": [plain]}]}, headers=new_key()
        )
        if name not in {"auditor", "placement officer"}:
            assert many.json()["items"][0]["status"] == expected.get(name, 404), name
    entries = (await clients["bureau above"].get(f"/children/{child}/entries")).json()["items"]
    assert {entry["region"] for entry in entries} == {TOWNSHIP}, "the bureau records for the place"


async def test_a_bureau_records_what_it_sees_and_a_township_what_endangers_a_child(served: Served) -> None:
    township, bureau = await served.as_(Role.TOWNSHIP), await served.as_(Role.BUREAU)
    child = await opened(township)
    assert await recorded(bureau, child, VISIT) == 403
    assert await recorded(township, child, VISIT) == 201
    call = {
        "type": "HotlineCaseReceived",
        "occurred_on": "2026-04-02",
        "data": dict.fromkeys(("case_no", "call", "called_at", "told"), UNKNOWN),
    }
    assert await recorded(bureau, child, call) == 403
    assert await recorded(township, child, call) == 201
    await served.projected()
    for client, seen in ((township, True), (bureau, False)):
        due = (await client.get("/obligations?rule=R-COM-9&state=overdue&state=due")).json()["items"]
        assert bool(due) is seen


async def test_who_is_not_shown_a_category_is_told_who_records_it_outside_institutions(
    served: Served,
) -> None:
    township, bureau = await served.as_(Role.TOWNSHIP), await served.as_(Role.BUREAU)
    child = await opened(township)
    assessed = {
        "type": "AdoptabilityAssessed",
        "occurred_on": "2026-04-01",
        "data": dict.fromkeys(("basis", "health", "decision"), UNKNOWN),
    }
    for client, event, named in (
        (bureau, VISIT, ("其所在乡镇（街道）", "the township of the child's place")),
        (township, assessed, ("该机构的负责人（主管）", "the supervisor of the institution that takes")),
    ):
        answer = await client.post(f"/children/{child}/events", json={"events": [event]}, headers=new_key())
        problem = answer.json()
        assert answer.status_code == 403, problem
        assert named[0] in problem["detail_zh"]
        assert named[1] in problem["detail"]


async def test_a_bureau_records_nothing_in_the_files_of_institutions(served: Served) -> None:
    bureau, child = await served.as_(Role.BUREAU), await served.a_child()
    assert (await bureau.get(f"/children/{child}")).status_code == 200
    assert await recorded(bureau, child, FOUND) == 403


async def test_what_an_institution_lists_does_not_change(served: Served) -> None:
    child = await served.a_child()
    await opened(await served.as_(Role.TOWNSHIP))
    await served.projected()
    for role in (Role.STAFF, Role.SUPERVISOR, Role.AUDITOR):
        rows = (await (await served.as_(role)).get("/children")).json()["items"]
        assert [(row["child"], row["place"]) for row in rows] == [(str(child), None)]


async def test_a_township_takes_nobody_in(served: Served) -> None:
    township = await served.as_(Role.TOWNSHIP)
    child = await opened(township)
    assert await recorded(township, child, RECEIVED) == 403


async def test_the_institution_that_was_asked_takes_the_child_in_and_is_in_charge_from_then_on(
    served: Served,
) -> None:
    clients = await everybody(served)
    township, staff = clients["township"], clients["staff"]
    child = await opened(township, FOUND, ON_ROLL)
    assert await recorded(staff, child, RECEIVED) == 404, "nobody asked it"
    asked = {
        "type": "InstitutionalCareRequested",
        "occurred_on": "2026-05-20",
        "data": {"institution": str(served.home.institution), "grounds": "祖母去世"},
    }
    assert await recorded(township, child, asked) == 201
    await served.projected()
    assert (await staff.get(f"/children/{child}")).status_code == 404, "it reads nothing yet"
    assert await recorded(staff, child, VISIT) == 404, "it records nothing else"
    assert await recorded(clients["auditor"], child, RECEIVED) == 404
    other = await served.as_(Role.STAFF, elsewhere=True)
    assert await recorded(other, child, RECEIVED) == 404, "another institution was not asked"
    assert await recorded(staff, child, RECEIVED) == 201
    await served.projected()

    file = (await staff.get(f"/children/{child}")).json()
    assert (file["institution"], file["place"]) == (str(served.home.institution), None)
    assert len((await staff.get(f"/children/{child}/entries")).json()["items"]) == 4
    # The township reads what occurred until the hand-over, and records nothing.
    assert (await township.get(f"/children/{child}")).status_code == 404
    before = await township.get(f"/children/{child}", params={"as_of": "2026-05-31"})
    assert before.json()["stage"] == "outside"
    types = [each["type"] for each in (await township.get(f"/children/{child}/entries")).json()["items"]]
    assert types == ["ChildIdentified", "LeftBehindRollEntered", "InstitutionalCareRequested"]
    assert await recorded(township, child, VISIT) in {403, 404}
    assert (await township.get("/children")).json()["items"] == []
    # The bureau above reads on, as it reads the institution's files.
    assert (await clients["bureau above"].get(f"/children/{child}")).status_code == 200
    assert await recorded(clients["bureau above"], child, FOUND) == 403


async def test_a_child_that_moves_is_in_the_charge_of_its_new_place(served: Served) -> None:
    clients = await everybody(served)
    here, there = clients["township"], clients["another township"]
    child = await opened(here, FOUND, ON_ROLL)
    moved = {
        "type": "PlaceOfCareChanged",
        "occurred_on": "2026-05-01",
        "data": {"place": "371099002", "explanation": "随母亲迁居"},
    }
    assert await recorded(there, child, moved) == 404
    assert await recorded(here, child, moved) == 201
    assert await recorded(there, child, {**VISIT, "occurred_on": "2026-05-10"}) == 201
    assert await recorded(here, child, VISIT) in {403, 404}
    assert (await here.get(f"/children/{child}", params={"as_of": "2026-04-30"})).status_code == 200


async def test_a_child_who_goes_home_is_handed_over_to_its_place(served: Served) -> None:
    staff, child = await served.as_(Role.STAFF), await served.a_child()
    left = sent("2026-05-01", some(DepartureCompleted, reason="04"))
    moved = {
        "type": "PlaceOfCareChanged",
        "occurred_on": "2026-05-01",
        "data": {"place": TOWNSHIP, "explanation": UNKNOWN},
    }
    assert await recorded(staff, child, moved) == 422
    assert await recorded(staff, child, left, moved) == 201
    assert await recorded(await served.as_(Role.TOWNSHIP), child, VISIT) == 201
    assert (await staff.get(f"/children/{child}")).status_code == 404


async def test_an_exception_in_a_place_is_decided_on_by_the_bureau(served: Served) -> None:
    township, bureau = await served.as_(Role.TOWNSHIP), await served.as_(Role.BUREAU)
    child = await opened(township)
    referral = {"referral": str(uuid4()), "outcome": "done", "answer": UNKNOWN}
    claimed = {
        "type": "CareReferralReturned",
        "occurred_on": "2026-04-02",
        "data": referral,
        "exception": {"rule": "E05", "reason": "转介时尚未建档"},
    }
    answer = await township.post(f"/children/{child}/events", json=claimed, headers=new_key())
    assert answer.status_code == 201, answer.text
    entry = answer.json()["entries"][0]["entry_id"]
    approval = {
        "type": "ExceptionApproved",
        "occurred_on": "2026-04-03",
        "data": {"entry": entry, "explanation": "情况属实"},
    }
    assert await recorded(township, child, approval) == 403
    assert await recorded(bureau, child, approval) == 201
