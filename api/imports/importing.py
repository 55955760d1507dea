"""Importing a register child by child, in batches, with bounded memory and at any time interruptible.

Computations run in threads, so that other requests are served meanwhile, and those of a large register in
processes beside this one. What becomes of each batch is taken in in the order of the register: so the report
is the same however many processes there are.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from itertools import chain
from time import perf_counter
from typing import Final
from uuid import UUID

from api.folding import folded_name
from api.identity.permissions import hindrance
from api.imports.batch import BatchImporter, BatchResult, reject_rows
from api.imports.batch_processes import Take, batches_taken
from api.imports.faults import Fault
from api.imports.layout import RowOf
from api.imports.numbers import Numbers
from api.imports.recognition.register_reading import Register
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from domain.when import day_of
from ledger.tasks import cancel_all
from projections.families import applicants

ROWS_AT_ONCE: Final = 300
"""Rows that are read, judged and recorded at a time."""
ROWS_OF_PROCESSES: Final = 1_500
"""Rows of a register from which on processes of their own import it; for fewer they gain nothing."""
FILES_AT_ONCE: Final = 16

Progress = Callable[[int], None]
"""Called with the number of further rows done."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Children of a register, with their files, or why nothing is recorded of them."""

    streams: dict[str, UUID]
    refused: list[tuple[str, Fault]]
    rows: list[RowOf]


@dataclass(frozen=True, slots=True)
class Importer:
    """The importer of a register: whoever imports its batches, in how many `processes`."""

    importer: BatchImporter
    streams: Streams
    processes: int = 1

    async def take(self, register: Register, report: Report, progress: Progress) -> None:
        """Import a register into a report, and prove that every cell is accounted for."""
        started = perf_counter()
        known = await self.streams.of(register.children)
        register.families = await self._families(register)
        numbers = Numbers(self.streams.term)
        await asyncio.to_thread(_reject_strays, report)
        progress(len(register.strays))
        processes = self.processes if register.rows >= ROWS_OF_PROCESSES else 1
        with batches_taken(self.importer, report, processes) as take:
            results = _in_order(self._batches(register, known), take, processes if processes > 1 else 0)
            async with aclosing(results):
                async for batch, result in results:
                    await asyncio.to_thread(_take_in, report, numbers, batch, result)
                    progress(len(batch.rows))
        await self._look_elsewhere(report, set(chain.from_iterable(known.values())))
        numbers.tell(report, await self.streams.having(numbers.given))
        await asyncio.to_thread(report.account.prove)
        await asyncio.to_thread(report.arrange)
        report.seconds = perf_counter() - started

    def _batches(self, register: Register, known: Mapping[str, list[UUID]]) -> Iterator[_Batch]:
        """Yield the children in their order, in batches of rows."""
        without_noughts = {number.lstrip("0") for number in register.roster or ()}
        batch = _Batch({}, [], [])
        for file_no, rows in register.children.items():
            whose = self._whose(file_no, known.get(file_no, []), register)
            if isinstance(whose, UUID):
                batch.streams[file_no] = whose
            else:
                alike = whose is Fault.NOT_ON_ROSTER and file_no.lstrip("0") in without_noughts
                batch.refused.append((file_no, Fault.LEADING_ZEROS if alike else whose))
            batch.rows.extend(rows)
            if len(batch.rows) >= ROWS_AT_ONCE:
                yield batch
                batch = _Batch({}, [], [])
        if batch.rows:
            yield batch

    def _whose(self, file_no: str, known: list[UUID], register: Register) -> UUID | Fault:
        """Return the file of a number, from the ledger or else the roster, or why there is none."""
        if len(known) > 1:
            return Fault.NUMBER_SHARED
        if known:
            return known[0]
        return self.streams.new(file_no) if file_no in (register.roster or ()) else Fault.NOT_ON_ROSTER

    async def _families(self, register: Register) -> dict[UUID | str, UUID | Fault]:
        """Return what each family that the register names is, of those whose files the importer may read."""
        named, today = dict.fromkeys(register.families_named()), day_of(self.importer.now())
        ids = [each for each in named if isinstance(each, UUID)]
        names = [each for each in named if isinstance(each, str)]
        if names:
            ids += await self.streams.families(names, self.importer.actor)
        found: dict[UUID | str, UUID | Fault] = {}
        applied: dict[str, set[UUID]] = defaultdict(set)
        for family, file in (await self.importer.keeper.files(ids) if ids else {}).items():
            if hindrance(self.importer.actor, (), file, today=today, kind="family") is None:
                found[family] = family
                for name in applicants(file):
                    applied[folded_name(name)].add(family)
        return found | {name: _only(applied[folded_name(name)]) for name in names}

    async def _look_elsewhere(self, report: Report, seen: set[UUID]) -> None:
        """Look for missing rows in the files of children that the register does not list."""
        missing = self.importer.missing(report.register)
        async for streams in self.streams.every():
            others = [stream for stream in streams if stream not in seen]
            for start in range(0, len(others), FILES_AT_ONCE):
                some = others[start : start + FILES_AT_ONCE]
                for file in (await self.importer.keeper.files(some, keep="none")).values():
                    told = self.importer.told(file, day_of(self.importer.now()))
                    missing.look(report, file, set(), None, told)


async def _in_order(
    batches: Iterable[_Batch], take: Take, ahead: int
) -> AsyncGenerator[tuple[_Batch, BatchResult]]:
    """Yield the results of batches in their order, while so many of those that follow are begun already."""
    begun: deque[tuple[_Batch, asyncio.Task[BatchResult]]] = deque()
    try:
        for batch in batches:
            begun.append((batch, asyncio.create_task(take(batch.streams))))
            if len(begun) > ahead:
                yield begun[0][0], await begun[0][1]
                begun.popleft()
        while begun:
            yield begun[0][0], await begun[0][1]
            begun.popleft()
    finally:
        await cancel_all([task for _, task in begun])


def _take_in(report: Report, numbers: Numbers, batch: _Batch, result: BatchResult) -> None:
    """Take in what became of a batch, after those before it."""
    for file_no, fault in batch.refused:
        reject_rows(report, report.register.children[file_no], fault)
    if result.settled is not None:
        taken = [row for file_no in batch.streams for row in report.register.children[file_no]]
        report.account.take_over(taken, result.settled)
    report.take_in(result.told)
    numbers.take_over(result.given)


def _only(families: set[UUID]) -> UUID | Fault:
    """Return the family that a name is of; which of several it is, nobody guesses."""
    if len(families) > 1:
        return Fault.FAMILY_NAME_SHARED
    return next(iter(families), Fault.NO_SUCH_FAMILY)


def _reject_strays(report: Report) -> None:
    """Reject rows that belong to no child, and set aside cells outside the tables."""
    for cell in report.register.loose():
        report.set_aside(cell, Fault.UNKNOWN_SHEET)
    for at in report.register.attached:
        if not report.register.tables[at.table].is_data(at.row):
            report.tell_attached(at)
    for stray in report.register.strays:
        reject_rows(report, [stray.at], stray.why)
