"""The tenants of one service: one for each ledger that it serves, isolated from one another.

Each has separate positions, keys, directory, access log, read models and database roles. If several are
served, one that cannot be opened is retried, while the others answer.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any, Final, TypeVar

import structlog
from pydantic import SecretStr

from api.bootstrap import Container, open_container
from api.budgets import AT_ONCE_EACH, REQUESTS, REQUESTS_EACH, Budget, Turns
from api.clock import WallClock, utc_now
from api.contract.problems import Problem
from api.database import located, without_owner
from api.identity.tokens import digest
from api.imports.reading.apart import Apart
from api.metrics import Requests
from api.settings import Settings
from api.shared import Shared

log = structlog.get_logger()
AGAIN_SECONDS: Final = 5.0
T = TypeVar("T")


class Tenants:
    """The tenants by the names of their ledgers.

    `settings` are those by which another process finds them, as writer and reader alone;
    `requests` times the service's answers; `under_way` and `turns` limit its concurrent requests; `reading`
    parses uploaded registers, for all tenants one by one.
    """

    def __init__(self, settings: Settings, names: Sequence[str], reading: Apart) -> None:
        self.settings = settings
        self._preferred = settings.ledger
        self.reading = reading
        self._open: dict[str, Container] = {}
        self.names = tuple(names)
        self.requests = Requests()
        self.under_way = Budget(REQUESTS_EACH, REQUESTS)
        self.turns = Turns(AT_ONCE_EACH)
        self._shared: dict[Callable[..., Any], Shared[Any]] = {}

    def __getitem__(self, ledger: str) -> Container:
        """Return the container of a ledger. Raises the problem `unavailable` while it cannot be opened."""
        container = self._open.get(ledger)
        if container is None:
            raise Problem("unavailable")
        return container

    @property
    def preferred(self) -> Container:
        """The commands' container, else another open one."""
        return self._open.get(self._preferred) or next(iter(self._open.values()))

    @property
    def all(self) -> tuple[Container | None, ...]:
        """The container of each ledger; None for one that cannot be opened."""
        return tuple(map(self._open.get, self.names))

    def named_by(self, token: str) -> Iterator[str]:
        """Yield the ledger of a token; by a rare chance more than one."""
        return (name for name in self.names if digest(token, name) is not None)

    async def shared(self, look: Callable[["Tenants"], Awaitable[T]], seconds: float) -> T:
        """Return the result of a query over the tenants, shared by all callers for `seconds`."""
        query = self._shared.get(look)
        if query is None:
            query = self._shared[look] = Shared(partial(look, self), seconds)
        result: T = await query.result()
        return result

    def leave(self) -> None:
        """End all waits for new entries, before the service stops."""
        for container in self._open.values():
            container.tail.leave()

    def enter(self, container: Container) -> None:
        """Add an open container, which answers from now on."""
        self._open[container.settings.ledger] = container


@asynccontextmanager
async def open_tenants(
    settings: Settings, clock: WallClock = utc_now, *, follow: bool = True, apart: bool = False
) -> AsyncIterator[Tenants]:
    """Open the container of each served ledger, and close them at the end; see `open_container`.

    Raises the error that prevents the only one, or all of them, from being opened.
    """
    opened = partial(open_container, clock=clock, follow=follow, apart=apart)
    async with located(settings) as database:
        if settings.database_url is None and database.owner is not None:
            # One embedded database serves all tenants.
            settings = settings.model_copy(update={"database_url": SecretStr(database.owner)})
        served = settings.served
        elsewhere = without_owner(settings)
        tenants = Tenants(elsewhere, [each.ledger for each in served], Apart(settings))
        if len(served) == 1:
            async with opened(served[0]) as container:
                tenants.enter(container)
                yield tenants
            return
        first: list[asyncio.Future[None]] = [asyncio.get_running_loop().create_future() for _ in served]
        keepers = [
            asyncio.create_task(
                _keep_open(partial(opened, each), each.ledger, tenants, tried),
                name=f"container {each.ledger}",
            )
            for each, tried in zip(served, first, strict=True)
        ]
        try:
            failures = await asyncio.gather(*first, return_exceptions=True)
            if all(failures):
                raise next(each for each in failures if each)
            yield tenants
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)


async def _keep_open(
    opened: Callable[[], AbstractAsyncContextManager[Container]],
    ledger: str,
    tenants: Tenants,
    tried: asyncio.Future[None],
) -> None:
    """Keep a ledger's container open until cancelled, with retries while it cannot be opened."""
    while True:
        try:
            async with opened() as container:
                tenants.enter(container)
                if not tried.done():
                    tried.set_result(None)
                await asyncio.get_running_loop().create_future()
        except Exception as error:  # noqa: BLE001 - logged and retried
            log.warning("ledger not opened", ledger=ledger, error=type(error).__name__)
            if not tried.done():
                tried.set_exception(error)
            await asyncio.sleep(AGAIN_SECONDS)
