"""A newcomer's demonstration: what `make run` starts, for tests that ask it as its users would."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.processes import CHILDLEDGER, free_port

STARTED_WITHIN = 180


@dataclass(frozen=True)
class Demo:
    """A demonstration that runs: its address, its folder, and its tokens by role."""

    address: str
    data: Path
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demonstration(tmp_path_factory.mktemp("newcomer") / "data") as demo:
        yield demo


@contextmanager
def demonstration(data: Path) -> Iterator[Demo]:
    """Run a demonstration in a folder until the block ends."""
    port = free_port()
    command = [str(CHILDLEDGER), "demo", "--port", str(port), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
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
