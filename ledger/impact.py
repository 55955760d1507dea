"""What a recording would change, told before it is saved."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from domain.file import ATTRIBUTES, File
from domain.judging import Judgement, findings
from domain.life import Life
from domain.obligations import Clock, clocks
from domain.readiness import GATES
from domain.rulebook import Rulebook
from ledger.recording import ClockChange, GateChange, Impact, StatusChange


def impact(before: File, after: File, rulebook: Rulebook, today: date) -> Impact:
    """Compare a file with itself as it would be."""
    return Impact(
        status=tuple(_status(before, after, rulebook, today)),
        obligations=tuple(_obligations(before, after, rulebook)),
        readiness=tuple(_readiness(before, after, rulebook, today)),
        findings=tuple(_findings(before, after, rulebook)),
    )


def _status(before: File, after: File, rulebook: Rulebook, today: date) -> Iterator[StatusChange]:
    was, would_be = Life(before, today, rulebook), Life(after, today, rulebook)
    for (chapter, name), attribute in ATTRIBUTES.items():
        old = tuple(fact.held.value for fact in was.each(attribute))
        new = tuple(fact.held.value for fact in would_be.each(attribute))
        if old != new:
            yield StatusChange(chapter, name, old, new)


def _obligations(before: File, after: File, rulebook: Rulebook) -> Iterator[ClockChange]:
    old = {_started(clock): clock for clock in clocks(before, rulebook)}
    new = {_started(clock): clock for clock in clocks(after, rulebook)}
    for key in dict.fromkeys([*old, *new]):
        was, would_be = old.get(key), new.get(key)
        if was is None or would_be is None or _course(was) != _course(would_be):
            yield ClockChange(was, would_be)


def _started(clock: Clock) -> tuple[object, ...]:
    return (clock.rule, *(entry.original for entry in clock.started_by))


def _course(clock: Clock) -> tuple[object, ...]:
    return (clock.opened_on, clock.due, clock.met_by and clock.met_by.entry_id, clock.void_on)


def _readiness(before: File, after: File, rulebook: Rulebook, today: date) -> Iterator[GateChange]:
    for _, gate in sorted(GATES.items()):
        old = gate.ask(Life(before, today, rulebook))
        new = gate.ask(Life(after, today, rulebook))
        if (old.state, old.missing) != (new.state, new.missing):
            yield GateChange(gate, old, new)


def _findings(before: File, after: File, rulebook: Rulebook) -> Iterator[Judgement]:
    old = {_said(judgement) for judgement in findings(before, rulebook)}
    return (judgement for judgement in findings(after, rulebook) if _said(judgement) not in old)


def _said(judgement: Judgement) -> tuple[str, str, UUID]:
    return (judgement.rule.id, judgement.refusal.kind, judgement.entry.entry_id)
