"""What was learned later about a day in one file: the entries recorded since, and those that changed it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.masking import typed_dict
from api.contract.problems import OF_FILE
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, FileRequest, KnownAt
from api.http.file_points import file_point
from api.http.file_snapshots import category_of, entries_behind, fields_at
from api.http.of_kind import of_kind
from domain.event import Category
from ledger.compute import compute

router = callers_router("one file")

HindsightAnswer: Final[Any] = typed_dict(
    "HindsightAnswer",
    {
        "child": UUID,
        "as_of": date,
        "known_position": int,
        "recorded_since": int,
        "changing": list[UUID],
    },
    """How many entries were recorded after a position, and which of them changed the status of a day.

    Those are `changing` by which a field of the file's answer on that day is another one now.
    """,
)
_COST: Final = 5
"""It costs about as much as so many readings of the file."""


async def hindsight(
    request: FileRequest, file_id: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """Count what was recorded since a time, and name what of it changed a day's status."""
    then = await file_point(request, file_id, as_of, known_at)
    now = await file_point(request, file_id, as_of, None)
    last, sees = request.until(now.file), request.sees
    later = [
        each for each in now.file.entries.values() if each.position > then.known and each.days.last <= last
    ]
    among = {each.entry_id for each in later}

    def found() -> tuple[set[UUID], set[Category]]:
        before, after = (fields_at(each, sees, request.kind) for each in (then, now))
        paths = [path for path in after if before.get(path) != after[path]] if among else []
        behind = {path: entries_behind(path, [then, now], among, file_id, request) for path in paths}
        told = {category for path, entries in behind.items() if entries for category in category_of(path)}
        return set[UUID]().union(*behind.values()), told

    changing, told = await compute(found, _COST * len(now.file.entries))
    await request.note({file_id: told}, "hindsight")
    body = {
        request.kind: file_id,
        "as_of": then.day,
        "known_position": then.known,
        "recorded_since": len(later),
        "changing": [each.entry_id for each in later if each.entry_id in changing],
    }
    return JsonResponse(body, headers={"Ledger-Position": str(now.known)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/hindsight",
        responses=OF_FILE | {200: {"model": answer_about(_kind, HindsightAnswer)}},
    )(of_kind(_kind, hindsight))
