"""Whether a stream has been altered: each of its entries is compared with what the ledger wrote."""

from contextlib import suppress
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.integrity_answers import INTEGRITY_TABLE, IntegrityAnswer, integrity_json
from api.contract.problems import WITHIN
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.http.list_formats import in_formats, listed, one_page
from api.http.of_kind import of_kind
from api.identity.permissions import Action
from domain.file import File
from ledger.log.logged_stream import logged_stream
from ledger.verification import stream_verified
from projections.projector.projector import NotBuiltError
from projections.scopes import shown_through

router = callers_router("one file")


async def integrity(request: FileRequest, file_id: UUID) -> JsonResponse:
    """Verify the entries of a file's stream; for supervisor, auditor, administrator.

    Each entry is compared with what the ledger wrote and with its leaf in the log, whose proof leads to the
    signed root. It names the first version that was altered or is missing, and each other one. An altered
    stream is verified, too, though nobody can read its file.
    """
    scopes = await request.known_scopes([file_id])
    request.check(scopes, file_id, Action.VERIFY)
    shown = 0
    with suppress(NotBuiltError):
        async with request.container.projector.reading() as connection:
            shown = await shown_through(connection, file_id)
    position = (await request.ledger.head()).position
    verified = await stream_verified(request.ledger, file_id, shown)
    if scopes[file_id].scope is None:
        # What the register does not show is in the charge of whom the entries name that stand.
        request.permitted(File(file_id).extended(verified.sound), Action.VERIFY)
    rows = await request.ledger.store.stream_rows(file_id)
    logged = await logged_stream(request.container.transparency_log, rows)
    told = integrity_json(verified, logged, {row.version: row.position for row in rows})
    body = {request.kind: file_id, **told, "known_position": position}
    return JsonResponse(body, headers={"Ledger-Position": str(position)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/integrity", responses=WITHIN | listed(answer_about(_kind, IntegrityAnswer))
    )(of_kind(_kind, in_formats(INTEGRITY_TABLE, one_page)(integrity)))
