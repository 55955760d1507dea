"""What is told of rules and of what would change, in both languages and as JSON."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from api.contract.administration_answers import DatedLineAnswer, RuleChangeAnswer
from api.contract.findings import finding_json
from api.contract.obligations import obligation_json
from api.rule_packs.what_if import FileChanges
from domain.codes import tables
from domain.counted import counted
from domain.event import CATALOGUE
from domain.label import Label
from domain.readiness import GateResult
from domain.rule_pack import Dated, RuleChange
from domain.rule_reads import rule_reads
from domain.rulebook import DEFAULT, Pack, Papers
from domain.when import FIRST_DAY, LAST_DAY
from projections.findings import Finding
from projections.obligations import Obligation

STRENGTHS: Final = {
    "impossible": Label("不可能", "impossible"),
    "forbidden": Label("禁止", "forbidden"),
    "due": Label("到期事项", "due"),
    "warning": Label("提示", "warning"),
}
VERIFIED: Final = Label("已核实", "verified")
PARTLY: Final = Label("部分未核实", "partly unverified")
UNVERIFIED: Final = Label("未核实", "unverified")


def dated_text(dated: Dated) -> str:
    """Return what a rule says for a region and some days, in one line, with its source."""
    place = tables()["region"].codes.get(dated.region)
    where = "借用 borrowed" if dated.region == DEFAULT else f"{dated.region} {place.zh if place else '–'}"
    since = "" if dated.since == FIRST_DAY else dated.since.isoformat()
    until = "" if dated.until == LAST_DAY else dated.until.isoformat()
    days = f"  {since}..{until}" if since or until else ""
    match dated:
        case Pack():
            case, what = dated.case, str(counted(dated.value, dated.unit))
        case Papers():
            case, what = dated.case, ", ".join(dated.kinds)
        case _:
            case, what = "", " ".join(each for each in (dated.zh, dated.en) if each)
    checked = VERIFIED if dated.verified else UNVERIFIED
    words = "  ".join(each for each in (what, str(checked), dated.source) if each)
    return f"{where}{f'  {case}' if case else ''}{days}: {words}"


def reads_of(rule: str) -> Iterator[str]:
    """Yield in lines what a rule judges and reads."""
    reads = rule_reads().get(rule)
    if reads is None:
        return
    if reads.everything:
        yield "判断 judges: 一切事件 every event"
    elif reads.judges:
        yield f"判断 judges: {', '.join(map(_event, reads.judges))}"
    named = [
        *(f"{each.label.zh} {each.chapter}.{each.name}" for each in reads.attributes),
        *map(_event, reads.events),
        *reads.fields,
        *(["材料 documents"] if reads.papers else []),
    ]
    if named:
        yield f"读取 reads: {', '.join(named)}"
    others = [each for each in reads.numbers if each != rule]
    if others:
        yield f"按其他规则的数值 counts with the numbers of: {', '.join(others)}"


def _event(name: str) -> str:
    return f"{CATALOGUE[name].label.zh} {name}"


def change_lines(change: RuleChange) -> Iterator[str]:
    """Yield in lines how a rule differs between two rulebooks."""
    rule = change.rule
    yield f"{rule.id}  {rule.title}"
    if change.before is None:
        yield "  + 新规则 a new rule"
    if change.after is None:
        yield "  - 不再有这条规则 the rule is gone"
    for name in change.reworded:
        yield f"  ~ {name}: {_said(getattr(change.before, name))} → {_said(getattr(change.after, name))}"
    yield from (f"  - {dated_text(each)}" for each in change.removed)
    yield from (f"  + {dated_text(each)}" for each in change.added)


def _said(value: object) -> str:
    """Return a value of a rule as its words."""
    if isinstance(value, Label):
        return f"{value.zh} {value.en}"
    if isinstance(value, tuple):
        return ", ".join(map(_said, value)) or "–"
    return "–" if value is None else str(value)


def file_lines(changes: FileChanges) -> Iterator[str]:
    """Yield in lines what would change of a file."""
    yield str(changes.child) if changes.file_no is None else f"{changes.file_no} ({changes.child})"
    for before, after in changes.obligations:
        rule = "".join({row.rule for row in (before, after) if row is not None})
        yield f"  {rule} 到期事项 obligation: {_due(before)} → {_due(after)}"
    for change in changes.gates:
        label = change.gate.label
        yield f"  {label.zh} {label.en} 条件 gate: {change.before.state} → {change.after.state}"
    yield from (f"  + {_finding(each)}" for each in changes.new)
    yield from (f"  - {_finding(each)}" for each in changes.gone)


def _due(row: Obligation | None) -> str:
    return "–" if row is None else row.due_on.isoformat()


def _finding(row: Finding) -> str:
    return f"{row.rule} 发现 finding {row.kind} {row.found_on}: {row.zh} {row.en}"


def file_json(changes: FileChanges, today: date) -> dict[str, Any]:
    """Return what would change of a file in the form of the contract."""
    return {
        "child": changes.child,
        "file_no": changes.file_no,
        "obligations": [
            {"before": _obligation(before, today), "after": _obligation(after, today)}
            for before, after in changes.obligations
        ],
        "gates": [
            {
                "gate": change.gate.number,
                "name_zh": change.gate.label.zh,
                "name_en": change.gate.label.en,
                "before": _gate(change.before),
                "after": _gate(change.after),
            }
            for change in changes.gates
        ],
        "findings": {
            "new": [finding_json(each) for each in changes.new],
            "gone": [finding_json(each) for each in changes.gone],
        },
    }


def _obligation(row: Obligation | None, today: date) -> dict[str, Any] | None:
    return None if row is None else obligation_json(row, today)


def _gate(result: GateResult) -> dict[str, Any]:
    missing = result.missing
    return {
        "state": result.state,
        "missing_zh": missing and missing.zh,
        "missing_en": missing and missing.en,
    }


def change_json(change: RuleChange) -> RuleChangeAnswer:
    """Return how a rule differs between two rulebooks, in the form of an answer."""
    rule = change.rule
    return {
        "rule": rule.id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "new": change.before is None,
        "gone": change.after is None,
        "reworded": list(change.reworded),
        "removed": [_dated_json(each) for each in change.removed],
        "added": [_dated_json(each) for each in change.added],
    }


def _dated_json(dated: Dated) -> DatedLineAnswer:
    place = tables()["region"].codes.get(dated.region)
    match dated:
        case Pack():
            said = counted(dated.value, dated.unit)
        case Papers():
            said = Label("、".join(dated.kinds), ", ".join(dated.kinds))
        case _:
            said = Label(dated.zh or "", dated.en or "")
    return {
        "region": dated.region,
        "region_zh": "借用" if dated.region == DEFAULT else place.zh if place else dated.region,
        "region_en": "borrowed" if dated.region == DEFAULT else place.en if place else dated.region,
        "zh": said.zh,
        "en": said.en,
        "since": None if dated.since == FIRST_DAY else dated.since,
        "until": None if dated.until == LAST_DAY else dated.until,
        "source": dated.source,
        "verified": dated.verified,
    }
