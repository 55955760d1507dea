"""Clocks as they are answered: what is due, met, overdue or void on a day."""

from datetime import date
from typing import NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.listing import Because
from api.contract.masking import categories
from domain.event import Category
from domain.obligations import State
from projections.obligations import Obligation


class ObligationAnswer(TypedDict):
    """Something due: by a day, or between two days where the day is not known."""

    child: UUID
    rule: str
    title_zh: str
    title_en: str
    opened_on: date
    due_on: NotRequired[date]
    due_between: NotRequired[tuple[date | None, date]]
    state: State
    days_left: int
    started_by: list[UUID]
    met_by: list[UUID]
    void_because: Because | None
    source: str
    region: str | None
    verified: bool
    rests_on: list[Category]


class ObligationsAnswer(TypedDict):
    """All of a file's obligations, as known at a position."""

    items: list[ObligationAnswer]
    next: None
    known_position: int


def obligation_json(obligation: Obligation, day: date) -> ObligationAnswer:
    """Return a clock as it stands on a day; one that is not open yet, as on its first day."""
    state = obligation.state(max(day, obligation.opened_on)) or "due"
    void = state == "void" and obligation.void_zh is not None and obligation.void_en is not None
    met = [obligation.met_by] if state in {"met", "met_late"} and obligation.met_by else []
    answer: ObligationAnswer = {
        "child": obligation.child,
        "rule": obligation.rule,
        "title_zh": obligation.title_zh,
        "title_en": obligation.title_en,
        "opened_on": obligation.opened_on,
        "state": state,
        "days_left": (obligation.due_on - day).days,
        "started_by": obligation.started_by,
        "met_by": met,
        "void_because": {"zh": obligation.void_zh or "", "en": obligation.void_en or ""} if void else None,
        "source": obligation.source,
        "region": obligation.region,
        "verified": obligation.verified,
        "rests_on": categories(obligation.rests_on),
    }
    if obligation.due_first == obligation.due_on:
        answer["due_on"] = obligation.due_on
    else:
        answer["due_between"] = (obligation.due_first, obligation.due_on)
    return answer
