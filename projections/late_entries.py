"""Entries across files that were recorded long after their day: the latest by most days first; counted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import NULL, SQL, Composable

from domain.entry import LATE_DAYS
from domain.event import Category
from domain.when import day_before, end_of
from ledger.store import queries
from projections.paging import FIRST_PAGE, Condition, Page, PageAsked, in_charge, in_place, page
from projections.sorting import Key, Sorts, as_number

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


SORTS: Final = Sorts(LateEntry, "late", {"lag_days": "-lead", "recorded_at": "position"})


@dataclass(frozen=True, slots=True)
class LateCount:
    """So many entries of one type and month of recording, in files in the charge of an institution or place.

    What they are not told by is None. `longest_days` and `median_days` are those of their delay.
    """

    type: str | None
    institution: UUID | None
    place: str | None
    month: date | None
    count: int
    longest_days: int
    median_days: int


LateBy: TypeAlias = Literal["type", "institution", "place", "month"]
"""What entries that were recorded late are counted by."""
_COUNTED_BY: Final[dict[LateBy, Composable]] = {
    "type": SQL("late.type"),
    "institution": SQL("register.institution"),
    "place": SQL("CASE WHEN register.institution IS NULL THEN register.place END"),
    "month": SQL("date_trunc('month', late.recorded_at AT TIME ZONE INTERVAL '08:00')::date"),
}


async def late_entries(
    connection: AsyncConnection[Any],
    scope: Condition,
    *,
    turn: PageAsked = FIRST_PAGE,
    **asked: Any,  # noqa: ANN401 - as `_asked` takes it
) -> Page[LateEntry]:
    """Return the entries of files in the scope that happened by a day and were recorded so many days later.

    `origins` are the ways in of those to return, None for all; `institution` and `place` keep those of files
    in their charge. `since` and `until` are the first and the last day of recording, `known` the position as
    known at which it is asked, None for now. Raises CursorError.
    """
    select, where = _SELECT if _has_imports(asked) else _NOT_IMPORTED, [*_asked(scope, **asked)]
    return await page(connection, LateEntry, select, where, _KEY, turn=turn, sorts=SORTS)


async def late_counts(
    connection: AsyncConnection[Any],
    scope: Condition,
    by: Sequence[LateBy],
    **asked: Any,  # noqa: ANN401 - as `_asked` takes it
) -> list[LateCount]:
    """Return how many entries `late_entries` lists, by what is named, crossed."""
    where = [*_asked(scope, **asked)]
    ways = {name: column if name in by else NULL for name, column in _COUNTED_BY.items()}
    late = [_SQL["late"]] if _has_imports(asked) else [_SQL["late"], _SQL["not_imported"]]
    statement = _SQL["counted"].format(
        late=SQL(" ").join(late), condition=SQL(" AND ").join(each.sql for each in where), **ways
    )
    given = {name: value for each in where for name, value in each.parameters.items()}
    async with connection.cursor(row_factory=class_row(LateCount)) as counts:
        await counts.execute(statement, given)
        return await counts.fetchall()


def _has_imports(asked: Mapping[str, Any]) -> bool:
    origins = asked.get("origins")
    return origins is None or "import" in origins


def _asked(
    scope: Condition,
    *,
    sees: Collection[Category],  # noqa: ARG001 - a date is nothing personal
    day: date,
    lag_days: int = LATE_DAYS + 1,
    since: date | None = None,
    until: date | None = None,
    type: str | None = None,  # noqa: A002 - as entries name it
    institution: UUID | None = None,
    place: str | None = None,
    origins: Collection[str] | None = None,
    known: int | None = None,
) -> Iterator[Condition]:
    yield scope
    yield Condition(SQL("late.lead <= %(most)s"), {"most": -lag_days})
    yield Condition(SQL("late.occurred_until <= %(day)s"), {"day": day})
    if since is not None:
        yield Condition(SQL("late.recorded_at > %(since)s"), {"since": end_of(day_before(since))})
    if until is not None:
        yield Condition(SQL("late.recorded_at <= %(until)s"), {"until": end_of(until)})
    if type is not None:
        yield Condition(SQL("late.type = %(type)s"), {"type": type})
    if institution is not None:
        yield in_charge(institution)
    if place is not None:
        yield in_place(place)
    if origins is not None:
        yield Condition(SQL("late.origin = ANY (%(origins)s)"), {"origins": list(origins)})
    if known is not None:
        yield Condition(SQL("late.position <= %(known)s"), {"known": known})
