"""Processes of the ledger's command: the program, the settings it finds, and a port to serve on."""

import os
import socket
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from api.settings import Settings

CHILDLEDGER: Final = Path(sys.executable).with_name("childledger")


def clean_environment(**settings: str) -> dict[str, str]:
    """Return this environment, with these settings of a ledger and no others.

    It is served without a backup of its keys, unless the settings ask for one.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHILDLEDGER_")}
    settings = {"KEY_BACKUP": "none"} | settings
    return kept | {f"CHILDLEDGER_{name}": value for name, value in settings.items()}


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """Return an environment in which the command finds a ledger, with more settings."""
    assert settings.database_url is not None
    return clean_environment(
        DATABASE_URL=settings.database_url.get_secret_value(),
        DATA=str(settings.data),
        LEDGER=settings.ledger,
        **more,
    )


def free_port() -> int:
    """Return a port on which nobody listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def beside(service: int, module: str) -> list[int]:
    """Return the processes of a service that run a module."""
    return [each for each in children_of(service) if module in words_of(each)]


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that have not ended."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def words_of(pid: int) -> list[str]:
    """Return the command of a process; none once it has ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8").split("\0")
    return []
