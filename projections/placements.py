"""Placements as an adult across files, with what came of each: home, work, army, household, the way back.

Only days and codes stand here. Who counts a placement was in charge of the young person on its day.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composable, Identifier, Literal

from domain.entry import AnyEntry
from domain.event import Category, Erased, known
from domain.events.household import HouseholdCancelled
from domain.events.placement.arrangements import EMPLOYED, HOUSED, SERVING
from domain.events.placement.placed import LEFT_HOUSEHOLD, MOVED, AdultPlaced
from domain.events.placement.transition import PlacementReversed
from domain.file import Attribute, File
from domain.label import Label
from domain.scope import charges
from domain.when import LAST_DAY, day_before
from ledger.store import queries
from projections.child_counts import CountedCell, CountedScope
from projections.dimensions import NOTHING, UNKNOWN
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, page
from projections.register import REGISTER
from projections.sorting import Key, Sorts, alike, as_day, as_id

OUTCOMES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "housed": Label("有住房", "Housed"),
        "employed": Label("就业", "Employed"),
        "enlisted": Label("入伍", "Enlisted"),
        "household_moved": Label("迁出户口", "Household moved"),
        "returned": Label("返院", "Came back"),
    }
)
"""What may come of a placement, by the columns that have the day of it."""
COUNTED_BY: Final[Mapping[str, Composable]] = MappingProxyType(
    {
        "route": SQL("coalesce(situations.route, {})").format(Literal(UNKNOWN)),
        "institution": SQL("coalesce(situations.institution::text, {})").format(Literal(NOTHING)),
        "year": SQL("extract(year FROM situations.placed_on)::text"),
    }
)
"""What placements are counted by: the name of each, and its value."""
_OF_DEATH: Final = "death"
"""A code of `household_cancel_reason`."""
_SQL: Final = queries.load_composable("projections", "placements.sql")
_KEY: Final[Key] = {"placed.placed_on": as_day, "placed.child": as_id, "placed.entry": as_id}


@dataclass(frozen=True, slots=True)
class PlacementRow:
    """A placement by its entry, who was in charge then, and since when there is what came of it.

    `route` is null where it is not known. What held before counts from the day of the placement; the
    household may have moved earlier. What comes after another placement is that one's.
    """

    child: UUID
    entry: UUID
    placed_on: date
    route: str | None
    institution: UUID | None
    place: str | None
    housed_on: date | None
    employed_on: date | None
    enlisted_on: date | None
    household_moved_on: date | None
    returned_on: date | None


SORTS: Final = Sorts(PlacementRow, "placed", alike("placed_on", "route"))


def rows(file: File, reading: RowContext) -> Iterator[PlacementRow]:
    """Yield one row per placement."""
    for placed, following in pairwise([*file.of(AdultPlaced), None]):
        assert placed is not None  # noqa: S101 - the last one only follows
        since = placed.days.last
        until = LAST_DAY if following is None else max(since, day_before(following.days.last))
        whose = [each for day, each in charges(file) if day <= since][-1]
        back = (each.days.last for each in file.of(PlacementReversed))
        yield PlacementRow(
            child=reading.stream,
            entry=placed.entry_id,
            placed_on=since,
            route=known(placed.event.route),
            institution=whose if isinstance(whose, UUID) else None,
            place=whose if isinstance(whose, str) else None,
            housed_on=_held(file, HOUSED, since, until),
            employed_on=_held(file, EMPLOYED, since, until),
            enlisted_on=_held(file, SERVING, since, until),
            household_moved_on=_moved(file, known(placed.event.hukou_state), since, until),
            returned_on=min((day for day in back if since <= day <= until), default=None),
        )


def _held(file: File, attribute: Attribute[Any], since: date, until: date) -> date | None:
    """Return the first of these days on which an attribute holds."""
    spans = (
        max(span.since, since)
        for span in file.spans(attribute)
        if span.until >= since and span.since <= until and not isinstance(span.value, Erased)
    )
    return min(spans, default=None)


def _moved(file: File, state: str | None, since: date, until: date) -> date | None:
    """Return when the household left that of the institution: by the placement if it says so, else later."""
    left = sorted(day for kind in LEFT_HOUSEHOLD for day in _left(file.of(kind)))
    if state == MOVED:
        return max((day for day in left if day <= since), default=since)
    return next((day for day in left if since < day <= until), None)


def _left(entries: Iterable[AnyEntry]) -> Iterator[date]:
    for each in entries:
        event = each.event
        if not isinstance(event, HouseholdCancelled) or known(event.cancel_reason) != _OF_DEATH:
            yield each.days.last


PLACEMENTS: Final = ReadModel("placements", PlacementRow, rows)


async def placements(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - a day or a route is nothing personal
    day: date,
    since: date | None = None,
    until: date | None = None,
    route: str | None = None,
    outcome: str | None = None,
    institution: UUID | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[PlacementRow]:
    """Return the placements of these days in the files of the scope, the oldest first.

    `outcome` is one of `OUTCOMES` that had come by the day, `institution` was in charge then, `known` is the
    position as known at which they are read, None for now.
    """
    then = as_known(known, {"placements": PLACEMENTS})
    last = day if until is None else min(until, day)
    where = [scope, Condition(SQL("placed.placed_on <= %(last)s"), {"last": last})]
    if since is not None:
        where.append(Condition(SQL("placed.placed_on >= %(since)s"), {"since": since}))
    if route is not None:
        where.append(Condition(SQL("coalesce(placed.route, 'unknown') = %(route)s"), {"route": route}))
    if institution is not None:
        where.append(Condition(SQL("placed.institution = %(placed_by)s"), {"placed_by": institution}))
    if outcome is not None:
        had = SQL("placed.{} <= %(day)s").format(Identifier(f"{outcome}_on"))
        where.append(Condition(had, {"day": day}))
    select = _SQL["placements"]
    return await page(connection, PlacementRow, select, where, _KEY, turn=turn, sorts=SORTS, tables=then)


async def placement_counts(  # noqa: PLR0917 - the days
    connection: AsyncConnection[Any],
    scope: CountedScope,
    by: Sequence[str],
    since: date,
    until: date,
    day: date,
    *,
    institution: UUID | None = None,
    known: int | None = None,
) -> dict[CountedCell, tuple[int, ...]]:
    """Return how many were placed from a day through another one, and what had come of it by `day`.

    By each cell of `by` (`COUNTED_BY`) it is how many were placed, and then each of `OUTCOMES`.
    """
    then = as_known(known, {"listed": REGISTER, "placements": PLACEMENTS})
    grown = _SQL["sixteen_on"].format(person=Identifier("register" if known is None else "listed"))
    charge = scope(SQL("situations.placed_on"), grown)
    where = [charge, Condition(SQL("situations.placed_on BETWEEN %(since)s AND %(until)s"), {})]
    if institution is not None:
        where.append(Condition(SQL("situations.institution = %(placed_by)s"), {"placed_by": institution}))
    statement = SQL("{}{}").format(
        then.sql,
        _SQL["counts"].format(
            cell=SQL("ARRAY[{}]::text[]").format(SQL(", ").join(COUNTED_BY[each] for each in by)),
            outcomes=SQL(", ").join(
                _SQL["outcome"].format(outcome=Identifier(f"{each}_on")) for each in OUTCOMES
            ),
            condition=SQL(" AND ").join(each.sql for each in where),
        ),
    )
    given = {name: value for each in (then, *where) for name, value in each.parameters.items()}
    cursor = await connection.execute(statement, {**given, "since": since, "until": until, "day": day})
    return {tuple(cell): tuple(counts) for cell, *counts in await cursor.fetchall()}
