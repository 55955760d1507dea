"""Recording in one file: a new one, or events of one that is there; or what would come of it."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends

from api.contract import bodies
from api.contract.encoding import Answer
from api.contract.outcomes import (
    RecordedAnswer,
    RehearsalAnswer,
    problem,
    recorded_json,
)
from api.contract.problems import Problem
from api.http.authentication import body
from api.http.dependencies import Asking
from api.http.duplicates import numbers_taken
from api.http.recording import (
    Expected,
    Key,
    Own,
    answerable,
    documented,
    read,
    rehearsed,
    rehearsing,
    wanted_by,
)
from api.identity.permissions import Action
from ledger.recording.outcome import Recorded
from ledger.recording.request import Recording

router = APIRouter(tags=["recording"])

Body: TypeAlias = Annotated[bytes, Depends(body())]
_DONE: Final = RecordedAnswer | RehearsalAnswer


@router.post("/children", status_code=201, **documented(_DONE, "SentFile"))
async def open_file(own: Own, key: Key, raw: Body) -> Answer:
    """Open a file with its first events; a dry run also lists who in the register may be the same child."""
    if not own.may_open():
        raise Problem("forbidden")
    opening = await read(own, bodies.opening, raw)
    if opening.institution not in {None, own.actor.institution}:
        raise Problem("institution_mismatch")
    wanted = wanted_by(own, None, opening.drafts, key, at="/events")
    if key is None:
        with rehearsing(own):
            return Answer(await rehearsed(own, wanted))
    return await _recorded(own, wanted)


@router.post(
    "/children/{child}/events",
    status_code=201,
    **documented(_DONE, "SentEvent", "SentEvents"),
)
async def record(own: Own, child: UUID, key: Key, expected: Expected, raw: Body) -> Answer:
    """Record one event in a file, or several together or not at all."""
    await own.at_hand(child, Action.RECORD)
    events = await read(own, bodies.events, raw)
    wanted = wanted_by(own, child, events.drafts, key, expected=expected, at=events.at)
    if key is None:
        with rehearsing(own):
            return Answer(await rehearsed(own, wanted))
    return await _recorded(own, wanted)


async def _recorded(own: Asking, wanted: Recording) -> Answer:
    # Asked before, so that nothing is recorded yet where it can not be answered.
    taken = await numbers_taken(own, wanted.stream, wanted.drafts)
    outcome = await own.ledger.record(wanted, now=own.now, checked=own.hindrance)
    status = await answerable(own, wanted, outcome)
    if not isinstance(outcome, Recorded):
        raise problem(wanted, outcome, own.sees)
    if outcome.repeated:
        taken = await numbers_taken(own, outcome.stream, wanted.drafts)
    headers = {"ETag": f'"{outcome.version}"', "Ledger-Position": str(outcome.position)}
    if wanted.stream is None:
        headers["Location"] = f"/children/{outcome.stream}"
    return Answer(recorded_json(outcome, own.sees, taken), status, headers)
