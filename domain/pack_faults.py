"""What is wrong with a rule pack: every fault at once, with its file, rule and field, in both languages."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from domain.codes import tables
from domain.counted import sensible
from domain.event import CATALOGUE
from domain.example_content import FIELD, MISSING, QUOTED, TRUTH, content_faults
from domain.label import Label, no_such
from domain.rule_pack import RulePack, drafted
from domain.rulebook import DEFAULT, NATION, InvalidRulebookError, Rule, Rulebook
from domain.when import FIRST_DAY, LAST_DAY, Days

_Table: TypeAlias = Mapping[str, Any]

_KINDS: Final = ("number", "papers", "example", "rule")
_PERIOD: Final = {"from": date, "until": date}
_SOURCED: Final = {"source": str, "verified": bool}
_NUMBER: Final[Mapping[str, type]] = MappingProxyType(
    {"region": str, **_PERIOD, "case": str, "value": int, "unit": str, **_SOURCED}
)
_PAPERS: Final[Mapping[str, type]] = MappingProxyType(
    {"region": str, **_PERIOD, "cases": list, "kinds": list, **_SOURCED}
)
_EXAMPLE: Final[Mapping[str, type]] = MappingProxyType(
    {
        "region": str,
        "case": str,
        "on": list,
        "value": int,
        "unit": str,
        "kinds": list,
        "events": list,
        "due": list,
    }
)
"""The fields of each kind of table, with their types."""
_OPTIONAL: Final = frozenset({"from", "until", "case"})
_RULE: Final = ("strength", "zh", "en", "source", "verified")
"""What every rule says."""
_RULE_ID: Final = Label("条规则", "rule")
_PAPER: Final = Label("种材料", "kind of paper")
_EVENT: Final = Label("种事件", "type of event")
_ODD: Final = Label("写法不对", "has another form")
_STRENGTH: Final = Label("规则包不能改变规则的效力", "a pack does not change the strength of a rule")
_ALONE: Final = frozenset({"on", "due"})
"""Fields that may hold one value in place of a list."""
_TYPES: Final[Mapping[type, Label]] = MappingProxyType(
    {
        str: QUOTED,
        int: Label("应为不带引号的非负整数", "should be a whole number, not negative and without quotes"),
        bool: TRUTH,
        date: Label(
            "应为日期，如 2026-01-01，不带引号", "should be a day such as 2026-01-01, without quotes"
        ),
        list: Label("应为方括号中的列表，且不为空", "should be a list in brackets, and not empty"),
    }
)


@dataclass(frozen=True, slots=True)
class PackFault:
    """What is wrong with a pack: in which file, of which rule, in which table and field, and what.

    `table` is such as `number 2`, the second `[[number]]` of the file; empty for the whole file.
    """

    file: str
    rule: str
    table: str
    field: str
    words: Label


def faults(pack: RulePack, shipped: Rulebook) -> list[PackFault]:
    """Return everything that is wrong with a pack, in the order of its files."""
    found = [*_faults(pack, shipped)]
    if not found:
        try:
            drafted(shipped, shipped, [pack])
        except InvalidRulebookError as error:
            words = Label("规则集无法读取", f"the rulebook cannot be read: {error}")
            found.append(PackFault(pack.name, "", "", "", words))
    return found


def _faults(pack: RulePack, shipped: Rulebook) -> Iterator[PackFault]:
    found: list[_Found] = []
    fields = _rule_fields(shipped) if pack.whole else {}
    if not pack.texts:
        yield PackFault(pack.name, "", "", "", Label("没有 .toml 文件", "there is no .toml file"))
    for file, text in pack.texts.items():
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            yield PackFault(file, "", "", "", _unreadable(error))
            continue
        for name, kind in document.items():
            if name not in _KINDS:
                yield PackFault(file, "", name, "", no_such(FIELD, name, _KINDS))
            elif not isinstance(kind, list) or not all(isinstance(table, dict) for table in kind):
                yield PackFault(file, "", name, "", Label(f"应写作 [[{name}]]", f"is written [[{name}]]"))
            else:
                for number, table in enumerate(kind, 1):
                    found.append(_Found(file, name, number, table, shipped, fields))
                    yield from found[-1].faults()
        if not document:
            yield PackFault(file, "", "", "", Label("文件中没有内容", "the file says nothing"))
    yield from _twice([each for each in found if each.kind == "number"], "value")
    yield from _twice([each for each in found if each.kind == "papers"], "kinds")


@dataclass(frozen=True, slots=True)
class _Found:
    """One table of a pack, with what the shipped rulebook says of its rule."""

    file: str
    kind: str
    number: int
    table: _Table
    shipped: Rulebook
    fields: Mapping[str, type]
    """The fields that a rule may have."""

    @property
    def id(self) -> str:
        said = self.table.get("id" if self.kind == "rule" else "rule")
        return said if isinstance(said, str) else ""

    @property
    def cases(self) -> set[object]:
        return {*map(str, _list(self.table.get("cases", [self.table.get("case", "")])))}

    @property
    def rule(self) -> Rule | None:
        return self.shipped.rules.get(self.id)

    def fault(self, field: str, zh: str, en: str) -> PackFault:
        return PackFault(self.file, self.id, f"{self.kind} {self.number}", field, Label(zh, en))

    def faults(self) -> Iterator[PackFault]:
        own = "id" if self.kind == "rule" else "rule"
        if not self.id:
            yield self.fault(own, "没有写明规则编号", "the id of the rule is missing")
        elif self.rule is None:
            words = no_such(_RULE_ID, self.id, self.shipped.rules)
            yield self.fault(own, words.zh, words.en)
        match self.kind:
            case "number":
                yield from self._of_number({"rule": str, **_NUMBER}, self.table)
            case "papers":
                yield from self._of_papers()
            case "example":
                yield from self._of_example()
            case _:
                yield from self._of_rule()

    def _of_number(self, known: Mapping[str, type], table: _Table, at: str = "") -> Iterator[PackFault]:
        yield from self._shape(known, table, _NUMBER.keys() - _OPTIONAL, at)
        yield from self._place(table, at)
        rule = self.rule
        if rule is None:
            return
        yield from self._range(rule, table, at)
        if self.kind == "rule":
            return
        if not rule.packs:
            yield self.fault("value", "这条规则没有数值", "this rule has no number")
            return
        cases = list(dict.fromkeys(each.case for each in rule.packs))
        case = table.get("case", "")
        if isinstance(case, str) and case not in cases:
            said = _listed(cases)
            yield self.fault("case", f"应为：{said.zh}", f"should be {said.en}")
            return
        units = list(dict.fromkeys(each.unit for each in rule.packs if each.case == case))
        unit = table.get("unit")
        if isinstance(unit, str) and unit not in units:
            said = _listed(units)
            yield self.fault("unit", f"这条规则的单位是 {said.zh}", f"this rule counts in {said.en}")
        elif isinstance(unit, str) and _reads_no_number(rule, case, unit):
            yield self.fault(
                "value",
                "这条规则不按数值判断，这里的数值只表示适用的地区和日期，规则包不能设定",
                "this rule reads no number: its number only says where it counts, and no pack sets it",
            )

    def _range(self, rule: Rule, table: _Table, at: str) -> Iterator[PackFault]:
        """Yield that a number makes no sense."""
        case, unit, value = (table.get(name, "") for name in ("case", "unit", "value"))
        own = {each.unit for each in rule.packs if each.case == case}
        if type(value) is not int or value < 0 or unit not in own:
            return
        if self.kind == "number" and _reads_no_number(rule, case, unit):
            return
        least, greatest = sensible(rule, case, unit)
        if not least <= value <= greatest:
            yield self.fault(
                f"{at}value",
                f"应为{least}至{greatest}之间的数",
                f"should be a number from {least} to {greatest}",
            )

    def _of_papers(self) -> Iterator[PackFault]:
        yield from self._shape({"rule": str, **_PAPERS}, self.table, _PAPERS.keys() - _OPTIONAL)
        yield from self._place(self.table)
        rule = self.rule
        if rule is None:
            return
        if not rule.papers:
            yield self.fault("rule", "这条规则不要求材料", "this rule asks for no papers")
            return
        cases = list(dict.fromkeys(each.case for each in rule.papers))
        odd = [str(each) for each in _list(self.table.get("cases")) if each not in cases]
        if odd:
            wrong, right = _listed(odd), _listed(cases)
            yield self.fault("cases", f"{wrong.zh} 应为 {right.zh}", f"{wrong.en} should be {right.en}")
        kinds = tables()["document_kind"].codes
        for kind in _list(self.table.get("kinds")):
            if str(kind) not in kinds:
                words = no_such(_PAPER, kind, kinds)
                yield self.fault("kinds", words.zh, words.en)
        if self._asked_already(rule):
            yield self.fault(
                "region",
                "随附规则已为该地区、情形和日期规定材料，不能再加",
                "the shipped rulebook asks for papers there, in this case and on these days already",
            )

    def _asked_already(self, rule: Rule) -> bool:
        since, until = _days(self.table)
        return any(
            (each.region, each.since <= until, since <= each.until) == (self.table.get("region"), True, True)
            for each in rule.papers
            if each.case in _list(self.table.get("cases"))
        )

    def _of_example(self) -> Iterator[PackFault]:
        table = self.table
        yield from self._shape({"rule": str, **_EXAMPLE}, table)
        yield from self._place(table)
        told = [name for name in ("value", "kinds", "due") if name in table]
        if len(told) != 1:
            yield self.fault("", "应写明 value、kinds、due 之一", "says one of value, kinds and due")
        elif told == ["due"]:
            yield from self._of_events(table.get("events"))
        elif "on" not in table:
            yield self.fault("on", "没有写明日期", "the day is missing")
        if told == ["value"] and "unit" not in table:
            yield self.fault("unit", "没有写明", "is missing")

    def _of_events(self, events: object) -> Iterator[PackFault]:
        if not events:
            yield self.fault(
                "events", "写 due 须写明发生了什么", "what happened is needed to tell what is due"
            )
        for place, event in enumerate(_list(events), 1):
            kind, on = (event.get("type"), event.get("on")) if isinstance(event, dict) else (None, None)
            if kind not in CATALOGUE:
                words = no_such(_EVENT, kind, list(CATALOGUE))
                yield self.fault(f"events {place} type", words.zh, words.en)
            else:
                said = {name: value for name, value in event.items() if name not in {"type", "on"}}
                for field, words in content_faults(CATALOGUE[kind], said):
                    yield self.fault(f"events {place} {field}", words.zh, words.en)
            if not _fits(on, date):
                yield self.fault(f"events {place} on", _TYPES[date].zh, _TYPES[date].en)

    def _of_rule(self) -> Iterator[PackFault]:
        yield from self._shape(self.fields, self.table, _RULE)
        rule, strength, title = self.rule, self.table.get("strength"), self.table.get("title")
        if rule is not None and strength is not None and strength != rule.strength:
            yield self.fault(
                "strength",
                f"规则的效力不能改变，应为 {rule.strength}",
                f"a pack does not change the strength of a rule: {rule.strength}",
            )
        if rule is not None and title not in (None, {"zh": rule.title.zh, "en": rule.title.en}):
            yield self.fault(
                "title",
                f"规则包不能改变规则的标题，应为“{rule.title.zh}”“{rule.title.en}”",
                f"a pack does not change the title of a rule: {rule.title.zh!r}, {rule.title.en!r}",
            )
        for place, pack in enumerate(_list(self.table.get("pack")), 1):
            if isinstance(pack, dict):
                yield from self._of_number(_NUMBER, pack, f"pack {place} ")

    def _shape(
        self, known: Mapping[str, type], table: _Table, needed: Iterable[str] = (), at: str = ""
    ) -> Iterator[PackFault]:
        """Yield the fields that are unknown, missing, empty, or of another type."""
        for name, value in table.items():
            words: Label | None = None
            if name not in known:
                words = _STRENGTH if name == "strength" else no_such(FIELD, name, known)
            elif not _fits(value, known[name], alone=name in _ALONE):
                words = _TYPES.get(date if name in _ALONE else known[name], _ODD)
            elif isinstance(value, str) and not value.strip() and name not in _OPTIONAL:
                words = MISSING
            if words is not None:
                yield self.fault(f"{at}{name}", words.zh, words.en)
        for name in (name for name in known if name in needed and name not in table):
            yield self.fault(f"{at}{name}", MISSING.zh, MISSING.en)

    def _place(self, table: _Table, at: str = "") -> Iterator[PackFault]:
        """Yield what is wrong with the region and the days."""
        region = table.get("region")
        since, until = _days(table)
        if until < since:
            yield self.fault(f"{at}until", "早于 from", "lies before from")
        table_of_regions, borrowed = tables()["region"], self.kind == "rule" and region == DEFAULT
        if not isinstance(region, str) or not region.strip() or borrowed:
            return
        if region not in table_of_regions.codes:
            yield self.fault(
                f"{at}region",
                f"没有这个地区代码：{region}（GB/T 2260，六位数字；全国为 {NATION}）",
                f"there is no region {region}: six digits of GB/T 2260, {NATION} for the nation",
            )
        elif since <= until and not table_of_regions.counts(region, Days(since, until)):
            yield self.fault(
                f"{at}region",
                f"地区代码 {region} 在这些日期不使用",
                f"the region {region} does not count on these days",
            )


def _rule_fields(shipped: Rulebook) -> dict[str, type]:
    """Return the fields that rules of the shipped rulebook have, with their types."""
    rules = (rule for text in shipped.texts.values() for rule in tomllib.loads(text).get("rule", ()))
    return {name: type(value) for rule in rules for name, value in rule.items()}


def _twice(found: Iterable[_Found], field: str) -> Iterator[PackFault]:
    """Yield the second of two tables that tell of one rule, region, case and day."""
    for one, other in combinations(found, 2):
        (start, end), (since, until) = _days(one.table), _days(other.table)
        alike = all(one.table.get(name) == other.table.get(name) for name in ("rule", "region"))
        if alike and one.cases & other.cases and start <= until and since <= end:
            first = f"{one.file} {one.kind} {one.number}"
            yield other.fault(
                field,
                f"同一规则、地区、情形和日期已在 {first} 写过",
                f"{first} tells of the same rule, region, case and day",
            )


def _days(table: _Table) -> tuple[date, date]:
    return _day(table.get("from"), FIRST_DAY), _day(table.get("until"), LAST_DAY)


def _day(value: object, otherwise: date) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else otherwise


def _fits(value: object, kind: type, *, alone: bool = False) -> bool:
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is int:
        return type(value) is int and value >= 0
    if alone and not isinstance(value, list):
        return _fits(value, date)
    if alone and isinstance(value, list):
        return bool(value) and all(_fits(each, date) for each in value)
    if kind is list:
        return isinstance(value, list) and bool(value)
    return type(value) is kind


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _listed(values: Iterable[str]) -> Label:
    named = [*values]
    return Label(
        "、".join(each or "不写 case" for each in named),
        ", ".join(each or "left out" for each in named),
    )


def _unreadable(error: tomllib.TOMLDecodeError) -> Label:
    line = re.search(r"line (\d+)", str(error))
    zh = f"第 {line[1]} 行" if line else "文件"
    return Label(f"{zh}不是有效的 TOML", f"is no TOML: {error}")


def _reads_no_number(rule: Rule, case: str, unit: str) -> bool:
    least, greatest = sensible(rule, case, unit)
    return least == greatest
