"""What measures the worst inputs keeps running: at the smallest size, each row still comes to its figures."""

import re
import subprocess
import sys

from tests.limits.inputs import INPUTS

FIGURES = re.compile(r"^(?P<name>\D+?) +\d+\.\d +\d+ +\d+ +\d+ +\d+ +\d+   .+: (?P<answered>.+)$")


def test_a_row_comes_to_its_figures() -> None:
    command = [sys.executable, "-m", "tests.limits", "head", "--size", "0.02", "--long", "70", "--few", "2"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    (row,) = [found for line in said if (found := FIGURES.match(line))]
    assert row["name"] == "head"
    assert row["answered"] == "414 × 3, 431 × 3"


def test_each_input_has_a_name_of_its_own() -> None:
    assert len({each.name for each in INPUTS}) == len(INPUTS)
