"""Common parts of recording requests: key, body, permission and outcome."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from re import fullmatch
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Header, Query

from api.contract import requests
from api.contract.file_kinds import answer_about
from api.contract.findings import FindingAnswer
from api.contract.outcomes import RecordedAnswer, RehearsalAnswer, problem, rehearsal_json
from api.contract.problems import RECORDING, Problem
from api.http.dependencies import RequestContext, categories_of, recording_request
from api.http.duplicates import numbers_taken, numbers_taken_among, possible_duplicates
from api.identity.acting import roles_that_record
from api.identity.forbidden import forbidden
from api.identity.permissions import OF_PLACES
from domain.attribute_codes import attribute_codes
from domain.event import Category, Kind
from domain.file import ATTRIBUTES
from domain.impact import Impact
from domain.judging import Judgement, told_to
from domain.label import Label
from domain.rulebook import Rulebook
from ledger.compute import compute
from ledger.recording.outcome import Denied, Hindrance, Outcome, Recorded, Refused, Rehearsal, Rehearsed
from ledger.recording.request import Draft, Recording

BYTES_OF_ONE: Final = 512
"""Bytes of an event that take as long to parse as one takes to judge."""
T = TypeVar("T")

KEY: Final = "^[!-~]{1,200}$"
VERSION: Final = '^"([0-9]{1,9})"$'
_VERSION: Final = Label(
    'If-Match 须写带引号的版本号，如 "7"，即查阅该档案时应答头 ETag 的内容；不核对版本时请不写。',
    'If-Match is a version in quotes, such as "7": the ETag of the file as it was read. Leave it out to'
    " record whatever the version is.",
)
HEADERS: Final = {
    "ETag": {"schema": {"type": "string"}, "description": "The file's version."},
    "Ledger-Position": {"schema": {"type": "integer"}, "description": "The position of the last entry."},
}


async def _key(
    dry_run: Annotated[bool, Query(description="Return the impact of it, and record nothing.")] = False,  # noqa: FBT002 - a query
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="The caller's name for this request; only a dry run needs none.",
            json_schema_extra={"pattern": KEY, "examples": ["hand-over-2024-03-05-7"]},
        ),
    ] = None,
) -> str | None:
    """Return the request's idempotency key; None for a dry run."""
    if idempotency_key is None and dry_run:
        return None
    if idempotency_key is None or not fullmatch(KEY, idempotency_key):
        raise Problem("idempotency_key_missing")
    return None if dry_run else idempotency_key


async def _expected(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The version that the caller has seen; without it, the file is judged as it is now.",
            json_schema_extra={"pattern": VERSION},
        ),
    ] = None,
) -> int | None:
    """Return the version that the recorder expects. Raises the problem `malformed`."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = fullmatch(VERSION, if_match.strip())
    if match is None:
        raise Problem("malformed", _VERSION)
    return int(match[1])


RecordingRequest: TypeAlias = Annotated[RequestContext, Depends(recording_request)]
IdempotencyKey: TypeAlias = Annotated[str | None, Depends(_key)]
Expected: TypeAlias = Annotated[int | None, Depends(_expected)]


def documented(*bodies: str, kind: Kind) -> dict[str, Any]:
    """Return the arguments that document a route: its body and its answers about a file of a kind."""
    recorded, rehearsal = answer_about(kind, RecordedAnswer), answer_about(kind, RehearsalAnswer)
    answers: dict[int | str, dict[str, Any]] = {
        200: {
            "model": recorded | rehearsal,
            "description": "It was recorded before by the same key; or a dry run's answer.",
        },
        201: {"model": recorded, "description": "It was recorded.", "headers": HEADERS},
    }
    return {"status_code": 201, "responses": RECORDING | answers, "openapi_extra": takes(*bodies)}


def takes(*bodies: str) -> dict[str, Any]:
    """Return the documentation of one of these bodies (`requests.schemas`), for `openapi_extra`."""
    schemas = [{"$ref": requests.REF.format(model=body)} for body in bodies]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def wanted_by(
    request: RequestContext,
    stream: UUID | None,
    drafts: tuple[Draft, ...],
    key: str | None,
    *,
    at: str | None,
    item: int = 0,
    expected: int | None = None,
    region: str | None = None,
) -> Recording:
    """Return the recording of the caller under the request's key; a dry run has none.

    A new file is opened in a `region`. The drafts are in a list at the place `at` of the body; None if the
    only draft is the whole body.
    """
    return Recording(
        stream=stream,
        kind=request.kind,
        drafts=drafts,
        region=region or request.actor.region,
        origin=request.origin,
        recorder=request.actor.recorder,
        # A random key, so that a dry run never repeats a recording.
        key=uuid4().hex if key is None else key,
        item=item,
        expected=expected,
        places=("",) if at is None else tuple(f"{at}/{number}" for number in range(len(drafts))),
    )


async def read(request: RequestContext, how: Callable[[bytes, Rulebook], T], raw: bytes) -> T:
    """Parse a body by the rulebook of the caller's institution, a long one in a thread."""
    return await compute(partial(how, raw, await request.rulebook()), len(raw) // BYTES_OF_ONE)


def rehearsing(request: RequestContext) -> AbstractContextManager[None]:
    """Reserve the budget of a dry run for the block. Raises `too_many_requests` and `unavailable`."""
    return request.container.budgets.rehearsals.taken(request.actor.user)


async def rehearsed(request: RequestContext, wanted: Recording) -> RehearsalAnswer:
    """Return the impact of a recording, with possible duplicates and taken numbers.

    Raises the problem that the recording would have, except a refusal by rules.
    """
    (rehearsal,) = await _rehearse(request, [wanted])
    if not isinstance(rehearsal, Rehearsal):
        raise not_recorded(request, wanted, rehearsal)
    taken = await numbers_taken(request, wanted.stream, wanted.drafts)
    return await _rehearsed(request, wanted, rehearsal, () if rehearsal.refused else taken)


async def rehearsed_all(
    request: RequestContext, wanted: Sequence[Recording], *, atomic: bool = False
) -> list[RehearsalAnswer | Problem]:
    """Return the impact of each recording after those before it, or of all or nothing."""
    rehearsals = await _rehearse(request, wanted, atomic=atomic)
    recorded = {
        index: (each.stream, each.drafts)
        for index, (each, rehearsal) in enumerate(zip(wanted, rehearsals, strict=True))
        if each.stream is not None and isinstance(rehearsal, Rehearsal) and not rehearsal.refused
    }
    taken = await numbers_taken_among(request, recorded)
    return [
        await _rehearsed(request, each, rehearsal, taken.get(index, ()))
        if isinstance(rehearsal, Rehearsal)
        else not_recorded(request, each, rehearsal)
        for index, (each, rehearsal) in enumerate(zip(wanted, rehearsals, strict=True))
    ]


async def _rehearse(
    request: RequestContext, wanted: Sequence[Recording], *, atomic: bool = False
) -> list[Rehearsed]:
    return await request.rehearse(wanted, atomic=atomic)


async def _rehearsed(
    request: RequestContext, wanted: Recording, rehearsal: Rehearsal, taken: Iterable[FindingAnswer] = ()
) -> RehearsalAnswer:
    duplicates = await possible_duplicates(request, wanted.stream, wanted.drafts)
    if wanted.stream is not None:
        judgements = [*rehearsal.judgements, *rehearsal.impact.findings]
        await noted(request, wanted.stream, judgements, "dry run", _shown(rehearsal.impact))
    await asyncio.to_thread(attribute_codes)
    return rehearsal_json(
        rehearsal,
        today=request.today,
        rulebook=await request.rulebook(),
        sees=request.sees,
        duplicates=duplicates,
        taken=taken,
        places=wanted.placed(rehearsal.entries),
        of=(wanted.stream, wanted.kind),
    )


async def answerable(request: RequestContext, wanted: Recording, outcome: Outcome) -> int:
    """Return the status of a recording's answer, after noting what the answer reveals.

    A repeated recording is answered only to a caller who may read it now.
    """
    if isinstance(outcome, Refused):
        for refusal in outcome.refusals:
            request.container.metrics.refused(refusal.rule.strength)
        await noted(request, wanted.stream, outcome.refusals, "refusal")
    if not isinstance(outcome, Recorded):
        return 201
    if not outcome.repeated:
        await noted(request, outcome.stream, outcome.findings, "recording")
        return 201
    if (wanted.stream is None) != (outcome.entries[0].version == 1):
        # The same events, but only one of the requests opened a file.
        raise Problem("idempotency_mismatch")
    file = await request.ledger.file(outcome.stream)
    for entry in outcome.entries:
        request.permitted(file, about=entry.days.last)
    await request.note({outcome.stream: categories_of(outcome.entries)}, "recorded before")
    await noted(request, outcome.stream, outcome.findings, "recording")
    return 200


def _shown(impact: Impact) -> Iterator[Category]:
    """Yield the categories of the changes: of the status, and those that the other answers rest on."""
    for status in impact.status:
        personal = ATTRIBUTES[status.chapter, status.attribute].personal
        if personal is not None:
            yield personal
    for due in impact.obligations:
        for clock in (due.before, due.after):
            yield from () if clock is None else clock.rests_on
    for lapse in (*impact.lapses, *impact.lapses_gone):
        yield from lapse.refusal.rests_on
    for gate in impact.readiness:
        yield from gate.before.rests_on | gate.after.rests_on


async def noted(
    request: RequestContext,
    child: UUID | None,
    judgements: Iterable[Judgement],
    purpose: str,
    shown: Iterable[Category] = (),
) -> None:
    """Note that the caller is shown refusals and findings of a file, and these categories.

    A refusal names the entries that decided it, and reveals what it rests on.
    """
    refusals = [each.refusal for each in told_to(request.sees, judgements)]
    categories = {*shown, *(category for refusal in refusals for category in refusal.rests_on)}
    evidence = {entry for refusal in refusals for entry in refusal.evidence}
    if child is None or not (categories or evidence):
        return
    if evidence and (file := await request.ledger.file(child)) is not None:
        categories |= categories_of(file.entries[entry] for entry in evidence if entry in file.entries)
    await request.note({child: categories}, purpose)


def not_recorded(request: RequestContext, wanted: Recording, outcome: Outcome) -> Problem:
    """Return the problem for a recording that was not recorded; if the role may not make it, whose may."""
    if isinstance(outcome, Denied) and outcome.why is Hindrance.ROLE:
        role, types = request.actor.role, {type(draft.event) for draft in wanted.drafts}
        where = {} if outcome.draft is None else wanted.pointed(outcome.draft)
        return forbidden(role, roles_that_record(types, placed=role in OF_PLACES), **where)
    return problem(wanted, outcome, request.sees)
