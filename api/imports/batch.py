"""One batch of a register: its children's facts compared with their files, recorded, and reported.

Entries are named by the institution, the sheet, the child and the row's key, never by the file. So the next
import finds what a killed one has recorded, and both together yield the same ledger.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from api.identity.directory import Institution
from api.identity.permissions import SEES, Actor, hindrance
from api.identity.restricted import kept_from, unrestricted
from api.imports.accounting import CellOutcome, Settled
from api.imports.comparison.plan import Plan, Step, plan
from api.imports.facts.child_facts import ChildFacts, facts_of
from api.imports.faults import Fault
from api.imports.layout import RowOf, SetAside
from api.imports.numbers import Given, Numbers
from api.imports.recognition.register_reading import Register
from api.imports.report.import_report import BatchReport, BatchTold, Report
from api.imports.report.missing import Missing
from api.imports.sink import RecordingSink, RowResult
from domain.entry import AnyEntry, Recorder
from domain.event import Category
from domain.events.intake import NAME
from domain.file import File
from domain.when import day_of
from ledger.recording.request import Recording


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: what is told of it, and the citizen ids that it gives.

    `settled` are its rows where another process than that of the whole report accounts for them.
    """

    told: BatchTold
    given: Given
    settled: list[Settled] | None = None


@dataclass(frozen=True, slots=True)
class BatchImporter:
    """Whoever imports batches of a register for an institution; `keeper` records, or only judges.

    `term` makes keyed hashes of texts. With a `place`, the register is its roll of children outside
    institutions.
    """

    institution: Institution
    recorder: Recorder
    actor: Actor
    keeper: RecordingSink
    term: Callable[[str], bytes]
    now: Callable[[], datetime]
    place: str | None = None

    def missing(self, register: Register) -> Missing:
        """Return what finds the rows that a register lacks."""
        return Missing(register, None if self.place else self.institution.institution, self.sees)

    async def take(self, whole: Report, missing: Missing, streams: dict[str, UUID]) -> BatchResult:
        """Import the children of a batch, whose files are given by file number, within a whole report."""
        register, report, numbers = whole.register, BatchReport.within(whole), Numbers(self.term)
        files = await self.keeper.files(streams.values())
        today = day_of(self.now())

        def planned() -> Iterator[tuple[UUID, ChildFacts, Plan]]:
            for number, stream in streams.items():
                file = files.get(stream) or File(stream)
                if hindrance(self.actor, (), file, today=today, place=self.place) is not None:
                    # The present file is not even compared.
                    reject_rows(report, register.children[number], Fault.NOT_YOURS)
                    continue
                case = facts_of(register, number, report.account, _names(file))
                told = self.told(file, today)
                planned = plan(case, file, register, self._named, self.sees, told)
                missing.look(report, file, planned.known, number, told)
                yield stream, case, planned

        cases = await asyncio.to_thread(lambda: list(planned()))
        recordings = [self._recording(stream, step) for stream, _, planned in cases for step in planned.steps]
        kept = iter(await self.keeper.keep(recordings, now=self.now()))

        def closed() -> BatchResult:
            for stream, case, planned in cases:
                outcomes = list(islice(kept, len(planned.steps)))
                if stream in files and kept_from(files[stream], self.actor.user, today) is not None:
                    outcomes = [each if each.refused else replace(each, judgements=()) for each in outcomes]
                for step, outcome in zip(planned.steps, outcomes, strict=True):
                    if not outcome.refused:
                        numbers.take(stream, step.draft.event, step.row)
                refused = _settle(report, planned, outcomes, stream)
                _close(report, case, refused, stream)
            return BatchResult(report.told, dict(numbers.given))

        return await asyncio.to_thread(closed)

    def told(self, file: File, today: date) -> Callable[[AnyEntry], bool]:
        """Return the question of what the importer may be told of a file's entries."""
        return unrestricted(file, kept_from(file, self.actor.user, today))

    @property
    def sees(self) -> frozenset[Category]:
        """The categories of personal data that the importer sees."""
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


def ledger_key(key: str) -> str:
    """Return the key for the ids of entries from a register; it is not stored."""
    return f"register {key}"


def _names(file: File) -> Iterator[str]:
    """Yield the child's names in the ledger."""
    values = (fact.held.value for fact in file.facts(NAME).get("", []))
    return (value for value in values if isinstance(value, str))


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


def reject_rows(report: Report, rows: Iterable[RowOf], fault: Fault) -> None:
    """Reject whole rows for a fault of the cell that names their child."""
    for at in rows:
        report.account.settle_row(at)
        report.tell_attached(at)
        report.reject(at, report.register.key_cell(at), fault)
