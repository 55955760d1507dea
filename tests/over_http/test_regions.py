"""Where institutions lie, and who sees their children for it; unknown is in nobody's region."""

import os
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient

from api.demo.members import tokens_for_every_role
from api.identity.directory import IdentityError, Institution
from api.identity.permissions import OF_REGION, Role
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.streams import Streams
from api.institutions import change_institution, open_institution
from domain.event import Answered, Unknown
from domain.events.institution.particulars import InstitutionChanged
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.record import ExceptionApproved
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import ELSEWHERE, HOME, NOW, Served, new_key
from tests.support.given import some
from tests.support.http_given import sent, written
from tests.support.registers.paper import a_sheet, workbook

NATION, NOWHERE = "000000", Unknown("not_known")
LISTS = ("/children", "/obligations", "/readiness", "/findings")
PARTS = ("", "/entries", "/obligations", "/readiness", "/findings", "/access")


async def an_institution(served: Served, region: str | None = None) -> Institution:
    return await open_institution(
        served.container, f"临港市儿童福利院{uuid4().hex[:4]}（测试）", region=region
    )


async def a_young_person(served: Served, institution: Institution, name: str = "王小明") -> UUID:
    """Somebody of seventeen in the charge of an institution, about whom all there is to ask is asked."""
    on = Days.on(date(2024, 3, 5))
    recording = Recording(
        stream=None,
        drafts=(
            Draft(event=some(ChildReceived), days=on),
            Draft(event=some(IdentityRecorded, name=name, birth_on=date(2009, 3, 5)), days=on),
        ),
        region=institution.region,
        origin="import",
        recorder=(await served.container.identity.operator()).recorder,
        institution=institution.institution,
        key=uuid4().hex,
    )
    outcome = await served.container.ledger.record(recording, now=NOW)
    assert isinstance(outcome, Recorded), outcome
    return outcome.stream


async def an_officer(served: Served, role: Role, region: Answered[str]) -> AsyncClient:
    member = await served.container.identity.add_member("示例", role, region=region)
    return await served.client(await served.container.identity.issue(member.user, days=1, purpose="test"))


async def seen(served: Served, client: AsyncClient, child: UUID) -> set[str]:
    """By which paths a client sees anything of a child."""
    query: dict[str, Any] = {"at_least": (await served.container.ledger.head()).position, "limit": 500}
    found = set()
    for path in LISTS:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        found |= {path for item in answer.json()["items"] if item["child"] == str(child)}
    at_least = {"at_least": query["at_least"]}
    searched = await client.post("/children/search", params=at_least, json={"q": "wxm", "limit": 500})
    found |= {"search" for item in searched.json()["items"] if item["child"] == str(child)}
    lines = (await client.get("/entries")).text.splitlines()
    found |= {"feed" for line in lines if orjson.loads(line)["stream"] == str(child)}
    for part in PARTS:
        answer = await client.get(f"/children/{child}{part}")
        assert answer.status_code in {200, 403, 404}
        found |= set() if answer.status_code == 404 else {part or "file"}
    return found


@pytest.mark.parametrize("role", sorted(OF_REGION))
@pytest.mark.parametrize("region", ["370000", "371099", NATION, NOWHERE], ids=str)
async def test_whoever_is_bound_to_a_region_sees_nobody_of_an_institution_that_may_lie_anywhere(
    served: Served, role: Role, region: Answered[str]
) -> None:
    child = await a_young_person(served, await an_institution(served))
    assert await seen(served, await an_officer(served, role, region), child) == set()


@pytest.mark.parametrize("role", sorted(OF_REGION))
async def test_whoever_is_bound_to_a_region_that_is_not_known_sees_nobody_at_all(
    served: Served, role: Role
) -> None:
    children = [await served.a_child(), await served.a_child(elsewhere=True)]
    officer = await an_officer(served, role, NOWHERE)
    assert [await seen(served, officer, child) for child in children] == [set(), set()]


@pytest.mark.parametrize("role", sorted(OF_REGION))
async def test_once_it_is_known_where_an_institution_lies_its_officers_see_the_children_it_has(
    served: Served, role: Role
) -> None:
    institution = await an_institution(served)
    child = await a_young_person(served, institution)
    inside, outside = await an_officer(served, role, "3710"), await an_officer(served, role, "3706")
    assert await seen(served, inside, child) == set()

    await change_institution(served.container, institution.institution, region="371082")

    paths = await seen(served, inside, child)
    assert {"file", "feed", "search", "/children", "/obligations", "/entries"} <= paths
    assert await seen(served, outside, child) == set()

    await change_institution(served.container, institution.institution, region="370600")

    assert await seen(served, outside, child) == paths, "it has moved"
    assert await seen(served, inside, child) == set()


@pytest.fixture(params=["made", "sample"])
def two_registers(request: pytest.FixtureRequest) -> list[bytes]:
    """Give registers of two institutions that nobody knows, each with a child of seventeen called CS001."""
    if request.param == "made":
        row = {"儿童编号": "CS001", "姓名": "王小明", "出生日期": "2009-03-05", "接收日期": "2016-05-01"}
        names = ("临港市儿童福利院（测试）", "海东市儿童福利院（测试）")
        return [workbook(a_sheet("儿童花名册", institution=name).row(**row)) for name in names]
    folder = os.environ.get("CHILDLEDGER_SAMPLES")
    if folder is None:
        pytest.skip("CHILDLEDGER_SAMPLES names no folder with sample cases")
    return [(Path(folder) / f"cases/region-unknown-{letter}.xlsx").read_bytes() for letter in "ab"]


async def test_two_registers_that_do_not_say_where_they_come_from_tell_each_other_s_officers_nothing(
    served: Served, two_registers: list[bytes]
) -> None:
    container = served.container
    recorder = (await container.identity.operator()).recorder
    tokens, children = [], []
    for content in two_registers:
        handed_in = await prepare(container, read_workbook(content, "台账.xlsx"))
        institution = (
            await run_import(container, handed_in, recorder, lambda _done, _rows: None)
        ).institution
        tokens.append(await tokens_for_every_role(container.identity, institution, purpose="import", days=1))
        children.append(Streams(container.ledger, container.projector, institution.institution).new("CS001"))

    for own, child in zip(tokens, reversed(children), strict=True):
        for role in set(own) - {Role.ADMINISTRATOR}:
            client = await served.client(own[role], role)
            assert await seen(served, client, child) == set(), role
    for own, child in zip(tokens, children, strict=True):
        assert "/children" in await seen(served, await served.client(own[Role.STAFF]), child)
        for role in OF_REGION:
            assert await seen(served, await served.client(own[role]), child) == set(), role


async def test_what_is_recorded_has_the_region_that_the_institution_had_then(served: Served) -> None:
    institution = await an_institution(served)
    tokens = await tokens_for_every_role(served.container.identity, institution, purpose="new", days=1)
    staff = await served.client(tokens[Role.STAFF])
    received = {"events": [written(("2024-03-05", some(ChildReceived)))]}

    before = await staff.post("/children", json=received, headers=new_key())
    await change_institution(served.container, institution.institution, region="371082")
    after = await staff.post("/children", json=received, headers=new_key())

    assert [entry["region"] for entry in before.json()["entries"]] == [None]
    assert [entry["region"] for entry in after.json()["entries"]] == ["371082"]
    shown = await staff.get(f"/children/{before.json()['child']}/entries")
    assert [entry["region"] for entry in shown.json()["items"]] == [None], "it stays as it was"


async def test_a_change_is_an_event_of_the_institution_s_own_and_the_directory_follows(
    served: Served,
) -> None:
    opened = await an_institution(served)
    changed = await change_institution(
        served.container, opened.institution, name="临海市儿童福利院（测试）", uscc="91370000000000000L"
    )
    assert (changed.name, changed.uscc, changed.region) == (
        "临海市儿童福利院（测试）",
        "91370000000000000L",
        None,
    )
    assert await served.container.identity.institution(opened.institution) == changed
    changed = await change_institution(served.container, opened.institution, region="371082")
    assert await served.container.identity.institution_named("临海市儿童福利院（测试）") == changed
    file = await served.container.ledger.file(opened.institution)
    assert file is not None
    assert [each.event for each in file.of(InstitutionChanged)] == [
        InstitutionChanged(name="临海市儿童福利院（测试）", uscc="91370000000000000L"),
        InstitutionChanged(region="371082"),
    ]


async def test_what_an_institution_s_stream_says_already_is_not_recorded_again_and_mends_the_directory(
    served: Served,
) -> None:
    opened = await an_institution(served)
    changed = await change_institution(served.container, opened.institution, region="371082")
    await served.container.identity.enter(opened)  # as it is left when a change is killed half way
    before = (await served.container.ledger.head()).position

    assert await change_institution(served.container, opened.institution, region="371082") == changed

    assert await served.container.identity.institution(opened.institution) == changed
    assert (await served.container.ledger.head()).position == before


@pytest.mark.parametrize(
    "region", [NATION, "001099", "37", "3710", "37109９", "371０99", "三七一零零九", "371099 "]
)
async def test_an_institution_lies_in_a_county_a_prefecture_or_a_province(
    served: Served, region: str
) -> None:
    before = (await served.container.ledger.head()).position
    with pytest.raises(IdentityError, match=r"GB/T 2260.*全国.*county, prefecture or province"):
        await an_institution(served, region)
    with pytest.raises(IdentityError, match="county, prefecture or province"):
        await change_institution(served.container, served.home.institution, region=region)
    assert (await served.container.ledger.head()).position == before
    assert await served.container.identity.institution(served.home.institution) == served.home


@pytest.mark.parametrize("region", ["371002", "371000", "370000"])
async def test_a_county_a_prefecture_and_a_province_are_places(served: Served, region: str) -> None:
    assert (await an_institution(served, region)).region == region


async def test_no_two_institutions_are_called_alike(served: Served) -> None:
    home = served.home.institution
    with pytest.raises(IdentityError, match="already"):
        await change_institution(served.container, home, name=ELSEWHERE)
    assert (await change_institution(served.container, home, name=HOME)).name == HOME
    with pytest.raises(IdentityError, match="no institution"):
        await change_institution(served.container, uuid4(), region="371002")
    with pytest.raises(IdentityError, match="no institution"):
        await change_institution(served.container, await served.a_child(), region="371002")


async def test_with_a_token_for_looking_nobody_decides_about_an_exception(served: Served) -> None:
    child = await served.a_child()
    claimed = sent("2024-03-06", some(ChildAdmitted), exception="I01")
    staff, supervisor = await served.as_(Role.STAFF), await served.actor(Role.SUPERVISOR)
    claim = await staff.post(f"/children/{child}/events", json=claimed, headers=new_key())
    (entry,) = claim.json()["entries"]
    approval = sent("2026-11-22", some(ExceptionApproved, entry=UUID(entry["entry_id"])))
    looking = await served.client(
        await served.container.identity.issue(supervisor.user, days=1, purpose="looking", may_approve=False)
    )
    deciding = await served.as_(Role.SUPERVISOR)

    assert (await looking.get(f"/children/{child}")).status_code == 200
    refused = await looking.post(f"/children/{child}/events", json=approval, headers=new_key())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    decided = await deciding.post(f"/children/{child}/events", json=approval, headers=new_key())
    assert decided.status_code == 201, decided.text
