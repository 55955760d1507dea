"""Running a command, opening its container, and finding there what its words name."""

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from functools import wraps
from typing import Any, ParamSpec

from api.bootstrap import Container, open_container
from api.cli.output import STOPPED
from api.identity.directory import IdentityError, Institution
from api.serving import run
from api.settings import Settings
from domain.label import Label

P = ParamSpec("P")


def stoppable(command: Callable[P, Coroutine[Any, Any, int]]) -> Callable[P, int]:
    """Return an asynchronous command as one that can be run and stopped."""

    @wraps(command)
    def run_it(*args: P.args, **kwargs: P.kwargs) -> int:
        return run(command(*args, **kwargs), stopped_with=STOPPED)

    return run_it


def command_container() -> AbstractAsyncContextManager[Container]:
    """Open the container of a command, whose read models another process may update."""
    return open_container(Settings(), follow=False)


async def known_institution(container: Container, name_or_id: str) -> Institution:
    """Return the institution of a name or an id. Raises IdentityError if there is none."""
    for each in await container.identity.institutions():
        if name_or_id in {each.name, str(each.institution)}:
            return each
    message = Label(f"没有该机构：{name_or_id}。", f"There is no institution {name_or_id}.")
    raise IdentityError(message)
