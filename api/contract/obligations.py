"""Clocks in the form of answers: due, met, overdue or void on a day."""

from datetime import date
from typing import TYPE_CHECKING, Any, NotRequired, TypeAlias, get_type_hints
from uuid import UUID

from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.findings import EvidenceAnswer
from api.contract.listing import Because, Titled, titled
from api.contract.masking import NAMED, typed_dict
from api.contract.rows import answered, row_json
from domain.event import Kind
from domain.obligations import State
from projections.obligations import Obligation

if TYPE_CHECKING:
    ObligationAnswer: TypeAlias = dict[str, Any]
    ListedObligationAnswer: TypeAlias = dict[str, Any]
    ObligationsAnswer: TypeAlias = dict[str, Any]
else:
    _OBLIGATION = {
        **answered(Obligation),
        **get_type_hints(Titled),
        "due_on": NotRequired[date],
        "due_between": NotRequired[tuple[date | None, date]],
        "state": State,
        "days_left": int,
        "met_by": list[UUID],
        "void_because": Because | None,
    }
    ObligationAnswer = typed_dict(
        "ObligationAnswer",
        _OBLIGATION,
        """An obligation by the title and the words of its rule.

        It is due on a day, or between two days if the day is unknown.
        """,
    )
    _EVIDENCED = _OBLIGATION | {"evidence": list[EvidenceAnswer]}
    ListedObligationAnswer = typed_dict(
        "ListedObligationAnswer",
        _EVIDENCED | NAMED | ACTED | ESCALATED,
        """An obligation in a list, with whose it is, who must act next, and to whom it was escalated.

        `evidence` are the entries that started and met it, as far as the caller may read.
        """,
    )
    ObligationsAnswer = typed_dict(
        "ObligationsAnswer",
        {
            "items": list[
                typed_dict(
                    "EvidencedObligationAnswer",
                    _EVIDENCED,
                    "An obligation with the entries that started and met it, as far as the caller may read.",
                )
            ],
            "next": None,
            "known_position": int,
        },
        "All of a file's obligations, as known at a position.",
    )


def obligation_json(obligation: Obligation, day: date, *, kind: Kind = "child") -> ObligationAnswer:
    """Return a clock with its state on a day; a clock that is not open yet, with that of its first day.

    It is of a file of that kind. `days_left` is counted to the day on which it was met or void, where it was.
    """
    state = obligation.state(max(day, obligation.opened_on)) or "due"
    ended = {"met": obligation.met_on, "met_late": obligation.met_on, "void": obligation.void_on}.get(state)
    void = state == "void" and obligation.void_zh is not None and obligation.void_en is not None
    met = [obligation.met_by] if state in {"met", "met_late"} and obligation.met_by else []
    answer = {
        **row_json(obligation, kind),
        **titled(obligation.rule),
        "state": state,
        "days_left": (obligation.due_on - (ended or day)).days,
        "met_by": met,
        "void_because": {"zh": obligation.void_zh or "", "en": obligation.void_en or ""} if void else None,
    }
    if obligation.due_first == obligation.due_on:
        answer["due_on"] = obligation.due_on
    else:
        answer["due_between"] = (obligation.due_first, obligation.due_on)
    return answer


def entries_of(item: ObligationAnswer) -> list[UUID]:
    """Return the entries that an obligation in an answer names: those that started it and met it."""
    return [*item["started_by"], *item["met_by"]]
