"""Restricted files in tests: who asks to read one for a purpose, and who lets them."""

from typing import Any, Final
from uuid import UUID

from httpx2 import AsyncClient

from api.clock import day_of
from api.identity.permissions import Role
from domain.events.restriction import RestrictedFileAccessApproved, RestrictedFileAccessRequested
from tests.support.client import NOW, Served, new_key
from tests.support.given import some
from tests.support.http_given import sent

TODAY: Final = day_of(NOW).isoformat()


async def recorded(client: AsyncClient, child: UUID, event: Any, on: str = TODAY, status: int = 201) -> Any:
    """Record an event in a file and return the answer, which has that status."""
    answer = await client.post(f"/children/{child}/events", json=sent(on, event), headers=new_key())
    assert answer.status_code == status, answer.text
    await answer.aread()
    return answer.json()


async def may_read(served: Served, child: UUID, role: Role, on: str = TODAY) -> AsyncClient:
    """Somebody of that role asks for a purpose, and another supervisor approves it."""
    client = await served.as_(role)
    asked = await recorded(client, child, some(RestrictedFileAccessRequested, purpose="inspection"), on)
    approved = some(RestrictedFileAccessApproved, request=UUID(asked["entries"][0]["entry_id"]))
    await recorded(await served.another(Role.SUPERVISOR), child, approved, on)
    await served.projected()
    return client
