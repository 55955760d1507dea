"""The row of an import from a workbook's bytes to the last entry."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter
from typing import Final

from api.bootstrap import open_container
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from ledger.ledger import Ledger
from ledger.processes import processors
from ledger.store.append import Accepted, Append, Verdict
from ledger.store.store import Store
from tests.bench.bench import LEDGER, NOW, Bench, now
from tests.bench.contest import Duel, Row
from tests.support.registers.crowd import ROWS_OF_A_CHILD, crowd
from tests.support.registers.paper import workbook

CHILDREN: Final = 400
WANTED: Final = 5_000
"""Rows a second on two processors."""


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
            found, ledger = container.addresses, container.ledger
            async with Forgetting(found.writer, found.reader, LEDGER) as forgetting:
                into = ledger if stored else Ledger(forgetting, ledger.keys, ledger.rulebook, ledger.name)
                importing = replace(container, ledger=into)
                began = perf_counter()
                handed_in = await prepare(importing, read_workbook(register, "register.xlsx"))
                report = await run_import(importing, handed_in, bench.recorder, lambda *_: None)
                taken = perf_counter() - began
            assert not report.json()["rejected"]
            return handed_in.rows / taken

    rates: list[float] = []

    async def our_side() -> float:
        rates.append(await import_it(stored=True))
        return rates[-1]

    async def forgetting_side() -> float:
        return await import_it(stored=False)

    scale = f"a workbook of {children * ROWS_OF_A_CHILD} rows into an empty ledger, judged and sealed"

    def told() -> str:
        # The first one warms up, as where the ratio is decided.
        here = f"{median(rates[1:] or rates):,.0f} rows/s on {processors()} processors"
        return f"{here}, where {WANTED:,} are wanted on 2"

    yield Duel(our_side, forgetting_side, scale, told=told)


ROWS: Final = (
    Row("import", "import end to end", "the same work without storing", 0.6, "rows/s", against_not_storing),
)
