"""Folders in which a database may be made, removed with whatever it keeps elsewhere."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.postgres.cluster import ELSEWHERE


@contextmanager
def a_folder(prefix: str = "childledger-test-", parent: Path | None = None) -> Iterator[Path]:
    """Make a folder that the database's user may pass, under root too.

    Not below pytest's, which every other run of pytest closes again to that user.
    """
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent) as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        try:
            yield folder
        finally:
            for link in folder.rglob("postgres"):
                if link.is_symlink() and ELSEWHERE in (home := link.readlink().parent).parents:
                    shutil.rmtree(home)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that the database's user may pass."""
    with a_folder() as folder:
        yield folder


@pytest.fixture
def data(folder: Path) -> Path:
    """Give a place for DATA where nothing stands yet."""
    return folder / "data"
