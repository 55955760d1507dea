"""Commands about the transparency logs: their keys, and their directory for auditors."""

from pathlib import Path
from typing import Final

from api.cli.container import command_container, stoppable
from api.cli.output import Flag, answer, commands
from api.cli.progress import progress_bar
from api.witnesses import policy_of
from ledger.log.publishing import publish

ACCESS_FOLDER: Final = "access-log"
log = commands("log", "透明日志。 The transparency log.")


@log.command(name="key")
@stoppable
async def key(*, accesses: Flag = False) -> int:
    """显示验证日志签名的公钥。 Print the public key by which the log's signatures are verified.

    Args:
        accesses: 显示查阅记录日志的公钥。 Print that of the log of accesses.
    """
    async with command_container() as container:
        own = container.log_of_accesses if accesses else container.transparency_log
        answer(own.verifier)
        return 0


@log.command(name="export")
@stoppable
async def export(folder: Path, /) -> int:
    """签署日志并写入文件夹，供他人核对。 Sign the log and write it into a folder, for others to verify.

    查阅记录的日志写入其中的 access-log。 The log of accesses is written into `access-log` within it.

    Args:
        folder: 新文件夹，或以前写入过的文件夹，后者只补写新的部分。
            A new folder, or one that was written before, to which only what is new is added.
    """
    async with command_container() as container:
        own, accesses = container.transparency_log, container.log_of_accesses
        for each in (own, accesses):
            await each.catch_up()
        with progress_bar("导出日志 Exporting the log") as progress:
            size = await publish(own, folder, await policy_of(container.settings, own), progress)
        with progress_bar("导出查阅记录日志 Exporting the log of accesses") as progress:
            read = await publish(
                accesses, folder / ACCESS_FOLDER, await policy_of(container.settings, accesses), progress
            )
    answer(f"{folder}：{size:,} 条，查阅记录 {read:,} 条。 {folder}: {size:,} entries, {read:,} accesses.")
    return 0
