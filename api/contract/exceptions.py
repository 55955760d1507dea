"""What a second person decides on, in the form of answers: exceptions, and corrections of what matters."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_type_hints
from uuid import UUID

from api.contract.acting_answers import ACTED
from api.contract.entries import EntryAnswer, entry_json
from api.contract.listing import Because, Titled, titled
from api.contract.masking import NAMED, typed_dict
from api.contract.rows import answered, row_json
from domain.entry import AnyEntry
from domain.event import Category
from domain.label import Label
from domain.second_person import ApprovalKind, ApprovalState
from projections.exceptions import ExceptionRow

NotForCaller: TypeAlias = Literal["own", "decided", "not_needed", "role", "category"]
"""Why the caller may not decide."""
WHY_NOT: Final[Mapping[NotForCaller, Label]] = MappingProxyType(
    {
        "own": Label("您本人记录，不能审批", "You recorded it yourself: another person decides"),
        "decided": Label("已经审批", "It has been decided"),
        "not_needed": Label("已不需要审批", "No rule asks for it any more"),
        "role": Label("由负责该档案的主管审批", "A supervisor of the file decides"),
        "category": Label(
            "属于您的角色不可查看的类别，由可查看的人审批",
            "Of a category that your role is not shown: somebody who is shown it decides",
        ),
    }
)
_SAID: Final = ("entry_id", "type", "occurred_on", "occurred_until", "sentence_zh", "sentence_en")
_RECORDED: Final = (
    *_SAID,
    *("estimated", "recorded_at", "recorded_by", "origin"),
    *("data", "documents", "corrects", "reason", "exception", "note"),
)


class WhyNotAnswer(Because):
    """Why the caller may not decide, as a code and in words."""

    code: NotForCaller


if TYPE_CHECKING:
    SaidEntryAnswer: TypeAlias = dict[str, Any]
    RecordedEntryAnswer: TypeAlias = dict[str, Any]
    ExceptionAnswer: TypeAlias = dict[str, Any]
else:
    _MEMBERS = EntryAnswer.__annotations__
    SaidEntryAnswer = typed_dict(
        "SaidEntryAnswer",
        {name: _MEMBERS[name] for name in _SAID},
        "An entry by what it says, and when that happened.",
    )
    RecordedEntryAnswer = typed_dict(
        "RecordedEntryAnswer",
        {name: _MEMBERS[name] for name in _RECORDED},
        "An entry as recorded, without what became of it.",
    )
    ExceptionAnswer = typed_dict(
        "ExceptionAnswer",
        {
            **answered(ExceptionRow),
            **get_type_hints(Titled),
            **NAMED,
            **ACTED,
            "kind": ApprovalKind,
            "state": ApprovalState,
            "version": int,
            "waited_days": int,
            "entry": RecordedEntryAnswer,
            "decision": RecordedEntryAnswer | None,
            "evidence": list[SaidEntryAnswer],
            "may_decide": bool,
            "why_not": WhyNotAnswer | None,
        },
        """An entry that a second person decides on: an exception to the rule, or a correction (X11).

        `version` is that of the file now, for `If-Match`. `waited_days` are those from its recording to the
        decision, or to the day asked for. `evidence` are the entries by which the rule speaks against it, or
        what a correction puts right. `why_not` says why the caller may not decide, null if they may.
        """,
    )


def said_json(
    entry: AnyEntry, sees: AbstractSet[Category], named: Mapping[UUID, AnyEntry]
) -> "SaidEntryAnswer":
    """Return what an entry says; `named` are those that others act on."""
    shown = entry_json(entry, None, sees, named)
    return {name: shown[name] for name in _SAID}


def recorded_json(
    entry: AnyEntry,
    sees: AbstractSet[Category],
    named: Mapping[UUID, AnyEntry],
    recorders: Mapping[UUID, str],
) -> "RecordedEntryAnswer":
    """Return an entry as recorded; `recorders` are the names that the caller may know."""
    shown = entry_json(entry, None, sees, named)
    shown["recorded_by"]["name"] = recorders.get(entry.recorded_by.user)
    return {name: shown[name] for name in _RECORDED}


def exception_json(
    row: ExceptionRow,
    day: date,
    version: int,
    entry: "RecordedEntryAnswer",
    decision: "RecordedEntryAnswer | None",
    evidence: "list[SaidEntryAnswer]",
    why_not: NotForCaller | None,
) -> "ExceptionAnswer":
    """Return what a second person decides on, as asked for a day."""
    words = None if why_not is None else WHY_NOT[why_not]
    return {
        **row_json(row),
        **titled(row.rule),
        "version": version,
        "waited_days": row.waited(day),
        "entry": entry,
        "decision": decision,
        "evidence": evidence,
        "may_decide": why_not is None,
        "why_not": None if words is None else {"code": why_not, "zh": words.zh, "en": words.en},
    }
