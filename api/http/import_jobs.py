"""Imports of registers over HTTP: handed in, told of for a day, and recorded after a dry run."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.message import Message
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import orjson
from fastapi import Depends, Query, Request, Response

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.entries import instant
from api.contract.import_answers import ImportAnswer, ImportsAnswer
from api.contract.problems import ANYWHERE, WITHIN, Problem, invalid, not_found, responses
from api.http.authentication import TenantsDep, callers_router
from api.http.dependencies import RequestContext, recording_request
from api.http.import_starting import (
    COUNTS,
    CSV,
    NDJSON,
    ODS,
    TAKEN,
    XLS,
    XLSX,
    HandedIn,
    home_of_imports,
    in_parts,
    start,
)
from api.http.lists import MOST_BYTES
from api.http.recording_requests import takes
from api.http.request_body import body, parts
from api.identity.access_log import IMPORT_REPORT
from api.identity.permissions import may_know
from api.imports.reading.delimited import CHARSETS
from api.kept_imports import CUT_OFF, KEPT_HOURS, ImportFiles, KeptImport
from api.settings import Settings
from domain.label import Label
from domain.scope import PlaceCode
from ledger.codec.messages import InvalidValue

router = callers_router("importing")

HANDED_IN: Final[dict[int | str, dict[str, Any]]] = ANYWHERE | responses(
    "forbidden",
    "timed_out",
    "institution_mismatch",
    "too_large",
    "unsupported_media_type",
    "too_many_requests",
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
_OTHER_CHARSET: Final = Label(
    f"可用的文本编码：{'、'.join(CHARSETS)}。", f"Text is taken in these characters: {', '.join(CHARSETS)}."
)
_OTHER_BYTES: Final = Label("不是该次试读的文件", "is not that of the file of this dry run")
_NOT_TO_RECORD: Final = Label(
    "既不是已完成的试读，也不是中断的导入", "is neither a dry run that is done nor an import that was cut off"
)
ImporterContext: TypeAlias = Annotated[RequestContext, Depends(recording_request)]


@router.post(
    "/imports", status_code=202, response_model=ImportAnswer, responses=HANDED_IN, openapi_extra=BODY
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

    `Location` is where its progress and report are, for a day.
    """
    media_type, charset = declared_type(request)
    settings = context.container.settings
    handed_in = HandedIn(name, media_type, charset, dry_run, region)
    arriving = parts(request, settings.import_bytes, TAKEN)
    return await start(context, tenants.reading, handed_in, arriving, _announced(request, settings))


@router.get("/imports", response_model=ImportsAnswer, responses=ANYWHERE)
async def imports(context: ImporterContext) -> JsonResponse:
    """List the imports of the last day that the caller or their colleagues began, the latest first."""
    home = home_of_imports(context)
    kept = [] if home is None else await context.container.kept_imports.of_institution(home)
    shown = [each for each in kept if _may_see(context, each)]
    return JsonResponse({"items": [await _told(context, each) for each in shown], "next": None})


@router.get("/imports/{job}", response_model=ImportAnswer, responses=WITHIN)
async def import_of(context: ImporterContext, job: UUID) -> JsonResponse:
    """Return the progress of an import that the caller or a colleague began, and at its end the report."""
    kept = await _found(context, job)
    answer = await _told(context, kept)
    report = await _report(context, kept)
    if report is not None:
        await _note(context, job, report["about"]["shown"])
        answer |= report["answer"] | {"sha256": answer["sha256"], "file": answer["file"]}
    return JsonResponse(answer)


@router.get(
    "/imports/{job}/rows",
    responses=WITHIN | {200: {"content": {XLSX: _BINARY}, "description": "A workbook."}},
    response_class=Response,
)
async def rows(context: ImporterContext, job: UUID) -> Response:
    """Return the rows of the file that was handed in as a workbook of texts, with what became of each."""
    kept = await _found(context, job)
    files = await context.container.kept_imports.files(kept)
    workbook = await asyncio.to_thread(files.read, "rows")
    report = await _report(context, kept)
    if workbook is None or report is None:
        raise not_found()
    await _note(context, job, [None, *report["about"]["shown"]])
    disposition = {"Content-Disposition": f'attachment; filename="import-{str(job)[:8]}.xlsx"'}
    return Response(workbook, media_type=XLSX, headers=disposition)


@router.post(
    "/imports/{job}/record",
    status_code=202,
    response_model=ImportAnswer,
    responses=WITHIN | HANDED_IN,
    openapi_extra=takes("ImportAgainRequest"),
)
async def record_dry_run(
    context: ImporterContext,
    job: UUID,
    tenants: TenantsDep,
    raw: Annotated[bytes, Depends(body(MOST_BYTES))],
) -> JsonResponse:
    """Record what a dry run has shown, or go on with what was cut off, from the same bytes.

    `Location` is where the new import is told of.
    """
    sent, kept = bodies.import_again(raw), await _found(context, job)
    files = await context.container.kept_imports.files(kept)
    about = await _about(files)
    shown = kept.dry_run and kept.state == "done" and bool(about["counts"])
    if not shown and (kept.dry_run or not kept.cut_off):
        raise invalid([InvalidValue("/path/job", _NOT_TO_RECORD)])
    if about["sha256"] != sent.sha256:
        raise invalid([InvalidValue("/sha256", _OTHER_BYTES)])
    return await start(
        context, tenants.reading, HandedIn.again(about), in_parts(files.handed_in()), kept.size
    )


async def _found(context: RequestContext, job: UUID) -> KeptImport:
    kept = await context.container.kept_imports.one(job)
    if kept is None or not _may_see(context, kept):
        raise not_found()
    return kept


def _may_see(context: RequestContext, kept: KeptImport) -> bool:
    """Return whether an import is the caller's or a colleague's, and shows nothing that they may not see."""
    own = kept.starter == context.actor.user or kept.institution == home_of_imports(context)
    return own and kept.sees <= context.sees


async def _told(context: RequestContext, kept: KeptImport) -> dict[str, Any]:
    """Return what is told of an import without its report."""
    about = await _about(await context.container.kept_imports.files(kept))
    members = await context.container.identity.members_of([kept.starter])
    names = [
        each.name
        for each in members
        if may_know(context.actor, each.member, each.role, each.institution, each.prefix)
    ]
    # Read at one moment: whoever is told that it has ended is told the report too.
    running = context.container.jobs.of(kept.job)
    standing = {"state": kept.state, "progress": round(kept.progress, 3)}
    answer = {
        "job": kept.job,
        **(standing if running is None or kept.ended else running.standing),
        "dry_run": kept.dry_run,
        "begun_at": instant(kept.begun_at),
        "kept_until": instant(kept.begun_at + timedelta(hours=KEPT_HOURS)),
        "begun_by": {"user": kept.starter, "name": next(iter(names), None)},
        "file": about["name"],
        "sha256": about["sha256"],
        **{name: about["counts"][name] for name in COUNTS if name in about["counts"]},
    }
    cut_off = kept.cut_off and running is None
    return answer | ({"problem": Problem("unavailable", CUT_OFF).body} if cut_off else {})


async def _about(files: ImportFiles) -> Mapping[str, Any]:
    raw = await asyncio.to_thread(files.read, "about")
    if raw is None:
        raise not_found()
    about: Mapping[str, Any] = orjson.loads(raw)
    return about


async def _report(context: RequestContext, kept: KeptImport) -> Any:  # noqa: ANN401 - as it was kept
    if not kept.ended:
        return None
    files = await context.container.kept_imports.files(kept)
    raw = await asyncio.to_thread(files.read, "report")
    return None if raw is None else orjson.loads(raw)


async def _note(context: RequestContext, job: UUID, shown: Iterable[str | None]) -> None:
    """Note who reads a report; lines listed without a file are noted under the id of the import."""
    read = {job if child is None else UUID(child): context.sees for child in shown}
    await context.note(read, IMPORT_REPORT)


def declared_type(request: Request) -> tuple[str, str | None]:
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
