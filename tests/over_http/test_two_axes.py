"""A file at two points: what happened, what was known, what differs, and what a decision rested on."""

import asyncio
import subprocess
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.http import population_diff
from api.http.file_points import FilePoint
from api.http.file_snapshots import file_difference, file_snapshot
from api.identity.permissions import SEES, Role
from api.institutions import adopt_rulebook
from domain.event import EVERY_CATEGORY, Event
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered, ChildConsentRecorded
from domain.events.care import CareModeAssigned
from domain.events.filing import FileOpenedByMistake, FilesJoined
from domain.events.guardianship import LongTermGuardianshipConfirmed
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.file import File, fold
from domain.rule_pack import RulePack, drafted
from domain.rulebook import Rulebook
from tests.support.adopters import application
from tests.support.client import Served
from tests.support.exploring import examples
from tests.support.given import some
from tests.support.http_given import JsonObject, Story, a_story, both
from tests.support.processes import environment_of
from tests.support.strategies import streams
from tests.support.waiting import PATIENCE

RECEIVED = ("2026-07-01", some(ChildReceived, file_no="WH-2026-001"))
NAMED = ("2026-07-01", some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 5), sex="1"))
CONSENTED = ("2026-07-03", some(ChildConsentRecorded, result="agree"))
REPORT = ("2026-08-01", some(AdoptionAssessmentReportIssued, conclusion="unsuitable"))
ENROLLED = ("2026-08-03", some(InsuranceEnrolled, scheme="resident"))
ON_DAY: dict[str, Any] = {"from": "2026-09-01", "to": "2026-09-01"}
BOOK = Rulebook.shipped()


async def enrolled_late(served: Served) -> tuple[Story, int]:
    """Given a child enrolled on 3 August, which was entered in October: the file, and the position before."""
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    return await story.given(ENROLLED), before


def paths(answer: JsonObject) -> set[str]:
    return {each["path"] for each in answer["fields"]}


def field(answer: JsonObject, path: str) -> tuple[Any, Any]:
    (found,) = [each for each in answer["fields"] if each["path"] == path]
    return found["before"], found["after"]


# The difference of one file


async def test_an_enrolment_entered_late_is_new_on_the_axis_of_knowing(served: Served) -> None:
    story, before = await enrolled_late(served)
    learnt = await story.asked("/diff", **ON_DAY, from_known_at=before)
    assert paths(learnt) == {"insurance.enrolled"}
    (was, now) = field(learnt, "insurance.enrolled")
    assert (was, [each["value"] for each in now]) == ([], ["resident"])
    assert [(each["between"], each["entry"]["type"]) for each in learnt["entries"]] == [
        (["recorded"], "InsuranceEnrolled")
    ]
    assert (learnt["from"]["known_position"], learnt["to"]["known_position"]) == (before, story.position)
    gone = {each["before"]["rule"] for each in learnt["findings"] if each["after"] is None}
    assert "S02" in gone, "that there is no insurance is said no more"


async def test_an_enrolment_entered_late_lies_between_days_on_the_axis_of_happening(served: Served) -> None:
    story, before = await enrolled_late(served)
    happened = await story.asked("/diff", **{"from": "2026-08-02", "to": "2026-08-03"})
    assert paths(happened) == {"insurance.enrolled"}
    assert [each["between"] for each in happened["entries"]] == [["occurred"]]
    days: dict[str, Any] = {"from": "2026-08-02", "to": "2026-08-03"}
    then = await story.asked("/diff", **days, from_known_at=before, to_known_at=before)
    assert (then["fields"], then["entries"]) == ([], []), "nobody knew"
    day_before = await story.asked("/diff", **{"from": "2026-08-01", "to": "2026-08-02"})
    assert (day_before["fields"], day_before["entries"]) == ([], [])
    day_after = await story.asked("/diff", **{"from": "2026-08-03", "to": "2026-08-04"})
    assert (day_after["fields"], day_after["entries"]) == ([], [])


async def test_a_point_compared_with_itself_shows_no_change(served: Served) -> None:
    story, _ = await enrolled_late(served)
    now = await story.asked("/diff")
    for group in ("fields", "obligations", "gates", "findings", "entries"):
        assert now[group] == []
    assert now["readiness"] is None
    assert now["from"] == now["to"]


async def test_what_a_correction_leaves_as_it_was_is_no_change(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    before = story.position
    corrected = some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 6), sex="1")
    await story.given(("2026-07-01", corrected, {"corrects": story.entries[1]}))
    answer = await story.asked("/diff", from_known_at=before)
    assert paths(answer) == {"identity.birth"}
    was, now = field(answer, "identity.birth")
    assert (was["value"], now["value"]) == ("2015-03-05", "2015-03-06")
    # It waits for a second person.
    assert [(each["before"], each["after"]["rule"]) for each in answer["findings"]] == [(None, "X11")]


async def test_an_obligation_is_the_same_by_what_started_it(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    before = story.position
    await story.given(
        ("2026-07-02", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True))
    )
    answer = await story.asked("/diff", from_known_at=before, **{"from": "2026-09-01", "to": "2026-09-01"})
    (checked,) = [each for each in answer["obligations"] if (each["before"] or {}).get("rule") == "D10"]
    assert (checked["before"]["state"], checked["after"]["state"]) == ("overdue", "met_late")
    assert checked["before"]["started_by"] == checked["after"]["started_by"] == story.entries[:1]


async def test_before_a_file_was_opened_everything_is_new_and_never_is_not_found(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    new = await story.asked("/diff", from_known_at=0)
    assert field(new, "stage") == (None, "received")
    assert len(new["entries"]) == 1
    client = await served.as_(Role.SUPERVISOR)
    nowhere = {"from_known_at": "0", "to_known_at": "0"}
    assert (await client.get(f"/children/{story.child}/diff", params=nowhere)).status_code == 404


async def test_what_the_last_read_did_not_show(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    staff = await served.as_(Role.STAFF)
    path, last = f"/children/{story.child}/diff", {"from_known_at": "last_read"}
    never = (await staff.get(path, params=last)).json()
    assert (never["from"]["never_read"], never["from"]["known_position"]) == (True, 0)
    assert "identity.name" in paths(never)

    await staff.get(f"/children/{story.child}")
    read = story.position
    await story.given(ENROLLED)
    for _ in range(2):  # To ask what is new is not to have read the file.
        since = (await staff.get(path, params=last)).json()
        assert (since["from"]["never_read"], since["from"]["known_position"]) == (False, read)
        assert paths(since) == {"insurance.enrolled"}
    somebody_else = await story.asked("/diff", from_known_at="last_read")
    assert somebody_else["from"]["never_read"] is True

    await staff.get(f"/children/{story.child}", params={"known_at": "1"})
    await staff.get(f"/children/{story.child}")
    assert (await staff.get(path, params=last)).json()["fields"] == []


async def test_the_entries_between_are_told_page_by_page_at_pinned_positions(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED, ENROLLED)
    first = await story.asked("/diff", from_known_at=0, limit=2)
    await story.given(("2026-08-04", some(CareModeAssigned, mode="ward")))
    rest = await story.asked("/diff", cursor=first["next"], limit=2)
    assert [each["entry"]["version"] for each in (*first["entries"], *rest["entries"])] == [1, 2, 3]
    assert (rest["next"], rest["fields"]) == (None, first["fields"])
    client = await served.as_(Role.SUPERVISOR)
    for other in ({"from_known_at": "1"}, {"to": "2026-08-01"}):
        answer = await client.get(f"/children/{story.child}/diff", params={"cursor": first["next"], **other})
        assert answer.json()["errors"][0]["pointer"] == "/query/cursor"
    another = await served.a_child()
    elsewhere = await client.get(f"/children/{another}/diff", params={"cursor": first["next"]})
    assert elsewhere.status_code == 422


@pytest.mark.parametrize("role", [Role.STAFF, Role.BUREAU, Role.ADMINISTRATOR])
async def test_a_difference_tells_nothing_that_the_file_would_not(served: Served, role: Role) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    answer = await story.asked("/diff", by=role, from_known_at=0)
    shown = await story.asked(by=role)
    if "identity" in SEES[role]:
        assert field(answer, "identity.name")[1] == shown["identity"]["name"]
    else:
        assert "王小明" not in str(answer)
        assert field(answer, "identity.name") == (None, {"value": {"restricted": "identity"}})


async def test_a_moment_of_a_difference_that_is_none_is_named(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    client = await served.as_(Role.SUPERVISOR)
    for path, name, value in (
        (f"/children/{story.child}/diff", "from_known_at", "last_raed"),
        (f"/children/{story.child}/diff", "to_known_at", "last_read"),
        ("/diff", "from_known_at", "last_read"),
        ("/diff", "to_known_at", "yesterday"),
    ):
        answer = await client.get(path, params={name: value})
        assert answer.status_code == 422, answer.text
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/query/{name}"]


@settings(max_examples=examples(25), suppress_health_check=list(HealthCheck), deadline=None)
@given(entries=streams(), data=st.data())
def test_the_second_point_is_the_first_with_what_differs(entries: list[Any], data: st.DataObject) -> None:
    """Of any life at any two points: each after is what the second point answers, and equal is no change."""
    moments = st.tuples(st.integers(0, len(entries)), st.dates(date(2015, 1, 1), date(2030, 1, 1)))
    points = [_point(entries, *data.draw(moments)) for _ in "ab"]
    before, after = (file_snapshot(each, uuid4(), EVERY_CATEGORY) for each in points)
    difference = file_difference(before, after)
    patched = {**dict.fromkeys(after.fields), **before.fields} | {
        each.path: each.after for each in difference.fields
    }
    assert {path: _said(value) for path, value in patched.items() if path in after.fields} == {
        path: _said(value) for path, value in after.fields.items()
    }
    assert file_difference(after, after).all == []


def _point(entries: list[Any], known: int, day: date) -> FilePoint:
    file = fold(entries[:known])
    return FilePoint(file if file.entries else File(), day, known, BOOK)


def _said(value: Any) -> Any:
    """A value without the entry that says it, which a correction changes."""
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if name != "entry"}
    return [_said(each) for each in value] if isinstance(value, list) else value


# The difference of the population


async def differing(client: AsyncClient, **query: Any) -> list[JsonObject]:
    """Every file that differs, page by page; pages may be empty."""
    found: list[JsonObject] = []
    answer = (await client.get("/diff", params=query)).json()
    while True:
        found += answer["items"]
        if answer["next"] is None:
            return found
        answer = (await client.get("/diff", params={"cursor": answer["next"]})).json()


async def test_the_files_that_differ_are_listed_with_what_differs_and_the_way_there(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    stories = [await a_story(served).given(RECEIVED, NAMED) for _ in range(3)]
    await served.a_child(elsewhere=True)
    before = (await served.container.ledger.head()).position
    for story in (stories[2], stories[0]):
        await story.given(ENROLLED)
    await served.projected()
    client = await served.as_(Role.STAFF)
    for compared, moved in ((100, 10_000), (1, 10_000), (1, 0)):
        monkeypatch.setattr(population_diff, "FILES_COMPARED", compared)
        monkeypatch.setattr(population_diff, "_MOVED_POSITIONS", moved)
        items = await differing(client, from_known_at=before, limit=1)
        assert [each["child"] for each in items] == [stories[0].child, stories[2].child]
        for item in items:
            own = (await client.get(item["difference"])).json()
            assert "insurance.enrolled" in item["paths"]
            assert item["counts"]["fields"] == len(own["fields"])
            assert item["counts"]["findings"] == len(own["findings"])
            assert item["counts"]["entries"] == len(own["entries"]) == 1
    assert await differing(client) == []


async def test_a_population_is_compared_up_to_what_its_register_shows(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_story(served).given(RECEIVED, NAMED)
    await served.projected()
    client, shown = await served.as_(Role.STAFF), (await served.container.ledger.head()).position
    monkeypatch.setattr(served.container.projector, "position_of", lambda *_: shown)
    later = await a_story(served).given(RECEIVED)
    for asked in ({}, {"to_known_at": str(later.position)}):
        answer = (await client.get("/diff", params=asked)).json()
        assert answer["to"]["known_position"] == shown < later.position


async def test_between_two_days_every_file_that_differs_is_listed(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    await served.projected()
    client = await served.as_(Role.STAFF)
    (item,) = await differing(client, **{"from": "2026-06-30", "to": "2026-07-01"})
    assert (item["child"], "stage" in item["paths"]) == (story.child, True)
    assert await differing(client, **{"from": "2026-06-29", "to": "2026-06-30"}) == []
    assert await differing(await served.as_(Role.STAFF, elsewhere=True), **{"from": "2026-06-30"}) == []


async def test_a_file_that_was_joined_in_between_is_listed_with_the_one_that_stays(served: Served) -> None:
    kept, joined = [await a_story(served).given(RECEIVED, NAMED) for _ in range(2)]
    before = joined.position
    await both(served, FilesJoined, (kept, joined), "2026-10-01")
    at_once = (await served.container.ledger.head()).position
    await served.projected()
    client = await served.as_(Role.STAFF)
    for query in ({"from_known_at": before}, {"from_known_at": at_once, "to_known_at": before}):
        items = {each["child"]: each for each in await differing(client, **query)}
        assert set(items) == {kept.child, joined.child}
        assert [items[each.child]["joined_to"] for each in (kept, joined)] == [None, kept.child]
        of_joined = items[joined.child]
        assert {"stage", "identity.name"} <= set(of_joined["paths"]), "all of it went, or came"
        assert of_joined["counts"]["entries"] == 1
        assert of_joined["difference"] == items[kept.child]["difference"]
        assert (await client.get(of_joined["difference"])).status_code == 200
    assert await differing(await served.as_(Role.STAFF, elsewhere=True), from_known_at=before) == []
    assert await differing(client, from_known_at=at_once) == []
    # Joined at both points, it is not asked for; nor is one whose file that stays may not be read.
    await kept.given(ENROLLED)
    await served.projected()
    assert [each["child"] for each in await differing(client, from_known_at=at_once)] == [kept.child]
    days: dict[str, Any] = {"from": "2026-06-30", "from_known_at": at_once}
    assert [each["child"] for each in await differing(client, **days)] == [kept.child]


async def test_a_joined_file_is_listed_to_those_alone_who_may_read_the_one_that_stays(
    served: Served, handing_over: Event
) -> None:
    kept, joined = [await a_story(served).given(RECEIVED, NAMED) for _ in range(2)]
    before = joined.position
    await both(served, FilesJoined, (kept, joined), "2026-10-01")
    await kept.given(("2026-10-02", handing_over))
    await served.projected()
    left, receives = [await served.as_(Role.STAFF, elsewhere=each) for each in (False, True)]
    assert [each["child"] for each in await differing(left, from_known_at=before)] == []
    assert [each["child"] for each in await differing(receives, from_known_at=before)] == [kept.child]


async def test_a_file_closed_as_opened_by_mistake_in_between_is_listed(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    before = story.position
    withdrawn = EntryWithdrawn(entry=UUID(story.entries[0]), explanation="误录。")
    await story.given(
        ("2026-10-01", withdrawn), ("2026-10-01", some(FileOpenedByMistake)), by=Role.SUPERVISOR
    )
    await served.projected()
    (item,) = await differing(await served.as_(Role.STAFF), from_known_at=before)
    assert (item["child"], item["joined_to"]) == (story.child, None)
    assert {"stage", "filing.opened_by_mistake"} <= set(item["paths"])


# What a decision rested on


def without_evidence(item: dict[str, Any]) -> dict[str, Any]:
    """What is due, as where its entries stand beside it."""
    return {name: value for name, value in item.items() if name != "evidence"}


@pytest.mark.usefixtures("restricting_nothing")
async def test_a_decision_shows_what_was_known_when_it_was_recorded(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED, ("2026-07-02", application()), CONSENTED, REPORT)
    known, adoption = story.position, len(story.entries)
    adopted = some(AdoptionRegistered, category="5", certificate_no="371099-1")
    await story.given(("2026-09-01", adopted, {"exception": "I12"}))
    position = story.position
    await story.given(ENROLLED)
    client = await served.as_(Role.SUPERVISOR)
    answer = (await client.get(f"/entries/{position}/decision")).json()
    assert (answer["position"], answer["known_position"], answer["as_of"]) == (position, known, "2026-09-01")
    assert answer["entry"]["entry_id"] == story.entries[adoption]
    assert (answer["fields"]["stage"], answer["fields"]["insurance.enrolled"]) == ("received", [])
    assert answer["rulebook"] == BOOK.digest
    then = await story.asked("/readiness", day="2026-09-01", known_at=known)
    assert answer["readiness"]["gates"] == then["gates"]
    due = await story.asked("/obligations", day="2026-09-01", known_at=known)
    assert answer["obligations"] == [without_evidence(each) for each in due["items"]]
    assert any(each["rule"] == "S02" for each in answer["findings"])
    staff = (await (await served.as_(Role.STAFF)).get(f"/entries/{position}/decision")).json()
    assert "371099-1" not in str(staff)


async def test_what_is_recorded_in_one_act_is_known_to_each_of_its_entries(served: Served) -> None:
    story = a_story(served)
    await story.when(RECEIVED, NAMED)
    await story.when(("2026-07-02", some(CareModeAssigned, mode="ward")))
    client = await served.as_(Role.SUPERVISOR)
    received = (await client.get(f"/entries/{story.position - 2}/decision")).json()
    assert [each["type"] for each in received["together_with"]] == ["IdentityRecorded"]
    assert received["known_position"] == story.position - 3
    assert received["fields"]["identity.name"]["value"] == "王小明"
    assert received["fields"]["stage"] is None, "the reception itself is not counted"
    alone = (await client.get(f"/entries/{story.position}/decision")).json()
    assert (alone["together_with"], alone["fields"]["stage"]) == ([], "received")


async def test_a_decision_out_of_scope_is_not_found(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    foreign = await served.as_(Role.STAFF, elsewhere=True)
    for position in (story.position, story.position + 1):
        assert (await foreign.get(f"/entries/{position}/decision")).status_code == 404
    own = await served.as_(Role.STAFF)
    assert (await own.get(f"/entries/{story.position}/decision")).status_code == 200
    assert (await own.get(f"/entries/{story.position + 1}/decision")).status_code == 404


# The rules known then

PACK = RulePack(
    "weihai",
    {
        "weihai.toml": """
[[number]]
rule = "D10"
region = "371000"
from = 2000-01-01
value = 40
unit = "days"
source = "示例办法第5条"
verified = true
"""
    },
)


async def test_a_file_is_read_by_the_rulebook_that_was_known_then(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    before = story.position
    await adopt_rulebook(served.container, served.home.institution, drafted(BOOK, BOOK, [PACK]))

    async def due(**query: Any) -> str:
        (found,) = (await story.asked("/obligations", rule="D10", **query))["items"]
        return str(found["due_on"])

    was = await due(known_at=before)
    for path in ("", "/readiness"):
        assert (await story.asked(path, known_at=before))["known_position"] == before
    assert await due() != was
    assert (await story.asked(known_at=before, as_of="2026-07-05"))["obligations"] != (
        await story.asked(as_of="2026-07-05")
    )["obligations"]
    answer = await story.asked("/diff", from_known_at=before)
    assert answer["from"]["rulebook"] == BOOK.digest != answer["to"]["rulebook"]
    assert [each["after"]["rule"] for each in answer["obligations"]] == ["D10"]
    await served.projected()
    (item,) = await differing(await served.as_(Role.STAFF), from_known_at=before)
    assert item["paths"] == ["obligations.D10"]


async def test_the_rules_known_then_are_those_of_who_was_in_charge_then(
    served: Served, handing_over: Event
) -> None:
    story = await a_story(served).given(RECEIVED)
    book = drafted(BOOK, BOOK, [PACK])
    await adopt_rulebook(served.container, served.home.institution, book)
    before = (await served.container.ledger.head()).position
    await story.given(("2026-10-01", handing_over))
    now_in_charge = await served.as_(Role.STAFF, elsewhere=True)
    answer = await now_in_charge.get(f"/children/{story.child}/diff", params={"from_known_at": before})
    points = answer.json()
    assert (points["from"]["rulebook"], points["to"]["rulebook"]) == (book.digest, BOOK.digest)
    (was,) = [
        each["before"]
        for each in points["obligations"]
        if (each["before"] or {}).get("rule") == "D10" and each["before"]["due_on"] > "2026-08-01"
    ]
    path, known = f"/children/{story.child}/obligations", {"known_at": str(before), "rule": "D10"}
    (then,) = (await now_in_charge.get(path, params=known)).json()["items"]
    assert without_evidence(then) == was
    told = await now_in_charge.get(f"/children/{story.child}/chronology", params={"known_at": str(before)})
    assert told.status_code == 200, "who is in charge now reads it as it was known before"


# The timeline


async def test_a_timeline_is_narrowed_on_the_axis_that_its_order_names(served: Served) -> None:
    story, _ = await enrolled_late(served)
    entries = (await story.asked("/entries"))["items"]
    recorded = date.fromisoformat(entries[0]["recorded_at"][:10])

    async def types(**query: Any) -> list[str]:
        return [each["type"] for each in (await story.asked("/entries", **query))["items"]]

    assert await types(since="2026-08-03") == ["InsuranceEnrolled"] == await types(type="InsuranceEnrolled")
    assert await types(since="2026-08-04") == []
    assert await types(until="2026-07-01") == ["ChildReceived", "IdentityRecorded"]
    assert await types(until="2026-06-30") == [] == await types(as_of="2026-06-30")
    assert await types(as_of="2026-08-02", order="recorded") == ["ChildReceived", "IdentityRecorded"]
    assert await types(order="recorded", until=recorded.replace(year=2025).isoformat()) == []
    assert len(await types(order="recorded", since=recorded.isoformat())) == 3
    by = entries[0]["recorded_by"]["user"]
    assert len(await types(recorded_by=by)) == 3
    somebody = str((await served.actor(Role.AUDITOR)).user)
    assert await types(recorded_by=somebody) == []
    for entry in entries:
        days = date.fromisoformat(entry["occurred_until"])
        assert entry["lag_days"] in {(recorded - days).days, (recorded - days).days + 1}


async def test_a_filter_of_a_timeline_that_names_nothing_is_refused(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    client = await served.as_(Role.SUPERVISOR)
    path = f"/children/{story.child}/entries"
    answer = await client.get(path, params={"type": "ChildRecieved"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["pointer"]) == (422, "/query/type")
    assert "ChildReceived" in error["known"]
    assert "FamilyRegistered" not in error["known"], "which no child's file has"
    answer = await client.get(path, params={"recorded_by": str(uuid4())})
    assert answer.json()["errors"][0]["pointer"] == "/query/recorded_by"
    first = (await client.get(path, params={"since": "2026-07-01", "limit": 1})).json()
    rest = (await client.get(path, params={"cursor": first["next"]})).json()
    assert [each["type"] for each in rest["items"]] == ["IdentityRecorded"]
    other = await client.get(path, params={"cursor": first["next"], "since": "2026-07-02"})
    assert other.json()["errors"][0]["pointer"] == "/query/cursor"


async def test_the_accesses_to_a_file_are_told_as_of_a_day(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, NAMED)
    await story.asked()
    before, then = {"as_of": "2026-11-21"}, {"as_of": "2026-11-22", "purpose": "file"}
    assert (await story.asked("/access", **before))["items"] == []
    assert len((await story.asked("/access", **then))["items"]) == 1
    assert (await story.asked("/access", known_at="2026-11-21"))["items"] == []
    assert (await story.asked("/access", known_at=0))["items"] == []


# Who stands behind an id


async def test_a_person_is_known_to_who_shares_or_supervises_their_institution(served: Served) -> None:
    staff = (await served.actor(Role.STAFF)).user
    for role in Role:
        answer = await (await served.as_(role)).get(f"/people/{staff}")
        knows = role is not Role.TOWNSHIP
        assert answer.status_code == (200 if knows else 404), role
        if knows:
            said = answer.json()
            assert (said["person"], said["role"]) == (str(staff), "staff")
            assert said["name"]
            assert said["institution"] == str(served.home.institution)
        elsewhere = await (await served.as_(role, elsewhere=True)).get(f"/people/{staff}")
        assert elsewhere.status_code == (200 if role is Role.ADMINISTRATOR else 404), role
        assert (await (await served.as_(role)).get(f"/people/{uuid4()}")).status_code == 404


async def test_who_runs_the_ledger_is_known_to_everybody_for_they_record_for_all(served: Served) -> None:
    administrator = (await served.actor(Role.ADMINISTRATOR)).user
    for role in Role:
        answer = await (await served.as_(role)).get(f"/people/{administrator}")
        assert answer.json()["role"] == "administrator"


async def test_one_of_a_township_is_known_to_the_bureau_above_and_to_themselves(served: Served) -> None:
    township = (await served.actor(Role.TOWNSHIP)).user
    for role in Role:
        answer = await (await served.as_(role)).get(f"/people/{township}")
        knows = role in {Role.TOWNSHIP, Role.BUREAU, Role.ADMINISTRATOR}
        assert answer.status_code == (200 if knows else 404), role


async def test_an_institution_is_named_to_everybody_of_the_ledger(served: Served) -> None:
    for role in Role:
        client = await served.as_(role, elsewhere=True)
        answer = await client.get(f"/institutions/{served.home.institution}/name")
        assert answer.json() == {"institution": str(served.home.institution), "name": served.home.name}
        assert (await client.get(f"/institutions/{UUID(int=5)}/name")).status_code == 404


async def test_a_withdrawn_entry_is_gone_from_the_file_and_told_between(served: Served) -> None:
    story, _ = await enrolled_late(served)
    before = story.position
    await story.given(("2026-08-03", EntryWithdrawn(entry=UUID(story.entries[2]), explanation="误录。")))
    answer = await story.asked("/diff", from_known_at=before)
    assert field(answer, "insurance.enrolled")[1] == []
    assert [each["entry"]["type"] for each in answer["entries"]] == ["EntryWithdrawn"]


# On the command line


async def test_a_file_is_shown_on_the_command_line_as_it_was_known_then(
    served: Served, childledger: Path
) -> None:
    story, before = await enrolled_late(served)
    environment = environment_of(served.container.settings)

    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(childledger), "show", *words]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=PATIENCE, check=False
        )

    async def shown(*words: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(ran, *words)
        return done.returncode, done.stdout, done.stderr

    child, days = str(story.child), ("--as-of", "2026-09-01")
    code, now, beside = await shown(child, *days)
    assert code == 0, beside
    insured = (
        "城乡居民基本医疗保险 Residents' basic medical insurance, 自 since 2026-08-03, 至 until 2026-12-31"
    )
    assert f"(insurance.enrolled): {insured}" in now
    assert "王小明" not in now
    for words in ("状况 Status", "待办事项 Obligations", "3 entries", "不予显示 not shown (identity)"):
        assert words in now
    _, then, _ = await shown(child, *days, "--known-at", str(before))
    assert "(insurance.enrolled)" not in then
    assert f"as known at position {before}: 2 entries" in then
    assert "S02  2026-07-01" in then
    assert "S02" not in now
    await story.given(("2026-08-04", EntryWithdrawn(entry=UUID(story.entries[-1]), explanation="误录。")))
    await story.given(("2026-08-04", some(LongTermGuardianshipConfirmed)))
    _, later, _ = await shown(child, *days)
    assert "［已撤回 withdrawn］" in later
    assert "I06  2026-08-04  ［不能确定 uncertain］" in later
    nobody, never = await shown(str(uuid4())), await shown(child, "--known-at", "yesterday")
    assert (nobody[0], never[0]) == (1, 1)
    assert "所查内容不存在" in nobody[2]
    assert "must be a position" in never[2]
    kept = await a_story(served).given(("2024-03-05", some(IdentityRecorded, name="王小明")))
    joining = await both(served, FilesJoined, (kept, story), "2026-08-05")
    assert [each["status"] for each in joining.json()["items"]] == [201, 201]
    # The file that stays shows what both say, the other one where to look, and as known before itself.
    assert f"{story.position}  " in (await shown(str(kept.child)))[1]
    gone, alone = await shown(child), await shown(child, *days, "--known-at", str(before))
    assert (gone[0], alone[:2]) == (1, (0, then))
    assert str(kept.child) in gone[2]
