"""`childledger erase`: destroys what is to be erased, once it is approved and nobody can stop it any more."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli.backup_commands import owner_of
from api.cli.container import command_container, stoppable
from api.cli.output import Flag, answer, note
from api.erasing import ErasureRefusedError, erase, erasures

REFUSED = 1
"""The exit code if something that is due could not be erased."""


@stoppable
async def erase_due(
    *, backups: Annotated[list[Path] | None, Parameter(negative=())] = None, dry_run: Flag = False
) -> int:
    """执行已批准且冷静期届满的删除，中断的可重新运行。 Erase what is approved and due; resumable.

    销毁数据密钥，清除材料影像、草稿、检索词，换新密钥库副本，并登记在档案中。销毁后任何备份均不能恢复。
    Data keys are destroyed; scans, drafts, search terms and copies of the key store go, and the file says so.
    No backup brings back what was erased.

    Args:
        backups: 备份所在文件夹，可重复；其中的密钥库副本一并换新。
            A folder of backups, may be repeated. The copy of the key store in it is replaced.
        dry_run: 只显示将要删除的，不作任何改动。 Only list what would be erased.
    """
    folders, refused = backups or [], 0
    async with command_container() as container:
        owner = owner_of(container.addresses)
        due = [
            (file, each)
            async for file, each in erasures(container)
            if each.state(container.today()) in {"due", "started"}
        ]
        for file, each in due:
            named = f"{file.stream} {each.entry.original} {','.join(sorted(each.categories))}"
            if dry_run:
                answer(named)
                continue
            try:
                erased = await erase(container, owner, file, each, folders)
            except ErasureRefusedError as error:
                refused += 1
                note(f"未删除：{named}。 Not erased: {named}. {error}")
                continue
            answer(named)
            note(
                f"已销毁密钥{erased.keys}个，清除影像{erased.scans}份。"
                f" Keys destroyed: {erased.keys}; scans purged: {erased.scans}."
            )
        if due and not dry_run:
            while await container.projector.step():
                pass
            while await container.projector.step_known():
                pass
    if not due:
        note("没有到期的删除。 Nothing is due to be erased.")
    elif not dry_run and not folders:
        note(
            "各处备份中的密钥库副本仍含已销毁的密钥，请立即重新备份到每一处：childledger backup 文件夹。 "
            "Copies of the key store in backups still hold the keys: back up to each folder again now."
        )
    return REFUSED if refused else 0
