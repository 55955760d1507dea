"""`make limits`: a table of what the worst inputs that are allowed cost, printed and never judged."""

import asyncio
import sys
from time import perf_counter
from typing import Final

from cyclopts import App

from api.cli.output import STOPPED
from api.serving import run
from tests.bench.table import progress, say
from tests.limits.inputs import INPUTS, Input
from tests.limits.service import FEW, LONG, Beside, Service, serving

app: Final = App(name="limits", help="Measure what the worst inputs that are allowed cost.")
HEAD: Final = (
    f"{'':<11} {'seconds':>8} {'service MB':>11} {'child MB':>9}   {'quiet p50':>9} {'p99':>7} {'worst':>7}"
    "   (ms)   what was sent: what was answered"
)


@app.default
def limits(*names: str, size: float = 1.0, long: int = LONG, few: int = FEW) -> int:
    """Print the table, or some rows of it.

    Args:
        names: What the rows' names begin with; all by default.
        size: How much of each is sent.
        long: Entries of the long file.
        few: Children with little in their files.
    """
    return run(_rows(names, size, long, few), stopped_with=STOPPED)


async def _rows(names: tuple[str, ...], size: float, long: int, few: int) -> int:
    chosen = [each for each in INPUTS if not names or each.name.startswith(names)]
    progress(f"opening a file of {long:,} entries and {few} others")
    async with serving(long, few) as service:
        say(HEAD)
        for each in chosen:
            say(await _row(service, each, size))
    return 0


async def _row(service: Service, own: Input, size: float) -> str:
    made = await asyncio.to_thread(own.make, size)
    async with service.watched() as beside:
        began = perf_counter()
        answered = await own.send(service, size, made)
        took = perf_counter() - began
        # What it left behind counts too.
        await asyncio.sleep(size)
    return f"{own.name:<11} {took:>8.1f} {_beside(beside)}   {own.words}: {answered}"


def _beside(beside: Beside) -> str:
    median, hundredth, longest = beside.latencies
    memory = f"{beside.service:>11.0f} {beside.child:>9.0f}"
    return f"{memory}   {median:>9.0f} {hundredth:>7.0f} {longest:>7.0f}"


if __name__ == "__main__":
    sys.exit(app(result_action="return_value"))
