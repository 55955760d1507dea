"""Processes of a service beside its first one: started, started again when they die, and ended with it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process, create_subprocess_exec
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from api.child_process import command_of
from api.settings import PREFIX, Settings
from domain.label import Label
from domain.limit import Area, limit
from ledger.processes import end_with

log = structlog.get_logger()
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
"""Seconds before a process is started again; they double each time, and begin anew once one lived as long."""
ENDING_SECONDS: Final = limit(
    30,
    Area.PROCESS,
    Label("停止服务时，等待其他进程结束的秒数", "Seconds for the other processes of a service to end"),
    why=Label("停止命令必须有效", "It is to stop when it is told to"),
    beyond=Label("进程被强制结束；已确认的记录不受影响", "They are killed; what was acknowledged is on disk"),
)


@dataclass(frozen=True, slots=True)
class Supervised:
    """A process to be kept running: the module of this program that it runs, and how many of it.

    It is given the id of its starter, these words, and these open files.
    """

    module: str
    settings: Settings
    words: Sequence[str] = ()
    files: Sequence[int] = ()


@asynccontextmanager
async def kept_running(processes: Sequence[Supervised]) -> AsyncIterator[None]:
    """Keep processes running for the block; all have ended after it."""
    ending = asyncio.Event()
    keepers = [asyncio.create_task(_keep(each, ending), name=each.module) for each in processes]
    try:
        yield
    finally:
        ending.set()
        # A cancelled wait is no reason to leave any of them behind.
        await asyncio.shield(asyncio.gather(*keepers, return_exceptions=True))


async def _keep(wanted: Supervised, ending: asyncio.Event) -> None:
    pause, clock = FIRST_PAUSE, asyncio.get_running_loop().time
    while not ending.is_set():
        began = clock()
        try:
            process = await _started(wanted)
        except OSError as error:
            log.warning("process not started", process=wanted.module, error=type(error).__name__)
        else:
            await _ended(process, ending)
            if not ending.is_set():
                log.warning("process ended", process=wanted.module, code=process.returncode)
        if clock() - began > LONGEST_PAUSE:
            pause = FIRST_PAUSE
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), pause)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _started(wanted: Supervised) -> Process:
    """Start a process in a session of its own: signals of a terminal are its starter's to handle."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return await create_subprocess_exec(
        *command_of(wanted.module),
        str(os.getpid()),
        *wanted.words,
        env=others | wanted.settings.variables,
        stdin=DEVNULL,
        stdout=DEVNULL,
        pass_fds=tuple(wanted.files),
        start_new_session=True,
    )


async def _ended(process: Process, ending: asyncio.Event) -> None:
    """Wait until a process has ended, by itself or since it is told to."""
    over, told = asyncio.create_task(process.wait()), asyncio.create_task(ending.wait())
    await asyncio.wait([over, told], return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    for end in (process.terminate, process.kill):
        if over.done():
            return
        with suppress(ProcessLookupError):
            end()
        await asyncio.wait([over], timeout=ENDING_SECONDS)


def ended_with_starter(starter: int) -> None:
    """Let this process end as if it was told to, as soon as its starter has ended, however that did."""
    end_with(starter, lambda: os.kill(os.getpid(), signal.SIGTERM))
    if os.getppid() != starter:
        sys.exit("the starter has already gone")
