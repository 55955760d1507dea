"""Ledgers for tests in which several processes record."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from domain.rulebook import Rulebook
from ledger.ledger import Ledger
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing.keys import Keys
from tests.support.ledgers import Urls, store_of


@pytest.fixture
async def processes(urls: Urls, tmp_path: Path) -> AsyncIterator[list[Ledger]]:
    """Give two processes on the same ledger."""
    async with AsyncExitStack() as stack:
        ledgers = []
        for _ in range(2):
            store = await stack.enter_async_context(store_of(urls))
            keys = await Keys.opened(store, tmp_path / "key", DEFAULT_LEDGER)
            ledgers.append(Ledger(store, keys, Rulebook.shipped(), DEFAULT_LEDGER))
        yield ledgers


@pytest.fixture
def ledger(processes: list[Ledger]) -> Ledger:
    """Give one of them."""
    return processes[0]
