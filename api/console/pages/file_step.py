"""From one change of a file to the next, on the axis of time that is set."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Query, Response

from api.console.addresses import addressed
from api.console.file_frame import TABS, AboutFile, FilePage, of_files
from api.console.page_route import page_router
from api.console.rendering import lead_to
from api.console.value_display import at
from api.http import chronology

router = page_router()

_PART: Final = re.compile(f"{'|'.join(each.path for each in TABS if each.path)}|/explain/[A-Za-z0-9_.-]+")
"""Where one may be below a file's page, and stays."""
_COMPARED: Final = "/compare"
Compared: TypeAlias = Annotated[str | None, Query(max_length=40)]
"""What a comparison says of its second point."""


@of_files(router.get, "/step")
async def step(
    asked: AboutFile,
    back: bool | None = None,  # noqa: FBT001 - of the address
    part: Annotated[str | None, Query(max_length=120)] = None,
    to: Compared = None,
    to_known_at: Compared = None,
) -> Response:
    """Lead to the point of the next entry on the axis that is set, or of the one before.

    Before the first one stays where one is, after the last one is the present. In a comparison it is the
    first of its points that moves; the second one stays.
    """
    path = part if part is not None and _PART.fullmatch(part) else ""
    recorded = asked.known_at is not None and asked.as_of is None
    found = await (_recorded(asked, back=back or False) if recorded else _occurred(asked, back=back or False))
    if found is None and not back:
        found = replace(asked, known_at=None) if recorded else replace(asked, as_of=None)
    there = found or asked
    if path != _COMPARED:
        return lead_to(there.at(path))
    points = {"from": there.as_of, "from_known_at": there.known_at, "to": to, "to_known_at": to_known_at}
    return lead_to(addressed(f"{asked.address}{path}", points))


async def _occurred(asked: FilePage, *, back: bool) -> FilePage | None:
    items = await _dated(asked, asked.known_at)
    days = {date.fromisoformat(each["occurred_until"]) for each in items}
    found = _beside(days, asked.day, back=back)
    return None if found is None else replace(asked, as_of=found)


async def _recorded(asked: FilePage, *, back: bool) -> FilePage | None:
    """A day goes to the next day on which something was recorded, a position to the next entry."""
    known = asked.known_at or ""
    items = await _dated(asked, None)
    if known.isdecimal():
        position = _beside({each["position"] for each in items}, int(known), back=back)
        return None if position is None else replace(asked, known_at=str(position))
    day = date.fromisoformat(known[: len("2026-11-20")])
    found = _beside({at(each["recorded_at"]).date() for each in items}, day, back=back)
    return None if found is None else replace(asked, known_at=found.isoformat())


def _beside(points: set[Any], here: Any, *, back: bool) -> Any:  # noqa: ANN401 - days or positions
    if back:
        return max((each for each in points if each < here), default=None)
    return min((each for each in points if each > here), default=None)


async def _dated(asked: FilePage, known_at: str | None) -> list[Mapping[str, Any]]:
    answer = await asked.page.answer(chronology.chronology, asked.file_id, known_at=known_at)
    items: list[Mapping[str, Any]] = answer["items"]
    return items
