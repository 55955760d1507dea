"""The access log of a file."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query

from api.contract.access_answers import AccessAnswer, AccessesAnswer, accesses_table
from api.contract.encoding import JsonResponse
from api.contract.file_kinds import PATHS, path_of
from api.contract.problems import WITHIN, invalid
from api.contract.value_words import VALUE_WORDS
from api.http.authentication import callers_router
from api.http.cursors import PageLimit
from api.http.dependencies import FileRequest, KnownAt
from api.http.list_formats import in_formats, listed
from api.http.of_kind import of_kind
from api.identity.access_log import ACCESSES, NEWEST, Access, AccessFilter
from api.identity.permissions import Action
from api.identity.reading_reasons import REASONS
from domain.codes import tables
from domain.label import Label
from domain.when import LAST_DAY, day_before, end_of
from ledger.codec.messages import InvalidValue, unknown_word
from projections.paging import MOST

router = callers_router("access")

_REASONS: Final = (*REASONS, *tables()["access_purpose"].codes, *tables()["emergency_ground"].codes)
_NEVER_NOTED: Final = Label("查阅记录中没有这样写的", "is noted of no access")


async def access_of(
    request: FileRequest,
    file_id: UUID,
    as_of: Annotated[date | None, Query(description="What was read by the end of this day.")] = None,
    known_at: KnownAt = None,
    since: Annotated[date | None, Query(description="The first day of reading.")] = None,
    until: Annotated[date | None, Query(description="The last day of reading.")] = None,
    user: Annotated[UUID | None, Query(description="Who read.")] = None,
    purpose: Annotated[str | None, Query(max_length=40, description="What was asked, as `file`.")] = None,
    reason: Annotated[str | None, Query(max_length=40, description="Why, as it was stated.")] = None,
    limit: PageLimit = 50,
    cursor: Annotated[int, Query(ge=0, le=NEWEST, description="`next` of the page before")] = NEWEST,
) -> JsonResponse:
    """List the accesses to a file's personal data, the latest first; for supervisor, auditor, administrator.

    An access is known as soon as it happens: `as_of` and `known_at` both leave out what came later. Lines
    that would reveal a finding on data that the caller may not see are left out. Asking is itself noted.
    """
    await request.file(file_id, Action.SEE_ACCESS)
    container = request.container
    faults = [*_unknown("purpose", purpose, VALUE_WORDS["asked"]), *_unknown("reason", reason, _REASONS)]
    if faults:
        raise invalid(faults)
    asked = AccessFilter(
        since=None if since is None else end_of(day_before(since)),
        until=_earliest(_end(as_of), _end(until), await request.instant(known_at)),
        user=user,
        purpose=purpose,
        reason=reason,
    )
    lines = await container.access.of(file_id, before=cursor, limit=limit, sees=request.sees, asked=asked)
    await request.note({file_id: ()}, ACCESSES)
    names = await container.identity.names({line.user for line in lines})
    following = str(lines[-1].position) if len(lines) == limit else None
    items = [_shown(line, names.get(line.user)) for line in lines]
    position = (await request.ledger.head()).position
    return JsonResponse({"items": items, "next": following}, headers={"Ledger-Position": str(position)})


def _unknown(name: str, value: str | None, known: Collection[str]) -> Iterator[InvalidValue]:
    if value is not None and value not in known:
        yield unknown_word(f"/query/{name}", _NEVER_NOTED, value, known)


def _end(day: date | None) -> datetime | None:
    return None if day in {None, LAST_DAY} else end_of(day)


def _earliest(*ends: datetime | None) -> datetime | None:
    return min((each for each in ends if each is not None), default=None)


def _shown(line: Access, name: str | None) -> AccessAnswer:
    return AccessAnswer(
        position=line.position,
        at=line.at,
        user=line.user,
        name=name,
        role=line.role,
        institution=line.institution,
        categories=line.categories,
        purpose=line.purpose,
        reason=line.reason,
        emergency=line.emergency,
    )


def _table_page(asked: Mapping[str, Any], cursor: str | None) -> dict[str, Any]:
    return {**asked, "limit": MOST, "cursor": NEWEST if cursor is None else int(cursor)}


for _kind in PATHS:
    router.get(f"{path_of(_kind)}/access", responses=WITHIN | listed(AccessesAnswer))(
        of_kind(_kind, in_formats(accesses_table(REASONS.items()), _table_page)(access_of))
    )
