"""Commands for recovery: back up, restore, and continue after entries were lost."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from api.bootstrap import KEY_FILE
from api.cli.output import STOPPED, Flag, answer, note
from api.database import Addresses, addresses, located
from api.serving import run
from api.settings import Settings
from ledger.log.last_seen import LastSeen, LostEntriesError, SeenHead
from ledger.papers.paper_backup import back_up_papers, restore_papers
from ledger.papers.paper_store import PaperStore
from ledger.postgres import backup
from ledger.postgres.migrate import migrate
from ledger.store import epochs
from ledger.store.append import Head
from ledger.store.store import Store

_NO_OWNER: Final = (
    "应当以数据库所有者身份运行，请设置 CHILDLEDGER_DATABASE_URL。 "
    "This is done as the database's owner: set CHILDLEDGER_DATABASE_URL."
)


class OwnerUnknownError(Exception):
    """A command needs the owner's address, which is unknown here."""


def back_up(folder: Path, /) -> int:
    """备份账本，服务不中断。 Back up the ledger while it is served: its entries, its keys and its papers.

    备份不含密钥文件 DATA/master.key，没有该文件则任何内容均无法打开，请另行运行 childledger keys backup。
    It lacks the key file DATA/master.key, without which nothing opens: run `childledger keys backup`, too.

    Args:
        folder: 备份文件夹，没有的自动建立；每次备份增加一个条目文件，并替换密钥库副本。
            The folder of backups, created if there is none. A backup adds entries and replaces the keys.
    """
    return run(backing_up(Settings(), folder), stopped_with=STOPPED)


def restore(folder: Path, /, *, manifest: Path | None = None) -> int:
    """将备份恢复到空账本。 Restore a backup into an empty ledger.

    例如新建的 DATA，其中放入原密钥文件。 Such as that of a new DATA with the old key file.

    Args:
        folder: 备份所在文件夹，默认取最新的备份。 The folder of backups; the newest one is restored.
        manifest: 改用该清单（文件夹中较早备份的 .json 文件）。
            The manifest (.json) of an older backup in the folder, to restore instead.
    """
    return run(restoring(Settings(), folder, manifest), stopped_with=STOPPED)


def recover(*, without_witness: Flag = False) -> int:
    """条目丢失后开始新纪元。 Begin a new epoch after entries were lost, as by an older backup.

    Args:
        without_witness: 即使 DATA 中没有末次所见记录或者该记录无效。
            Also if DATA has no record of the last position, or an invalid one.
    """
    return run(recovering(Settings(), without_witness=without_witness), stopped_with=STOPPED)


async def backing_up(settings: Settings, folder: Path) -> int:
    """Back up, and print the path of the manifest."""
    key_file = settings.data / KEY_FILE
    async with located(settings) as database:
        path, made = await backup.back_up(owner_of(database), settings.ledger, folder, key_file, note)
    papers = PaperStore.at(settings.paper_url)
    # After the entries, so that what they name is there.
    copied, altered = await back_up_papers(papers, settings.ledger, folder)
    answer(str(path))
    _tell_altered(altered)
    note(f"材料影像新增{copied:,}份。 Papers added to the backups: {copied:,}.")
    note(f"已备份至第{made.position}条。 Backed up through position {made.position}, epoch {made.epoch}.")
    note(
        f"备份不含密钥文件 {key_file}，没有该文件则密封内容均无法打开，请另行运行 childledger keys backup。 "
        f"Not in it: {key_file}, without which nothing sealed opens. Run `childledger keys backup` for that."
    )
    return 1 if altered else 0


async def restoring(settings: Settings, folder: Path, manifest: Path | None = None) -> int:
    """Restore a backup, and print the path of its manifest."""
    path = manifest or backup.newest(folder, settings.ledger)
    async with addresses(settings) as database:
        owner = owner_of(database)
        try:
            made = await backup.restore(owner, settings.ledger, path, settings.data / KEY_FILE, note)
        finally:
            await migrate(owner, settings.ledger)
    brought, altered = await restore_papers(PaperStore.at(settings.paper_url), settings.ledger, path.parent)
    answer(str(path))
    _tell_altered(altered)
    note(f"材料影像{brought:,}份。 Papers brought back: {brought:,}.")
    note(f"已恢复至第{made.position}条。 Restored through position {made.position}, epoch {made.epoch}.")
    return 1 if altered else 0


def _tell_altered(names: Iterable[str]) -> None:
    for name in names:
        answer(f"材料影像被改动，未采用：{name}。 The bytes of a paper were altered, and not taken: {name}.")


async def recovering(settings: Settings, *, without_witness: bool = False) -> int:
    """Begin a new epoch, and print its number, unless no loss is known."""
    async with addresses(settings) as database:
        owner = owner_of(database)
        async with Store(database.writer, database.reader, settings.ledger, readers=1) as store:
            last_seen = LastSeen(store, settings.data, settings.ledger, settings.data / KEY_FILE)
            if without_witness:
                aside = last_seen.set_aside()
                if aside:
                    note(f"原末次所见文件已移至 {aside}。 The file of what was last seen is now {aside}.")
            elif await _nothing_is_lost(last_seen):
                note("没有发现缺失的条目。 Nothing is known to be lost: no new epoch is needed.")
                return 0
            lost = last_seen.seen()
            lost_at = None if lost is None else lost.recorded_at
            head = await epochs.begin(owner, settings.ledger, await store.head(), last_seen.text(), lost_at)
            await last_seen.note()
    _tell(head, lost)
    return 0


async def _nothing_is_lost(last_seen: LastSeen) -> bool:
    try:
        await last_seen.check()
    except LostEntriesError:
        return False
    return True


def _tell(head: Head, lost: SeenHead | None) -> None:
    lost_after = "" if lost is None else f", after position {lost.position} of epoch {lost.epoch}"
    answer(str(head.epoch))
    note(
        f"第{head.epoch}纪元自第{head.position}条之后开始。 "
        f"Epoch {head.epoch} begins after position {head.position}{lost_after}."
    )


def owner_of(database: Addresses) -> str:
    """Return the owner's address. Raises OwnerUnknownError."""
    if database.owner is None:
        raise OwnerUnknownError(_NO_OWNER)
    return database.owner
