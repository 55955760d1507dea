"""Entries across files that were recorded long after their day, the latest by most days first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.entry import LATE_DAYS
from domain.event import Category
from domain.when import day_before, end_of
from ledger.store import queries
from projections.paging import Condition, Key, Page, as_number, in_charge, page

_SQL: Final = queries.load_composable("projections", "late_entries.sql")
_KEY: Final[Key] = {"late.lead": as_number, "late.position": as_number}
_JOINED: Final = SQL("SELECT late.* FROM ({}) AS late JOIN register ON register.child = late.child")
_SELECT: Final = _JOINED.format(_SQL["late"])
_NOT_IMPORTED: Final = _JOINED.format(SQL(" ").join([_SQL["late"], _SQL["not_imported"]]))


@dataclass(frozen=True, slots=True)
class LateEntry:
    """An entry by its dates; `lead` are the days of its delay as a negative number."""

    child: UUID
    position: int
    entry_id: UUID
    version: int
    type: str
    occurred_on: date | None
    occurred_until: date
    recorded_at: datetime
    lead: int
    origin: str


async def late_entries(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - a date is nothing personal
    day: date,
    lag_days: int = LATE_DAYS + 1,
    since: date | None = None,
    until: date | None = None,
    type: str | None = None,  # noqa: A002 - as entries name it
    institution: UUID | None = None,
    origins: Collection[str] | None = None,
    known: int | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[LateEntry]:
    """Return the entries of files in the scope that happened by a day and were recorded so many days later.

    `origins` are the ways in of those to return, None for all. `since` and `until` are the first and the last
    day of recording, `known` the position as known at which it is asked, None for now.
    """
    where = [scope, Condition(SQL("late.lead <= %(most)s"), {"most": -lag_days})]
    where.append(Condition(SQL("late.occurred_until <= %(day)s"), {"day": day}))
    if since is not None:
        where.append(Condition(SQL("late.recorded_at > %(since)s"), {"since": end_of(day_before(since))}))
    if until is not None:
        where.append(Condition(SQL("late.recorded_at <= %(until)s"), {"until": end_of(until)}))
    if type is not None:
        where.append(Condition(SQL("late.type = %(type)s"), {"type": type}))
    if institution is not None:
        where.append(in_charge(institution))
    if origins is not None:
        where.append(Condition(SQL("late.origin = ANY (%(origins)s)"), {"origins": list(origins)}))
    if known is not None:
        where.append(Condition(SQL("late.position <= %(known)s"), {"known": known}))
    select = _SELECT if origins is None or "import" in origins else _NOT_IMPORTED
    return await page(connection, LateEntry, select, where, _KEY, limit=limit, cursor=cursor)
