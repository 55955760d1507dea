"""On which route young people are to leave care and where they are stuck, and who is still here (D3, D6)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from domain.asked_lists.question_list import (
    Gap,
    QuestionList,
    ReadyAsked,
    RowSubject,
    Told,
    derived,
    years_old,
)
from domain.entry import AnyEntry
from domain.event import Event, Label, Unknown
from domain.events.household import HouseholdRegistered, HouseholdTransferred, IdCardIssued
from domain.events.placement.applying import CapacityDeterminationApplied
from domain.events.placement.arrangements import (
    SERVING,
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    EmploymentArranged,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HouseholdDestinationDecided,
    HousingArranged,
    MilitaryServiceEnded,
)
from domain.events.placement.gates import route
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementPlanApproved,
    CapacityDetermined,
    YoungPersonConsentRecorded,
)
from domain.events.schooling import SchoolingEnded
from domain.life import ADULT, Life, over_time
from domain.readiness import GATES, Gate, GateResult, blocks, readiness
from domain.scope import OFFICER_AGE
from domain.when import Days

PASSED_BY: Final[Mapping[int, tuple[type[Event], ...]]] = {
    2: (AdultPlacementAssessed,),
    3: (SchoolingEnded, MilitaryServiceEnded),
    4: (AdultPlacementPlanApproved,),
    5: (AdultPlacementAssessed, CapacityDeterminationApplied, CapacityDetermined),
    6: (HouseholdRegistered, IdCardIssued),
    8: (HousingArranged, EmploymentArranged, BankAccountHandedOver, BelongingsHandedOver, ArchiveHandedOver),
    9: (HardshipSupportDecided, HardshipSupportPlaced),
    10: (HouseholdDestinationDecided, HouseholdTransferred),
    11: (YoungPersonConsentRecorded,),
}
"""The events by which a gate that keeps somebody from being ready is passed."""


def _blocking(row: RowSubject, life: Life) -> list[tuple[Gate, GateResult]]:
    """The gates that keep the person from being ready on a day, as far as the asker sees them, in order."""
    book = row.history.rulebook
    found = readiness(life, book, route, row.sees)
    return [(gate, answer) for gate, answer in found.answers if blocks(gate, answer, book)]


def _first(row: RowSubject, life: Life) -> tuple[Gate, GateResult] | None:
    """The gate at which somebody is stuck: what puts the question off, else the first in order."""
    found = _blocking(row, life)
    deferring = [each for each in found if each[1].deferring]
    return next(iter([*deferring, *found]), None)


def _stuck_since(row: RowSubject, gate: Gate) -> date | None:
    """The first day since which somebody has been stuck at a gate, without a break."""
    stay, begins = row.history.stay_on(row.day), row.history.turns(OFFICER_AGE)
    if stay is None:
        return None
    start = stay.since if begins is None else min(max(stay.since, begins.earliest), row.day)
    since: date | None = None
    times = over_time(row.history.file, row.history.rulebook, partial(_first, row), start, row.day)
    for first, _, stuck in times:
        since = (since or first) if stuck is not None and stuck[0] is gate else None
    return since


def _entries(row: RowSubject, answer: GateResult) -> tuple[AnyEntry, ...]:
    there = row.history.file.entries
    return tuple(there[each] for each in answer.evidence if each in there)


def _gate(row: RowSubject) -> Told | None:
    stuck = _first(row, row.life)
    if stuck is None:
        return None
    gate, answer = stuck
    return Told(str(gate.number), _entries(row, answer), answer.rests_on)


def _stuck_on(row: RowSubject) -> Told | None:
    stuck = _first(row, row.life)
    since = None if stuck is None else _stuck_since(row, stuck[0])
    if stuck is None or since is None:
        return None
    return Told(Days.on(since), _entries(row, stuck[1]), stuck[1].rests_on)


def _stuck_days(row: RowSubject) -> Told | None:
    found = _stuck_on(row)
    if found is None or not isinstance(found.value, Days):
        return None
    return replace(found, value=(row.day - found.value.last).days)


def _status(row: RowSubject) -> Told:
    found = readiness(row.life, row.history.rulebook, route, row.sees)
    read = (answer.rests_on for _, answer in found.answers if answer.state != "restricted")
    return Told(found.status, (), frozenset().union(*read))


def _route(row: RowSubject) -> Told | None:
    plan = row.life.last(AdultPlacementPlanApproved)
    return None if plan is None else Told(plan.event.route, (plan,))


def _gates(row: RowSubject) -> Iterator[Gap]:
    """What keeps somebody from being ready, gate by gate: who passes it, and what is missing."""
    for gate, answer in _blocking(row, row.life):
        missing = answer.missing or gate.label
        label = Label(f"{gate.label.zh}：{missing.zh}", f"{gate.label.en}: {missing.en}")
        yield Gap(label, PASSED_BY.get(gate.number, ()), _entries(row, answer), answer.rests_on)


GATE_LABELS: Final = {str(number): gate.label for number, gate in GATES.items()}
STATUSES: Final = {
    "ready": Label("已具备条件", "Ready"),
    "not_ready": Label("尚不具备条件", "Not ready"),
    "deferred": Label("暂缓", "Deferred"),
}


# D3, on the routes and where they are stuck

QuestionList(
    "D3",
    columns=(
        derived("route", "安置途径", "Route", "code", _route, codes="placement_route"),
        derived("status", "结论", "Conclusion", "code", _status, codes=STATUSES),
        derived("gate", "卡在哪一项", "Stuck at", "code", _gate, codes=GATE_LABELS),
        derived("stuck_since", "卡住起始日期", "Stuck since", "day", _stuck_on),
        derived("days", "卡住天数", "Days stuck", "number", _stuck_days),
    ),
    readiness=ReadyAsked(("not_ready", "deferred")),
    gaps=_gates,
)


# D6, on who is of age and still here

REASONS: Final = GATE_LABELS | {
    "school": Label("仍在校就读", "Still at school"),
    "army": Label("仍在服现役", "Still in the army"),
    "age_unknown": Label("出生日期不明确，无法判断是否成年", "The birth leaves open whether they are of age"),
    "ready": Label("已具备条件，尚未办理安置", "Ready, and not placed yet"),
}
"""Why somebody who is or may be of age is still in care: a gate by its number, or another reason."""


def _turned_on(row: RowSubject) -> Told | None:
    turned, birth = row.history.turns(ADULT), row.history.birth()
    return None if turned is None or birth is None else Told(turned, (birth.entry,))


def _reason(row: RowSubject) -> Told:
    aged, birth = row.life.aged(ADULT), row.history.birth()
    if aged is None:
        return Told("age_unknown", () if birth is None else (birth.entry,))
    stuck = _first(row, row.life)
    if stuck is None:
        return Told("ready")
    gate, answer = stuck
    named = str(gate.number)
    if answer.deferring:
        named = "school" if row.life.now(SERVING) is None else "army"
    return Told(named, _entries(row, answer), answer.rests_on)


def _here_since(row: RowSubject) -> Told | None:
    """Since when that reason holds: of who is ready, since they came of age."""
    if row.life.aged(ADULT) is None:
        return Told(Unknown("not_known"))
    return _stuck_on(row) or _turned_on(row)


QuestionList(
    "D6",
    columns=(
        derived("age", "年龄", "Age", "number", years_old),
        derived("turned_18_on", "满 18 周岁日期", "Turned 18 on", "day", _turned_on),
        derived("reason", "仍在院的原因", "Why still here", "code", _reason, codes=REASONS),
        derived("since", "起始日期", "Since", "day", _here_since),
        derived("route", "安置途径", "Route", "code", _route, codes="placement_route"),
    ),
    findings=("S03",),
    readiness=ReadyAsked(within_months=0),
    gaps=_gates,
)
