"""The row of an import from a workbook's bytes to the last entry."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from time import perf_counter
from typing import Final

from api.bootstrap import open_container
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from ledger.store.append import Accepted, Append, Verdict
from ledger.store.store import Store
from tests.bench.bench import LEDGER, NOW, Bench, now
from tests.bench.contest import Duel, Row
from tests.support.registers.crowd import ROWS_OF_A_CHILD, crowd
from tests.support.registers.paper import workbook

CHILDREN: Final = 100


class Forgetting(Store):
    """A store that accepts every append at once and keeps nothing; all else it does as a store."""

    position = 0

    async def append_all(self, appends: Sequence[Append], *, atomic: bool = False) -> list[Verdict]:
        """Accept everything."""
        return [self._accepted(len(append.entries)) for append in appends]

    def _accepted(self, entries: int) -> Verdict:
        first = self.position + 1
        self.position += entries
        return Accepted(first, tuple(NOW + timedelta(microseconds=first + more) for more in range(entries)))


@asynccontextmanager
async def against_not_storing(bench: Bench) -> AsyncIterator[Duel]:
    """A register imported into an empty ledger, against the same import by a store that keeps nothing."""
    children = bench.of(CHILDREN)
    register = workbook(*crowd(children))

    async def import_it(*, stored: bool) -> float:
        async with bench.database() as settings, open_container(settings, now, follow=False) as container:
            await container.projector.start()
            found = container.addresses
            async with Forgetting(found.writer, found.reader, LEDGER) as forgetting:
                if not stored:
                    container.ledger.store = forgetting
                began = perf_counter()
                handed_in = await prepare(container, read_workbook(register, "register.xlsx"))
                report = await run_import(container, handed_in, bench.recorder, lambda *_: None)
                taken = perf_counter() - began
            assert not report.json()["rejected"]
            return handed_in.rows / taken

    async def our_side() -> float:
        return await import_it(stored=True)

    async def forgetting_side() -> float:
        return await import_it(stored=False)

    scale = f"a workbook of {children * ROWS_OF_A_CHILD} rows into an empty ledger, judged and sealed"
    yield Duel(our_side, forgetting_side, scale)


ROWS: Final = (
    Row("import", "import end to end", "the same work without storing", 0.6, "rows/s", against_not_storing),
)
