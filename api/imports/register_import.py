"""The office where registers are handed in: it finds whose a register is, and imports it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from api.bootstrap import Container
from api.folding import folded_name
from api.identity.directory import Institution
from api.identity.permissions import SEES, Actor, Role, hindrance
from api.identity.tokens import Still, always
from api.imports.accounting import Account
from api.imports.importing import Importer
from api.imports.layouts.corrections import CORRECTIONS
from api.imports.reading.unreadable import NOTHING_KNOWN, WHOSE, UnreadableFileError, too_much
from api.imports.reading.workbook import Workbook
from api.imports.recognition.register_reading import Register, read_register
from api.imports.report.import_report import Report
from api.imports.sink import RecordingSink, RehearsingSink
from api.imports.streams import Streams
from api.institutions import change_institution, like_names, open_institution
from domain.entry import Recorder
from domain.file import File
from domain.label import Label
from domain.limit import Area, limit
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Recording

NOT_OPENED: Final = UUID(int=0)
"""Stands for an institution that a dry run does not open."""
UP_TO_DATE_SECONDS: Final = 600.0
MOST_ROWS_OF_CHILD: Final = limit(
    5_000,
    Area.IMPORTS,
    Label("一份登记表中同一儿童的行", "Rows of one child in a register"),
    why=Label("一名儿童的全部条目一起核验", "All entries of a child are judged together"),
    beyond="malformed",
)
MOST_CORRECTIONS_OF_CHILD: Final = limit(
    200,
    Area.IMPORTS,
    Label("一份登记表中同一儿童的更正", "Corrections of one child in a register"),
    why=Label("每项更正都要与其他更正对照", "Each is compared with the others"),
    beyond="malformed",
)


class OtherInstitutionError(Exception):
    """The register is another institution's than that of whoever hands it in."""


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """A register with its institution, which is to be `opened` for it where it is not known.

    `region` is what was said of where it lies, where that is not known. `beside` are the institutions of a
    like name, beside which it is to be opened.
    """

    register: Register
    institution: Institution
    opened: bool = False
    dry_run: bool = False
    region: str | None = None
    beside: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many data rows it has."""
        return self.register.rows


async def prepare(
    container: Container, workbook: Workbook, *, own: Institution | None = None, dry_run: bool = False
) -> RegisterImport:
    """Take a register of any institution, or of one's `own` only.

    One's own need not be known. Raises UnreadableFileError when nothing of it can be read, and
    OtherInstitutionError.
    """
    if own is None and not workbook.says_whose:
        raise UnreadableFileError(WHOSE)
    register = await asyncio.to_thread(read_register, workbook, container.today())
    _refuse_too_long_lives(register)
    name = register.institution
    if own is not None and name is not None and folded_name(name) != folded_name(own.name):
        raise OtherInstitutionError(name)
    if own is None and name is None:
        raise UnreadableFileError(WHOSE)
    known = own or await container.identity.institution_named(name or "")
    institution = known or not_opened(name or "")
    opened = institution.institution == NOT_OPENED
    if not register.rows:
        raise UnreadableFileError(NOTHING_KNOWN)
    others = [each.name for each in await container.identity.institutions()] if opened else []
    beside = tuple(like_names(institution.name, others))
    return RegisterImport(register, institution, opened, dry_run, beside=beside)


def not_opened(name: str) -> Institution:
    """Return an institution that is to be opened by an import."""
    return Institution(NOT_OPENED, name, None, None)


def _refuse_too_long_lives(register: Register) -> None:
    """Raise UnreadableFileError where a child has more rows than are judged together."""
    for rows in register.children.values():
        corrections = sum(register.tables[row.table].layout is CORRECTIONS for row in rows)
        if len(rows) > MOST_ROWS_OF_CHILD or corrections > MOST_CORRECTIONS_OF_CHILD:
            where = register.name(rows[0])
            raise too_much(
                Label(
                    f"{where} 起，同一儿童的行超过 {MOST_ROWS_OF_CHILD:,} 行，或其更正超过"
                    f" {MOST_CORRECTIONS_OF_CHILD} 行",
                    f"From {where} on, one child has more than {MOST_ROWS_OF_CHILD:,} rows, or"
                    f" {MOST_CORRECTIONS_OF_CHILD} of corrections",
                )
            )


async def run_import(
    container: Container,
    handed_in: RegisterImport,
    recorder: Recorder,
    progress: Callable[[int, int], None],
    *,
    bounded: bool = False,
    still: Still = always,
) -> Report:
    """Import a register; `progress` is told the rows that are done and how many there are.

    A `bounded` report lists the beginning of what is not used, and counts the rest. Its institution is opened
    where it is not known, but for a dry run. Raises IdentityError where it cannot be, InterruptedImportError
    and what `still` and the store raise; after these it may be handed in again.
    """
    await up_to_date(container)
    register, institution = handed_in.register, await _settled(container, handed_in)
    account = await asyncio.to_thread(Account, register.tables)
    actor = _acting(recorder, institution)
    sees = SEES[actor.role]
    report = Report(register, account, institution, handed_in.opened, handed_in.dry_run, bounded, sees)
    report.beside = handed_in.beside

    def checked(file: File, recording: Recording) -> Hindrance | None:
        return hindrance(actor, recording.drafts, file, today=container.today())

    importer = Importer(
        institution,
        recorder,
        actor,
        (RehearsingSink if handed_in.dry_run else RecordingSink)(container.ledger, checked, still),
        Streams(container.ledger, container.projector, institution.institution),
        container.clock,
    )

    def done(more: int) -> None:
        report.done_rows += more
        progress(report.done_rows, handed_in.rows)

    done(0)
    await importer.take(register, report, done)
    return report


async def _settled(container: Container, handed_in: RegisterImport) -> Institution:
    """Return the institution as the import is of it: opened, and with the region that was said of it."""
    own, region = handed_in.institution, handed_in.region
    if handed_in.dry_run:
        return replace(own, region=region or own.region)
    if handed_in.opened:
        return await open_institution(container, own.name, region=region)
    return own if region is None else await change_institution(container, own.institution, region=region)


def _acting(recorder: Recorder, institution: Institution) -> Actor:
    """Return as whom a register is brought in.

    The operating system's administrator brings it in whole, as the institution's supervisor may: who commands
    the machine has the database and its keys at hand, so that less would protect nothing.
    """
    role = Role.SUPERVISOR if recorder.institution is None else Role(recorder.role)
    return Actor(recorder.user, role, institution.institution, institution.region)


async def up_to_date(container: Container) -> None:
    """Bring the read models up to the ledger, by whoever keeps them up."""
    head = (await container.ledger.head()).position
    if container.following:
        await container.projector.reached(head, UP_TO_DATE_SECONDS)
        return
    await container.projector.start()
    while await container.projector.step():
        pass
