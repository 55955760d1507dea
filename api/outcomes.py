"""What came of recording, or would come of it, in the words of the contract."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final, Literal, NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract import EntryAnswer, FindingAnswer, ObligationAnswer
from api.permissions import Hindrance
from api.problems import Problem, not_found
from api.shapes import attribute_json, entry_json, finding_json, obligation_json
from domain.event import Category, Label
from domain.judging import Judgement, told_to
from domain.obligations import Clock
from domain.readiness import Answer, GateState
from domain.rulebook import Rulebook
from ledger.recording import (
    Denied,
    Impact,
    KeepsMoving,
    KeyMismatch,
    Outcome,
    Recorded,
    Refused,
    Rehearsal,
    StaleVersion,
    Withheld,
)
from ledger.recording import StatusChange as Changed
from projections.findings import against_entry
from projections.obligations import obligation

_KEEPS_MOVING: Final = Label(
    "其他人正在不断记录同一档案，尚未轮到；没有记录任何内容，请用同一 Idempotency-Key 稍后重试。",
    "Others keep recording in the same file, and nothing was recorded yet; try again with the same key.",
)
_NOT_SHOWN: Final = Label(
    "所记内容属您的角色不可查看的类别，请由主管人员记录、更正或撤回。",
    "This is of a category that your role is not shown: a supervisor records, corrects or withdraws it.",
)


class Refusal(TypedDict):
    """A rule that refuses a recording.

    Where it rests on what the caller may not see, it is the rule's own sentence, without evidence.
    """

    rule: str
    strength: Literal["impossible", "forbidden"]
    zh: str
    en: str
    source: str
    verified: bool
    evidence: NotRequired[list[UUID]]
    rests_on: list[Category]


class RecordedAnswer(TypedDict):
    """What was recorded, and what speaks against it all the same."""

    child: UUID
    version: int
    position: int
    entries: list[EntryAnswer]
    findings: list[FindingAnswer]


class StatusChange(TypedDict):
    """An attribute that would change today: its values before and after."""

    chapter: str
    attribute: str
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


class ObligationChange(TypedDict):
    """Something due that would be opened (no `before`), met, moved or dropped (no `after`)."""

    before: ObligationAnswer | None
    after: ObligationAnswer | None


class GateNow(TypedDict):
    """How a gate stands, and what is missing."""

    state: GateState
    missing_zh: str | None
    missing_en: str | None


class GateChange(TypedDict):
    """A gate of readiness that would be answered otherwise today."""

    gate: int
    name_zh: str
    name_en: str
    before: GateNow
    after: GateNow


class ImpactAnswer(TypedDict):
    """What a recording would change."""

    status: list[StatusChange]
    obligations: list[ObligationChange]
    readiness: list[GateChange]
    findings: list[FindingAnswer]


class RehearsalAnswer(TypedDict):
    """What would come of a recording."""

    would: Literal["record", "refuse"]
    refusals: list[Refusal]
    impact: ImpactAnswer
    possible_duplicates: list[FindingAnswer]


class ItemAnswer(TypedDict):
    """What came of one item of many: what was recorded or the problem, or what would come of it."""

    index: int
    status: int
    entries: NotRequired[list[EntryAnswer]]
    problem: NotRequired[dict[str, Any]]
    would: NotRequired[Literal["record", "refuse"]]
    refusals: NotRequired[list[Refusal]]
    impact: NotRequired[ImpactAnswer]
    possible_duplicates: NotRequired[list[FindingAnswer]]


class ItemsAnswer(TypedDict):
    """What came of each item, in the order given."""

    items: list[ItemAnswer]


def recorded_json(
    recorded: Recorded, sees: AbstractSet[Category], taken: Iterable[FindingAnswer] = ()
) -> RecordedAnswer:
    """Return what was recorded; `taken` is what speaks against its numbers, which other files have."""
    return {
        "child": recorded.stream,
        "version": recorded.version,
        "position": recorded.position,
        "entries": [entry_json(entry, None, sees) for entry in recorded.entries],
        "findings": [
            *findings_json(recorded.findings, sees),
            *(each | {"child": recorded.stream} for each in taken),
        ],
    }


def findings_json(judgements: Iterable[Judgement], sees: AbstractSet[Category]) -> list[FindingAnswer]:
    """Return what speaks against entries, as far as it rests on what the caller sees."""
    return [finding_json(against_entry(each)) for each in told_to(sees, judgements)]


def problem(outcome: Outcome, sees: AbstractSet[Category]) -> Problem:
    """Return why nothing was recorded."""
    match outcome:
        case Refused():
            possible = list(outcome.tried.possible(sees))
            return Problem("refused", refusals=refusals_json(outcome.refusals, sees), possible=possible)
        case StaleVersion(current):
            return Problem("stale", version=current)
        case KeepsMoving():
            return Problem("unavailable", en=_KEEPS_MOVING.en, zh=_KEEPS_MOVING.zh)
        case KeyMismatch():
            return Problem("idempotency_mismatch")
        case Withheld():
            return Problem("withheld")
        case Denied(why):
            return _denied(why)
        case Recorded():
            message = "it was recorded"
            raise ValueError(message)


def _denied(why: object) -> Problem:
    if why is Hindrance.SCOPE:
        return not_found()
    if why is Hindrance.CATEGORY:
        return Problem("forbidden", en=_NOT_SHOWN.en, zh=_NOT_SHOWN.zh)
    return Problem("forbidden")


def refusals_json(judgements: Iterable[Judgement], sees: AbstractSet[Category]) -> list[Refusal]:
    """Return why something is refused; a rule that rests on what the caller may not see is said once."""
    told = [refusal_json(judgement, sees) for judgement in judgements]
    return [each for place, each in enumerate(told) if "evidence" in each or each not in told[:place]]


def refusal_json(judgement: Judgement, sees: AbstractSet[Category]) -> Refusal:
    """Return why an entry is refused."""
    rule, refusal = judgement.rule, judgement.refusal
    told = refusal.rests_on <= sees
    sentence = rule.sentence(refusal.detail if told else None)
    answer: Refusal = {
        "rule": rule.id,
        "strength": "impossible" if rule.strength == "impossible" else "forbidden",
        "zh": sentence.zh,
        "en": sentence.en,
        "source": rule.source,
        "verified": rule.verified and refusal.verified,
        "rests_on": sorted(refusal.rests_on if told else refusal.rests_on - sees),
    }
    if told:
        answer["evidence"] = list(refusal.evidence)
    return answer


def rehearsal_json(
    rehearsal: Rehearsal,
    *,
    today: date,
    rulebook: Rulebook,
    sees: AbstractSet[Category],
    duplicates: list[FindingAnswer],
) -> RehearsalAnswer:
    """Return what would come of a recording."""
    return {
        "would": "refuse" if rehearsal.refused else "record",
        "refusals": refusals_json((each for each in rehearsal.judgements if each.refuses), sees),
        "impact": _impact(rehearsal.impact, today, rulebook, sees),
        "possible_duplicates": duplicates,
    }


def _impact(impact: Impact, today: date, rulebook: Rulebook, sees: AbstractSet[Category]) -> ImpactAnswer:
    def due(clock: Clock | None) -> ObligationAnswer | None:
        if clock is None:
            return None
        return obligation_json(obligation(clock.started_by[0].stream, 0, clock, rulebook), today)

    return {
        "status": [_status(change) for change in impact.status],
        "obligations": [
            {"before": due(change.before), "after": due(change.after)} for change in impact.obligations
        ],
        "readiness": [
            {
                "gate": change.gate.number,
                "name_zh": change.gate.label.zh,
                "name_en": change.gate.label.en,
                "before": _gate(change.before),
                "after": _gate(change.after),
            }
            for change in impact.readiness
        ],
        "findings": findings_json(impact.findings, sees),
    }


def _status(change: Changed) -> StatusChange:
    return {
        "chapter": change.chapter,
        "attribute": change.attribute,
        "before": [attribute_json(value) for value in change.before],
        "after": [attribute_json(value) for value in change.after],
    }


def _gate(answer: Answer) -> GateNow:
    missing = answer.missing
    return {
        "state": answer.state,
        "missing_zh": None if missing is None else missing.zh,
        "missing_en": None if missing is None else missing.en,
    }
