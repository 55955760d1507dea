"""How the benchmark speaks: facts about the machine, a line a row, the profile of what missed, or JSON."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import orjson
import psycopg

from tests.bench.bench import Bench
from tests.bench.contest import Result, Row

HEAD: Final = ("", "work", "ours", "baseline", "ratio", "wanted", "against")
LEAST: Final = (12, 0, 18, 18, 9, 0, 0)
"""How wide the columns are at least, for what is not known before it is measured."""
SETTINGS: Final = ("server_version", "fsync", "synchronous_commit", "shared_buffers")


def facts(bench: Bench) -> dict[str, str]:
    """Return on what was measured; no names, no paths."""
    with psycopg.connect(bench.server) as connection:
        said = {name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in SETTINGS}
    postgres = {name: str(row[0]) if row else "" for name, row in said.items()}
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "postgresql": postgres.pop("server_version"),
        **postgres,
        "size": f"{bench.size:g}",
    }


def say(text: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def progress(text: str) -> None:
    """Say on standard error how far it is."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def verdict(result: Result) -> str:
    """Return what a row comes to in a word."""
    return {True: "met", False: "MISSED", None: "not measured"}[result.met]


@dataclass(frozen=True, slots=True)
class Table:
    """The table of these rows, whose lines stand in columns before any of them is measured."""

    rows: Sequence[Row]

    def head(self) -> str:
        """Return the names of the columns."""
        return self._line(HEAD)

    def line(self, result: Result) -> str:
        """Return the line of a row that was measured."""
        return self._line(_cells(result))

    def _line(self, cells: Sequence[str]) -> str:
        widest = [HEAD, *(_cells(Result(row)) for row in self.rows)]
        widths = [max(least, *(len(row[place]) for row in widest)) for place, least in enumerate(LEAST)]
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def details(result: Result) -> list[str]:
    """Return what a row's rounds did, and where it missed, its profile."""
    missed = [f"\nMISSED {result.row.name}\n{result.profile}"] if result.profile else []
    return [f"{result.row.name}: {result.scale}", *missed]


def _cells(result: Result) -> tuple[str, ...]:
    row = result.row
    if not result.ours:
        return (verdict(result), row.work, "", "", "", f"{row.wanted:g} ×", row.against)
    ours, baseline = (f"{_number(median(rates))} {row.unit}" for rates in (result.ours, result.baseline))
    return (
        verdict(result),
        row.work,
        ours,
        baseline,
        f"{result.ratio:.2f} ×",
        f"{row.wanted:g} ×",
        row.against,
    )


def _number(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:.1f}"


def as_json(found: dict[str, str], results: Sequence[Result]) -> str:
    """Return everything as one JSON object, with the rates of every round."""
    rows: list[dict[str, Any]] = [
        {
            "name": result.row.name,
            "work": result.row.work,
            "against": result.row.against,
            "unit": result.row.unit,
            "wanted": result.row.wanted,
            "ratio": result.ratio if result.ours else None,
            "verdict": verdict(result),
            "ours": result.ours,
            "baseline": result.baseline,
            "scale": result.scale,
            "profile": result.profile,
        }
        for result in results
    ]
    return orjson.dumps({"facts": found, "rows": rows}, option=orjson.OPT_INDENT_2).decode()
