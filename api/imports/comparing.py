"""What of a register the ledger does not hold yet: new entries, and corrections of what is told otherwise.

A blank says nothing: it corrects no value and withdraws no entry.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.imports.accounting import Fate
from api.imports.case import Amended, Case, Told
from api.imports.layout import Cell, Place, RowOf, Said
from api.imports.register import REGISTER_ROW, Register
from domain.entry import AnyEntry, Document, Reason
from domain.event import Erased, Event, Unknown, fields_of
from domain.file import File
from domain.when import Days
from ledger.outline import canonical
from ledger.recording import Draft

DAYS: Final = "days"
OTHERWISE: Final = "后来的台账另有记载"
"""Why an entry is corrected that a register tells otherwise than before."""

Changes: TypeAlias = dict[str, Any]
"""Fields of an event, or its `days`, with what is said of them now."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry to be recorded of a row under a key, and the cells that it records."""

    key: str
    draft: Draft
    row: RowOf
    cells: tuple[Place, ...]


@dataclass(slots=True)
class Plan:
    """What is to be done about one child's case.

    `steps` are the entries to record, `fates` what becomes of cells that nothing new is recorded from,
    `older` is what a newer file tells otherwise, and `known` are the entries that are told again.
    """

    steps: list[Step] = field(default_factory=list)
    fates: list[tuple[Place, Fate]] = field(default_factory=list)
    older: list[Told] = field(default_factory=list)
    known: set[UUID] = field(default_factory=set)


def plan(case: Case, file: File, register: Register, named: Callable[[str], UUID]) -> Plan:
    """Compare what a register tells of a child with the child's file; `named` gives the id for a key."""
    comparison = _Comparison(file, register, named)
    for told in case.told:
        comparison.take(told)
    return comparison.plan


@dataclass(slots=True)
class _Comparison:
    file: File
    register: Register
    named: Callable[[str], UUID]
    plan: Plan = field(default_factory=Plan)

    def take(self, told: Told) -> None:
        """Find what is to be done about one thing told."""
        original = self._original(told)
        if original is None:
            self._record(told)
            return
        self.plan.known.add(original)
        self._amend(told, self.file.entries[original])

    def _original(self, told: Told) -> UUID | None:
        """The entry that tells this already; None when it is to be recorded."""
        own = self.named(told.key)
        if own not in self.file.entries:
            return None
        if not told.states:
            return own
        held = self._held(told)
        if held is None:
            return own
        if same_event(held.event, told.said.event) or corrects(held, told.said):
            return held.original
        told.key = f"{told.key}|{told.said.days.last}|{digest(told.said.event)}"
        later = self.named(told.key)
        return later if later in self.file.entries else None

    def _held(self, told: Told) -> AnyEntry | None:
        """What a register told to hold on the day up to which this one tells, else the first after it."""
        states = [entry for entry in self.file.standing() if isinstance(entry.event, told.states)]
        states = sorted(filter(papers, states), key=lambda entry: (entry.days.last, entry.version))
        before = [entry for entry in states if entry.days.last <= told.said.days.last]
        return before[-1] if before else next(iter(states), None)

    def _record(self, told: Told) -> None:
        draft = Draft(
            event=told.said.event,
            days=told.said.days,
            documents=tuple(self.register.paper(row) for row in told.rows),
            note=told.note,
        )
        self.plan.steps.append(Step(told.key, draft, told.rows[0], tuple(told.cells)))
        for amended in told.amendments:
            self._correct(self.named(told.key), amended, amended.said)

    def _correct(self, original: UUID, amended: Amended, said: Said) -> None:
        """Record what the register of corrections says of an entry."""
        draft = Draft(
            event=said.event,
            days=said.days,
            documents=tuple(self.register.paper(row) for row in amended.rows),
            noted_on=amended.noted_on,
            noted_by=amended.noted_by,
            corrects=original,
            reason=Reason(code="incorrect_data", explanation=amended.explanation),
        )
        self.plan.steps.append(Step(amended.key, draft, amended.rows[0], tuple(amended.cells)))

    def _amend(self, told: Told, original: AnyEntry) -> None:
        """Record the corrections that are not there yet: those noted, then what is told otherwise now."""
        standing = self.file.effective(original.entry_id)
        if standing is None:
            self._settle(told.cells, Fate.ALREADY)
            for amended in told.amendments:
                self._settle(amended.cells, Fate.ALREADY)
            return
        now = self._amend_as_noted(told, original.entry_id, Said(standing.event, standing.days))
        line = list(own_line(original, self.file.amendments(original.entry_id)))
        base, before = line[-1]
        changed = changes(before, told.said)
        after = changed_to(now, changed)
        noted = told.note is not None and not any(told.note in (entry.note or "") for entry, _ in line)
        repeated = any(self._cites(entry) and not changes(said, told.said) for entry, said in line)
        if repeated or (after == now and not noted):
            self._settle(told.cells, Fate.ALREADY)
        elif issued(base) > max(self.register.issued(row.sheet) for row in told.rows):
            self.plan.older.append(told)
        else:
            self._tell_otherwise(told, base, after, frozenset(changed), told.note if noted else standing.note)

    def _amend_as_noted(self, told: Told, original: UUID, now: Said) -> Said:
        before = told.said
        for amended in told.amendments:
            known = self.named(amended.key)
            if known in self.file.entries:
                self.plan.known.add(known)
                self._settle(amended.cells, Fate.ALREADY)
            else:
                now = changed_to(now, changes(before, amended.said))
                self._correct(original, amended, now)
            before = amended.said
        return now

    def _tell_otherwise(
        self, told: Told, base: AnyEntry, after: Said, changed: frozenset[str], note: str | None
    ) -> None:
        """Correct what a later file tells otherwise, citing both files."""
        own = tuple(self.register.paper(row) for row in told.rows)
        draft = Draft(
            event=after.event,
            days=after.days,
            documents=(*own, *(paper for paper in papers(base) if paper not in own)),
            note=note,
            corrects=base.original,
            reason=Reason(code="incorrect_data", explanation=OTHERWISE),
        )
        remark = told.source[0].layout.remark
        cells = {cell.place for cell in telling(told, changed)}
        noted = told.source[0].cells.get(remark or "")
        if noted is not None and note == told.note:
            cells.add(noted.place)
        key = f"{told.key}|{base.entry_id}|{digest((after, note))}"
        self.plan.steps.append(Step(key, draft, told.rows[0], tuple(cells)))
        self._settle([place for place in told.cells if place not in cells], Fate.ALREADY)

    def _cites(self, entry: AnyEntry) -> bool:
        return any(paper.sha256 == self.register.workbook.sha256 for paper in papers(entry))

    def _settle(self, cells: list[Place], fate: Fate) -> None:
        self.plan.fates.extend((place, fate) for place in cells)


def papers(entry: AnyEntry) -> list[Document]:
    """The rows of registers that an entry cites."""
    return [paper for paper in entry.documents if paper.kind == REGISTER_ROW]


def corrects(held: AnyEntry, said: Said) -> bool:
    """Whether what is said corrects a state: registers up to the same day say so, of the same kind."""
    return type(held.event) is type(said.event) and held.days.last == said.days.last


def issued(entry: AnyEntry) -> date:
    """The last day up to which a register told what an entry says."""
    return max((paper.issued_on for paper in papers(entry) if paper.issued_on), default=date.min)


def own_line(original: AnyEntry, amendments: list[AnyEntry]) -> Iterator[tuple[AnyEntry, Said]]:
    """What a row told, from file to file, apart from what others corrected meanwhile."""
    own = standing = Said(original.event, original.days)
    yield original, own
    for entry in amendments:
        if entry.corrects is None:
            continue
        said = Said(entry.event, entry.days)
        if entry.reason is not None and entry.reason.explanation == OTHERWISE:
            own = changed_to(own, changes(standing, said))
            yield entry, own
        standing = said


def changes(before: Said, now: Said) -> Changes:
    """What is said otherwise now; a blank says nothing, and what was erased stays so."""
    changed: Changes = {}
    for spec in fields_of(type(now.event)):
        old, new = getattr(before.event, spec.name, None), getattr(now.event, spec.name)
        if new is not None and not isinstance(new, Unknown) and not isinstance(old, Erased) and old != new:
            changed[spec.name] = new
    if not now.undated and not _within(before.days, now.days):
        changed[DAYS] = now.days
    return changed


def _within(known: Days, said: Days) -> bool:
    """Whether a day already known is one of those said; what is said more exactly is new."""
    return known.first is not None and said.earliest <= known.first and known.last <= said.last


def same_event(one: Event, other: Event) -> bool:
    """Whether two events of one type say the same, as far as the second says anything."""
    day = Days.on(date.min)
    return type(one) is type(other) and not changes(Said(one, day), Said(other, day))


def changed_to(said: Said, changed: Changes) -> Said:
    """What is said, with these changes."""
    fields = {name: value for name, value in changed.items() if name != DAYS}
    event: Any = said.event
    return Said(replace(event, **fields), changed.get(DAYS, said.days))


def telling(told: Told, changed: frozenset[str]) -> Iterator[Cell]:
    """The cells without which a changed field would be told otherwise."""
    row, maker = told.source
    for column, cell in row.cells.items():
        if cell.place not in told.cells:
            continue
        without = replace(
            row, cells={other: own for other, own in row.cells.items() if other != column}, used=set()
        )
        said = maker(without)
        if (
            said is None
            or type(said.event) is not type(told.said.event)
            or _differ(said, told.said) & changed
        ):
            yield cell


def _differ(one: Said, other: Said) -> set[str]:
    names = {spec.name for spec in fields_of(type(one.event))}
    differing = {name for name in names if getattr(one.event, name) != getattr(other.event, name)}
    return differing | ({DAYS} if one.days != other.days else set())


def digest(content: object) -> str:
    """A short name for what is said."""
    return hashlib.sha256(canonical(content)).hexdigest()[:32]
