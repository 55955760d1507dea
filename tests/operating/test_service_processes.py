"""One command serves by several processes: each is started again when it dies, and all end with the first."""

import asyncio
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from api import follower, worker
from api.app import create_app, running
from api.bootstrap import Container, open_container
from api.cli.upkeep_commands import verifying
from api.follower_state import TURN_SECONDS, follower_state, following, found_forked
from api.http.probes import state_of
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from domain.events.intake import ChildReceived, IdentityRecorded
from projections import activity
from tests.support.client import NOW, Furnished, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.processes import CHILDLEDGER, beside, children_of, environment_of, free_port, words_of
from tests.support.waiting import PATIENCE, until

KILLS: Final = 2
"""How often the follower is killed while somebody records."""
FILES: Final = 20
"""Files that are opened meanwhile."""
OPENING: Final = [
    sent("2024-03-05", some(ChildReceived)),
    sent("2024-03-05", some(IdentityRecorded, name="王小明")),
]


@asynccontextmanager
async def a_service(settings: Settings, port: int, *words: str) -> AsyncIterator[Process]:
    """Serve by a process that has started all others."""
    environment = environment_of(settings, PORT=str(port))
    process = await create_subprocess_exec(
        CHILDLEDGER, "serve", *words, env=environment, stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert process.stdout is not None
        assert await process.stdout.readline()
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture
async def client(furnished: Furnished) -> AsyncIterator[AsyncClient]:
    """Give a client who opens a connection for each request, so that any worker may answer it."""
    headers = {"Authorization": f"Bearer {furnished.tokens[Role.SUPERVISOR]}", "Connection": "close"}
    async with AsyncClient(headers=headers, timeout=PATIENCE) as client:
        yield client


async def listed(client: AsyncClient, address: str) -> list[UUID]:
    """Return the children on a list, as soon as it has come so far."""
    async with asyncio.timeout(PATIENCE):
        while (answer := await client.get(address)).status_code == 503:  # noqa: ASYNC110 - the service goes on
            await asyncio.sleep(0.1)
    assert answer.status_code == 200, answer.text
    return sorted(UUID(each["child"]) for each in answer.json()["items"])


async def counted_all(container: Container, head: int) -> bool:
    """Return whether as many entries are counted as there are."""
    counted = sum(
        each.entries for each in await activity.recorded(container.readers, container.settings.ledger)
    )
    assert counted <= head
    return counted == head


async def record(client: AsyncClient, address: str) -> list[UUID]:
    """Open some files one after another; return those that were acknowledged."""
    opened: list[UUID] = []
    for _ in range(FILES):
        answer = await client.post(f"{address}/children", json={"events": OPENING}, headers=new_key())
        assert answer.status_code == 201, answer.text
        opened.append(UUID(answer.json()["child"]))
    return opened


async def test_what_follows_and_who_answers_is_started_again_and_nothing_is_skipped_or_doubled(
    settings: Settings, client: AsyncClient
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    opened: list[UUID] = []
    async with a_service(settings, port, "--workers", "2") as service:
        for _ in range(KILLS):
            await until(lambda: follower_state(settings.data).running)
            (followed,) = beside(service.pid, follower.__name__)
            recording = asyncio.create_task(record(client, address))
            os.kill(followed, signal.SIGKILL)
            opened += await recording
            await until(lambda: beside(service.pid, follower.__name__) not in ([], [followed]))  # noqa: B023 - awaited here

        (answered,) = beside(service.pid, worker.__name__)
        os.kill(answered, signal.SIGKILL)
        await until(lambda: beside(service.pid, worker.__name__) not in ([], [answered]))

        async with open_container(settings, lambda: NOW, follow=False) as container:
            head = (await container.ledger.head()).position
            assert await listed(client, f"{address}/children?limit=500&at_least={head}") == sorted(opened)
            await until(lambda: counted_all(container, head))

        others = children_of(service.pid)
        assert len(others) == 2
        service.kill()
        await service.wait()
        await until(lambda: not any(map(words_of, others)))

    async with open_container(settings, lambda: NOW, follow=False) as container:
        assert await verifying(container) == 0


async def test_who_answers_shows_what_another_process_follows_and_found(settings: Settings) -> None:
    app = create_app(settings, clock=lambda: NOW, apart=True)
    async with running(app) as container:
        assert (await state_of(container))["follower"] == "away"
        assert "log" not in await state_of(container)
        await open_institution(container, "山北市儿童福利院（测试）", region="990101")
        head = (await container.ledger.head()).position
        assert not await container.projector.reached(head, 0.1)
        async with following(settings.data):
            async with open_container(settings, lambda: NOW, follow=True, apart=True):
                assert await container.projector.reached(head, PATIENCE)
                assert await container.projector.known_reached(head, PATIENCE)
            assert (await state_of(container))["follower"] == "running"
            found_forked(settings.data, [container.transparency_log.origin])
        assert (await state_of(container))["log"] == "forked"
        assert "access_log" not in await state_of(container)


def test_another_process_is_given_the_same_settings(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    settings = Settings(
        ledger="province",
        ledgers=("province", "prefecture"),
        writer_url=SecretStr("postgresql://{ledger}_writer@localhost/some"),
        data=folder,
        tls_handled=True,
        session_hours=3,
        public_url="https://ledger.example.test",
    )
    for name, value in settings.variables.items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


async def test_one_process_follows_and_another_waits_for_its_end(folder: Path) -> None:
    follows: list[str] = []
    ends = {"first": asyncio.Event(), "second": asyncio.Event()}

    async def follow(name: str) -> None:
        async with following(folder):
            follows.append(name)
            await ends[name].wait()

    async with asyncio.TaskGroup() as both:
        both.create_task(follow("first"))
        await until(lambda: follows == ["first"])
        both.create_task(follow("second"))
        await asyncio.sleep(3 * TURN_SECONDS)
        assert follows == ["first"]
        ends["first"].set()
        await until(lambda: follows == ["first", "second"])
        assert follower_state(folder).running
        ends["second"].set()
    assert not follower_state(folder).running
