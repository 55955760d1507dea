"""Handing a register in over HTTP, and watching what comes of it."""

import asyncio
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from api.answers import Answer
from api.asking import TheEntered, parts
from api.identity import Institution
from api.imports.answers import ImportAnswer
from api.imports.lines import LinesImport
from api.imports.office import HandedIn, OtherInstitutionError, hand_in, take_in
from api.imports.reading.kinds import read_workbook
from api.imports.reading.trouble import UnreadableError
from api.jobs import Job
from api.permissions import Role
from api.problems import ANYWHERE, WITHIN, Problem, not_found, responses
from api.question import Asking, recording

router = APIRouter(tags=["importing"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NDJSON: Final = "application/x-ndjson"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a body."""
MAY_IMPORT: Final = frozenset({Role.STAFF, Role.SUPERVISOR})
HANDED_IN: Final[dict[int | str, dict[str, Any]]] = ANYWHERE | responses(
    "forbidden", "institution_mismatch", "too_large", "unsupported_media_type"
)
BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            NDJSON: {
                "schema": {"type": "string", "description": "Lines of `items` as `POST /entries` takes them."}
            },
        },
    }
}
Own: TypeAlias = Annotated[Asking, Depends(recording)]


@router.post(
    "/imports",
    status_code=202,
    response_model=ImportAnswer,
    responses=HANDED_IN,
    openapi_extra=BODY,
)
async def start_import(
    request: Request,
    own: Own,
    dry_run: Annotated[bool, Query(description="Report the same and record nothing.")] = False,  # noqa: FBT002 - a query
    name: Annotated[str, Query(max_length=200, description="What the file is called.")] = "",
) -> Answer:
    """Hand in one's own institution's register; what comes of it is answered at `Location`."""
    institution = await _institution(own)
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = b"".join([part async for part in parts(request, LARGEST, (XLSX, NDJSON))])
    if sent == NDJSON:
        work = partial(_lines, LinesImport(own, institution.name, body, name, dry_run))
    else:
        work = partial(_register, own, await _handed_in(own, institution, body, name, dry_run=dry_run))
    job = own.house.jobs.start(own.actor.user, work)
    return Answer(_told(job), 202, {"Location": f"/imports/{job.job}"})


@router.get("/imports/{job}", response_model=ImportAnswer, responses=WITHIN)
async def import_of(job: UUID, entered: TheEntered) -> Answer:
    """Tell how far an import is that one has started, and in the end what came of it."""
    found = entered.house.jobs.of(job, entered.actor.user)
    if found is None:
        raise not_found()
    return Answer(_told(found))


async def _institution(own: Asking) -> Institution:
    """Return the institution for which the caller may import."""
    actor = own.actor
    known = None if actor.institution is None else await own.house.identity.institution(actor.institution)
    if known is None or actor.role not in MAY_IMPORT:
        raise Problem("forbidden")
    return known


async def _handed_in(
    own: Asking, institution: Institution, body: bytes, name: str, *, dry_run: bool
) -> HandedIn:
    try:
        workbook = await asyncio.to_thread(read_workbook, body, name)
        return await hand_in(own.house, workbook, own=institution, dry_run=dry_run)
    except UnreadableError:
        raise Problem("malformed") from None
    except OtherInstitutionError:
        raise Problem("institution_mismatch") from None


async def _register(own: Asking, handed_in: HandedIn, job: Job) -> dict[str, Any]:
    return (await take_in(own.house, handed_in, own.actor.recorder, job.advance)).json()


async def _lines(lines: LinesImport, job: Job) -> dict[str, Any]:
    return await lines.take(job.advance)


def _told(job: Job) -> dict[str, Any]:
    return {"state": job.state, "progress": round(job.progress, 3)} | job.result
