"""The command that prints what is asked for, and what answers it."""

from collections.abc import Iterable, Iterator
from typing import Final

import domain.events  # noqa: F401 - fills the catalogue
from api.cli.output import answer
from domain.coverage import COVERAGE_PARTS, CoveragePart, Covered, coverage
from domain.event import CATALOGUE
from domain.label import Label
from domain.rulebook import Rulebook

HEADINGS: Final[dict[CoveragePart, Label]] = {
    "events": Label("事项", "Events"),
    "rules": Label("规则和期限", "Rules and deadlines"),
    "demands": Label("政策要求", "Demands of the policies"),
}


def show_coverage(*parts: CoveragePart) -> int:
    """列出业务规范和政策的要求及其落实。 List what the domain and the policies ask, and what answers it.

    Args:
        parts: 只列出其中一部分：events（事项）、rules（规则和期限）、demands（政策要求）。
            Only a part: events, rules and deadlines, or demands of the policies.
    """
    rules = Rulebook.shipped()
    for part in parts or COVERAGE_PARTS:
        rows = list(coverage(part))
        heading = HEADINGS[part]
        answered = sum(1 for row in rows if row.by)
        answer(
            f"{heading.zh}：{len(rows)}项，已落实{answered}项，其余说明理由。"
            f" {heading.en}: {len(rows)}, of which {answered} are answered and the others say why not."
        )
        for line in _lines(rows, rules):
            answer(line)
    return 0


def _lines(rows: Iterable[Covered], rules: Rulebook) -> Iterator[str]:
    section = None
    for row in rows:
        if row.section != section:
            section = row.section
            yield f"\n{section}"
        said = "；".join(_told(name, rules) for name in row.by)
        if row.reason is not None:
            said = f"{said}{'；' if said else '— '}{row.reason.zh} {row.reason.en}"
        yield f"  {row.asked}  {said}"


def _told(name: str, rules: Rulebook) -> str:
    if name in CATALOGUE:
        label = CATALOGUE[name].label
        return f"{name} {label.zh}"
    return f"{name} {rules[name].zh}" if name in rules.rules else name
