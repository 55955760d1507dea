"""Outcomes of recordings and of dry runs, in the form of the contract."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, NotRequired, get_type_hints
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.entries import NO_CAUSES, EntryAnswer, entry_json
from api.contract.file_status import attribute_json
from api.contract.findings import FindingAnswer, finding_json
from api.contract.impact_words import gate_change_words, obligation_change_words, status_words
from api.contract.listing import Titled
from api.contract.obligations import ObligationAnswer, obligation_json
from api.contract.problems import Problem, not_found
from domain.codes import tables
from domain.event import Category, Kind, Label
from domain.impact import GateChange, Impact, StatusChange
from domain.judging import Judgement, told_to
from domain.obligations import Clock
from domain.possible import cures
from domain.readiness import GateResult, GateState
from domain.refusal import Refusal
from domain.rulebook import Rule, Rulebook
from domain.standing import Lapse
from ledger.recording.outcome import (
    Denied,
    Hindrance,
    KeepsMoving,
    KeyMismatch,
    Outcome,
    Recorded,
    Refused,
    Rehearsal,
    StaleVersion,
    Withheld,
)
from ledger.recording.request import Recording
from projections.findings import against_days, against_entry
from projections.obligations import obligation

UNPLACED: Final[Mapping[UUID, str]] = MappingProxyType({})
NOBODY: Final = UUID(int=0)
MOST_CODES: Final = 30
"""Codes of a table listed as an alternative to an unknown one; a longer table is named only."""
_KEEPS_MOVING: Final = Label(
    "其他人员正在登记同一档案，本次尚未登记任何内容，请稍后以同一 Idempotency-Key 重试。",
    "Others keep recording in the same file, and nothing was recorded yet; try again with the same key.",
)
_NOT_SHOWN: Final = Label(
    "登记内容属于您的角色不可查看的类别，请由负责人（主管）登记、更正或者撤回。",
    "This is of a category that your role is not shown: a supervisor records, corrects or withdraws it.",
)
_NOT_SHOWN_TO: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "bureau": Label(
            "登记内容属于您的角色不可查看的类别。机构以外的儿童，请由其所在乡镇（街道）的儿童督导员、儿童主任登记、更正或者撤回；"
            "收养和限制知悉的健康信息，由机构收留抚养该儿童后由该机构的负责人（主管）登记。",
            "This is of a category that your role is not shown: the township of the child's place records,"
            " corrects or withdraws it; of an adoption, and of an illness that few may know, the supervisor"
            " of the institution that takes the child in.",
        ),
        "township": Label(
            "登记内容属于您的角色不可查看的类别（收养和限制知悉的健康信息），由机构收留抚养该儿童后由该机构的负责人（主管）登记、"
            "更正或者撤回。",
            "This is of a category that your role is not shown (adoption, or an illness that few may know):"
            " the supervisor of the institution that takes the child in records, corrects or withdraws it.",
        ),
    }
)
"""Who may record it instead where the child is outside institutions, by the role that may not."""
_OPERATED: Final = Label(
    "机构的名称、所在地区、代码和所启用的规则集由账本管理员以命令登记：childledger institution change、"
    "childledger rules adopt；个人信息的删除由命令 childledger erase 执行并登记。",
    "What an institution is and by which rules it is judged is recorded by the ledger's operator:"
    " childledger institution change, childledger rules adopt; that data is erased, by childledger erase.",
)
_ISSUED: Final = Label(
    "出具报告不可手工登记：请用 POST /reports 出具，登记与报告一并产生。",
    "That a report was issued is not recorded by hand: issue it by POST /reports, which records it.",
)
_EXTRACTED: Final = Label(
    "签发摘录不可手工登记：请用 POST /children/{儿童}/extracts 签发，登记与摘录一并产生。",
    "That an extract was issued is not recorded by hand: issue it by POST /children/{id}/extracts, which"
    " records it.",
)
_SCANNED: Final = Label(
    "材料影像不可手工登记：请用 PUT /children/{儿童}/documents/{材料} 存入，登记与影像一并产生。",
    "That a paper was scanned is not recorded by hand: store its bytes by PUT /children/{id}/documents/{id},"
    " which records it.",
)


class RefusingRule(Titled):
    """A rule that refuses an entry, and its words.

    `cure_zh` and `cure_en` say what to record or to correct, where and by which day. `rests_on` are the
    categories of personal data that the refusal reveals.
    """

    rule: str
    strength: Literal["impossible", "forbidden"]
    zh: str
    en: str
    source: str
    verified: bool
    cure_zh: str | None
    cure_en: str | None
    rests_on: list[Category]


class RefusalAnswer(RefusingRule):
    """A rule that refuses a recording, and the place in the request.

    If it rests on data that the caller may not see, it has the rule's title and sentence alone, without
    evidence, and `pointer` names the event of the request but nothing in it.
    The refusal of an unknown code names the code table, and lists its codes if they are few.
    """

    pointer: str
    evidence: NotRequired[list[UUID]]
    table: NotRequired[str]
    codes: NotRequired[list[str]]


class RecordedAnswer(TypedDict):
    """The recorded entries, and the findings against them."""

    child: UUID
    version: int
    position: int
    entries: list[EntryAnswer]
    findings: list[FindingAnswer]


class StatusChangeAnswer(TypedDict):
    """An attribute that would change today: its values before and after, and that in words."""

    chapter: str
    attribute: str
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]
    zh: str
    en: str


class ObligationChangeAnswer(TypedDict):
    """An obligation that would be opened (no `before`), met, moved or dropped (no `after`)."""

    before: ObligationAnswer | None
    after: ObligationAnswer | None
    zh: str
    en: str


class GateStateAnswer(TypedDict):
    """The state of a gate, and what is missing."""

    state: GateState
    missing_zh: str | None
    missing_en: str | None


class GateChangeAnswer(TypedDict):
    """A gate of readiness whose state would change today."""

    gate: int
    name_zh: str
    name_en: str
    before: GateStateAnswer
    after: GateStateAnswer
    zh: str
    en: str


class RefusedLaterAnswer(RefusingRule):
    """A rule by which an entry that is there already would be refused, with the words of that refusal."""

    entry: UUID
    evidence: list[UUID]


class ImpactAnswer(TypedDict):
    """What a recording would change, each change in words of both languages.

    `findings` would be new and `findings_gone` be no more: those of today, of what is to hold every day.
    `refused_later` are entries of the file that would be refused if they came after it.
    """

    status: list[StatusChangeAnswer]
    obligations: list[ObligationChangeAnswer]
    readiness: list[GateChangeAnswer]
    findings: list[FindingAnswer]
    findings_gone: list[FindingAnswer]
    refused_later: list[RefusedLaterAnswer]


class RehearsalAnswer(TypedDict):
    """The result that a recording would have; `findings` are those of its answer."""

    would: Literal["record", "refuse"]
    refusals: list[RefusalAnswer]
    findings: list[FindingAnswer]
    impact: ImpactAnswer
    possible_duplicates: list[FindingAnswer]


class ItemAnswer(TypedDict):
    """The result of one item: the recorded entries, the problem, or the result of a dry run."""

    index: int
    status: int
    entries: NotRequired[list[EntryAnswer]]
    problem: NotRequired[dict[str, Any]]
    would: NotRequired[Literal["record", "refuse"]]
    refusals: NotRequired[list[RefusalAnswer]]
    findings: NotRequired[list[FindingAnswer]]
    impact: NotRequired[ImpactAnswer]
    possible_duplicates: NotRequired[list[FindingAnswer]]


class ItemsAnswer(TypedDict):
    """The result of each item, in the order of the request."""

    items: list[ItemAnswer]


def recorded_json(
    recorded: Recorded,
    sees: AbstractSet[Category],
    taken: Iterable[FindingAnswer] = (),
    causes: Mapping[UUID, UUID] = NO_CAUSES,
) -> RecordedAnswer:
    """Return the answer to a recording; `taken` are findings against its numbers, which other files have.

    `causes` are as `entry_json` takes them.
    """
    kind = recorded.entries[0].kind
    answer: Any = {
        kind: recorded.stream,
        "version": recorded.version,
        "position": recorded.position,
        "entries": [entry_json(entry, None, sees, causes=causes) for entry in recorded.entries],
        "findings": [
            *findings_json(recorded.findings, sees),
            *(each | {kind: recorded.stream} for each in taken),
        ],
    }
    recorded_answer: RecordedAnswer = answer
    return recorded_answer


def findings_json(
    judgements: Iterable[Judgement], sees: AbstractSet[Category], file: UUID | None = None
) -> list[FindingAnswer]:
    """Return the findings against entries of a file, as far as they rest on categories that the caller sees.

    Without a file, each is against that of its own stream.
    """
    return [
        finding_json(against_entry(each, file or each.entry.stream), kind=each.entry.kind)
        for each in told_to(sees, judgements)
    ]


def problem(wanted: Recording, outcome: Outcome, sees: AbstractSet[Category]) -> Problem:
    """Return the problem for a recording that was not recorded."""
    match outcome:
        case Refused():
            refusals = refusals_json(outcome.refusals, sees, wanted.placed(outcome.entries))
            possible = cures((each.rule for each in outcome.refusals), sees, wanted.kind)
            return Problem("refused", refusals=refusals, possible=list(possible))
        case StaleVersion(current):
            return Problem("stale", version=current)
        case KeepsMoving():
            return Problem("unavailable", _KEEPS_MOVING)
        case KeyMismatch():
            return Problem("idempotency_mismatch")
        case Withheld():
            return Problem("withheld")
        case Denied(why, draft):
            where = {} if draft is None else wanted.pointed(draft)
            return _denied(why, wanted.recorded_by.role, where)
        case Recorded():
            message = "it was recorded"
            raise ValueError(message)


def _denied(why: object, role: str, where: dict[str, Any]) -> Problem:
    if why is Hindrance.SCOPE:
        return not_found()
    if why is Hindrance.CATEGORY:
        return Problem("forbidden", _NOT_SHOWN_TO.get(role, _NOT_SHOWN), **where)
    if why is Hindrance.RESTRICTED:
        return Problem("restricted", **where)
    if why is Hindrance.ERASED:
        return Problem("erased", **where)
    if why is Hindrance.OPERATOR:
        return Problem("forbidden", _OPERATED, **where)
    if why is Hindrance.ISSUED:
        return Problem("forbidden", _ISSUED, **where)
    if why is Hindrance.EXTRACTED:
        return Problem("forbidden", _EXTRACTED, **where)
    if why is Hindrance.SCANNED:
        return Problem("forbidden", _SCANNED, **where)
    return Problem("forbidden", **where)


def refusals_json(
    judgements: Iterable[Judgement], sees: AbstractSet[Category], places: Mapping[UUID, str] = UNPLACED
) -> list[RefusalAnswer]:
    """Return refusals, with the place in the body of each entry from `places`.

    A rule that rests on a hidden category is listed once for each event.
    """
    answers = [
        refusal_json(judgement, sees, places.get(judgement.entry.entry_id, "")) for judgement in judgements
    ]
    return [each for place, each in enumerate(answers) if "evidence" in each or each not in answers[:place]]


def refusal_json(judgement: Judgement, sees: AbstractSet[Category], place: str = "") -> RefusalAnswer:
    """Return the refusal of an entry at a place in the body."""
    rule, refusal = judgement.rule, judgement.refusal
    visible = refusal.rests_on <= sees
    sentence = _sentence(rule, refusal) if visible else rule.sentence()
    cure = rule.cured(judgement.entry.days.last if visible else None)
    answer: RefusalAnswer = {
        "pointer": f"{place}{refusal.at}" if visible else place,
        "rule": rule.id,
        "title_zh": rule.title.zh,
        "title_en": rule.title.en,
        "strength": "impossible" if rule.strength == "impossible" else "forbidden",
        "zh": sentence.zh,
        "en": sentence.en,
        "source": judgement.source,
        "verified": judgement.verified,
        "cure_zh": None if cure is None else cure.zh,
        "cure_en": None if cure is None else cure.en,
        "rests_on": sorted(refusal.rests_on if visible else refusal.rests_on - sees),
    }
    if visible:
        answer["evidence"] = list(refusal.evidence)
    if visible and refusal.table is not None:
        answer["table"] = refusal.table
        codes = list(tables()[refusal.table].codes)
        if len(codes) <= MOST_CODES:
            answer["codes"] = codes
    return answer


def _sentence(rule: Rule, refusal: Refusal) -> Label:
    """Return what a rule says against an entry; of a code that its table lacks, where the valid ones are."""
    if refusal.table is None or refusal.detail is None:
        return rule.sentence(refusal.detail)
    name, codes, field = refusal.table, tables()[refusal.table].codes, refusal.detail
    zh, en = f"（/codes/{name}）", f" (/codes/{name})"
    if len(codes) <= MOST_CODES:
        zh = "：" + "；".join(f"{code} {label.zh}" for code, label in codes.items())
        en = ": " + ", ".join(f"{code} {label.en}" for code, label in codes.items())
    return Label(
        f"{field.zh}的代码无效，可用代码见代码表 {name}{zh}。",
        f"{field.en}: the code is not valid; the valid ones are in the table {name}{en}.",
    )


def rehearsal_json(
    rehearsal: Rehearsal,
    *,
    today: date,
    rulebook: Rulebook,
    sees: AbstractSet[Category],
    duplicates: list[FindingAnswer],
    taken: Iterable[FindingAnswer] = (),
    places: Mapping[UUID, str] = UNPLACED,
    of: tuple[UUID | None, Kind] = (None, "child"),
) -> RehearsalAnswer:
    """Return the answer to a dry run in the file `of` an id and a kind; a new file has no id yet."""
    return {
        "would": "refuse" if rehearsal.refused else "record",
        "refusals": refusals_json(rehearsal.refusals, sees, places),
        "findings": [*findings_json(rehearsal.findings, sees, of[0]), *taken],
        "impact": _impact(rehearsal.impact, today, rulebook, sees, of),
        "possible_duplicates": duplicates,
    }


def _impact(
    impact: Impact, today: date, rulebook: Rulebook, sees: AbstractSet[Category], of: tuple[UUID | None, Kind]
) -> ImpactAnswer:
    stream, kind = of

    def lapsed(lapses: Iterable[Lapse]) -> list[FindingAnswer]:
        found = (finding_json(against_days(stream or NOBODY, each), kind=kind) for each in lapses)
        return [each | {kind: stream} for each in found]

    def due(clock: Clock | None) -> ObligationAnswer | None:
        if clock is None:
            return None
        first = clock.started_by[0]
        return obligation_json(obligation(stream or first.stream, clock, rulebook), today, kind=first.kind)

    status = [_status(change, sees) for change in impact.status]
    obligations = [_obligation(due(change.before), due(change.after)) for change in impact.obligations]
    readiness = [_gate_change(change) for change in impact.readiness]
    # A difference that is answered alike, such as which of two entries met an obligation, is no change.
    return {
        "status": [each for each in status if each["before"] != each["after"]],
        "obligations": [each for each in obligations if each["before"] != each["after"]],
        "readiness": [each for each in readiness if each["before"] != each["after"]],
        "findings": [*findings_json(impact.findings, sees, stream), *lapsed(impact.lapses)],
        "findings_gone": [*findings_json(impact.gone, sees, stream), *lapsed(impact.lapses_gone)],
        "refused_later": [_refused_later(each, sees) for each in told_to(sees, impact.refused_later)],
    }


def _refused_later(judgement: Judgement, sees: AbstractSet[Category]) -> RefusedLaterAnswer:
    told: Any = {"entry": judgement.entry.entry_id, **refusal_json(judgement, sees)}
    later: RefusedLaterAnswer = {name: told[name] for name in get_type_hints(RefusedLaterAnswer)}  # type: ignore[assignment]  # as declared
    return later


def _obligation(before: ObligationAnswer | None, after: ObligationAnswer | None) -> ObligationChangeAnswer:
    words = obligation_change_words(before, after)
    return {"before": before, "after": after, "zh": words.zh, "en": words.en}


def _gate_change(change: GateChange) -> GateChangeAnswer:
    before, after = _gate(change.before), _gate(change.after)
    words = gate_change_words(change.gate.label, before, after)
    return {
        "gate": change.gate.number,
        "name_zh": change.gate.label.zh,
        "name_en": change.gate.label.en,
        "before": before,
        "after": after,
        "zh": words.zh,
        "en": words.en,
    }


def _status(change: StatusChange, sees: AbstractSet[Category]) -> StatusChangeAnswer:
    words = status_words(change, sees)
    return {
        "chapter": change.chapter,
        "attribute": change.attribute,
        "before": [attribute_json(value) for value in change.before],
        "after": [attribute_json(value) for value in change.after],
        "zh": words.zh,
        "en": words.en,
    }


def _gate(answer: GateResult) -> GateStateAnswer:
    missing = answer.missing
    return {
        "state": answer.state,
        "missing_zh": None if missing is None else missing.zh,
        "missing_en": None if missing is None else missing.en,
    }
