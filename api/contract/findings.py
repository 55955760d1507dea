"""Findings in the form of answers."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints
from uuid import UUID

from api.contract.entries import EntryAnswer
from api.contract.listing import Titled, titled
from api.contract.masking import NAMED, typed_dict
from api.contract.rows import answered, row_json
from domain.event import Kind
from projections.findings import Finding

if TYPE_CHECKING:
    FindingAnswer: TypeAlias = dict[str, Any]
    ListedFindingAnswer: TypeAlias = dict[str, Any]
    FindingsAnswer: TypeAlias = dict[str, Any]
else:
    _FINDING = {
        **answered(Finding),
        **get_type_hints(Titled),
        "child": UUID | None,
        "on": date,
        "others": list[UUID],
    }
    ListedFindingAnswer = typed_dict(
        "ListedFindingAnswer", _FINDING | NAMED, "A finding in a list, with whose file it is against."
    )
    FindingAnswer = typed_dict(
        "FindingAnswer",
        _FINDING,
        """A finding against a file, from a day on, by the title and the words of its rule.

        `rests_on` are the categories that it reveals.
        `others` are files that may be the same child's or have the same number, as far as the caller may read
        them. `child` is null for a file that would be opened.
        """,
    )
    FindingsAnswer = typed_dict(
        "FindingsAnswer",
        {
            "items": list[
                typed_dict(
                    "EvidencedFindingAnswer",
                    _FINDING | {"evidence": list[EntryAnswer]},
                    "A finding against a file, with the entries that are its evidence.",
                )
            ],
            "next": str | None,
            "known_position": int,
        },
        "The findings against one file on a day, as known at a position; there is no next page.",
    )


def finding_json(finding: Finding, others: Sequence[UUID] = (), *, kind: Kind = "child") -> FindingAnswer:
    """Return a finding against a file of a kind, with other files that are alike."""
    return {
        **row_json(finding, kind),
        **titled(finding.rule),
        "on": finding.found_on,
        "others": list(others),
    }
