"""Whether a file is restricted, and who asked to read it for which purpose."""

from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.problems import OF_FILE
from api.contract.restriction_answers import RestrictionAnswer, requested_access_json
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.identity.restricted import restricted
from domain.event import Category
from domain.requested_access import access_of, requested_accesses
from domain.scope import scope_of
from domain.when import LAST_DAY

router = callers_router("one file")


@router.get("/children/{child}/restriction", responses=OF_FILE | {200: {"model": RestrictionAnswer}})
async def restriction(request: FileRequest, child: UUID) -> JsonResponse:
    """Tell whether the file is restricted, and the requests to read it, each with its state."""
    file = await request.file(child, tells="row")
    through, person = scope_of(file).restricted_through, request.actor.user
    asked = [*requested_accesses(file)]
    decisions = [each.decision for each in asked if each.decision is not None]
    recorders = await request.recorders([*(each.entry for each in asked), *decisions])
    await request.note({child: {Category.IDENTITY} if asked else set()}, "restriction")
    body: RestrictionAnswer = {
        "child": child,
        "restricts": None if through is None else "file" if through == LAST_DAY else "before_adoption",
        "through": None if through == LAST_DAY else through,
        "may_read": not restricted(scope_of(file)) or access_of(file, person, request.today) is not None,
        "version": file.version,
        "requests": [
            requested_access_json(each, request.today, person, request.sees, recorders) for each in asked
        ],
    }
    return JsonResponse(body, headers={"Ledger-Position": str(file.position)})
