"""Running a command, also within an open container."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec

from api.bootstrap import Container, open_container
from api.cli.output import STOPPED
from api.serving import run
from api.settings import Settings

P = ParamSpec("P")


def stoppable(command: Callable[P, Coroutine[Any, Any, int]]) -> Callable[P, int]:
    """Return an asynchronous command as one that can be run and stopped."""

    @wraps(command)
    def run_it(*args: P.args, **kwargs: P.kwargs) -> int:
        return run(command(*args, **kwargs), stopped_with=STOPPED)

    return run_it


def with_container(command: Callable[[Container], Awaitable[int]]) -> int:
    """Run a command within an open container, whose read models another process may update."""

    @stoppable
    async def work() -> int:
        async with open_container(Settings(), follow=False) as container:
            return await command(container)

    return work()
