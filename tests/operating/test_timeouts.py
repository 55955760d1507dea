"""A test that hangs fails by name, whatever it waits for, and the next one follows."""

import subprocess
import sys
from pathlib import Path

from tests.support.places import ROOT

HANGING = """
import asyncio
import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


async def test_waits() -> None:
    await asyncio.Event().wait()


async def test_blocks() -> None:
    time.sleep(1000)


def test_locks() -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


@settings(database=None)
@given(st.integers())
def test_goes_on(number: int) -> None:
    while number >= 0:
        pass


@pytest.fixture
async def opened():
    yield
    await asyncio.Event().wait()


async def test_hangs_twice(opened) -> None:
    await asyncio.Event().wait()


async def test_follows() -> None:
    pass
"""


def test_what_hangs_fails_by_name_and_the_next_one_follows(tmp_path: Path) -> None:
    file = tmp_path / "test_hanging.py"
    file.write_text(HANGING, "utf-8")
    asked = ["-p", "tests.support.timeouts", "-p", "no:randomly", "-o", "timeout=1", "--tb=line", "-q", "-rA"]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", *asked, file],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    for name in ("waits", "blocks", "locks", "goes_on", "hangs_twice"):
        assert f"test_{name} - Failed: Timeout" in done.stdout
    assert "test_hangs_twice - Failed: not torn down within 1 seconds" in done.stdout
    assert "test_follows" in done.stdout.split("PASSED", 1)[1]
    assert "5 failed, 1 passed, 1 error" in done.stdout
