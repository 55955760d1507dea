"""However much one person asks at once, others are answered as if it were little."""

import asyncio
from uuid import uuid4

from api.budgets import Turns
from api.identity.permissions import Role
from tests.support.client import Served


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
