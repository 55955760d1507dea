"""Emergency accesses across files, the latest first; what became of each is in its file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import Category
from domain.when import day_before, end_of
from ledger.store import queries
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, page
from projections.sorting import Key, Sorts, as_number

_SQL: Final = queries.load_composable("projections", "emergency_accesses.sql")
_KEY: Final[Key] = {"taken.turn": as_number}
_SELECT: Final = SQL(
    "SELECT taken.* FROM ({}) AS taken JOIN register ON register.child = taken.child"
).format(_SQL["taken"])


@dataclass(frozen=True, slots=True)
class TakenAccess:
    """The entry of an emergency access, or a correction of one; `turn` is its position, negative."""

    child: UUID
    position: int
    turn: int
    entry_id: UUID
    recorded_at: datetime


SORTS: Final = Sorts(TakenAccess, "taken", {"since": "position"})


async def taken_accesses(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - that it was taken is nothing personal
    day: date,
    since: date | None = None,
    institution: UUID | None = None,
    known: int | None = None,
    turn: PageAsked = FIRST_PAGE,
) -> Page[TakenAccess]:
    """Return the emergency accesses to files in the scope that were taken by the end of a day.

    `since` is the first day; `known` the position as known at which it is asked, None for now.
    """
    where = [scope, Condition(SQL("taken.recorded_at <= %(day)s"), {"day": end_of(day)})]
    if since is not None:
        where.append(Condition(SQL("taken.recorded_at > %(since)s"), {"since": end_of(day_before(since))}))
    if institution is not None:
        where.append(in_charge(institution))
    if known is not None:
        where.append(Condition(SQL("taken.position <= %(known)s"), {"known": known}))
    return await page(connection, TakenAccess, _SELECT, where, _KEY, turn=turn, sorts=SORTS)
