"""Entries of a type of which there are few, across files; what became of each is in its file."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.sql import SQL

from domain.event import Category, Event
from domain.when import day_before, end_of
from ledger.store import queries
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, page
from projections.sorting import Key, Sorts, as_number

_SQL: Final = queries.load_composable("projections", "listed_entries.sql")
_KEY: Final[Key] = {"listed.turn": as_number}
_SELECT: Final = SQL("SELECT listed.* FROM ({}) AS listed JOIN register ON register.child = listed.child")


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of that type, or a correction of one; `turn` is its position, negative."""

    child: UUID
    position: int
    turn: int
    entry_id: UUID
    recorded_at: datetime


SORTS: Final = Sorts(ListedEntry, "listed", {"since": "position"})
RECORDED: Final = Sorts(ListedEntry, "listed", {"recorded_at": "position"})
"""The same order, where it is by the recording and not by what begins with it."""


async def listed_entries(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - that it was recorded is nothing personal
    of: type[Event],
    day: date,
    since: date | None = None,
    institution: UUID | None = None,
    known: int | None = None,
    sorts: Sorts = SORTS,
    turn: PageAsked = FIRST_PAGE,
) -> Page[ListedEntry]:
    """Return the entries of a type in files in the scope that were recorded by the end of a day.

    `since` is the first day; `known` the position as known at which it is asked, None for now.
    """
    where = [scope, Condition(SQL("listed.recorded_at <= %(day)s"), {"day": end_of(day)})]
    if since is not None:
        where.append(Condition(SQL("listed.recorded_at > %(since)s"), {"since": end_of(day_before(since))}))
    if institution is not None:
        where.append(in_charge(institution))
    if known is not None:
        where.append(Condition(SQL("listed.position <= %(known)s"), {"known": known}))
    select = _SELECT.format(_SQL[of.__name__])
    return await page(connection, ListedEntry, select, where, _KEY, turn=turn, sorts=sorts)
