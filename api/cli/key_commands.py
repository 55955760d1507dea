"""Commands about the wrapping keys: back them up, prove the backup, bring it back, and rotate."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from getpass import getpass
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from api.bootstrap import KEY_FILE
from api.cli.backup_commands import owner_of
from api.cli.container import command_container, stoppable
from api.cli.output import answer, commands, note
from api.cli.progress import progress_bar
from api.database import addresses, located
from api.settings import Settings
from ledger.data_folder import held
from ledger.postgres.key_store import KeyStore
from ledger.sealing.key_backup import KeyBackupError, new_code, opened_keys, put_backup, sealed_keys
from ledger.sealing.key_file import KeyFile, KeyLine, put_new
from ledger.sealing.token_key import TokenKey
from ledger.sealing.wrapping import KeyFileError

keys = commands("keys", "主密钥的备份、核验和更换。 The wrapping keys: backup, check, rotation.")
_ASKED: Final = "恢复码 Code: "


@keys.command(name="backup")
@stoppable
async def back_up_keys(file: Path, /) -> int:
    """加密备份主密钥，显示恢复码。 Back up the wrapping keys encrypted, and print the code that opens it.

    恢复码只显示这一次：请抄在纸上，与备份文件分开保管，再运行 childledger keys check。
    The code is printed this once: keep it on paper, apart from the file. Then run `childledger keys check`.

    Args:
        file: 备份文件；已有的备份改名留存，不是密钥备份的文件不作改动。
            The file. A backup that is there is kept under another name; any other file is left as it is.
    """
    settings = Settings()
    key_file = settings.data / KEY_FILE
    if not key_file.exists():
        async with command_container():
            note(f"新账本：已建立 {key_file}。 The ledger is new: made {key_file}.")
    wrapping_keys, code = KeyFile.read(key_file), new_code()
    earlier = put_backup(file, f"{sealed_keys(wrapping_keys, code)}\n")
    answer(code)
    if earlier is not None:
        note(
            f"此前的备份已改名为 {earlier}，仍由它自己的恢复码打开；新备份核验之后再移除。 "
            f"The backup that was there is now {earlier} and opens by its own code: remove it once the new "
            "one is checked."
        )
    note(
        f"已备份至 {file}。恢复码只显示这一次：请抄在纸上，与文件分开保管，再运行 childledger keys check。 "
        f"Backed up to {file}. The code is shown this once: write it down, keep it apart from the file, and "
        "run `childledger keys check`."
    )
    if any(line.token for line in wrapping_keys.lines):
        note(
            "令牌中的密钥不在备份内：请按令牌厂商的办法另行备份。 "
            "A key in a token is not in it: back it up as its maker says."
        )
    return 0


@keys.command(name="check")
@stoppable
async def check_keys(file: Path, /) -> int:
    """核验备份能打开全部数据密钥并记录在案。 Verify that a backup opens every data key, and note it.

    Args:
        file: 备份文件，由 childledger keys backup 写入；恢复码从终端或标准输入读取。
            What `childledger keys backup` wrote; its code is read from the terminal or standard input.
    """
    settings = Settings()
    backup = opened_keys(file, _code())
    current = KeyFile.read(settings.data / KEY_FILE).lines[0]
    if current not in backup.lines:
        message = (
            f"{file} 早于现用的主密钥，请重新备份。 "
            f"{file} is older than the wrapping key in use: make another backup."
        )
        raise KeyBackupError(message)
    every = 0
    async with _key_stores(settings) as stores:
        for ledger, store in stores.items():
            with progress_bar(f"核验 Checking {ledger}") as progress:
                read, refused = await store.check(backup, progress)
            if refused:
                message = (
                    f"账本 {ledger} 的 {read} 个数据密钥中有 {refused} 个不能由备份打开，请重新备份。 "
                    f"{refused} of the {read} data keys of {ledger} do not open by the backup: make another."
                )
                raise KeyBackupError(message)
            every += read
        for store in stores.values():
            await store.note_backup(current.name)
    answer(current.name.hex())
    note(
        f"备份有效：{every} 个数据密钥全部能打开，已记录在案。 "
        f"The backup is good, and noted: it opens all {every} data keys."
    )
    return 0


@keys.command(name="restore")
def restore_keys(file: Path, /) -> int:
    """从备份取回密钥文件 DATA/master.key。 Bring the key file DATA/master.key back from a backup.

    Args:
        file: 备份文件，由 childledger keys backup 写入；恢复码从终端或标准输入读取。
            What `childledger keys backup` wrote; its code is read from the terminal or standard input.
    """
    key_file = Settings().data / KEY_FILE
    lines = opened_keys(file, _code()).lines
    if not put_new(key_file, "\n".join(map(str, lines))):
        message = (
            f"{key_file} 已存在，未作改动：要取回的，请先将其移开。 "
            f"{key_file} is there already, and was left as it is: move it away first."
        )
        raise KeyFileError(message)
    answer(str(key_file))
    return 0


@keys.command(name="rotate")
@stoppable
async def rotate_keys(*, token: str | None = None) -> int:
    """更换主密钥，服务不中断，中断的可重新运行。 Rotate the wrapping key while serving; resumable.

    Args:
        token: 新的主密钥在令牌中的地址（PKCS#11 URI），没有的自动生成；默认在密钥文件中新建。
            Where the new wrapping key is in a token (PKCS#11 URI), made there if there is none; by default
            a new key in the key file.
    """
    settings = Settings()
    key_file = settings.data / KEY_FILE
    async with _key_stores(settings) as stores:
        with held(key_file):
            wrapping_keys = KeyFile.read(key_file)
            current = wrapping_keys.lines[0]
            left = sum([(await store.left(current.name))[0] for store in stores.values()])
            if left:
                note(
                    f"继续上次更换：还有 {left} 个数据密钥。 "
                    f"Going on with the last rotation: {left} data keys are left."
                )
            else:
                await _add(wrapping_keys, token)
            done = 0
            for ledger, store in stores.items():
                with progress_bar(f"更换 Rotating {ledger}") as progress:
                    done += await store.rewrap(wrapping_keys, progress)
    current, *retired = wrapping_keys.lines
    answer(current.name.hex())
    note(
        f"已由新的主密钥封装 {done} 个数据密钥。旧主密钥 {_names(retired)} 已停用，但仍须保留："
        f"此前的备份还要用它打开。 Wrapped {done} data keys by the new wrapping key. Retired, and to be kept "
        f"as long as a backup from before is: {_names(retired)}."
    )
    note(
        "请立即备份新的主密钥：childledger keys backup 文件，再 childledger keys check 文件。 "
        "Back the new wrapping key up now: `childledger keys backup FILE`, `childledger keys check FILE`."
    )
    return 0


async def _add(wrapping_keys: KeyFile, token: str | None) -> None:
    """Put a new wrapping key before the others. Raises KeyFileError, KeyUnavailableError and OSError."""
    if token is not None:
        if any(line.token == token for line in wrapping_keys.lines):
            message = (
                "令牌中的这个密钥已在使用或已停用，请另选一个。 "
                "This key of the token is in use or retired: choose another."
            )
            raise KeyFileError(message)
        await TokenKey.at(token).make()
    wrapping_keys.with_first(KeyLine.new(token))


def _names(lines: list[KeyLine]) -> str:
    return ", ".join(line.name.hex() for line in lines)


def _code() -> str:
    return getpass(_ASKED) if sys.stdin.isatty() else sys.stdin.readline()


@asynccontextmanager
async def _key_stores(settings: Settings) -> AsyncIterator[dict[str, KeyStore]]:
    """Enter the key stores of all ledgers of DATA, which one key file wraps. Raises OwnerUnknownError."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(located(settings))
        if settings.database_url is None and database.owner is not None:
            # One embedded database has all of them.
            settings = settings.model_copy(update={"database_url": SecretStr(database.owner)})
        stores = {}
        for each in settings.served:
            owner = owner_of(await stack.enter_async_context(addresses(each)))
            stores[each.ledger] = await stack.enter_async_context(KeyStore.entered(owner, each.ledger))
        yield stores
