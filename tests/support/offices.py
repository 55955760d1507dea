"""Services that are killed and started again, and staff who record over them without pause."""

import asyncio
import random
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2

from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.processes import CHILDLEDGER, clean_environment, free_port
from tests.support.waiting import PATIENCE

RECORDERS: Final = 6
EVENTS_OF_A_FILE: Final = 5
"""Requests to one file, before the next is opened."""
OPENING: Final = [
    sent("2024-03-05", some(ChildReceived)),
    sent("2024-03-05", some(IdentityRecorded, name="王小明")),
]
FOLLOWING: Final = [
    sent("2024-03-06", some(IdentityRecorded, name="王小明")),
    sent("2024-03-07", some(IdentityRecorded, name="王晓明")),
    sent("2024-03-08", some(IdentityRecorded, name="王小明")),
]


class Service:
    """One `childledger serve`, started again whenever it was killed."""

    def __init__(self, log: Path, **settings: str) -> None:
        self.log = log
        self.port = free_port()
        self._environment = clean_environment(PORT=str(self.port), **settings)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.process is None or self.process.poll() is not None:
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [CHILDLEDGER, "serve"], env=self._environment, stdout=log, stderr=log
                )

    async def ready(self) -> None:
        """Wait until it is ready."""
        async with asyncio.timeout(PATIENCE), httpx2.AsyncClient() as client:
            while True:
                with suppress(httpx2.TransportError):
                    if (await client.get(f"{self.address}/health/ready")).status_code == 200:
                        return
                await asyncio.sleep(0.05)

    def end(self, how: signal.Signals) -> int:
        """Send it a signal, wait for its end and return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)


@dataclass
class Office:
    """Those who record, over whichever service answers; what was acknowledged, by position."""

    services: list[Service]
    token: str
    acknowledged: dict[int, UUID] = field(default_factory=dict)
    requests: int = 0
    repeated: int = 0
    latest: tuple[str, int] = ("", 0)
    """The file that was recorded in last, and the position."""
    ending: bool = False

    async def record_on(self) -> None:
        """Open files and record in them until told to end; what has begun is carried to its end."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as client:
            while not self.ending:
                opened = await self._acknowledged(client, "/children", OPENING)
                for _ in range(EVENTS_OF_A_FILE):
                    if not self.ending:
                        await self._acknowledged(client, f"/children/{opened['child']}/events", FOLLOWING)

    async def _acknowledged(
        self, client: httpx2.AsyncClient, path: str, events: list[dict[str, Any]]
    ) -> dict[str, Any]:
        """Repeat a request under one key until it is answered for certain, and note what it recorded."""
        key = new_key()
        while True:
            address = random.choice(self.services).address  # noqa: S311 - no secret
            with suppress(httpx2.TransportError):
                answer = await client.post(address + path, json={"events": events}, headers=key)
                if answer.status_code in {200, 201}:
                    break
                assert answer.status_code == 503, answer.text
                assert answer.headers["retry-after"]
            await asyncio.sleep(0.05)
        found: dict[str, Any] = answer.json()
        assert len(found["entries"]) == len(events), "an append is whole or not there"
        for entry in found["entries"]:
            assert entry["position"] not in self.acknowledged, "a position is given once"
            self.acknowledged[entry["position"]] = UUID(entry["entry_id"])
        self.latest = max(self.latest, (found["child"], found["entries"][-1]["position"]), key=itemgetter(1))
        self.requests += 1
        self.repeated += answer.status_code == 200
        return found


async def command(*words: str, **settings: str) -> tuple[int | None, str]:
    """Run a command of the ledger; return its exit code and what it said."""
    running = await asyncio.create_subprocess_exec(
        CHILDLEDGER,
        *words,
        env=clean_environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    return running.returncode, said.decode()


async def verified(**settings: str) -> None:
    """Compute the read models anew, and compare."""
    code, said = await command("verify", "--read-models", **settings)
    assert code == 0, said
