"""The impact of a recording, computed before anything is recorded."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.event import EVERY_CATEGORY, Category
from domain.file import ATTRIBUTES, Fact, File
from domain.judging import Judgement, findings, told_to
from domain.life import Life
from domain.obligations import Clock, clocks
from domain.readiness import GATES, Gate, GateResult
from domain.rulebook import Rulebook
from domain.standing import Lapse, lapsing


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An attribute that would change today: all its values before and after, of which there may be none.

    `facts` are those that have these values, in this order.
    """

    chapter: str
    attribute: str
    before: tuple[object, ...]
    after: tuple[object, ...]
    facts: tuple[Fact[Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Something due that would be opened (no `before`), met, moved or dropped (no `after`)."""

    before: Clock | None
    after: Clock | None


@dataclass(frozen=True, slots=True)
class GateChange:
    """A gate of readiness that would be answered otherwise today."""

    gate: Gate
    before: GateResult
    after: GateResult


@dataclass(frozen=True, slots=True)
class Impact:
    """What would change: today's status, what is due, today's readiness, what speaks against entries.

    `gone` speaks against an entry no more; `refused_later` are those of the new `findings` for which an entry
    that is there already would be refused if it came now. `lapses` would be amiss today of what is asked of
    every day, and `lapses_gone` would be so no more.
    """

    status: tuple[StatusChange, ...]
    obligations: tuple[ClockChange, ...]
    readiness: tuple[GateChange, ...]
    findings: tuple[Judgement, ...]
    gone: tuple[Judgement, ...]
    refused_later: tuple[Judgement, ...]
    lapses: tuple[Lapse, ...] = ()
    lapses_gone: tuple[Lapse, ...] = ()


NO_IMPACT: Final = Impact((), (), (), (), (), ())


def impact(
    before: File,
    after: File,
    rulebook: Rulebook,
    today: date,
    sees: AbstractSet[Category] = EVERY_CATEGORY,
) -> Impact:
    """Compare a file before and after a recording, limited to what the categories `sees` may reveal."""
    old, new = (told_to(sees, findings(file, rulebook)) for file in (before, after))
    lapsed, would_lapse = (_lapses(file, rulebook, today, sees) for file in (before, after))
    found = {_said(each) for each in old}
    remaining = {(each.rule.id, each.refusal.kind, each.entry.original) for each in new}
    added = tuple(each for each in new if _said(each) not in found)
    return Impact(
        status=tuple(_status(before, after, rulebook, today, sees)),
        obligations=tuple(_obligations(before, after, rulebook, sees)),
        readiness=tuple(gate_changes(Life(before, today, rulebook), Life(after, today, rulebook), sees)),
        findings=added,
        gone=tuple(
            each for each in old if (each.rule.id, each.refusal.kind, each.entry.original) not in remaining
        ),
        refused_later=tuple(
            each for each in added if each.would_refuse and each.entry.entry_id in before.entries
        ),
        lapses=tuple(each for key, each in would_lapse.items() if key not in lapsed),
        lapses_gone=tuple(each for key, each in lapsed.items() if key not in would_lapse),
    )


def _lapses(
    file: File, rulebook: Rulebook, today: date, sees: AbstractSet[Category]
) -> dict[tuple[str, str], Lapse]:
    """Return what is amiss today of what is asked of every day, by rule and kind of refusal."""
    told = [each for each in lapsing(file, rulebook, today) if each.refusal.rests_on <= sees]
    return {(each.refusal.rule, each.refusal.kind): each for each in reversed(told)}


def _status(
    before: File, after: File, rulebook: Rulebook, today: date, sees: AbstractSet[Category]
) -> Iterator[StatusChange]:
    was, would_be = Life(before, today, rulebook), Life(after, today, rulebook)
    for (chapter, name), attribute in ATTRIBUTES.items():
        if attribute.personal not in {None, *sees}:
            continue
        facts = was.each(attribute), would_be.each(attribute)
        old, new = (tuple(fact.held.value for fact in each) for each in facts)
        if old != new:
            yield StatusChange(chapter, name, old, new, (*facts[0], *facts[1]))


def _obligations(
    before: File, after: File, rulebook: Rulebook, sees: AbstractSet[Category]
) -> Iterator[ClockChange]:
    old, new = _clocks(before, rulebook, sees), _clocks(after, rulebook, sees)
    for key in dict.fromkeys([*old, *new]):
        was, would_be = old.get(key), new.get(key)
        if was is None or would_be is None or _course(was) != _course(would_be):
            yield ClockChange(was, would_be)


def _clocks(file: File, rulebook: Rulebook, sees: AbstractSet[Category]) -> dict[tuple[object, ...], Clock]:
    """Return every clock by its rule and what started it, and by its turn where that started several."""
    turns: Counter[tuple[object, ...]] = Counter()
    found: dict[tuple[object, ...], Clock] = {}
    for clock in clocks(file, rulebook):
        started = (clock.rule, *(entry.original for entry in clock.started_by))
        turns[started] += 1
        if clock.rests_on <= sees:
            found[*started, turns[started]] = clock
    return found


def _course(clock: Clock) -> tuple[object, ...]:
    return (clock.opened_on, clock.due, clock.met_by and clock.met_by.original, clock.void_on)


def gate_changes(before: Life, after: Life, sees: AbstractSet[Category]) -> Iterator[GateChange]:
    """Yield the gates that a second life answers otherwise, for an actor who sees these categories."""
    for _, gate in sorted(GATES.items()):
        old, new = (gate.answer(life).shown(sees) for life in (before, after))
        if (old.state, old.missing) != (new.state, new.missing):
            yield GateChange(gate, old, new)


def _said(judgement: Judgement) -> tuple[str, str, UUID]:
    return (judgement.rule.id, judgement.refusal.kind, judgement.entry.entry_id)
