"""An auditor who takes bundles of a child's file away, and verifies them by the program that is in them."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZipFile

from api.identity.permissions import Role
from api.witnesses import policy_of
from ledger.log.offline_verifier import main
from ledger.log.publishing import publish
from tests.support.client import Served


@dataclass(frozen=True)
class Auditor:
    """An auditor of a ledger with a child, and where its bundles are put."""

    served: Served
    child: UUID
    folder: Path

    async def takes(self, folder: str = "bundle", **asked: Any) -> Path:
        """Take the child's bundle away into a folder."""
        client = await self.served.as_(Role.AUDITOR)
        answer = await client.get(f"/children/{self.child}/bundle", params=asked)
        assert answer.status_code == 200, answer.text
        taken = self.folder / folder
        ZipFile(io.BytesIO(answer.content)).extractall(taken)
        return taken

    async def log(self) -> Path:
        """Take the whole log away into a folder."""
        container = self.served.container
        policy = await policy_of(container.settings, container.transparency_log)
        await publish(container.transparency_log, self.folder / "log", policy, lambda _: None)
        return self.folder / "log"

    async def positions(self) -> list[int]:
        """Return the positions of the child's entries."""
        return [each.position for each in await self.served.container.ledger.store.stream(self.child)]

    def finds(self, folder: Path, *words: object) -> list[str]:
        """Return what the program finds wrong with a folder."""
        said: list[str] = []
        key = self.served.container.transparency_log.verifier
        code = main([str(folder), "--key", key, *map(str, words)], said.append)
        faults = [line for line in said if line.startswith("✗")]
        assert code == bool(faults), said
        return faults


def all_of(folder: Path) -> str:
    """Return what stands in the files of a bundle."""
    return "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
