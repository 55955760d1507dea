"""Which children a family has or had, as their own files tell: fostered, or adopted."""

from contextlib import suppress
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID

from api.contract.file_status import ChildOfFamilyAnswer
from api.contract.masking import restricted
from api.contract.problems import Problem
from api.http.dependencies import RequestContext
from api.http.file_points import FilePoint, file_point
from domain.event import Category
from domain.events.intake import NAME
from domain.joined_files import joined_by
from domain.life import Life
from ledger.compute import compute
from projections.family_children import BONDS

_TOLD: Final = {"fostered": {Category.IDENTITY}, "adopted": {Category.IDENTITY, Category.ADOPTION}}
"""The categories that it reveals of a child to say that a family has it by a bond."""


async def children_of_family(
    request: RequestContext, family: UUID, as_of: date | None, known_at: str | None
) -> list[ChildOfFamilyAnswer]:
    """Return the children that a family has or had by a day, as known at a time, by the day of coming.

    They are those whose files the caller may read for that day, and of an adoption only what the caller sees.
    """
    of_child = request.of("child")
    files = await request.ledger.files(await request.ledger.naming(family))
    joinings = {stream: joined_by(file) for stream, file in files.items()}
    stand = dict.fromkeys(stream if each is None else each.event.kept for stream, each in joinings.items())
    found: list[ChildOfFamilyAnswer] = []
    for child in stand:
        # A child out of scope is not told of, nor one of whom nothing was known then.
        with suppress(Problem):
            point = await file_point(of_child, child, as_of, known_at, "entries")
            times = partial(_times, of_child, family, child, point)
            found += await compute(times, len(point.file.entries))
    told: dict[UUID, set[Category]] = {}
    for each in found:
        told.setdefault(each["child"], set()).update(_TOLD[each["bond"]])
    await of_child.note(told, "family")
    return sorted(found, key=lambda each: (each["since"], each["child"]))


def _times(request: RequestContext, family: UUID, child: UUID, point: FilePoint) -> list[ChildOfFamilyAnswer]:
    name: Any = restricted(Category.IDENTITY)
    if Category.IDENTITY in request.sees:
        held = Life(point.file, point.day, point.rulebook).now(NAME)
        name = None if held is None else held.held.value
    told = request.unrestricted(point.file)
    return [
        {
            "child": child,
            "name": name,
            "bond": bond,
            "since": each.since,
            "until": each.until if each.until < point.day else None,
            "entry": each.entry.entry_id,
        }
        for bond, children_of in BONDS.items()
        if bond in _TOLD
        for each in children_of(point.file, point.rulebook)
        if each.family == family
        and each.since <= point.day
        and each.entry.event.sealed <= request.sees
        and told(each.entry)
    ]
