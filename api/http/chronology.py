"""When the entries of one file happened and when they were recorded, without what they say."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.entries import StruckBy, fate, instant
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.masking import typed_dict
from api.contract.problems import OF_FILE
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, FileRequest, KnownAt
from api.http.of_kind import of_kind
from domain.file import TURN
from ledger.compute import compute

router = callers_router("one file")

DatedEntryAnswer: Final[Any] = typed_dict(
    "DatedEntryAnswer",
    {
        "entry_id": UUID,
        "version": int,
        "position": int,
        "type": str,
        "occurred_on": date | None,
        "occurred_until": date,
        "recorded_at": str,
        "lag_days": int | None,
        "corrects": UUID | None,
        "struck": StruckBy | None,
    },
    "Both dates of an entry and the days between them; `struck` is why what it says does not count.",
)
ChronologyAnswer: Final[Any] = typed_dict(
    "ChronologyAnswer",
    {"child": UUID, "known_position": int, "items": list[DatedEntryAnswer], "next": str | None},
    "The dates of all entries of a file, in the order of recording; there is no next page.",
)


async def chronology(
    request: FileRequest, file_id: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """List the dates of a file's entries: all that had happened by a day, as known at a time."""
    known = await request.known(known_at)
    read = await request.file(file_id, known=known, about=date.min, tells="entries")
    last = request.until(read) if as_of is None else min(request.until(read), as_of)
    told = request.unrestricted(read)
    causes = await request.causes(read.entries.values())

    def dated() -> list[dict[str, Any]]:
        return [
            {
                "entry_id": each.entry_id,
                "version": each.version,
                "position": each.position,
                "type": each.type,
                "occurred_on": each.days.first,
                "occurred_until": each.days.last,
                "recorded_at": instant(each.recorded_at),
                "lag_days": each.lag_days,
                "corrects": each.corrects,
                "struck": fate(each, read, causes)["struck"],
            }
            for each in sorted(read.entries.values(), key=TURN)
            if each.days.last <= last and told(each)
        ]

    items = await compute(dated, len(read.entries))
    body = {request.kind: file_id, "known_position": known, "items": items, "next": None}
    return JsonResponse(body, headers={"Ledger-Position": str(known)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/chronology",
        responses=OF_FILE | {200: {"model": answer_about(_kind, ChronologyAnswer)}},
    )(of_kind(_kind, chronology))
