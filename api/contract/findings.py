"""Findings in the form of answers."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints
from uuid import UUID

from api.contract.acting_answers import ACTED
from api.contract.entries import EntryAnswer, sentences_json, told_to
from api.contract.listing import Titled, titled
from api.contract.masking import NAMED, typed_dict
from api.contract.rows import answered, row_json
from domain.entry import AnyEntry
from domain.event import Category, Kind
from projections.findings import Finding


class EvidenceAnswer(Titled):
    """An entry that a finding rests on: its day, its type with the title, and what it says in a sentence.

    What the caller may not see of it is masked in the sentence, as in the entry itself.
    """

    entry_id: UUID
    stream: UUID
    kind: Kind
    type: str
    occurred_on: date | None
    occurred_until: date
    sentence_zh: str
    sentence_en: str


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
        "ListedFindingAnswer",
        _FINDING | NAMED | ACTED | {"evidence": list[EvidenceAnswer]},
        "A finding in a list, with whose file it is against, and its evidence as far as the caller may read.",
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


def evidence_json(
    entry: AnyEntry, sees: AbstractSet[Category], named: Mapping[UUID, AnyEntry]
) -> EvidenceAnswer:
    """Return an entry as evidence; `named` has the entries that others withdraw, restore or decide on."""
    label = type(entry.event).label
    said: Any = {
        "entry_id": entry.entry_id,
        "stream": entry.stream,
        "kind": entry.kind,
        "type": entry.type,
        "title_zh": label.zh,
        "title_en": label.en,
        "occurred_on": entry.days.first,
        "occurred_until": entry.days.last,
        **sentences_json(entry, told_to(entry, sees, named)),
    }
    told: EvidenceAnswer = said
    return told
