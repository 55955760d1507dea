"""What is sealed is told by no endpoint: of two files that differ only in it every answer is the same."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final, get_args
from uuid import UUID, uuid4, uuid5

import orjson
import pytest
from httpx2 import AsyncClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier

from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.masking import NAMED
from api.identity.permissions import SEES, Role
from domain.codes import tables
from domain.event import EVERY_CATEGORY, Category
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.adoption.registration import AdoptionRegistered, ChildConsentRecorded
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, IntakeCategoryDetermined
from domain.events.placement.preparing import CapacityDetermined
from domain.events.record import EntryWithdrawn
from domain.events.search import DnaComparisonResultReceived
from domain.judging import FindingKind
from domain.readiness import Status
from domain.rulebook import Rulebook
from tests.support.client import Served
from tests.support.exploring import examples
from tests.support.given import NOT_ASKED, some
from tests.support.given import given as a_file
from tests.support.http_given import a_story, sent
from tests.support.read_models import differences
from tests.support.stored import erase, keep, kept, moved
from tests.support.strategies import IDS, alike, streams, telling
from tests.support.young_people import ready_young

pytestmark = pytest.mark.usefixtures("restricting_nothing")

ROLES: Final = tuple(role for role in Role if SEES[role] < EVERY_CATEGORY)
ABOUT: Final = (ChildReceived, ChildAdmitted, IdentityRecorded, CapacityDetermined)
DAYS: Final = ("2021-06-01", "2026-11-22", "2029-01-01")
OF_A_FILE: Final = (
    "",
    "/entries",
    "/entries?order=recorded&limit=3",
    "/access",
    "/access?limit=1",
    *(f"/{what}?day={day}" for what in ("obligations", "readiness") for day in DAYS),
    *(f"?as_of={day}" for day in DAYS),
)
ACROSS: Final = (
    "/children?limit=500",
    "/entries",
    *(f"/{what}?limit=500&day={day}" for what in ("findings", "obligations", "readiness") for day in DAYS),
    "/obligations?limit=500&state=met&state=met_late&state=void",
    *(f"/findings?limit=500&kind={kind}" for kind in get_args(FindingKind)),
    *(f"/findings?limit=500&rule={rule}" for rule in ("I12", "I14", "I16", "E10")),
    *(f"/readiness?limit=500&status={status}" for status in get_args(Status)),
    *(f"/exceptions?limit=500{query}" for query in ("", "&state=waiting", "&kind=correction", "&rule=I12")),
    "/obligations?limit=500&rule=D32",
)
EACH_TIME: Final = re.compile(
    r'"(position|known_position|recorded_at|at|request|document)":("[^"]*"|[0-9]+|null)|"next":"[^"]*"'
)
DAYS_OF_ROWS: Final = frozenset(
    {"found_on", "until", "opened_on", "due_first", "due_on", "met_on", "void_on", "met_late"}
)
OTHER: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""An id that is not of the file: of another one, or of an entry that is not recorded, other each time."""
rare = settings(max_examples=examples(5), suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def plain(text: str, stream: UUID) -> str:
    """An answer without times, positions and the ids that belong to a file."""
    ids = {str(uuid5(stream, str(old))): f"entry {number}" for number, old in enumerate(IDS)}
    for own, name in {**ids, str(stream): "child"}.items():
        text = text.replace(own, name)
    return EACH_TIME.sub(r'"\1":', text)


async def of_file(client: AsyncClient, stream: UUID) -> dict[str, tuple[int, str]]:
    """Every answer about a file."""
    found = {}
    for path in OF_A_FILE:
        answer = await client.get(f"/children/{stream}{path}")
        found[path] = (answer.status_code, plain(answer.text, stream))
    return found


async def in_lists(client: AsyncClient, streams: Sequence[UUID]) -> dict[UUID, dict[str, list[str]]]:
    """What lists say of each of these files."""
    found: dict[UUID, dict[str, list[str]]] = {stream: {} for stream in streams}
    for path in ACROSS:
        answer = await client.get(path)
        assert answer.status_code == 200, (path, answer.text)
        lines, named = answer.text.splitlines(), "stream"
        if path != "/entries":
            named = "child"
            lines = [orjson.dumps(item).decode() for item in answer.json()["items"]]
        for stream, own in found.items():
            mine = [line for line in lines if orjson.loads(line)[named] == str(stream)]
            # Of what names other children too there are always as many.
            told = [OTHER.sub("other", plain(line, stream)) for line in mine]
            # Rows of one day are in the order of keyed hashes, which differ from file to file.
            own[path] = told if path == "/entries" else sorted(told)
    return found


@rare
@given(data=st.data())
@pytest.mark.parametrize("role", ROLES)
async def test_no_endpoint_tells_what_a_role_does_not_see(
    served: Served, role: Role, data: st.DataObject
) -> None:
    hidden = EVERY_CATEGORY - SEES[role]
    one = data.draw(st.one_of(streams(), telling(hidden, ABOUT)))
    other = data.draw(alike(one, hidden))
    staff = (await served.actor(Role.STAFF)).recorder
    files = {
        stream: [replace(each, recorded_by=staff) for each in moved(entries, stream)]
        for stream, entries in ((uuid4(), one), (uuid4(), other))
    }
    for entries in files.values():
        await keep(served.container.ledger, entries)
    await served.projected()
    client, (first, second) = await served.as_(role), files
    assert await of_file(client, first) == await of_file(client, second)
    listed = await in_lists(client, [first, second])
    assert listed[first] == listed[second]
    if role is Role.STAFF:
        await nothing_by_a_dry_run(client, first, second)


async def nothing_by_a_dry_run(client: AsyncClient, first: UUID, second: UUID) -> None:
    """A dry run tells the same of both, but whether it would be refused by what rests on the unseen."""
    for event in (some(ChildAdmitted, intake_category="B1"), some(PhysicalExamined)):
        told: list[Any] = []
        for stream in (first, second):
            own = sent("2026-11-01", event)
            alone = await client.post(f"/children/{stream}/events?dry_run=true", json=own)
            items = {"items": [{"child": str(stream), "events": [own]}] * 2}
            many = await client.post("/entries?dry_run=true", json=items)
            # A file that is in nobody's charge here is answered alike to whoever asks.
            assert alone.status_code in {200, 404}
            assert many.status_code == 200
            for body in (alone.json(), *many.json()["items"]):
                if "refusals" not in body:
                    told.append(str(body.get("status")))
                    continue
                refusals = [each for each in body["refusals"] if "evidence" in each]
                told.append(OTHER.sub("new", plain(f"{refusals} {body['impact']}", stream)))
        assert told[:3] == told[3:]


# By example


async def an_adoption(served: Served, conclusion: str = "unsuitable", answer: str = "disagree") -> UUID:
    """A child adopted without what the law asks for, as was found afterwards."""
    told = a_file(
        ("2016-03-01", some(ChildReceived)),
        ("2016-03-01", some(IdentityRecorded, birth_on=date(2015, 3, 1))),
        ("2025-01-01", some(AdoptionAssessmentReportIssued, conclusion=conclusion)),
        ("2025-01-02", some(ChildConsentRecorded, result=answer)),
        ("2025-06-01", some(AdoptionRegistered, category="5", adopter=uuid4())),
    )
    return await kept(served, told)


async def listed(served: Served, role: Role, path: str, child: UUID) -> list[dict[str, Any]]:
    client = await served.as_(role)
    answer = await client.get(f"{path}{'&' if '?' in path else '?'}limit=500")
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if item["child"] == str(child)]


async def test_what_speaks_against_an_adoption_is_told_to_who_sees_adoptions(served: Served) -> None:
    """H3: rule, words, entries and kind."""
    child = await an_adoption(served)
    for role in ROLES:
        assert not [item for item in await listed(served, role, "/findings", child) if item["rule"][0] == "I"]
        assert await listed(served, role, "/findings?rule=I12", child) == []
        assert await listed(served, role, "/findings?kind=breach", child) == []
        assert await listed(served, role, "/obligations?rule=D32", child) == []
        for row in await listed(served, role, "/children", child):
            own = (await (await served.as_(role)).get(f"/children/{child}")).json()
            assert row["overdue"] == own["obligations"]["overdue"]
            assert own["findings"] == len(await listed(served, role, "/findings", child))
    for role in (Role.SUPERVISOR, Role.AUDITOR):
        found = {item["rule"]: item for item in await listed(served, role, "/findings", child)}
        assert {"I12", "I14", "I16"} <= found.keys()
        assert "评估结论为不符合" in found["I12"]["zh"]
        assert (found["I12"]["kind"], found["I12"]["rests_on"]) == ("breach", ["adoption"])
        assert len(found["I12"]["entries"]) == 2
        assert await listed(served, role, "/findings?rule=I12", child) == [found["I12"]]
        breaches = await listed(served, role, "/findings?kind=breach", child)
        assert {item["rule"] for item in breaches} == {"I12", "I14"}
        own = (await (await served.as_(role)).get(f"/children/{child}")).json()
        assert own["findings"] == len(found)
        visits = await listed(served, role, "/obligations?rule=D32", child)
        client = await served.as_(role)
        of_file = await client.get(f"/children/{child}/obligations?state=overdue&rule=D32")
        assert [without_whose(visit) for visit in visits] == of_file.json()["items"]
        assert all(visit["started_by"] and visit["rests_on"] == ["adoption"] for visit in visits)
        (row,) = await listed(served, role, "/children", child)
        assert row["overdue"] == own["obligations"]["overdue"] >= len(visits) > 0


def without_whose(item: dict[str, Any]) -> dict[str, Any]:
    """An item of a list without what says whose it is."""
    return {name: value for name, value in item.items() if name not in {*NAMED, *ACTED, *ESCALATED}}


async def test_words_about_what_may_not_be_seen_are_not_seen_either(served: Served) -> None:
    story = await a_story(served).given(("2024-03-05", some(ChildReceived)))
    consent = ("2024-04-01", some(ChildConsentRecorded))
    (adopting,) = (await story.when(consent, by=Role.SUPERVISOR)).recorded().entries
    withdrawn = ("2024-04-02", some(EntryWithdrawn, entry=UUID(adopting), explanation="被收养人不同意"))
    (hidden,) = (await story.when(withdrawn, by=Role.SUPERVISOR)).recorded().entries
    everyday = ("2024-04-03", some(EntryWithdrawn, entry=UUID(story.entries[0]), explanation="录错"))
    (shown,) = (await story.when(everyday, by=Role.SUPERVISOR)).recorded().entries

    for role, seen in ((Role.STAFF, {shown}), (Role.AUDITOR, {hidden, shown})):
        client = await served.as_(role)
        of_file = (await client.get(f"/children/{story.child}/entries")).json()["items"]
        fed = [orjson.loads(line) for line in (await client.get("/entries")).text.splitlines()]
        for line in (of_file, [entry for entry in fed if entry["stream"] == str(story.child)]):
            told = {entry["entry_id"]: entry for entry in line}
            assert {
                each for each in (hidden, shown) if isinstance(told[each]["data"]["explanation"], str)
            } == seen
            assert ("不同意" in str(told[hidden])) == (hidden in seen)


async def test_what_rests_on_an_adoption_stands_in_no_table_in_clear(served: Served) -> None:
    child = await an_adoption(served)
    for table in ("findings", "obligations", "readiness"):
        async with served.container.projector.reading() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            await cursor.execute(SQL("SELECT * FROM {} WHERE child = %s").format(Identifier(table)), [child])
            rows = await cursor.fetchall()
        resting = [row for row in rows if "adoption" in row["rests_on"]]
        assert len({len(row["sealed"]) for row in resting}) <= 1
        assert bool(resting) == (table != "readiness")
        for row in resting:
            assert row["sealed"] is not None
            assert re.fullmatch("[0-9a-f]{32}", row["rule"])
            said = {name for name, value in row.items() if value not in (None, "", [], False)}
            assert said <= DAYS_OF_ROWS | {"child", "number", "rests_on", "rule", "kind", "sealed"}
            assert row.get("kind") not in get_args(FindingKind)
    assert await differences(served) == set()


async def test_who_reads_what_is_sealed_among_findings_stands_in_the_access_log(served: Served) -> None:
    child = await an_adoption(served)
    await listed(served, Role.BUREAU, "/findings", child)
    await listed(served, Role.AUDITOR, "/findings", child)
    lines = (await (await served.as_(Role.SUPERVISOR)).get(f"/children/{child}/access")).json()["items"]
    assert [(line["role"], line["categories"]) for line in lines if line["purpose"] == "findings"] == [
        ("auditor", ["adoption", "identity"]),
    ]
    # That there was anything to be read among them is not for who may not read it.
    client = await served.as_(Role.ADMINISTRATOR)
    lines = (await client.get(f"/children/{child}/access")).json()["items"]
    assert not [line for line in lines if line["purpose"] == "findings"]


async def test_once_a_key_is_destroyed_what_rested_on_it_is_told_to_nobody(served: Served) -> None:
    child = await an_adoption(served)
    await erase(served, child, Category.ADOPTION)
    assert not [
        item
        for item in await listed(served, Role.SUPERVISOR, "/findings", child)
        if "adoption" in item["rests_on"]
    ]


async def test_a_gate_that_may_not_be_seen_counts_for_nothing_in_lists_too(served: Served) -> None:
    """Gate 5 asks for a guardian, who is of the family, which a placement officer does not see."""
    decided = some(CapacityDetermined, result="none", guardian_name=NOT_ASKED)
    child = await kept(served, ready_young().and_("2026-02-20", decided))
    day = "2026-03-01"
    for role, status, state in (
        (Role.STAFF, "not_ready", "unknown"),
        (Role.PLACEMENT_OFFICER, "ready", "restricted"),
    ):
        client = await served.as_(role)
        own = (await client.get(f"/children/{child}/readiness", params={"day": day})).json()
        own.pop("known_position")
        (item,) = await listed(served, role, f"/readiness?day={day}&status={status}", child)
        charge = (str(served.home.institution), served.home.name)
        whose = {"name": None, "file_no": None, "place": None}
        assert bool(item.pop("next_to_act")) is (status == "not_ready")
        assert item.pop("responsible_people") == []
        assert item == own | whose | dict(zip(("institution", "institution_name"), charge, strict=True))
        assert item["status"] == status
        gate = item["gates"][4]
        assert (gate["gate"], gate["state"], gate["weight"]) == (5, state, "blocks")
        assert (gate["rests_on"], bool(gate["evidence"])) == (
            (None, False) if state == "restricted" else (["family"], True)
        )
        other = "ready" if status == "not_ready" else "not_ready"
        assert await listed(served, role, f"/readiness?day={day}&status={other}", child) == []


async def test_who_sees_no_identity_is_not_told_whether_two_files_may_be_one_child(
    served: Served,
) -> None:
    who = some(IdentityRecorded, name="王小明", birth_on=date(2015, 3, 1), sex="1")
    children = [
        await kept(served, a_file(("2016-03-01", some(ChildReceived)), ("2016-03-01", who))) for _ in "ab"
    ]
    for role, there in ((Role.BUREAU, True), (Role.ADMINISTRATOR, False)):
        for child in children:
            found = await listed(served, role, "/findings?kind=possible_duplicate", child)
            assert bool(found) is there
            assert all(item["rests_on"] == ["identity"] for item in found)


async def test_a_recording_refused_by_what_its_recorder_may_not_see_is_told_the_rule_and_that_alone(
    served: Served,
) -> None:
    """Of the papers of a rescued child all are there but a result of the comparison, which is sealed."""
    story = await a_story(served).given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-06", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
        ("2024-04-01", some(DnaComparisonResultReceived, result="pending")),
    )
    papers = [kind for kind in tables()["document_kind"].codes if kind != "dna_result"]
    admitted = ("2024-05-01", some(ChildAdmitted, intake_category="B1"), {"documents": papers})
    rule = Rulebook.shipped()["I01"]
    cure = rule.cured()
    assert cure is not None
    refusal = {
        "pointer": "/events/0",
        "rule": "I01",
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "strength": "forbidden",
        "zh": rule.zh,
        "en": rule.en,
        "source": "《儿童福利机构管理办法》（民政部令第63号）",
        "verified": True,
        "cure_zh": cure.zh,
        "cure_en": cure.en,
        "rests_on": ["restricted-health"],
    }
    told = (await story.when(admitted, by=Role.STAFF)).refused("I01").body
    assert told["refusals"] == [refusal]
    assert "ChildAdmitted" in told["possible"]
    assert "DnaComparisonResultReceived" not in told["possible"]
    rehearsed = await story.when(admitted, by=Role.STAFF, dry_run=True)
    assert (rehearsed.body["would"], rehearsed.body["refusals"]) == ("refuse", [refusal])
    (whole,) = (await story.when(admitted, by=Role.SUPERVISOR)).refused("I01").body["refusals"]
    assert "DNA comparison result" in whole["en"]
    assert whole["rests_on"] == ["restricted-health"]
