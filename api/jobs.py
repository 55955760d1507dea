"""Work that goes on after its request was answered, watched by whoever started it."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID, uuid4

import structlog

from ledger.ending import ended

State: TypeAlias = Literal["queued", "running", "done", "failed"]
KEPT: Final = 100
"""Jobs that are remembered; an older one is forgotten as if there had never been any."""

log = structlog.get_logger()


@dataclass(slots=True)
class Job:
    """Something that goes on: how far it is (0 to 1), and in the end what came of it."""

    job: UUID
    starter: UUID
    state: State = "queued"
    progress: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)

    def advance(self, done: int, every: int) -> None:
        """Say how much is done of how much."""
        self.progress = done / every if every else 1.0


class Jobs:
    """The jobs of one process. They are done one at a time, and forgotten when the process ends."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[UUID, Job] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def start(self, starter: UUID, work: Callable[[Job], Awaitable[dict[str, Any]]]) -> Job:
        """Queue work for somebody; what it returns is the job's result."""
        job = Job(uuid4(), starter)
        self._jobs[job.job] = job
        while len(self._jobs) > KEPT:
            self._jobs.popitem(last=False)
        task = asyncio.create_task(self._run(job, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def of(self, job: UUID, starter: UUID) -> Job | None:
        """Return a job that somebody started."""
        found = self._jobs.get(job)
        return found if found is not None and found.starter == starter else None

    async def close(self) -> None:
        """Cancel what still goes on."""
        await ended(self._tasks)

    async def _run(self, job: Job, work: Callable[[Job], Awaitable[dict[str, Any]]]) -> None:
        async with self._turn:
            job.state = "running"
            try:
                job.result = await work(job)
            except Exception as error:  # noqa: BLE001 - told to whoever asks, and in the log by its kind only
                job.state = "failed"
                log.warning("job failed", error=type(error).__name__)
                return
            job.state, job.progress = "done", 1.0
