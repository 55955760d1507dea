"""Commands about rule packs: tried, compared with the ledger, adopted."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import orjson

from api.bootstrap import Container
from api.cli.asking import read_line
from api.cli.container import command_container, known_institution, stoppable
from api.cli.output import Flag, answer, many, note
from api.cli.progress import progress_bar
from api.identity.directory import IdentityError, Institution
from api.identity.permissions import Actor
from api.institutions import adopt_rulebook
from api.rule_packs.examples import Tested, run_examples
from api.rule_packs.pack_files import draft, read_pack
from api.rule_packs.telling import change_lines, file_json, file_lines
from api.rule_packs.what_if import FileChanges, changed_files
from domain.label import Label
from domain.pack_faults import PackFault, faults
from domain.rule_pack import RulePack, changes, packs_of
from domain.rulebook import Rulebook

FAULTY: Final = 1
"""The exit code for a pack with faults, an example that fails, and an adoption that was not confirmed."""
_TABLES: Final = {
    "number": ("数值", "number", "numbers"),
    "papers": ("材料", "list of papers", "lists of papers"),
    "example": ("例子", "example", "examples"),
    "rule": ("规则", "rule", "rules"),
}
"""The tables of a pack: in Chinese, and one and several in English."""
_YES: Final = frozenset({"y", "yes", "是"})


def validate(pack: Path, /) -> int:
    """检查规则包并列出全部错误。 Tell everything that is wrong with a rule pack.

    Args:
        pack: 规则包文件（.toml）或者其所在文件夹。 A .toml file, or a folder of them.
    """
    faultless = _read(pack)
    if isinstance(faultless, int):
        return faultless
    counted = Counter(
        kind for document in faultless.documents.values() for kind in document for _ in document[kind]
    )
    zh = "、".join(f"{_TABLES[kind][0]}{number}项" for kind, number in counted.items())
    en = ", ".join(many(number, *_TABLES[kind][1:]) for kind, number in counted.items())
    answer(f"{faultless.name}：没有错误（{zh}）。 It is in order ({en}).")
    return 0


def _read(path: Path) -> RulePack | int:
    """Return a pack without faults; otherwise print what is wrong, and return the exit code."""
    pack = read_pack(path)
    wrong = faults(pack, Rulebook.shipped())
    for fault in wrong:
        answer(_told(fault))
    if not wrong:
        return pack
    note(f"{pack.name}：{len(wrong)}处有误。 {many(len(wrong), 'fault')}.")
    return FAULTY


def _told(fault: PackFault) -> str:
    place = " · ".join(each for each in (fault.file, fault.rule, fault.table, fault.field) if each)
    zh, en = (
        f"{words}{'' if words.endswith(mark) else stop}"
        for words, mark, stop in ((fault.words.zh, "？", "。"), (fault.words.en, "?", "."))
    )
    return f"{place}: {zh} {en}"


def test(pack: Path, /) -> int:
    """以规则包中的例子试用规则包。 Try the examples of a rule pack, over the shipped rulebook.

    Args:
        pack: 规则包文件（.toml）或者其所在文件夹。 A .toml file, or a folder of them.
    """
    faultless = _read(pack)
    if isinstance(faultless, int):
        return faultless
    shipped = Rulebook.shipped()
    tested = run_examples(faultless, draft(shipped, shipped, [faultless]))
    for each in tested:
        answer(_tested(each))
    failed = sum(not each.passed for each in tested)
    note(
        f"共{len(tested)}行，{failed}行不符。 {many(len(tested), 'line')}, {failed} failed."
        if tested
        else "没有例子（[[example]]）。 There are no examples ([[example]])."
    )
    return FAULTY if failed else 0


def _tested(each: Tested) -> str:
    place = f"{each.file} · example {each.number} · {each.rule}"
    place = place if each.on is None else f"{place} · {each.on}"
    if each.wrong:
        return "\n".join(f"不能试 FAULTY  {place}: {fault.zh} {fault.en}" for fault in each.wrong)
    if each.passed:
        return f"相符 passed  {place}: {each.actual}"
    return f"不符 FAILED  {place}: 应为 expected {each.expected}; 实为 found {each.actual}"


@stoppable
async def adopt(
    pack: Path | None = None,
    /,
    *,
    institution: str | None = None,
    without: tuple[str, ...] = (),
    yes: Flag = False,
) -> int:
    """为机构启用规则集和规则包。 Let an institution adopt the shipped rulebook, under its packs.

    启用前显示变化并要求确认；此前的启用记录保留在机构档案中，可以再次启用以撤回规则包。
    It shows what changes, and asks before it records. Earlier adoptions stay in the institution's stream, and
    adopting again takes a pack back.

    Args:
        pack: 规则包文件（.toml）或者其所在文件夹；不填写的，为随附规则集和已启用的规则包。
            A .toml file, or a folder of them; without one, the shipped rulebook under the packs adopted.
        institution: 机构名称或者编号；账本中只有一个机构的，可以不填写。
            Whose (name or id); not needed where the ledger has one.
        without: 不再适用的已启用规则包名称。 A pack adopted earlier to leave out, by its name.
        yes: 不要求确认。 Do not ask.
    """
    packs = _packs(pack)
    if isinstance(packs, int):
        return packs
    async with command_container() as container:
        adopter = await _the_institution(container, institution)
        book, shipped = await container.ledger.rulebook_at(adopter.institution), container.ledger.rulebook
        unknown = sorted({*without} - packs_of(book).keys())
        if unknown:
            named = ", ".join(unknown)
            note(f"{adopter.name}未启用规则包 {named}。 No pack {named} is adopted.")
            return FAULTY
        wanted = draft(book, shipped, packs, without)
        differences = changes(book, wanted)
        for change in differences:
            for line in change_lines(change):
                answer(line)
        if not differences:
            answer(f"{adopter.name}：没有变化。 Nothing changes.")
            return 0
        if not yes and not await _confirmed(adopter):
            note("未启用，未作登记。 It was not adopted, and nothing was recorded.")
            return FAULTY
        await adopt_rulebook(container, adopter.institution, wanted)
        answer(
            f"{adopter.name}：已启用规则集 {wanted.digest[:12]}。 Rulebook {wanted.digest[:12]} is adopted."
        )
        return 0


def _packs(path: Path | None) -> list[RulePack] | int:
    if path is None:
        return []
    faultless = _read(path)
    return faultless if isinstance(faultless, int) else [faultless]


async def _confirmed(adopter: Institution) -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        note("请加 --yes 确认。 Confirm by --yes.")
        return False
    note(f"{adopter.name}是否启用以上变化？（是/否） Adopt these changes? (yes/no)")
    return (await read_line()).strip().lower() in _YES


async def _the_institution(container: Container, named: str | None) -> Institution:
    """Return the institution that is named, else the only one. Raises IdentityError."""
    if named is not None:
        return await known_institution(container, named)
    institutions = await container.identity.institutions()
    if len(institutions) == 1:
        return institutions[0]
    message = Label("请以 --institution 填写机构。", "Say which institution: --institution.")
    raise IdentityError(message)


@stoppable
async def what_if(
    pack: Path | None = None,
    /,
    *,
    institution: str | None = None,
    without: tuple[str, ...] = (),
    token: Path | None = None,
    json: Flag = False,
) -> int:
    """试算启用规则包后的变化，不作登记。 Tell what would change in which files; nothing is recorded.

    Args:
        pack: 规则包文件（.toml）或者其所在文件夹；不填写的，为随附规则集和已启用的规则包。
            A .toml file, or a folder of them; without one, the shipped rulebook under the packs adopted.
        institution: 只试算该机构（名称或者编号）负责的档案。
            Only files in this institution's charge (name or id).
        without: 不再适用的已启用规则包名称。 A pack adopted earlier to leave out, by its name.
        token: 存有令牌的文件；按令牌持有人的权限显示，而非管理员的权限。
            A file that holds a token: tell what its holder may see, and not the administrator.
        json: 每份档案显示一行 JSON，最后显示合计。
            Print a line of JSON for each file, and the counts at the end.
    """
    packs = _packs(pack)
    if isinstance(packs, int):
        return packs
    async with command_container() as container:
        charge = (
            None if institution is None else (await known_institution(container, institution)).institution
        )
        actor = await _reader(container, token)
        counted: Counter[str] = Counter()
        by_rule: Counter[str] = Counter()
        with progress_bar("读取档案 Reading files") as progress:
            changed = changed_files(
                container, actor, packs, institution=charge, without=without, progress=progress
            )
            async for each in changed:
                counted += _counted(each)
                by_rule.update(each.rules)
                lines = (
                    [orjson.dumps(file_json(each, container.today())).decode()] if json else file_lines(each)
                )
                for line in lines:
                    answer(line)
        _tell_counts(counted, by_rule, container.ledger.rulebook, json=json)
        return 0


async def _reader(container: Container, token: Path | None) -> Actor:
    if token is None:
        return await container.identity.operator()
    text = await asyncio.to_thread(token.read_text, "utf-8")
    actor = await container.identity.authenticate(text.strip())
    if actor is None:
        message = Label("令牌无效或者已过期。", "The token is not valid, or has expired.")
        raise IdentityError(message)
    return actor


def _counted(each: FileChanges) -> Counter[str]:
    return Counter(
        files=1,
        obligations=len(each.obligations),
        gates=len(each.gates),
        findings_new=len(each.new),
        findings_gone=len(each.gone),
    )


def _tell_counts(counted: Counter[str], by_rule: Counter[str], rulebook: Rulebook, *, json: bool) -> None:
    """Tell how much would change, and by which rules in how many files, most first."""
    ranked = [(rulebook[rule], files) for rule, files in by_rule.most_common()]
    names = ("files", "obligations", "gates", "findings_new", "findings_gone")
    if json:
        of_rules = [
            {"rule": rule.id, "title_zh": rule.title.zh, "title_en": rule.title.en, "files": number}
            for rule, number in ranked
        ]
        told = {"counts": {name: counted[name] for name in names}, "by_rule": of_rules}
        answer(orjson.dumps(told).decode())
        return
    for rule, number in ranked:
        answer(f"{rule.id}  {rule.title}: {number}份档案 {many(number, 'file')}")
    files, obligations, gates, new, gone = (counted[name] for name in names)
    answer(
        f"{files}份档案有变化：到期事项{obligations}项，安置条件{gates}项，新增核查发现{new}项，消除核查发现{gone}项。"
        f" {many(files, 'file changes', 'files change')}: {many(obligations, 'obligation')},"
        f" {many(gates, 'gate')}, {many(new, 'new finding')}, {gone} gone."
    )
