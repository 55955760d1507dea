"""What was recorded and erased is said to be erased: nowhere is it as if it had not been recorded."""

from typing import Any, Final
from uuid import UUID

import pytest

from api.contract.file_status import status_json
from api.identity.permissions import Role
from domain.event import EVERY_CATEGORY, Category, Erased
from domain.events.family.profile import FamilyRegistered
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.health import PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.record import EntryWithdrawn
from domain.life import Life
from domain.rulebook import Rulebook
from ledger.codec.mapping import decode, encode
from ledger.sealing.cipher import Keyring
from tests.support.client import Served, new_key
from tests.support.given import TODAY, Given, citizen_id, given, some
from tests.support.http_given import sent
from tests.support.stored import LEDGER, Body, erase, kept, ring_for

NUMBER: Final = citizen_id("2009-03-05")
WHO: Final = some(IdentityRecorded, name="王小明", sex="1")
LIFE: Final = (
    ("2024-03-05", some(ChildReceived, file_no="甲-7")),
    ("2024-03-05", WHO),
    ("2024-04-05", some(HouseholdRegistered, citizen_id=NUMBER, address="望海区一号")),
    ("2024-04-06", some(CitizenIdAssigned, citizen_id=NUMBER)),
    ("2024-04-07", some(TemporaryGuardianshipStarted, guardian_body="望海区民政局")),
    ("2024-04-08", some(PhysicalExamined, summary="健康")),
)
PERSONAL: Final = (Category.IDENTITY, Category.FAMILY, Category.HEALTH, Category.CONTACT)
FIELDS: Final = {
    "identity.name": "identity",
    "household.citizen_id": "identity",
    "file_no": "identity",
    "guardianship.body": "family",
}
"""Fields of that life whose values are erased, with their categories."""


def erased(told: Given) -> Given:
    """Return the same as it is read without any of its keys."""
    told.entries = [decode(Body(encode(each, ring_for(each))), Keyring(LEDGER, {})) for each in told.entries]
    return told


@pytest.mark.parametrize(
    ("event", "chapter", "attributes"),
    [
        (WHO, "identity", ["name"]),
        (some(HouseholdRegistered, citizen_id=NUMBER), "household", ["citizen_id"]),
        (some(CitizenIdAssigned, citizen_id=NUMBER), "household", ["citizen_id"]),
        (
            some(FamilyRegistered, applicant="李大山", address="望海区一号"),
            "profile",
            ["applicant", "address"],
        ),
    ],
)
def test_an_erased_value_holds_as_erased(event: Any, chapter: str, attributes: list[str]) -> None:
    life = Life(erased(given(("2024-04-05", event))).file, TODAY, Rulebook.shipped())
    shown = status_json(life, EVERY_CATEGORY, event.kind)[chapter]
    for name in attributes:
        assert isinstance(shown[name]["value"], Erased)
        assert shown[name]["since"].isoformat() == "2024-04-05"


def test_no_number_differs_from_one_that_was_erased() -> None:
    file = erased(
        given(("2024-03-05", some(ChildReceived)), ("2024-04-05", some(CitizenIdAssigned, citizen_id=NUMBER)))
    )
    another = some(CitizenIdAssigned, citizen_id=citizen_id("2009-03-06"))
    assert "I30" not in {each.rule.id for each in file.when("2024-05-01", another).judgements}


async def test_every_answer_about_an_erased_child_says_so(served: Served) -> None:
    child = await kept(served, given(*LIFE))
    auditor, staff = await served.as_(Role.AUDITOR), await served.as_(Role.STAFF)
    position = (await auditor.get(f"/children/{child}")).json()["position"]
    items = (await auditor.get(f"/children/{child}/entries")).json()["items"]
    entries = [each["entry_id"] for each in items]
    await erase(served, child, *PERSONAL)

    for client in (auditor, staff):
        for asked in (
            "",
            "?as_of=2024-04-30",
            f"?known_at={position}",
            f"?as_of=2024-05-01&known_at={position}",
        ):
            answer = await client.get(f"/children/{child}{asked}")
            assert answer.status_code == 200, asked
            file = answer.json()
            assert file["file_no"] == {"erased": "identity"}
            for path, category in FIELDS.items():
                chapter, _, name = path.partition(".")
                held = file[chapter][name]["value"] if name else file[chapter]
                assert held == {"erased": category}, (path, asked)
                told = (await client.get(f"/children/{child}/explain/{path}{asked}")).json()
                assert "内容已依法删除" in told["zh"], told["zh"]
                assert "erased by law" in told["en"], told["en"]
                assert told["entries"], path
        for part in ("entries", "findings", "obligations", "readiness", "summary"):
            assert (await client.get(f"/children/{child}/{part}")).status_code == 200, part
        shown = (await client.get(f"/children/{child}/entries")).json()["items"]
        assert [each["entry_id"] for each in shown] == entries
        assert [each["data"]["name"] for each in shown if "name" in each["data"]] == [{"erased": "identity"}]
        for query in ("from_known_at=1", f"from_known_at={position - 2}", "from=2024-03-31"):
            difference = await client.get(f"/children/{child}/diff?{query}")
            assert difference.status_code == 200, query
            changed = {each["path"]: each["after"] for each in difference.json()["fields"]}
            assert changed["guardianship.body"]["value"] == {"erased": "family"}
        for each in items:
            assert (await client.get(f"/entries/{each['position']}/decision")).status_code == 200, each[
                "type"
            ]
        for across in ("/children", "/findings", "/obligations", "/entries"):
            assert (await client.get(across)).status_code == 200, across


async def test_nothing_of_what_was_erased_is_recorded_again_and_all_else_is(served: Served) -> None:
    child, other = await kept(served, given(*LIFE)), await served.a_child()
    staff, supervisor = await served.as_(Role.STAFF), await served.as_(Role.SUPERVISOR)
    entries = (await staff.get(f"/children/{child}/entries")).json()["items"]
    named = next(each["entry_id"] for each in entries if each["type"] == "IdentityRecorded")
    await erase(served, child, *PERSONAL)
    again = sent("2024-03-05", WHO, corrects=named)
    for query in ("", "?dry_run=true"):
        answer = await supervisor.post(f"/children/{child}/events{query}", json=again, headers=new_key())
        assert (answer.status_code, answer.json()["code"]) == (410, "erased"), query
        assert answer.json()["detail_zh"]
        items = [
            {"child": str(each), "events": [sent("2024-06-05", some(PhysicalExamined, summary="健康"))]}
            for each in (child, other)
        ]
        many = await staff.post(f"/entries{query}", json={"items": items}, headers=new_key())
        assert [each["status"] for each in many.json()["items"]] == [410, 200 if query else 201], query
        all_or_nothing = await staff.post(
            f"/entries{query}", json={"items": items, "all_or_nothing": True}, headers=new_key()
        )
        assert [each["status"] for each in all_or_nothing.json()["items"]] == [410, 424], query
    withdrawn = sent("2024-06-05", some(EntryWithdrawn, entry=UUID(named), explanation="误录。"))
    answer = await supervisor.post(f"/children/{child}/events", json=withdrawn, headers=new_key())
    assert (answer.status_code, answer.json()["code"]) == (410, "erased")
