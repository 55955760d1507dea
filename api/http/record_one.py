"""Recording in one file, a new or an existing one, or a dry run of it."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Depends

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.file_kinds import PATHS, path_of
from api.contract.outcomes import recorded_json
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext
from api.http.duplicates import numbers_taken
from api.http.of_kind import of_kind
from api.http.recording_requests import (
    Expected,
    IdempotencyKey,
    RecordingRequest,
    answerable,
    documented,
    not_recorded,
    read,
    rehearsed,
    rehearsing,
    wanted_by,
)
from api.http.request_body import body
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action
from domain.event import Kind
from ledger.recording.candidates import entry_id
from ledger.recording.outcome import Recorded
from ledger.recording.request import Recording

router = callers_router("recording")

OPENED: Final[tuple[Kind, ...]] = ("child", "family")
"""The kinds of files that are opened here; an institution's is by the ledger's operator."""

EventsBody: TypeAlias = Annotated[bytes, Depends(body())]


async def open_file(request: RecordingRequest, key: IdempotencyKey, raw: EventsBody) -> JsonResponse:
    """Open a file with its first events; a dry run also lists files that may be the same child's."""
    if not request.may_open():
        raise forbidden(request.actor.role, roles_that_may(Action.RECORD))
    opening = await read(request, bodies.opening, raw)
    region = request.region_opened(opening.institution, opening.region)
    wanted = wanted_by(request, None, opening.drafts, key, at="/events", region=region)
    return await _recorded(request, wanted, key)


async def was_opened(request: RequestContext, key: str) -> bool:
    """Return whether the caller has opened a file under a key, so that the same again repeats the answer."""
    ledger = request.ledger
    first = entry_id(ledger.named, request.actor.recorder.user, key)
    return bool(await ledger.store.entries([first]))


async def record(
    request: RecordingRequest, file_id: UUID, key: IdempotencyKey, expected: Expected, raw: EventsBody
) -> JsonResponse:
    """Record one event in a file, or several events as a whole or not at all."""
    await request.at_hand(file_id, Action.ASK)
    events = await read(request, bodies.events, raw)
    wanted = wanted_by(request, file_id, events.drafts, key, expected=expected, at=events.at)
    return await _recorded(request, wanted, key)


async def _recorded(request: RequestContext, wanted: Recording, key: str | None) -> JsonResponse:
    if key is None:
        with rehearsing(request):
            return JsonResponse(await rehearsed(request, wanted))
    (outcome,) = await request.record([wanted])
    status = await answerable(request, wanted, outcome)
    if not isinstance(outcome, Recorded):
        raise not_recorded(request, wanted, outcome)
    # Looked up after it: of two who give a child the same number at once, the later one is told of the first.
    taken = await numbers_taken(request, outcome.stream, wanted.drafts)
    headers = {"ETag": f'"{outcome.version}"', "Ledger-Position": str(outcome.position)}
    if wanted.stream is None:
        headers["Location"] = f"{PATHS[request.kind]}/{outcome.stream}"
    return JsonResponse(recorded_json(outcome, request.sees, taken), status, headers)


for _kind in PATHS:
    if _kind in OPENED:
        router.post(PATHS[_kind], **documented("OpeningRequest", kind=_kind))(of_kind(_kind, open_file))
    router.post(f"{path_of(_kind)}/events", **documented("EventRequest", "EventsRequest", kind=_kind))(
        of_kind(_kind, record)
    )
