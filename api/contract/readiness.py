"""Readiness for adult life in the form of answers: advice by fourteen gates."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any, Final, Literal, get_args
from uuid import UUID

import orjson
from typing_extensions import TypedDict

from api.contract.acting_answers import ActingRole, ResponsiblePersonAnswer
from api.contract.list_tables import ListedItem, ListTable, number, said, text, word
from api.contract.listing import Titled, titled
from api.contract.masking import PersonalValue
from domain.event import Category
from domain.label import Label
from domain.readiness import GATES, GateState, GateWeight, Status
from projections.readiness import ReadinessCounts, ReadyOnDay


class GateAnswer(TypedDict):
    """One of the fourteen gates, by its rule; `rests_on` is null where its answer is `restricted`."""

    gate: int
    name_zh: str
    name_en: str
    state: GateState
    weight: GateWeight
    evidence: list[UUID]
    missing_zh: str | None
    missing_en: str | None
    rule: str
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


class ListedReadinessAnswer(ReadinessAnswer):
    """The same in a list, with whose it is."""

    name: PersonalValue
    file_no: PersonalValue
    institution: UUID | None
    institution_name: str | None
    place: str | None
    next_to_act: list[ActingRole]
    responsible_people: list[ResponsiblePersonAnswer]


class StuckAnswer(TypedDict):
    """How many young people a gate keeps from being ready."""

    gate: int
    name_zh: str
    name_en: str
    count: int
    list: str


class StatusListsAnswer(TypedDict):
    """The addresses of the lists of those who have each status."""

    ready: str
    not_ready: str
    deferred: str


class ReadinessCountsAnswer(TypedDict):
    """How many young people have each status on a day, and which gates keep most from being ready.

    `lists`, and `list` of a gate, are the addresses of who is counted.
    """

    day: date
    ready: int
    not_ready: int
    deferred: int
    lists: StatusListsAnswer
    stuck_at: list[StuckAnswer]
    known_position: int


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


def readiness_counts_json(
    counts: ReadinessCounts, day: date, known: int, where: Callable[..., str]
) -> ReadinessCountsAnswer:
    """Return the counts of a day, the gate first at which most are stuck.

    `where` returns the address of the list of those who are counted, by a further filter.
    """
    by_count = sorted(counts.stuck_at.items(), key=lambda each: (-each[1], each[0]))
    return {
        "day": day,
        "ready": counts.statuses.get("ready", 0),
        "not_ready": counts.statuses.get("not_ready", 0),
        "deferred": counts.statuses.get("deferred", 0),
        "lists": {
            "ready": where(status="ready"),
            "not_ready": where(status="not_ready"),
            "deferred": where(status="deferred"),
        },
        "stuck_at": [
            {
                "gate": gate,
                "name_zh": GATES[gate].label.zh,
                "name_en": GATES[gate].label.en,
                "count": count,
                "list": where(stuck_at=gate),
            }
            for gate, count in by_count
        ],
        "known_position": known,
    }


def _lines(answer: Mapping[str, Any], _: bool) -> Sequence[ListedItem]:  # noqa: FBT001 - as tables call it
    by_status = [
        {"status": status, "count": answer[status], "list": answer["lists"][status]}
        for status in get_args(Status)
    ]
    return [*by_status, *answer["stuck_at"]]


READINESS_COUNTS_TABLE: Final = ListTable(
    "readiness-counts",
    Label("成年安置准备统计", "Readiness counted"),
    (
        word("status", Label("结论", "Conclusion"), "readiness_status"),
        number("gate", Label("未达到的条件", "Stuck at gate")),
        said("name_", Label("条件名称", "What the gate asks for"), 28),
        number("count", Label("人数", "Number")),
        text("list", Label("名单地址", "Address of the list"), 36),
    ),
    Label(
        "先按结论统计，再按使其尚不具备的条件统计：一人可缺多项。",
        "By conclusion, then by the gates that keep them from being ready: one may be stuck at several.",
    ),
    _lines,
)


def _next(due_on: date | None, rule: str | None) -> NextDueAnswer | None:
    if due_on is None or rule is None:
        return None
    return {"due_on": due_on, "rule": rule, **titled(rule)}
