"""The access log of a file."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from api.contract.encoding import JsonResponse
from api.contract.file_kinds import PATHS, path_of
from api.contract.problems import WITHIN
from api.http.dependencies import FileRequest, KnownAt
from api.http.of_kind import of_kind
from api.identity.access_log import NEWEST, Access, AccessFilter
from api.identity.permissions import Action
from domain.when import LAST_DAY, end_of

router = APIRouter(tags=["access"])


async def access_of(
    request: FileRequest,
    file_id: UUID,
    as_of: Annotated[date | None, Query(description="What was read by the end of this day.")] = None,
    known_at: KnownAt = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[int, Query(ge=0, le=NEWEST, description="`next` of the page before")] = NEWEST,
) -> JsonResponse:
    """List the accesses to a file's personal data, the latest first; for supervisor, auditor, administrator.

    An access is known as soon as it happens: `as_of` and `known_at` both leave out what came later. Lines
    that would reveal a finding on data that the caller may not see are left out.
    """
    await request.file(file_id, Action.SEE_ACCESS)
    container = request.container
    ends = [None if as_of in {None, LAST_DAY} else end_of(as_of), await request.instant(known_at)]
    until = min((each for each in ends if each is not None), default=None)
    lines = await container.access.of(
        file_id, before=cursor, limit=limit, sees=request.sees, asked=AccessFilter(until=until)
    )
    names = await container.identity.names({line.user for line in lines})
    following = str(lines[-1].position) if len(lines) == limit else None
    return JsonResponse({"items": [_shown(line, names.get(line.user)) for line in lines], "next": following})


def _shown(line: Access, name: str | None) -> dict[str, Any]:
    return asdict(line) | {"name": name}


for _kind in PATHS:
    router.get(f"{path_of(_kind)}/access", responses=WITHIN)(of_kind(_kind, access_of))
