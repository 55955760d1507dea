"""Moving an entry that was made in the wrong file: withdrawn there and recorded in the right one at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid4

from fastapi import Depends

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.file_kinds import path_of
from api.contract.outcomes import ItemAnswer, ItemsAnswer, recorded_json
from api.contract.problems import RECORDING, Problem, invalid, not_found
from api.contract.requests import MoveRequest
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext, categories_of
from api.http.duplicates import numbers_taken_among
from api.http.of_kind import of_kind
from api.http.record_many import rehearsed_item
from api.http.record_one import OPENED
from api.http.recording_requests import (
    Expected,
    IdempotencyKey,
    RecordingRequest,
    answerable,
    not_recorded,
    read,
    rehearsed_all,
    rehearsing,
    takes,
    wanted_by,
)
from api.http.request_body import body
from api.identity.permissions import Action
from domain.entry import AS_FOUND
from domain.events.record import EntryWithdrawn
from domain.file import File
from domain.label import Label
from domain.when import Days
from ledger.codec.messages import InvalidValue
from ledger.recording.candidates import entry_id as id_of
from ledger.recording.outcome import Outcome, Recorded, StaleVersion, Withheld
from ledger.recording.request import Draft, Recording

router = callers_router("recording")

TRIES: Final = 5
"""Attempts at moving an entry of a file that others keep recording in."""
_PLACES: Final = ("/path/entry_id", "/to")
"""What a refusal in either file is about: the entry that leaves it, and the file that it goes to."""
_SAME: Final = Label("就是该条目所在的档案", "is the file that the entry is in")

MoveBody: TypeAlias = Annotated[bytes, Depends(body())]


async def move(
    request: RecordingRequest,
    file_id: UUID,
    entry_id: UUID,
    key: IdempotencyKey,
    expected: Expected,
    raw: MoveBody,
) -> JsonResponse:
    """Withdraw an entry and record it, as it stands, in another file of the same kind: both or neither.

    The entries of both files name each other as their `cause`. The items of the answer are the withdrawal and
    the entry in the other file.
    """
    await request.at_hand(file_id, Action.RECORD)
    sent = await read(request, bodies.move, raw)
    if sent.to == file_id:
        raise invalid([InvalidValue("/to", _SAME)])
    name = key or uuid4().hex
    for _ in range(TRIES):
        source = await request.file(file_id, Action.RECORD)
        await request.file(sent.to, Action.RECORD)
        wanted = _wanted(request, source, entry_id, sent, name, expected)
        if key is None:
            return await _rehearsed(request, wanted)
        outcomes = await request.record(wanted, atomic=True)
        if expected is not None or not any(isinstance(each, StaleVersion) for each in outcomes):
            break
    return await _came_of(request, wanted, outcomes)


def _wanted(
    request: RequestContext, source: File, entry_id: UUID, sent: MoveRequest, key: str, expected: int | None
) -> list[Recording]:
    """Return the recordings: what is moved is what stood before an earlier attempt withdrew it."""
    named = source.entries.get(entry_id)
    original = None if named is None else source.entries.get(named.original)
    if named is None or original is None:
        raise not_found()
    owner, ledger = request.actor.recorder.user, request.ledger
    leaving, arriving = (id_of(ledger.named, owner, key, item) for item in (0, 1))
    before = source.entries.get(leaving)
    stands = source.stood(original.entry_id, None if before is None else before.turn)
    moved = stands or original
    withdrawal = Draft(
        event=EntryWithdrawn(entry=original.entry_id, explanation=sent.explanation),
        days=Days.on(request.today) if before is None else before.days,
        cause=arriving,
    )
    # A correction's reason and an exception are of the file that it leaves.
    copy = Draft(
        event=moved.event,
        days=moved.days,
        estimated=moved.estimated,
        at=moved.at,
        documents=moved.documents,
        note=moved.note,
        noted_on=moved.noted_on,
        noted_by=moved.noted_by,
        cause=moved.entry_id,
    )
    there = wanted_by(request, sent.to, (copy,), key, item=1, at=None)
    return [
        wanted_by(
            request,
            source.stream,
            (withdrawal,),
            key,
            item=0,
            at=None,
            expected=source.version if expected is None else expected,
        ),
        # What was copied from a paper is so still.
        replace(there, origin=moved.origin) if moved.origin in AS_FOUND else there,
    ]


async def _rehearsed(request: RequestContext, wanted: Sequence[Recording]) -> JsonResponse:
    with rehearsing(request):
        rehearsals = await rehearsed_all(request, wanted, atomic=True)
    for each in rehearsals:
        if isinstance(each, Problem) and each.code != "withheld":
            raise each
    items = [rehearsed_item(number, each) for number, each in enumerate(rehearsals)]
    for item, place in zip(items, _PLACES, strict=True):
        _point(item.get("refusals", ()), place)
    return JsonResponse({"items": items})


async def _came_of(
    request: RequestContext, wanted: Sequence[Recording], outcomes: Sequence[Outcome]
) -> JsonResponse:
    statuses = [
        await answerable(request, each, outcome) for each, outcome in zip(wanted, outcomes, strict=True)
    ]
    recorded = [each for each in outcomes if isinstance(each, Recorded)]
    if len(recorded) < len(outcomes):
        raise _problem(request, wanted, outcomes)
    # Who moved it need not have read it before.
    await request.note({recorded[0].stream: categories_of(recorded[1].entries)}, "move")
    asked = {
        number: (outcome.stream, each.drafts)
        for number, (each, outcome) in enumerate(zip(wanted, recorded, strict=True))
    }
    taken = await numbers_taken_among(request, asked)
    known = {entry.entry_id: entry.stream for each in recorded for entry in each.entries}
    known |= dict.fromkeys((draft.cause for draft in wanted[1].drafts if draft.cause), recorded[0].stream)
    items: list[ItemAnswer] = []
    for number, outcome in enumerate(recorded):
        told = recorded_json(outcome, request.sees, taken.get(number, ()), known)
        items.append(
            {
                "index": number,
                "status": statuses[number],
                "entries": told["entries"],
                "findings": told["findings"],
            }
        )
    headers = {
        "ETag": f'"{recorded[0].version}"',
        "Ledger-Position": str(max(each.position for each in recorded)),
    }
    return JsonResponse({"items": items}, statuses[0], headers)


def _problem(request: RequestContext, wanted: Sequence[Recording], outcomes: Sequence[Outcome]) -> Problem:
    """Return why nothing was recorded, with the refusals of both files."""
    found: list[tuple[str, Problem]] = [
        (place, not_recorded(request, each, outcome))
        for place, each, outcome in zip(_PLACES, wanted, outcomes, strict=True)
        if not isinstance(outcome, Recorded | Withheld)
    ]
    for place, each in found:
        _point(each.more.get("refusals", ()), place)
    first = found[0][1]
    if all(each.code == "refused" for _, each in found):
        for _, other in found[1:]:
            first.more["refusals"] += other.more["refusals"]
            first.more["possible"] = list(dict.fromkeys([*first.more["possible"], *other.more["possible"]]))
    return first


def _point(refusals: Any, place: str) -> None:  # noqa: ANN401 - of the contract
    for each in refusals:
        each["pointer"] = place


for _kind in OPENED:
    router.post(
        f"{path_of(_kind)}/entries/{{entry_id}}/move",
        responses=RECORDING
        | {
            200: {
                "model": ItemsAnswer,
                "description": "It was moved before by the same key; or a dry run's answer.",
            },
            201: {"model": ItemsAnswer, "description": "The withdrawal, and the entry in the other file."},
        },
        status_code=201,
        openapi_extra=takes("MoveRequest"),
    )(of_kind(_kind, move))
