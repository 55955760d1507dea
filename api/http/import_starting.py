"""Imports begun: what is handed in waits on disk, is read apart, and is kept for a day with its report."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

import orjson

from api.contract.encoding import JsonResponse, dumps
from api.contract.problems import KINDS, Problem, invalid
from api.http.dependencies import RequestContext
from api.http.errors import problem_of
from api.http.import_lines import LinesImport
from api.http.line_splitting import MOST_LINES
from api.identity.acting import roles_that_may
from api.identity.directory import Institution
from api.identity.forbidden import forbidden
from api.identity.permissions import OF_PLACES, Action, Actor, Role
from api.imports.faults import Fault
from api.imports.reading.apart import Apart, Source
from api.imports.reading.kinds import DeclaredKind
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.register_import import (
    OtherInstitutionError,
    RegisterImport,
    prepare,
    prepare_roll,
    run_import,
    standing_for,
)
from api.imports.report.import_report import TOLD
from api.imports.report.rows_workbook import rows_workbook
from api.jobs import Job, Work
from api.kept_imports import ImportFiles
from api.spool import Spool
from domain.label import Label
from domain.limit import Area, limit
from domain.rulebook import Rulebook
from ledger.codec.messages import InvalidValue

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS: Final = "application/vnd.ms-excel"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
TAKEN: Final = (XLSX, XLS, ODS, CSV, NDJSON)
MAY_IMPORT: Final = frozenset({Role.STAFF, Role.SUPERVISOR})
ANSWER_SECONDS: Final = limit(
    10,
    Area.IMPORTS,
    Label("提交文件时等待读取的秒数", "Seconds for which whoever hands a file in waits for it to be read"),
    why=Label("其他机构的文件可能在前", "Others' files may be read before"),
    beyond=Label("202；读不了的，由该导入说明", "202; that it cannot be read is then said of the import"),
)
_SHOWN: Final = 60
_TOO_MANY_LINES: Final = Label(f"超过 {MOST_LINES:,} 行。", f"More than {MOST_LINES:,} lines.")
_NOT_WHOLE: Final = Label(
    "当时送交的文件未完整保留，请重新送交",
    "is an import of which not all bytes are kept: hand the file in again",
)
COUNTS: Final = ("rows", "recorded", "already", "rejected")
"""The members of a report that a list of imports shows."""
PARTS: Final = ("rejections", "corrections", "values", "not_in_this_file")
"""The members of a report that list lines with codes."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What is handed in: the name of the file, its media type, and how it is to be taken.

    `sha256` is that of its bytes where they were handed in before.
    """

    name: str
    media_type: str
    charset: str | None = None
    dry_run: bool = False
    region: str | None = None
    sha256: str | None = None

    @classmethod
    def again(cls, about: Mapping[str, Any]) -> "HandedIn":
        """Return what was handed in before, to be recorded."""
        said = {name: about[name] for name in ("name", "media_type", "charset", "region", "sha256")}
        return cls(**said)


async def start(
    request: RequestContext, reading: Apart, handed_in: HandedIn, arriving: AsyncIterator[bytes], size: int
) -> JsonResponse:
    """Begin an import of bytes that arrive, at most `size` of them; `Location` is where it is told of.

    Raises the problems of bodies, and those of what cannot be read.
    """
    roll_of = _roll_of(request, handed_in.region)
    institution = await _institution(request) if roll_of is None else standing_for(request.container, roll_of)
    jobs, kept = request.container.jobs, request.container.kept_imports
    with jobs.place(request.actor.user, institution.institution, size) as place:
        files = await asyncio.to_thread(kept.files_for, place.job)
        spool = await _spooled(arriving, files)
        try:
            await request.still()
            _check_whole(handed_in, spool)
            _check_lines(handed_in, spool)
            about = _About(handed_in, roll_of, spool.sha256)
            await asyncio.to_thread(files.write, "about", dumps(about.json()))
            await kept.keep(
                files,
                institution=institution.institution,
                starter=request.actor.user,
                sees=request.sees,
                dry_run=handed_in.dry_run,
                size=spool.size,
            )
        except BaseException:
            spool.close()
            await asyncio.to_thread(files.remove)
            raise
        work: Work = partial(_work, request, reading, institution, about, spool, files)
        job = jobs.start(place, partial(_told, work), partial(_keep, request, about, files))
    with suppress(TimeoutError):
        await asyncio.wait_for(job.accepted.wait(), ANSWER_SECONDS)
    if job.failed is not None:
        await job.settled.wait()
        await kept.forget([job.job])
        raise job.failed
    return JsonResponse({"job": job.job, **job.standing}, 202, {"Location": f"/imports/{job.job}"})


def _check_lines(handed_in: HandedIn, spool: Spool) -> None:
    if handed_in.media_type == NDJSON and spool.line_feeds >= MOST_LINES:
        raise Problem("too_large", _TOO_MANY_LINES)


def _check_whole(handed_in: HandedIn, spool: Spool) -> None:
    """Refuse bytes that were handed in before and are no longer all there, as after a loss of power."""
    if handed_in.sha256 not in {None, spool.sha256}:
        raise invalid([InvalidValue("/path/job", _NOT_WHOLE)])


def _roll_of(request: RequestContext, region: str | None) -> str | None:
    """Return the place whose roll is handed in; None for the register of an institution."""
    if request.actor.role in OF_PLACES:
        return request.region_opened(None, region, "/query/region")
    if region is not None:
        raise Problem("institution_mismatch")
    return None


async def _institution(request: RequestContext) -> Institution:
    """Return the institution for which the caller may import."""
    actor = request.actor
    known = (
        None if actor.institution is None else await request.container.identity.institution(actor.institution)
    )
    if known is None or actor.role not in MAY_IMPORT:
        raise forbidden(actor.role, roles_that_may(Action.RECORD))
    return known


def home_of_imports(request: RequestContext) -> UUID | None:
    """Return whose imports the caller shares with others: their institution's, or their place's."""
    actor: Actor = request.actor
    if actor.role in MAY_IMPORT:
        return actor.institution
    if actor.role is Role.TOWNSHIP and actor.places is not None:
        return standing_for(request.container, actor.places).institution
    return None


async def _spooled(arriving: AsyncIterator[bytes], files: ImportFiles) -> Spool:
    """Store a body on disk until its turn. Raises its problems, and `unavailable` if the disk is full."""
    spool = await asyncio.to_thread(files.spool)
    try:
        async for part in arriving:
            await asyncio.to_thread(spool.write, part)
        # It may wait for long, and another process goes on with it if this one is killed.
        await asyncio.to_thread(spool.flush)
    except BaseException as error:
        spool.close()
        await asyncio.to_thread(files.remove)
        if isinstance(error, OSError):
            raise Problem("unavailable") from None
        raise
    return spool


@dataclass(slots=True)
class _About:
    """What is kept about an import beside its report: how it was handed in, and in the end its counts."""

    handed_in: HandedIn
    roll_of: str | None
    sha256: str
    counts: dict[str, int] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {
            "name": self.handed_in.name,
            "media_type": self.handed_in.media_type,
            "charset": self.handed_in.charset,
            "region": self.handed_in.region,
            "sha256": self.sha256,
            "counts": self.counts,
        }


async def _told(work: Work, job: Job) -> dict[str, Any]:
    """Do the work; what fails it for a while, such as a key service that is away, is told as of a request."""
    try:
        return await work(job)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise problem from error


async def _work(
    request: RequestContext,
    reading: Apart,
    institution: Institution,
    about: _About,
    spool: Spool,
    files: ImportFiles,
    job: Job,
) -> dict[str, Any]:
    handed_in, place = about.handed_in, about.roll_of
    if handed_in.media_type == NDJSON:
        whose = None if place else institution.name
        lines = LinesImport(request, whose, spool, handed_in.name, handed_in.dry_run)
        report = await _lines(lines, job)
    else:
        report = await _Register(request, institution, reading, spool, files, handed_in, place)(job)
    about.counts = {name: report[name] for name in COUNTS}
    codes = {line["code"] for part in PARTS for line in report[part]}
    return report | {"reasons": reasons(codes, await request.rulebook())}


async def _keep(request: RequestContext, about: _About, files: ImportFiles, job: Job) -> None:
    """Keep the report of an import that has ended, and who it is about."""
    told = {"shown": [None if each is None else str(each) for each in job.shown]}
    answer = b'{"answer":' + job.final_answer + b',"about":' + orjson.dumps(told) + b"}"
    await asyncio.to_thread(files.write, "report", answer)
    await asyncio.to_thread(files.write, "about", dumps(about.json()))
    await request.container.kept_imports.seen(job.job, "failed" if job.failed else "done", job.progress)


def reasons(codes: set[str], rulebook: Rulebook) -> dict[str, dict[str, str]]:
    """Return what the codes of a report mean, in both languages."""
    return {
        code: {"zh": words.zh, "en": words.en} for code in sorted(codes) for words in [_words(code, rulebook)]
    }


def _words(code: str, rulebook: Rulebook) -> Label:
    if code in rulebook.rules:
        return Label(rulebook[code].zh, rulebook[code].en)
    if code in KINDS:
        return Label(KINDS[code].zh, KINDS[code].en)
    return TOLD[code] if code in TOLD else Fault[code.upper()].value


@dataclass(frozen=True, slots=True)
class _Register:
    """The import of a register that waits on disk."""

    request: RequestContext
    institution: Institution
    reading: Apart
    spool: Spool
    files: ImportFiles
    handed_in: HandedIn
    place: str | None

    async def __call__(self, job: Job) -> dict[str, Any]:
        """Read the register, and import it in its turn."""
        with self.spool:
            read: RegisterImport | None = await self._read()
            if job.turns.taken:
                read = None  # a waiting import is kept on disk, and read again
            job.accepted.set()
            async with job.turn():
                report = await run_import(
                    self.request.container,
                    read or await self._read(),
                    self.request.actor.recorder,
                    job.advance,
                    bounded=True,
                    still=self.request.still,
                )
                job.shown = frozenset[UUID | None]().union(*report.shown)
                rulebook = await self.request.rulebook()
                rows = await asyncio.to_thread(rows_workbook, report, rulebook)
                await asyncio.to_thread(self.files.write, "rows", rows)
                return await asyncio.to_thread(report.json)

    async def _read(self) -> RegisterImport:
        handed_in, dry_run = self.handed_in, self.handed_in.dry_run
        declared = DeclaredKind.TEXT if handed_in.media_type == CSV else DeclaredKind.WORKBOOK
        source = Source(self.spool.parts(), handed_in.name, declared, handed_in.charset)
        container = self.request.container
        try:
            workbook = await self.reading.read(source, self.institution.institution)
            if self.place is not None:
                return await prepare_roll(container, workbook, self.place, dry_run=dry_run)
            return await prepare(container, workbook, only=self.institution, dry_run=dry_run)
        except UnreadableFileError as error:
            raise Problem("malformed", error.why) from None
        except OtherInstitutionError as error:
            raise Problem("institution_mismatch", _of_another(str(error))) from None


def _of_another(name: str) -> Label:
    """Return the sentences about the register of another institution, whose name stands in it."""
    named = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return Label(
        f"文件写明的填报单位为“{named}”，不是本机构。只能导入本机构的台账；选错了文件的，请另选。",
        f"The file says that it is of “{named}”, which is not your institution. Choose your own register.",
    )


async def _lines(lines: LinesImport, job: Job) -> dict[str, Any]:
    job.accepted.set()
    with lines.spool:
        async with job.turn():
            report = await lines.take(job.advance)
            job.shown = frozenset(lines.shown)
            return report


async def in_parts(body: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the parts of a body, each read in a thread."""
    while (part := await asyncio.to_thread(next, body, None)) is not None:
        yield part
