"""The sample cases, in the folder that `CHILDLEDGER_SAMPLES` names."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def cases() -> Path:
    """Give the folder of the sample cases."""
    folder = os.environ.get("CHILDLEDGER_SAMPLES")
    if folder is None:
        pytest.skip("CHILDLEDGER_SAMPLES names no folder with sample cases")
    return Path(folder) / "cases"
