"""Findings as they are answered: what speaks against a file."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import categories
from domain.event import Category
from projections.findings import Finding


class FindingAnswer(TypedDict):
    """Something that speaks against a file, from a day on; `rests_on` is of what it tells.

    `others` are files that may be the same child's or have the same number, as far as the caller may read
    them. `child` is null for a file that would be opened.
    """

    child: UUID | None
    rule: str
    kind: str
    on: date
    entries: list[UUID]
    zh: str
    en: str
    source: str
    others: list[UUID]
    rests_on: list[Category]


def finding_json(finding: Finding, others: Sequence[UUID] = ()) -> FindingAnswer:
    """Return what speaks against a file, with other files that are like it."""
    return {
        "child": finding.child,
        "rule": finding.rule,
        "kind": finding.kind,
        "on": finding.found_on,
        "entries": finding.entries,
        "zh": finding.zh,
        "en": finding.en,
        "source": finding.source,
        "others": list(others),
        "rests_on": categories(finding.rests_on),
    }
