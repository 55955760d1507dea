"""Verifying finds every row that is not what the entries say, and nothing else, while the ledger goes on."""

import asyncio
from uuid import UUID

import pytest

from api.cli.upkeep_commands import rebuilding, verifying
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived
from projections.projector.verify import Difference
from tests.support.client import Served, new_key
from tests.support.given import given, some
from tests.support.http_given import sent
from tests.support.read_models import (
    a_projector,
    adopt_another_rulebook,
    differences,
    head,
    tamper,
    to_the_end,
)
from tests.support.stored import kept
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.usefixtures("one_file_at_a_time")


async def test_nothing_differs_in_what_was_followed_or_built(served: Served) -> None:
    for name in ("王小明", "李小红", "张三"):
        await served.a_child(name)
    await served.projected()
    assert await differences(served) == set()
    before = served.container.projector.read_from.number
    assert await rebuilding(served.container, 1) == 0
    await served.a_child("甲一")
    async with asyncio.timeout(PATIENCE):
        while served.container.projector.read_from.number == before:
            await served.container.projector.step()
    await served.projected()
    assert await differences(served) == set()


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("register", "UPDATE {} SET stage = 'died' WHERE child = %s"),
        ("register", "UPDATE {} SET name = name || '\\x00' WHERE child = %s"),
        ("register", "UPDATE {} SET terms = '{{}}' WHERE child = %s"),
        ("register", "UPDATE {} SET version = 1 WHERE child = %s"),
        ("register", "DELETE FROM {} WHERE child = %s"),
        ("obligations", "UPDATE {} SET due_on = due_on + 1 WHERE child = %s"),
        (
            "obligations",
            "DELETE FROM {} WHERE child = %s AND rule = 'D10'",
        ),
        ("findings", "DELETE FROM {} WHERE child = %s"),
        ("spans", "UPDATE {} SET until = since WHERE child = %s"),
        ("spans", "INSERT INTO {} VALUES (%s, 'x', '', '', '2024-01-01', '2024-01-01', gen_random_uuid())"),
    ],
)
async def test_every_row_that_was_changed_added_or_lost_is_found(
    served: Served, table: str, statement: str
) -> None:
    for name in ("王小明", "李小红"):
        await served.a_child(name)
    child = await served.a_child("张三")
    await served.projected()
    await tamper(served, table, statement, child)
    assert await differences(served) == {Difference(table, child)}


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET value = decode(md5('x'), 'hex')"])
async def test_what_two_files_have_is_found_where_it_is_not_kept_as_such(
    served: Served, statement: str
) -> None:
    number = some(ChildReceived, file_no="甲-7")
    alike = {await kept(served, given(("2024-03-05", number))) for _ in range(2)}
    await served.a_child()
    await served.projected()
    assert await served.container.projector.known_reached(await head(served), PATIENCE)
    assert await differences(served) == set()
    await tamper(served, "likeness_terms_shared", statement)
    assert await differences(served) == {Difference("likeness_terms_shared", child) for child in alike}


async def test_rows_of_a_file_that_is_not_there_are_found(served: Served) -> None:
    child, stranger = await served.a_child(), UUID(int=2**127)
    await served.projected()
    await tamper(served, "spans", "UPDATE {} SET child = %s WHERE child = %s", stranger, child)
    assert await differences(served) == {Difference("spans", stranger), Difference("spans", child)}


async def test_read_models_that_say_to_be_further_than_they_are_are_found(served: Served) -> None:
    projector = await a_projector(served)
    await to_the_end(projector)
    _, missing = await served.a_child(), await served.a_child()
    await projector.step(2)
    assert await differences(served, projector) == set()
    async with served.container.readers.connection() as connection:
        await connection.execute(
            "UPDATE generation SET position = %s WHERE number = %s",
            [await head(served), projector.read_from.number],
        )
    found = await differences(served, projector)
    assert {each.stream for each in found} == {missing}
    assert {each.model for each in found} >= {"register", "obligations", "spans"}


async def test_recording_goes_on_while_verifying(served: Served) -> None:
    """Files that are recorded in all the while are no differences."""
    children = [await served.a_child() for _ in range(5)]
    staff = await served.as_("staff")
    going = True

    async def record() -> int:
        recorded = 0
        while going:
            recorded += 1
            answer = await staff.post(
                f"/children/{children[recorded % 5]}/events",
                json=sent("2024-04-01", some(PhysicalExamined)),
                headers=new_key(),
            )
            assert answer.status_code == 201
        return recorded

    recording = asyncio.create_task(record())
    try:
        for _ in range(3):
            assert await differences(served) == set()
    finally:
        going = False
    assert await recording > 10


async def test_a_rulebook_adopted_meanwhile_is_no_difference(served: Served) -> None:
    projector = await a_projector(served)
    await to_the_end(projector)
    await served.a_child()
    await to_the_end(projector)
    await adopt_another_rulebook(served)
    assert await differences(served, projector) == set()
    await to_the_end(projector)
    assert await differences(served, projector) == set()


async def test_what_differs_is_told_by_read_model_and_child_alone(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    child = await served.a_child("王小明")
    await served.projected()
    assert await verifying(served.container) == 0
    assert "different" in capsys.readouterr().err
    await tamper(served, "spans", "DELETE FROM {} WHERE child = %s", child)
    await tamper(served, "register", "UPDATE {} SET sex = '9' WHERE child = %s", child)
    assert await verifying(served.container) == 1
    told = capsys.readouterr()
    assert sorted(told.out.splitlines()) == [f"register {child}", f"spans {child}"]
    assert "spans：1处不一致。 1 rows are different." in told.err
    assert "findings：0处不一致。" in told.err
    assert "王小明" not in told.out + told.err
