"""Commands for maintenance: read models, entries and the database's address."""

from collections import Counter
from typing import Final, Literal

from api.bootstrap import Container, open_container
from api.cli.container import command_container, stoppable
from api.cli.output import Flag, answer, note
from api.cli.progress import progress_bar
from api.settings import Settings
from api.witnesses import policy_of
from domain.label import Label
from ledger.log.checkpoint import NoteError
from ledger.monitor import log_flaws
from ledger.paper_verification import nobodys, paper_flaws
from ledger.postgres.check import AlteredError
from ledger.verification import Flaw, flaws
from projections import READ_MODELS
from projections.projector.generations import KEPT, KNOWN_RANGE, drop_older, make
from projections.projector.verify import Verification

DIFFERENT: Final = 1
"""The exit code if anything is not as it was recorded."""


@stoppable
async def rebuild(*, keep: int = KEPT) -> int:
    """重建查询视图后切换，中断的可重新运行。 Rebuild the read models beside those in use, and switch.

    Args:
        keep: 保留的旧代次数量，以便退回。 The number of earlier generations to keep.
    """
    async with command_container() as container:
        return await rebuilding(container, max(0, keep))


async def rebuilding(container: Container, keep: int) -> int:
    """Build a generation, drop generations not kept, and return the exit code."""
    owner, ledger, projector = container.addresses.owner, container.settings.ledger, container.projector
    if owner is None:
        note(
            "只有数据库所有者能建立数据表，请设置 CHILDLEDGER_DATABASE_URL。 "
            "Only the owner makes tables: set CHILDLEDGER_DATABASE_URL."
        )
        return 1
    number = await make(owner, ledger, READ_MODELS, projector.version, anew=True)
    with progress_bar("重建 Rebuilding") as progress:
        built = await projector.build(number, progress)
    await drop_older(owner, ledger, keep)
    for model, stopped in built.stopped.items():
        note(f"{model}：已停止。 Stopped: {stopped.error}")
    answer(f"第{number}代次已启用。 Generation {number} is read from now on.")
    return DIFFERENT if built.stopped else 0


@stoppable
async def verify(*, read_models: Flag = False) -> int:
    """核对条目和材料影像是否与登记时一致。 Verify that entries and papers are as recorded; 0 if so.

    数据库结构被改动过的，先说明改动了什么，仍然核对。
    Where the schema of the database was altered it says how, and verifies all the same.

    Args:
        read_models: 同时重新计算全部档案的查询视图并比对。
            Also recompute the rows of every file and compare them with the tables.
    """
    altered: list[AlteredError] = []
    async with open_container(Settings(), follow=False, altered=altered.append) as container:
        for each in altered:
            answer(str(each))
        code = await verifying_entries(container) or await verifying_papers(container)
        if read_models and not code:
            code = await verifying(container)
        elif read_models:
            note(
                "条目有误，未核对查询视图。 The read models were not compared, for entries are not in order."
            )
        return code or (DIFFERENT if altered else 0)


async def verifying_entries(container: Container) -> int:
    """Compare every entry with its voucher, its columns and its leaf, and every access with its leaf.

    Returns the exit code.
    """
    flawed = 0
    with progress_bar("核对条目 Verifying entries") as progress:
        async for each in flaws(container.ledger, progress):
            flawed += 1
            _tell(each)
    with progress_bar("核对日志 Verifying the log") as progress:
        async for each in log_flaws(container.transparency_log, progress):
            flawed += 1
            _tell(each)
        for unwitnessed in await _unwitnessed(container):
            flawed += 1
            answer(unwitnessed)
    accesses = container.log_of_accesses
    of_accesses = 0
    with progress_bar("核对查阅记录 Verifying the accesses") as progress:
        async for each in log_flaws(accesses, progress):
            of_accesses += 1
            _tell(each, accesses.rows.name)
    note(f"条目有误{flawed:,}处。 Entries not in order: {flawed:,}.")
    note(f"查阅记录有误{of_accesses:,}处。 Access records not in order: {of_accesses:,}.")
    return DIFFERENT if flawed or of_accesses else 0


async def _unwitnessed(container: Container) -> list[str]:
    """Return what is wrong with the signatures of the log by the operator's policy, if there is one."""
    log = container.transparency_log
    policy = await policy_of(container.settings, log)
    try:
        note = await log.published()
        if note is not None:
            policy.check(note)
    except NoteError as error:
        return [str(error)]
    return []


async def verifying_papers(container: Container) -> int:
    """Compare the bytes of every paper with its entry, and return the exit code."""
    flawed = 0
    with progress_bar("核对材料影像 Verifying papers") as progress:
        async for each in paper_flaws(container.ledger, container.papers, container.clock(), progress):
            flawed += 1
            zh, en = (
                ("", "") if each.position is None else (f"第{each.position}条：", f"Entry {each.position}: ")
            )
            answer(f"{zh}{each.what.zh}（{each.name}）。 {en}{each.what.en} ({each.name}).")
    note(f"材料影像有误{flawed:,}处。 Papers not in order: {flawed:,}.")
    return DIFFERENT if flawed else 0


@stoppable
async def sweep() -> int:
    """清除没有条目引用的材料影像。 Remove the bytes of papers that no entry names.

    只清除存放一小时以上的。 Only what has lain there for more than an hour is removed.
    """
    async with command_container() as container:
        found = await nobodys(container.ledger, container.papers, container.clock())
        await container.papers.store.remove(found)
    note(f"清除{len(found):,}份。 Removed: {len(found):,}.")
    return 0


def _tell(flaw: Flaw, name: Label | None = None) -> None:
    what, zh = ("Entry", "条") if name is None else (name.en.capitalize(), f"条{name.zh}")
    answer(f"第{flaw.position}{zh}：{flaw.what.zh}。 {what} {flaw.position}: {flaw.what.en}.")


async def verifying(container: Container) -> int:
    """Compare the read models with the entries, print the differences, and return the exit code."""
    await container.projector.start()
    generation = container.projector.read_from
    verifier = Verification(container.ledger, container.readers, READ_MODELS)
    counted: Counter[str] = Counter()
    with progress_bar("核对 Verifying") as progress:
        async for each in verifier.differences(generation.number, progress):
            counted[each.model] += 1
            answer(f"{each.model} {each.stream}")
    for model in READ_MODELS:
        first, position = generation.stopped.get(model.name), generation.position_of(model.name)
        stopped = f" 已停止。 Stopped at {position}: {first.error}" if first else ""
        shared = [] if model.shares is None else [(model.shared_table, "")]
        for table, halted in ((model.name, stopped), (model.known_table, ""), *shared):
            count = f"{counted[table]:,}"
            note(f"{table}：{count}处不一致。 {count} rows are different.{halted}")
    if (known := generation.stopped.get(KNOWN_RANGE)) is not None:
        note(
            f"历次所知：已停止，止于{generation.known_through}。"
            f" What was known when: stopped at {generation.known_through}: {known.error}"
        )
    if generation.known_through is None:
        note("历次所知尚未写完，未核对。 What was known when is not written yet, and was not compared.")
    return DIFFERENT if counted else 0


@stoppable
async def database_url(*, role: Literal["owner", "writer", "reader"] = "owner") -> int:
    """显示数据库地址。 Print the database's address; the embedded database runs while a server does.

    Args:
        role: 以何种身份进入；只有所有者可以迁移，只有写入者可以追加。
            The role that connects. Only the owner may migrate; only the writer may append.
    """
    async with command_container() as container:
        address = container.addresses.of(role)
        if address is None:
            note(
                "未取得所有者的数据库地址，请设置 CHILDLEDGER_DATABASE_URL。"
                " The owner's address is not known here: set CHILDLEDGER_DATABASE_URL."
            )
            return 1
        answer(address)
        return 0
