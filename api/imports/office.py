"""The office where registers are handed in: reads a file, finds its institution, imports, reports."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.house import House
from api.identity import Institution
from api.imports.accounting import Account
from api.imports.importing import Importer
from api.imports.recording import Records, Rehearses
from api.imports.register import Register, read_register
from api.imports.report import Report
from api.imports.streams import Streams
from api.imports.workbook import UnreadableError, Workbook
from domain.entry import Recorder

ANYWHERE: Final = "000000"
"""The region of an institution of which a register does not say where it is: the nation."""
NOT_OPENED: Final = UUID(int=0)
"""Stands for an institution that a dry run does not open."""
UP_TO_DATE_SECONDS: Final = 600.0


class OtherInstitutionError(Exception):
    """The register is another institution's than that of whoever hands it in."""


@dataclass(frozen=True, slots=True)
class Office:
    """Takes registers in; `progress` is told the rows that are done and how many there are."""

    house: House
    progress: Callable[[int, int], None]

    async def take(
        self, workbook: Workbook, recorder: Recorder, *, own: Institution | None = None, dry_run: bool = False
    ) -> Report:
        """Import a register of any institution, or of one's `own` only.

        Raises UnreadableError when nothing of it can be read, OtherInstitutionError, InterruptedImportError
        and the store's errors; after these the same register may be handed in again.
        """
        register = read_register(workbook, self.house.today())
        rows = sum(map(len, register.children.values())) + len(register.nameless)
        institution, opened = await self._institution(register, own, dry_run=dry_run)
        if not rows:
            message = "no row of a known sheet"
            raise UnreadableError(message)
        await up_to_date(self.house)
        report = Report(register, Account(register.readings), institution, opened, dry_run)
        ledger = self.house.ledger
        importer = Importer(
            institution,
            recorder,
            Rehearses(ledger) if dry_run else Records(ledger),
            Streams(ledger, self.house.readers, institution.institution),
            self.house.clock,
        )

        def done(more: int) -> None:
            report.done_rows += more
            self.progress(report.done_rows, rows)

        done(0)
        await importer.take(register, report, done)
        return report

    async def _institution(
        self, register: Register, own: Institution | None, *, dry_run: bool
    ) -> tuple[Institution, bool]:
        """Whose register it is, and whether that institution was unknown before."""
        name = register.institution
        if own is not None:
            if name is not None and name != own.name:
                raise OtherInstitutionError(name)
            return own, False
        if name is None:
            message = "no sheet says whose register it is (填报单位)"
            raise UnreadableError(message)
        known = await self.house.identity.institution_named(name)
        if known is not None:
            return known, False
        if dry_run:
            return Institution(NOT_OPENED, name, None, ANYWHERE), True
        return await self.house.identity.open_institution(name, region=ANYWHERE), True


async def up_to_date(house: House) -> None:
    """Bring the read models up to the ledger, by whoever keeps them up."""
    head = (await house.ledger.store.head()).position
    if house.following:
        await house.projector.reached(head, UP_TO_DATE_SECONDS)
        return
    await house.projector.start()
    while house.projector.position < head:
        await house.projector.step()
