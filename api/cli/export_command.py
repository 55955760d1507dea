"""The command that exports the bundle of a child's file."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, BinaryIO
from uuid import UUID

from cyclopts import Parameter

from api.cli.container import command_container, stoppable
from api.cli.output import answer, commands, many
from api.http.dependencies import RequestContext
from api.http.file_bundle import MANIFEST, Disclosed, file_bundle
from api.identity.permissions import Action
from ledger.log.checkpoint import Checkpoint, Note
from ledger.log.publishing import FolderInUseError

export = commands("export", "导出供他人核对的内容。 Export what others verify.")


@export.command(name="child")
@stoppable
async def export_child(
    child: UUID,
    folder: Path,
    /,
    *,
    entries: Annotated[Sequence[int] | None, Parameter(consume_multiple=True)] = None,
    since: Path | None = None,
) -> int:
    """导出儿童档案及其证明，供他人核对。 Export a child's file with its proofs.

    命令以账本管理员身份执行，个人信息仍然封存。 It acts as the administrator: what is sealed stays sealed.

    Args:
        child: 儿童编号。 The id of the child.
        folder: 新文件夹。 A new folder.
        entries: 只出示这些位置的条目，默认为全部。 The positions of the entries to show; all by default.
        since: 以前取得的检查点，以便核对此后的一致性。
            A checkpoint that you had before, from which the log's growth is to be proved.
    """
    _check_empty(folder)
    positions = None if entries is None else frozenset(entries)
    size = 0 if since is None else await asyncio.to_thread(_size_of, since)
    async with command_container() as container:
        request = RequestContext(await container.identity.operator(), container.clock(), container)
        bundle = await file_bundle(request, child, Disclosed(positions, since=size), Action.VERIFY)
        async for name, pieces in bundle.members():
            file = await asyncio.to_thread(_begun, folder / name)
            with file:
                async for piece in pieces:
                    await asyncio.to_thread(file.write, piece)
    count = len(bundle.shown())
    answer(f"{folder}：出示 {count:,} 条。 {folder}: {many(count, 'entry', 'entries')} shown ({MANIFEST}).")
    return 0


def _check_empty(folder: Path) -> None:
    """Raise FolderInUseError unless a folder is empty or not there."""
    if folder.exists() and any(folder.iterdir()):
        message = f"{folder} 不是空文件夹。 {folder} is not empty."
        raise FolderInUseError(message)


def _size_of(checkpoint: Path) -> int:
    return Checkpoint.read(Note.read(checkpoint.read_text("utf-8")).text).size


def _begun(path: Path) -> BinaryIO:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.open("wb")
