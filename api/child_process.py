"""Processes of our own that read or make what somebody handed in: how each is started and confined."""

import os
import resource
import sys
from typing import Final

_OPEN_FILES: Final = 32
_SURROUNDINGS: Final = ("PATH", "LD_LIBRARY_PATH")


def command_of(module: str) -> tuple[str, ...]:
    """Return the command that runs a module in this interpreter, in isolated mode."""
    return sys.executable, "-I", "-B", "-X", "utf8", "-m", module


def surroundings() -> dict[str, str]:
    """Return the variables that such a process is given: none that tells of a ledger."""
    return {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}


def confine(*, memory: int, seconds: int, niceness: int) -> None:
    """Limit this process to this memory (bytes) and CPU time, without writes to disk."""
    os.nice(niceness)
    for bound, wanted in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hardest = resource.getrlimit(bound)
        most = wanted if hardest == resource.RLIM_INFINITY else min(wanted, hardest)
        resource.setrlimit(bound, (most, most))
