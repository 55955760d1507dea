"""What was known when an entry was recorded, in one answer that can be cited."""

from datetime import date
from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Path

from api.contract.encoding import JsonResponse
from api.contract.entries import EntryAnswer, entry_json
from api.contract.file_kinds import PATHS, answer_about
from api.contract.findings import FindingAnswer
from api.contract.masking import typed_dict
from api.contract.obligations import ObligationAnswer
from api.contract.problems import WITHIN, not_found
from api.contract.readiness import ReadinessAnswer, readiness_json
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest, categories_of
from api.http.file_points import FilePoint
from api.http.file_snapshots import file_snapshot
from domain.event import Kind
from domain.file import File
from ledger.compute import compute

router = callers_router("one file")


def _listed(answer: Any) -> Any:  # noqa: ANN401 - a type
    """Return the type of a list of answers about a file of any kind."""
    return list[reduce(or_, (answer_about(kind, answer) for kind in PATHS))]  # type: ignore[misc]  # made at run time


DecisionAnswer: Final[Any] = typed_dict(
    "DecisionAnswer",
    {
        "entry": EntryAnswer,
        "together_with": list[EntryAnswer],
        "kind": Kind,
        "file": UUID,
        "as_of": date,
        "position": int,
        "known_position": int,
        "recorded_at": str,
        "rulebook": str,
        "fields": dict[str, Any],
        "obligations": _listed(ObligationAnswer),
        "readiness": ReadinessAnswer | None,
        "findings": _listed(FindingAnswer),
    },
    """An entry, and what was known of its file when it was judged, on the entry's own day.

    That is everything up to `known_position`, the last one before the entry's append, and what was recorded
    in the same append (`together_with`); the entry itself is not counted. `fields` are by the path in the
    file's answer, none before the file was opened; `rulebook` is the digest of the rules known then.
    """,
)


@router.get("/entries/{position}/decision", responses=WITHIN | {200: {"model": DecisionAnswer}})
async def decision(
    request: FileRequest, position: Annotated[int, Path(ge=1, lt=2**63, description="Of the entry.")]
) -> JsonResponse:
    """Return an entry with its file, obligations, gates and findings as known when it was recorded."""
    ledger = request.ledger
    chosen = await ledger.at(position)
    if chosen is None or chosen.kind not in PATHS:
        raise not_found()
    request, day = request.of(chosen.kind), chosen.days.last
    whole = await request.file(chosen.stream, about=day, joined=True)
    beside = {each for each in await ledger.together(position) if each != position}
    known = min({position, *beside}) - 1
    entries = list(whole.entries.values())
    together = [each for each in entries if each.position in beside]
    earlier = await ledger.file(chosen.stream, known) or File(chosen.stream)
    before = earlier.extended(together)
    book = await ledger.rulebook_of(before if before.entries else whole, known)
    point, sees = FilePoint(before, day, known, book), request.sees
    shown = await compute(lambda: file_snapshot(point, chosen.stream, sees, chosen.kind), len(entries))
    personal = categories_of([chosen, *together]) | {
        each.personal for each in before.attributes() if each.personal is not None
    }
    await request.note({chosen.stream: personal}, "decision")
    await request.note({chosen.stream: shown.told - personal}, "findings")
    causes = await request.causes(entries)
    recorders = await request.recorders([chosen, *together])
    told = partial(entry_json, file=whole, sees=sees, named=whole.entries, causes=causes, recorders=recorders)
    answer = told(chosen)
    body = {
        "entry": answer,
        "together_with": [told(each) for each in together],
        "kind": chosen.kind,
        "file": chosen.stream,
        "as_of": day,
        "position": position,
        "known_position": known,
        "recorded_at": answer["recorded_at"],
        "rulebook": book.digest,
        "fields": shown.fields,
        "obligations": list(shown.obligations.values()),
        "readiness": None if shown.ready is None else readiness_json(shown.ready, day, sees),
        "findings": list(shown.findings.values()),
    }
    return JsonResponse(body, headers={"Ledger-Position": str(whole.position)})
