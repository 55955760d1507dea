"""Recording in many files at once, as after a vaccination day or a hand-over."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends

from api import sent
from api.answers import Answer
from api.asking import body
from api.outcomes import ItemAnswer, ItemsAnswer, problem, recorded_json
from api.permissions import Action
from api.problems import RECORDING, Problem, not_found
from api.question import Asking
from api.wanted import Key, Own, answerable, rehearsed, takes, wanted_by
from domain.file import File
from domain.label import Label
from domain.limit import Area, limit
from ledger.appends import MAX_BODY
from ledger.recording import Outcome, Recorded, Recording

router = APIRouter(tags=["recording"])

MOST_BYTES: Final = limit(
    6 * MAX_BODY,
    Area.REQUESTS,
    Label("POST /entries 请求内容的字节数", "Bytes of the body of POST /entries"),
    why=Label("足够一次请求的全部项目", "Enough for all the items that a request may have"),
    beyond="too_large",
)

Body: TypeAlias = Annotated[bytes, Depends(body(MOST_BYTES))]


@router.post(
    "/entries",
    responses=RECORDING | {200: {"model": ItemsAnswer, "description": "What came of each item."}},
    openapi_extra=takes("SentItems"),
)
async def record_many(own: Own, key: Key, raw: Body) -> Answer:
    """Record in many files: each item together or not at all, and on its own unless `all_or_nothing`."""
    if not own.may_open():
        raise Problem("forbidden")
    many = sent.many(raw, await own.rulebook())
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
        outcomes = await own.ledger.record_all(
            list(wanted.values()), now=own.now, atomic=many.all_or_nothing, checked=own.hindrance
        )
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
    own.permitted(files.get(item.child), Action.RECORD)
    return wanted_by(own, item.child, item.drafts, key, item=index)


async def _rehearsed_item(own: Asking, index: int, wanted: Recording) -> ItemAnswer:
    try:
        found = await rehearsed(own, wanted)
    except Problem as hindrance:
        return _hindered(index, hindrance)
    return {
        "index": index,
        "status": 200,
        "would": found["would"],
        "refusals": found["refusals"],
        "impact": found["impact"],
        "possible_duplicates": found["possible_duplicates"],
    }


async def _came_of(own: Asking, index: int, wanted: Recording, outcome: Outcome) -> ItemAnswer:
    try:
        status = await answerable(own, wanted, outcome)
    except Problem as hindrance:
        return _hindered(index, hindrance)
    if not isinstance(outcome, Recorded):
        return _hindered(index, problem(outcome, own.sees))
    return {"index": index, "status": status, "entries": recorded_json(outcome, own.sees)["entries"]}


def _hindered(index: int, hindrance: Problem) -> ItemAnswer:
    return {"index": index, "status": hindrance.kind.status, "problem": hindrance.body}
