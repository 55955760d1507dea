"""Jobs: work that continues after its request was answered, with its progress.

Waiting jobs are limited for each person, each institution and in all. What comes of one is kept elsewhere.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID, uuid4

import structlog
from orjson import Fragment

from api.contract.encoding import dumps
from api.contract.problems import Problem
from api.fair_lock import FairLock
from domain.label import Label
from domain.limit import Area, limit
from ledger.tasks import cancel_all

JobState: TypeAlias = Literal["queued", "running", "done", "failed"]
MOST_OF_PERSON: Final = limit(
    4,
    Area.IMPORTS,
    Label("一个人同时进行或等候的导入", "Imports under way or waiting, of one person"),
    why=Label("一次只做一个，其余都在等候", "One is done at a time, and the others wait"),
    beyond="too_many_requests",
)
MOST_OF_INSTITUTION: Final = limit(
    8,
    Area.IMPORTS,
    Label("一所机构同时进行或等候的导入", "Imports under way or waiting, of one institution"),
    why=Label("一所机构不应占满所有位置", "One institution is not to fill all places"),
    beyond="too_many_requests",
)
MOST_IN_ALL: Final = limit(
    32,
    Area.IMPORTS,
    Label("一个账本同时进行或等候的导入", "Imports under way or waiting, of one ledger"),
    why=Label("再多则等候过久", "More would wait for too long"),
    beyond="unavailable",
)
MOST_BYTES_OF_INSTITUTION: Final = limit(
    256 * 1024 * 1024,
    Area.IMPORTS,
    Label("一所机构等候的导入的字节数", "Bytes of imports under way or waiting, of one institution"),
    why=Label("等候时以加密形式存于磁盘", "They wait on disk, sealed"),
    beyond="too_many_requests",
)
MOST_BYTES_IN_ALL: Final = limit(
    1024 * 1024 * 1024,
    Area.IMPORTS,
    Label("一个账本等候的导入的字节数", "Bytes of imports under way or waiting, of one ledger"),
    why=Label("磁盘要留给数据库", "The disk is the database's"),
    beyond="unavailable",
)
AGAIN_SECONDS: Final = 10
"""Seconds before a retry for a place."""

log = structlog.get_logger()


@dataclass(slots=True)
class Slot:
    """A place for a job, held for the block of `Jobs.place`, or else until its job has ended."""

    starter: UUID
    institution: UUID
    size: int
    taken: bool = False
    job: UUID = field(default_factory=uuid4)
    """The id of the job that is to begin there."""


@dataclass(slots=True)
class Job:
    """A job: its progress (0 to 1), and in the end its result.

    `failed` is the reason of its failure, `final_answer` the answer once it has ended, and `shown` the
    children whose personal data that reveals, None for data without a file.
    """

    job: UUID
    place: Slot
    turns: FairLock
    state: JobState = "queued"
    progress: float = 0.0
    shown: frozenset[UUID | None] = frozenset()
    failed: Problem | None = None
    final_answer: bytes = b""
    accepted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once the work is known to be possible, or not."""
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once what came of it is kept."""

    def advance(self, done: int, every: int) -> None:
        """Set the progress to `done` of `every`."""
        self.progress = done / every if every else 1.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Run within the block, one job at a time; institutions take turns."""
        async with self.turns.of(self.place.institution):
            self.state = "running"
            yield

    @property
    def answer(self) -> Any:  # noqa: ANN401 - any JSON
        """The answer about the job."""
        return Fragment(self.final_answer) if self.final_answer else self.standing

    @property
    def standing(self) -> dict[str, Any]:
        """Its state and progress."""
        return {"state": self.state, "progress": round(self.progress, 3)}


Work: TypeAlias = Callable[[Job], Awaitable[dict[str, Any]]]
"""Does a job's work: sets it accepted, takes a turn for exclusive parts, and returns the result.

A Problem that it raises is the reason of the failure.
"""
Keep: TypeAlias = Callable[[Job], Awaitable[None]]
"""Keeps what came of a job."""


async def keep_nothing(_: Job) -> None:
    """Keep nothing of a job."""


class Jobs:
    """The jobs of one process that have not ended."""

    def __init__(self) -> None:
        self._jobs: dict[UUID, Job] = {}
        self._places: list[Slot] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns = FairLock()

    @contextmanager
    def place(self, starter: UUID, institution: UUID, size: int) -> Iterator[Slot]:
        """Hold a place for work on so many bytes.

        Raises the problems `too_many_requests` if the person or institution has its limit, `unavailable` if
        there is no place.
        """
        of_institution = [each for each in self._places if each.institution == institution]
        if (
            sum(each.starter == starter for each in of_institution) >= MOST_OF_PERSON
            or len(of_institution) >= MOST_OF_INSTITUTION
            or sum(each.size for each in of_institution) + size > MOST_BYTES_OF_INSTITUTION
        ):
            raise Problem("too_many_requests", headers={"Retry-After": str(AGAIN_SECONDS)})
        held = sum(each.size for each in self._places)
        if len(self._places) >= MOST_IN_ALL or held + size > MOST_BYTES_IN_ALL:
            raise Problem("unavailable", headers={"Retry-After": str(AGAIN_SECONDS)})
        place = Slot(starter, institution, size)
        self._places.append(place)
        try:
            yield place
        finally:
            if not place.taken:
                self._leave(place)

    def start(self, place: Slot, work: Work, keep: Keep = keep_nothing) -> Job:
        """Start work in a place, which is freed when the work has ended; then `keep` what came of it."""
        place.taken = True
        job = Job(place.job, place, self._turns)
        self._jobs[job.job] = job
        task = asyncio.create_task(self._run(job, work, keep))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job

    def of(self, job: UUID) -> Job | None:
        """Return a job that goes on here."""
        return self._jobs.get(job)

    @property
    def going_on(self) -> list[Job]:
        """The jobs whose work goes on, or waits."""
        return [each for each in self._jobs.values() if each.state in {"queued", "running"}]

    async def close(self) -> None:
        """Cancel the running jobs."""
        await cancel_all(self._tasks)

    async def _run(self, job: Job, work: Work, keep: Keep) -> None:
        result: dict[str, Any] = {}
        try:
            result = await work(job)
        except Problem as problem:
            job.failed = problem
        except Exception as error:  # noqa: BLE001 - answered, and logged by its class only
            log.warning("job failed", error=type(error).__name__)
            job.failed = Problem("unexpected")
        finally:
            self._leave(job.place)
            job.accepted.set()
        state: JobState = "done" if job.failed is None else "failed"
        if job.failed is None:
            job.progress = 1.0
        else:
            result = {"problem": job.failed.body}
        job.final_answer = dumps(job.standing | {"state": state} | result)
        try:
            await keep(job)
        except Exception as error:  # noqa: BLE001 - logged by its class only; that it was cut off is told
            log.warning("job not kept", error=type(error).__name__)
        finally:
            job.state = state
            self._jobs.pop(job.job, None)
            job.settled.set()

    def _leave(self, place: Slot) -> None:
        self._places.remove(place)
