"""The operating guide's commands, in order, as somebody new to it gives them."""

import os
import re
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.support.places import ROOT
from tests.support.processes import clean_environment, free_port

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


@pytest.mark.long
def test_the_commands_of_the_operating_guide_do_what_it_says(folder: Path, childledger: Path) -> None:
    port = free_port()
    script = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
    first, second, rest = script.split("childledger serve\n")
    script = first + SERVED + second.replace("export", STOPPED + "export") + SERVED + rest + STOPPED
    script = script.replace("/srv/childledger", str(folder)).replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        env=clean_environment(PORT=str(port), KEY_BACKUP="verified")
        | {
            "PATH": f"{childledger.parent}{os.pathsep}{os.environ['PATH']}",
            "READY": f"http://127.0.0.1:{port}/health/ready",
            "SAID": str(folder / "said"),
        },
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    assert 'childledger_up{ledger="childledger"} 1.0' in done.stdout
    for data, epoch in (("data", 1), ("new", 2)):
        seen = orjson.loads((folder / data / "last_seen" / "childledger").read_bytes())["seen"]
        assert seen["epoch"] == epoch
        assert seen["position"] > 0


def test_every_measure_of_the_guide_is_measured() -> None:
    measured = (ROOT / "api" / "metrics.py").read_text("utf-8")
    _, table = GUIDE.split("| measure `childledger_…` |")
    table, _ = table.split("\n\n", 1)
    named = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert named
    assert [name for name in named if f'"childledger_{name}"' not in measured] == []
