"""A newcomer's first hour: the README's commands, in order, against what `make run` starts."""

import os
import re
import subprocess
from datetime import date
from pathlib import Path

import httpx2

from api.demo.register_workbook import register as a_register
from api.identity.permissions import Role
from tests.support.demo_server import Demo
from tests.support.places import ROOT

SOMETHING_REJECTED = 1
"""The fictional register has the row of a stranger."""


def shell(block: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a block of the README prints, run as one script that stops at its first failure."""
    return subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", block],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def blocks(page: str) -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)


def test_the_questions_of_the_readme_are_answered(demo: Demo) -> None:
    asking, _, _ = blocks("README.md")
    script = re.sub(r"^export (TOKEN|HOST)=.*\n", "", asking, flags=re.MULTILINE)
    setup, _, _ = script.partition("\nask ")
    for question in re.findall(r"^ask .*$", script, re.MULTILINE):
        done = shell(f"{setup}\n{question}", TOKEN=demo.tokens["supervisor"], HOST=demo.address)
        assert done.returncode == 0, (question, done.stderr)
        assert re.search(r'"items":\[\{', done.stdout), question


def test_whoever_signs_in_as_the_readme_says_comes_to_the_console(demo: Demo) -> None:
    for page in ("README.md", "README.zh-CN.md"):
        text = (ROOT / page).read_text("utf-8")
        ((login, password),) = re.findall(r"`(staff)`[^`]+`([\w-]+)`", text)
        others = re.findall(r"`(\w+)`", text.split("status-")[1].split("make run")[0])
        assert {login, *others} == set(Role)
        for each in (login, *others):
            sent = {"user": each, "password": password}
            here = {"Sec-Fetch-Site": "same-origin"}
            answer = httpx2.post(f"{demo.address}/console/sign-in", data=sent, headers=here)
            assert answer.headers["location"] == "/console", each


def test_a_register_goes_in_as_the_readme_says_and_its_tokens_ask(
    demo: Demo, childledger: Path, tmp_path: Path
) -> None:
    register = tmp_path / "register.xlsx"
    register.write_bytes(a_register(date(2026, 11, 22), seed=7))
    _, importing, _ = blocks("README.md")
    script = importing.replace("REGISTER.xlsx", str(register)).replace(
        ".venv/bin/childledger", str(childledger)
    )
    script = script.replace("report.xlsx", str(tmp_path / "report.xlsx"))
    trial, real = (shell(line, CHILDLEDGER_DATA=str(demo.data)) for line in script.splitlines())
    assert [trial.returncode, real.returncode] == [SOMETHING_REJECTED] * 2
    assert "cl_" not in trial.stdout
    assert (tmp_path / "report.xlsx").stat().st_size > 0
    (token,) = re.findall(r"^supervisor: (cl_\w+)$", real.stdout, re.MULTILINE)
    asked = shell(f'curl -sf -H "Authorization: Bearer $TOKEN" {demo.address}/children?limit=1', TOKEN=token)
    assert re.search(r'"items":\[\{', asked.stdout)


def test_a_ledger_of_ones_own_begins_as_the_operating_guide_does() -> None:
    """Whose commands are run by its own test."""
    first, *_ = blocks("docs/operating.md")
    assert {blocks(page)[2] for page in ("README.md", "README.zh-CN.md")} == {first}
