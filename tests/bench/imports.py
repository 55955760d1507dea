"""The row of an import from a workbook's bytes to the last entry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Final

from api.house import opened
from api.imports.office import hand_in, take_in
from api.imports.workbook import read_workbook
from tests.bench.bench import Bench, now
from tests.bench.contest import Duel, Row
from tests.registers.crowd import ROWS_OF_A_CHILD, crowd
from tests.registers.paper import workbook

CHILDREN: Final = 100


@asynccontextmanager
async def against_judging_only(bench: Bench) -> AsyncIterator[Duel]:
    """A register imported into an empty ledger, against the same import's dry run: read, planned, judged."""
    children = bench.of(CHILDREN)
    register = workbook(*crowd(children))

    async def import_it(*, dry_run: bool) -> float:
        async with bench.database() as settings, opened(settings, now, follow=False) as house:
            began = perf_counter()
            handed_in = await hand_in(house, read_workbook(register, "register.xlsx"), dry_run=dry_run)
            report = await take_in(house, handed_in, bench.recorder, lambda *_: None)
            taken = perf_counter() - began
            assert not report.json()["rejected"]
            return handed_in.rows / taken

    async def our_side() -> float:
        return await import_it(dry_run=False)

    async def dry_side() -> float:
        return await import_it(dry_run=True)

    yield Duel(our_side, dry_side, f"a workbook of {children * ROWS_OF_A_CHILD} rows, into an empty ledger")


ROWS: Final = (
    Row(
        "import",
        "import end to end",
        "the same without storing (dry run)",
        0.6,
        "rows/s",
        against_judging_only,
    ),
)
