"""The parts of a register that the ledger lacks: new entries, and corrections of changed statements.

A blank states nothing: it corrects no value and withdraws no entry.
"""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from uuid import UUID

from api.imports.accounting import CellOutcome
from api.imports.comparison.differences import (
    OTHERWISE,
    changed_to,
    changes,
    corrects,
    digest,
    issued,
    own_line,
    papers,
    same_event,
    telling,
)
from api.imports.facts.child_facts import Amended, ChildFacts, RegisterFact
from api.imports.faults import Fault
from api.imports.layout import DatedEvent, Place, RowOf
from api.imports.recognition.register_reading import Register
from domain.entry import AnyEntry
from domain.envelope import Reason
from domain.event import Category
from domain.file import File
from ledger.codec.split import stated
from ledger.recording.request import Draft


@dataclass(frozen=True, slots=True)
class Step:
    """One entry to record for a row under a key, and the cells that it records."""

    key: str
    draft: Draft
    row: RowOf
    cells: tuple[Place, ...]


@dataclass(slots=True)
class Plan:
    """The plan for one child's facts.

    `steps` are the entries to record, `fates` the outcomes of cells that record nothing new, `older` the
    facts that a newer file states differently, and `known` the entries that are stated again. `sealed` are
    the cells of categories that the importer does not see; they are not compared with the file.
    """

    steps: list[Step] = field(default_factory=list)
    fates: list[tuple[Place, CellOutcome]] = field(default_factory=list)
    older: list[RegisterFact] = field(default_factory=list)
    known: set[UUID] = field(default_factory=set)
    withheld: list[tuple[Place, Fault]] = field(default_factory=list)


def plan(
    case: ChildFacts,
    file: File,
    register: Register,
    named: Callable[[str], UUID],
    sees: AbstractSet[Category] = frozenset(Category),
    told: Callable[[AnyEntry], bool] = lambda _: True,
) -> Plan:
    """Compare a register's facts of a child with the child's file, as far as the importer `sees` them.

    `named` returns the id for a key, `told` whether an entry is not restricted: of one that is, the importer
    learns only whether the register states it again.
    """
    comparison = _Comparison(file, register, named, told)
    for fact in case.facts:
        if stated(fact.dated.event) <= sees:
            comparison.take(fact)
        else:
            comparison.withhold(fact, Fault.NOT_YOUR_CATEGORY)
    return comparison.plan


@dataclass(slots=True)
class _Comparison:
    file: File
    register: Register
    named: Callable[[str], UUID]
    told: Callable[[AnyEntry], bool]
    plan: Plan = field(default_factory=Plan)

    def take(self, fact: RegisterFact) -> None:
        """Plan one fact."""
        original = self._original(fact)
        if original is None:
            self._record(fact)
            return
        self.plan.known.add(original)
        entry = self.file.entries[original]
        if self.told(entry) or self._restated(fact, entry):
            self._amend(fact, entry)
        else:
            self.withhold(fact, Fault.RESTRICTED)

    def withhold(self, fact: RegisterFact, why: Fault) -> None:
        """Plan nothing for a fact that the importer may not compare."""
        cells = [*fact.cells, *(cell for amended in fact.amendments for cell in amended.cells)]
        self.plan.withheld += [(cell, why) for cell in cells]

    def _restated(self, fact: RegisterFact, original: AnyEntry) -> bool:
        """Return whether an entry stands as the register states it, with all that amends it there."""
        standing = self.file.effective(original.entry_id)
        if standing is None or any(self.named(each.key) not in self.file.entries for each in fact.amendments):
            return False
        stated_last = [fact.dated, *(each.dated for each in fact.amendments)][-1]
        noted = fact.note is None or fact.note in (standing.note or "")
        return noted and not changes(DatedEvent(standing.event, standing.days), stated_last)

    def _original(self, fact: RegisterFact) -> UUID | None:
        """Return the entry that states the fact already; None if it is to be recorded."""
        entry_id = self.named(fact.key)
        if entry_id not in self.file.entries:
            return None
        if not fact.states:
            return entry_id
        held = self._held(fact)
        if held is None:
            return entry_id
        if same_event(held.event, fact.dated.event) or corrects(held, fact.dated):
            return held.original
        fact.key = f"{fact.key}|{fact.dated.days.last}|{digest(fact.dated.event)}"
        later = self.named(fact.key)
        return later if later in self.file.entries else None

    def _held(self, fact: RegisterFact) -> AnyEntry | None:
        """Return the state from a register on the day of this one, else the first state after it."""
        states = [entry for entry in self.file.standing() if isinstance(entry.event, fact.states)]
        states = sorted(filter(papers, states), key=lambda entry: (entry.days.last, entry.turn))
        before = [entry for entry in states if entry.days.last <= fact.dated.days.last]
        return before[-1] if before else next(iter(states), None)

    def _record(self, fact: RegisterFact) -> None:
        draft = Draft(
            event=fact.dated.event,
            days=fact.dated.days,
            documents=tuple(self.register.paper(row) for row in fact.rows),
            note=fact.note,
        )
        self.plan.steps.append(Step(fact.key, draft, fact.rows[0], tuple(fact.cells)))
        for amended in fact.amendments:
            self._correct(self.named(fact.key), amended, amended.dated)

    def _correct(self, original: UUID, amended: Amended, dated: DatedEvent) -> None:
        """Record a correction from the register of corrections."""
        draft = Draft(
            event=dated.event,
            days=dated.days,
            documents=tuple(self.register.paper(row) for row in amended.rows),
            noted_on=amended.noted_on,
            noted_by=amended.noted_by,
            corrects=original,
            reason=Reason(code="incorrect_data", explanation=amended.explanation),
        )
        self.plan.steps.append(Step(amended.key, draft, amended.rows[0], tuple(amended.cells)))

    def _amend(self, fact: RegisterFact, original: AnyEntry) -> None:
        """Record the missing corrections: first those noted in the register, then changed statements."""
        standing = self.file.effective(original.entry_id)
        if standing is None:
            self._settle(fact.cells, CellOutcome.ALREADY)
            for amended in fact.amendments:
                self._settle(amended.cells, CellOutcome.ALREADY)
            return
        now = self._amend_as_noted(fact, original.entry_id, DatedEvent(standing.event, standing.days))
        line = list(own_line(original, self.file.amendments(original.entry_id)))
        base, before = line[-1]
        changed = changes(before, fact.dated)
        after = changed_to(now, changed)
        noted = fact.note is not None and not any(fact.note in (entry.note or "") for entry, _ in line)
        repeated = any(self._cites(entry) and not changes(dated, fact.dated) for entry, dated in line)
        if repeated or (after == now and not noted):
            self._settle(fact.cells, CellOutcome.ALREADY)
        elif issued(base) > max(self.register.issued(row.table) for row in fact.rows):
            self.plan.older.append(fact)
        else:
            self._tell_otherwise(fact, base, after, frozenset(changed), fact.note if noted else standing.note)

    def _amend_as_noted(self, fact: RegisterFact, original: UUID, now: DatedEvent) -> DatedEvent:
        before = fact.dated
        for amended in fact.amendments:
            known = self.named(amended.key)
            if known in self.file.entries:
                self.plan.known.add(known)
                self._settle(amended.cells, CellOutcome.ALREADY)
            else:
                now = changed_to(now, changes(before, amended.dated))
                self._correct(original, amended, now)
            before = amended.dated
        return now

    def _tell_otherwise(
        self, fact: RegisterFact, base: AnyEntry, after: DatedEvent, changed: frozenset[str], note: str | None
    ) -> None:
        """Correct an entry that a later file states differently, citing both files."""
        register_papers = tuple(self.register.paper(row) for row in fact.rows)
        draft = Draft(
            event=after.event,
            days=after.days,
            documents=(*register_papers, *(paper for paper in papers(base) if paper not in register_papers)),
            note=note,
            corrects=base.original,
            reason=Reason(code="incorrect_data", explanation=OTHERWISE),
        )
        remark = fact.source[0].layout.remark
        cells = {cell.place for cell in telling(fact, changed)}
        noted = fact.source[0].cells.get(remark or "")
        if noted is not None and note == fact.note:
            cells.add(noted.place)
        key = f"{fact.key}|{base.entry_id}|{digest((after, note))}"
        self.plan.steps.append(Step(key, draft, fact.rows[0], tuple(cells)))
        self._settle([place for place in fact.cells if place not in cells], CellOutcome.ALREADY)

    def _cites(self, entry: AnyEntry) -> bool:
        return any(paper.sha256 == self.register.workbook.sha256 for paper in papers(entry))

    def _settle(self, cells: list[Place], fate: CellOutcome) -> None:
        self.plan.fates.extend((place, fate) for place in cells)
