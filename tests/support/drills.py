"""How large a drill is: short in `make test`, in full in `make drills`, and what it did, told in the end.

`CHILDLEDGER_DRILLS=full` asks for full sizes; each can be set by itself by a variable of its own.
"""

import os
from collections.abc import Callable, Iterator

import pytest

_FULL = os.environ.get("CHILDLEDGER_DRILLS") == "full"
_TOLD = "drill"


def _size(name: str, *, short: int, full: int) -> int:
    return int(os.environ.get(f"CHILDLEDGER_{name}", full if _FULL else short))


KILLS = _size("KILLS", short=3, full=50)
"""How often something is killed."""
ENTRIES = _size("ENTRIES", short=3000, full=100_000)
"""How many entries are appended while others read on."""
BATCHES = _size("BATCHES", short=100, full=2000)
"""How many generated series of batches are judged."""
FAILOVERS = _size("FAILOVERS", short=0, full=20)
"""How often the primary of replicated servers is killed."""
INCREMENTS = _size("INCREMENTS", short=5, full=50)
"""How often each of those who write to one stream does so."""


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Give what takes down what a drill did, to be printed in the end."""
    return lambda said: record_property(_TOLD, said)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each drill did."""
    told = list(_told(terminalreporter))
    if told:
        terminalreporter.section("drills")
    for line in told:
        terminalreporter.write_line(line)


def _told(reporter: pytest.TerminalReporter) -> Iterator[str]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            for name, said in getattr(report, "user_properties", []):
                if name == _TOLD:
                    yield f"{outcome} {report.nodeid.rsplit('::', 1)[-1]}: {said}"
