"""Recording in many files at once, as after a vaccination day or a hand-over."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Depends

from api.contract import bodies
from api.contract.encoding import JsonResponse
from api.contract.findings import FindingAnswer
from api.contract.outcomes import ItemAnswer, ItemsAnswer, RehearsalAnswer, recorded_json
from api.contract.problems import RECORDING, Problem, invalid, not_found
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext
from api.http.duplicates import numbers_taken_among
from api.http.recording_requests import (
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
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue
from ledger.recording.outcome import Outcome, Recorded
from ledger.recording.request import Recording
from ledger.store.append import MAX_BODY
from projections.scopes import StreamScope

router = callers_router("recording")

MOST_BYTES: Final = limit(
    6 * MAX_BODY,
    Area.REQUESTS,
    Label("POST /entries 请求内容的字节数", "Bytes of the body of POST /entries"),
    why=Label("足够一次请求的全部项目", "Enough for all the items that a request may have"),
    beyond="too_large",
)

MOST_REHEARSED: Final = limit(
    50,
    Area.COSTS,
    Label("一次试运行的项数", "Items of one dry run"),
    why=Label("每项须把档案判定两遍", "For each a file is judged twice over"),
    beyond="invalid",
)
REHEARSED_ENTRIES: Final = limit(
    20_000,
    Area.COSTS,
    Label("一次试运行所涉档案的条目", "Entries of the files that one dry run judges"),
    why=Label("约占处理器数秒", "They take the processor for some seconds"),
    beyond=Label(
        "其余各项为 429 `too_many_requests`，请再次提交",
        "The items that are left are answered 429 `too_many_requests`: send them again",
    ),
)
MOST_TOGETHER: Final = limit(
    60_000,
    Area.COSTS,
    Label("all_or_nothing 所涉档案的条目", "Entries of the files of an `all_or_nothing`"),
    why=Label("它们须同时在内存中，约 180 MB", "They are in memory together, some 180 MB"),
    beyond="invalid",
)
_TOO_MANY: Final = Label(
    f"试运行不能超过 {MOST_REHEARSED} 项", f"are more than the {MOST_REHEARSED} of a dry run"
)
_TOO_LONG: Final = Label("所涉档案过长，不能一并记录", "are of files too long to be recorded all or nothing")
_IN_PARTS: Final = Label("请分几次提交", "send them in several requests")
_SPENT: Final = Label(
    "本次试运行的额度已用完；请再次提交其余各项。",
    "What one dry run may take is spent; send the items that are left again.",
)

ItemsBody: TypeAlias = Annotated[bytes, Depends(body(MOST_BYTES))]


@router.post(
    "/entries",
    responses=RECORDING | {200: {"model": ItemsAnswer, "description": "The result of each item."}},
    openapi_extra=takes("ItemsRequest"),
)
async def record_many(request: RecordingRequest, key: IdempotencyKey, raw: ItemsBody) -> JsonResponse:
    """Record in many files: each item as a whole or not at all, and all items if `all_or_nothing`."""
    if not request.may_open():
        raise forbidden(request.actor.role, roles_that_may(Action.RECORD))
    many = await read(request, bodies.many, raw)
    if key is None and len(many.items) > MOST_REHEARSED:
        raise invalid([InvalidValue("/items", _TOO_MANY, _IN_PARTS)])
    whose = await request.scopes({item.stream for item in many.items if item.stream is not None})
    wanted: dict[int, Recording] = {}
    answers: dict[int, ItemAnswer] = {}
    for index, item in enumerate(many.items):
        try:
            wanted[index] = _wanted_of(request, whose, item, key, index)
        except Problem as hindrance:
            answers[index] = _hindered(index, hindrance)
    if many.all_or_nothing and answers:
        answers |= {index: _hindered(index, Problem("withheld")) for index in wanted}
    elif key is None:
        with rehearsing(request):
            afforded = _afforded(wanted, whose)
            rehearsals = await rehearsed_all(request, list(afforded.values()), atomic=many.all_or_nothing)
        answers |= {
            index: rehearsed_item(index, each) for index, each in zip(afforded, rehearsals, strict=True)
        }
        spent = Problem("too_many_requests", _SPENT)
        answers |= {index: _hindered(index, spent) for index in wanted if index not in afforded}
    else:
        if many.all_or_nothing and sum(each.entries for each in whose.values()) > MOST_TOGETHER:
            raise invalid([InvalidValue("/items", _TOO_LONG, _IN_PARTS)])
        outcomes = await request.record(list(wanted.values()), atomic=many.all_or_nothing)
        recorded = {
            index: (outcome.stream, each.drafts)
            for (index, each), outcome in zip(wanted.items(), outcomes, strict=True)
            if isinstance(outcome, Recorded)
        }
        taken = await numbers_taken_among(request, recorded)
        for (index, each), outcome in zip(wanted.items(), outcomes, strict=True):
            answers[index] = await _came_of(request, index, each, outcome, taken.get(index, ()))
            await asyncio.sleep(0)  # so that other requests are served meanwhile
    positions = [entry["position"] for each in answers.values() for entry in each.get("entries", [])]
    headers = {"Ledger-Position": str(max(positions))} if positions else {}
    return JsonResponse({"items": [answers[index] for index in range(len(many.items))]}, headers=headers)


def _wanted_of(
    request: RequestContext, whose: Mapping[UUID, StreamScope], item: bodies.Item, key: str | None, index: int
) -> Recording:
    if item.stream is None:
        raise item.problem or not_found()
    request = request.of(item.kind)
    request.check(whose, item.stream, Action.RECORD)
    at = f"/items/{index}/events"
    return wanted_by(request, item.stream, item.drafts, key, item=index, at=at, expected=item.expected)


def _afforded(wanted: Mapping[int, Recording], whose: Mapping[UUID, StreamScope]) -> dict[int, Recording]:
    """Return the first items that the budget of one dry run covers."""
    afforded: dict[int, Recording] = {}
    spent = 0
    for index, each in wanted.items():
        if spent > REHEARSED_ENTRIES:
            break
        afforded[index] = each
        spent += 0 if each.stream is None else whose[each.stream].entries
    return afforded


def rehearsed_item(index: int, rehearsal: RehearsalAnswer | Problem) -> ItemAnswer:
    """Return the item of a dry run."""
    if isinstance(rehearsal, Problem):
        return _hindered(index, rehearsal)
    return {
        "index": index,
        "status": 200,
        "would": rehearsal["would"],
        "refusals": rehearsal["refusals"],
        "findings": rehearsal["findings"],
        "impact": rehearsal["impact"],
        "possible_duplicates": rehearsal["possible_duplicates"],
    }


async def _came_of(
    request: RequestContext, index: int, wanted: Recording, outcome: Outcome, taken: Iterable[FindingAnswer]
) -> ItemAnswer:
    try:
        status = await answerable(request, wanted, outcome)
    except Problem as hindrance:
        return _hindered(index, hindrance)
    if not isinstance(outcome, Recorded):
        return _hindered(index, not_recorded(request, wanted, outcome))
    recorded = recorded_json(outcome, request.sees, taken)
    return {
        "index": index,
        "status": status,
        "entries": recorded["entries"],
        "findings": recorded["findings"],
    }


def _hindered(index: int, hindrance: Problem) -> ItemAnswer:
    return {"index": index, "status": hindrance.kind.status, "problem": hindrance.body}
