"""A ledger's accesses with their log, as one process opens them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from api.clock import utc_now
from api.identity.access_log import AccessLog
from api.identity.permissions import Actor, Role
from domain.event import Category
from domain.label import Label
from ledger.log.leaves import AccessRows
from ledger.log.transparency_log import TransparencyLog
from ledger.monitor import log_flaws
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing.key_file import KeyFile
from ledger.sealing.keys import Keys
from ledger.store.pools import Pool
from tests.support.ledgers import Urls, store_of

READER = Actor(uuid4(), Role.STAFF, uuid4())
CHILD = uuid4()


@dataclass
class NotedAccesses:
    """The accesses of a ledger with their log, as one process has them."""

    access: AccessLog
    rows: AccessRows
    log: TransparencyLog

    async def read(self, times: int = 1) -> None:
        """Read the child's name and health so often, one after the other."""
        for _ in range(times):
            await self.access.note(READER, {CHILD: [Category.IDENTITY, Category.HEALTH]}, "file", 7, "care")

    async def found(self) -> list[tuple[int, Label]]:
        """What the monitor tells, as positions and words."""
        return [(each.position, each.what) async for each in log_flaws(self.log, lambda _: None)]


@asynccontextmanager
async def opened_accesses(urls: Urls, data: Path) -> AsyncIterator[NotedAccesses]:
    """Open a ledger's accesses as one process does."""
    async with (
        store_of(urls) as store,
        Pool(urls.writer, 1) as writers,
        Pool(urls.reader, 2) as readers,
    ):
        keys = await Keys.opened(store, KeyFile.make(data / "key"), DEFAULT_LEDGER)
        rows = AccessRows((writers, readers))
        log = await TransparencyLog.opened(rows, store, keys, DEFAULT_LEDGER, data)
        yield NotedAccesses(AccessLog(writers, readers, utc_now), rows, log)
