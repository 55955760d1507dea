"""Why a file says what it says: one field on any day, as known at any time."""

from typing import Annotated
from uuid import UUID

from fastapi import Path

from api.contract.encoding import JsonResponse
from api.contract.explained_fields import FieldReading, fields_explained
from api.contract.explanations import ExplanationAnswer, FieldExplanation, explanation
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.problems import OF_FILE, invalid
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, Day, FileRequest, KnownAt, categories_of
from api.http.file_points import file_point, one_day
from api.http.of_kind import of_kind
from api.http.one_file import findings_of_several_files
from domain.label import Label
from ledger.codec.messages import unknown_word
from ledger.compute import compute

router = callers_router("one file")

_NO_FIELD = Label("没有该项内容", "no such field of this file")
_COST = 100
"""An explanation costs about as much as so many readings of the file."""


async def explain(
    request: FileRequest,
    file_id: UUID,
    field: Annotated[str, Path(max_length=100, examples=["household.registered"])],
    as_of: AsOf = None,
    day: Day = None,
    known_at: KnownAt = None,
) -> JsonResponse:
    """Explain a field of a file: the entries that decide on it, and the rules by which it is found.

    The field is its path in the file's answer, `obligations.` or `findings.` with a rule, or `gates.` with a
    number.
    """
    point = await file_point(request, file_id, one_day(day, as_of), known_at)
    read, book, known = point.file, point.rulebook, point.known
    fields = fields_explained(request.kind, book)
    if field not in fields:
        raise invalid([unknown_word("/path/field", _NO_FIELD, field, fields)])
    causes = await request.causes(read.entries.values())
    recorders = await request.recorders(read.entries.values())
    reading = FieldReading(file_id, request.kind, point.day, known, book, request.sees, causes, recorders)
    elsewhere = 0
    if field == "findings" and known_at is None:
        elsewhere = await findings_of_several_files(request, file_id, reading.day)

    def found() -> FieldExplanation:
        return explanation(field, reading, read, elsewhere=elsewhere)

    told = await compute(found, _COST * len(read.entries))
    await request.note({file_id: told.categories | categories_of(told.shown)}, "explanation")
    return JsonResponse(told.body, headers={"Ledger-Position": str(known)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/explain/{{field}}",
        responses=OF_FILE | {200: {"model": answer_about(_kind, ExplanationAnswer)}},
    )(of_kind(_kind, explain))
