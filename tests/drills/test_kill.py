"""The kill drill: `kill -9` of services, projectors and PostgreSQL at any moment, while staff record.

Two services on one DATA record and follow with their read models; one of them runs the database. Whoever
records repeats a request under the same key until it is answered for certain. In the end every entry that was
acknowledged is there once, nothing else is, and the read models are what the entries say.
"""

import asyncio
import os
import random
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Final

import pytest

from api.bootstrap import open_container
from api.demo.members import tokens_for_every_role
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from ledger.postgres.cluster import Cluster, locate
from ledger.tasks import cancel_all
from tests.support.client import HOME
from tests.support.drills import KILLS
from tests.support.offices import RECORDERS, Office, Service, verified
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.drill

BETWEEN: Final = 0.6
"""The most seconds of recording between two kills."""


@dataclass
class Site:
    """Two services on one DATA, with the database that one of them runs."""

    data: Path
    cluster: Cluster
    services: list[Service]
    killed: dict[str, int] = field(default_factory=dict)

    @property
    def _postmaster(self) -> int:
        postmaster = self.cluster.postmaster
        assert postmaster is not None
        return postmaster

    def kill(self, victim: str) -> None:
        """Kill a service, the server of the database or one of its backends."""
        match victim.split():
            case ["service", number]:
                self.services[int(number)].end(signal.SIGKILL)
            case ["postmaster"]:
                os.kill(self._postmaster, signal.SIGKILL)
            case _:
                backend = random.choice(children_of(self._postmaster))  # noqa: S311 - no secret
                with suppress(ProcessLookupError):
                    os.kill(backend, signal.SIGKILL)
        self.killed[victim.split(maxsplit=1)[0]] = self.killed.get(victim.split(maxsplit=1)[0], 0) + 1

    async def up_again(self) -> None:
        """Start what was killed, and wait until every service is ready."""
        for service in self.services:
            service.start()
        for service in self.services:
            await service.ready()


def victims() -> Iterator[str]:
    """Name whom to kill: everybody in turn, each time in another order."""
    while True:
        yield from random.sample(["service 0", "service 1", "postmaster", "backend"], 4)


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    asking = ["/bin/ps", "-o", "pid=", "--ppid", str(process)]
    return [int(line) for line in subprocess.run(asking, capture_output=True, check=False).stdout.split()]


@asynccontextmanager
async def site(data: Path, logs: Path) -> AsyncIterator[Site]:
    """Serve twice on one DATA; whatever still runs in the end is killed."""
    services = [Service(logs / f"service {number}.log", DATA=str(data)) for number in range(2)]
    there = Site(data, locate(data, None, durable=True), services)
    try:
        await there.up_again()
        yield there
    finally:
        for service in services:
            if service.process and service.process.poll() is None:
                service.end(signal.SIGKILL)


async def test_whatever_is_killed_what_was_acknowledged_is_there_once(
    data: Path, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    # Given two services on one database, and staff who record without pause
    settings = Settings(data=data)
    async with open_container(settings) as container:
        home = await open_institution(container, HOME, region="371099")
        token = (await tokens_for_every_role(container.identity, home, purpose="drill", days=1))[Role.STAFF]
        before = (await container.ledger.head()).position
    async with site(data, tmp_path) as there:
        office = Office(there.services, token)
        recording = [asyncio.create_task(office.record_on()) for _ in range(RECORDERS)]
        # When one process after the other is killed amid it
        for victim in islice(victims(), KILLS):
            already = office.requests
            while office.requests <= already:
                await asyncio.sleep(0.05)
                assert not any(task.done() for task in recording), await asyncio.gather(*recording)
            await asyncio.sleep(random.uniform(0, BETWEEN))  # noqa: S311 - at any moment
            there.kill(victim)
            await there.up_again()
        office.ending = True
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*recording)
        finally:
            await cancel_all(recording)

        # Then the read models are what the entries say
        await verified(DATA=str(data))
        # and each service ends in order
        assert [service.end(signal.SIGTERM) for service in there.services] == [0, 0]
    assert there.cluster.postmaster is None, "the database ends with the last of them"

    # and all that was acknowledged is there, once, where it was said to be, and nothing else
    async with open_container(settings, follow=False) as container:
        entries = await container.ledger.store.read(0, len(office.acknowledged) + before + 1000)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert {entry.position: entry.entry_id for entry in entries[before:]} == office.acknowledged
    assert len({entry.entry_id for entry in entries}) == len(entries)
    assert all(one.recorded_at < other.recorded_at for one, other in pairwise(entries))
    killed = ", ".join(f"{count} {victim}" for victim, count in sorted(there.killed.items()))
    tell(
        f"{KILLS} kills ({killed}), {office.requests} requests, {office.repeated} of them answered by an "
        f"earlier try, {len(entries) - before} entries, each there once"
    )
