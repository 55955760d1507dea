"""Handing a register in over HTTP, and watching what comes of it."""

import asyncio
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Query, Request

from api.answers import Answer
from api.asking import TheActor, TheHouse, parts
from api.house import House
from api.identity import Institution
from api.imports.office import HandedIn, OtherInstitutionError, hand_in, take_in
from api.imports.workbook import UnreadableError, read_workbook
from api.jobs import Job
from api.permissions import Actor, Role
from api.problems import ANYWHERE, WITHIN, Problem, not_found, responses

router = APIRouter(tags=["importing"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a body."""
MAY_IMPORT: Final = frozenset({Role.STAFF, Role.SUPERVISOR})
HANDED_IN: Final = ANYWHERE | responses(
    "forbidden", "institution_mismatch", "too_large", "unsupported_media_type"
)
BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/imports", status_code=202, responses=HANDED_IN, openapi_extra=BODY)
async def start_import(
    request: Request,
    house: TheHouse,
    actor: TheActor,
    dry_run: Annotated[bool, Query(description="Report the same and record nothing.")] = False,  # noqa: FBT002 - a query
    name: Annotated[str, Query(max_length=200, description="What the file is called.")] = "",
) -> Answer:
    """Hand in one's own institution's register; what comes of it is answered at `Location`."""
    own = await _institution(house, actor)
    body = b"".join([part async for part in parts(request, LARGEST, (XLSX,))])
    try:
        workbook = await asyncio.to_thread(read_workbook, body, unquote(name))
        handed_in = await hand_in(house, workbook, own=own, dry_run=dry_run)
    except UnreadableError:
        raise Problem("malformed") from None
    except OtherInstitutionError:
        raise Problem("institution_mismatch") from None
    job = house.jobs.start(actor.user, partial(_import, house, handed_in, actor))
    return Answer(_told(job), 202, {"Location": f"/imports/{job.job}"})


@router.get("/imports/{job}", responses=WITHIN)
async def import_of(job: UUID, house: TheHouse, actor: TheActor) -> Answer:
    """Tell how far an import is that one has started, and in the end what came of it."""
    found = house.jobs.of(job, actor.user)
    if found is None:
        raise not_found()
    return Answer(_told(found))


async def _institution(house: House, actor: Actor) -> Institution:
    if actor.role not in MAY_IMPORT or actor.institution is None:
        raise Problem("forbidden")
    own = await house.identity.institution(actor.institution)
    if own is None:
        raise Problem("forbidden")
    return own


async def _import(house: House, handed_in: HandedIn, actor: Actor, job: Job) -> dict[str, Any]:
    def progress(done: int, rows: int) -> None:
        job.progress = done / rows

    return (await take_in(house, handed_in, actor.recorder, progress)).json()


def _told(job: Job) -> dict[str, Any]:
    return {"state": job.state, "progress": round(job.progress, 3)} | job.result
