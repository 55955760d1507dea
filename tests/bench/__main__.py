"""`make bench` and `make bench-scale`."""

import logging
import sys
from time import perf_counter
from typing import Annotated, Final

from cyclopts import App, Parameter

from api import logs
from api.cli.output import STOPPED
from api.serving import run
from tests.bench import many_children
from tests.bench.bench import furnished
from tests.bench.cluster import compare
from tests.bench.contest import decide
from tests.bench.rows import chosen
from tests.bench.scale import SIZES, measure
from tests.bench.table import Table, as_json, details, facts, progress, say, verdict
from tests.support.citus import CITUS

app: Final = App(name="bench", help="Measure the ledger against the budget of design 9.")


@app.default
def rows(
    *names: str,
    json: Annotated[bool, Parameter(negative=())] = False,
    rounds: int | None = None,
    size: float = 1.0,
) -> int:
    """Print the table, or some rows of it; exit with 1 when one missed.

    Args:
        names: What the rows' names begin with; all by default.
        json: Print one JSON object instead.
        rounds: Rounds that count, instead of each row's own number.
        size: How much each round does, against the full benchmark.
    """
    return run(_rows(names, rounds, size, json=json), stopped_with=STOPPED)


async def _rows(names: tuple[str, ...], rounds: int | None, size: float, *, json: bool) -> int:
    async with furnished(size) as bench:
        found = facts(bench)
        if not json:
            say(", ".join(f"{name} {fact}" for name, fact in found.items()) + "\n")
        wanted = chosen(names)
        table, results = Table(wanted), []
        if not json:
            say(table.head())
        for row in wanted:
            began = perf_counter()
            results.append(await decide(row, bench, rounds))
            progress(f"{row.name}: {verdict(results[-1])} ({perf_counter() - began:.0f} s)")
            if not json:
                say(table.line(results[-1]))
        if json:
            say(as_json(found, results))
        for result in () if json else results:
            say("\n" + "\n".join(details(result)))
    return int(any(result.met is False for result in results))


@app.command
def scale(
    *,
    sizes: tuple[int, ...] = SIZES,
    memory: tuple[int, ...] = (100_000, 1_000_000),
    children: tuple[int, ...] = many_children.SIZES,
) -> int:
    """Print latencies of appends and status reads, the memory of import and rebuild, and lists and counts.

    Args:
        sizes: Entries of the ledgers.
        memory: Entries that are imported and projected.
        children: Children who are listed and counted.
    """
    return run(measure(sizes, memory, children), stopped_with=STOPPED)


@app.command
def cluster(*, against: str | None = None) -> int:
    """Print what a ledger takes on the cluster that CHILDLEDGER_TEST_CITUS names, and on one PostgreSQL.

    Args:
        against: The conninfo of the one, entered as superuser, instead of an embedded one.
    """
    if CITUS is None:
        say("CHILDLEDGER_TEST_CITUS names no coordinator.")
        return 2
    return run(compare(CITUS, against), stopped_with=STOPPED)


if __name__ == "__main__":
    logs.configure(logging.WARNING)
    sys.exit(app(result_action="return_value"))
