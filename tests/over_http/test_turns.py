"""However much one person asks at once, others are answered as if it were little."""

import asyncio
from uuid import UUID, uuid4

from api.budgets import Turns
from api.identity.permissions import Role
from domain.events.health import PhysicalExamined
from ledger.roles import Roles
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.ledgers import a_batch_waits_for_the_head, a_superuser, held_head
from tests.support.waiting import until


async def test_many_requests_of_one_person_are_answered_some_at_a_time_and_others_at_once(
    served: Served,
) -> None:
    staff, auditor = await served.as_(Role.STAFF), await served.as_(Role.AUDITOR)
    turns = served.app.state.tenants.turns = Turns(2)
    person = (await served.actor(Role.STAFF)).user
    first, second = turns.of(person), turns.of(person)
    await first.take()
    await second.take()
    waiting = [asyncio.create_task(staff.get("/children")) for _ in range(5)]
    assert (await auditor.get("/children")).status_code == 200
    assert not any(each.done() for each in waiting)
    first.give_back()
    assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}
    second.give_back()
    assert (await staff.get("/children")).status_code == 200


async def test_who_waits_for_something_takes_the_turn_of_nobody(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    served.app.state.tenants.turns = Turns(1)
    child = await served.a_child()
    await served.projected()
    head = (await served.container.ledger.head()).position
    paths = (
        f"/children/{child}?at_least={head + 2}",
        f"/children?at_least={head + 2}",
        f"/entries?after={head}&wait=20",
    )
    waiting = [asyncio.create_task(staff.get(path)) for path in paths]
    while served.container.tail.waiting == 0:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    assert (await staff.get(f"/children/{child}")).status_code == 200
    assert not any(each.done() for each in waiting)
    await served.a_child()
    assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}


async def test_what_waits_to_be_stored_takes_the_turn_of_nobody(served: Served) -> None:
    staff, settings = await served.as_(Role.STAFF), served.container.settings
    served.app.state.tenants.turns = Turns(1)
    children = [await served.a_child(f"王小{each}") for each in "明红刚"]

    async def examined(child: UUID) -> int:
        body = sent("2024-03-06", some(PhysicalExamined))
        return (await staff.post(f"/children/{child}/events", json=body, headers=new_key())).status_code

    assert settings.database_url is not None
    url, writer = settings.database_url.get_secret_value(), Roles.of(settings.ledger).writer
    # Given a database that stores nothing meanwhile, when one person records in three files
    async with held_head(url, settings.ledger), a_superuser(url) as superuser:
        waiting = [asyncio.create_task(examined(child)) for child in children]
        await until(lambda: a_batch_waits_for_the_head(superuser, writer))
        # Then the same person is answered, though one turn is all there is
        assert (await staff.get(f"/children/{children[0]}")).status_code == 200
        assert not any(each.done() for each in waiting)
    assert await asyncio.gather(*waiting) == [201] * 3

    # And nobody who waits for the same file keeps from their turn those who hold it
    assert await asyncio.gather(*(examined(children[0]) for _ in range(3))) == [201] * 3


async def test_a_turn_is_given_back_once() -> None:
    turns = Turns(1)
    person = uuid4()
    turn, other = turns.of(person), turns.of(person)
    turn.give_back()
    await turn.take()
    taking = asyncio.create_task(other.take())
    async with turn.given_up():
        await taking
        other.give_back()
    turn.give_back()
    turn.give_back()
    await asyncio.wait_for(other.take(), 5)
