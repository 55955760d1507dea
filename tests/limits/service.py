"""A service on a fresh embedded database, with a few files; its memory, and a quiet user beside it."""

import asyncio
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Final
from uuid import UUID, uuid4

import orjson
from httpx2 import AsyncClient, Limits

from api.bootstrap import Container, open_container
from api.demo.members import tokens_for_every_role
from api.identity.directory import Institution
from api.identity.permissions import Role
from api.institutions import open_institution
from api.settings import Settings
from domain.entry import Recorder
from domain.event import Event
from domain.events.care import CareModeAssigned
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.asking_headers import asking
from tests.support.folders import a_folder
from tests.support.given import some
from tests.support.processes import CHILDLEDGER, clean_environment

LONG: Final = 4000
"""Entries of the long file."""
FEW: Final = 200
"""Children with little in their files."""
DEFAULT_LIMITS: Final = Limits(max_connections=100)
FIRST_DAY: Final = date(2014, 3, 5)
_LOOK_SECONDS: Final = 0.05
_AT_ONCE: Final = 300


@dataclass
class Beside:
    """What was seen beside an input: the latencies of the quiet user in ms, and memory in MB."""

    quiet: list[float] = field(default_factory=list)
    service: float = 0.0
    child: float = 0.0

    @property
    def latencies(self) -> tuple[float, float, float]:
        """The median, the 99th of a hundred, and the longest."""
        if len(self.quiet) < 2:
            return (0.0, 0.0, 0.0)
        hundredths = quantiles(self.quiet, n=100, method="inclusive")
        return hundredths[49], hundredths[98], max(self.quiet)


@dataclass(frozen=True)
class Service:
    """A service that runs: its process and port, tokens of two people of staff, and files."""

    process: Process
    port: int
    token: str
    other_token: str
    long: UUID
    children: list[UUID]
    quiet: Process

    @asynccontextmanager
    async def client(
        self, token: str | None = "", limits: Limits = DEFAULT_LIMITS
    ) -> AsyncIterator[AsyncClient]:
        """Give a client of the first person, or with another token or none."""
        own = self.token if token == "" else token
        headers = {} if own is None else asking(own)
        address = f"http://127.0.0.1:{self.port}"
        async with AsyncClient(base_url=address, headers=headers, timeout=300, limits=limits) as client:
            yield client

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Beside]:
        """Watch the quiet user and the memory of the service and of its children for the block."""
        seen = Beside()
        await self._quiet()
        _clear_peak(self.process.pid)
        looking = asyncio.create_task(self._look(seen))
        try:
            yield seen
        finally:
            looking.cancel()
            seen.quiet = await self._quiet()
            seen.service = _memory(self.process.pid, "VmHWM")

    async def _quiet(self) -> list[float]:
        assert self.quiet.stdin is not None
        assert self.quiet.stdout is not None
        self.quiet.stdin.write(b"\n")
        found: list[float] = orjson.loads(await self.quiet.stdout.readline())
        return found

    async def _look(self, seen: Beside) -> None:
        while True:
            seen.child = max(
                [seen.child, *(_memory(child, "VmRSS") for child in _children(self.process.pid))]
            )
            await asyncio.sleep(_LOOK_SECONDS)


def _clear_peak(process: int) -> None:
    """Let Linux count the peak of a process's memory anew."""
    Path(f"/proc/{process}/clear_refs").write_text("5")


def _children(process: int) -> Iterator[int]:
    """Yield the children of a process but the database."""
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                if b"postgres" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    yield child


def _memory(process: int, name: str) -> float:
    with suppress(OSError):
        found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
        return int(found[1]) / 1000 if found else 0.0
    return 0.0


@asynccontextmanager
async def serving(long: int = LONG, few: int = FEW) -> AsyncIterator[Service]:
    """Serve a ledger with a long file and a few short ones; everything is removed in the end."""
    with a_folder("childledger-limits-") as folder:
        data = folder / "data"
        settings = Settings(data=data)
        async with open_container(settings) as container:
            home = await open_institution(container, "望海市儿童福利院（测试）", region="371099")
            tokens = await tokens_for_every_role(container.identity, home, purpose="limits", days=1)
            children = [await _a_file(container, home, 2, f"王小{number}") for number in range(few)]
            child = await _a_file(container, home, long, "王小明")
            head = await container.ledger.head()
            assert await container.projector.reached(head.position, 300)
        process = await create_subprocess_exec(
            CHILDLEDGER, "serve", env=clean_environment(DATA=str(data), PORT="0"), stdout=PIPE, stderr=DEVNULL
        )
        assert process.stdout is not None
        port = int((await process.stdout.readline()).rsplit(b":", 1)[1])
        quiet = await create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.limits.quiet",
            str(port),
            tokens[Role.AUDITOR],
            str(children[0]),
            stdin=PIPE,
            stdout=PIPE,
        )
        try:
            yield Service(process, port, tokens[Role.STAFF], tokens[Role.SUPERVISOR], child, children, quiet)
        finally:
            for each in (quiet, process):
                with suppress(ProcessLookupError):
                    each.terminate()
                await each.wait()


async def _a_file(container: Container, home: Institution, entries: int, name: str) -> UUID:
    """Open a file of so many entries."""
    operator = (await container.identity.operator()).recorder
    events: list[Event] = [
        some(ChildReceived),
        some(IdentityRecorded, name=name, birth_on=date(2012, 3, 5)),
        *(some(CareModeAssigned if each % 2 else PhysicalExamined) for each in range(entries - 2)),
    ]
    drafts = [
        Draft(event=event, days=Days.on(FIRST_DAY + timedelta(days=number)))
        for number, event in enumerate(events)
    ]
    stream: UUID | None = None
    for start in range(0, entries, _AT_ONCE):
        recording = Recording(
            stream=stream,
            drafts=tuple(drafts[start : start + _AT_ONCE]),
            region=home.region,
            origin="import",
            recorder=Recorder(user=operator.user, role="staff", institution=home.institution),
            key=uuid4().hex,
        )
        (outcome,) = await container.ledger.record_bulk([recording], now=container.clock())
        assert isinstance(outcome, Recorded), outcome
        stream = outcome.stream
    assert stream is not None
    return stream
