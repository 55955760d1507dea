"""Imports of registers: finds the institution of a register, and imports it."""

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
from api.imports.batch import BatchImporter
from api.imports.importing import Importer
from api.imports.layouts.corrections import CORRECTIONS
from api.imports.reading.unreadable import NOTHING_KNOWN, WHOSE, UnreadableFileError, too_much
from api.imports.reading.workbook import Workbook
from api.imports.recognition.register_reading import Register, read_register
from api.imports.report.import_report import Report
from api.imports.report.report_lines import ReportLines
from api.imports.sink import RecordingSink, RehearsingSink
from api.imports.streams import Streams
from api.institutions import change_institution, like_names, open_institution
from domain.codes import tables
from domain.entry import Recorder
from domain.file import File
from domain.label import Label
from domain.limit import Area, limit
from domain.text import COUNTY_DIGITS
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Recording

NOT_OPENED: Final = UUID(int=0)
"""The id of an institution that a dry run does not open."""
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
    """The register belongs to another institution than the importer."""


@dataclass(frozen=True, slots=True)
class RegisterImport:
    """A register with its institution, which is to be `opened` if it is unknown.

    `region` is the region given for it, if that is unknown. `beside` are institutions of a similar name that
    exist already. The roll of a `place` has no institution: what is there only stands for the place.
    """

    register: Register
    institution: Institution
    opened: bool = False
    dry_run: bool = False
    region: str | None = None
    beside: tuple[str, ...] = ()
    place: str | None = None

    @property
    def rows(self) -> int:
        """The number of data rows."""
        return self.register.rows


async def prepare(
    container: Container, workbook: Workbook, *, only: Institution | None = None, dry_run: bool = False
) -> RegisterImport:
    """Check a register of any institution, or of `only` one.

    With `only`, the register need not name an institution. Raises UnreadableFileError if none of it can be
    read, and OtherInstitutionError.
    """
    if only is None and not workbook.says_whose:
        raise UnreadableFileError(WHOSE)
    register = await asyncio.to_thread(read_register, workbook, container.today())
    _refuse_too_long_lives(register)
    name = register.institution
    if only is not None and name is not None and folded_name(name) != folded_name(only.name):
        raise OtherInstitutionError(name)
    if only is None and name is None:
        raise UnreadableFileError(WHOSE)
    known = only or await container.identity.institution_named(name or "")
    institution = known or not_opened(name or "")
    opened = institution.institution == NOT_OPENED
    if not register.rows:
        raise UnreadableFileError(NOTHING_KNOWN)
    others = [each.name for each in await container.identity.institutions()] if opened else []
    beside = tuple(like_names(institution.name, others))
    return RegisterImport(register, institution, opened, dry_run, beside=beside)


def not_opened(name: str) -> Institution:
    """Return an institution that an import is to open."""
    return Institution(NOT_OPENED, name, None, None)


def _refuse_too_long_lives(register: Register) -> None:
    """Raise UnreadableFileError if a child has more rows than can be judged together."""
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


async def prepare_roll(
    container: Container, workbook: Workbook, place: str, *, dry_run: bool = False
) -> RegisterImport:
    """Check a place's roll of children outside institutions (decision 0040).

    Raises UnreadableFileError if none of it can be read.
    """
    register = await asyncio.to_thread(read_register, workbook, container.today(), of_place=True)
    _refuse_too_long_lives(register)
    if not register.rows:
        raise UnreadableFileError(NOTHING_KNOWN)
    return RegisterImport(register, standing_for(container, place), dry_run=dry_run, place=place)


def standing_for(container: Container, place: str) -> Institution:
    """Return what stands for a place where an import asks for an institution: its name, and an id of its own.

    The id owns the keys of the rows, as an institution owns those of its register.
    """
    county = tables()["region"].codes.get(place[:COUNTY_DIGITS])
    name = place if county is None else f"{county.zh}（{place}）"
    return Institution(container.ledger.named("place", place), name, None, place)


async def run_import(
    container: Container,
    handed_in: RegisterImport,
    recorder: Recorder,
    progress: Callable[[int, int], None],
    *,
    bounded: bool = False,
    missing: ReportLines | None = None,
    still: Still = always,
) -> Report:
    """Import a register; `progress` is called with the rows done and their total.

    A `bounded` report lists only the beginning of the unused lines, and counts the rest. One that lists all
    has as many `missing` ones as the ledger has of the institution. An unknown institution is opened, except
    in a dry run. Raises IdentityError if that fails, InterruptedImportError and
    the errors of `still` and the store; after these the import may be repeated.
    """
    await up_to_date(container)
    register, institution = handed_in.register, await _settled(container, handed_in)
    account = await asyncio.to_thread(Account, register.tables)
    place = handed_in.place
    actor = _acting(recorder, institution) if place is None else _acting_at(recorder, place)
    sees = SEES[actor.role]
    report = Report(register, account, institution, handed_in.opened, handed_in.dry_run, bounded, sees)
    report.beside, report.place = handed_in.beside, place
    report.missing = report.missing if missing is None else missing

    def checked(file: File, recording: Recording) -> Hindrance | None:
        return hindrance(actor, recording.drafts, file, today=container.today(), place=place)

    sink = RehearsingSink if handed_in.dry_run else RecordingSink
    streams = Streams(container.ledger, container.projector, institution.institution, place)
    importer = BatchImporter(
        institution,
        recorder,
        actor,
        sink(container.ledger, checked, still),
        streams.term,
        container.clock,
        place,
    )

    def done(more: int) -> None:
        report.done_rows += more
        progress(report.done_rows, handed_in.rows)

    done(0)
    processes = container.settings.import_processes
    await Importer(importer, streams, processes).take(register, report, done)
    return report


async def _settled(container: Container, handed_in: RegisterImport) -> Institution:
    """Return the institution of the import: opened, and with the given region."""
    institution, region = handed_in.institution, handed_in.region
    if handed_in.place is not None:
        return institution
    if handed_in.dry_run:
        return replace(institution, region=region or institution.region)
    if handed_in.opened:
        return await open_institution(container, institution.name, region=region)
    if region is None:
        return institution
    return await change_institution(container, institution.institution, region=region)


def _acting(recorder: Recorder, institution: Institution) -> Actor:
    """Return the actor of an import.

    The operating system's administrator imports the whole register, with the permissions of the institution's
    supervisor: a user of the machine has the database and its keys, so that fewer permissions would protect
    nothing.
    """
    role = Role.SUPERVISOR if recorder.institution is None else Role(recorder.role)
    return Actor(recorder.user, role, institution.institution, institution.region)


def _acting_at(recorder: Recorder, place: str) -> Actor:
    """Return the actor of an import of a place's roll: whoever hands it in, for that place alone.

    The operating system's administrator acts as the township does.
    """
    if recorder.role == Role.BUREAU:
        return Actor(recorder.user, Role.BUREAU, institutions=frozenset(), places=place)
    return Actor(recorder.user, Role.TOWNSHIP, region=place, places=place)


async def up_to_date(container: Container) -> None:
    """Bring the read models up to the ledger's head, by the running projector if there is one."""
    head = (await container.ledger.head()).position
    if container.following:
        await container.projector.reached(head, UP_TO_DATE_SECONDS)
        return
    await container.projector.start()
    while await container.projector.step():
        pass
