"""Recording: a new file, one's events, or those of many; and what would come of it, recording nothing."""

from collections.abc import Mapping, Sequence
from re import fullmatch
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Query

from api import sent
from api.answers import Answer
from api.asking import body
from api.contract import FindingAnswer
from api.duplicates import possible_duplicates
from api.outcomes import (
    ItemAnswer,
    ItemsAnswer,
    RecordedAnswer,
    RehearsalAnswer,
    problem,
    recorded_json,
    rehearsal_json,
)
from api.permissions import Action
from api.problems import RECORDING, Problem, not_found
from api.question import Asking, categories_of, recording
from domain.events.record import ExceptionApproved, ExceptionRejected
from domain.file import File
from ledger.appends import MAX_BODY
from ledger.recording import Draft, Outcome, Recorded, Recording, Refused

router = APIRouter(tags=["recording"])

MOST_BYTES: Final = 6 * MAX_BODY
"""Bytes of the events of many files."""
KEY: Final = "^[!-~]{1,200}$"
VERSION: Final = '^"([0-9]{1,9})"$'
HEADERS: Final = {
    "ETag": {"schema": {"type": "string"}, "description": "The file's version."},
    "Ledger-Position": {"schema": {"type": "integer"}, "description": "The position of the last entry."},
}


def _key(
    dry_run: Annotated[bool, Query(description="Tell what would come of it, and record nothing.")] = False,  # noqa: FBT002 - a query
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="One's own name for this request; needed but for a dry run.",
            json_schema_extra={"pattern": KEY, "examples": ["hand-over-2024-03-05-7"]},
        ),
    ] = None,
) -> str | None:
    """Return the request's key; None for a dry run."""
    if dry_run:
        return None
    if idempotency_key is None or not fullmatch(KEY, idempotency_key):
        raise Problem("idempotency_key_missing")
    return idempotency_key


def _expected(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The version seen; without it the file is judged anew where it has moved.",
            json_schema_extra={"pattern": VERSION},
        ),
    ] = None,
) -> int | None:
    """Return the version that the recorder saw. Raises the problem `malformed`."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = fullmatch(VERSION, if_match.strip())
    if match is None:
        raise Problem("malformed")
    return int(match[1])


Own: TypeAlias = Annotated[Asking, Depends(recording)]
Key: TypeAlias = Annotated[str | None, Depends(_key)]
Expected: TypeAlias = Annotated[int | None, Depends(_expected)]
Body: TypeAlias = Annotated[bytes, Depends(body())]
LargeBody: TypeAlias = Annotated[bytes, Depends(body(MOST_BYTES))]


def _documented(done: Any, *kinds: str) -> dict[str, Any]:  # noqa: ANN401 - the shape of an answer
    """Return how a route is documented, for its decorator: what is sent, and what is answered."""
    answers: dict[int | str, dict[str, Any]] = {
        200: {"model": done, "description": "It stood already, by the same key; or the answer of a dry run."},
        201: {"model": RecordedAnswer, "description": "It was recorded.", "headers": HEADERS},
    }
    return {"responses": RECORDING | answers, "openapi_extra": _body(*kinds)}


def _body(*kinds: str) -> dict[str, Any]:
    schemas = [{"$ref": sent.REF.format(model=kind)} for kind in kinds]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post("/children", status_code=201, **_documented(RecordedAnswer | RehearsalAnswer, "SentFile"))
async def open_file(own: Own, key: Key, raw: Body) -> Answer:
    """Open a file with its first events; a dry run also lists who in the register may be the same child."""
    if not own.may_open(Action.RECORD):
        raise Problem("forbidden")
    opening = sent.opening(raw)
    if opening.institution not in {None, own.actor.institution}:
        raise Problem("institution_mismatch")
    if not all(map(own.may_open, _actions(opening.drafts))):
        raise Problem("forbidden")
    wanted = _wanted(own, None, opening.drafts, key)
    if key is None:
        alike = await possible_duplicates(own, opening.drafts)
        return Answer(await _rehearsed(own, wanted, alike))
    return await _recorded(own, wanted)


@router.post(
    "/children/{child}/events",
    status_code=201,
    **_documented(RecordedAnswer | RehearsalAnswer, "SentEvent", "SentEvents"),
)
async def record(own: Own, child: UUID, key: Key, expected: Expected, raw: Body) -> Answer:
    """Record one event in a file, or several together or not at all."""
    file = await own.file(child, Action.RECORD)
    drafts = sent.events(raw)
    for action in _actions(drafts):
        own.permitted(file, action)
    wanted = _wanted(own, child, drafts, key, expected=expected)
    if key is None:
        return Answer(await _rehearsed(own, wanted))
    return await _recorded(own, wanted)


@router.post(
    "/entries",
    responses=RECORDING | {200: {"model": ItemsAnswer, "description": "What came of each item."}},
    openapi_extra=_body("SentItems"),
)
async def record_many(own: Own, key: Key, raw: LargeBody) -> Answer:
    """Record in many files: each item together or not at all, and on its own unless `all_or_nothing`."""
    if not own.may_open(Action.RECORD):
        raise Problem("forbidden")
    many = sent.many(raw)
    files = await own.ledger.files(item.child for item in many.items if item.child is not None)
    wanted: dict[int, Recording] = {}
    answers: dict[int, ItemAnswer] = {}
    for index, item in enumerate(many.items):
        try:
            wanted[index] = _wanted_of(own, files, item, key, index)
        except Problem as hindrance:
            answers[index] = _hindered(index, hindrance)
    if key is None:
        answers |= {index: await _rehearsed_item(own, index, each) for index, each in wanted.items()}
    elif many.all_or_nothing and answers:
        answers |= {index: _hindered(index, Problem("withheld")) for index in wanted}
    else:
        outcomes = await own.ledger.record_all(list(wanted.values()), now=own.now, atomic=many.all_or_nothing)
        for (index, each), outcome in zip(wanted.items(), outcomes, strict=True):
            answers[index] = await _came_of(own, index, each, outcome)
    positions = [entry["position"] for each in answers.values() for entry in each.get("entries", [])]
    headers = {"Ledger-Position": str(max(positions))} if positions else {}
    return Answer({"items": [answers[index] for index in range(len(many.items))]}, headers=headers)


def _wanted_of(
    own: Asking, files: Mapping[UUID, File], item: sent.Item, key: str | None, index: int
) -> Recording:
    if item.child is None:
        raise item.problem or not_found()
    for action in _actions(item.drafts):
        own.permitted(files.get(item.child), action)
    return _wanted(own, item.child, item.drafts, key, item=index)


def _actions(drafts: Sequence[Draft]) -> set[Action]:
    """Return what somebody must be allowed to do who records these."""
    decides = any(isinstance(draft.event, (ExceptionApproved, ExceptionRejected)) for draft in drafts)
    return {Action.RECORD, Action.APPROVE} if decides else {Action.RECORD}


def _wanted(
    own: Asking,
    child: UUID | None,
    drafts: tuple[Draft, ...],
    key: str | None,
    *,
    item: int = 0,
    expected: int | None = None,
) -> Recording:
    return Recording(
        stream=child,
        drafts=drafts,
        region=own.actor.region or "",
        origin="api",
        recorder=own.actor.recorder,
        # A dry run has a key of its own, so that it is never the repetition of something recorded.
        key=uuid4().hex if key is None else key,
        item=item,
        expected=expected,
    )


async def _rehearsed(
    own: Asking, wanted: Recording, duplicates: list[FindingAnswer] | None = None
) -> RehearsalAnswer:
    return rehearsal_json(
        await own.ledger.rehearse(wanted, now=own.now),
        today=own.today,
        rulebook=await own.ledger.rulebook_at(own.actor.institution),
        sees=own.sees,
        duplicates=duplicates or [],
    )


async def _rehearsed_item(own: Asking, index: int, wanted: Recording) -> ItemAnswer:
    rehearsed = await _rehearsed(own, wanted)
    return {
        "index": index,
        "status": 200,
        "would": rehearsed["would"],
        "refusals": rehearsed["refusals"],
        "impact": rehearsed["impact"],
        "possible_duplicates": rehearsed["possible_duplicates"],
    }


async def _recorded(own: Asking, wanted: Recording) -> Answer:
    outcome = await own.ledger.record(wanted, now=own.now)
    status = await _answerable(own, wanted, outcome)
    if not isinstance(outcome, Recorded):
        raise problem(outcome)
    headers = {"ETag": f'"{outcome.version}"', "Ledger-Position": str(outcome.position)}
    if wanted.stream is None:
        headers["Location"] = f"/children/{outcome.stream}"
    return Answer(recorded_json(outcome, own.sees), status, headers)


async def _came_of(own: Asking, index: int, wanted: Recording, outcome: Outcome) -> ItemAnswer:
    try:
        status = await _answerable(own, wanted, outcome)
    except Problem as hindrance:
        return _hindered(index, hindrance)
    if not isinstance(outcome, Recorded):
        return _hindered(index, problem(outcome))
    return {"index": index, "status": status, "entries": recorded_json(outcome, own.sees)["entries"]}


def _hindered(index: int, hindrance: Problem) -> ItemAnswer:
    return {"index": index, "status": hindrance.kind.status, "problem": hindrance.body}


async def _answerable(own: Asking, wanted: Recording, outcome: Outcome) -> int:
    """Return the status of what was recorded; what stood already is answered only to who may read it now."""
    if isinstance(outcome, Refused):
        for refusal in outcome.refusals:
            own.house.metrics.refused(refusal.rule.id)
    if not isinstance(outcome, Recorded) or not outcome.repeated:
        return 201
    if (wanted.stream is None) != (outcome.entries[0].version == 1):
        # The same events, but of a request that opened a file, or did not.
        raise Problem("idempotency_mismatch")
    for entry in outcome.entries:
        own.permitted(await own.ledger.file(entry.stream), about=entry.days.last)
    await own.note({outcome.stream: categories_of(outcome.entries)}, "recorded before")
    return 200
