"""Importing a register child by child, in batches, with bounded memory and at any time interruptible.

Computations run in threads, so that other requests are served meanwhile.

Entries are named by the institution, the sheet, the child and the row's key, never by the file. So the next
import finds what a killed one has recorded, and both together yield the same ledger.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, islice
from time import perf_counter
from typing import Final
from uuid import UUID

from api.folding import folded_name
from api.identity.directory import Institution
from api.identity.permissions import SEES, Actor, hindrance
from api.identity.restricted import kept_from, unrestricted
from api.imports.accounting import CellOutcome
from api.imports.comparison.plan import Plan, Step, plan
from api.imports.facts.child_facts import ChildFacts, facts_of
from api.imports.faults import Fault
from api.imports.layout import RowOf, SetAside
from api.imports.numbers import Numbers
from api.imports.recognition.register_reading import Register
from api.imports.report.import_report import Report
from api.imports.report.missing import Missing
from api.imports.sink import RecordingSink, RowResult
from api.imports.streams import Streams
from domain.entry import AnyEntry, Recorder
from domain.event import Category
from domain.events.intake import NAME
from domain.file import File
from domain.when import day_of
from ledger.recording.request import Recording
from projections.families import applicants

ROWS_AT_ONCE: Final = 600
"""Rows that are read, judged and recorded at a time."""
FILES_AT_ONCE: Final = 16

Progress = Callable[[int], None]
"""Called with the number of further rows done."""


@dataclass(frozen=True, slots=True)
class Importer:
    """The importer of an institution and its permissions; `keeper` records, or only judges.

    With a `place`, the register is its roll of children outside institutions.
    """

    institution: Institution
    recorder: Recorder
    actor: Actor
    keeper: RecordingSink
    streams: Streams
    now: Callable[[], datetime]
    place: str | None = None

    async def take(self, register: Register, report: Report, progress: Progress) -> None:
        """Import a register into a report, and prove that every cell is accounted for."""
        started = perf_counter()
        known = await self.streams.of(register.children)
        register.families = await self._families(register)
        numbers = Numbers(self.streams.term)
        missing = await asyncio.to_thread(Missing, report, self.institution, self._sees)
        await asyncio.to_thread(_reject_strays, report)
        progress(len(register.strays))
        without_noughts = {number.lstrip("0") for number in register.roster or ()}
        for batch in _batches(register):
            streams: dict[str, UUID] = {}
            refused: list[tuple[str, Fault]] = []
            for file_no in batch:
                whose = self._whose(file_no, known.get(file_no, []), register)
                if isinstance(whose, UUID):
                    streams[file_no] = whose
                    continue
                alike = whose is Fault.NOT_ON_ROSTER and file_no.lstrip("0") in without_noughts
                refused.append((file_no, Fault.LEADING_ZEROS if alike else whose))
            await asyncio.to_thread(_reject_all, report, refused)
            await self._take(register, report, missing, numbers, streams)
            progress(sum(len(register.children[file_no]) for file_no in batch))
        await self._look_elsewhere(report, missing, set(chain.from_iterable(known.values())))
        numbers.tell(report, await self.streams.having(numbers.given))
        await asyncio.to_thread(report.account.prove)
        await asyncio.to_thread(report.arrange)
        report.seconds = perf_counter() - started

    async def _take(
        self,
        register: Register,
        report: Report,
        missing: Missing,
        numbers: Numbers,
        streams: dict[str, UUID],
    ) -> None:
        files = await self.keeper.files(streams.values())
        today = day_of(self.now())

        def planned() -> Iterator[tuple[UUID, ChildFacts, Plan]]:
            for number, stream in streams.items():
                file = files.get(stream) or File(stream)
                if hindrance(self.actor, (), file, today=today, place=self.place) is not None:
                    # The present file is not even compared.
                    _reject(report, register.children[number], Fault.NOT_YOURS)
                    continue
                case = facts_of(register, number, report.account, _names(file))
                told = self._told(file, today)
                planned = plan(case, file, register, self._named, self._sees, told)
                missing.look(file, planned.known, number, told)
                yield stream, case, planned

        cases = await asyncio.to_thread(lambda: list(planned()))
        recordings = [self._recording(stream, step) for stream, _, planned in cases for step in planned.steps]
        kept = iter(await self.keeper.keep(recordings, now=self.now()))

        def closed() -> None:
            for stream, case, planned in cases:
                outcomes = list(islice(kept, len(planned.steps)))
                if stream in files and kept_from(files[stream], self.actor.user, today) is not None:
                    outcomes = [each if each.refused else replace(each, judgements=()) for each in outcomes]
                for step, outcome in zip(planned.steps, outcomes, strict=True):
                    if not outcome.refused:
                        numbers.take(stream, step.draft.event, step.row)
                refused = _settle(report, planned, outcomes, stream)
                _close(report, case, refused, stream)

        await asyncio.to_thread(closed)

    def _whose(self, file_no: str, known: list[UUID], register: Register) -> UUID | Fault:
        """Return the file of a number, from the ledger or else the roster, or why there is none."""
        if len(known) > 1:
            return Fault.NUMBER_SHARED
        if known:
            return known[0]
        return self.streams.new(file_no) if file_no in (register.roster or ()) else Fault.NOT_ON_ROSTER

    async def _families(self, register: Register) -> dict[UUID | str, UUID | Fault]:
        """Return what each family that the register names is, of those whose files the importer may read."""
        named, today = dict.fromkeys(register.families_named()), day_of(self.now())
        ids = [each for each in named if isinstance(each, UUID)]
        names = [each for each in named if isinstance(each, str)]
        if names:
            ids += await self.streams.families(names, self.actor)
        found: dict[UUID | str, UUID | Fault] = {}
        applied: dict[str, set[UUID]] = defaultdict(set)
        for family, file in (await self.keeper.files(ids) if ids else {}).items():
            if hindrance(self.actor, (), file, today=today, kind="family") is None:
                found[family] = family
                for name in applicants(file):
                    applied[folded_name(name)].add(family)
        return found | {name: _only(applied[folded_name(name)]) for name in names}

    def _told(self, file: File, today: date) -> Callable[[AnyEntry], bool]:
        return unrestricted(file, kept_from(file, self.actor.user, today))

    @property
    def _sees(self) -> frozenset[Category]:
        return SEES[self.actor.role]

    def _named(self, key: str) -> UUID:
        return self.keeper.named(ledger_key(key), self.institution.institution)

    def _recording(self, stream: UUID, step: Step) -> Recording:
        return Recording(
            stream=stream,
            drafts=(step.draft,),
            region=self.place or self.institution.region,
            origin="import",
            recorder=self.recorder,
            key=ledger_key(step.key),
            keyed_by=self.institution.institution,
            institution=None if self.place else self.institution.institution,
        )

    async def _look_elsewhere(self, report: Report, missing: Missing, seen: set[UUID]) -> None:
        """Look for missing rows in the files of children that the register does not list."""
        every = chain.from_iterable((await self.streams.known()).values())
        others = [stream for stream in every if stream not in seen]
        for start in range(0, len(others), FILES_AT_ONCE):
            for file in (await self.keeper.files(others[start : start + FILES_AT_ONCE])).values():
                missing.look(file, set(), None, self._told(file, day_of(self.now())))


def _only(families: set[UUID]) -> UUID | Fault:
    """Return the family that a name is of; which of several it is, nobody guesses."""
    if len(families) > 1:
        return Fault.FAMILY_NAME_SHARED
    return next(iter(families), Fault.NO_SUCH_FAMILY)


def _names(file: File) -> Iterator[str]:
    """Yield the child's names in the ledger."""
    values = (fact.held.value for fact in file.facts(NAME).get("", []))
    return (value for value in values if isinstance(value, str))


def ledger_key(key: str) -> str:
    """Return the key for the ids of entries from a register; it is not stored."""
    return f"register {key}"


def _batches(register: Register) -> Iterator[list[str]]:
    """Yield the children in their order, in batches of rows."""
    batch: list[str] = []
    rows = 0
    for file_no, places in register.children.items():
        batch.append(file_no)
        rows += len(places)
        if rows >= ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _settle(report: Report, plan: Plan, kept: Iterable[RowResult], child: UUID) -> dict[RowOf, str]:
    """Settle the cells of a child's plan; return the rows with refusals, by their rule."""
    refused: dict[RowOf, str] = {}
    for place, fate in plan.fates:
        report.account.settle(place, fate)
    for step, outcome in zip(plan.steps, kept, strict=True):
        for place in step.cells:
            report.account.settle(place, CellOutcome.REJECTED if outcome.refused else CellOutcome.RECORDED)
        if not outcome.refused:
            report.judged(outcome.judgements, step.row, child)
            if step.draft.corrects is not None:
                report.correct(map(report.register.cell, step.cells), child)
            continue
        refused |= {place.row_of: outcome.code for place in step.cells}
    for fact in plan.older:
        for place in fact.cells:
            report.account.settle(place, CellOutcome.SET_ASIDE)
            report.set_aside(report.register.cell(place), Fault.OLDER_FILE)
    for place, fault in plan.withheld:
        report.account.settle(place, CellOutcome.REJECTED)
        refused[place.row_of] = fault.code
    return refused


def _close(report: Report, case: ChildFacts, refused: dict[RowOf, str], child: UUID) -> None:
    """Settle the rows of a child, and report the reasons for those not recorded."""
    asides: dict[RowOf, list[SetAside]] = defaultdict(list)
    for aside in case.asides:
        asides[aside.cell.place.row_of].append(aside)
    for row in case.rows:
        report.tell_attached(row, child)
        if report.account.settle_row(row) is CellOutcome.REJECTED:
            _reject_case(report, row, refused.get(row), asides[row], child)
            continue
        if row in refused:
            report.reject(row, None, refused[row], child)
        for aside in asides[row]:
            report.set_aside(aside.cell, aside.fault, aside.other, child)


def _reject_case(
    report: Report, row: RowOf, rule: str | None, asides: list[SetAside], child: UUID | None
) -> None:
    """Report a row of which nothing was used: the rule that refuses it, and every faulty cell.

    Cells that only depend on these are reported if there is nothing else to report.
    """
    faulty = [aside for aside in asides if aside.fault is not Fault.NOT_PLACED] or asides[:1]
    if rule is not None or not faulty:
        report.reject(row, None, rule or Fault.NOTHING_USABLE, child)
    for aside in faulty:
        report.reject(row, aside.cell, aside.fault, child)


def _reject_strays(report: Report) -> None:
    """Reject rows that belong to no child, and set aside cells outside the tables."""
    for cell in report.register.loose():
        report.set_aside(cell, Fault.UNKNOWN_SHEET)
    for at in report.register.attached:
        if not report.register.tables[at.table].is_data(at.row):
            report.tell_attached(at)
    for stray in report.register.strays:
        _reject(report, [stray.at], stray.why)


def _reject_all(report: Report, refused: Iterable[tuple[str, Fault]]) -> None:
    """Reject all rows of children, by their file numbers."""
    for file_no, fault in refused:
        _reject(report, report.register.children[file_no], fault)


def _reject(report: Report, rows: Iterable[RowOf], fault: Fault) -> None:
    """Reject whole rows for a fault of the cell that names their child."""
    for at in rows:
        report.account.settle_row(at)
        report.tell_attached(at)
        report.reject(at, report.register.key_cell(at), fault)
