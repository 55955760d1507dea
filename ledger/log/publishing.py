"""A log as a directory of files (c2sp.org/tlog-tiles), which tools of others read and anybody may copy."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledger.data_folder import replace
from ledger.log import offline_verifier
from ledger.log.checkpoint import Checkpoint
from ledger.log.policy import Policy
from ledger.log.tiles import WIDTH, Tile, tiles
from ledger.log.transparency_log import TransparencyLog

CHECKPOINT: Final = "checkpoint"
KEY: Final = "log.vkey"
"""The file with the log's public key."""
POLICY: Final = "policy"
"""The file that says whom the operator trusts: the log, and how many of which witnesses."""
VERIFIER: Final = "verify.py"
"""The program that verifies what stands beside it, on any machine."""


class FolderInUseError(Exception):
    """A folder that is to be new holds something already."""


class OtherLogError(Exception):
    """The directory holds another log."""


async def publish(
    log: TransparencyLog, folder: Path, policy: Policy, progress: Callable[[float], None]
) -> int:
    """Write the signed tree into a directory, and return its size, 0 if none is signed; what is there stays.

    The checkpoint comes last, so that who reads meanwhile finds all that it promises. Raises OtherLogError.
    """
    note = await log.published()
    if note is None:
        return 0
    size = Checkpoint.read(note.text).size
    await asyncio.to_thread(_begin, folder, log, policy)
    for tile in tiles(size):
        path = folder / tile.path
        if tile.width < WIDTH or not path.exists():
            await _write(log, tile, path)
        progress((tile.place.number + 1) * WIDTH / max(size, 1) if tile.place.level < 0 else 1.0)
    await asyncio.to_thread(replace, folder / CHECKPOINT, str(note).encode())
    progress(1.0)
    return size


def _begin(folder: Path, log: TransparencyLog, policy: Policy) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    key = folder / KEY
    if key.exists() and key.read_text("utf-8").strip() != log.verifier:
        message = f"{folder} 是另一个日志的目录。 {folder} holds another log."
        raise OtherLogError(message)
    replace(key, f"{log.verifier}\n".encode())
    replace(folder / POLICY, str(policy).encode())
    replace(folder / VERIFIER, verifier_text().encode())


def verifier_text() -> str:
    """Return the program that verifies a log or a bundle without this product."""
    return Path(offline_verifier.__file__).read_text("utf-8")


async def _write(log: TransparencyLog, tile: Tile, path: Path) -> None:
    content = await log.tile(tile)
    if content is None:  # it was signed: it is there
        raise LookupError(tile.path)
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(replace, path, content)
