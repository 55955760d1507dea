"""What somebody did last, so that they find it again: what they recorded today, and the files they opened."""

from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Query

from api.contract.encoding import JsonResponse
from api.contract.entries import instant
from api.contract.own_work_answers import OwnWorkAnswer
from api.contract.problems import ANYWHERE
from api.http.dependencies import RequestContext, list_request
from api.http.list_pages import with_names
from domain.event import Category
from domain.when import day_before, end_of
from projections.recent_work import opened_by, recorded_by

router = APIRouter(tags=["across files"])

_MOST: Final = 50
OfOwnWork: TypeAlias = Annotated[RequestContext, Depends(list_request("register"))]


@router.get("/own-work", responses=ANYWHERE | {200: {"model": OwnWorkAnswer}})
async def own_work(
    request: OfOwnWork,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="The most of each, the latest first.")] = 10,
) -> JsonResponse:
    """List what the caller recorded today, imports left out, and the files that they opened last.

    What lies in files out of their scope now is left out.
    """
    person, since = request.actor.user, end_of(day_before(request.today))
    async with request.container.projector.reading() as connection:
        recorded = await recorded_by(connection, request.scope, person, since=since, most=limit)
        opened = await opened_by(connection, request.scope, person, most=limit)
    children = {each.child for each in recorded} | {each.child for each in opened}
    await request.note(dict.fromkeys(children, (Category.IDENTITY,)), "own work")
    entries = [
        {
            "child": each.child,
            "entry_id": each.entry_id,
            "type": each.type,
            "recorded_at": instant(each.recorded_at),
        }
        for each in recorded
    ]
    files = [{"child": each.child, "at": instant(each.at)} for each in opened]
    named = await with_names(request, [*entries, *files], None)
    answer: OwnWorkAnswer = {
        "day": request.today,
        "recorded": named[: len(entries)],
        "opened": named[len(entries) :],
    }
    return JsonResponse(answer)
