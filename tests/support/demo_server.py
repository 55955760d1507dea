"""A newcomer's demonstration: what `make run` starts, for tests that ask it as its users would."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.folders import a_folder
from tests.support.postgres import fastest_folder
from tests.support.processes import CHILDLEDGER, free_port
from tests.support.waiting import until_now

STARTED_WITHIN = 180
FILLED_SECONDS: Final = 1.5
"""For how long a demonstration is filled before it is killed."""
_FILLED: Final = "FILLED_DEMONSTRATION"
"""Names, to every process of a run of tests, the folder of the demonstration that it fills once."""


@dataclass(frozen=True)
class Demo:
    """A demonstration that runs: its address, its folder, and its tokens by role."""

    address: str
    data: Path
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """Give a demonstration of its own, copied from the one that the run of tests fills once.

    What the tests of one module record, those of another do not find there.
    """
    with a_folder(parent=fastest_folder()) as folder, demonstration(filled_once(folder / "data")) as demo:
        yield demo


def filled_once(data: Path) -> Path:
    """Return a folder, not there yet, with a copy of the demonstration that the run of tests fills once.

    It was killed while it was filled, and completed by its next start.
    """
    # As it is, owners too: PostgreSQL starts for nobody else.
    subprocess.run(["cp", "-a", _filled() / "data", data], check=True)  # noqa: S607 - on every system
    return data


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder in which a run of tests is to fill a demonstration; its processes inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[_FILLED] = tempfile.mkdtemp(prefix="childledger-test-filled-")
        Path(os.environ[_FILLED]).chmod(0o711)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove that folder."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_FILLED))


def _filled() -> Path:
    """Return the folder of a demonstration that was filled and stopped; whoever comes first fills it."""
    place = Path(os.environ[_FILLED])
    with (place / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = place / "done"
        if not done.exists():
            shutil.rmtree(place / "data", ignore_errors=True)
            _kill_while_filled(place / "data")
            with demonstration(place / "data"):
                pass
            done.touch()
    return place


def _kill_while_filled(data: Path) -> None:
    with subprocess.Popen(_command(data, free_port()), stdout=subprocess.PIPE) as process:
        until_now((data / "master.key").exists)
        time.sleep(FILLED_SECONDS)
        process.kill()


def _command(data: Path, port: int) -> list[str]:
    return [str(CHILDLEDGER), "demo", "--port", str(port), "--data", str(data)]


@contextmanager
def demonstration(data: Path) -> Iterator[Demo]:
    """Run a demonstration in a folder until the block ends."""
    port = free_port()
    with subprocess.Popen(_command(data, port), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("Try:"):
                break
        tokens = dict(re.findall(r"^(\w+): (cl_\w+)$", "".join(said), re.MULTILINE))
        yield Demo(f"http://127.0.0.1:{port}", data, tokens)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(STARTED_WITHIN) == 0
