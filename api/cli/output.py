"""How a command speaks, and works within an open container."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

from api.bootstrap import Container, open_container
from api.serving import run
from api.settings import Settings

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""What is said by its name alone."""
STOPPED: Final = 130
"""The exit code of a command that was stopped before its end."""


def note(text: str) -> None:
    """Tell whoever gave the command, apart from what it answers."""
    print(text, file=sys.stderr)  # noqa: T201 - a command speaks


def answer(text: str) -> None:
    """Print what was asked for."""
    print(text, flush=True)  # noqa: T201 - the same


def with_container(asked: Callable[[Container], Awaitable[int]]) -> int:
    """Answer a command within an open container, whose read models somebody else may follow."""

    async def work() -> int:
        async with open_container(Settings(), follow=False) as container:
            return await asked(container)

    return run(work(), stopped_with=STOPPED)
