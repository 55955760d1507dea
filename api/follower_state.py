"""The follower of a service: the one process of a DATA that keeps read models, logs and counts up.

Whoever follows holds the lock `DATA/follower.lock`, which the kernel takes back however the process ends;
others wait for it. `DATA/follower` says what it found, for the processes that answer.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import orjson

from ledger.data_folder import replace

FILE: Final = "follower"
LOCK: Final = "follower.lock"
TURN_SECONDS: Final = 0.1
"""Seconds between two tries for the lock."""

Forked: TypeAlias = Sequence[str]
"""The origins of the logs that were found not to begin with what was signed or cosigned."""


@dataclass(frozen=True, slots=True)
class FollowerState:
    """Whether a process follows now, and which logs the last one that did has found forked."""

    running: bool
    forked: Forked


def follower_state(data: Path) -> FollowerState:
    """Return the state of the follower of a DATA."""
    try:
        forked = orjson.loads((data / FILE).read_bytes())
    except FileNotFoundError:
        forked = []
    try:
        lock = os.open(data / LOCK, os.O_RDONLY)
    except FileNotFoundError:
        return FollowerState(running=False, forked=forked)
    try:
        return FollowerState(running=not _taken(lock, fcntl.LOCK_SH), forked=forked)
    finally:
        os.close(lock)


@asynccontextmanager
async def following(data: Path) -> AsyncIterator[None]:
    """Be the follower of a DATA for the block, as soon as nobody else is."""
    lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _taken(lock, fcntl.LOCK_EX):  # noqa: ASYNC110 - another process gives it back
            await asyncio.sleep(TURN_SECONDS)
        yield
    finally:
        os.close(lock)


def found_forked(data: Path, forked: Forked) -> None:
    """Say which logs are forked, as the follower."""
    replace(data / FILE, orjson.dumps(forked))


def _taken(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
