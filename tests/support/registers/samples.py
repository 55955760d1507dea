"""The samples, in the folder that `CHILDLEDGER_SAMPLES` names."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def samples() -> Path:
    """Give the folder of the samples."""
    folder = os.environ.get("CHILDLEDGER_SAMPLES")
    if folder is None:
        pytest.skip("CHILDLEDGER_SAMPLES names no folder with samples")
    return Path(folder)


@pytest.fixture(scope="session")
def cases(samples: Path) -> Path:
    """Give the folder of the sample cases."""
    return samples / "cases"


@pytest.fixture(scope="session")
def sample(samples: Path) -> Path:
    """Give the sample register."""
    (found,) = samples.glob("register/*.xlsx")
    return found
