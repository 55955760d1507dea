"""Erasures in tests: asked for and approved over HTTP, and carried out as by another process later."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from api.bootstrap import Container, open_container
from api.erasing import ErasedData, erase, erasures
from api.identity.permissions import Role
from domain.event import Category
from domain.events.erasure import ErasureApproved, ErasureRequested
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent

COOLED: Final = timedelta(days=8)


async def recorded(served: Served, role: Role, child: UUID, event: Any, *, other: bool = False) -> UUID:
    client = await (served.another(role) if other else served.as_(role))
    body = sent("2026-11-20", event)
    answer = await client.post(f"/children/{child}/events", json=body, headers=new_key())
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["entries"][0]["entry_id"])


async def approved(
    served: Served, child: UUID, categories: Sequence[Category] = (Category.IDENTITY,), **said: Any
) -> UUID:
    """Staff record that somebody asks for it, and two supervisors approve."""
    asked = some(ErasureRequested, ground="unlawful", categories=tuple(categories), **said)
    request = await recorded(served, Role.STAFF, child, asked)
    for other in (False, True):
        await recorded(served, Role.SUPERVISOR, child, some(ErasureApproved, request=request), other=other)
    return request


@asynccontextmanager
async def later(served: Served, child: UUID, after: timedelta = COOLED) -> AsyncIterator[Container]:
    """The ledger in another process, once nobody can stop any more what was approved."""
    file = await served.container.ledger.file(child)
    assert file is not None
    assert file.newest.recorded_at is not None
    moment = file.newest.recorded_at + after
    async with open_container(served.container.settings, lambda: moment, follow=False) as container:
        yield container


async def erased(container: Container, child: UUID, backups: Collection[Path] = ()) -> list[ErasedData]:
    """Erase all that is due of a child."""
    owner = container.addresses.owner
    assert owner is not None
    due = [
        (file, each)
        async for file, each in erasures(container)
        if file.stream == child and each.state(container.today()) in {"due", "started"}
    ]
    return [await erase(container, owner, file, each, backups) for file, each in due]
