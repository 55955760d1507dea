"""What must be handed over if a child moves tomorrow: every kind of thing, whether it is here, and where."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.codes import tables
from domain.events.archive import ArchiveCheckedOut, ArchiveOpened, DocumentFiled
from domain.events.intake import Belonging, BelongingsRegistered, ChildReceived
from domain.events.placement.arrangements import BankAccountHandedOver, SavingsRecorded
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import Story, a_story

PLACE, BORROWER, BANK = "标记档案室", "标记小学", "标记银行"
RECEIVED = ("2024-04-05", some(ChildReceived))
THINGS = some(BelongingsRegistered, items=(some(Belonging, description="银手镯", storage_no="物-3"),))


async def somebody(served: Served) -> Story:
    """Given a child with an archive that was lent on 8 April 2024, and a bracelet."""
    return await a_story(served).given(
        RECEIVED,
        ("2024-04-06", some(ArchiveOpened, place=PLACE)),
        ("2024-04-06", some(DocumentFiled, part="basic")),
        ("2024-04-07", THINGS),
        ("2024-04-08", some(ArchiveCheckedOut, borrowing_body=BORROWER)),
    )


async def asked(served: Served, story: Story, role: Role = Role.STAFF, **query: Any) -> dict[str, Any]:
    client = await served.as_(role)
    answer = await client.get(f"/children/{story.child}/to-hand-over", params=query)
    assert answer.status_code == 200, answer.text
    return {each["item"]: each for each in answer.json()["items"]}


async def test_every_kind_of_thing_is_listed_with_where_it_is_and_what_says_so(served: Served) -> None:
    story = await somebody(served)
    lines = await asked(served, story)
    labels = tables()["handover_item"].codes
    assert {name: (each["item_zh"], each["item_en"]) for name, each in lines.items()} == {
        code: (label.zh, label.en) for code, label in labels.items()
    }
    assert (lines["archive"]["held"], lines["archive"]["location"]) == (False, BORROWER)
    assert (lines["belongings"]["held"], lines["belongings"]["location"]) == (True, "物-3")
    assert lines["belongings"]["evidence"] == [story.entries[3]]
    assert (lines["school_papers"]["held"], lines["medication"]["held"]) == (False, None)
    assert lines["money"]["held"] is None
    await story.given(("2024-04-09", some(SavingsRecorded, balance_yuan=Decimal(500), bank=BANK)))
    money = (await asked(served, story))["money"]
    assert (money["held"], money["location"], money["evidence"]) == (True, BANK, [story.entries[-1]])
    await story.given(("2024-04-10", some(BankAccountHandedOver, balance_yuan=Decimal(500))))
    assert (await asked(served, story))["money"]["held"] is False


async def test_it_is_asked_for_another_day_and_as_known_then(served: Served) -> None:
    story = await somebody(served)
    for day, held in (("2024-04-05", False), ("2024-04-07", True), ("2024-04-08", False)):
        assert (await asked(served, story, as_of=day))["archive"]["held"] is held, day
    assert (await asked(served, story, known_at=story.position - 1))["archive"]["location"] == PLACE


async def test_who_sees_no_identity_is_not_told_where_and_who_is_told_is_noted(served: Served) -> None:
    story = await somebody(served)
    masked = await asked(served, story, Role.ADMINISTRATOR)
    assert {str(each["location"]) for each in masked.values()} == {"{'restricted': 'identity'}"}
    await asked(served, story)
    (line,) = await served.container.access.of(UUID(story.child), limit=10)
    assert (line.role, line.purpose, line.categories) == ("staff", "hand-over", ["identity"])
    elsewhere = await served.as_(Role.STAFF, elsewhere=True)
    assert (await elsewhere.get(f"/children/{story.child}/to-hand-over")).status_code == 404


async def test_a_list_about_one_file_is_a_table_without_whose_it_is(served: Served) -> None:
    story = await somebody(served)
    client = await served.as_(Role.STAFF)
    for below in ("to-hand-over", "obligations", "findings"):
        path = f"/children/{story.child}/{below}"
        items = (await client.get(path)).json()["items"]
        table = await client.get(path, params={"format": "csv"})
        lines = table.content.decode("utf-8-sig").splitlines()
        assert len(lines) == len(items) + 1 or below == "findings"
        assert "姓名" not in lines[0]
        assert str(story.child) not in table.headers["content-disposition"]
