"""Commands about rules: listed and explained; those about rule packs stand in `pack_commands`."""

from collections.abc import AsyncIterator, Iterator
from datetime import date

from api.bootstrap import Container
from api.cli.container import command_container, known_institution, stoppable
from api.cli.output import Flag, answer, commands, note
from api.cli.pack_commands import adopt, test, validate, what_if
from api.clock import day_of, utc_now
from api.identity.directory import Institution
from api.rule_packs.telling import PARTLY, STRENGTHS, UNVERIFIED, VERIFIED, dated_text, reads_of
from domain.codes import tables
from domain.event import CATALOGUE
from domain.possible import mending
from domain.rule_pack import Dated, packs_of
from domain.rulebook import REGIONS, Rule, Rulebook

rules = commands("rules", "规则和规则包。 Rules and rule packs.")


@rules.default
@rules.command(name="list")
@stoppable
async def list_rules(*, unverified: Flag = False, institution: str | None = None) -> int:
    """列出规则及其依据。 List the rules with their sources.

    Args:
        unverified: 只列出依据或者其中部分数值、材料尚未核实的规则（未核实的不据以拒绝登记）。
            Only those of which the text, or some numbers or papers, could not be checked: that never refuses.
        institution: 某机构（名称或者编号）适用的规则，并列出落后于随附规则集的规则。
            Those that count for an institution (its name or id), and which of them are behind.
    """
    if institution is None:
        _list(Rulebook.shipped(), unverified=unverified)
        return 0
    async with command_container() as container:
        adopter = await known_institution(container, institution)
        book = await container.ledger.rulebook_at(adopter.institution)
        _list(book, unverified=unverified)
        async for line in _standing(container, adopter, book):
            note(line)
        return 0


def _list(book: Rulebook, *, unverified: bool) -> None:
    for rule in book.rules.values():
        if not (unverified and rule.wholly_verified):
            state = VERIFIED if rule.wholly_verified else PARTLY
            state = state if rule.verified else UNVERIFIED
            answer(
                f"{rule.id}  {STRENGTHS[rule.strength]}  {state}  {rule.title}\n"
                f"  {rule.zh}\n  {rule.en}\n  {rule.source}"
            )


async def _standing(container: Container, adopter: Institution, book: Rulebook) -> AsyncIterator[str]:
    """Yield which rulebook an institution has adopted, and how it differs from the shipped one."""
    adopted = await container.ledger.adopted_on(adopter.institution)
    packs = ", ".join(packs_of(book)) or "–"
    yield (
        f"{adopter.name}：规则集 {book.digest[:12]}，启用于 {adopted or '–'}，规则包：{packs}。"
        f" Rulebook {book.digest[:12]}, adopted on {adopted or '–'}; packs: {packs}."
    )
    if late := ", ".join(container.ledger.behind(book)):
        yield (
            f"以下规则落后于本版本随附的规则集，可用 childledger rules adopt 启用：{late}。"
            f" These rules are behind the shipped rulebook; childledger rules adopt adopts it: {late}."
        )


@rules.command
@stoppable
async def explain(
    rule: str, /, *, region: str | None = None, on: date | None = None, institution: str | None = None
) -> int:
    """说明一条规则。 Explain a rule: its text, its source, what it reads, and its numbers.

    Args:
        rule: 规则编号，如 D11。 Its id, such as D11.
        region: 同时显示该地区（六位行政区划代码）适用的数值。
            Also tell which number counts there (GB/T 2260, six digits).
        on: 同时显示该日适用的数值，默认为今日。 Also tell which number counts on this day; today by default.
        institution: 按某机构（名称或者编号）启用的规则集说明。
            As the rulebook says it that an institution (its name or id) has adopted.
    """
    if region is not None and region not in tables()["region"].codes:
        note(f"没有该地区代码：{region}。 There is no region {region}.")
        return 1
    if institution is None:
        return _explain(Rulebook.shipped(), rule, region, on or day_of(utc_now()))
    async with command_container() as container:
        adopter = await known_institution(container, institution)
        book = await container.ledger.rulebook_at(adopter.institution)
        return _explain(book, rule, region or adopter.region, on or container.today())


def _explain(book: Rulebook, named: str, region: str | None, on: date) -> int:
    rule = book.rules.get(named.upper())
    if rule is None:
        note(
            f"没有该规则：{named}；全部规则见 childledger rules list。"
            f" There is no rule {named}; childledger rules list lists them all."
        )
        return 1
    for line in _explained(rule, region, on):
        answer(line)
    return 0


def _explained(rule: Rule, region: str | None, on: date) -> Iterator[str]:
    then = rule.on(on, region)
    verified = VERIFIED if then.verified else UNVERIFIED
    yield f"{rule.id}  {STRENGTHS[rule.strength]}  {verified}  {rule.title}"
    yield from (f"  {then.zh}", f"  {then.en}", f"  依据 source: {then.source}")
    yield from (f"  {line}" for line in reads_of(rule.id))
    if (cure := rule.cured()) is not None:
        yield from (f"  如何改正：{cure.zh}", f"  To mend it: {cure.en}")
    for name in mending(rule):
        label = CATALOGUE[name].label
        yield f"  登记下列事项 recorded by: {label.zh} {label.en} ({name})"
    dated: list[Dated] = [*rule.texts, *rule.packs, *rule.papers]
    if dated:
        whose = REGIONS[rule.region]
        yield f"  按哪里 whose region decides: {whose.zh} {whose.en}"
    yield from (f"    {dated_text(each)}" for each in dated)
    for case in dict.fromkeys(each.case for each in rule.packs):
        counting = rule.number(region, on, case)
        number = "没有数值 no number" if counting is None else dated_text(counting)
        where = ", ".join(each for each in (region or "–", case) if each)
        yield f"  {on} {where}: {number}"


for _command in (validate, test, adopt, what_if):
    rules.command(_command)
