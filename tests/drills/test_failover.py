"""The failover drill: the primary of replicated servers is killed under load, and another takes its place.

With synchronous replication nothing that was acknowledged is lost, and the service goes on by itself. With
asynchronous replication something is, which is noticed and refused until a new epoch begins.
"""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from time import monotonic
from typing import Final
from uuid import UUID

import httpx2
import orjson
import pytest
from pydantic import SecretStr

from api.bootstrap import open_container
from api.demo.members import tokens_for_every_role
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from ledger.postgres import credentials
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.roles import Roles
from ledger.tasks import cancel_all
from tests.support.asking_headers import asking
from tests.support.client import HOME, new_key
from tests.support.drills import FAILOVERS
from tests.support.offices import OPENING, RECORDERS, Office, Service, command, verified
from tests.support.replicated import ReplicatedServers, needs_patroni, replicated
from tests.support.waiting import PATIENCE, until

pytestmark = [
    pytest.mark.drill,
    needs_patroni,
    pytest.mark.skipif(not FAILOVERS, reason="kills replicated servers in `make drills` alone"),
]
BETWEEN: Final = 1.0
"""The most seconds of recording between two kills."""


@pytest.fixture
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReplicatedServers]:
    """Give replicated servers, synchronous ones where the test says so."""
    with replicated(tmp_path, synchronous=request.param) as servers:
        yield servers


def settings_of(servers: ReplicatedServers, data: Path) -> dict[str, str]:
    """Return the settings by which a service finds whichever server takes writes."""
    return {"DATABASE_URL": servers.url(), "DATA": str(data)}


@asynccontextmanager
async def an_office(servers: ReplicatedServers, data: Path, log: Path) -> AsyncIterator[Office]:
    """Serve, and give staff who record over it without pause."""
    async with open_container(Settings(database_url=SecretStr(servers.url()), data=data)) as container:
        home = await open_institution(container, HOME, region="371099")
        token = (await tokens_for_every_role(container.identity, home, purpose="drill", days=1))[Role.STAFF]
    service = Service(log, **settings_of(servers, data))
    service.start()
    office = Office([service], token)
    try:
        await service.ready()
        yield office
    finally:
        if service.process and service.process.poll() is None:
            service.end(signal.SIGKILL)


async def gone_on(office: Office, recording: list[asyncio.Task[None]]) -> None:
    """Wait until something is acknowledged that was asked for from now on: answers are on their way."""
    already = office.requests + len(recording)

    def gone_on() -> bool:
        assert not any(task.done() for task in recording), [task for task in recording if task.done()]
        return office.requests > already

    await until(gone_on)


@pytest.mark.parametrize("servers", [True], indirect=True)
async def test_nothing_acknowledged_is_lost_when_the_primary_is_killed(
    servers: ReplicatedServers, data: Path, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    outages, waits = [], []
    # Given a service whose commits another server has first, and one that reads from there
    async with an_office(servers, data, tmp_path / "service.log") as office:
        standby = Service(
            tmp_path / "standby.log",
            DATA=str(data),
            WRITER_URL=credentials.url_as(servers.url(), Roles.of(DEFAULT_LEDGER).writer, data),
            READER_URL=credentials.url_as(servers.url("standby"), Roles.of(DEFAULT_LEDGER).reader, data),
        )
        standby.start()
        await standby.ready()
        recording = [asyncio.create_task(office.record_on()) for _ in range(RECORDERS)]
        headers = asking(office.token, Role.STAFF)
        try:
            async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as client:
                for _ in range(FAILOVERS):
                    # When what was just recorded is asked of the one that reads
                    await gone_on(office, recording)
                    waits.append(await read_there(client, standby, office))
                    # and the primary is killed amid it
                    await asyncio.sleep(random.uniform(0, BETWEEN))  # noqa: S311 - at any moment
                    killed = await asyncio.to_thread(servers.kill_primary)
                    began = monotonic()
                    # Then the service goes on by itself
                    await gone_on(office, recording)
                    outages.append(monotonic() - began)
                    killed.start()
                    await until(lambda: asyncio.to_thread(servers.whole, synchronous=True))
                office.ending = True
                async with asyncio.timeout(PATIENCE):
                    await asyncio.gather(*recording)
        finally:
            await cancel_all(recording)
            standby.end(signal.SIGKILL)
        # and the read models are what the entries say
        await verified(**settings_of(servers, data))
        assert [service.end(signal.SIGTERM) for service in office.services] == [0]

    # and all that was acknowledged is there once, where it was said to be
    settings = Settings(database_url=SecretStr(servers.url()), data=data)
    async with open_container(settings, follow=False) as container:
        entries = await container.ledger.store.read(0, 10**6)
        assert await container.ledger.epochs() == []
    there = {entry.position: entry.entry_id for entry in entries}
    assert list(there) == list(range(1, len(entries) + 1))
    assert office.acknowledged.items() <= there.items()
    assert len(set(there.values())) == len(entries)
    tell(
        f"{FAILOVERS} primaries killed, {office.requests} requests, {office.repeated} of them answered by an "
        f"earlier try, {len(office.acknowledged)} entries acknowledged, none lost; recording went on after "
        f"{median(outages):.1f} s at the median, {max(outages):.1f} s at most; a standby answered with "
        f"at_least after {1000 * median(waits):.0f} ms at the median"
    )


async def read_there(client: httpx2.AsyncClient, standby: Service, office: Office) -> float:
    """Ask a service that reads from a standby for what was acknowledged last; return the seconds it took."""
    (child, position), began = office.latest, monotonic()
    while True:
        answer = await client.get(
            f"{standby.address}/children/{child}/entries", params={"at_least": position}
        )
        if answer.status_code == 200:
            break
        # As while the standby is the one that becomes the primary.
        assert answer.status_code == 503, answer.text
        await asyncio.sleep(0.05)
    assert office.acknowledged[position] in {UUID(each["entry_id"]) for each in answer.json()["items"]}
    return monotonic() - began


@pytest.mark.parametrize("servers", [False], indirect=True)
async def test_what_an_asynchronous_failover_lost_is_noticed_and_refused_until_a_new_epoch(
    servers: ReplicatedServers, data: Path, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    settings = settings_of(servers, data)
    async with an_office(servers, data, tmp_path / "service.log") as office:
        (service,) = office.services
        headers = asking(office.token, Role.STAFF)
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as client:
            # Given that the others hear of nothing any more, and staff go on recording
            recording = [asyncio.create_task(office.record_on()) for _ in range(RECORDERS)]
            await gone_on(office, recording)
            primary = servers.primary()
            assert primary is not None
            await asyncio.to_thread(primary.stop_sending)
            before = max(office.acknowledged)
            await until(lambda: max(office.acknowledged) > before + 10)
            await cancel_all(recording)
            acknowledged = max(office.acknowledged)
            await until(lambda: last_seen(data) >= acknowledged)
            # When the primary is killed, and another one takes its place
            primary.kill()
            await until(lambda: asyncio.to_thread(lambda: servers.primary() is not None))
            # Then the service notices that it lacks what was acknowledged, and records nothing over it
            await until(lambda: lacks_entries(client, service))
            answer = await client.post(
                f"{service.address}/children", json={"events": OPENING}, headers=new_key()
            )
            assert answer.status_code == 503
        service.end(signal.SIGTERM)
        # and does not start again, until a new epoch begins
        code, said = await command("serve", **settings)
        assert code != 0
        assert "childledger recover" in said
        code, said = await command("recover", **settings)
        assert code == 0, said
        service.start()
        await service.ready()
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as client:
            answer = await client.post(
                f"{service.address}/children", json={"events": OPENING}, headers=new_key()
            )
            assert answer.status_code == 201, answer.text
        service.end(signal.SIGTERM)
    opened = Settings(database_url=SecretStr(servers.url()), data=data)
    async with open_container(opened, follow=False) as container:
        entries = await container.ledger.store.read(0, 10**6)
        (epoch,) = await container.ledger.epochs()
    lost = acknowledged - epoch.began_after
    assert lost > 0
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert len(entries) == epoch.began_after + len(OPENING), "nothing was recorded before the new epoch"
    tell(f"{lost} entries lost with asynchronous replication: noticed, refused, epoch {epoch.epoch} begun")


def last_seen(data: Path) -> int:
    """Return the position that was last seen."""
    seen: int = orjson.loads((data / "last_seen" / DEFAULT_LEDGER).read_bytes())["seen"]["position"]
    return seen


async def lacks_entries(client: httpx2.AsyncClient, service: Service) -> bool:
    """Tell whether a service says that entries are missing."""
    answer = await client.get(f"{service.address}/health/ready")
    return "entries" in answer.json().get("missing", [])
