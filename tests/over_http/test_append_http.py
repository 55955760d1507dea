"""What those who record are answered while the database is slow: busy, and when to try again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from api.app import create_app, running
from api.identity.permissions import Role
from api.settings import Settings
from domain.events.intake import ChildReceived
from ledger.store.append_queue import QueueLimits
from tests.support.client import NOW, Furnished, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.ledgers import held_head

EVENTS = [sent("2024-03-05", some(ChildReceived))]


@pytest.fixture
async def staff(
    settings: Settings, furnished: Furnished, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """Give a client of a container where two may wait, and none for long."""
    monkeypatch.setattr("ledger.store.store.QueueLimits", lambda: QueueLimits(queue_appends=2, patience=1))
    app = create_app(settings, clock=lambda: NOW)
    headers = {"Authorization": f"Bearer {furnished.tokens[Role.STAFF]}"}
    transport = ASGITransport(app=app)
    async with (
        running(app),
        AsyncClient(transport=transport, base_url="http://childledger.test", headers=headers) as client,
    ):
        yield client


async def test_while_the_database_is_slow_those_who_record_are_told_when_to_try_again(
    staff: AsyncClient, settings: Settings
) -> None:
    async def record(key: dict[str, str]) -> Response:
        return await staff.post("/children", json={"events": EVENTS}, headers=key)

    # Given a database that does not answer, when eight record at once
    keys = [new_key() for _ in range(8)]
    assert settings.database_url is not None
    async with held_head(settings.database_url.get_secret_value(), settings.ledger):
        answers = await asyncio.gather(*map(record, keys))

    # Then each is told to try again, those for whom there was no room at once
    assert [answer.status_code for answer in answers] == [503] * 8
    assert {answer.json()["code"] for answer in answers} == {"unavailable"}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)

    # And once it answers again, the same requests are recorded, each once
    answers = [await record(key) for key in keys]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["location"] for answer in answers}) == 8
