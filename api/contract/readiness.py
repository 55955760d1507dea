"""Readiness for adult life in the form of answers: advice by fourteen gates."""

from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Literal
from uuid import UUID

import orjson
from typing_extensions import TypedDict

from api.contract.listing import Titled, titled
from domain.event import Category
from domain.readiness import GateState, GateWeight, Status
from projections.readiness import ReadyOnDay


class GateAnswer(TypedDict):
    """One of the fourteen gates; `rests_on` is null where its answer is `restricted`."""

    gate: int
    name_zh: str
    name_en: str
    state: GateState
    weight: GateWeight
    evidence: list[UUID]
    missing_zh: str | None
    missing_en: str | None
    source: str
    verified: bool
    rests_on: list[Category] | None


class NextDueAnswer(Titled):
    """The obligation that is due next, by the title of its rule."""

    due_on: date
    rule: str


class ReadinessAnswer(TypedDict):
    """Whether a young person is ready on a day; the answer is advice, and a person decides.

    They turn 18 between `turns_18_from` and `turns_18_on`, which are one day if the day of birth is known;
    `turns_18_from` is null if its beginning is unknown.
    """

    child: UUID
    day: date
    status: Status
    advisory: Literal[True]
    route: str | None
    turns_18_from: date | None
    turns_18_on: date | None
    gates: list[GateAnswer]
    next: NextDueAnswer | None


class ReadinessKnownAnswer(ReadinessAnswer):
    """The same, as known at a position."""

    known_position: int


def readiness_json(ready: ReadyOnDay, day: date, sees: AbstractSet[Category]) -> ReadinessAnswer:
    """Return the readiness of a young person on a day."""
    # The read model has them in the form of the answer.
    gates: Any = orjson.Fragment(ready.gates_shown(sees))
    return {
        "child": ready.child,
        "day": day,
        "status": ready.status,
        "advisory": True,
        "route": ready.route,
        "turns_18_from": ready.turns_18_from,
        "turns_18_on": ready.turns_18_on,
        "gates": gates,
        "next": _next(ready.next_due_on, ready.next_rule),
    }


def _next(due_on: date | None, rule: str | None) -> NextDueAnswer | None:
    if due_on is None or rule is None:
        return None
    return {"due_on": due_on, "rule": rule, **titled(rule)}
