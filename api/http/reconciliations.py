"""A file of what another department holds, compared with the children of the caller's institution."""

import asyncio
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, Final

from fastapi import Query, Request

from api.contract.encoding import JsonResponse
from api.contract.filters import OtherSystemCode
from api.contract.problems import Problem, invalid, responses
from api.contract.reconciliation_answers import ReconciliationAnswer
from api.http.authentication import TenantsDep, callers_router
from api.http.dependencies import RequestContext
from api.http.import_jobs import HANDED_IN, declared_type
from api.http.import_starting import CSV, MAY_IMPORT, ODS, XLS, XLSX
from api.http.reconciliation_run import ReconciliationRun
from api.http.recording_requests import IdempotencyKey, RecordingRequest, rehearsing
from api.http.request_body import parts
from api.identity.forbidden import forbidden
from api.imports.reading.apart import Apart, Source
from api.imports.reading.kinds import DeclaredKind
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.reconciling.their_rows import their_rows
from domain.events.reconciliation.other_systems import OTHER_SYSTEMS
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue

router = callers_router("importing")

MOST_BYTES: Final = limit(
    8 * 1024 * 1024,
    Area.IMPORTS,
    Label("一次比对的对方文件的字节数", "Bytes of a file of others that is compared"),
    why=Label("名单不附图片；整份在内存中读取", "A list has no pictures, and is read in memory"),
    beyond="too_large",
)
_TAKEN: Final = (XLSX, XLS, ODS, CSV)
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": dict.fromkeys(_TAKEN, _BINARY)},
}


@dataclass(frozen=True, slots=True)
class TheirBytes:
    """A file of another department as it was handed in."""

    content: bytes
    media_type: str
    charset: str | None = None

    @property
    def digest(self) -> str:
        """The SHA-256 of its bytes, in hex."""
        return sha256(self.content).hexdigest()


_AHEAD: Final = Label("不能晚于今日", "is after today")


@router.post(
    "/reconciliations",
    response_model=ReconciliationAnswer,
    responses=HANDED_IN | responses("idempotency_key_missing", "idempotency_mismatch"),
    openapi_extra=_BODY,
)
async def reconcile(
    http: Request,
    request: RecordingRequest,
    tenants: TenantsDep,
    key: IdempotencyKey,
    system: Annotated[OtherSystemCode, Query(description="Whose file it is: a code of `other_system`.")],
    as_of: Annotated[date, Query(description="The day of their data.")],
) -> JsonResponse:
    """Compare a file of theirs with the children of the caller's institution, and record what differs.

    Each difference is recorded in the child's file, the run in the institution's. Nothing of theirs becomes a
    fact of ours, and what differs no longer is settled as agreed.
    """
    check_reconciling(request, as_of)
    media_type, charset = declared_type(http)
    raw = b"".join([part async for part in parts(http, MOST_BYTES, _TAKEN)])
    theirs = TheirBytes(raw, media_type, charset)
    return await reconciled(request, tenants.reading, theirs, system=system, as_of=as_of, key=key)


def check_reconciling(request: RequestContext, as_of: date) -> None:
    """Raise a problem unless the caller may compare a file of theirs as of a day."""
    actor = request.actor
    if actor.institution is None or actor.role not in MAY_IMPORT:
        raise forbidden(actor.role, sorted(MAY_IMPORT))
    if as_of > request.today:
        raise invalid([InvalidValue("/query/as_of", _AHEAD)])


async def reconciled(
    request: RequestContext, reading: Apart, their: TheirBytes, *, system: str, as_of: date, key: str | None
) -> JsonResponse:
    """Compare a file of theirs, and record what differs; without a key it is a look that records nothing."""
    check_reconciling(request, as_of)
    institution = request.actor.institution
    assert institution is not None, "it was checked"  # noqa: S101 - by `check_reconciling`
    await request.still()
    declared = DeclaredKind.TEXT if their.media_type == CSV else DeclaredKind.WORKBOOK
    with rehearsing(request):
        try:
            source = Source(iter([their.content]), "", declared, their.charset)
            workbook = await reading.read(source, institution)
            theirs = await asyncio.to_thread(their_rows, workbook, OTHER_SYSTEMS[system].items)
        except UnreadableFileError as error:
            raise Problem("malformed", error.why) from None
        run = ReconciliationRun(request, institution, system, as_of, their.digest, theirs)
        await run.compare()
        if key is not None:
            await run.record(key)
        return await run.answer(dry_run=key is None)
