"""Families and institutions have files of their own: recorded, read and restricted as children's are."""

from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from httpx2 import AsyncClient, Response

from api.identity.permissions import Role
from domain.event import Category, Event
from domain.events.adoption.concluding import AdoptionRefused
from domain.events.family.profile import FamilyRegistered
from domain.events.foster.matches import FosterMatchStarted
from domain.events.guardianship import GuardianshipRestored
from domain.events.institution.hazards import MajorHazardFound
from domain.events.institution.particulars import InstitutionChanged, RulebookAdopted
from domain.events.institution.premises import DrillConducted
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from ledger.verification import flaws
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent, written
from tests.support.imports_http import told_of

NAME, ADDRESS = "标记家庭甲", "标记路一号"
FAMILY = ("2024-03-05", some(FamilyRegistered, applicant=NAME, address=ADDRESS, region="371002"))
NOT_FOUND, FORBIDDEN, REFUSED, INVALID = 404, 403, 422, 422


async def posted(client: AsyncClient, path: str, *happened: tuple[Any, ...], **query: Any) -> Response:
    """Record these at a path."""
    body = {"events": [written(each) for each in happened]}
    return await client.post(path, json=body, headers=new_key(), params=query)


async def a_family(served: Served) -> str:
    """Open a family's file, and return its id."""
    answer = await posted(await served.as_(Role.STAFF), "/families", FAMILY)
    assert answer.status_code == 201, answer.text
    family = str(answer.json()["family"])
    assert answer.headers["Location"] == f"/families/{family}"
    return family


async def dry_run(client: AsyncClient, child: UUID, event: Event) -> Any:
    """Return what would come of recording an event of a child."""
    return (await posted(client, f"/children/{child}/events", ("2024-03-06", event), dry_run=True)).json()


def withdrawn(entry: str) -> tuple[str, Event]:
    return "2024-03-06", some(EntryWithdrawn, entry=UUID(entry), explanation="误录。")


async def test_a_family_is_registered_and_read_as_a_child_is(served: Served) -> None:
    family = await a_family(served)
    staff = await served.as_(Role.STAFF)
    file = await staff.get(f"/families/{family}")
    assert (file.status_code, file.headers["ETag"]) == (200, '"1"')
    body = file.json()
    assert (body["family"], body["institution"]) == (family, str(served.home.institution))
    assert body["profile"]["applicant"]["value"] == NAME
    assert "child" not in body
    assert "stage" not in body

    (line,) = (await staff.get(f"/families/{family}/entries")).json()["items"]
    assert (line["kind"], line["stream"], line["type"]) == ("family", family, "FamilyRegistered")
    assert (await staff.get(f"/families/{family}/obligations")).json()["items"] == []
    before = await staff.get(f"/families/{family}", params={"as_of": "2024-03-04"})
    assert before.json()["profile"]["applicant"] is None


async def test_the_same_request_is_recorded_once_and_another_with_its_key_is_not(served: Served) -> None:
    staff, key = await served.as_(Role.STAFF), new_key()
    body = {"events": [written(FAMILY)]}
    first = await staff.post("/families", json=body, headers=key)
    again = await staff.post("/families", json=body, headers=key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = await staff.post("/children", json=body, headers=key)
    assert (other.status_code, other.json()["code"]) == (REFUSED, "idempotency_mismatch")


async def test_a_dry_run_records_nothing(served: Served) -> None:
    family = await a_family(served)
    staff, before = await served.as_(Role.STAFF), await served.container.ledger.head()
    entry = (await staff.get(f"/families/{family}/entries")).json()["items"][0]["entry_id"]
    dry = await posted(staff, f"/families/{family}/events", withdrawn(entry), dry_run=True)
    assert (dry.status_code, dry.json()["would"]) == (200, "record")
    assert {each["chapter"] for each in dry.json()["impact"]["status"]} == {"profile"}
    opening = await posted(staff, "/families", FAMILY, dry_run=True)
    assert (opening.status_code, opening.json()["would"]) == (200, "record")
    assert await served.container.ledger.head() == before


async def test_an_event_of_another_kind_is_refused(served: Served) -> None:
    family = await a_family(served)
    staff = await served.as_(Role.STAFF)
    for path in (
        "/families",
        f"/families/{family}/events",
        f"/institutions/{served.home.institution}/events",
    ):
        answer = await posted(staff, path, ("2024-03-06", some(ChildReceived)))
        assert (answer.status_code, answer.json()["refusals"][0]["rule"]) == (REFUSED, "E08")


@pytest.mark.rule("E17")
async def test_an_id_of_something_else_than_the_field_asks_for_is_refused_in_words(served: Served) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    family, child, other = (
        UUID(await a_family(served)),
        await served.a_child(),
        await served.a_child("王小乙"),
    )
    institution, nobody = served.home.institution, uuid4()
    elsewhere = await posted(await served.as_(Role.STAFF, elsewhere=True), "/families", FAMILY)
    foreign = UUID(elsewhere.json()["family"])
    a_family_is, an_adopter_is = "寄养家庭应填家庭档案的编号", "收养人应填没有档案的人的编号"
    for event, field, fits, refused, words in (
        (FosterMatchStarted, "family", (family, nobody), (child, other, institution), a_family_is),
        (AdoptionRefused, "adopter", (family, nobody), (child, other, institution), an_adopter_is),
        (GuardianshipRestored, "guardian", (nobody, foreign), (family, child, institution), "监护人应填"),
    ):
        for value in fits:
            dry = await dry_run(supervisor, child, some(event, **{field: value}))
            assert "E17" not in {each["rule"] for each in dry["refusals"]}, (event, value)
        for value in refused:
            dry = await dry_run(supervisor, child, some(event, **{field: value}))
            (told,) = [each for each in dry["refusals"] if each["rule"] == "E17"]
            assert (dry["would"], told["pointer"]) == ("refuse", f"/events/0/data/{field}")
            assert words in told["zh"]
            assert str(value) not in str(told)


async def test_a_file_is_found_under_its_own_kind_alone(served: Served) -> None:
    family, child = await a_family(served), await served.a_child()
    staff = await served.as_(Role.STAFF)
    ids = {"children": str(child), "families": family, "institutions": str(served.home.institution)}
    for kind, file in ids.items():
        for path in ids:
            expected = 200 if path == kind else NOT_FOUND
            assert (await staff.get(f"/{path}/{file}")).status_code == expected
            assert (await staff.get(f"/{path}/{file}/entries")).status_code == expected
            answer = await posted(staff, f"/{path}/{file}/events", FAMILY)
            assert (answer.status_code == NOT_FOUND) == (path != kind)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/entries", "/chronology", "/obligations", "/findings"),
        *("/explain/findings", "/diff", "/hindsight", "/access"),
    ],
)
async def test_outside_its_scope_a_family_and_an_institution_are_not_found(served: Served, path: str) -> None:
    family = await a_family(served)
    for role in Role:
        client = await served.as_(role, elsewhere=True)
        for file in (f"/families/{family}", f"/institutions/{served.home.institution}"):
            found = (await client.get(f"{file}{path}")).status_code
            assert (found == NOT_FOUND) == (role != Role.ADMINISTRATOR), (role, file)
            if not path:
                answer = await posted(client, f"{file}/events", FAMILY)
                assert answer.status_code == (FORBIDDEN if role == Role.ADMINISTRATOR else NOT_FOUND)


async def test_staff_and_supervisors_record_and_the_others_in_scope_read(served: Served) -> None:
    family = await a_family(served)
    for role in Role:
        client = await served.as_(role)
        reads = role not in {Role.PLACEMENT_OFFICER, Role.TOWNSHIP}
        for path in (f"/families/{family}", f"/institutions/{served.home.institution}"):
            assert (await client.get(path)).status_code == (200 if reads else NOT_FOUND), role
            recorded = (await posted(client, f"{path}/events", FAMILY)).status_code
            if role in {Role.STAFF, Role.SUPERVISOR}:
                assert recorded in {201, REFUSED}
            else:
                assert recorded == (FORBIDDEN if reads else NOT_FOUND)
        opened = (await posted(client, "/families", FAMILY)).status_code
        assert opened == (201 if role in {Role.STAFF, Role.SUPERVISOR} else FORBIDDEN)


async def test_who_does_not_see_the_category_is_not_told_the_name(served: Served) -> None:
    family = await a_family(served)
    for role in (Role.BUREAU, Role.ADMINISTRATOR):
        client = await served.as_(role)
        for path in ("", "/entries"):
            text = (await client.get(f"/families/{family}{path}")).text
            assert NAME not in text
            assert ADDRESS not in text
            assert Category.FAMILY in text


@pytest.mark.parametrize("role", [Role.STAFF, Role.SUPERVISOR])
async def test_what_an_institution_is_and_its_rules_only_the_operator_records(
    served: Served, role: Role
) -> None:
    client, path = await served.as_(role), f"/institutions/{served.home.institution}"
    rulebook = served.container.ledger.rulebook
    for event in (
        InstitutionChanged(name="改名"),
        RulebookAdopted(digest=rulebook.digest, content=rulebook.texts),
    ):
        answer = await posted(client, f"{path}/events", ("2024-03-06", event))
        assert answer.status_code == FORBIDDEN
        assert "childledger institution change" in answer.json()["detail_zh"]
    for line in (await client.get(f"{path}/entries")).json()["items"]:
        answer = await posted(client, f"{path}/events", withdrawn(line["entry_id"]))
        assert answer.status_code == FORBIDDEN, "nor is it withdrawn"
    assert (await client.get(path)).json()["particulars"]["name"]["value"] == served.home.name


async def test_an_institution_is_told_what_it_is_to_do_and_what_is_overdue(served: Served) -> None:
    path = f"/institutions/{served.home.institution}"
    supervisor = await served.as_(Role.SUPERVISOR)
    drill = ("2024-03-05", some(DrillConducted, drill="fire", problems="标记：出口堵塞"))
    answer = await posted(supervisor, f"{path}/events", drill)
    assert answer.status_code == 201, answer.text
    assert answer.json()["institution"] == str(served.home.institution)
    for role in (Role.STAFF, Role.BUREAU):
        client = await served.as_(role)
        due = (await client.get(f"{path}/obligations", params={"day": "2024-09-06", "rule": "D31"})).json()
        (overdue,) = [each for each in due["items"] if each["state"] == "overdue"]
        assert overdue["institution"] == str(served.home.institution)
        assert overdue["started_by"] == [answer.json()["entries"][0]["entry_id"]]
        file = (await client.get(path, params={"as_of": "2024-09-06"})).json()
        assert file["obligations"]["overdue"] == 1
    hazard = ("2024-04-01", some(MajorHazardFound, group="building"))
    assert (await posted(supervisor, f"{path}/events", hazard)).status_code == 201
    now = (await supervisor.get(path)).json()
    assert [each["value"] for each in now["hazards"]["open"]] == ["building"]


async def test_an_item_names_a_child_a_family_or_an_institution(served: Served) -> None:
    family, child = await a_family(served), await served.a_child()
    staff = await served.as_(Role.STAFF)
    of_family = written(FAMILY)
    of_child = sent("2024-04-05", some(IdentityRecorded, name="王小红"))
    of_institution = sent("2024-03-05", some(DrillConducted))
    items = [
        {"child": str(child), "events": [of_child]},
        {"family": family, "events": [of_family]},
        {"institution": str(served.home.institution), "events": [of_institution]},
        {"institution": str(served.home.institution), "events": [of_family]},
        {"family": str(child), "events": [of_family]},
        {"child": str(child), "family": family, "events": [of_child]},
        {"events": [of_child]},
    ]
    answer = await staff.post("/entries", json={"items": items}, headers=new_key())
    statuses = [each["status"] for each in answer.json()["items"]]
    assert statuses == [201, 201, 201, REFUSED, NOT_FOUND, INVALID, INVALID]
    codes = [each["problem"]["code"] for each in answer.json()["items"][3:]]
    assert codes == ["refused", "not_found", "invalid", "invalid"]
    two, none = (each["problem"]["errors"][0]["pointer"] for each in answer.json()["items"][5:])
    assert (two, none) == ("/items/5/family", "/items/6/child")

    both = [{"child": str(child), "events": [of_child]}, {"family": family, "events": [of_family]}]
    together = await staff.post("/entries", json={"items": both, "all_or_nothing": True}, headers=new_key())
    assert [each["status"] for each in together.json()["items"]] == [201, 201]


async def test_a_line_of_an_import_may_name_a_family(served: Served) -> None:
    family, foreign = await a_family(served), await served.a_child()
    lines = [{"family": each, "events": [written(FAMILY)]} for each in (family, str(foreign))]
    told = await told_of(await served.as_(Role.STAFF), b"\n".join(map(orjson.dumps, lines)))
    assert (told["recorded"], [each["code"] for each in told["rejections"]]) == (1, ["not_found"])


async def test_whoever_reads_a_family_is_noted(served: Served) -> None:
    family = await a_family(served)
    await (await served.as_(Role.STAFF)).get(f"/families/{family}/entries")
    supervisor = await served.as_(Role.SUPERVISOR)
    lines = (await supervisor.get(f"/families/{family}/access")).json()["items"]
    assert [(line["role"], line["categories"], line["purpose"]) for line in lines] == [
        ("staff", ["family"], "entries")
    ]


async def test_the_feed_tells_of_them_to_who_may_read_them(served: Served) -> None:
    family = await a_family(served)
    await served.projected()
    for role, elsewhere in ((Role.STAFF, False), (Role.BUREAU, False), (Role.STAFF, True)):
        client = await served.as_(role, elsewhere=elsewhere)
        lines = [orjson.loads(each) for each in (await client.get("/entries")).text.splitlines()]
        assert (family in {line["stream"] for line in lines}) is not elsewhere


async def test_a_correction_replaces_what_was_said_of_a_family(served: Served) -> None:
    family = await a_family(served)
    staff = await served.as_(Role.STAFF)
    (line,) = (await staff.get(f"/families/{family}/entries")).json()["items"]
    told = some(FamilyRegistered, applicant="标记家庭乙", address=ADDRESS, region="371002")
    right = ("2024-03-05", told, {"corrects": line["entry_id"]})
    answer = await staff.post(
        f"/families/{family}/events", json=written(right), headers=new_key() | {"If-Match": '"1"'}
    )
    assert answer.status_code == 201, answer.text
    stale = await staff.post(
        f"/families/{family}/events", json=written(right), headers=new_key() | {"If-Match": '"1"'}
    )
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    now = (await staff.get(f"/families/{family}")).json()
    assert now["profile"]["applicant"]["value"] == "标记家庭乙"
    known = await staff.get(f"/families/{family}", params={"known_at": line["position"]})
    assert known.json()["profile"]["applicant"]["value"] == NAME


async def test_a_family_lies_sealed_and_verifies(served: Served) -> None:
    family = await a_family(served)
    ledger = served.container.ledger
    assert [each async for each in flaws(ledger, lambda _: None)] == []
    for stored in await ledger.store.stream(UUID(family)):
        assert NAME.encode() not in stored.body
        assert ADDRESS.encode() not in stored.body
