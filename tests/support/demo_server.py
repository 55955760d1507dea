"""A newcomer's demonstration: what `make run` starts, for tests that ask it as its users would."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("childledger")
STARTED_WITHIN = 180


@dataclass(frozen=True)
class Demo:
    """A demonstration that runs: its address, its folder, and its tokens by role."""

    address: str
    data: Path
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    data = tmp_path_factory.mktemp("newcomer") / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PROGRAM), "demo", "--port", str(port), "--data", str(data)]
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
