"""Commands about the transparency log: its key, and its directory for auditors."""

from pathlib import Path

from api.cli.container import command_container, stoppable
from api.cli.output import answer, commands
from api.cli.progress import progress_bar
from ledger.log.publishing import publish

log = commands("log", "透明日志。 The transparency log.")


@log.command(name="key")
@stoppable
async def key() -> int:
    """显示验证日志签名的公钥。 Print the public key by which the log's signatures are verified."""
    async with command_container() as container:
        answer(container.transparency_log.verifier)
        return 0


@log.command(name="export")
@stoppable
async def export(folder: Path, /) -> int:
    """签署日志并写入文件夹，供他人核对。 Sign the log and write it into a folder, for others to verify.

    Args:
        folder: 新文件夹，或以前写入过的文件夹，后者只补写新的部分。
            A new folder, or one that was written before, to which only what is new is added.
    """
    async with command_container() as container:
        await container.transparency_log.catch_up()
        with progress_bar("导出日志 Exporting the log") as progress:
            size = await publish(container.transparency_log, folder, progress)
    answer(f"{folder}：{size:,} 条。 {folder}: {size:,} entries.")
    return 0
