"""The operating guide's commands, in order, as somebody new to it gives them."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.support.demo_server import PROGRAM
from tests.support.places import ROOT

GUIDE = (ROOT / "docs" / "operating.md").read_text("utf-8")
SERVED = """
childledger serve > "$SAID" 2>&1 &
serving=$!
for _ in $(seq 300); do curl -sf "$READY" > /dev/null && break; sleep 0.2; done
"""
STOPPED = """
kill -TERM $serving
wait $serving
"""


@pytest.fixture
def srv() -> Iterator[Path]:
    """A folder where the database's user may come."""
    folder = Path(tempfile.mkdtemp(prefix="childledger-test-")).resolve()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def test_the_commands_of_the_operating_guide_do_what_it_says(srv: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
    first, second, rest = script.split("childledger serve\n")
    script = first + SERVED + second.replace("export", STOPPED + "export") + SERVED + rest + STOPPED
    script = script.replace("/srv/childledger", str(srv)).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHILDLEDGER_")}
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        env=kept
        | {
            "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}",
            "CHILDLEDGER_PORT": str(port),
            "READY": f"http://127.0.0.1:{port}/health/ready",
            "SAID": str(srv / "said"),
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=srv,
    )
    assert done.returncode == 0, done.stderr
    assert 'childledger_up{ledger="childledger"} 1.0' in done.stdout
    for data, epoch in (("data", 1), ("new", 2)):
        seen = orjson.loads((srv / data / "last_seen" / "childledger").read_bytes())["seen"]
        assert seen["epoch"] == epoch
        assert seen["position"] > 0


def test_every_measure_of_the_guide_is_measured() -> None:
    measured = (ROOT / "api" / "metrics.py").read_text("utf-8")
    _, table = GUIDE.split("| measure `childledger_…` |")
    table, _ = table.split("\n\n", 1)
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert named
    assert [name for name in named if f'"childledger_{name}"' not in measured] == []
