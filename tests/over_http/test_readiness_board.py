"""Who is ready and what is stuck, across files: by name, by gate, by institution, and counted."""

from typing import Any
from uuid import uuid4

from api.identity.permissions import Role
from domain.events.placement.preparing import CapacityDetermined
from domain.readiness import GATES
from tests.support.client import Served
from tests.support.given import NOT_ASKED, some
from tests.support.stored import kept
from tests.support.young_people import identity, ready_young, young

DAY = "2026-03-01"
CAPACITY = 5
"""The gate that asks for a guardian, who is of the family."""


async def asked(served: Served, path: str, role: Role = Role.SUPERVISOR, **query: Any) -> Any:
    await served.projected()
    answer = await (await served.as_(role)).get(path, params={"day": DAY, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_list_says_whose_readiness_it_is_and_is_asked_by_the_gate_that_stops_them(
    served: Served,
) -> None:
    ready, stuck = await kept(served, ready_young()), await kept(served, young())
    listed = (await asked(served, "/readiness"))["items"]
    assert {each["child"] for each in listed} == {str(ready), str(stuck)}
    assert all({"name", "file_no"} <= each.keys() for each in listed)
    blocking = {
        gate["gate"]
        for each in listed
        for gate in each["gates"]
        if gate["weight"] == "blocks" and gate["state"] in {"unmet", "unknown", "uncertain"}
    }
    assert blocking
    for gate in GATES:
        found = (await asked(served, "/readiness", stuck_at=gate))["items"]
        assert [each["child"] for each in found] == ([str(stuck)] if gate in blocking else []), gate


async def test_the_counts_are_those_of_the_list(served: Served) -> None:
    await kept(served, ready_young())
    for _ in range(2):
        await kept(served, young())
    client = await served.as_(Role.SUPERVISOR)
    counts = await asked(served, "/readiness/counts")
    assert (counts["ready"], counts["not_ready"], counts["deferred"]) == (1, 2, 0)
    for each in counts["stuck_at"]:
        found = (await asked(served, "/readiness", stuck_at=each["gate"]))["items"]
        assert (len(found), bool(each["name_zh"]), bool(each["name_en"])) == (each["count"], True, True)
        assert (await client.get(each["list"])).json()["items"] == found
    for status, path in counts["lists"].items():
        assert len((await client.get(path)).json()["items"]) == counts[status], status
    elsewhere = str(served.elsewhere.institution)
    assert (await asked(served, "/readiness", institution=elsewhere))["items"] == []
    assert (await asked(served, "/readiness/counts", institution=elsewhere))["stuck_at"] == []
    assert (await client.get("/readiness/counts", params={"institution": str(uuid4())})).status_code == 422


async def test_a_gate_that_may_not_be_seen_stops_nobody_in_what_is_counted(served: Served) -> None:
    decided = some(CapacityDetermined, result="none", guardian_name=NOT_ASKED)
    await kept(served, ready_young().and_("2026-02-20", decided))
    for role, count in ((Role.STAFF, 1), (Role.PLACEMENT_OFFICER, 0)):
        assert len((await asked(served, "/readiness", role, stuck_at=CAPACITY))["items"]) == count, role
        counts = await asked(served, "/readiness/counts", role)
        assert [each["gate"] for each in counts["stuck_at"]] == [CAPACITY] * count, role


async def test_who_sees_no_names_is_shown_none(served: Served) -> None:
    await kept(served, ready_young().and_("2026-02-20", identity()))
    (item,) = (await asked(served, "/readiness", Role.ADMINISTRATOR))["items"]
    assert item["name"] == {"restricted": "identity"}
