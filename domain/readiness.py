"""Whether a young person is ready to leave care as an adult: fourteen gates, each a question of one day.

The answer is advisory (《个人信息保护法》第24条): a person decides, and the decision is an event. The gates
stand in `domain/events/placement/gates.py`; here is what they have in common.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from domain.entry import Entry
from domain.event import EVERY_CATEGORY, Category, Label
from domain.file import File
from domain.life import Life, over_time
from domain.obligations import Clock
from domain.resting import NOTHING, Categories, noting
from domain.rulebook import Rule, Rulebook

GateState: TypeAlias = Literal["met", "unmet", "not_applicable", "unknown", "uncertain", "restricted"]
"""`restricted` replaces a state that the actor may not see."""
GateWeight: TypeAlias = Literal["blocks", "warns", "info"]
Status: TypeAlias = Literal["ready", "not_ready", "deferred"]


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate's result on a day: its state, the entries that decided it, and what is missing.

    `deferring` marks an unmet gate that postpones the question (still at school, in the army).
    `rests_on` are the categories of personal data that it reveals; `rule` is the gate's rule as it stands on
    that day, once the gate was asked.
    """

    state: GateState
    evidence: tuple[UUID, ...] = ()
    missing: Label | None = None
    weight: GateWeight | None = None
    deferring: bool = False
    rests_on: Categories = NOTHING
    rule: Rule | None = None

    def shown(self, sees: AbstractSet[Category]) -> "GateResult":
        """Return the result as shown to an actor of these categories: `restricted` if it rests on another."""
        if self.rests_on <= sees:
            return self
        return GateResult("restricted", rests_on=self.rests_on, rule=self.rule)


@dataclass(frozen=True, slots=True)
class Gate:
    """One of the fourteen questions; `rule` in the rulebook has its source and whether that is verified."""

    number: int
    rule: str
    label: Label
    weight: GateWeight
    ask: Callable[[Life], GateResult]

    def answer(self, life: Life) -> GateResult:
        """Return the result for a life on its day, with the categories it rests on."""
        answer, read = noting(self.ask, life)
        on = read | life.file.sealed(answer.evidence)
        return replace(answer, rests_on=on, rule=life.rule(self.rule))


@dataclass(frozen=True, slots=True)
class Readiness:
    """The results of all gates on a day, and the status that follows from them."""

    status: Status
    route: str | None
    answers: tuple[tuple[Gate, GateResult], ...]


GATES: Final[dict[int, Gate]] = {}
"""The fourteen gates by number."""


def gate(
    number: int, zh: str, en: str, weight: GateWeight
) -> Callable[[Callable[[Life], GateResult]], Callable[[Life], GateResult]]:
    """Register a function as one of the gates."""

    def register(function: Callable[[Life], GateResult]) -> Callable[[Life], GateResult]:
        GATES[number] = Gate(number, f"G{number:02}", Label(zh, en), weight, function)
        return function

    return register


def met(*evidence: Entry[Any] | None) -> GateResult:
    """The gate is passed, by these entries."""
    return GateResult("met", _ids(evidence))


def unmet(zh: str, en: str, *evidence: Entry[Any] | None, deferring: bool = False) -> GateResult:
    """The gate is not passed, and this is missing."""
    return GateResult("unmet", _ids(evidence), Label(zh, en), deferring=deferring)


def not_applicable(*evidence: Entry[Any] | None) -> GateResult:
    """The gate does not ask anything of this person."""
    return GateResult("not_applicable", _ids(evidence))


def unknown(zh: str, en: str, *evidence: Entry[Any] | None) -> GateResult:
    """The file gives the answer as unknown."""
    return GateResult("unknown", _ids(evidence), Label(zh, en))


def uncertain(zh: str, en: str, *evidence: Entry[Any] | None) -> GateResult:
    """A day or an age is not known well enough to tell."""
    return GateResult("uncertain", _ids(evidence), Label(zh, en))


def readiness(
    life: Life,
    rulebook: Rulebook,
    route: Callable[[Life], str | None],
    sees: AbstractSet[Category] = EVERY_CATEGORY,
) -> Readiness:
    """Ask all gates on one day, and return what an actor who sees these categories is shown.

    A blocking gate that is unmet, unknown or uncertain makes the status *not ready*; a restricted gate has no
    effect on it. A gate whose rule is unverified only warns.
    """
    answers = tuple((gate, gate.answer(life).shown(sees)) for _, gate in sorted(GATES.items()))
    blocking = [answer for gate, answer in answers if blocks(gate, answer, rulebook)]
    status: Status = "not_ready" if blocking else "ready"
    if any(answer.deferring for answer in blocking):
        status = "deferred"
    return Readiness(status, route(life), answers)


def blocks(gate: Gate, answer: GateResult, rulebook: Rulebook) -> bool:
    """Whether a result prevents the status *ready*."""
    passed = answer.state in {"met", "not_applicable", "restricted"}
    return not passed and weight(gate, answer, rulebook) == "blocks"


def weight(gate: Gate, answer: GateResult, rulebook: Rulebook) -> GateWeight:
    """Return the weight of a gate that day: its result's, at most a warning if its rule is unverified."""
    stated = answer.weight or gate.weight
    rule = answer.rule or rulebook[gate.rule]
    return "warns" if stated == "blocks" and not rule.verified else stated


def readiness_over_time(  # noqa: PLR0913 - a question with its route, who is told, and when
    file: File,
    rulebook: Rulebook,
    route: Callable[[Life], str | None],
    start: date,
    end: date,
    *,
    sees: AbstractSet[Category] = EVERY_CATEGORY,
) -> Iterator[tuple[date, date, Readiness]]:
    """Yield the readiness as intervals of days, equal neighbours joined."""
    pending: tuple[date, date, Readiness] | None = None
    for since, until, answer in over_time(
        file, rulebook, lambda life: readiness(life, rulebook, route, sees), start, end
    ):
        if pending is not None and pending[2] == answer:
            pending = (pending[0], until, answer)
            continue
        if pending is not None:
            yield pending
        pending = (since, until, answer)
    if pending is not None:
        yield pending


def next_due(clocks: Iterable[Clock], day: date) -> Clock | None:
    """Return the nearest open clock on a day, overdue ones first; None if no clock is open."""
    due = [clock for clock in clocks if clock.state(day) in {"due", "overdue"}]
    return min(due, key=lambda clock: (clock.due.last, clock.rule), default=None)


def _ids(evidence: tuple[Entry[Any] | None, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(entry.entry_id for entry in evidence if entry is not None))
