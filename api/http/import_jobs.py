"""Imports of registers over HTTP, and their progress."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.contract.encoding import JsonResponse
from api.contract.import_answers import ImportAnswer
from api.contract.problems import ANYWHERE, WITHIN, Problem, not_found, responses
from api.http.authentication import AuthenticatedDep, TenantsDep
from api.http.dependencies import RequestContext, recording_request
from api.http.import_lines import LinesImport
from api.http.line_splitting import MOST_LINES
from api.http.request_body import parts
from api.identity.access_log import IMPORT_REPORT
from api.identity.directory import Institution
from api.identity.permissions import OF_PLACES, SEES, Role
from api.imports.reading.apart import Apart, Source
from api.imports.reading.delimited import CHARSETS
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
from api.jobs import Job, Work
from api.settings import Settings
from api.spool import Spool
from domain.label import Label
from domain.limit import Area, limit
from domain.scope import PlaceCode

router = APIRouter(tags=["importing"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS: Final = "application/vnd.ms-excel"
ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"
CSV: Final = "text/csv"
NDJSON: Final = "application/x-ndjson"
TAKEN: Final = (XLSX, XLS, ODS, CSV, NDJSON)
MAY_IMPORT: Final = frozenset({Role.STAFF, Role.SUPERVISOR})
HANDED_IN: Final[dict[int | str, dict[str, Any]]] = ANYWHERE | responses(
    "forbidden",
    "timed_out",
    "institution_mismatch",
    "too_large",
    "unsupported_media_type",
    "too_many_requests",
)
ANSWER_SECONDS: Final = limit(
    10,
    Area.IMPORTS,
    Label("提交文件时等待读取的秒数", "Seconds for which whoever hands a file in waits for it to be read"),
    why=Label("其他机构的文件可能在前", "Others' files may be read before"),
    beyond=Label("202；读不了的，由该导入说明", "202; that it cannot be read is then said of the import"),
)
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            XLSX: _BINARY,
            XLS: _BINARY,
            ODS: _BINARY,
            CSV: {
                "schema": {
                    "type": "string",
                    "description": "A table, in UTF-8 or GB 18030; `charset` may say which.",
                }
            },
            NDJSON: {
                "schema": {
                    "type": "string",
                    "description": "Lines, each an item of `POST /entries` or a body of `POST /children`.",
                }
            },
        },
    }
}
_TOO_MANY_LINES: Final = Label(f"超过 {MOST_LINES:,} 行。", f"More than {MOST_LINES:,} lines.")
_OTHER_CHARSET: Final = Label(
    f"可用的文本编码：{'、'.join(CHARSETS)}。", f"Text is taken in these characters: {', '.join(CHARSETS)}."
)
ImporterContext: TypeAlias = Annotated[RequestContext, Depends(recording_request)]


@router.post(
    "/imports",
    status_code=202,
    response_model=ImportAnswer,
    responses=HANDED_IN,
    openapi_extra=BODY,
)
async def start_import(
    request: Request,
    context: ImporterContext,
    tenants: TenantsDep,
    dry_run: Annotated[bool, Query(description="Report the same and record nothing.")] = False,  # noqa: FBT002 - a query
    name: Annotated[str, Query(max_length=200, description="The name of the file.")] = "",
    region: Annotated[
        PlaceCode | None,
        Query(description="The place of a roll of children outside institutions; a township's is its own."),
    ] = None,
) -> JsonResponse:
    """Import the register of the caller's institution, or a place's roll of children outside institutions.

    `Location` is where its progress and report are.
    """
    roll_of = (
        context.region_opened(None, region, "/query/region") if context.actor.role in OF_PLACES else None
    )
    if roll_of is None and region is not None:
        raise Problem("institution_mismatch")
    institution = await _institution(context) if roll_of is None else standing_for(context.container, roll_of)
    media_type, charset = _media_type(request)
    settings = context.container.settings
    with context.container.jobs.place(
        context.actor.user, institution.institution, _announced(request, settings)
    ) as place:
        spool = await _spooled(parts(request, settings.import_bytes, TAKEN), settings.data)
        try:
            await context.still()
        except Problem:
            spool.close()
            raise
        if media_type == NDJSON:
            if spool.line_feeds >= MOST_LINES:
                spool.close()
                raise Problem("too_large", _TOO_MANY_LINES)
            whose = None if roll_of else institution.name
            work: Work = partial(_lines, LinesImport(context, whose, spool, name, dry_run))
        else:
            declared = DeclaredKind.TEXT if media_type == CSV else DeclaredKind.WORKBOOK
            work = _Register(
                context, institution, tenants.reading, spool, name, declared, charset, dry_run, roll_of
            )
        job = context.container.jobs.start(place, work)
    with suppress(TimeoutError):
        await asyncio.wait_for(job.accepted.wait(), ANSWER_SECONDS)
    if job.failed is not None:
        context.container.jobs.forget(job)
        raise job.failed
    return JsonResponse(job.answer, 202, {"Location": f"/imports/{job.job}"})


@router.get("/imports/{job}", response_model=ImportAnswer, responses=WITHIN)
async def import_of(job: UUID, entered: AuthenticatedDep) -> JsonResponse:
    """Return the progress of an import that the caller started, and at its end the report."""
    container, actor = entered.container, entered.actor
    known = container.jobs.of(job, actor.user)
    if known is None:
        raise not_found()
    # Lines listed without a file are noted under the id of the import.
    read = {child or job: SEES[actor.role] for child in known.shown}
    await container.access.note(actor, read, IMPORT_REPORT)
    return JsonResponse(known.answer)


async def _institution(request: RequestContext) -> Institution:
    """Return the institution for which the caller may import."""
    actor = request.actor
    known = (
        None if actor.institution is None else await request.container.identity.institution(actor.institution)
    )
    if known is None or actor.role not in MAY_IMPORT:
        raise Problem("forbidden")
    return known


def _media_type(request: Request) -> tuple[str, str | None]:
    """Return the media type and the charset of the body. Raises `unsupported_media_type`."""
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    charset = header.get_content_charset()
    if charset is not None and charset not in CHARSETS:
        raise Problem("unsupported_media_type", _OTHER_CHARSET)
    return header.get_content_type(), charset


def _announced(request: Request, settings: Settings) -> int:
    """Return the limit of the body's bytes: the length it states, or the service's limit."""
    length = request.headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,15}", length) else settings.import_bytes


async def _spooled(arriving: AsyncIterator[bytes], folder: Path) -> Spool:
    """Store a body on disk until its turn. Raises its problems, and `unavailable` if the disk is full."""
    spool = Spool(folder)
    try:
        async for part in arriving:
            await asyncio.to_thread(spool.write, part)
    except OSError:
        spool.close()
        raise Problem("unavailable") from None
    except BaseException:
        spool.close()
        raise
    return spool


@dataclass(frozen=True, slots=True)
class _Register:
    """The import of a register that waits on disk."""

    request: RequestContext
    institution: Institution
    reading: Apart
    spool: Spool
    name: str
    declared: DeclaredKind
    charset: str | None
    dry_run: bool
    place: str | None

    async def __call__(self, job: Job) -> dict[str, Any]:
        """Read the register, and import it in its turn."""
        with self.spool:
            handed_in: RegisterImport | None = await self._handed_in()
            if job.turns.taken:
                handed_in = None  # a waiting import is kept on disk, and read again
            job.accepted.set()
            async with job.turn():
                report = await run_import(
                    self.request.container,
                    handed_in or await self._handed_in(),
                    self.request.actor.recorder,
                    job.advance,
                    bounded=True,
                    still=self.request.still,
                )
                job.shown = frozenset(report.shown)
                return await asyncio.to_thread(report.json)

    async def _handed_in(self) -> RegisterImport:
        source = Source(self.spool.parts(), self.name, self.declared, self.charset)
        try:
            workbook = await self.reading.read(source, self.institution.institution)
            if self.place is not None:
                return await prepare_roll(self.request.container, workbook, self.place, dry_run=self.dry_run)
            return await prepare(
                self.request.container, workbook, only=self.institution, dry_run=self.dry_run
            )
        except UnreadableFileError as error:
            raise Problem("malformed", error.why) from None
        except OtherInstitutionError:
            raise Problem("institution_mismatch") from None


async def _lines(lines: LinesImport, job: Job) -> dict[str, Any]:
    job.accepted.set()
    with lines.spool:
        async with job.turn():
            report = await lines.take(job.advance)
            job.shown = frozenset(lines.shown)
            return report
