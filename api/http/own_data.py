"""What is kept of a person, as they are given it who asked for it: others' data is withheld."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse, Response

from api.contract.encoding import JsonResponse
from api.contract.entries import event_json
from api.contract.own_data_page import OwnDataAnswer, OwnEntryAnswer, names_of, own_data_page
from api.contract.problems import OF_FILE, invalid
from api.contract.sentences import sentence
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.identity.permissions import Action
from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY, Category
from domain.events.subject_access import SubjectAccessRequested, SubjectIdentityVerified
from domain.file import File
from domain.label import Label
from ledger.codec.messages import InvalidValue
from ledger.compute import compute

router = callers_router("one file")
OF_OTHERS: Final = frozenset({Category.FAMILY, Category.SAFEGUARDING, Category.ADOPTION})
"""Categories that tell of parents, of who reported harm, and of adopters, or that the law keeps secret."""
OWN: Final = EVERY_CATEGORY - OF_OTHERS
_NOT_ASKED: Final = Label("本档案没有这一申请", "the file has no such request")
_NOT_VERIFIED: Final = Label(
    "尚未核验申请人身份，请先登记核验申请人身份", "who asks was not verified: record that first"
)


@router.get(
    "/children/{child}/own-data",
    responses=OF_FILE
    | {200: {"model": OwnDataAnswer, "content": {"text/html": {"schema": {"type": "string"}}}}},
    response_class=JsonResponse,
)
async def own_data(
    request: FileRequest,
    child: UUID,
    asked: Annotated[UUID, Query(description="The entry by which it was asked for, as it was recorded.")],
    format: Annotated[  # noqa: A002 - as the address names it everywhere
        Literal["json", "html"], Query(description="A file to read, or to be read by programs.")
    ] = "json",
) -> Response:
    """Answer what is kept of a person, for whoever asked for their own and was verified.

    For supervisor and auditor, to be read once more before it is given out: what is written in words may name
    others. Data of other persons, and what is secret by law, is left out; which, is said.
    """
    file = await request.file(child)
    request.permitted(file, Action.EXPORT)
    _check(file, asked)
    own, last = OWN & request.sees, request.until(file)
    entries = sorted(file.standing(), key=lambda each: (each.days.last, each.turn))
    shown = [each for each in entries if each.days.last <= last and not each.event.sealed - own]
    told: OwnDataAnswer = {
        "child": str(child),
        "asked": str(asked),
        "made_on": request.today,
        "shown": names_of([*own]),
        "withheld": names_of([*(EVERY_CATEGORY - own)]),
        "items": await compute(lambda: [_entry(each, own) for each in shown], len(shown)),
    }
    await request.note({child: set(own)}, "own data")
    if format == "json":
        return JsonResponse(told)
    name = f'attachment; filename="own-data-{child}.html"'
    return HTMLResponse(own_data_page(told), headers={"Content-Disposition": name})


def _check(file: File, asked: UUID) -> None:
    """Raise the problem `invalid` unless that was asked for in the file by somebody who was verified."""
    if not any(each.original == asked for each in file.of(SubjectAccessRequested)):
        raise invalid([InvalidValue("/query/asked", _NOT_ASKED)])
    if not any(each.event.request == asked for each in file.of(SubjectIdentityVerified)):
        raise invalid([InvalidValue("/query/asked", _NOT_VERIFIED)])


def _entry(entry: AnyEntry, own: frozenset[Category]) -> OwnEntryAnswer:
    data: dict[str, Any] = event_json(entry.event, EVERY_CATEGORY - own)
    return {
        "occurred_on": entry.days.first,
        "occurred_until": entry.days.last,
        "type": entry.type,
        "zh": sentence(entry.event, "zh", own),
        "en": sentence(entry.event, "en", own),
        "data": data,
    }
