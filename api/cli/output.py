"""How a command speaks, and works within an open house."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter

from api.bootstrap import House, opened
from api.serving import run
from api.settings import Settings

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""What is said by its name alone."""
STOPPED: Final = 130
"""The exit code of a command that was stopped before its end."""


def say(text: str) -> None:
    """Tell whoever gave the command, apart from what it answers."""
    print(text, file=sys.stderr)  # noqa: T201 - a command speaks


def answer(text: str) -> None:
    """Print what was asked for."""
    print(text, flush=True)  # noqa: T201 - the same


def within(asked: Callable[[House], Awaitable[int]]) -> int:
    """Answer a command within an open house, whose read models somebody else may follow."""

    async def work() -> int:
        async with opened(Settings(), follow=False) as house:
            return await asked(house)

    return run(work(), stopped_with=STOPPED)
