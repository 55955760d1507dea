"""The difference of one file between any two points on both axes."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.entries import entry_json
from api.contract.file_differences import DifferenceAnswer
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.file_tables import DIFFERENCE_TABLE
from api.contract.problems import OF_FILE, not_found
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, packed
from api.http.dependencies import FileRequest, categories_of
from api.http.file_snapshots import (
    FileSnapshot,
    entries_behind,
    file_difference,
    file_snapshot,
    label_of,
    named_in,
)
from api.http.list_formats import in_formats, listed
from api.http.of_kind import of_kind
from api.http.two_points import From, FromKnownAt, To, ToKnownAt, file_points, two_points
from ledger.compute import compute

router = callers_router("one file")

_COST = 10
"""A comparison costs about as much as so many readings of the file."""


async def file_diff(
    request: FileRequest,
    file_id: UUID,
    from_: From = None,
    to: To = None,
    from_known_at: FromKnownAt = None,
    to_known_at: ToKnownAt = None,
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """Compare a file at two points, each a day and a position as known at; today and now by default.

    Fields, obligations, gates and findings are told before and after where they differ, with the entries
    between: known at one point and not at the other, or of a day after the one and not after the other.
    """
    points = await two_points(request, (from_, to), (from_known_at, to_known_at), cursor, file_id)
    await request.file(file_id, about=points.asked_from, joined=True)
    whole = await request.file(file_id, about=points.asked_to, joined=True)
    first, second = await file_points(request, file_id, whole, points)
    for each in (first, second):
        await request.check_stands(each.file, about=points.asked_to)
    if not first.file.entries and not second.file.entries:
        raise not_found()
    last, sees = request.until(whole), request.sees
    latest = first.file if points.from_known > points.to_known else second.file
    entries = [
        (axes, entry)
        for entry in latest.entries.values()
        if entry.days.last <= last and (axes := points.between(entry))
    ]
    entries.sort(key=lambda each: each[1].position)
    shown = entries[points.start : points.start + limit]

    def turn(entry: UUID) -> int:
        return latest.entries[entry].position

    def compared() -> tuple[FileSnapshot, FileSnapshot, dict[str, Any]]:
        before, after = (file_snapshot(each, file_id, sees, request.kind) for each in (first, second))
        differing = file_difference(before, after)
        among = {entry.entry_id for _, entry in entries}
        statuses = [None if each.ready is None else each.ready.status for each in (before, after)]
        answer = {
            "fields": [
                {
                    "path": each.path,
                    "label_zh": label_of(each.path).zh,
                    "label_en": label_of(each.path).en,
                    "before": each.before,
                    "after": each.after,
                    "entries": entries_behind(each.path, (first, second), among, file_id, request),
                }
                for each in differing.fields
            ],
            **{
                name: [
                    {
                        "before": each.before,
                        "after": each.after,
                        "entries": sorted(named_in(each.before, each.after) & among, key=turn),
                    }
                    for each in changes
                ]
                for name, changes in (
                    ("obligations", differing.obligations),
                    ("gates", differing.gates),
                    ("findings", differing.findings),
                )
            },
            "readiness": None
            if statuses[0] == statuses[1]
            else {"before": statuses[0], "after": statuses[1]},
            "entries": [
                {
                    "between": axes,
                    "entry": entry_json(
                        entry, latest, sees, latest.entries, causes=causes, recorders=recorders
                    ),
                }
                for axes, entry in shown
            ],
        }
        return before, after, answer

    causes = await request.causes(latest.entries.values())
    recorders = await request.recorders(each for _, each in shown)
    before, after, answer = await compute(compared, _COST * len(whole.entries))
    personal = {
        each.personal for file in (first.file, second.file) for each in file.attributes() if each.personal
    } | categories_of(entry for _, entry in shown)
    await request.note({file_id: personal}, "diff")
    # Not everyone who may know of the access may know that there is something to tell.
    await request.note({file_id: (before.told | after.told) - personal}, "findings")
    end = points.start + limit
    body = {
        request.kind: file_id,
        **points.answers(first.rulebook.digest, second.rulebook.digest),
        **answer,
        "next": packed(replace(points, start=end)) if end < len(entries) else None,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(points.known)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/diff",
        responses=OF_FILE | listed(answer_about(_kind, DifferenceAnswer), "other_epoch"),
    )(of_kind(_kind, in_formats(DIFFERENCE_TABLE)(file_diff)))
