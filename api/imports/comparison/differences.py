"""Differences between a register and an entry, and between successive files of a register."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, Final, TypeAlias

from api.imports.facts.child_facts import RegisterFact
from api.imports.layout import Cell, DatedEvent
from domain.entry import AnyEntry
from domain.envelope import REGISTER_ROW, Document
from domain.event import Erased, Event, Unknown, fields_of
from domain.when import Days
from ledger.canonical import canonical

DAYS: Final = "days"
OTHERWISE: Final = "后来的台账另有记载"
"""The reason of a correction by a register that differs from an earlier one."""

Changes: TypeAlias = dict[str, Any]
"""Fields of an event, or its `days`, with their new values."""


def papers(entry: AnyEntry) -> list[Document]:
    """Return the rows of registers that an entry cites."""
    return [paper for paper in entry.documents if paper.kind == REGISTER_ROW]


def corrects(held: AnyEntry, dated: DatedEvent) -> bool:
    """Whether a statement corrects a state: its kind and its register's day are the same."""
    return type(held.event) is type(dated.event) and held.days.last == dated.days.last


def issued(entry: AnyEntry) -> date:
    """Return the last day up to which a register states what an entry says."""
    return max((paper.issued_on for paper in papers(entry) if paper.issued_on), default=date.min)


def own_line(original: AnyEntry, amendments: list[AnyEntry]) -> Iterator[tuple[AnyEntry, DatedEvent]]:
    """Yield the statements of a row, file by file, without corrections by others in between."""
    row_states = standing = DatedEvent(original.event, original.days)
    yield original, row_states
    for entry in amendments:
        if entry.corrects is None:
            continue
        dated = DatedEvent(entry.event, entry.days)
        if entry.reason is not None and entry.reason.explanation == OTHERWISE:
            row_states = changed_to(row_states, changes(standing, dated))
            yield entry, row_states
        standing = dated


def changes(before: DatedEvent, now: DatedEvent) -> Changes:
    """Return the differences now; a blank states nothing, and erased values stay erased."""
    changed: Changes = {}
    for spec in fields_of(type(now.event)):
        old, new = getattr(before.event, spec.name, None), getattr(now.event, spec.name)
        if new is not None and not isinstance(new, Unknown) and not isinstance(old, Erased) and old != new:
            changed[spec.name] = new
    if not now.undated and not _within(before.days, now.days):
        changed[DAYS] = now.days
    return changed


def _within(known: Days, stated: Days) -> bool:
    """Whether the known day is one of the stated days; a more exact statement is new."""
    return known.first is not None and stated.earliest <= known.first and known.last <= stated.last


def same_event(one: Event, other: Event) -> bool:
    """Whether two events of one type agree, as far as the second states anything."""
    day = Days.on(date.min)
    return type(one) is type(other) and not changes(DatedEvent(one, day), DatedEvent(other, day))


def changed_to(dated: DatedEvent, changed: Changes) -> DatedEvent:
    """Return a statement with these changes."""
    fields = {name: value for name, value in changed.items() if name != DAYS}
    event: Any = dated.event
    return DatedEvent(replace(event, **fields), changed.get(DAYS, dated.days))


def telling(fact: RegisterFact, changed: frozenset[str]) -> Iterator[Cell]:
    """Yield the cells without which a changed field would differ."""
    row, maker = fact.source
    for column, cell in row.cells.items():
        if cell.place not in fact.cells:
            continue
        without = replace(
            row, cells={other: kept for other, kept in row.cells.items() if other != column}, used=set()
        )
        dated = without.made(maker)
        if (
            dated is None
            or type(dated.event) is not type(fact.dated.event)
            or _differ(dated, fact.dated) & changed
        ):
            yield cell


def _differ(one: DatedEvent, other: DatedEvent) -> set[str]:
    names = {spec.name for spec in fields_of(type(one.event))}
    differing = {name for name in names if getattr(one.event, name) != getattr(other.event, name)}
    return differing | ({DAYS} if one.days != other.days else set())


def digest(content: object) -> str:
    """Return a short digest of a content."""
    return hashlib.sha256(canonical(content)).hexdigest()[:32]
