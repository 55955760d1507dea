"""Running a command within an open container."""

from collections.abc import Awaitable, Callable

from api.bootstrap import Container, open_container
from api.cli.output import STOPPED
from api.serving import run
from api.settings import Settings


def with_container(command: Callable[[Container], Awaitable[int]]) -> int:
    """Run a command within an open container, whose read models another process may update."""

    async def work() -> int:
        async with open_container(Settings(), follow=False) as container:
            return await command(container)

    return run(work(), stopped_with=STOPPED)
