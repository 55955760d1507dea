"""Differences with others' data, across files: what each side says, who must act next, how each ended."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.contract.difference_answers import (
    RECONCILED_TABLE,
    DifferenceAnswer,
    category_of_item,
    difference_json,
)
from api.contract.encoding import JsonResponse
from api.contract.filters import SORT, ComparedItemCode, OtherSystemCode, SortedBy
from api.contract.listing import CountedListing
from api.http.authentication import callers_router
from api.http.cursors import Cursor, PageLimit, WithTotal
from api.http.dependencies import AsOf, Day, KnownAt, RequestContext, list_request
from api.http.file_points import one_day
from api.http.list_formats import in_formats, listed
from api.http.list_pages import counted_listing, list_page, list_view, with_names
from api.http.next_to_act import PEOPLE_MODELS, NextToAct
from api.http.one_file import PlaceFilter
from api.http.responsible import AskedOn, ResponsibleFilter, acting
from api.identity.acting import NOBODY_ACTS, ToAct, to_record
from domain.event import Category
from domain.events.reconciliation.other_systems import OURS
from domain.file import File
from domain.life import Life
from domain.responsibility import part_of_system
from domain.rulebook import Rulebook
from ledger.compute import compute
from projections.found_differences import RULE, SORTS, DifferenceRow, DifferenceState
from projections.found_differences import differences as differences_on

router = callers_router("across files")

MODELS: Final = ("register", "found_differences", *PEOPLE_MODELS)
"""The read models that the list asks."""
StateAsked: TypeAlias = Annotated[DifferenceState | None, Query(description="All of them by default.")]
DifferenceSort: TypeAlias = Annotated[str | None, Query(description=SORT), SortedBy(SORTS)]
OfDifferences: TypeAlias = Annotated[RequestContext, Depends(list_request(*MODELS))]


@router.get("/differences", responses=listed(CountedListing[DifferenceAnswer]))
@in_formats(RECONCILED_TABLE)
async def differences(
    request: OfDifferences,
    day: Day = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    state: StateAsked = None,
    system: Annotated[OtherSystemCode | None, Query(description="A code of `other_system`.")] = None,
    item: Annotated[ComparedItemCode | None, Query(description="A code of `compared_item`.")] = None,
    found_since: Annotated[date | None, Query(description="The first day of finding.")] = None,
    institution: UUID | None = None,
    place: PlaceFilter = None,
    responsible: ResponsibleFilter = None,
    sort: DifferenceSort = None,
    total: WithTotal = False,  # noqa: FBT002 - of the query string
    limit: PageLimit = 50,
    cursor: Cursor = None,
) -> JsonResponse:
    """List the differences with others' data that were found by a day, the oldest first."""
    on = one_day(day, as_of) or request.today
    await request.check_institution(institution, "/query/institution")
    view = await list_view(request, known_at, cursor, *MODELS)
    page = await list_page(
        request,
        differences_on,
        view,
        day=on,
        state=state,
        system=system,
        item=item,
        found_since=found_since,
        institution=institution,
        place=place,
        acting=await acting(request, responsible, AskedOn(on, view.known)),
        limit=limit,
        sort=sort,
        total=total,
    )
    return counted_listing(await _items(request, page.rows, on, view.known), page, view, RECONCILED_TABLE)


async def _items(
    request: RequestContext, rows: Sequence[DifferenceRow], on: date, known: int | None
) -> list[dict[str, Any]]:
    named = [each for row in rows for each in (row.entry, row.settled_by) if each is not None]
    entries = {each.entry_id: each for each in await request.ledger.entries(named)}
    files = await request.ledger.files({row.child for row in rows}, known)
    told: dict[UUID, set[Category]] = {}
    for row in rows:
        told.setdefault(row.child, {Category.IDENTITY}).add(category_of_item(row.item))
    await request.note(told, RECONCILED_TABLE.name)
    recorders = await request.recorders(entries.values())
    rulebook = await request.rulebook()
    items = []
    for row in rows:
        file = files[row.child]
        ours = await compute(partial(_ours, row, file, rulebook), len(file.entries))
        settled = None if row.settled_by is None else entries[row.settled_by]
        items.append(
            difference_json(
                row, on, ours, entries[row.entry], settled, request.sees, recorders, rulebook[RULE].on(on)
            )
        )
    return await with_names(request, items, known, NextToAct(on, _who_settles))


def _ours(row: DifferenceRow, file: File, rulebook: Rulebook) -> str | None:
    """Return what the file says of the item on the day of their data."""
    says = OURS.get(row.item)
    return None if says is None else says(Life(file, row.as_of, rulebook))


def _who_settles(item: DifferenceAnswer, placed: bool) -> ToAct:  # noqa: FBT001 - of a file
    if item["state"] != "open":
        return NOBODY_ACTS
    return to_record(RULE, placed=placed, part=part_of_system(item["system"]))
