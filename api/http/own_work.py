"""What somebody did last, so that they find it again: recorded, claimed as an exception, and opened."""

from itertools import islice
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends, Query
from psycopg.sql import SQL

from api.contract.encoding import JsonResponse
from api.contract.entries import instant
from api.contract.listing import titled
from api.contract.own_work_answers import OwnWorkAnswer
from api.contract.problems import ANYWHERE
from api.http.authentication import callers_router
from api.http.dependencies import RequestContext, list_request
from api.http.list_pages import note_rows, opened_rows, with_names
from api.identity.restricted import unrestricted_sql
from domain.event import Category
from domain.when import day_before, end_of
from projections.exceptions import WITHHELD, exceptions
from projections.paging import PageAsked
from projections.recent_work import claimed_by, opened_by, recorded_by

router = callers_router("across files")

_MOST: Final = 50
OfOwnWork: TypeAlias = Annotated[RequestContext, Depends(list_request("register"))]


@router.get("/own-work", responses=ANYWHERE | {200: {"model": OwnWorkAnswer}})
async def own_work(
    request: OfOwnWork,
    limit: Annotated[int, Query(ge=1, le=_MOST, description="The most of each, the latest first.")] = 10,
) -> JsonResponse:
    """List what the caller recorded today, imports left out, what waits of theirs, and the files opened last.

    What lies in files out of their scope now is left out.
    """
    person, since = request.actor.user, end_of(day_before(request.today))
    own = unrestricted_sql(request.scope, about=SQL("latest.occurred_until"))
    async with request.container.projector.reading() as connection:
        recorded = await recorded_by(connection, own, person, since=since, most=limit)
        opened = await opened_by(connection, request.scope, person, most=limit)
    claimed = await _claimed(request, limit)
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
    named = iter(await with_names(request, [*entries, *claimed, *files], None))
    answer: OwnWorkAnswer = {
        "day": request.today,
        "recorded": list(islice(named, len(entries))),
        "claimed": list(islice(named, len(claimed))),
        "opened": list(named),
    }
    return JsonResponse(answer)


async def _claimed(request: RequestContext, limit: int) -> list[dict[str, Any]]:
    """Return what the caller recorded and a second person has not decided on, after noting the access."""
    person = request.actor.user
    async with request.container.projector.reading() as connection:
        page = await exceptions(
            connection,
            claimed_by(request.readable, person),
            keyed=request.ledger.term,
            sees=request.sees,
            day=request.today,
            state="waiting",
            turn=PageAsked(limit),
        )
    rows = await opened_rows(request, WITHHELD, page.rows)
    recorded = await request.ledger.entries([each.entry for each in rows if each.entry is not None])
    own = {each.entry_id for each in recorded if each.recorded_by.user == person}
    await note_rows(request, WITHHELD, page.rows)
    return [
        {
            "child": each.child,
            "entry_id": each.entry,
            "kind": each.kind,
            "rule": each.rule,
            **titled(each.rule),
            "recorded_on": each.recorded_on,
            "waited_days": each.waited(request.today),
        }
        for each in rows
        if each.entry in own
    ]
