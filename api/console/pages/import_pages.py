"""Imports: a file is chosen, read on trial, looked over, recorded, and reported."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from fastapi import Depends, Query, Response

from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import readers_form
from api.console.upload import uploaded
from api.contract.problems import Problem
from api.http import import_jobs
from api.http.import_starting import CSV, NDJSON, ODS, PARTS, XLS, XLSX, HandedIn, start
from api.http.request_body import content_length
from api.identity.permissions import Role
from domain.label import Label

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

ReportPart: TypeAlias = Literal["rejections", "corrections", "values", "not_in_this_file"]
"""The lists of a report."""
KINDS_OF_FILES: Final[Mapping[str, str]] = {
    "xlsx": XLSX,
    "xls": XLS,
    "ods": ODS,
    "csv": CSV,
    "ndjson": NDJSON,
}
"""The media types of files, by the ends of their names."""
MAY_HAND_IN: Final = frozenset({Role.STAFF, Role.SUPERVISOR, Role.TOWNSHIP})
"""Who is offered to hand a file in."""
_LINES: Final = 100
_NO_FILE: Final = Label("没有选择文件。", "No file was chosen.")
_OTHER_FILE: Final = Label(
    "只能导入 .xlsx、.xls、.ods、.csv 或者 .ndjson 文件。",
    "Files are taken that end in .xlsx, .xls, .ods, .csv or .ndjson.",
)


@router.get("/imports")
async def imports(page: SignedIn) -> Response:
    """Offer to hand a file in, and list the imports of the last day."""
    return await _chosen(page, None)


@router.post("/imports")
async def hand_in(page: SignedIn) -> Response:
    """Take a file, and read it on trial."""
    settings = page.context.container.settings
    try:
        upload = await uploaded(page.http, "file", settings.import_bytes)
        page.take_from_reader(upload.shown_to)
        begun = await page.answer(
            start,
            page.http.app.state.tenants.reading,
            HandedIn(upload.name, _media_type(upload.name), dry_run=True),
            upload.parts,
            content_length(page.http) or settings.import_bytes,
        )
    except Problem as problem:
        if problem.code in {"unauthenticated", "timed_out", "other_person"}:
            raise
        return await _chosen(page, problem)
    return lead_to(f"/console/imports/{begun['job']}")


@router.get("/imports/{job}")
async def one_import(
    page: SignedIn,
    job: UUID,
    part: ReportPart = "rejections",
    after: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """Show how far an import has come, what it would record, or what it has recorded."""
    return _told(page, await page.answer(import_jobs.import_of, job), part=part, after=after)


@router.post("/imports/{job}")
async def record(
    page: SignedIn, job: UUID, sent: Annotated[Mapping[str, str], Depends(readers_form("sha256", "seen"))]
) -> Response:
    """Record what was looked over by whoever sends it, from the same bytes."""
    told = await page.answer(import_jobs.import_of, job)
    if told.get("rejected") and not sent["seen"]:
        return _told(page, told, unseen=True)
    tenants = page.http.app.state.tenants
    raw = orjson.dumps({"sha256": sent["sha256"]})
    begun = await page.answer(import_jobs.record_dry_run, job, tenants, raw)
    return lead_to(f"/console/imports/{begun['job']}")


@downloads.get("/imports/{job}/rows")
async def rows(page: SignedIn, job: UUID) -> Response:
    """Save the rows as they were handed in, with what became of each."""
    return await import_jobs.rows(page.context, job)


def _media_type(name: str) -> str:
    """Return the media type of a file by its name. Raises the problem `malformed`."""
    media_type = KINDS_OF_FILES.get(name.rpartition(".")[2].lower())
    if media_type is None:
        raise Problem("malformed", _OTHER_FILE if name else _NO_FILE)
    return media_type


async def _chosen(page: PageRequest, problem: Problem | None) -> Response:
    return render(
        page,
        "imports.html",
        status=200 if problem is None else problem.kind.status,
        listed=await page.answer(import_jobs.imports),
        offered=page.role in MAY_HAND_IN,
        kinds=", ".join(f".{each}" for each in KINDS_OF_FILES),
        problem=problem,
    )


def _told(
    page: PageRequest,
    told: Mapping[str, Any],
    *,
    part: ReportPart = "rejections",
    after: int = 0,
    unseen: bool = False,
) -> Response:
    lines = told.get(part, [])
    return render(
        page,
        "import.html",
        status=422 if unseen else 200,
        told=told,
        at=urlsplit(page.http.url.path).path,
        part=part,
        lines=lines[after : after + _LINES],
        after=after,
        following=after + _LINES if after + _LINES < len(lines) else None,
        unseen=unseen,
        parts=[(each, len(told.get(each, ()))) for each in PARTS],
        step=_step(told),
    )


def _step(told: Mapping[str, Any]) -> int:
    """Return how far somebody has come: 2 read on trial, 3 looked over, 4 recorded, 5 reported."""
    ended = told["state"] in {"done", "failed"}
    return (3 if ended else 2) if told["dry_run"] else (5 if ended else 4)
