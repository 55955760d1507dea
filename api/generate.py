"""Documents generated from the code: event catalogue, tables of rules, limits and questions, frozen schemas.

`make generate` writes them; with `--check` it only compares, and exits with 1 if one is stale.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final, get_args

import api
import domain.events  # fills the catalogue
import ledger
import projections
from api.boundaries import boundary_tests
from api.contract.problems import KINDS
from api.questions import questions_page
from api.settings import Settings
from domain.codes import CodeTable, tables
from domain.event import CATALOGUE, Category, Event, Field, Unknown, chapter, fields_of
from domain.label import Label
from domain.limit import LIMITS, Area, Bound
from domain.obligations import OBLIGATIONS
from domain.possible import mending
from domain.readiness import GATES
from domain.rule_reads import RuleReads, rule_reads
from domain.rulebook import DatedText, Pack, Papers, Rule, Rulebook
from domain.standing import STANDING
from domain.when import FIRST_DAY, LAST_DAY
from ledger.codec.json_schema import frozen

DOCS: Final = Path(__file__).parents[1] / "docs"
SCHEMAS: Final = Path(__file__).parents[1] / "tests" / "schemas"
NOTE: Final = "<!-- Written by `make generate`; do not edit. -->"


def documents() -> dict[Path, str]:
    """Return every generated document by its path."""
    return {
        DOCS / "events.md": "\n".join(_events()) + "\n",
        DOCS / "rules.md": "\n".join(_rules()) + "\n",
        DOCS / "limits.md": "\n".join(_limits()) + "\n",
        DOCS / "questions.md": "\n".join((NOTE, "", "# Questions · 问题", "", *questions_page())) + "\n",
        **{SCHEMAS / f"{name}.json": frozen(kind) for name, kind in CATALOGUE.items()},
    }


def _events() -> Iterator[str]:
    yield from (NOTE, "", "# Events · 事件目录", "")
    yield f"{len(CATALOGUE)} events, in the order of life. *R*: must be answered, by a value or by unknown."
    yield "A category under *sealed* says under which key the field is stored; `docs/rules.md` has the rules."
    section = ""
    for name, kind in CATALOGUE.items():
        if chapter(kind) != section:
            section = chapter(kind)
            yield from ("", f"## {section}")
        yield from _event(name, kind)
    yield from ("", "## Sealed fields by category", "", *_heading("category", "fields"))
    for category in Category:
        named = [
            f"{name}.{spec.name}"
            for name, kind in CATALOGUE.items()
            for spec in fields_of(kind)
            if spec.personal and spec.personal.category == category
        ]
        yield _row(category.value, ", ".join(named) or "–")


def _event(name: str, kind: type[Event]) -> Iterator[str]:
    sentence = (kind.__doc__ or "").partition("\n\n")[0].strip()
    yield from ("", f"### {name} · {kind.label.zh}", "", sentence, "")
    yield f"Source: {kind.source}. Note and papers sealed under *{kind.seals.value}*."
    if fields_of(kind):
        yield from ("", *_heading("field", "中文", "English", "R", "type", "sealed"))
    for spec in fields_of(kind):
        sealed = spec.personal.category.value if spec.personal else ""
        answered = "R" if spec.required else ""
        yield _row(f"`{spec.name}`", spec.label.zh, spec.label.en, answered, _type(spec), sealed)


def _type(spec: Field) -> str:
    if spec.code is not None:
        return f"code `{spec.code.table}`"
    if spec.refers is not None:
        return f"id of a {spec.refers.type}"
    if spec.id_of:
        return f"id of {' or '.join(spec.id_of)}"
    kinds = [each for each in _kinds(spec.annotation) if each not in {Unknown, type(None)}]
    name = " or ".join(dict.fromkeys(each.__name__ for each in kinds))
    return f"{name}, {spec.unit.symbol}" if spec.unit and spec.unit.symbol else name


def _kinds(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
        return
    for argument in get_args(annotation):
        if isinstance(argument, type) or get_args(argument):
            yield from _kinds(argument)


def _rules() -> Iterator[str]:
    book = Rulebook.shipped()
    rules = sorted(book.rules.values(), key=lambda rule: rule.id)
    yield from (NOTE, "", "# Rules · 规则", "")
    yield "*impossible* and *forbidden* refuse (what is forbidden stands with an exception that a second"
    yield "person approves); *due* opens an obligation; *warning* is a finding."
    yield "What is unverified never refuses."
    yield from ("", *_heading("rule", "title", "strength", "中文", "English", "source", "verified"))
    for rule in rules:
        yield _row(
            rule.id, str(rule.title), rule.strength, rule.zh, rule.en, rule.source, _yes(rule.verified)
        )
    yield from ("", "## Numbers · 数值", "")
    yield from _heading("rule", "region", "from", "until", "value", "source", "verified")
    for rule in rules:
        yield from (_number(rule, pack) for pack in rule.packs)
    yield from ("", "## Other days and regions · 不同时期、不同地区的依据", "")
    yield "What a rule rests on where or when the first table does not count, and its words if they differ."
    yield from ("", *_heading("rule", "region", "from", "until", "source", "中文", "English", "verified"))
    for rule in rules:
        yield from (_dated(rule.id, text) for text in rule.texts)
    yield from ("", "## What mends it · 如何改正", "")
    yield "What clears what is due, and what mends a breach: events, and what is to be said or corrected."
    yield from ("", *_heading("rule", "events", "中文", "English"))
    for rule in rules:
        cure = rule.cured() or Label("", "")
        events = mending(rule)
        if events or rule.cure:
            yield _row(rule.id, ", ".join(events), cure.zh, cure.en)
    yield from ("", "## Papers · 材料", "")
    yield from _heading("rule", "case", "region", "from", "until", "papers", "source", "verified")
    for rule in rules:
        yield from (_papers(rule, papers) for papers in rule.papers)
    yield from _readings(rules)
    yield from _unverified(rules)
    yield from ("", "## Code tables · 代码表", "", *_heading("table", "codes", "source"))
    for table in tables().values():
        yield _row(table.name, str(len(table.codes)), _cited(table))


def _readings(rules: Iterable[Rule]) -> Iterator[str]:
    """Yield what each rule reads and counts with, what mends it, and which tests hold its boundary."""
    yield from ("", "## What each rule reads, and what holds it · 每条规则读取的内容及其测试", "")
    yield "*Asked of* is the event that it may refuse or speak against. *Reads* is all that is named by the"
    yield "functions that ask the rule or decide whether it is asked; a question may end before it has read"
    yield "everything. *Counts with* is each number by region, from when until when; *region of* says whose"
    yield "region. *Held by* are the tests of its boundary."
    yield ""
    yield from _heading("rule", "asked of", "reads", "counts with", "region of", "mended by", "held by")
    reads, held = rule_reads(), boundary_tests()
    for rule in rules:
        read = reads[rule.id]
        fields = [*read.fields]
        events = [name for name in read.events if not any(each.startswith(f"{name}.") for each in fields)]
        attributes = [f"{each.chapter}.{each.name}" for each in read.attributes]
        papers = ["documents"] if read.papers else []
        numbers = [_counting(pack) for pack in rule.packs]
        numbers += [f"the number of {other}" for other in read.numbers if other != rule.id]
        yield _row(
            rule.id,
            _asked_of(rule, read),
            ", ".join((*attributes, *events, *fields, *papers)),
            "; ".join(numbers),
            rule.region if numbers else "",
            ", ".join(mending(rule)),
            ", ".join(f"`{test}`" for test in held.get(rule.id, ())),
        )


def _asked_of(rule: Rule, reads: RuleReads) -> str:
    if reads.everything:
        return "every event"
    whole = ["the whole file"] if rule.id in OBLIGATIONS else []
    day = ["every day"] if rule.id in {*STANDING, *(gate.rule for gate in GATES.values())} else []
    return ", ".join((*reads.judges, *whole, *day))


def _counting(pack: Pack) -> str:
    days = _days(pack.since, pack.until)
    place = f"{pack.region} {pack.case}".strip()
    return f"{place}: {pack.value} {pack.unit}" + ("" if days == ".." else f" ({days})")


def _unverified(rules: Iterable[Rule]) -> Iterator[str]:
    yield from ("", "## Unverified · 未核实", "")
    yield "These rules and numbers rest on texts that could not be checked; they warn and never refuse."
    yield ""
    for rule in rules:
        numbers = [f"{pack.value} {pack.unit} ({pack.region})" for pack in rule.packs if not pack.verified]
        papers = [f"{papers.case} ({papers.source})" for papers in rule.papers if not papers.verified]
        texts = [
            f"{text.source} ({_days(text.since, text.until)})" for text in rule.texts if not text.verified
        ]
        if not rule.verified:
            yield f"- **{rule.id} {rule.title.zh}** {rule.zh} – {rule.source}"
        if texts:
            yield f"- {rule.id}, at other times or elsewhere: {', '.join(texts)}"
        if numbers:
            yield f"- {rule.id}, its number: {', '.join(numbers)}"
        if papers:
            yield f"- {rule.id}, its papers: {', '.join(papers)}"


def _cited(table: CodeTable) -> str:
    return "; ".join(
        [table.source, *(f"{text.source} ({_days(text.since, text.until)})" for text in table.texts)]
    )


def _dated(name: str, text: DatedText) -> str:
    since, until = _day(text.since), _day(text.until)
    return _row(
        name, text.region, since, until, text.source, text.zh or "", text.en or "", _yes(text.verified)
    )


def _days(since: date, until: date) -> str:
    return f"{_day(since)}..{_day(until)}"


def _day(day: date) -> str:
    return "" if day in {FIRST_DAY, LAST_DAY} else day.isoformat()


def _number(rule: Rule, pack: Pack) -> str:
    value = f"{pack.value} {pack.unit}"
    since, until = _day(pack.since), _day(pack.until)
    return _row(rule.id, pack.region, since, until, value, pack.source, _yes(pack.verified))


def _papers(rule: Rule, papers: Papers) -> str:
    since, until = _day(papers.since), _day(papers.until)
    kinds = ", ".join(papers.kinds)
    return _row(
        rule.id, papers.case, papers.region, since, until, kinds, papers.source, _yes(papers.verified)
    )


def _limits() -> Iterator[str]:
    _import_everything()
    yield from (NOTE, "", "# Limits · 限制", "")
    yield "Everything that is bounded, why, and what is answered beyond it. A bound that can be set names its"
    yield "variable beside its value when nothing is set. Nothing is half done beyond a limit."
    yield ""
    yield "一切限制、其理由，以及超出时的答复。可设置的限制在默认值旁列出其变量名。"
    yield "超出限制时，不会有操作只完成一半。"
    set_here = [
        (bound, f"{field.default:,} (`CHILDLEDGER_{name.upper()}`)")
        for name, field in Settings.model_fields.items()
        for bound in field.metadata
        if isinstance(bound, Bound)
    ]
    bounds = sorted(
        [*set_here, *((each.bound, f"{each.value:,}") for each in LIMITS.values())],
        key=lambda each: each[0].what.en,
    )
    for area in Area:
        yield from ("", f"## {area.value.en} · {area.value.zh}", "")
        yield from _heading("limit", "value", "why", "beyond it")
        of_area = [(bound, value) for bound, value in bounds if bound.area is area]
        yield from (
            _row(_both(bound.what), value, _both(bound.why), _beyond(bound.beyond))
            for bound, value in of_area
        )


def _import_everything() -> None:
    """Import every module, since a module registers its limits on import."""
    for package in (domain, ledger, projections, api):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)


def _beyond(beyond: str | Label) -> str:
    if isinstance(beyond, Label):
        return _both(beyond)
    kind = KINDS[beyond]
    return f"{kind.status} `{beyond}`"


def _both(label: Label) -> str:
    return f"{label.en} · {label.zh}"


def _heading(*cells: str) -> tuple[str, str]:
    return _row(*cells), _row(*("---" for _ in cells))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _yes(verified: bool) -> str:  # noqa: FBT001 – the word for a truth value
    return "yes" if verified else "**no**"


def main(arguments: list[str] | None = None) -> int:
    """Write the documents, or check that they are up to date."""
    parser = argparse.ArgumentParser(description="Write the documents that come from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a document is stale")
    check = parser.parse_args(arguments).check
    stale = [
        (path, text)
        for path, text in documents().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    for path, text in stale:
        if check:
            sys.stderr.write(f"{path.name} is stale: run make generate\n")
        else:
            path.write_text(text, "utf-8")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
