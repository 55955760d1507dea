"""Papers in a folder of backups: one set beside all its backups, each under the hash of its sealed bytes.

They are as sealed as where they lie: the newest key store opens them, and none that was erased. A backup adds
those that are not there yet, and takes none away.
"""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import IO, Final

from ledger.papers.paper_store import PaperStore

FOLDER: Final = "papers"


async def back_up_papers(store: PaperStore, ledger: str, folder: Path) -> tuple[int, list[str]]:
    """Copy the papers of a ledger that a folder of backups lacks; return how many, and those not taken.

    Not taken are the names of those that were altered where they lie: what the folder has of them stays.
    Raises PaperStoreError and OSError.
    """
    copied, altered = 0, []
    async for each in store.stored(ledger):
        path = folder / FOLDER / each.name
        if not path.exists():
            if await _copied(store, each.name, path):
                copied += 1
            else:
                altered.append(each.name)
    return copied, altered


async def restore_papers(store: PaperStore, ledger: str, folder: Path) -> tuple[int, list[str]]:
    """Bring the papers of a folder of backups back; return how many, and those that were altered there.

    Raises PaperStoreError and OSError.
    """
    root, brought, altered = folder / FOLDER, 0, []
    for path in sorted((root / ledger).glob("*/*")):
        name = path.relative_to(root).as_posix()
        if path.suffix:
            continue
        if await asyncio.to_thread(_digest, path) == path.name:
            await store.put(name, path)
            brought += 1
        else:
            altered.append(name)
    return brought, altered


async def _copied(store: PaperStore, name: str, path: Path) -> bool:
    """Copy one paper, durably and whole, if its bytes are those of its name."""
    await asyncio.to_thread(path.parent.mkdir, 0o700, parents=True, exist_ok=True)
    draft, digest = path.with_suffix(".new"), hashlib.sha256()
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            async for piece in store.pieces(name):
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_settle, file)
        whole = digest.hexdigest() == path.name
        if whole:
            draft.replace(path)
        return whole
    finally:
        draft.unlink(missing_ok=True)


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
