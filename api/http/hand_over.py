"""What must be handed over if a child moves tomorrow."""

from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.hand_over_answers import HandOverChecklistAnswer, sealed_of, to_hand_over_json
from api.contract.problems import OF_FILE
from api.contract.tables_across_files import HAND_OVER_TABLE
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, FileRequest, KnownAt
from api.http.file_points import file_point
from api.http.list_formats import in_formats, listed, one_page
from domain.event import Category
from domain.events.transfer.checklist import to_hand_over
from domain.life import Life
from ledger.compute import compute

router = callers_router("one file")


@router.get("/children/{child}/to-hand-over", responses=OF_FILE | listed(HandOverChecklistAnswer))
@in_formats(HAND_OVER_TABLE, one_page)
async def checklist(
    request: FileRequest, child: UUID, as_of: AsOf = None, known_at: KnownAt = None
) -> JsonResponse:
    """List what goes with a child that moves, such as papers: whether it is here, and where."""
    point = await file_point(request, child, as_of, known_at)
    life = Life(point.file, point.day, point.rulebook)
    lines = await compute(lambda: to_hand_over(life), len(point.file.entries))
    placed = {Category.IDENTITY} if any(line.location for line in lines) else set()
    await request.note({child: sealed_of(lines) | placed}, "hand-over")
    body: HandOverChecklistAnswer = {
        "child": child,
        "as_of": point.day,
        "known_position": point.known,
        "items": [to_hand_over_json(line, request.sees) for line in lines],
        "next": None,
    }
    return JsonResponse(body, headers={"Ledger-Position": str(point.known)})
